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
    lockstep_with(one, other, portion, |_, _| ())
}

/// The same with a host that is called before the machines go on: with the number of pauses so far, and with both machines.
///
/// Whatever it changes it changes in both. Only interrupts need not come to both alike, since an engine may notice them
/// later than another: where `other` was interrupted, `one`, which the interpreter has to drive, goes on step by step until
/// it has spent as much, and must then be the same.
///
/// # Errors
/// The first difference, in words.
pub fn lockstep_with(
    one: &mut Generated,
    other: &mut Generated,
    portion: Option<u64>,
    mut host: impl FnMut(usize, [&mut Generated; 2]),
) -> Result<StepResult, String> {
    if let Some(portion) = portion {
        for generated in [&mut *one, &mut *other] {
            generated.interpreter.begin_run();
            generated.interpreter.machine_mut().set_fuel(portion);
        }
    }
    for pause in 0..PAUSES {
        host(pause, [&mut *one, &mut *other]);
        let [result, same] =
            to_pause(one, other).map_err(|difference| format!("pause {pause}: {difference}"))?;
        if result != same {
            return Err(format!("pause {pause}: one run {}, the other {}", say(&result), say(&same)));
        }
        if let Some(difference) = one.difference(other) {
            return Err(format!("pause {pause} ({}): {difference}", say(&result)));
        }
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

/// Both to their next pause other than an interrupt.
fn to_pause(one: &mut Generated, other: &mut Generated) -> Result<[StepResult; 2], String> {
    loop {
        let result = other.interpreter.run_until_yield();
        if result == StepResult::Interrupted {
            catch_up(one, other)?;
            continue;
        }
        loop {
            let same = one.interpreter.run_until_yield();
            if same != StepResult::Interrupted {
                return Ok([same, result]);
            }
        }
    }
}

/// Lets one machine come by where the other was interrupted. Every instruction costs fuel: what is left tells where.
fn catch_up(one: &mut Generated, other: &Generated) -> Result<(), String> {
    // The first step begins a run or completes an operation, as the other machine did, and executes nothing.
    one.interpreter.interrupt_handle().interrupt();
    let mut result = one.interpreter.step();
    let target = other.interpreter.machine().fuel();
    while goes_on(&result) && one.interpreter.machine().fuel() > target {
        result = one.interpreter.step();
    }
    if !goes_on(&result) {
        return Err(format!("one run {}, the other was interrupted there", say(&result)));
    }
    one.difference(other).map_or(Ok(()), |difference| Err(format!("where one was interrupted, {difference}")))
}

fn goes_on(result: &StepResult) -> bool {
    use StepResult::{Break, Continue, Interrupted, Return};
    matches!(result, Continue | Break | Return | Interrupted)
}

fn say(result: &StepResult) -> String {
    match result {
        StepResult::Error(error) => format!("failed: {error}"),
        StepResult::Yield(op) => format!("yielded {op}"),
        other => format!("ended as {other:?}"),
    }
}
