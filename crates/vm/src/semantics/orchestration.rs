//! The orchestration extension: the machine keeps what is bound to a model slot, the host keeps the models.

use super::yields::yield_op;
use super::{Flow, Word};
use crate::error::{ErrorKind, Fault};
use crate::machine::models::ModelSlot;
use crate::machine::{Machine, slot};
use ternsig_isa::Register;
use ternsig_isa::table::orchestration::OrchestrationOp;

pub(super) fn execute(m: &mut Machine, op: OrchestrationOp, word: Word) -> Result<Flow, Fault> {
    match op {
        OrchestrationOp::ModelInput => model_input(m, word)?,
        OrchestrationOp::ModelOutput => model_output(m, word)?,
        OrchestrationOp::ModelUnload => m.models.unload(word[0]),
        OrchestrationOp::ModelStatus => model_status(m, word),
        OrchestrationOp::ModelChain => model_chain(m, word)?,
        OrchestrationOp::ModelExec => return model_exec(m, word),
        OrchestrationOp::ModelReload => {
            loaded(m, word[0])?;
            return yield_op(m, op.row(), word);
        }
        OrchestrationOp::ModelLoad
        | OrchestrationOp::RouteInput
        | OrchestrationOp::RegionFire
        | OrchestrationOp::CollectOutputs
        | OrchestrationOp::RegionStatus
        | OrchestrationOp::RegionEnable
        | OrchestrationOp::RegionDisable => return yield_op(m, op.row(), word),
    }
    Ok(Flow::Next)
}

fn loaded(m: &mut Machine, slot: u8) -> Result<&mut ModelSlot, Fault> {
    m.models
        .slot_mut(slot)
        .ok_or_else(|| Fault::new(ErrorKind::NotFound, format!("model slot {slot} is empty")))
}

fn model_input(m: &mut Machine, [r, slot, ..]: Word) -> Result<(), Fault> {
    loaded(m, slot)?.input = Some(Register::from_byte(r));
    Ok(())
}

/// Binds, and fetches the last output at once if there is one.
fn model_output(m: &mut Machine, [r, slot, ..]: Word) -> Result<(), Fault> {
    if let Some(output) = loaded(m, slot)?.last_output.clone() {
        m.check_room(output.len())?;
        m.put_vector(r, &output);
    }
    loaded(m, slot)?.output = Some(Register::from_byte(r));
    Ok(())
}

fn model_status(m: &mut Machine, [d, slot, ..]: Word) {
    let status = m.models.slot(slot).map_or(0, |model| if model.running { 2 } else { 1 });
    m.put_scalar(d, status);
}

fn model_chain(m: &mut Machine, [from, to, ..]: Word) -> Result<(), Fault> {
    loaded(m, to)?;
    let Some(output) = loaded(m, from)?.output else {
        return Err(Fault::new(ErrorKind::NotFound, format!("model slot {from} has no output register")));
    };
    loaded(m, to)?.input = Some(output);
    Ok(())
}

fn model_exec(m: &mut Machine, word: Word) -> Result<Flow, Fault> {
    let number = word[1];
    let model = loaded(m, number)?;
    if model.running {
        return Err(Fault::new(
            ErrorKind::Conflict,
            format!("model slot {number} is being executed already"),
        ));
    }
    if let Some(input) = model.input {
        m.data(input.byte())?;
    }
    let flow = yield_op(m, OrchestrationOp::ModelExec.row(), word)?;
    loaded(m, number)?.running = true;
    Ok(flow)
}

/// The host has run the model and written its output to the target.
pub(super) fn executed(m: &mut Machine, target: Register, number: u8) -> Result<(), Fault> {
    let output = m.hot(target.index()).map(|register| register.data.clone()).unwrap_or_default();
    m.check_room(output.len())?;
    let Some(model) = m.models.slot_mut(number) else { return Ok(()) };
    model.running = false;
    model.last_output = Some(output.clone());
    let bound = model.output.filter(|bound| slot(bound.byte()) != target.index());
    if let Some(bound) = bound {
        m.put_vector(bound.byte(), &output);
    }
    Ok(())
}
