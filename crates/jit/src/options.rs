//! How the engine works.

/// When native code is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Compiled before the first tick, and again at once whenever shapes call for it.
    Jit,
    /// Begins in the interpreter; compiled in the background once a program has run often enough.
    #[default]
    Auto,
    /// As [`Mode::Jit`], with the interpreter beside it: any difference ends the run.
    Crosscheck,
}

/// Which instructions of the processor native code may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Features {
    /// Whatever this processor has: generated code in vectors of 128 bits, and kernels in wider ones for what they do better.
    #[default]
    Host,
    /// Whatever this processor has for vectors of 128 bits.
    Narrow,
    /// What every processor of the architecture has, and SSE4.1 on x86-64.
    Portable,
}

/// The settings of a [`Jit`](crate::Jit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Options {
    /// The instructions to use.
    pub features: Features,
    /// How often a program enters the engine in [`Mode::Auto`] before it is compiled.
    pub tier_up_after: u32,
    /// Most versions of one program, for different shapes; beyond, the interpreter runs what does not fit.
    pub versions: usize,
    /// Programs with more instructions are left to the interpreter.
    pub program_limit: usize,
    /// Whether the code counts how often each instruction is executed.
    pub count_retired: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            features: Features::Host,
            tier_up_after: 64,
            versions: 8,
            program_limit: 1 << 13,
            count_retired: false,
        }
    }
}
