//! The run model: how runs begin, pause, go on and end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use ternsig_isa::{DomainOp, InstructionSet, Register, Shape, Signal};
use ternsig_vm::{
    Accelerator, Answer, Devices, Entered, Error, ErrorKind, Interpreter, Limits, Machine, Outcome,
    StepResult,
};

fn interpreter(source: &str) -> Interpreter {
    let assembly = ternsig_asm::assemble(source, &InstructionSet::standard());
    let problems: Vec<_> = assembly.diagnostics.iter().map(ToString::to_string).collect();
    Interpreter::from_program(&assembly.program.unwrap_or_else(|| panic!("{problems:?}"))).unwrap()
}

const ASKING: &str = "
.requires
    neuro 0x0005
.registers
    H0: i32[1]
    H1: i32[1]
.program
    set H0, 7
    neuro.chem_read H1, 3
    add H0, H0, H1
    store_output H0
    halt
";
const READ: DomainOp = DomainOp::ChemRead { target: Register::hot(1), chem_id: 3 };

fn put(machine: &mut Machine, register: usize, value: i32) {
    machine.set_hot(register, &[value], Shape::vector(1)).unwrap();
}

#[test]
fn each_run_begins_at_the_start_and_keeps_the_registers() {
    let mut counting = interpreter(
        ".registers\n H0: i32[1]\n H1: i32[1]\n.program\n set H1, 1\n add H0, H0, H1\n store_output H0\n halt\n",
    );
    for tick in 1..=3 {
        assert_eq!(counting.run(), Outcome::Halted);
        assert_eq!(counting.machine().output(), [tick]);
    }
    assert_eq!(counting.machine().runs(), 3);
}

#[test]
fn a_run_without_a_halt_ends_and_stores_nothing_of_the_run_before() {
    let source =
        ".registers\n H0: i32[1]\n.program\n load_input H0\n if_zero H0, end\n store_output H0\nend:\n";
    let mut program = interpreter(source);
    assert_eq!(program.forward_i32(&[5]).unwrap(), [5]);
    assert_eq!(program.forward_i32(&[0]).unwrap(), [0i32; 0]);
    assert_eq!(program.machine().last_outcome(), Some(&Outcome::Ended));
}

#[test]
fn signals_go_in_and_come_out_saturated() {
    let source = ".registers\n H0: i32[2]\n.program\n load_input H0\n add H0, H0, H0\n store_output H0\n";
    let output = interpreter(source).forward(&[Signal::positive(200), Signal::negative(3)]).unwrap();
    assert_eq!(output, [Signal::positive(255), Signal::negative(6)]);
}

#[test]
fn nothing_is_skipped_when_nobody_answers() {
    let mut asking = interpreter(ASKING);
    for _ in 0..2 {
        assert_eq!(asking.run(), Outcome::Unfulfilled { op: READ, instruction: 1 });
        assert_eq!(asking.machine().hot(1).unwrap().data(), [0]);
        assert!(asking.machine().output().is_empty());
    }
    assert_eq!(asking.forward_i32(&[]), Err(Outcome::Unfulfilled { op: READ, instruction: 1 }));
}

#[test]
fn calling_again_after_a_yield_means_that_it_is_done() {
    let mut asking = interpreter(ASKING);
    assert_eq!(asking.run_until_yield(), StepResult::Yield(READ));
    assert_eq!(asking.machine().pending(), Some((READ, 1)));
    put(asking.context().machine_mut(), 1, 5);
    assert_eq!(asking.run_until_yield(), StepResult::Halt);
    assert_eq!(asking.machine().output(), [12]);
    assert_eq!(asking.run_until_yield(), StepResult::Yield(READ), "a new run");
}

#[test]
fn a_failed_operation_fails_the_run_at_its_instruction() {
    let mut asking = interpreter(ASKING);
    asking.run_until_yield();
    let outcome = asking.fail(Error::new(ErrorKind::NoDevice, "no chemicals here")).unwrap();
    let Outcome::Failed(error) = &outcome else { panic!("{outcome}") };
    assert_eq!((error.kind(), error.instruction()), (ErrorKind::NoDevice, Some(1)));
    assert_eq!(error.to_string(), "instruction 1 (neuro.chem_read): no chemicals here");
    assert_eq!(asking.machine().pending(), None);
    assert_eq!(asking.fail(error.clone()), None, "nothing is outstanding any more");
}

