//! Executing models.

use super::{Host, LoadedModel, MAX_CALL_DEPTH, empty};
use crate::device::Device as _;
use crate::telemetry::Recorder;
use ternsig_isa::{Register, Shape};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Outcome};

impl Host {
    /// Runs the model of a slot on the content of its input register, and puts its output into the target. A model that waits
    /// makes its caller wait. A recorder counts what it asks for.
    pub(super) fn execute(
        &mut self,
        target: Register,
        slot: u8,
        ctx: &mut ExecutionContext<'_>,
        mut recorder: Option<&mut Recorder>,
    ) -> Result<Answer, Error> {
        let mut model = self.take(slot)?;
        self.models.calls.push(slot);
        let run = ctx.machine().runs();
        if model.waits_in.take() != Some(run) {
            begin(&mut model, slot, ctx);
        }
        let outcome = model.interpreter.run_with_host(|op, ctx| match recorder.as_deref_mut() {
            Some(recorder) => self.answer_measured(op, ctx, recorder),
            None => self.answer(op, ctx),
        });
        let answer = match outcome {
            Outcome::Halted | Outcome::Ended => {
                let output = model.interpreter.machine().output();
                let shape = Shape::vector(output.len());
                ctx.machine_mut().set_hot(target.index(), output, shape).map(|()| Answer::Done)
            }
            Outcome::Waiting { .. } => {
                model.waits_in = Some(run);
                Ok(Answer::Wait)
            }
            Outcome::Stopped { .. } => Ok(Answer::Stop),
            Outcome::Failed(error) => Err(Error::new(error.kind(), format!("model slot {slot}: {error}"))),
            outcome => Err(Error::new(ErrorKind::Limit, format!("model slot {slot}: {outcome}"))),
        };
        self.models.calls.pop();
        self.models.slots[usize::from(slot)] = Some(model);
        answer
    }

    /// Takes a model out of its slot while it is executed.
    fn take(&mut self, slot: u8) -> Result<LoadedModel, Error> {
        if self.models.calls.contains(&slot) {
            let message = format!("model slot {slot} is being executed already");
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        if self.models.calls.len() >= MAX_CALL_DEPTH {
            let message = format!("models call each other deeper than {MAX_CALL_DEPTH}");
            return Err(Error::new(ErrorKind::Denied, message));
        }
        self.models.slots[usize::from(slot)].take().ok_or_else(|| empty(slot))
    }
}

/// Without an input register the input is empty.
fn begin(model: &mut LoadedModel, slot: u8, ctx: &ExecutionContext<'_>) {
    let caller = ctx.machine();
    let input = caller.models().slot(slot).and_then(|slot| slot.input);
    let input =
        input.and_then(|register| caller.hot(register.index())).map_or(&[][..], |register| register.data());
    model.interpreter.machine_mut().set_input(input);
    model.interpreter.begin_run();
}
