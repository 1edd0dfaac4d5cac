//! Why a run ended early.

use crate::engine::EngineError;
use crate::loader::LoadFileError;
use crate::source::SourceError;
use std::fmt;
use std::path::PathBuf;
use ternsig_asm::Colour;
use ternsig_program::ValidationError;
use ternsig_vm::{Error, Outcome};

/// Why a run ended early.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// The manifest has no region.
    NoRegion,
    /// This processor does not have the engine.
    Engine(EngineError),
    /// A program file cannot be loaded.
    Load(LoadFileError),
    /// A program is invalid, or goes beyond the roles that it is granted.
    Invalid {
        /// The program's file.
        path: PathBuf,
        /// What the validator says.
        error: ValidationError,
    },
    /// A program that is to run on a region's machine declares registers.
    HasRegisters {
        /// The program's file.
        path: PathBuf,
    },
    /// A program's registers exceed the limits, or one that is to be filled is not declared.
    Machine {
        /// The program's file.
        path: PathBuf,
        /// What the machine says.
        error: Error,
    },
    /// The data set cannot be read.
    Source(SourceError),
    /// As many samples are held out as there are.
    NothingToLearn {
        /// The data set's file.
        path: PathBuf,
        /// How many samples it has.
        samples: usize,
    },
    /// A program did not come to its own end.
    Program {
        /// The program's file.
        path: PathBuf,
        /// The line of the instruction, if the program was read from source.
        line: Option<u32>,
        /// The seed.
        seed: u64,
        /// What it was doing.
        part: Part,
        /// The sample's index in the data set.
        sample: usize,
        /// How it ended.
        outcome: Box<Outcome>,
    },
    /// The store cannot be read or written, or registers do not fit what it holds.
    Memory {
        /// The store's file.
        place: String,
        /// Why.
        message: String,
    },
    /// A run of the program ended inside transactions, which were rolled back.
    OpenTransactions {
        /// Which, outermost first.
        open: Vec<u8>,
    },
    /// The output does not have one element per class.
    Output {
        /// The program's file.
        path: PathBuf,
        /// How many elements it has.
        found: usize,
        /// How many classes there are.
        classes: usize,
    },
}

/// What a program was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Learning a sample.
    Learning,
    /// Answering a held-out sample.
    Holdout,
}

impl RunError {
    /// The message for a terminal. Mistakes in a source are shown with the line they stand in.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        match self {
            RunError::Load(error) => error.render(colour),
            _ => format!("error: {self}"),
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::NoRegion => f.write_str("the manifest has no region"),
            RunError::Engine(error) => error.fmt(f),
            RunError::Load(error) => error.fmt(f),
            RunError::Invalid { path, error } => write!(f, "{}: {error}", path.display()),
            RunError::HasRegisters { path } => write!(
                f,
                "{}: the program declares registers, but is to run on those of a region (remove its .registers)",
                path.display()
            ),
            RunError::Machine { path, error } => write!(f, "{}: {error}", path.display()),
            RunError::Source(error) => error.fmt(f),
            RunError::NothingToLearn { path, samples } => {
                write!(f, "{}: all {samples} samples are held out, nothing is left to learn", path.display())
            }
            RunError::Program { path, line, seed, part, sample, outcome } => {
                write!(f, "{}", path.display())?;
                if let Some(line) = line {
                    write!(f, ":{line}")?;
                }
                let doing = match part {
                    Part::Learning => "learning",
                    Part::Holdout => "answering held-out",
                };
                write!(f, ": {outcome} (while {doing} sample {sample}, seed {seed})")
            }
            RunError::Memory { place, message } => {
                write!(f, "{place}: {}", message.strip_prefix(&format!("{place}: ")).unwrap_or(message))
            }
            RunError::OpenTransactions { open } => {
                let open: Vec<String> = open.iter().map(u8::to_string).collect();
                write!(
                    f,
                    "the program ended inside transaction {}, which was rolled back (txn_commit is missing)",
                    open.join(", ")
                )
            }
            RunError::Output { path, found, classes } => write!(
                f,
                "{}: the output has {found} elements, one for each of the {classes} classes is needed",
                path.display()
            ),
        }
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RunError::Engine(error) => Some(error),
            RunError::Load(error) => Some(error),
            RunError::Invalid { error, .. } => Some(error),
            RunError::Machine { error, .. } => Some(error),
            RunError::Source(error) => Some(error),
            RunError::Program { outcome, .. } => Some(outcome),
            _ => None,
        }
    }
}