#[test]
fn a_host_may_answer_wait_and_is_asked_again() {
    let mut asking = interpreter(ASKING);
    let mut asked = 0;
    for _ in 0..3 {
        let outcome = asking.run_with_host(|op, _| {
            assert_eq!(*op, READ);
            asked += 1;
            Ok(Answer::Wait)
        });
        assert_eq!(outcome, Outcome::Waiting { op: READ, instruction: 1 });
    }
    let outcome = asking.run_with_host(|_, ctx| {
        put(ctx.machine_mut(), 1, 1);
        Ok(Answer::Done)
    });
    assert_eq!((outcome, asked), (Outcome::Halted, 3));
    assert_eq!(asking.machine().output(), [8]);
    assert_eq!(asking.machine().runs(), 1);
}

#[test]
fn a_host_may_stop_or_refuse() {
    let mut asking = interpreter(ASKING);
    let stopped = asking.run_with_host(|_, _| Ok(Answer::Stop));
    assert_eq!(stopped, Outcome::Stopped { op: READ, instruction: 1 });
    let refused = asking.run_with_host(|_, _| Err(Error::new(ErrorKind::Denied, "not for you")));
    let Outcome::Failed(error) = refused else { panic!("{refused}") };
    assert_eq!((error.kind(), error.instruction()), (ErrorKind::Denied, Some(1)));
    assert_eq!(asking.machine().runs(), 2);
}

#[test]
fn out_of_fuel_pauses_before_the_instruction_and_goes_on_after_a_refill() {
    let mut program = interpreter(ASKING);
    program.begin_run();
    program.machine_mut().set_fuel(1);
    assert_eq!(program.run(), Outcome::OutOfFuel { instruction: 1 });
    assert_eq!((program.machine().pc(), program.machine().fuel()), (1, 0));
    assert_eq!(program.run(), Outcome::OutOfFuel { instruction: 1 }, "nothing was refilled");
    program.machine_mut().set_fuel(10);
    assert_eq!(program.run(), Outcome::Unfulfilled { op: READ, instruction: 1 });
    assert_eq!(program.machine().runs(), 1);
}

#[test]
fn fuel_is_one_and_one_for_each_1024_of_work() {
    let source = ".registers\n C0: ternary[64, 32]\n H0: i32[32]\n H1: i32[1]\n.program\n ternary_matmul H1, C0, H0\n halt\n";
    let mut product = interpreter(source);
    product.run();
    let used = product.machine().limits().fuel - product.machine().fuel();
    assert_eq!(used, (1 + 2) + 1, "2048 multiply-accumulates, and the halt");
}

#[test]
fn an_endless_loop_ends_with_its_fuel() {
    let mut endless = interpreter(".program\nagain:\n jump again\n");
    endless.set_limits(Limits { fuel: 1000, ..Limits::default() });
    assert_eq!(endless.run(), Outcome::OutOfFuel { instruction: 0 });
}

#[test]
fn an_interrupt_pauses_before_the_next_instruction() {
    let mut asking = interpreter(ASKING);
    let handle = asking.interrupt_handle();
    let outcome = asking.run_with_host(|_, ctx| {
        put(ctx.machine_mut(), 1, 2);
        handle.interrupt();
        Ok(Answer::Done)
    });
    assert_eq!(outcome, Outcome::Interrupted { instruction: 2 });
    assert_eq!(asking.run(), Outcome::Halted, "the request is spent");
    assert_eq!(asking.machine().output(), [9]);
}

#[test]
fn an_endless_program_can_be_interrupted_from_another_thread() {
    let mut endless = interpreter(".program\nagain:\n jump again\n");
    endless.set_limits(Limits { fuel: u64::MAX, ..Limits::default() });
    let handle = endless.interrupt_handle();
    let outcome = std::thread::scope(|scope| {
        let running = scope.spawn(|| endless.run());
        handle.interrupt();
        running.join().unwrap()
    });
    assert_eq!(outcome, Outcome::Interrupted { instruction: 0 });
}

