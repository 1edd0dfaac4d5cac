//! Instructions that fail, or do something that is not known beforehand.

use super::known::Known;
use super::weaver::{Weaver, cold};
use crate::generate::{number, word};
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::bank::BankOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::learning::LearningOp;
use ternsig_isa::table::neuro::NeuroOp;
use ternsig_isa::table::orchestration::OrchestrationOp;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::table::test::TestOp;
use ternsig_isa::{Access, Bank, Effect, Kind, Register, table};

/// One instruction that probably fails.
pub(super) fn fail(w: &mut Weaver<'_, '_>) -> Option<()> {
    let absent = w.absent.pop()?;
    let (a, _) = w.any()?;
    let (b, _) = w.src(|_| true)?;
    let weights = w.weights(|_| true)?.0;
    let frozen = (0..64).find(|&index| w.is_frozen(index)).unwrap_or(weights);
    let dst = w.dst(Known::Nothing).unwrap_or(a);
    match w.entropy.below(20) {
        0 => w.put(CoreOp::Relu.row(), [dst, absent, 0, 0]),
        1 => w.put(CoreOp::TernaryMatmul.row(), [dst, cold(absent), a, 0]),
        2 => w.put(CoreOp::TernaryMatmul.row(), [dst, cold(weights), absent, 0]),
        3 => w.put(CoreOp::TernaryBatchMatmul.row(), [dst, cold(weights), a, 0]),
        4 => w.put(TensorOp::Matmul.row(), [dst, a, b, 0]),
        5 => w.put(TensorOp::AttnSharp.row(), [a, b, a, dst]),
        6 => w.put(TensorOp::Transpose.row(), [dst, a, 0, 7]),
        7 => w.put(TernaryOp::ApplyPolarity.row(), [cold(frozen), a, 0, 0]),
        8 => w.put(LearningOp::ChlUpdate.row(), [cold(weights), 0, 0, 0]),
        9 => w.put(LearningOp::MasteryOuter.row(), [cold(weights), a, b, 0]),
        10 => w.put(CoreOp::Break.row(), super::super::NOP),
        11 => {
            // A call of itself.
            w.piece.put_call(CoreOp::Call.row(), w.subroutines.len().checked_sub(1)?);
            let jump = w.piece.put_jump(CoreOp::Call.row(), 0);
            w.piece.aim(jump, w.piece.words.len() - 1);
        }
        12 => w.put(CoreOp::AllocTensor.row(), [a, 3, 0, 0]),
        13 => w.put(CoreOp::FreeTensor.row(), [absent, 0, 0, 0]),
        14 => w.put(CoreOp::PruneNeuron.row(), [cold(weights), 0, 250, 0]),
        15 => w.put(TestOp::AssertRange.row(), [a, 250, 251, 0]),
        16 => w.put(NeuroOp::TempWrite.row(), [b, cold(weights), 0, 0]),
        17 => w.put(BankOp::BankTraverse.row(), [dst, b, 0, 0xC1]),
        18 => w.put(OrchestrationOp::ModelExec.row(), [dst, 77, 0, 0]),
        _ => w.put(ArchOp::SetActivation.row(), [cold(weights), 99, 0, 0]),
    }
    w.absent.push(absent);
    Some(())
}

/// Any instruction that does not change the control flow, on any registers.
pub(super) fn anything(w: &mut Weaver<'_, '_>) -> Option<()> {
    let rows: Vec<_> = table::rows()
        .filter(|row| !matches!(row.effect, Effect::Reserved | Effect::Control) && row.name != "clamp")
        .collect();
    let row = w.entropy.pick(&rows);
    let form = w.entropy.pick(row.forms);
    let mut bytes = form.template();
    for field in form.fields {
        let value = match field.kind {
            Kind::Register(banks) | Kind::OptionalRegister(banks) => {
                let open: Vec<_> =
                    [Bank::Hot, Bank::Cold, Bank::Param].into_iter().filter(|&b| banks.contains(b)).collect();
                i64::from(Register::new(w.entropy.pick(&open), w.entropy.byte()).byte())
            }
            Kind::Layer | Kind::ParamIndex => i64::from(w.entropy.byte() % 64),
            Kind::Word(_) | Kind::Filler => 0,
            _ => number(w.entropy, field),
        };
        field.insert(value, &mut bytes);
    }
    let written: Vec<_> = row
        .registers(bytes)
        .filter(|(field, _)| field.access != Access::Read)
        .map(|(_, register)| register)
        .filter(|register| matches!(register.bank(), Bank::Hot | Bank::Cold))
        .collect();
    w.left = w.left.saturating_sub(1);
    w.piece.words.push(word(row, bytes));
    for register in written {
        w.now.set(register, Known::Nothing);
    }
    Some(())
}
