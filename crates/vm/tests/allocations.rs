//! A warmed-up run allocates nothing: every register, buffer and stack keeps its capacity.
#![allow(clippy::unwrap_used, reason = "tests")]

use allocation_counter::measure;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use ternsig_asm::assemble;
use ternsig_isa::{Effect, InstructionSet, Row, Shape, Temperature, rows};
use ternsig_program::AssembledProgram;
use ternsig_vm::{Answer, ColdRegister, Interpreter, Outcome};

/// The programs of this test, which together hold every instruction that is [covered](must_be_covered).
const PROGRAMS: [&str; 6] = [
    include_str!("allocations/core.ternsig"),
    include_str!("allocations/control.ternsig"),
    include_str!("allocations/tensor.ternsig"),
    include_str!("allocations/ternary.ternsig"),
    include_str!("allocations/activation.ternsig"),
    include_str!("allocations/learning.ternsig"),
];

const INPUT: [i32; 8] = [40, -3, 200, 17, 0, 255, 90, -120];
const TARGET: [i32; 4] = [1, -1, 0, 1];

fn assembled(source: &str) -> AssembledProgram {
    assemble(source, &InstructionSet::standard()).into_result().unwrap()
}

/// An interpreter with generated weights in every cold register, and whatever it has to allocate allocated.
fn warmed_up(source: &str) -> Interpreter {
    let mut interpreter = Interpreter::from_program(&assembled(source)).unwrap();
    let machine = interpreter.machine_mut();
    machine.set_target(&TARGET);
    for index in 0..64 {
        let Some(shape) = machine.cold(index).map(ColdRegister::shape) else { continue };
        let weights = ternsig_vm::arith::random_signals(index as u64).take(shape.elements()).collect();
        machine.set_cold(index, Arc::new(ColdRegister::new(weights, shape).unwrap())).unwrap();
    }
    for _ in 0..3 {
        interpreter.forward_i32(&INPUT).unwrap();
    }
    interpreter
}

/// How many allocations a run on the usual input makes.
fn allocations(interpreter: &mut Interpreter) -> u64 {
    measure(|| {
        black_box(interpreter.forward_i32(black_box(&INPUT)).unwrap());
    })
    .count_total
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(black_box(vec![1]))).count_total, 1);
}

#[test]
fn a_warmed_up_forward_pass_allocates_nothing() {
    for source in PROGRAMS {
        let mut interpreter = warmed_up(source);
        let name = interpreter.machine().program().program().meta.name.clone();
        assert_eq!(allocations(&mut interpreter), 0, "program {name}");
    }
}

#[test]
fn products_with_temperatures_allocate_nothing() {
    let mut interpreter = warmed_up(PROGRAMS[0]);
    interpreter.machine_mut().cold_mut(0).unwrap().fill_temperatures(Temperature::Warm);
    assert_eq!(allocations(&mut interpreter), 0);
}

#[test]
fn inputs_that_shrink_and_grow_again_allocate_nothing() {
    let mut interpreter = warmed_up(PROGRAMS[4]);
    for len in [5, 0, 8] {
        let made = measure(|| {
            black_box(interpreter.forward_i32(&INPUT[..len]).unwrap());
        });
        assert_eq!(made.count_total, 0, "{len} elements");
    }
}

#[test]
fn an_answered_yield_allocates_nothing() {
    let source =
        ".registers\n    H0: i32[1]\n.program\n    neuro.chem_read H0, 0\n    store_output H0\n    halt\n";
    let mut interpreter = Interpreter::from_program(&assembled(source)).unwrap();
    let mut run = || {
        let outcome = interpreter.run_with_host(|_, ctx| {
            ctx.machine_mut().set_hot(0, &[128], Shape::vector(1))?;
            Ok(Answer::Done)
        });
        assert_eq!(outcome, Outcome::Halted);
    };
    run();
    assert_eq!(measure(run).count_total, 0);
}

/// Everything that only computes or only chooses the way, except a `reset`, with which a program never ends.
fn must_be_covered(row: &Row) -> bool {
    matches!(row.effect, Effect::Pure | Effect::Control) && row.name != "reset"
}

#[test]
fn the_programs_hold_every_pure_instruction() {
    let held: BTreeSet<(u16, u16)> = PROGRAMS
        .iter()
        .flat_map(|source| assembled(source).instructions)
        .map(|word| (word.ext, word.opcode))
        .collect();
    let missing: Vec<String> = rows()
        .filter(|row| must_be_covered(row) && !held.contains(&(row.ext, row.opcode)))
        .map(ternsig_isa::operand::mnemonic)
        .collect();
    assert_eq!(missing, [""; 0], "add these to the programs beside this test");
}
