//! Generated machines and hosts, for property tests, fuzzers and the comparison of engines.
//!
//! [`random`] and [`network`] load a program of [`ternsig_program::generate`] into a machine with generated content,
//! [`answer`] is a host whose answers follow from the operation alone, [`MockDevices`] are devices that keep what they are
//! told and log what they are asked. The same bytes always give the same machine, host and run.

mod between;
mod content;
mod devices;
mod host;
mod lockstep;
#[cfg(test)]
mod tests;

pub use between::between_runs;
pub use content::{network_content, random_content};
pub use devices::{MockBank, MockDevices, MockSubstrate};
pub use host::answer;
pub use lockstep::{lockstep, lockstep_with};

use crate::interpreter::{Interpreter, LoadError};
use crate::machine::Limits;
use ternsig_isa::{Instruction, InstructionSet};
use ternsig_program::AssembledProgram;
use ternsig_program::generate::{self, Entropy};

/// Limits under which no generated program takes long.
pub const LIMITS: Limits =
    Limits { fuel: 2_000, register_elements: 1 << 12, total_elements: 1 << 16, calls: 20 };

/// A program and a machine that runs it.
#[derive(Debug)]
pub struct Generated {
    /// The program.
    pub program: AssembledProgram,
    /// The machine, before its first run.
    pub interpreter: Interpreter,
    /// The devices attached to it, if there are any.
    pub devices: Option<MockDevices>,
}

impl Generated {
    /// Attaches devices. Their answers depend on the seed.
    pub fn attach(&mut self, seed: u64) {
        let devices = MockDevices::new(seed);
        devices.attach_to(&mut self.interpreter);
        self.devices = Some(devices);
    }

    /// Puts other instructions in place of the program's; registers and all other content stay.
    ///
    /// # Errors
    /// The instructions are not valid, or the content exceeds the limits.
    pub fn replace_instructions(&mut self, instructions: &[Instruction]) -> Result<(), String> {
        let content = self.interpreter.snapshot();
        self.program.instructions = instructions.to_vec();
        self.interpreter.load(&self.program).map_err(|error| error.to_string())?;
        self.interpreter.restore(&content).map_err(|error| error.to_string())
    }

    /// The first difference between two machines or what their devices were asked and keep.
    #[must_use]
    pub fn difference(&self, other: &Generated) -> Option<String> {
        let devices = || match (&self.devices, &other.devices) {
            (Some(one), Some(other)) => one.difference(other),
            (None, None) => None,
            _ => Some("only one of the two has devices".to_owned()),
        };
        self.interpreter.machine().difference(other.interpreter.machine()).or_else(devices)
    }
}

/// Any instructions on any content, without devices, under [`LIMITS`].
///
/// # Errors
/// The program cannot be loaded, which would be a mistake of the generator.
pub fn random(bytes: &[u8], length: usize) -> Result<Generated, LoadError> {
    let mut entropy = Entropy::new(bytes);
    let program = generate::program(&mut entropy, &InstructionSet::standard(), length);
    let mut interpreter = Interpreter::from_program(&program)?;
    interpreter.set_limits(LIMITS);
    random_content(interpreter.machine_mut(), &mut entropy);
    Ok(Generated { program, interpreter, devices: None })
}

/// A program that means something on content that suits it; half of them with devices. Fuel and other limits are
/// sometimes too tight for the program.
///
/// # Errors
/// The program cannot be loaded, which would be a mistake of the generator.
pub fn network(bytes: &[u8], length: usize) -> Result<Generated, LoadError> {
    let mut entropy = Entropy::new(bytes);
    let program = generate::network(&mut entropy, &InstructionSet::standard(), length);
    let mut interpreter = Interpreter::from_program(&program)?;
    interpreter.set_limits(limits(&mut entropy));
    network_content(interpreter.machine_mut(), &mut entropy);
    let mut generated = Generated { program, interpreter, devices: None };
    if entropy.one_in(2) {
        generated.attach(u64::from(entropy.byte()));
    }
    Ok(generated)
}

/// Ample ones, mostly.
fn limits(entropy: &mut Entropy<'_>) -> Limits {
    let fuel = if entropy.one_in(32) { entropy.below(300) as u64 } else { 60_000 };
    let register_elements = if entropy.one_in(40) { entropy.pick(&[1, 16, 33, 300, 4096]) } else { 1 << 20 };
    let total_elements = if entropy.one_in(40) { entropy.pick(&[64, 4096, 70_000]) } else { 1 << 24 };
    Limits { fuel, register_elements, total_elements, calls: if entropy.one_in(24) { 1 } else { 20 } }
}
