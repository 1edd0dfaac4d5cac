//! A run that is moved to another interpreter at every stop ends as one that stays.

use super::support::{core, declare, word};
use crate::error::Error;
use crate::interpreter::Interpreter;
use crate::machine::{Limits, Machine};
use crate::outcome::{Answer, Outcome, StepResult};
use proptest::collection::vec;
use proptest::prelude::*;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::learning::LearningOp;
use ternsig_isa::table::neuro::NeuroOp;
use ternsig_isa::table::orchestration::OrchestrationOp;
use ternsig_isa::table::test::TestOp;
use ternsig_isa::{DomainOp, FieldValue, Instruction, Op, Register, Shape};
use ternsig_program::AssembledProgram;

#[derive(Debug, Clone)]
enum Node {
    Word(Instruction),
    Loop(u8, Vec<Node>),
    Call,
}

fn instruction() -> impl Strategy<Value = Instruction> {
    let hot = || 0u8..4;
    let cold = || 0x40u8..0x42;
    let arithmetic = proptest::sample::select(vec![CoreOp::Add, CoreOp::Sub, CoreOp::WireSkip]);
    let learning = proptest::sample::select(vec![
        LearningOp::MasteryUpdate,
        LearningOp::MasteryCommit,
        LearningOp::MarkEligibility,
        LearningOp::UpdateWeights,
        LearningOp::ComputeError,
        LearningOp::ChlFreeStart,
        LearningOp::ChlFreeRecord,
        LearningOp::ChlClampStart,
        LearningOp::ChlClampRecord,
        LearningOp::CheckpointWeights,
        LearningOp::RollbackWeights,
        LearningOp::DiscardCheckpoint,
    ]);
    let models = proptest::sample::select(vec![
        OrchestrationOp::ModelLoad,
        OrchestrationOp::ModelExec,
        OrchestrationOp::ModelInput,
        OrchestrationOp::ModelOutput,
    ]);
    let tests = proptest::sample::select(vec![TestOp::TestBegin, TestOp::TestEnd, TestOp::Snapshot]);
    prop_oneof![
        4 => (arithmetic, hot(), hot(), hot()).prop_map(|(op, d, a, b)| core(op, [d, a, b, 0])),
        1 => (hot(), hot()).prop_map(|(d, a)| core(CoreOp::WireForward, [d, 0x40, a, 0])),
        3 => hot().prop_map(|h| core(CoreOp::AddBabble, [h, 0xFF, 0, 0])),
        1 => hot().prop_map(|h| core(CoreOp::StoreOutput, [0xFF, h, 0, 0])),
        1 => (cold(), any::<u8>()).prop_map(|(c, seed)| core(CoreOp::InitRandom, [c, 0, 0, seed])),
        1 => (cold(), any::<u8>()).prop_map(|(c, seed)| core(CoreOp::GrowNeuron, [c, 0, 1, seed])),
        3 => (learning, hot(), hot(), cold()).prop_map(|(op, a, b, c)| {
            let operands = match op {
                LearningOp::ComputeError | LearningOp::ChlFreeRecord | LearningOp::ChlClampRecord => [a, b, 0, 0],
                LearningOp::ChlFreeStart | LearningOp::ChlClampStart => [0; 4],
                LearningOp::MasteryUpdate => [c, a, b, 0],
                LearningOp::MarkEligibility => [c, a, 0, 0],
                _ => [c, 0, 0, 0],
            };
            word(Op::Learning(op), operands)
        }),
        3 => (hot(), 0u8..4).prop_map(|(h, chem)| word(Op::Neuro(NeuroOp::ChemRead), [h, chem, 0, 0])),
        1 => (models, hot()).prop_map(|(op, h)| word(Op::Orchestration(op), [h, 0, 0, 0])),
        1 => (tests, hot()).prop_map(|(op, h)| {
            word(Op::Test(op), [if op == TestOp::TestEnd { 0 } else { h }, 0, 0, 0])
        }),
    ]
}

fn program() -> impl Strategy<Value = AssembledProgram> {
    let leaf = prop_oneof![9 => instruction().prop_map(Node::Word), 1 => Just(Node::Call)];
    let node =
        leaf.prop_recursive(3, 24, 5, |inner| (0u8..4, vec(inner, 1..5)).prop_map(|(n, b)| Node::Loop(n, b)));
    (vec(node, 1..8), vec(instruction(), 0..4)).prop_map(|(main, function)| assemble(&main, &function))
}