#[test]
fn recursion_is_limited() {
    let mut recursive = interpreter(".program\nagain:\n call again\n");
    let outcome = recursive.run();
    let Outcome::Failed(error) = outcome else { panic!("{outcome}") };
    assert_eq!((error.kind(), error.instruction()), (ErrorKind::Limit, Some(0)));
    assert_eq!(recursive.machine().control_stack().len(), 1024);
}

#[test]
fn an_error_leaves_everything_but_fuel_and_program_counter() {
    let source = ".registers\n H0: i32[2]\n.program\n load_input H0\n relu H0, H9\n halt\n";
    let mut failing = interpreter(source);
    let outcome = failing.forward_i32(&[-1, 2]).unwrap_err();
    let Outcome::Failed(error) = outcome else { panic!("{outcome}") };
    assert_eq!(error.register(), Some(Register::hot(9)));
    assert_eq!(error.to_string(), "instruction 1 (relu): H9 is not allocated");
    assert_eq!(failing.machine().hot(0).unwrap().data(), [-1, 2]);
    assert_eq!(failing.machine().pc(), 2);
}

#[test]
fn failed_tests_can_be_collected() {
    let source = "
.requires
    test 0x000A
.registers
    H0: i32[1]
.program
    test.test_begin 1
    test.assert_active H0
    test.assert_range H0, 0, 0
    test.test_end
    test.test_begin 2
    test.assert_range H0, 0, 0
    test.test_end
    halt
";
    let mut tests = interpreter(source);
    assert!(matches!(tests.run(), Outcome::Failed(error) if error.kind() == ErrorKind::AssertionFailed));
    tests.machine_mut().set_collect_failures(true);
    assert_eq!(tests.run(), Outcome::Halted);
    let failed: Vec<_> =
        tests.machine().tests().records().iter().map(|test| (test.id, test.failure.is_some())).collect();
    assert_eq!(failed, [(1, true), (2, false)]);
}

#[test]
fn a_program_that_declares_no_registers_runs_on_those_that_are_there() {
    let mut machine = interpreter(".registers\n H5: i32[1]\n C1: ternary[2]\n.program\n set H5, 9\n halt\n");
    machine.run();
    let attached =
        ternsig_asm::assemble(".program\n store_output H5\n", &InstructionSet::standard()).program.unwrap();
    machine.load(&attached).unwrap();
    assert_eq!(machine.run(), Outcome::Ended);
    assert_eq!(machine.machine().output(), [9]);
    assert!(machine.machine().cold(1).is_some());
}

#[test]
fn weights_are_shared_until_one_machine_changes_them() {
    let source = ".registers\n C0: ternary[2]\n.program\n init_random C0, 42\n halt\n";
    let (mut first, mut second) = (interpreter(source), interpreter(source));
    second.machine_mut().set_cold(0, first.machine().share_cold(0).unwrap()).unwrap();
    let version = second.machine().cold(0).unwrap().version();
    first.run();
    assert_eq!(first.machine().cold(0).unwrap().values(), [211, 0]);
    assert_eq!(second.machine().cold(0).unwrap().values(), [0, 0]);
    assert_eq!(second.machine().cold(0).unwrap().version(), version);
}

#[test]
fn interpreters_can_be_moved_between_threads() {
    fn assert_send<T: Send>() {}
    assert_send::<Machine>();
    assert_send::<Interpreter>();
}

/// Executes `set H0, 7` in its own way and leaves everything else.
#[derive(Debug)]
struct SetsSeven;

impl Accelerator for SetsSeven {
    fn enter(&mut self, machine: &mut Machine, _devices: &mut Devices) -> Entered {
        if machine.pc() != 0 {
            return Entered::Declined;
        }
        let Some(fuel) = machine.fuel().checked_sub(1) else { return Entered::Declined };
        machine.set_fuel(fuel);
        put(machine, 0, 7);
        machine.set_pc(1);
        Entered::Ran
    }
}

#[test]
fn an_accelerator_takes_over_where_it_can_and_leaves_the_rest_to_the_interpreter() {
    let end = |accelerator: Option<Box<dyn Accelerator>>| {
        let mut asking = interpreter(ASKING);
        asking.set_accelerator(accelerator);
        let outcome = asking.run_with_host(|_, ctx| {
            put(ctx.machine_mut(), 1, 4);
            Ok(Answer::Done)
        });
        (outcome, asking.machine().output().to_vec(), asking.suspend())
    };
    let accelerated = end(Some(Box::new(SetsSeven)));
    assert_eq!(accelerated, end(None));
    assert_eq!(accelerated.1, [11]);
}

