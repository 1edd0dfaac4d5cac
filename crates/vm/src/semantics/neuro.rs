//! The neuro extension: a substrate answers what it covers, temperatures are the machine's own, the rest is the host's.

use super::yields::{check, yield_op};
use super::{Flow, Word};
use crate::arith::injected;
use crate::context::ExecutionContext;
use crate::devices::SubstrateHandle;
use crate::error::{ErrorKind, Fault};
use crate::machine::slot;
use ternsig_isa::table::neuro::NeuroOp;
use ternsig_isa::{Register, Shape, Temperature};

const STIMULATION_IDS: usize = 256;

pub(super) fn execute(ctx: &mut ExecutionContext<'_>, op: NeuroOp, word: Word) -> Result<Flow, Fault> {
    match op {
        NeuroOp::ChemRead
        | NeuroOp::ChemSet
        | NeuroOp::ChemInject
        | NeuroOp::FieldRead
        | NeuroOp::FieldWrite
        | NeuroOp::StimRead
        | NeuroOp::ConvRead => inline_or_yield(ctx, op, word),
        NeuroOp::TempRead => temp_read(ctx, word),
        NeuroOp::TempWrite => temp_write(ctx, word),
        NeuroOp::FieldTick
        | NeuroOp::ValenceRead
        | NeuroOp::FieldDecay
        | NeuroOp::LateralInhibit
        | NeuroOp::ExhaustionBoost
        | NeuroOp::NoveltyScore
        | NeuroOp::FieldSliceRead
        | NeuroOp::FieldSliceWrite
        | NeuroOp::CoactRecord
        | NeuroOp::CoactRead
        | NeuroOp::CoactReset
        | NeuroOp::SnnSetAxes
        | NeuroOp::SnnStepAxes
        | NeuroOp::SnnReadActivation
        | NeuroOp::SnnReadNeuronCount
        | NeuroOp::SnnReadOutputs
        | NeuroOp::SnnReadTimestep
        | NeuroOp::SnnGrowNeurons
        | NeuroOp::SnnPruneNeurons
        | NeuroOp::SnnReadActivities
        | NeuroOp::ThermoPruneHot
        | NeuroOp::ThermoValenceCredit => yield_op(ctx.machine_mut(), op.row(), word),
    }
}

/// Checks the operands alike on both paths, then asks the substrate if there is one that serves this.
fn inline_or_yield(ctx: &mut ExecutionContext<'_>, op: NeuroOp, word: Word) -> Result<Flow, Fault> {
    let changes_chemicals = matches!(op, NeuroOp::ChemSet | NeuroOp::ChemInject);
    let serves =
        |substrate: &&mut dyn SubstrateHandle| !changes_chemicals || substrate.may_change_chemicals();
    if !ctx.substrate.as_ref().is_some_and(serves) {
        return yield_op(ctx.machine_mut(), op.row(), word);
    }
    check(ctx.machine(), op.row(), word)?;
    match op {
        NeuroOp::ChemRead => chem_read(ctx, word),
        NeuroOp::ChemSet => chem_set(ctx, word)?,
        NeuroOp::ChemInject => chem_inject(ctx, word)?,
        NeuroOp::FieldRead => field_read(ctx, word)?,
        NeuroOp::FieldWrite => field_write(ctx, word)?,
        NeuroOp::StimRead => stim_read(ctx, word)?,
        _ => conv_read(ctx, word),
    }
    Ok(Flow::Next)
}

fn chem_read(ctx: &mut ExecutionContext<'_>, [d, chem, ..]: Word) {
    let level = ctx.substrate.as_deref().map_or(0, |substrate| substrate.read_chemical(chem));
    ctx.machine_mut().put_scalar(d, level);
}

fn chem_set(ctx: &mut ExecutionContext<'_>, [s, chem, ..]: Word) -> Result<(), Fault> {
    let level = ctx.machine().data(s)?[0].clamp(0, 255);
    if let Some(substrate) = ctx.substrate.as_deref_mut() {
        substrate.write_chemical(chem, level);
    }
    ctx.refresh_chemicals();
    Ok(())
}