fn assemble(main: &[Node], function: &[Instruction]) -> AssembledProgram {
    // A loaded model and a phase, for the instructions that need them.
    let mut instructions = vec![
        word(Op::Orchestration(OrchestrationOp::ModelLoad), [0; 4]),
        word(Op::Learning(LearningOp::ChlFreeStart), [0; 4]),
    ];
    flatten(main, &mut instructions);
    instructions.push(core(CoreOp::Halt, [0xFF, 0xFF, 0, 0]));
    let at = instructions.len() as u16;
    let call = core(CoreOp::Call, [0; 4]).opcode;
    for word in instructions.iter_mut().filter(|word| word.ext == 0 && word.opcode == call) {
        word.operands[2..].copy_from_slice(&at.to_be_bytes());
    }
    instructions.extend(function);
    instructions.push(core(CoreOp::Return, [0; 4]));
    let hot = (0..4).map(|index| declare(Register::hot(index), &[2 + u32::from(index)]));
    let cold = [declare(Register::cold(0), &[3, 4]), declare(Register::cold(1), &[4])];
    AssembledProgram { registers: hot.chain(cold).collect(), instructions, ..AssembledProgram::default() }
}

fn flatten(nodes: &[Node], out: &mut Vec<Instruction>) {
    for node in nodes {
        match node {
            Node::Word(word) => out.push(*word),
            Node::Call => out.push(core(CoreOp::Call, [0; 4])),
            Node::Loop(count, body) => {
                out.push(core(CoreOp::Loop, [0xFF, 0xFF, 0, *count]));
                flatten(body, out);
                out.push(core(CoreOp::EndLoop, [0xFF, 0xFF, 0, 0]));
            }
        }
    }
}

/// Answers with numbers that depend on the whole state of the run.
fn answer(op: &DomainOp, machine: &mut Machine) -> Result<(), Error> {
    let target = op.fields().into_iter().find(|(name, _)| *name == "target").map(|(_, value)| value);
    let Some(FieldValue::Register(target)) = target else { return Ok(()) };
    let data = [machine.pc() as i32, machine.fuel() as i32, machine.control_stack().len() as i32, 90];
    machine.set_hot(target.index(), &data, Shape::vector(4))
}

/// How a host drives a program, and whether it moves it to another process at every stop.
#[derive(Debug, Clone, Copy)]
struct Host {
    /// Stops at every yield instead of answering through a handler.
    by_steps: bool,
    fuel: u64,
    moves: bool,
}

impl Host {
    fn drive(self, program: &AssembledProgram) -> (Outcome, Vec<u8>) {
        let mut vm = Interpreter::from_program(program).unwrap();
        vm.set_limits(Limits { fuel: self.fuel, ..Limits::default() });
        vm.machine_mut().set_collect_failures(true);
        loop {
            if let Some(outcome) = if self.by_steps { run_to_yield(&mut vm) } else { run_or_wait(&mut vm) } {
                return (outcome, vm.suspend());
            }
            if self.moves {
                let bytes = vm.suspend();
                vm = Interpreter::from_program(program).unwrap();
                vm.restore(&bytes).unwrap();
            }
            if let Some((op, _)) = vm.machine().pending().filter(|_| self.by_steps) {
                answer(&op, vm.machine_mut()).unwrap();
            }
            if vm.machine().pending().is_none() {
                vm.machine_mut().set_fuel(self.fuel);
            }
        }
    }
}

/// The outcome, if the run is over.
fn run_to_yield(vm: &mut Interpreter) -> Option<Outcome> {
    match vm.run_until_yield() {
        StepResult::Yield(_) | StepResult::OutOfFuel => None,
        _ => vm.machine().last_outcome().cloned(),
    }
}

/// The outcome, if the run is over. Each operation waits once.
fn run_or_wait(vm: &mut Interpreter) -> Option<Outcome> {
    let outcome = vm.run_with_host(|op, ctx| {
        let waits = ctx.machine().param(0) == 0;
        ctx.machine_mut().set_param(0, i32::from(waits));
        if waits {
            return Ok(Answer::Wait);
        }
        answer(op, ctx.machine_mut()).map(|()| Answer::Done)
    });
    Some(outcome).filter(|outcome| !matches!(outcome, Outcome::Waiting { .. } | Outcome::OutOfFuel { .. }))
}

proptest! {
    #[test]
    fn moving_changes_nothing(program in program(), fuel in 4u64..30, by_steps in any::<bool>()) {
        let stays = Host { by_steps, fuel, moves: false }.drive(&program);
        let moves = Host { by_steps, fuel, moves: true }.drive(&program);
        prop_assert_eq!(stays, moves);
    }
}

/// A failure by the host reaches the run that was moved.
#[test]
fn a_moved_operation_can_fail() {
    let read = word(Op::Neuro(NeuroOp::ChemRead), [0, 3, 0, 0]);
    let program = AssembledProgram { instructions: vec![read], ..AssembledProgram::default() };
    let mut vm = Interpreter::from_program(&program).unwrap();
    let op = DomainOp::ChemRead { target: Register::hot(0), chem_id: 3 };
    assert_eq!(vm.run_until_yield(), StepResult::Yield(op));
    let mut moved = Interpreter::from_program(&program).unwrap();
    moved.restore(&vm.suspend()).unwrap();
    assert_eq!(moved.machine().pending(), Some((op, 0)));
    let outcome = moved.fail(Error::new(crate::ErrorKind::NoDevice, "no such device"));
    assert_eq!(outcome.unwrap().to_string(), "instruction 0 (neuro.chem_read): no such device");
}
