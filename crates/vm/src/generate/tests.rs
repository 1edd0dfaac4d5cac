use super::*;
use crate::outcome::StepResult;
use std::collections::BTreeMap;
use ternsig_isa::table;

/// Runs to the end, answering yields.
fn run(generated: &mut Generated) -> StepResult {
    for _ in 0..3_000 {
        match generated.interpreter.run_until_yield() {
            StepResult::Yield(op) => {
                if let Err(error) = answer(&op, generated.interpreter.machine_mut()) {
                    generated.interpreter.fail(error.clone());
                    return StepResult::Error(error);
                }
            }
            end => return end,
        }
    }
    StepResult::Continue
}

#[test]
fn most_networks_run_to_their_end() {
    let (mut complete, mut again, count) = (0, 0, 1_000);
    let mut failures = BTreeMap::new();
    for seed in 0..count as u32 {
        let mut generated = network(&seed.to_le_bytes(), 60).unwrap();
        let end = run(&mut generated);
        if matches!(end, StepResult::Halt | StepResult::Ended) {
            complete += 1;
            again += usize::from(matches!(run(&mut generated), StepResult::Halt | StepResult::Ended));
        } else {
            let what = match end {
                StepResult::Error(error) => format!("{} {}", error.mnemonic(), error.kind()),
                other => format!("{other:?}"),
            };
            *failures.entry(what).or_insert(0) += 1;
        }
    }
    let mut failures: Vec<_> = failures.into_iter().collect();
    failures.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    assert!(complete * 100 >= count * 80, "{complete} of {count}: {failures:?}");
    assert!(again * 100 >= complete * 70, "{again} of {complete}");
}

#[test]
fn networks_complete_every_instruction() {
    let mut completed = BTreeMap::new();
    for seed in 0..3_000u32 {
        let mut generated = network(&seed.to_le_bytes(), 40).unwrap();
        for _ in 0..400 {
            let machine = generated.interpreter.machine();
            let word = generated.program.instructions.get(machine.pc()).copied();
            match generated.interpreter.step() {
                StepResult::Yield(op) => {
                    if answer(&op, generated.interpreter.machine_mut()).is_err() {
                        break;
                    }
                }
                StepResult::Continue | StepResult::Break | StepResult::Return | StepResult::Halt => {}
                _ => break,
            }
            let Some(word) = word else { break };
            *completed.entry((word.ext, word.opcode)).or_insert(0u32) += 1;
            if generated.interpreter.machine().last_outcome().is_some() {
                break;
            }
        }
    }
    let never: Vec<_> = table::rows()
        .filter(|row| !row.is_reserved() && !completed.contains_key(&(row.ext, row.opcode)))
        .map(|row| (row.ext, row.name))
        .collect();
    assert!(never.is_empty(), "never completed: {never:?}");
}

#[test]
fn the_same_bytes_give_the_same_machine_run_and_calls() {
    for seed in 0..200u32 {
        let [mut one, mut other] = [0, 1].map(|_| network(&seed.to_le_bytes(), 40).unwrap());
        let portion = (seed % 3 == 0).then_some(u64::from(seed) + 1);
        for round in 0..3u8 {
            lockstep(&mut one, &mut other, portion).unwrap();
            for generated in [&mut one, &mut other] {
                between_runs(generated.interpreter.machine_mut(), &mut Entropy::new(&[seed as u8, round]));
            }
        }
    }
}

#[test]
fn a_difference_is_found_at_the_next_pause() {
    let [mut one, mut other] = [0, 1].map(|_| random(b"seed", 20).unwrap());
    other.interpreter.machine_mut().set_param(63, 77);
    one.interpreter.machine_mut().set_param(63, 78);
    let difference = lockstep(&mut one, &mut other, None).unwrap_err();
    assert!(difference.contains("P63 is 78 in one and 77 in the other"), "{difference}");
}

#[test]
fn devices_differ_in_what_they_are_asked_and_keep() {
    use crate::devices::{BankAccess, SubstrateHandle};
    let (one, other) = (MockDevices::new(1), MockDevices::new(1));
    assert_eq!(one.difference(&other), None);
    one.substrate().read_field(1, 2);
    assert_eq!(one.difference(&other).unwrap(), "there were 1 device calls in one and 0 in the other");
    other.substrate().read_field(1, 3);
    assert_eq!(
        one.difference(&other).unwrap(),
        "device call 0 is field[1, 2, 0] [] in one and field[1, 3, 0] [] in the other"
    );
    let (high, low) = one.bank().write(0, &[1, 2]).unwrap();
    assert_eq!(one.bank().load(0, high, low), Some(vec![1, 2]));
    assert_eq!(one.bank().write(DECLINED_SLOT, &[1]), None);
    assert_eq!(
        MockDevices::new(1).difference(&MockDevices::new(2)).unwrap(),
        "the devices keep something different"
    );
}

const DECLINED_SLOT: u8 = 2;
