//! Laws that hold for every valid program, tried on random ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use ternsig_isa::{InstructionSet, table};
use ternsig_program::generate::{self, Entropy};
use ternsig_program::{AssembledProgram, binary};
use ternsig_vm::generate::{Generated, LIMITS, answer, random};
use ternsig_vm::{Interpreter, StepResult};

/// A generated program on a machine with generated content.
fn machine(bytes: &[u8], length: usize) -> (AssembledProgram, Interpreter) {
    let Generated { program, interpreter, .. } = random(bytes, length).unwrap();
    (program, interpreter)
}

/// Runs to the end, answering yields. At each pause `hand_over` may put another interpreter in the old one's place.
fn run(
    mut interpreter: Interpreter,
    mut hand_over: impl FnMut(Interpreter) -> Interpreter,
) -> (StepResult, Vec<u8>) {
    for _ in 0..200 {
        match interpreter.run_until_yield() {
            StepResult::Yield(op) => {
                interpreter = hand_over(interpreter);
                answer(&op, interpreter.machine_mut()).unwrap();
            }
            end => return (end, interpreter.suspend()),
        }
    }
    (StepResult::Continue, interpreter.suspend())
}

/// Laws about random programs say little if those stop at their first instructions.
#[test]
fn random_programs_complete_every_instruction() {
    let mut completed = BTreeMap::new();
    for seed in 0..4_000u32 {
        let (_, mut interpreter) = machine(&seed.to_le_bytes(), 150);
        for _ in 0..400 {
            let word = interpreter
                .machine()
                .program()
                .program()
                .instructions
                .get(interpreter.machine().pc())
                .copied();
            match (interpreter.step(), word) {
                (StepResult::Yield(op), _) => answer(&op, interpreter.machine_mut()).unwrap(),
                (StepResult::Continue | StepResult::Break | StepResult::Return, Some(_)) => {}
                (StepResult::Halt, Some(word)) => {
                    *completed.entry((word.ext, word.opcode)).or_insert(0) += 1;
                    break;
                }
                (StepResult::Error(_), _) => {
                    // Go on behind it: here only what completes is counted.
                    let pc = interpreter.machine().pc();
                    interpreter.begin_run();
                    interpreter.machine_mut().set_pc(pc);
                    continue;
                }
                _ => break,
            }
            if let Some(word) = word {
                *completed.entry((word.ext, word.opcode)).or_insert(0u32) += 1;
            }
        }
    }
    let never: Vec<_> = table::rows()
        .filter(|row| !row.is_reserved())
        .map(|row| (row.name, completed.get(&(row.ext, row.opcode)).copied().unwrap_or(0)))
        .filter(|&(_, count)| count == 0)
        .collect();
    assert!(never.is_empty(), "never completed: {never:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_same_run_twice_gives_the_same_machine(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let [first, second] = [0, 1].map(|_| run(machine(&bytes, 24).1, |interpreter| interpreter));
        prop_assert_eq!(first, second);
    }

    #[test]
    fn a_suspended_machine_comes_to_the_same_end_elsewhere(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (program, interpreter) = machine(&bytes, 24);
        let stayed = run(interpreter, |interpreter| interpreter);
        let moved = run(machine(&bytes, 24).1, |interpreter| {
            let mut other = Interpreter::from_program(&program).unwrap();
            other.set_limits(LIMITS);
            other.restore(&interpreter.suspend()).unwrap();
            other
        });
        prop_assert_eq!(stayed, moved);
    }

    #[test]
    fn a_run_in_small_portions_of_fuel_comes_to_the_same_end(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        portion in 1u64..60,
    ) {
        let (_, mut whole) = machine(&bytes, 24);
        let (program, mut parts) = machine(&bytes, 24);
        let mut ends = [StepResult::Continue, StepResult::Continue];
        whole.begin_run();
        whole.machine_mut().set_fuel(u64::MAX / 2);
        parts.begin_run();
        parts.machine_mut().set_fuel(portion);
        let mut spent = 0;
        for _ in 0..3_000 {
            let before = parts.machine().fuel();
            let result = parts.run_until_yield();
            spent += before - parts.machine().fuel();
            match result {
                StepResult::OutOfFuel => {
                    let mut other = Interpreter::from_program(&program).unwrap();
                    other.set_limits(LIMITS);
                    other.restore(&parts.suspend()).unwrap();
                    parts = other;
                    let left = parts.machine().fuel();
                    parts.machine_mut().set_fuel(left + portion);
                }
                StepResult::Yield(op) => answer(&op, parts.machine_mut()).unwrap(),
                end => {
                    ends[0] = end;
                    break;
                }
            }
        }
        whole.machine_mut().set_fuel(spent);
        for _ in 0..3_000 {
            match whole.run_until_yield() {
                StepResult::Yield(op) => answer(&op, whole.machine_mut()).unwrap(),
                end => {
                    ends[1] = end;
                    break;
                }
            }
        }
        // A program that is still going on was stopped by the bound on portions; the other then ran out of that fuel.
        if ends[0] != StepResult::Continue {
            prop_assert_eq!(&ends[0], &ends[1]);
            let left = parts.machine().fuel();
            whole.machine_mut().set_fuel(left);
            prop_assert_eq!(parts.snapshot(), whole.snapshot());
        }
    }

    #[test]
    fn text_and_binary_keep_the_program(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let set = InstructionSet::standard();
        let program = generate::program(&mut Entropy::new(&bytes), &set, 40);
        let binary = binary::write(&program, binary::WriteOptions::default()).unwrap();
        prop_assert_eq!(&binary::read(&binary).unwrap().program.instructions, &program.instructions);
        let text = ternsig_asm::disassemble(&program, &set);
        let back = ternsig_asm::assemble(&text, &set).program.unwrap();
        prop_assert_eq!(&back.registers, &program.registers);
        prop_assert_eq!(binary::write(&back, binary::WriteOptions::default()).unwrap(), binary, "{}", text);
    }
}
