//! Two equal machines, one of them with native code.

use proptest::test_runner::TestCaseError;
use ternsig_isa::{Instruction, InstructionSet};
use ternsig_jit::{Jit, Mode, Options};
use ternsig_program::generate::{Entropy, reduce};
use ternsig_vm::generate::{Generated, between_runs, lockstep, network, random};

/// Which generator.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Random,
    Network,
}

/// What is run, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<'a> {
    pub(crate) kind: Kind,
    pub(crate) bytes: &'a [u8],
    pub(crate) length: usize,
    /// The seed of devices to attach.
    pub(crate) devices: Option<u64>,
    /// The fuel that a run gets at once.
    pub(crate) portion: Option<u64>,
    pub(crate) rounds: u64,
    /// What the host changes between runs, if it does.
    pub(crate) changes: Option<u64>,
}

impl<'a> Plan<'a> {
    /// One run of a program.
    pub(crate) const fn new(kind: Kind, bytes: &'a [u8], length: usize) -> Plan<'a> {
        Plan { kind, bytes, length, devices: None, portion: None, rounds: 1, changes: None }
    }

    /// Runs both engines. The message of a difference shows the shortest program that still has it.
    pub(crate) fn check(self) -> Result<(), TestCaseError> {
        if std::env::var_os("TERNSIG_DIFFERENTIAL_TRACE").is_some() {
            eprintln!("{self:?}");
        }
        let Err(difference) = self.compare(None) else { return Ok(()) };
        let set = InstructionSet::standard();
        let program = self.generated().program;
        let least = reduce(&program, &set, |program| self.compare(Some(&program.instructions)).is_err());
        let shorter = self.compare(Some(&least.instructions)).err().unwrap_or_default();
        let text = ternsig_asm::disassemble(&least, &set);
        let text: String =
            text.lines().filter(|line| line.trim() != "nop").map(|line| format!("{line}\n")).collect();
        Err(TestCaseError::fail(format!("{difference}; reduced: {shorter}\n{text}")))
    }

    fn generated(&self) -> Generated {
        let generate = match self.kind {
            Kind::Random => random,
            Kind::Network => network,
        };
        let mut generated = generate(self.bytes, self.length).unwrap();
        if let Some(seed) = self.devices {
            generated.attach(seed);
        }
        generated
    }

    /// The first difference, of the program or of other instructions in its place.
    fn compare(&self, instructions: Option<&[Instruction]>) -> Result<(), String> {
        let [mut reference, mut native] = [0, 1].map(|_| self.generated());
        if let Some(instructions) = instructions {
            // Of instructions that do not fit what the machine holds nothing is known.
            let mut both = [&mut reference, &mut native].into_iter();
            if both.any(|generated| generated.replace_instructions(instructions).is_err()) {
                return Ok(());
            }
        }
        Jit::new(Options::default()).unwrap().equip(&mut native.interpreter, Mode::Jit);
        for round in 0..self.rounds {
            lockstep(&mut reference, &mut native, self.portion)
                .map_err(|difference| format!("run {round}, {difference}"))?;
            let Some(changes) = self.changes else { continue };
            let seed = (changes ^ round).to_le_bytes();
            for generated in [&mut reference, &mut native] {
                between_runs(generated.interpreter.machine_mut(), &mut Entropy::new(&seed));
            }
        }
        Ok(())
    }
}
