//! The pool extension: every instruction is the host's.

use super::yields::yield_op;
use super::{Flow, Word};
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::table::pool::PoolOp;

pub(super) fn execute(m: &mut Machine, op: PoolOp, word: Word) -> Result<Flow, Fault> {
    match op {
        PoolOp::PoolTick
        | PoolOp::PoolSave
        | PoolOp::PoolLoad
        | PoolOp::PoolInject
        | PoolOp::PoolReadOutput
        | PoolOp::PoolReadStats
        | PoolOp::PoolModulate
        | PoolOp::PoolPruneDead
        | PoolOp::PoolSynaptogenesis
        | PoolOp::PoolInjectDirect
        | PoolOp::PoolReadOutputDirect => yield_op(m, op.row(), word),
    }
}
