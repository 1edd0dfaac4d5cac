//! The lifecycle extension: clock reads may be answered by a substrate, everything else is the host's.

use super::yields::{check, yield_op};
use super::{Flow, Word};
use crate::context::ExecutionContext;
use crate::error::Fault;
use ternsig_isa::table::lifecycle::LifecycleOp;

pub(super) fn execute(ctx: &mut ExecutionContext<'_>, op: LifecycleOp, word: Word) -> Result<Flow, Fault> {
    match op {
        LifecycleOp::PhaseRead | LifecycleOp::TickRead | LifecycleOp::LevelRead => clock_read(ctx, op, word),
        LifecycleOp::InitThermo
        | LifecycleOp::SaveThermo
        | LifecycleOp::LoadThermo
        | LifecycleOp::LogEvent
        | LifecycleOp::HaltRegion
        | LifecycleOp::TxnBegin
        | LifecycleOp::TxnCommit
        | LifecycleOp::TxnRollback
        | LifecycleOp::LoadWeights
        | LifecycleOp::StoreWeights
        | LifecycleOp::LevelWrite
        | LifecycleOp::PhaseWrite
        | LifecycleOp::RestWrite
        | LifecycleOp::ConsolidationReq
        | LifecycleOp::CoherenceSingularWrite
        | LifecycleOp::CoherenceMultimodalWrite
        | LifecycleOp::CoherenceSingularRead => yield_op(ctx.machine_mut(), op.row(), word),
    }
}

/// Ticks are told modulo 2³¹; differences modulo 2³¹ stay valid.
fn clock_read(ctx: &mut ExecutionContext<'_>, op: LifecycleOp, word: Word) -> Result<Flow, Fault> {
    let Some(substrate) = &ctx.substrate else {
        return yield_op(ctx.machine_mut(), op.row(), word);
    };
    check(ctx.machine(), op.row(), word)?;
    let value = match op {
        LifecycleOp::PhaseRead => i32::from(substrate.boot_phase()),
        LifecycleOp::TickRead => (substrate.tick_count() % (1 << 31)) as i32,
        _ => i32::from(substrate.neuronal_level()),
    };
    ctx.machine_mut().put_scalar(word[0], value);
    Ok(Flow::Next)
}
