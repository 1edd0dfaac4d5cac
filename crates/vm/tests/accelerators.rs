//! What an accelerator may answer, and how the run goes on.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use ternsig_isa::{DomainOp, InstructionSet, Register};
use ternsig_vm::{
    Accelerator, Answer, Devices, Entered, ErrorKind, ExecutionContext, Interpreter, Machine, Outcome,
    StepResult, accelerator,
};

fn interpreter(source: &str) -> Interpreter {
    let assembly = ternsig_asm::assemble(source, &InstructionSet::standard());
    Interpreter::from_program(&assembly.into_result().unwrap()).unwrap()
}

/// Executes every instruction as the interpreter does, and reports it as code that owns the whole program would.
#[derive(Debug)]
struct Whole;

impl Accelerator for Whole {
    fn enter(&mut self, machine: &mut Machine, devices: &mut Devices) -> Entered {
        loop {
            match accelerator::step(machine, devices) {
                StepResult::Continue | StepResult::Break | StepResult::Return => {}
                StepResult::Halt => return Entered::Halted,
                result => return Entered::Stopped(Box::new(result)),
            }
        }
    }
}

/// Outcome, operations and everything that a suspended machine holds, without and with the accelerator.
fn both_ways(source: &str) -> (Outcome, Vec<DomainOp>) {
    let run = |accelerated: bool| {
        let mut interpreter = interpreter(source);
        interpreter.machine_mut().set_collect_failures(true);
        if accelerated {
            interpreter.set_accelerator(Some(Box::new(Whole)));
        }
        let mut asked = Vec::new();
        let outcome = interpreter.run_with_host(|op, _| {
            asked.push(*op);
            Ok(Answer::Done)
        });
        assert_eq!(interpreter.machine().last_outcome(), Some(&outcome));
        ((outcome, asked), interpreter.suspend())
    };
    let (plain, accelerated) = (run(false), run(true));
    assert_eq!(plain, accelerated);
    plain.0
}

#[test]
fn it_may_execute_a_whole_run() {
    let mut halting =
        interpreter(".registers\n H0: i32[2]\n.program\n load_input H0\n store_output H0\n halt\n");
    halting.set_accelerator(Some(Box::new(Whole)));
    for input in [[1, 2], [3, 4]] {
        assert_eq!(halting.forward_i32(&input), Ok(&input[..]));
        assert_eq!(halting.machine().last_outcome(), Some(&Outcome::Halted));
        assert_eq!(halting.run_until_yield(), StepResult::Halt);
    }
    assert_eq!(halting.machine().runs(), 4);
}

#[test]
fn a_step_that_does_not_go_on_ends_or_pauses_the_run_as_usual() {
    let yields = ".requires\n neuro\n lifecycle\n.registers\n H0: i32[2]\n.program\n neuro.chem_inject H0, 1, 1\n lifecycle.tick_read H0\n nop\n";
    let (outcome, asked) = both_ways(yields);
    let source = Register::hot(0);
    let inject = DomainOp::ChemInject { source, chem_id: 1, elem_idx: 1, signed: false };
    assert_eq!((outcome, asked), (Outcome::Ended, vec![inject, DomainOp::TickRead { target: source }]));

    let short = ".requires\n neuro\n.registers\n H0: i32[1]\n.program\n neuro.chem_inject H0, 1, 1\n halt\n";
    let (Outcome::Failed(error), _) = both_ways(short) else { panic!("H0 is too short") };
    assert_eq!((error.kind(), error.instruction()), (ErrorKind::BadRegister, Some(0)));
}

#[test]
fn a_failed_assertion_is_collected_whoever_executed_it() {
    let tests = ".requires\n test\n.registers\n H0: i32[1]\n.program\n test.test_begin 1\n test.assert_active H0\n test.test_end\n halt\n";
    assert_eq!(both_ways(tests).0, Outcome::Halted);
    let open = ".requires\n test\n.program\n test.test_begin 1\n halt\n";
    let (Outcome::Failed(error), _) = both_ways(open) else { panic!("the test is open") };
    assert_eq!(error.kind(), ErrorKind::AssertionFailed);
}

#[test]
fn a_word_that_is_no_step_of_the_program_asks_for_its_own_operation() {
    let source = ".requires\n neuro\n.registers\n H0: i32[1]\n.program\n neuro.chem_read H0, 3\n halt\n";
    let mut asking = interpreter(source);
    let registry = Arc::clone(asking.registry());
    let asked = StepResult::Yield(DomainOp::ChemRead { target: Register::hot(5), chem_id: 6 });
    for pc in [0, 1, 2, usize::MAX] {
        asking.machine_mut().set_pc(pc);
        let mut ctx: ExecutionContext<'_> = asking.context();
        assert_eq!(registry.dispatch(0x0005, 0x0000, [5, 6, 0, 0], &mut ctx), asked);
    }
    assert_eq!(asking.machine().pending(), None);
}
