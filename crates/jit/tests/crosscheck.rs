//! The engine that is checked against the interpreter.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::PathBuf;
use ternsig_isa::InstructionSet;
use ternsig_jit::{Crosscheck, Jit, Mode, Options};
use ternsig_program::AssembledProgram;
use ternsig_vm::accelerator::step;
use ternsig_vm::{Accelerator, Devices, Entered, ErrorKind, Interpreter, Machine, Outcome, StepResult};

const SOURCE: &str = "\
.meta
    name \"sums\"
.registers
    H0: i32[2]
.program
    load_input H0
    add H1, H0, H0
    add H2, H1, H0
    relu H3, H2
    store_output H3
    halt
";

fn program(source: &str) -> AssembledProgram {
    ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap()
}

/// What a wrong accelerator does wrong.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    /// H2[0] is one too large behind this instruction.
    Register {
        behind: usize,
    },
    /// It goes on elsewhere behind this instruction.
    Jump {
        behind: usize,
        to: usize,
    },
    /// It does not end where the program ends.
    Overrun,
    /// The program is not what it ends.
    Halt {
        before: usize,
    },
}

/// An accelerator that executes as the interpreter does, but for a fault.
#[derive(Debug)]
struct Wrong {
    fault: Fault,
}

impl Wrong {
    fn new(fault: Fault) -> Wrong {
        Wrong { fault }
    }
}

impl Accelerator for Wrong {
    fn enter(&mut self, machine: &mut Machine, devices: &mut Devices) -> Entered {
        loop {
            let at = machine.pc();
            if matches!(self.fault, Fault::Halt { before } if before == at) {
                return Entered::Halted;
            }
            match step(machine, devices) {
                StepResult::Continue => {}
                StepResult::Halt if matches!(self.fault, Fault::Overrun) => return Entered::Ran,
                StepResult::Halt => return Entered::Halted,
                StepResult::OutOfFuel => return Entered::Ran,
                other => return Entered::Stopped(Box::new(other)),
            }
            match self.fault {
                Fault::Register { behind } if behind == at => {
                    let data = machine.hot_mut(2).unwrap().data_mut();
                    data[0] = data[0].wrapping_add(1);
                }
                Fault::Jump { behind, to } if behind == at => machine.set_pc(to),
                _ => {}
            }
        }
    }
}

/// The error that a fault ends a run with, and the folder with the case.
fn found(fault: Fault) -> (ternsig_vm::Error, PathBuf, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let mut interpreter = Interpreter::from_program(&program(SOURCE)).unwrap();
    let crosscheck = Crosscheck::new(Box::new(Wrong::new(fault))).saving_in(directory.path());
    interpreter.set_accelerator(Some(Box::new(crosscheck)));
    let Err(Outcome::Failed(error)) = interpreter.forward_i32(&[3, -4]) else { panic!("{fault:?}") };
    assert_eq!(error.kind(), ErrorKind::Disagreement);
    let folder = fs::read_dir(directory.path()).unwrap().next().unwrap().unwrap().path();
    assert!(error.message().ends_with(&format!("the case is saved in {}", folder.display())), "{error}");
    (error, folder, directory)
}

