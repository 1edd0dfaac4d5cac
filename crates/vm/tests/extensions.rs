//! What an extension may do to a run.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use ternsig_isa::{DomainOp, DomainOpKind, Effect, ExtensionSyntax, Form, Instruction, RoleSet, Row, Work};
use ternsig_program::AssembledProgram;
use ternsig_vm::{
    Error, ErrorKind, ExecutionContext, Extension, ExtensionRegistry, Interpreter, Outcome, StepResult,
};

const ID: u16 = 0x0100;
const ASKED: DomainOp = DomainOp::PoolSave;

const fn row(opcode: u16, name: &'static str, yields: Option<DomainOpKind>) -> Row {
    Row {
        ext: ID,
        opcode,
        name,
        aliases: &[],
        forms: &[Form { fields: &[], fixed: &[], null_bytes: &[] }],
        effect: Effect::Control,
        work: Work::Unit,
        roles: RoleSet::ALL,
        yields,
        doc: "a test",
    }
}

static ROWS: [Row; 6] = [
    row(0, "asks", Some(DomainOpKind::PoolSave)),
    row(1, "fails", None),
    row(2, "works", None),
    row(3, "leaves", None),
    row(4, "answers", None),
    row(5, "surprises", Some(DomainOpKind::PoolLoad)),
];

struct Odd;

impl ExtensionSyntax for Odd {
    fn id(&self) -> u16 {
        ID
    }
    fn name(&self) -> &str {
        "odd"
    }
    fn rows(&self) -> &'static [Row] {
        &ROWS
    }
}

impl Extension for Odd {
    fn execute(&self, opcode: u16, _: [u8; 4], ctx: &mut ExecutionContext<'_>) -> StepResult {
        let machine = ctx.machine_mut();
        match opcode {
            0 => {
                machine.set_pc(0);
                StepResult::Yield(ASKED)
            }
            1 => {
                machine.set_pc(99);
                StepResult::Error(Error::new(ErrorKind::AssertionFailed, "odd"))
            }
            2 if machine.is_interrupted() => StepResult::Interrupted,
            2 if !machine.spend_fuel(10) => StepResult::OutOfFuel,
            2 => StepResult::Continue,
            3 => {
                machine.jump(4);
                StepResult::Break
            }
            5 => StepResult::Yield(ASKED),
            _ => {
                machine.set_output(&[1, 2, 3]);
                StepResult::Halt
            }
        }
    }
}

fn interpreter(words: &[(u16, u16, u8)]) -> Interpreter {
    let mut registry = ExtensionRegistry::standard();
    registry.register(Arc::new(Odd)).unwrap();
    let words = words.iter().map(|&(ext, opcode, d)| Instruction { ext, opcode, operands: [0, 0, 0, d] });
    let program = AssembledProgram { instructions: words.collect(), ..AssembledProgram::default() };
    Interpreter::with_registry(&program, Arc::new(registry)).unwrap()
}

const NOP: (u16, u16, u8) = (0, 0, 0);

#[test]
fn a_yield_belongs_to_its_own_word() {
    let mut asking = interpreter(&[NOP, (ID, 0, 0), NOP]);
    assert_eq!(asking.run_until_yield(), StepResult::Yield(ASKED));
    assert_eq!((asking.machine().pending(), asking.machine().pc()), (Some((ASKED, 1)), 2));
    let failed = asking.fail(Error::new(ErrorKind::NoDevice, "no pool")).unwrap();
    assert_eq!(failed.to_string(), "instruction 1 (odd.asks): no pool");
    assert_eq!(asking.run(), Outcome::Unfulfilled { op: ASKED, instruction: 1 });
    let refused = asking.run_with_host(|_, _| Err(Error::new(ErrorKind::Denied, "not now")));
    assert_eq!(refused.to_string(), "instruction 1 (odd.asks): not now");
}

#[test]
fn a_yield_is_of_the_kind_that_the_row_declares() {
    let mut surprising = interpreter(&[NOP, (ID, 5, 0)]);
    let outcome = surprising.run_with_host(|_, _| panic!("nobody is asked"));
    assert_eq!(
        outcome.to_string(),
        "instruction 1 (odd.surprises): it asks for PoolSave, but its row declares PoolLoad"
    );
}

#[test]
fn an_error_leaves_the_program_counter_behind_the_word() {
    let mut failing = interpreter(&[(ID, 1, 0), NOP]);
    failing.machine_mut().set_collect_failures(true);
    let outcome = failing.run();
    assert_eq!(outcome.to_string(), "instruction 0 (odd.fails): odd");
    assert_eq!(failing.machine().pc(), 1);
}

#[test]
fn what_did_not_happen_is_executed_again() {
    let mut working = interpreter(&[NOP, (ID, 2, 0)]);
    working.begin_run();
    working.machine_mut().set_fuel(11);
    assert_eq!(working.run(), Outcome::OutOfFuel { instruction: 1 });
    assert_eq!((working.machine().pc(), working.machine().fuel()), (1, 10));
    working.machine_mut().set_fuel(11);
    assert_eq!(working.run(), Outcome::Ended);
    assert_eq!(working.machine().fuel(), 0);
}

#[test]
fn leaving_a_loop_ends_it() {
    let mut leaving = interpreter(&[(0, 0x6000, 9), NOP, (ID, 3, 0), (0, 0x6001, 0), (ID, 4, 0)]);
    assert_eq!(leaving.forward_i32(&[]).unwrap(), [1, 2, 3]);
    assert!(leaving.machine().control_stack().is_empty());
}
