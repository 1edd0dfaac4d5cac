//! What the host or an attached device answers, and what the test extension asserts.

use super::known::Known;
use super::weaver::{Weaver, cold};
use crate::generate::number;
use ternsig_isa::table::bank::BankOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::lifecycle::LifecycleOp;
use ternsig_isa::table::neuro::NeuroOp;
use ternsig_isa::table::orchestration::OrchestrationOp;
use ternsig_isa::table::test::TestOp;
use ternsig_isa::{Access, Bank, Effect, Field, Inline, Kind, MinLen, Register, Row, Shape, table};

/// An operation that is always the host's, with operands that it accepts.
pub(super) fn operation(w: &mut Weaver<'_, '_>) -> Option<()> {
    let rows: Vec<_> = table::rows().filter(|row| row.effect == Effect::Yield(Inline::None)).collect();
    let row = w.entropy.pick(&rows);
    // Models have an order of their own.
    if row.ext == OrchestrationOp::EXT && row.name.starts_with("model_") {
        return models(w);
    }
    let form = w.entropy.pick(row.forms);
    let mut bytes = form.template();
    let mut written = Vec::new();
    for field in form.fields {
        let value = operand(w, field, &mut written)?;
        field.insert(value, &mut bytes);
    }
    // The instruction itself refuses these edge types.
    if row.ext == BankOp::EXT && row.opcode == BankOp::BankTraverse.row().opcode && bytes[3] >> 4 >= 12 {
        bytes[3] |= 0xF0;
    }
    w.put(row, bytes);
    for register in written {
        w.wrote(register, Known::Present);
    }
    Some(())
}

fn operand(w: &mut Weaver<'_, '_>, field: &Field, written: &mut Vec<u8>) -> Option<i64> {
    let index = match (field.kind, field.access) {
        (Kind::Register(banks), Access::Read | Access::ReadWrite) if banks.contains(Bank::Hot) => {
            let least = match field.min_len {
                MinLen::Fixed(least) => least,
                MinLen::Beyond(_) => 256,
            };
            w.src(|shape| shape.elements() >= least)?.0
        }
        (Kind::Register(banks), Access::Write) if banks.contains(Bank::Hot) => {
            let dst = w.dst(Known::Present)?;
            written.push(dst);
            dst
        }
        (Kind::Register(banks), _) if banks.contains(Bank::Cold) && !banks.contains(Bank::Hot) => {
            cold(w.weights(|_| true)?.0)
        }
        (Kind::Register(_), _) => w.any()?.0,
        (Kind::ParamIndex, _) => w.entropy.pick(&[0, 1, 63, 130]),
        _ => return Some(number(w.entropy, field)),
    };
    Some(i64::from(index))
}

/// Operations that a substrate answers, if there is one.
pub(super) fn substrate(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|shape| shape.elements() >= 1)?;
    let (chem, field) = (w.entropy.below(8) as u8, w.small());
    let read = match w.entropy.below(9) {
        0 => (NeuroOp::ChemSet.row(), [src, chem, 0, 0]),
        1 => {
            let element = w.entropy.below(shape.elements().min(256)) as u8;
            (NeuroOp::ChemInject.row(), [src, chem, element, w.entropy.below(2) as u8])
        }
        2 => (NeuroOp::FieldWrite.row(), [src, field, 0, 0]),
        3 | 4 => return slice_read(w, field),
        5 => return present(w, NeuroOp::ChemRead.row(), chem),
        6 => return present(w, NeuroOp::ConvRead.row(), 0),
        7 => {
            let row = w.entropy.pick(&[LifecycleOp::PhaseRead, LifecycleOp::LevelRead]);
            return present(w, row.row(), 0);
        }
        _ => return present(w, LifecycleOp::TickRead.row(), 0),
    };
    w.put(read.0, read.1);
    Some(())
}

/// A reader whose answer has a length of its own.
fn present(w: &mut Weaver<'_, '_>, row: &Row, b: u8) -> Option<()> {
    let dst = w.dst(Known::Present)?;
    w.put_to(row, [dst, b, 0, 0], Known::Present);
    Some(())
}

/// A substrate gives as many elements as the target has; a host decides itself.
fn slice_read(w: &mut Weaver<'_, '_>, field: u8) -> Option<()> {
    let (dst, _) = w.any()?;
    if !w.may_become(Register::hot(dst), Known::Present) {
        return None;
    }
    let (row, b) = w.entropy.pick(&[(NeuroOp::FieldRead.row(), field), (NeuroOp::StimRead.row(), 0)]);
    w.put_to(row, [dst, b, 0, 0], Known::Present);
    Some(())
}

