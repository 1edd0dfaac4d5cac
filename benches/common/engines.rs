//! The engines behind one small interface.

use crate::measure::Work;
use crate::programs::Program;
use std::hint::black_box;
use std::sync::Arc;
use ternsig_isa::Signal;
use ternsig_vm::{ColdRegister, Interpreter};

/// Our interpreter.
pub(crate) struct Ours(pub(crate) Interpreter);

impl Ours {
    /// The program with its weights.
    pub(crate) fn new(program: &Program) -> Ours {
        let mut interpreter = Interpreter::from_program(&program.assemble())
            .unwrap_or_else(|error| panic!("{} cannot be loaded: {error}", program.name));
        let machine = interpreter.machine_mut();
        for (index, weights) in program.weights() {
            let shape = machine.cold(index).map(ColdRegister::shape).unwrap_or_default();
            let register =
                ColdRegister::new(weights, shape).unwrap_or_else(|error| panic!("C{index}: {error}"));
            machine.set_cold(index, Arc::new(register)).unwrap_or_else(|error| panic!("C{index}: {error}"));
        }
        Ours(interpreter)
    }

    /// One forward pass.
    pub(crate) fn run(&mut self, input: &[i32]) -> &[i32] {
        self.0.forward_i32(input).unwrap_or_else(|outcome| panic!("ours: {outcome}"))
    }

    /// Forward passes on this input.
    pub(crate) fn work<'w>(&'w mut self, input: &'w [i32]) -> Work<'w> {
        Work::new(|| {
            black_box(self.run(black_box(input)));
        })
    }
}

/// The crate's interpreter.
pub(crate) struct Original(pub(crate) original::vm::Interpreter);

impl Original {
    /// The program with its weights.
    pub(crate) fn new(program: &Program) -> Original {
        let assembled = original::vm::assemble(program.source)
            .unwrap_or_else(|error| panic!("the original does not assemble {}: {error}", program.name));
        let registry = original::vm::ExtensionRegistry::with_standard_extensions();
        let mut interpreter = original::vm::Interpreter::from_program_with_registry(&assembled, registry);
        for (index, weights) in program.weights() {
            let register =
                interpreter.cold_reg_mut(index).unwrap_or_else(|| panic!("the original has no C{index}"));
            for (slot, weight) in register.weights_mut().iter_mut().zip(weights) {
                *slot = convert(weight);
            }
        }
        Original(interpreter)
    }

    /// One forward pass.
    pub(crate) fn run(&mut self, input: &[i32]) -> Vec<i32> {
        self.0.forward_i32(input).unwrap_or_else(|error| panic!("original: {error}"))
    }

    /// Forward passes on this input.
    pub(crate) fn work<'w>(&'w mut self, input: &'w [i32]) -> Work<'w> {
        Work::new(|| {
            black_box(self.run(black_box(input)));
        })
    }
}

fn convert(weight: Signal) -> original::Signal {
    original::Signal::new(weight.polarity(), weight.magnitude())
}

/// Both engines with the same program and weights.
pub(crate) struct Pair {
    pub(crate) reference: Ours,
    pub(crate) original: Original,
}

impl Pair {
    pub(crate) fn new(program: &Program) -> Pair {
        Pair { reference: Ours::new(program), original: Original::new(program) }
    }
}
