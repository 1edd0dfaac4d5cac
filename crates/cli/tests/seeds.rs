//! The programs under `firmware/seeds/`: each runs, on the registers that it needs, with a recorded host.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;
use std::sync::Arc;
use ternsig_host::Engine;
use ternsig_isa::{DomainOp, InstructionSet, Register, Shape, Signal, Temperature};
use ternsig_program::AssembledProgram;
use ternsig_vm::{Answer, ExecutionContext, Interpreter, Outcome};

fn program(name: &str) -> AssembledProgram {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/seeds").join(name);
    let source = std::fs::read_to_string(&path).unwrap();
    let assembly = ternsig_asm::assemble(&source, &InstructionSet::standard());
    let problems: Vec<_> = assembly.diagnostics.iter().map(ToString::to_string).collect();
    assembly.program.unwrap_or_else(|| panic!("{name}: {problems:?}"))
}

/// The region of the seeds: 12 inputs, 32 outputs, where output `o` repeats input `o mod 12`.
fn region() -> Interpreter {
    let mut interpreter = Interpreter::from_program(&program("representation.ternsig")).unwrap();
    let weights = interpreter.machine_mut().cold_mut(0).unwrap();
    let mut edit = weights.edit();
    for row in 0..32 {
        edit.set(row * 12 + row % 12, Signal::positive(1));
    }
    drop(edit);
    interpreter.machine_mut().set_input(&[10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]);
    interpreter
}

/// An operation that is expected, and what the host does about it.
type Recorded<'a> = (DomainOp, &'a dyn Fn(&mut ExecutionContext<'_>));

/// Answers the expected operations in order and nothing else, with every engine. They must agree.
fn run_recorded(interpreter: &mut Interpreter, record: &[Recorded<'_>]) -> Outcome {
    let others = [Engine::Jit, Engine::Auto, Engine::Crosscheck].map(|engine| {
        let machine = interpreter.machine().clone();
        let mut other = Interpreter::from_machine(machine, Arc::clone(interpreter.registry()));
        engine.equip(&mut other).unwrap();
        (engine, run_once(&mut other, record), other)
    });
    let outcome = run_once(interpreter, record);
    for (engine, other_outcome, other) in others {
        assert_eq!(other_outcome, outcome, "{engine}");
        assert_eq!(interpreter.machine().difference(other.machine()), None, "{engine}");
    }
    outcome
}

fn run_once(interpreter: &mut Interpreter, record: &[Recorded<'_>]) -> Outcome {
    let mut expected = record.iter();
    let outcome = interpreter.run_with_host(|op, ctx| {
        let (wanted, act) = expected.next().unwrap_or_else(|| panic!("unexpected {op}"));
        assert_eq!(op, wanted);
        act(ctx);
        Ok(Answer::Done)
    });
    assert_eq!(expected.count(), 0, "operations that did not come; the run ended: {outcome}");
    outcome
}

fn nothing(_: &mut ExecutionContext<'_>) {}

#[test]
fn a_region_runs_forward_reads_dopamine_and_learns() {
    let mut interpreter = region();
    let read = DomainOp::ChemRead { target: Register::hot(2), chem_id: 0 };
    let level =
        |ctx: &mut ExecutionContext<'_>| ctx.machine_mut().set_hot(2, &[200], Shape::vector(1)).unwrap();
    assert_eq!(run_recorded(&mut interpreter, &[(read, &level)]), Outcome::Halted);
    let machine = interpreter.machine();
    assert_eq!(machine.output().len(), 32);
    assert_eq!(machine.output()[..13], [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 10]);
    assert_eq!(machine.hot(2).unwrap().data(), [200]);
    // One pressure for each of the 32 activities: M = 120, theta = 30; activity 40 gives (10*256/120)*15/256 = 1.
    assert_eq!(machine.pressure(0).unwrap()[..5], [0, 0, 0, 1, 2]);
}

#[test]
fn the_test_of_a_region_passes_on_its_machine() {
    let mut interpreter = region();
    interpreter.load(&program("test_representation.ternsig")).unwrap();
    assert_eq!(run_recorded(&mut interpreter, &[]), Outcome::Halted);
    let [test] = interpreter.machine().tests().records() else { panic!("one test") };
    assert_eq!((test.id, test.assertions, test.failure.as_deref()), (1, 2, None));
}

#[test]
fn the_boot_program_allocates_wires_and_opens_entries() {
    let mut interpreter = Interpreter::from_program(&program("boot_topology.ternsig")).unwrap();
    interpreter.machine_mut().set_hot(0, &[1; 12], Shape::vector(12)).unwrap();
    let entries = [0, 1].map(|index| DomainOp::InitThermo { register: Register::cold(index) });
    let outcome = run_recorded(&mut interpreter, &[(entries[0], &nothing), (entries[1], &nothing)]);
    assert_eq!(outcome, Outcome::Halted);
    let machine = interpreter.machine();
    assert_eq!(machine.cold(0).unwrap().shape(), Shape::matrix(32, 12));
    assert_eq!(machine.cold(1).unwrap().shape(), Shape::matrix(64, 32));
    assert_eq!(machine.hot(1).unwrap().data(), [0; 32]);
}

#[test]
fn the_coldest_weights_row_is_pruned() {
    let mut interpreter = region();
    let weights = interpreter.machine_mut().cold_mut(0).unwrap();
    weights.set_temperature(17, Temperature::Warm);
    weights.set_temperature(30, Temperature::Cool);
    interpreter.load(&program("evolve_prune.ternsig")).unwrap();
    assert_eq!(run_recorded(&mut interpreter, &[]), Outcome::Halted);
    let machine = interpreter.machine();
    assert_eq!(machine.hot(1).unwrap().data(), [30]);
    let pruned = machine.cold(0).unwrap();
    assert_eq!(pruned.shape(), Shape::matrix(31, 12));
    // Row 2 held input 2; row 3 took its place.
    assert_eq!(pruned.signals()[2 * 12 + 3], Signal::positive(1));
    assert_eq!(pruned.temperature(17), Temperature::Warm);
}

#[test]
fn models_are_loaded_run_and_chained() {
    let mut interpreter = Interpreter::from_program(&program("orchestrator.ternsig")).unwrap();
    interpreter.machine_mut().set_hot(0, &[3, 4], Shape::vector(2)).unwrap();
    let target = Register::hot(0);
    let exec = |ctx: &mut ExecutionContext<'_>| {
        let model = ctx.machine().models().slot(0).unwrap();
        assert_eq!((model.input, model.running), (Some(Register::hot(0)), true));
        assert_eq!(ctx.machine().hot(0).unwrap().data(), [3, 4]);
        ctx.machine_mut().set_hot(0, &[7], Shape::vector(1)).unwrap();
    };
    let outcome = run_recorded(
        &mut interpreter,
        &[
            (DomainOp::ModelLoad { target, slot: 0 }, &nothing),
            (DomainOp::ModelLoad { target, slot: 1 }, &nothing),
            (DomainOp::ModelExec { target, slot: 0 }, &exec),
        ],
    );
    assert_eq!(outcome, Outcome::Halted);
    let machine = interpreter.machine();
    assert_eq!(machine.hot(1).unwrap().data(), [7]);
    assert_eq!(machine.models().slot(1).unwrap().input, Some(Register::hot(1)));
}
