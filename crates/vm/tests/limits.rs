//! What a program may use up: memory by its limits, work by its fuel.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use ternsig_isa::{InstructionSet, Register, Shape};
use ternsig_vm::{
    Answer, ColdRegister, ErrorKind, ExecutionContext, ExtensionRegistry, Interpreter, Limits, Machine,
    Outcome, StepResult,
};

fn interpreter(source: &str) -> Interpreter {
    let assembly = ternsig_asm::assemble(source, &InstructionSet::standard());
    let problems: Vec<_> = assembly.diagnostics.iter().map(ToString::to_string).collect();
    Interpreter::from_program(&assembly.program.unwrap_or_else(|| panic!("{problems:?}"))).unwrap()
}

/// What one run costs beyond the 1 of each of its instructions.
fn work(interpreter: &mut Interpreter, instructions: u64) -> u64 {
    interpreter.run();
    let machine = interpreter.machine();
    machine.limits().fuel - machine.fuel() - instructions
}

fn dims(dims: &[u32]) -> Shape {
    Shape::new(dims).unwrap()
}

fn empty_cold(machine: &mut Machine, shape: &[u32]) {
    machine.set_cold(0, Arc::new(ColdRegister::zeros(dims(shape)))).unwrap();
}

#[test]
fn what_grows_a_cache_is_paid_for() {
    let source = ".requires\n tensor 0x0001\n.registers\n H0: i32[1]\n H1: i32[2]\n H2: i32[1]\n.program\n \
                  tensor.kv_clear H0\n tensor.kv_append_pos H0, H1, H2, 0\n";
    let mut appending = interpreter(source);
    appending.machine_mut().set_hot(2, &[1023], Shape::vector(1)).unwrap();
    assert_eq!(work(&mut appending, 2), 2, "1024 rows of 2");
}

#[test]
fn dimensions_beside_a_dimension_of_zero_are_paid_for() {
    let mean = ".requires\n tensor 0x0001\n.program\n tensor.reduce_mean_dim H1, H0, 0\n";
    let mut columns = interpreter(mean);
    columns.machine_mut().set_hot(0, &[], dims(&[0, 4096])).unwrap();
    assert_eq!(work(&mut columns, 1), 4, "means of 4096 columns");

    let mut rows = interpreter(".program\n ternary_matmul H1, C0, H0\n");
    rows.machine_mut().set_hot(0, &[1], Shape::vector(1)).unwrap();
    empty_cold(rows.machine_mut(), &[4096, 0]);
    assert_eq!(work(&mut rows, 1), 4, "4096 empty sums");

    let mut table = interpreter(".program\n embed_sequence H1, C0, 2\n");
    empty_cold(table.machine_mut(), &[2, 1024, 0]);
    assert_eq!(work(&mut table, 1), 2, "2 rows of 1024");
}

#[test]
fn lists_beside_the_registers_are_paid_for() {
    let source = ".requires\n learning 0x0004\n.program\n learning.decay_eligibility C0\n";
    let mut pressed = interpreter(source);
    pressed.machine_mut().set_pressure(0, Some(vec![0; 3000]));
    assert_eq!(work(&mut pressed, 1), 3);

    let source = ".requires\n learning 0x0004\n.registers\n C0: ternary[2048]\n.program\n \
                  learning.checkpoint_weights C0\n learning.rollback_weights C0\n";
    let mut copied = interpreter(source);
    copied.run_with_host(|_, _| Ok(Answer::Done));
    let used = copied.machine().limits().fuel - copied.machine().fuel();
    assert_eq!(used, 1 + 1 + 2);
}

#[test]
fn outputs_of_models_count_against_the_limit() {
    let source = ".requires\n orchestration 0x0007\n.program\n orchestration.model_load H0, 3\n \
                  orchestration.model_exec H0, 3\n orchestration.model_output H1, 3\n";
    let mut calling = interpreter(source);
    calling.set_limits(Limits { total_elements: 2500, ..Limits::default() });
    let outcome = calling.run_with_host(|_, ctx| {
        ctx.machine_mut().set_hot(0, &[7; 1000], Shape::vector(1000))?;
        Ok(Answer::Done)
    });
    let Outcome::Failed(error) = outcome else { panic!("{outcome}") };
    assert_eq!((error.kind(), error.instruction()), (ErrorKind::Limit, Some(2)));
    assert_eq!(error.register(), Some(Register::hot(1)));
    assert!(error.message().starts_with("H1: "), "{error}");
    let slot = calling.machine().models().slot(3).unwrap();
    assert_eq!((slot.output, slot.last_output.as_ref().map(Vec::len)), (None, Some(1000)));
}

