//! The validator: what can be known to be wrong, or odd, before a program runs.

use crate::program::AssembledProgram;
use std::fmt;
use ternsig_isa::{InstructionSet, Register, RoleSet};

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Probably a mistake.
    Warning,
    /// The program cannot run.
    Error,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How serious it is.
    pub level: Level,
    /// A short name of the check, e.g. `wrong-bank`.
    pub code: &'static str,
    /// The instruction it is about.
    pub instruction: Option<usize>,
    /// The register it is about.
    pub register: Option<Register>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(index) = self.instruction {
            write!(f, "instruction {index}: ")?;
        }
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}

/// What to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    /// Everything that is not needed to run the program safely: warnings and infos.
    pub advice: bool,
    /// Shapes, from the declarations.
    pub shapes: bool,
    /// The roles that the program is granted; its own `.meta role` may only narrow them.
    pub granted: RoleSet,
}

impl Checks {
    /// Only what makes a program unfit to run.
    #[must_use]
    pub const fn required() -> Checks {
        Checks { advice: false, shapes: false, granted: RoleSet::ALL }
    }

    /// Everything but shapes.
    #[must_use]
    pub const fn all() -> Checks {
        Checks { advice: true, shapes: false, granted: RoleSet::ALL }
    }

    /// Everything.
    #[must_use]
    pub const fn full() -> Checks {
        Checks { advice: true, shapes: true, granted: RoleSet::ALL }
    }
}

/// All findings, by instruction index; findings about the whole program come first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing keeps the program from running.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.findings.iter().all(|finding| finding.level != Level::Error)
    }
}

/// Checks a program.
#[must_use]
pub fn validate(program: &AssembledProgram, set: &InstructionSet, checks: Checks) -> Report {
    let _ = (program, set, checks);
    Report::default()
}