/// An entry of a bank that is written, found, read and used; a cache answers, if there is one.
pub(super) fn bank(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, _) = w.src(|shape| shape.elements() >= 1)?;
    let id = w.dst(Known::Present).filter(|&id| id != src)?;
    let dst = w.dst(Known::Present).filter(|&dst| dst != src && dst != id)?;
    let slot = w.entropy.below(3) as u8;
    w.put_to(BankOp::BankWrite.row(), [id, src, slot, 0], Known::Present);
    for _ in 0..1 + w.entropy.below(4) {
        match w.entropy.below(5) {
            0 => {
                let count = w.entropy.below(5) as u8;
                w.put_to(BankOp::BankQuery.row(), [dst, src, slot, count], Known::Present);
            }
            1 => w.put_to(BankOp::BankLoad.row(), [dst, id, slot, 0], Known::Present),
            2 => w.put(BankOp::BankTouch.row(), [id, slot, 0, 0]),
            3 => w.put_to(BankOp::BankCount.row(), [dst, slot, 0, 0], Known::Present),
            _ => w.put(BankOp::BankDelete.row(), [id, slot, 0, 0]),
        }
    }
    Some(())
}

/// A model that is loaded, bound, run and dropped.
pub(super) fn models(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (input, _) = w.any()?;
    let output = w.dst(Known::Present)?;
    let target = w.dst(Known::Present)?;
    let (slot, next) = (w.entropy.byte(), w.entropy.byte());
    // A host may answer into the register that is named here.
    w.put_to(OrchestrationOp::ModelLoad.row(), [target, slot, 0, 0], Known::Nothing);
    w.put(OrchestrationOp::ModelInput.row(), [input, slot, 0, 0]);
    w.put(OrchestrationOp::ModelOutput.row(), [output, slot, 0, 0]);
    // An earlier run may have left an output, which is fetched at once.
    w.wrote(output, Known::Nothing);
    w.put_to(OrchestrationOp::ModelExec.row(), [target, slot, 0, 0], Known::Present);
    w.wrote(output, Known::Present);
    if w.entropy.one_in(2) {
        w.put_to(OrchestrationOp::ModelStatus.row(), [target, slot, 0, 0], Known::Shape(Shape::vector(1)));
    }
    if w.entropy.one_in(3) {
        w.put_to(OrchestrationOp::ModelLoad.row(), [target, next, 0, 0], Known::Present);
        w.put(OrchestrationOp::ModelReload.row(), [slot, 0, 0, 0]);
        if next != slot {
            w.put(OrchestrationOp::ModelChain.row(), [slot, next, 0, 0]);
        }
    }
    if w.entropy.one_in(2) {
        w.put(OrchestrationOp::ModelUnload.row(), [slot, 0, 0, 0]);
    }
    Some(())
}

/// A test whose assertions hold.
pub(super) fn test(w: &mut Weaver<'_, '_>) -> Option<()> {
    let id = w.entropy.byte();
    let (a, _) = w.any()?;
    w.put(TestOp::TestBegin.row(), [id, 0, 0, 0]);
    for _ in 0..1 + w.entropy.below(3) {
        assertion(w, a);
    }
    w.put(TestOp::TestEnd.row(), [0; 4]);
    Some(())
}

fn assertion(w: &mut Weaver<'_, '_>, a: u8) {
    let known = w.hot(a);
    match w.entropy.below(6) {
        0 => w.put(TestOp::AssertEq.row(), [a, a, 0, 0]),
        1 => {
            w.put(TestOp::Snapshot.row(), [a, 0, 0, 0]);
            w.put(TestOp::AssertEq.row(), [a, a, 1, 0]);
        }
        2 => {
            let chem = w.entropy.below(4) as u8;
            w.put(TestOp::ExpectChem.row(), [chem, 0, 255, 0]);
        }
        3 => {
            w.put_to(CoreOp::Clamp.row(), [a, a, 3, 200], known);
            w.put(TestOp::AssertRange.row(), [a, 3, 200, 0]);
        }
        4 => {
            w.put_to(CoreOp::Clamp.row(), [a, a, 3, 100], known);
            w.put(TestOp::AssertRange.row(), [a, 0xFF, 100, 1]);
        }
        _ => {
            let Some(big) = w.scalar(9) else { return };
            w.put(TestOp::AssertActive.row(), [big, 0, 0, 0]);
            let Some(small) = w.scalar(3).filter(|&small| small != big) else { return };
            w.put(TestOp::AssertGt.row(), [big, small, 0, 0]);
        }
    }
}