#[test]
fn a_model_whose_output_cannot_be_kept_fails_the_run() {
    let source = ".requires\n orchestration 0x0007\n.program\n orchestration.model_load H0, 3\n \
                  orchestration.model_exec H0, 3\n halt\n";
    let mut calling = interpreter(source);
    calling.set_limits(Limits { total_elements: 1500, ..Limits::default() });
    let outcome = calling.run_with_host(|op, ctx| {
        if op.name() == "ModelExec" {
            ctx.machine_mut().set_hot(0, &[7; 1000], Shape::vector(1000))?;
        }
        Ok(Answer::Done)
    });
    let Outcome::Failed(error) = outcome else { panic!("{outcome}") };
    assert_eq!((error.kind(), error.instruction()), (ErrorKind::Limit, Some(1)));
}

#[test]
fn records_of_tests_are_limited() {
    let source =
        ".requires\n test 0x000A\n.program\nagain:\n test.test_begin 1\n test.test_end\n jump again\n";
    let mut endless = interpreter(source);
    let outcome = endless.run();
    let Outcome::Failed(error) = outcome else { panic!("{outcome}") };
    assert_eq!(error.message(), "more than 65536 tests in one run");
    assert_eq!(endless.machine().tests().records().len(), 65536);
}

#[test]
fn limits_without_bounds_overflow_nothing() {
    let mut machine = interpreter(".program\n halt\n").into_machine();
    machine.set_limits(Limits {
        register_elements: usize::MAX,
        total_elements: usize::MAX,
        ..Limits::default()
    });
    assert_eq!(machine.alloc_hot(dims(&[u32::MAX; 8])).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn registers_beyond_the_64_do_not_exist() {
    let mut machine = interpreter(".program\n halt\n").into_machine();
    for index in [64, 128, usize::MAX] {
        assert!(machine.hot(index).is_none() && machine.hot_mut(index).is_none());
        assert!(machine.cold(index).is_none() && machine.cold_mut(index).is_none());
        assert!(machine.share_cold(index).is_none() && machine.pressure(index).is_none());
        assert!(!machine.free_hot(index) && !machine.free_cold(index));
        let refused = machine.set_hot(index, &[], Shape::vector(0)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::BadRegister);
        assert_eq!(machine.check_hot(index, 0).unwrap_err(), refused);
        let register = Arc::new(ColdRegister::zeros(Shape::vector(1)));
        assert_eq!(machine.set_cold(index, register).unwrap_err().kind(), ErrorKind::BadRegister);
    }
}

#[test]
fn a_register_has_room_for_what_it_can_be_replaced_by() {
    let mut machine = interpreter(".program\n halt\n").into_machine();
    machine.set_limits(Limits { register_elements: 3, ..Limits::default() });
    for elements in [0, 3, 4] {
        let checked = machine.check_hot(2, elements);
        assert_eq!(machine.hot(2).map(|hot| hot.data().len()), None);
        assert_eq!(checked, machine.set_hot(2, &vec![1; elements], Shape::vector(elements)));
        assert_eq!(checked.is_err(), elements > 3);
        machine.free_hot(2);
    }
}

/// Every word of every executable instruction that a host may hand over, on a machine without a program of its own.
#[test]
fn single_words_never_panic() {
    let registry = ExtensionRegistry::standard();
    let source =
        ".registers\n H0: i32[2, 2]\n H1: i32[3]\n C0: ternary[2, 2]\n C1: ternary[3]\n.program\n halt\n";
    let machine = interpreter(source).into_machine();
    let bytes = [0, 1, 2, 63, 64, 65, 128, 192, 255];
    for op in ternsig_isa::Op::all() {
        for (i, a) in bytes.into_iter().enumerate() {
            for (j, b) in bytes.into_iter().enumerate() {
                let word = [a, b, bytes[(i + j) % 9], bytes[(2 * i + j) % 9]];
                let mut machine = machine.clone();
                let row = op.row();
                let mut ctx = ExecutionContext::new(&mut machine);
                let result = registry.dispatch(row.ext, row.opcode, word, &mut ctx);
                assert!(!matches!(result, StepResult::Interrupted | StepResult::OutOfFuel));
            }
        }
    }
}