#[test]
fn what_is_right_goes_on() {
    let mut interpreter = Interpreter::from_program(&program(SOURCE)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let crosscheck = Crosscheck::new(Box::new(Wrong::new(Fault::None))).saving_in(directory.path());
    interpreter.set_accelerator(Some(Box::new(crosscheck)));
    assert_eq!(interpreter.forward_i32(&[3, -4]).unwrap(), [9, 0]);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_wrong_register_is_named_with_the_instruction() {
    let (error, folder, _directory) = found(Fault::Register { behind: 2 });
    assert_eq!((error.instruction(), error.mnemonic()), (Some(2), "add"));
    assert!(error.message().starts_with("H2[0] is 10 in one and 9 in the other"), "{error}");
    let report = fs::read_to_string(folder.join("report.txt")).unwrap();
    for expected in [
        "program      sums\n",
        "entered at   0, with 1000000000 units of fuel\n",
        "the last 6 of 6 instructions since then:\n\n         0  load_input H0 ",
        "    from 0 to 1\n         0  load_input H0 ",
        "    right\n\n    from 2 to 3\n         2  add H2, H1, H0 ",
        "    wrong: H2[0] is 10 in one and 9 in the other",
    ] {
        assert!(report.contains(expected), "{expected:?} is not in\n{report}");
    }
}

#[test]
fn a_saved_case_shows_the_difference_again() {
    let (error, folder, _directory) = found(Fault::Register { behind: 2 });
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let program = ternsig_program::binary::read(&read("program.tvmr")).unwrap().program;
    let again = |fault: Fault| {
        let mut interpreter = Interpreter::from_program(&program).unwrap();
        interpreter.restore(&read("machine.tsnp")).unwrap();
        let crosscheck = Crosscheck::new(Box::new(Wrong::new(fault))).saving_in(&folder);
        interpreter.set_accelerator(Some(Box::new(crosscheck)));
        let outcome = interpreter.run();
        (outcome, interpreter.machine().output().to_vec())
    };
    let (Outcome::Failed(same), _) = again(Fault::Register { behind: 2 }) else { panic!("no difference") };
    let beginning = |error: &ternsig_vm::Error| error.message().split(';').next().map(str::to_owned);
    assert_eq!(beginning(&same), beginning(&error));
    assert_eq!(again(Fault::None), (Outcome::Halted, vec![9, 0]));
}

#[test]
fn other_ways_and_other_ends_are_found() {
    let (error, ..) = found(Fault::Jump { behind: 1, to: 3 });
    assert!(error.message().starts_with("pc is 3 in one and 2 in the other"), "{error}");
    let (error, ..) = found(Fault::Overrun);
    assert!(
        error.message().contains("the result is Ran of native code and Halt of the interpreter"),
        "{error}"
    );
    let (error, ..) = found(Fault::Halt { before: 4 });
    assert!(error.message().contains("the result is Halted of native code and Continue"), "{error}");
}

#[test]
fn native_code_stands_the_check() {
    let jit = Jit::new(Options::default()).unwrap();
    let source = "\
.requires
    neuro
    test
.registers
    C0: ternary[3, 2]
    H0: i32[2]
.program
    loop 5
    load_input H0
    ternary_matmul H1, C0, H0
    relu H1, H1
    add H2, H1, H1
    neuro.chem_read H3, 0
    end_loop
    store_output H2
    halt
";
    let mut interpreter = Interpreter::from_program(&program(source)).unwrap();
    let mut reference = Interpreter::from_program(&program(source)).unwrap();
    jit.equip(&mut interpreter, Mode::Crosscheck);
    for machine in [interpreter.machine_mut(), reference.machine_mut()] {
        machine.set_input(&[5, -6]);
    }
    for _ in 0..3 {
        let mut asked = [0, 0];
        let outcomes = [(&mut interpreter, 0), (&mut reference, 1)].map(|(interpreter, number)| {
            interpreter.run_with_host(|_, _| {
                asked[number] += 1;
                Ok(ternsig_vm::Answer::Done)
            })
        });
        assert_eq!(outcomes[0], outcomes[1]);
        assert_eq!(asked, [5, 5]);
        assert_eq!(interpreter.machine().difference(reference.machine()), None);
    }
    assert!(ternsig_jit::statistics(&interpreter).unwrap().entered > 0);
}

/// The same code serves machines that are not checked; devices are then asked from within it.
#[test]
fn checked_code_is_kept_apart() {
    let jit = Jit::new(Options::default()).unwrap();
    let source = ".requires\n    neuro\n.program\n    set H0, 7\n    neuro.chem_set H0, 0\n    halt\n";
    let run = |mode: Mode| {
        let mut interpreter = Interpreter::from_program(&program(source)).unwrap();
        jit.equip(&mut interpreter, mode);
        interpreter.run_with_host(|_, _| Ok(ternsig_vm::Answer::Done));
        ternsig_jit::statistics(&interpreter).unwrap()
    };
    let (plain, checked) = (run(Mode::Jit), run(Mode::Crosscheck));
    assert_eq!((plain.helped.get(&1), plain.fallbacks.get(&1)), (Some(&1), None));
    assert_eq!((checked.helped.get(&1), checked.fallbacks.get(&1)), (None, Some(&1)));
}