#[test]
fn an_operation_that_was_put_off_is_delivered_again_to_a_caller_that_steps() {
    for step in [Interpreter::run_until_yield, Interpreter::step] {
        let mut asking = interpreter(ASKING);
        asking.run_with_host(|_, _| Ok(Answer::Wait));
        assert_eq!(step(&mut asking), StepResult::Yield(READ));
        assert_eq!(asking.machine().pending(), Some((READ, 1)));
        put(asking.machine_mut(), 1, 1);
        assert_eq!(asking.run_until_yield(), StepResult::Halt);
        assert_eq!(asking.machine().output(), [8]);
    }
}

#[test]
fn a_machine_that_is_suspended_by_the_handler_asks_again() {
    let mut asking = interpreter(ASKING);
    let mut suspended = Vec::new();
    asking.run_with_host(|_, ctx| {
        assert_eq!(ctx.machine().pending(), Some((READ, 1)));
        suspended = ctx.machine().suspend();
        Ok(Answer::Done)
    });
    let mut other = interpreter(ASKING);
    other.restore(&suspended).unwrap();
    assert_eq!(other.run_until_yield(), StepResult::Yield(READ));
}

#[test]
fn a_model_that_the_host_could_not_execute_is_not_running() {
    let source = ".requires\n orchestration 0x0007\n.registers\n H0: i32[1]\n.program\n \
                  orchestration.model_load H0, 3\n orchestration.model_exec H0, 3\n halt\n";
    let mut calling = interpreter(source);
    let running = |m: &Machine| m.models().slot(3).map(|slot| slot.running);
    let outcome = calling.run_with_host(|op, ctx| match op {
        DomainOp::ModelExec { .. } => {
            assert_eq!(running(ctx.machine()), Some(true));
            Err(Error::new(ErrorKind::NotFound, "gone"))
        }
        _ => Ok(Answer::Done),
    });
    assert!(matches!(outcome, Outcome::Failed(_)));
    assert_eq!(running(calling.machine()), Some(false));
}

#[test]
fn a_copy_of_a_machine_is_not_interrupted_with_it() {
    let mut asking = interpreter(ASKING);
    let registry = Arc::clone(asking.registry());
    let mut copy = Interpreter::from_machine(asking.machine().clone(), registry);
    asking.interrupt_handle().interrupt();
    assert_eq!(copy.run(), Outcome::Unfulfilled { op: READ, instruction: 1 });
    assert_eq!(asking.run(), Outcome::Interrupted { instruction: 0 });
}

const FAILS_IN_A_SUBROUTINE: &str = "
.requires
    test 0x000A
.registers
    H0: i32[1]
.program
    test.test_begin 1
    loop 2
        call check
    end_loop
    test.test_end
    halt
check:
    test.assert_active H0
    return
    test.test_begin 2
    test.test_end
";

#[test]
fn a_test_that_fails_in_a_subroutine_goes_on_at_its_own_end() {
    let mut tests = interpreter(FAILS_IN_A_SUBROUTINE);
    tests.machine_mut().set_collect_failures(true);
    assert_eq!(tests.run(), Outcome::Halted);
    let record = &tests.machine().tests().records()[0];
    assert_eq!((record.id, record.end, record.failure.is_some()), (1, Some(4), true));
    assert!(tests.machine().control_stack().is_empty());
}

#[test]
fn failures_are_collected_when_stepping_too() {
    let mut tests = interpreter(FAILS_IN_A_SUBROUTINE);
    tests.machine_mut().set_collect_failures(true);
    while tests.step() == StepResult::Continue {}
    assert_eq!(tests.machine().last_outcome(), Some(&Outcome::Halted));
}

#[test]
fn an_accelerator_leaves_other_programs_alone() {
    let mut asking = interpreter(ASKING);
    asking.set_accelerator(Some(Box::new(SetsSeven)));
    let other = interpreter(".registers\n H0: i32[1]\n.program\n set H0, 3\n store_output H0\n halt\n");
    asking.machine_mut().load(other.machine().program().clone()).unwrap();
    assert_eq!(asking.run(), Outcome::Halted);
    assert_eq!(asking.machine().output(), [3]);
}
