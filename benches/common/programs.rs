//! The measured programs, with their weights and inputs.

use ternsig_asm::assemble;
use ternsig_isa::{Bank, InstructionSet, Signal};
use ternsig_vm::arith::{next_random, random_signals};

/// A program in a form that every engine can assemble.
pub(crate) struct Program {
    /// Its name, which is also the file's.
    pub(crate) name: &'static str,
    /// What it computes, for the table.
    pub(crate) shape: &'static str,
    /// The text.
    pub(crate) source: &'static str,
}

macro_rules! programs {
    ($($name:literal $shape:literal),* $(,)?) => {
        &[$(Program { name: $name, shape: $shape, source: include_str!(concat!("../programs/", $name, ".ternsig")) }),*]
    };
}

/// The eight of firmware size that are compared.
pub(crate) static EIGHT: &[Program] = programs![
    "rule_encoder" "17→32, bias, relu",
    "state_encoder" "32→32, bias, relu",
    "violation" "64→16→1, biases, relu, sigmoid",
    "classifier" "32→24, 3 × gated 24→24, →4",
    "compare" "64→16→16→1, relu, sigmoid",
    "diff" "64→24→32, relu",
    "gate" "64→16→32, sigmoid, mul, shift",
    "merge" "64→24→32, relu",
];

/// Ends at once.
pub(crate) static EMPTY: &Program = &programs!["empty" "one halt"][0];
/// One operation for the host.
pub(crate) static YIELD: &Program = &programs!["yield" "one yield, answered"][0];
/// One learning step.
pub(crate) static LEARN: &Program = &programs!["learn" "learning step, 64×1024"][0];

impl Program {
    /// The assembled program.
    pub(crate) fn assemble(&self) -> ternsig_program::AssembledProgram {
        assemble(self.source, &InstructionSet::standard())
            .into_result()
            .unwrap_or_else(|diagnostics| panic!("{} does not assemble: {diagnostics:?}", self.name))
    }

    /// Weights for every cold register, by index. They are the same for every engine and every run.
    pub(crate) fn weights(&self) -> Vec<(usize, Vec<Signal>)> {
        let registers = self.assemble().registers;
        let cold = registers.iter().filter(|decl| decl.register.bank() == Bank::Cold);
        cold.map(|decl| {
            let index = decl.register.index();
            (index, random_signals(seed(self.name) + index as u64).take(decl.shape.elements()).collect())
        })
        .collect()
    }

    /// Activations as a host gives them.
    pub(crate) fn typical_input(&self) -> Vec<i32> {
        self.typical_inputs().next().unwrap_or_default()
    }

    /// Different activations as a host gives them.
    pub(crate) fn typical_inputs(&self) -> impl Iterator<Item = Vec<i32>> {
        (0..).map(|number| self.input(0..=255, number))
    }

    /// Inputs of several ranges, the extremes among them.
    pub(crate) fn inputs(&self) -> Vec<Vec<i32>> {
        let ranges = [0..=255, -255..=255, -100_000..=100_000, i32::MIN..=i32::MAX];
        let mut inputs: Vec<_> =
            ranges.into_iter().flat_map(|range| (0..8).map(move |n| self.input(range.clone(), n))).collect();
        let len = self.typical_input().len();
        inputs.extend([0, 1, -1, i32::MIN, i32::MAX].map(|value| vec![value; len]));
        inputs
    }

    fn input(&self, range: std::ops::RangeInclusive<i32>, number: u64) -> Vec<i32> {
        let span = i64::from(*range.end()) - i64::from(*range.start()) + 1;
        let mut state = seed(self.name) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let len = self.assemble().input_shape().elements();
        let draw = || {
            state = next_random(state);
            (i64::from(*range.start()) + (state >> 33) as i64 * span / (1 << 31)) as i32
        };
        std::iter::repeat_with(draw).take(len).collect()
    }
}

/// A start value for the generator that differs between programs.
fn seed(name: &str) -> u64 {
    name.bytes().fold(1, |state, byte| next_random(state ^ u64::from(byte)))
}
