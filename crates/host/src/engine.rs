//! The engines that can run a program.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use ternsig_jit::{Jit, JitError, Kept, Mode, Options};
use ternsig_program::ValidatedProgram;
use ternsig_vm::Interpreter;

/// The compiler that everything in this process shares.
static JIT: OnceLock<Result<Jit, JitError>> = OnceLock::new();

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

    /// Whether this processor has it.
    ///
    /// # Errors
    /// There is no code generator for this processor.
    pub fn check(self) -> Result<(), EngineError> {
        self.compiler().map(drop)
    }

    /// Lets an interpreter run its program with this engine. Code is compiled for the machine as it is, so registers and
    /// buffers are best set before.
    ///
    /// # Errors
    /// There is no code generator for this processor.
    pub fn equip(self, interpreter: &mut Interpreter) -> Result<(), EngineError> {
        match self.compiler()? {
            Some((jit, mode)) => jit.equip(interpreter, mode),
            None => interpreter.set_accelerator(None),
        }
        Ok(())
    }

    /// Keeps the code of a program for as long as the result lives, whether machines that run it come and go.
    ///
    /// # Errors
    /// There is no code generator for this processor.
    pub fn keep(self, program: &ValidatedProgram) -> Result<Option<Kept>, EngineError> {
        Ok(self.compiler()?.map(|(jit, mode)| jit.keep(program, mode)))
    }

    fn compiler(self) -> Result<Option<(&'static Jit, Mode)>, EngineError> {
        let mode = match self {
            Engine::Interpreter => return Ok(None),
            Engine::Jit => Mode::Jit,
            Engine::Auto => Mode::Auto,
            Engine::Crosscheck => Mode::Crosscheck,
        };
        match JIT.get_or_init(|| Jit::new(Options::default())) {
            Ok(jit) => Ok(Some((jit, mode))),
            Err(error) => Err(EngineError { engine: self, error: error.clone() }),
        }
    }
}

/// An engine that this processor does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError {
    /// The engine.
    pub engine: Engine,
    /// What it lacks.
    pub error: JitError,
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the engine \"{}\" cannot be used: {}", self.engine, self.error)
    }
}

impl std::error::Error for EngineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
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
