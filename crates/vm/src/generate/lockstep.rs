//! Two engines side by side.

use super::{Generated, answer};
use crate::outcome::StepResult;

/// Pauses after which a run is left alone.
const PAUSES: usize = 3_000;

/// Runs two machines that are equal and that different engines may drive, with the host of [`answer`], and compares them
/// at every pause and at the end. With a `portion` the run gets its fuel bit by bit; how much is the same for both. The
/// result is how the runs ended, [`StepResult::Continue`] if they were left alone after thousands of pauses.
///
/// # Errors
/// The first difference, in words.
pub fn lockstep(
    one: &mut Generated,
    other: &mut Generated,
    portion: Option<u64>,
) -> Result<StepResult, String> {
    if let Some(portion) = portion {
        for generated in [&mut *one, &mut *other] {
            generated.interpreter.begin_run();
            generated.interpreter.machine_mut().set_fuel(portion);
        }
    }
    for pause in 0..PAUSES {
        let results = [&mut *one, &mut *other].map(|generated| generated.interpreter.run_until_yield());
        let [result, same] = &results;
        if result != same {
            return Err(format!("pause {pause}: one run {}, the other {}", say(result), say(same)));
        }
        if let Some(difference) = one.difference(other) {
            return Err(format!("pause {pause} ({}): {difference}", say(result)));
        }
        let [result, _] = results;
        match (&result, portion) {
            (StepResult::Yield(op), _) => {
                for generated in [&mut *one, &mut *other] {
                    if let Err(error) = answer(op, generated.interpreter.machine_mut()) {
                        generated.interpreter.fail(error);
                    }
                }
                if one.interpreter.machine().pending().is_none() {
                    return Ok(result);
                }
            }
            (StepResult::OutOfFuel, Some(portion)) => {
                for generated in [&mut *one, &mut *other] {
                    let machine = generated.interpreter.machine_mut();
                    machine.set_fuel(machine.fuel() + portion);
                }
            }
            _ => return Ok(result),
        }
    }
    Ok(StepResult::Continue)
}

fn say(result: &StepResult) -> String {
    match result {
        StepResult::Error(error) => format!("failed: {error}"),
        StepResult::Yield(op) => format!("yielded {op}"),
        other => format!("ended as {other:?}"),
    }
}
