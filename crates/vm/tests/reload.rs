//! Replacing a program by a newer version: what its registers keep.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ternsig_isa::{InstructionSet, Register, Shape, Signal, Temperature};
use ternsig_program::ValidatedProgram;
use ternsig_vm::machine::reload::{Dropped, Reloaded};
use ternsig_vm::{Answer, Interpreter, Limits, Machine, Outcome, StepResult};

fn program(registers: &str) -> ValidatedProgram {
    let source = format!(".registers\n{registers}\n.program\n    halt\n");
    let assembly = ternsig_asm::assemble(&source, &InstructionSet::standard());
    ValidatedProgram::new(assembly.into_result().unwrap(), &InstructionSet::standard()).unwrap()
}

fn fill(machine: &mut Machine, index: usize, first: i32) {
    let register = machine.cold_mut(index).unwrap();
    let signals = (0..register.len() as i32).map(|i| Signal::from_i32(first + i)).collect();
    register.replace(signals, register.shape()).unwrap();
}

fn first(machine: &Machine, index: usize) -> i16 {
    machine.cold(index).unwrap().values()[0]
}

fn shape(dims: &[u32]) -> Shape {
    Shape::new(dims).unwrap()
}

#[test]
fn registers_are_found_by_key_and_then_by_place() {
    let old = "    C0: ternary[2, 3] key=\"a\"\n    C1: ternary[4] key=\"b\"\n    C2: ternary[2]\n    C3: ternary[5]\n    \
               C4: ternary[2] key=\"gone\"\n    C5: ternary[3]\n    C40: ternary[7] key=\"far\"";
    let mut machine = Machine::new(program(old)).unwrap();
    for (index, value) in [(0, 10), (1, 20), (2, 30), (3, 40), (4, 50), (5, 60), (40, 70)] {
        fill(&mut machine, index, value);
    }
    machine.cold_mut(1).unwrap().set_temperature(2, Temperature::Cold);
    machine.cold_mut(1).unwrap().enable_usage();
    machine.set_pressure(1, Some(vec![1, 2, 3, 4]));
    machine.set_chemical(2, 77);
    machine.set_target(&[9]);
    machine.set_hot(0, &[5], Shape::vector(1)).unwrap();
    let dirty = machine.cold(1).unwrap().is_dirty();

    // `b` moves to C0, whose register moves to C63; C2 gets a key, C3 another shape; C5 has no key and the same shape.
    let new = "    C0: ternary[4] key=\"b\"\n    C2: ternary[2] key=\"c\"\n    C3: ternary[6]\n    C5: ternary[3]\n    \
               C40: ternary[8] key=\"far\"\n    C63: ternary[2, 3] key=\"a\" frozen=true";
    let reloaded = machine.reload(program(new)).unwrap();
    let kept = [0, 2, 5, 63].map(Register::cold).to_vec();
    let dropped = |register, key: Option<&str>, dims: &[u32], declared: Option<&[u32]>| Dropped {
        register: Register::cold(register),
        key: key.map(str::to_owned),
        shape: shape(dims),
        declared: declared.map(shape),
    };
    let expected = vec![
        dropped(3, None, &[5], Some(&[6])),
        dropped(4, Some("gone"), &[2], None),
        dropped(40, Some("far"), &[7], Some(&[8])),
    ];
    assert_eq!(reloaded, Reloaded { kept, dropped: expected });
    assert_eq!([0, 2, 5, 63].map(|index| first(&machine, index)), [20, 30, 60, 10]);
    assert_eq!([3, 40].map(|index| first(&machine, index)), [0, 0]);
    assert_eq!(machine.cold(2).unwrap().key(), Some("c"));
    assert!(machine.cold(63).unwrap().is_frozen() && machine.cold(1).is_none());
    let b = machine.cold(0).unwrap();
    assert_eq!((b.temperature(2), b.usage().is_some(), b.is_dirty()), (Temperature::Cold, true, dirty));
    assert_eq!(machine.pressure(0), Some(&[1, 2, 3, 4][..]));
    assert_eq!((machine.pressure(1), machine.chemicals()[2], machine.target()), (None, 77, &[9][..]));
    assert!(machine.hot(0).is_none() && machine.output().is_empty() && machine.pc() == 0);
}

