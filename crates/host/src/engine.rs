//! The engines that can run a program.

use std::fmt;
use std::str::FromStr;

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Engine {
    /// The reference interpreter: the definition of every result.
    #[default]
    Interpreter,
    /// Native code for what it covers, the interpreter for the rest.
    Jit,
    /// Native code as soon as it pays.
    Auto,
    /// Both at once; a difference ends the run.
    Crosscheck,
}

impl Engine {
    /// All engines.
    pub const ALL: [Engine; 4] = [Engine::Interpreter, Engine::Jit, Engine::Auto, Engine::Crosscheck];

    /// The name in manifests and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Engine::Interpreter => "interpreter",
            Engine::Jit => "jit",
            Engine::Auto => "auto",
            Engine::Crosscheck => "crosscheck",
        }
    }

    /// Whether this build has it.
    #[must_use]
    pub const fn is_available(self) -> bool {
        matches!(self, Engine::Interpreter)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEngine(pub String);

impl fmt::Display for UnknownEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Engine::ALL.map(Engine::name).join(", ");
        write!(f, "there is no engine \"{}\" (one of {names})", self.0)
    }
}

impl std::error::Error for UnknownEngine {}

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Engine, UnknownEngine> {
        let engine = Engine::ALL.into_iter().find(|engine| engine.name() == name);
        engine.ok_or_else(|| UnknownEngine(name.to_owned()))
    }
}