fn chem_inject(ctx: &mut ExecutionContext<'_>, [s, chem, element, flags]: Word) -> Result<(), Fault> {
    let raw = ctx.machine().data(s)?[usize::from(element)];
    if let Some(substrate) = ctx.substrate.as_deref_mut() {
        substrate.inject_chemical(chem, injected(raw, flags & 1 == 1));
    }
    ctx.refresh_chemicals();
    Ok(())
}

/// A substrate cannot say how long its slice is: the target's length decides.
fn field_read(ctx: &mut ExecutionContext<'_>, [d, field, ..]: Word) -> Result<(), Fault> {
    read_elements(ctx, d, usize::MAX, |substrate, i| substrate.read_field(field, i))
}

/// As many elements as the target has, but at most so many.
fn read_elements(
    ctx: &mut ExecutionContext<'_>,
    d: u8,
    most: usize,
    element: impl Fn(&dyn SubstrateHandle, usize) -> i32,
) -> Result<(), Fault> {
    let (machine, substrate) = ctx.split();
    let Some(substrate) = substrate else { return Ok(()) };
    machine.produce(d, |m, out| {
        out.extend((0..m.data(d)?.len().min(most)).map(|i| element(substrate, i)));
        Ok(Shape::vector(out.len()))
    })
}

fn field_write(ctx: &mut ExecutionContext<'_>, [s, field, ..]: Word) -> Result<(), Fault> {
    let len = ctx.machine().data(s)?.len();
    for i in 0..len {
        let value = ctx.machine().data(s)?[i];
        if let Some(substrate) = ctx.substrate.as_deref_mut() {
            substrate.write_field(field, i, value);
        }
    }
    Ok(())
}

fn stim_read(ctx: &mut ExecutionContext<'_>, [d, ..]: Word) -> Result<(), Fault> {
    read_elements(ctx, d, STIMULATION_IDS, |substrate, i| substrate.read_stimulation(i as u8))
}

fn conv_read(ctx: &mut ExecutionContext<'_>, [d, ..]: Word) {
    let state = ctx.substrate.as_deref().map_or(0, |substrate| substrate.read_convergence());
    ctx.machine_mut().put_scalar(d, state);
}

/// A register without a temperature list is asked for at the substrate; without one, all weights are Hot.
fn temp_read(ctx: &mut ExecutionContext<'_>, [d, c, ..]: Word) -> Result<Flow, Fault> {
    let (machine, substrate) = ctx.split();
    machine.produce(d, |m, out| {
        let weights = m.weights(c)?;
        match (weights.temperatures(), substrate) {
            (Some(list), _) => out.extend(list.iter().map(|t| i32::from(t.code()))),
            (None, Some(substrate)) => {
                out.extend((0..weights.len()).map(|i| substrate.read_temperature(slot(c) as u8, i)));
            }
            (None, None) => out.resize(weights.len(), 0),
        }
        Ok(Shape::vector(out.len()))
    })?;
    Ok(Flow::Next)
}

fn temp_write(ctx: &mut ExecutionContext<'_>, [s, c, ..]: Word) -> Result<Flow, Fault> {
    let m = ctx.machine_mut();
    let (source, weights) = (m.data(s)?, m.weights(c)?);
    if weights.is_frozen() {
        return Err(Fault::about(ErrorKind::Denied, Register::from_byte(c), "is frozen"));
    }
    if source.len() != 1 && source.len() != weights.len() {
        let message = format!("has {} elements, {} or 1 are needed", source.len(), weights.len());
        return Err(Fault::about(ErrorKind::BadRegister, Register::from_byte(s), message));
    }
    let code = |&value: &i32| Temperature::from_code(value.clamp(0, 3) as u8);
    let list: Vec<_> = match source {
        [one] => vec![code(one); weights.len()],
        all => all.iter().map(code).collect(),
    };
    if weights.temperatures() != Some(list.as_slice()) {
        let fits = m.modified_weights(c)?.set_temperatures(Some(list));
        fits.map_err(|mismatch| Fault::shape(Register::from_byte(c), mismatch))?;
    }
    Ok(Flow::Next)
}