#[test]
fn what_has_grown_stays_grown() {
    let text = "    C0: ternary[2, 3] key=\"a\"\n    C1: ternary[2]";
    let mut machine = Machine::new(program(text)).unwrap();
    machine.set_pressure(0, Some(vec![1; 6]));
    let signals = vec![Signal::from_i32(5); 9];
    machine.cold_mut(0).unwrap().replace(signals, shape(&[3, 3])).unwrap();
    let reloaded = machine.reload(program(text)).unwrap();
    assert_eq!(reloaded.dropped, []);
    assert_eq!(machine.cold(0).unwrap().shape(), shape(&[3, 3]));
    assert_eq!(machine.pressure(0), None);
    // Another declaration is another intention.
    let reloaded = machine.reload(program("    C0: ternary[4, 3] key=\"a\"\n    C1: ternary[2]")).unwrap();
    assert_eq!(reloaded.dropped[0].shape, shape(&[3, 3]));
    assert_eq!((first(&machine, 0), machine.cold(0).unwrap().len()), (0, 12));
}

#[test]
fn a_program_that_is_too_large_changes_nothing() {
    let limits = Limits { register_elements: 100, ..Limits::default() };
    let mut machine = Machine::with_limits(program("    C0: ternary[4] key=\"a\""), limits).unwrap();
    fill(&mut machine, 0, 7);
    let before = machine.clone();
    machine.reload(program("    C0: ternary[101] key=\"a\"")).unwrap_err();
    assert_eq!(machine.difference(&before), None);
}

#[test]
fn an_attached_program_keeps_everything() {
    let mut machine = Machine::new(program("    C0: ternary[4] key=\"a\"\n    H1: i32[2]")).unwrap();
    fill(&mut machine, 0, 7);
    let assembly = ternsig_asm::assemble(".program\n    halt\n", &InstructionSet::standard());
    let attached =
        ValidatedProgram::new(assembly.into_result().unwrap(), &InstructionSet::standard()).unwrap();
    assert_eq!(machine.reload(attached).unwrap(), Reloaded::default());
    assert!(first(&machine, 0) == 7 && machine.hot(1).is_some());
}

#[test]
fn an_attached_run_leaves_the_machine_its_own_program() {
    let own = ".requires\n    orchestration 0x0007\n.registers\n    H0: i32[1]\n.program\n    set H0, 1\n    \
               orchestration.model_load H0, 4\n    store_output H0\n    halt\n";
    let guest = ".program\n    add H0, H0, H0\n    store_output H0\n    halt\n";
    let set = InstructionSet::standard();
    let validated = |text: &str| {
        ValidatedProgram::new(ternsig_asm::assemble(text, &set).into_result().unwrap(), &set).unwrap()
    };
    let mut interpreter = Interpreter::from_program(validated(own).program()).unwrap();
    assert!(interpreter.run_with_host(|_, _| Ok(Answer::Done)).is_complete());
    let outcome = interpreter.run_attached(&validated(guest), |_, _| Ok(Answer::Done));
    assert!(outcome.is_complete(), "{outcome}");
    let machine = interpreter.machine();
    assert_eq!((machine.output(), machine.program().program().instructions.len()), (&[2][..], 4));
    assert!(machine.models().slot(4).is_some() && machine.last_outcome().is_none());
    let asking = ".requires\n    lifecycle 0x0008\n.program\n    lifecycle.tick_read H0\n    halt\n";
    let outcome = interpreter.run_attached(&validated(asking), |_, _| Ok(Answer::Wait));
    assert!(matches!(outcome, Outcome::Waiting { instruction: 0, .. }));
    assert!(interpreter.run_with_host(|_, _| Ok(Answer::Done)).is_complete());
    assert_eq!(interpreter.machine().output(), [1]);
}

#[test]
fn an_answer_may_end_the_run() {
    let text = ".requires\n    lifecycle 0x0008\n.registers\n    H0: i32[1]\n.program\n    lifecycle.halt_region 3\n    \
                set H0, 9\n    halt\n";
    let set = InstructionSet::standard();
    let program = ternsig_asm::assemble(text, &set).into_result().unwrap();
    let [mut one, mut other] = [(); 2].map(|()| Interpreter::from_program(&program).unwrap());
    assert_eq!(one.halt(), None);
    assert_eq!(one.run_with_host(|_, _| Ok(Answer::Halt)), Outcome::Halted);
    assert!(matches!(other.run_until_yield(), StepResult::Yield(_)));
    assert_eq!(other.halt(), Some(Outcome::Halted));
    assert_eq!(one.machine().difference(other.machine()), None);
    assert_eq!(one.machine().hot(0).unwrap().data(), [0]);
}
