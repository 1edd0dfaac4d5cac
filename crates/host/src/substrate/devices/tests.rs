//! Programs over the devices of a substrate.

mod kinds;
mod memory;
mod operations;
mod random;
mod refusals;

use super::*;
use crate::banks::WritePolicy;
use crate::device::Device;
use crate::store::Store;
use ternsig_isa::{InstructionSet, Shape};
use ternsig_vm::{Answer, Interpreter, Machine, Outcome, StepResult, SubstrateHandle};

/// How operations are answered: by the handler of a run, from yield to yield, or, as far as that is possible, in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Handler,
    Steps,
    Inline,
}

const WAYS: [Way; 3] = [Way::Handler, Way::Steps, Way::Inline];

/// A machine with the registers that the tests use: H0 and H4 as wide as a slice, H1 for all stimulation levels.
fn machine(body: &str) -> Interpreter {
    let source = format!(
        ".requires\n    neuro 0x0005\n    lifecycle 0x0008\n.registers\n    C0: ternary[2] key=\"a\"\n    H0: i32[4]\n    \
         H1: i32[256]\n    H2: i32[1]\n    H3: i32[6]\n    H4: i32[4]\n    H5: i32[2]\n    H6: i32[3]\n    H7: i32[3]\n\
         .program\n{body}\n    halt\n"
    );
    let program = ternsig_asm::assemble(&source, &InstructionSet::standard()).into_result().unwrap();
    Interpreter::from_program(&program).unwrap()
}

/// Fields 0 to 2, of three slices of four elements; the second slice is the region's own.
fn substrate() -> Substrate {
    let mut substrate = Substrate::new();
    for id in 0..3 {
        substrate.define_field(id, 3, 4).unwrap();
        for slice in 0..3 {
            let first = 100 * i32::from(id) + 10 * slice as i32;
            substrate.set_field_slice(id, slice, &[first, -first - 1, first + 2, 3]).unwrap();
        }
    }
    substrate
}

fn parts() -> RegionParts {
    RegionParts::new(substrate(), 1)
}

fn memory() -> Memory {
    Memory::new(Store::in_memory().unwrap(), WritePolicy::Through).unwrap()
}

fn run(interpreter: &mut Interpreter, parts: &RegionParts, way: Way) -> Outcome {
    let mut devices = Devices::new();
    parts.attach(&mut devices);
    if way == Way::Inline {
        interpreter.set_substrate(Box::new(parts.handle()));
    } else {
        parts.substrate.refresh(interpreter.machine_mut());
    }
    if way != Way::Steps {
        return interpreter.run_with_host(|op, ctx| devices.answer(op, ctx));
    }
    loop {
        match interpreter.run_until_yield() {
            StepResult::Yield(op) => match devices.answer(&op, &mut interpreter.context()) {
                Ok(answer) => assert_eq!(answer, Answer::Done),
                Err(error) => return interpreter.fail(error).unwrap(),
            },
            _ => return interpreter.machine().last_outcome().unwrap().clone(),
        }
    }
}

/// Runs a program in all ways on machines and parts that are prepared alike. What it did has to be the same.
fn every_way(
    body: &str,
    parts: impl Fn() -> RegionParts,
    prepare: impl Fn(&mut Machine, &mut Substrate),
) -> (Interpreter, RegionParts, Outcome) {
    let [one, others @ ..] = WAYS.map(|way| {
        let (mut parts, mut interpreter) = (parts(), machine(body));
        prepare(interpreter.machine_mut(), &mut parts.substrate);
        let outcome = run(&mut interpreter, &parts, way);
        (interpreter, parts, outcome)
    });
    for other in others {
        assert_eq!(one.0.machine().difference(other.0.machine()), None, "{body}");
        assert_eq!(one.2.to_string(), other.2.to_string());
        assert_eq!(one.1.substrate.to_bytes(), other.1.substrate.to_bytes(), "{body}");
        assert_eq!(one.1.coactivation.to_bytes(), other.1.coactivation.to_bytes());
        assert_eq!(one.1.log.lock().events, other.1.log.lock().events);
        if let (Some((one, _)), Some((other, _))) = (&one.1.memory, &other.1.memory) {
            assert_eq!(one.store().export().unwrap(), other.store().export().unwrap());
        }
    }
    one
}

fn set(m: &mut Machine, register: usize, values: &[i32]) {
    m.set_hot(register, values, Shape::vector(values.len())).unwrap();
}

fn hot(interpreter: &Interpreter, register: usize) -> &[i32] {
    interpreter.machine().hot(register).unwrap().data()
}

fn failed(outcome: &Outcome) -> (ErrorKind, &str) {
    match outcome {
        Outcome::Failed(error) => (error.kind(), error.message()),
        other => panic!("{other:?}"),
    }
}
