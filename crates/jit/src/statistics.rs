//! What the engine did.

use std::collections::BTreeMap;
use std::time::Duration;

/// Something that native code takes for granted and that is looked at before it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Guard {
    /// The lengths of the input and target buffers.
    Input,
    /// The shapes of hot registers.
    Shape,
    /// Shape, temperature list and usage tracking of cold registers.
    Weights,
    /// That the results cannot exceed the machine's limits.
    Room,
}

impl Guard {
    /// All guards.
    pub const ALL: [Guard; 4] = [Guard::Input, Guard::Shape, Guard::Weights, Guard::Room];

    /// A word for reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Guard::Input => "input",
            Guard::Shape => "shape",
            Guard::Weights => "weights",
            Guard::Room => "room",
        }
    }
}

/// Counts of one machine.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    /// How often native code was entered.
    pub(crate) entered: u64,
    /// How often each guard failed.
    pub(crate) guards: [u64; Guard::ALL.len()],
    /// How often the interpreter had to execute each instruction.
    pub(crate) fallbacks: Vec<u64>,
    /// How often each instruction was executed by a helper.
    pub(crate) helped: Vec<u64>,
}

impl Counts {
    pub(crate) fn new(program_len: usize) -> Counts {
        let zeros = vec![0; program_len + 1];
        Counts { fallbacks: zeros.clone(), helped: zeros, ..Counts::default() }
    }
}

/// What a compiler holds for all machines that use it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Totals {
    /// Programs whose code is kept.
    pub programs: usize,
    /// Versions of their code.
    pub versions: usize,
    /// Their machine code in bytes.
    pub bytes: usize,
    /// Packed forms of weights.
    pub packs: usize,
    /// Programs that the background compiles a version of, or is about to.
    pub compiling: usize,
}

/// What the engine did for one machine. Instructions are indexes into its program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Versions of the program's code.
    pub compiled: usize,
    /// Their machine code in bytes.
    pub bytes: usize,
    /// What compiling them took.
    pub compile_time: Duration,
    /// How often native code was entered.
    pub entered: u64,
    /// How often each guard failed.
    pub guards: BTreeMap<&'static str, u64>,
    /// How often the interpreter executed each instruction, for want of native code or because a guard failed.
    pub fallbacks: BTreeMap<usize, u64>,
    /// How often each instruction was executed by a helper.
    pub helped: BTreeMap<usize, u64>,
    /// How often each instruction was executed natively, if the code counts.
    pub retired: BTreeMap<usize, u64>,
}
