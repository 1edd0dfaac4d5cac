//! The validator: what can be known to be wrong, or odd, before a program runs.
//!
//! Each check is a file of its own. The required ones report errors only and establish what
//! [`ValidatedProgram`](crate::ValidatedProgram) promises; the others give advice. What each finding means is listed in
//! [`codes::ALL`].

mod bounds;
pub mod codes;
mod compute;
mod control;
mod extensions;
mod fixed;
mod flow;
mod keys;
mod learning;
pub(crate) mod loops;
mod operands;
mod reachable;
mod registers;
mod requirements;
mod roles;
mod shapes;
mod sink;
mod stray;
mod subject;
mod usage;

use crate::program::AssembledProgram;
use sink::Sink;
use std::fmt;
use subject::Subject;
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

impl Level {
    /// `info`, `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
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

    /// The same checks for a program that is granted only these roles.
    #[must_use]
    pub const fn granting(self, granted: RoleSet) -> Checks {
        Checks { granted, ..self }
    }
}

/// All findings, by instruction index; findings about the whole program come first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The findings, at most a thousand of each code.
    pub findings: Vec<Finding>,
    /// How many findings there were beyond those.
    pub omitted: usize,
}

impl Report {
    /// Whether nothing keeps the program from running.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.findings.iter().all(|finding| finding.level != Level::Error)
    }
}

/// A check: looks at the program and reports what it finds.
type Check = fn(&Subject<'_>, &mut Sink);

/// The checks that report errors, whatever [`Checks`] asks for.
const REQUIRED: &[Check] = &[
    extensions::check,
    registers::check,
    operands::banks,
    operands::ranges,
    bounds::check,
    control::loops,
    control::targets,
    roles::check,
];

/// The checks that report warnings and infos.
const ADVICE: &[Check] = &[
    requirements::check,
    keys::check,
    control::advice,
    reachable::check,
    usage::reads,
    usage::destinations,
    stray::check,
    fixed::check,
    learning::check,
    compute::check,
    bounds::advice,
];

/// Checks a program against the instructions that a machine knows.
#[must_use]
pub fn validate(program: &AssembledProgram, set: &InstructionSet, checks: Checks) -> Report {
    let subject = Subject::new(program, set, checks.granted);
    let mut sink = Sink::default();
    let run = |checks: &[Check], sink: &mut Sink| checks.iter().for_each(|check| check(&subject, sink));
    run(REQUIRED, &mut sink);
    if checks.advice {
        run(ADVICE, &mut sink);
    }
    if checks.shapes {
        shapes::check(&subject, &mut sink);
    }
    sink.report()
}

/// The findings `undeclared-read` alone, for an assembler that knows where in the text they belong.
#[must_use]
pub fn undeclared_reads(program: &AssembledProgram, set: &InstructionSet) -> Report {
    let mut sink = Sink::default();
    usage::reads(&Subject::new(program, set, RoleSet::ALL), &mut sink);
    sink.report()
}
