//! How a step and how a run end.

use crate::error::Error;
use std::fmt;
use ternsig_isa::DomainOp;

/// The result of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepResult {
    /// Go on.
    Continue,
    /// The program ended the run.
    Halt,
    /// A loop was left; the program counter is already behind it. Run loops go on.
    Break,
    /// A call returned; the program counter is already behind it. Run loops go on.
    Return,
    /// The host is asked for an operation; the program counter is already behind the word.
    Yield(DomainOp),
    /// The program counter is past the last word.
    Ended,
    /// The instruction failed; the program counter is behind it.
    Error(Error),
    /// The fuel does not pay for the instruction at the program counter.
    OutOfFuel,
    /// The host interrupted the run before the instruction at the program counter.
    Interrupted,
}

/// The answer of a host's handler to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The operation is fulfilled; go on.
    Done,
    /// Not yet: the run returns as waiting and delivers the operation again when it is resumed.
    Wait,
    /// End the run.
    Stop,
    /// The operation is fulfilled, and the program has come to its end by it, as by a `halt`.
    Halt,
}

macro_rules! outcome_kinds {
    ($(#[doc = $doc:literal] $variant:ident $name:literal $goes_on:literal;)*) => {
        /// An [`Outcome`] without what it is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OutcomeKind {
            $(#[doc = $doc] $variant,)*
        }

        impl OutcomeKind {
            /// Every kind.
            pub const ALL: &'static [OutcomeKind] = &[$(OutcomeKind::$variant),*];

            /// The name that reports use.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(OutcomeKind::$variant => $name,)* }
            }

            /// What it stands for, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(OutcomeKind::$variant => $doc.trim_ascii(),)* }
            }

            /// Whether the run has only paused: running again goes on with it, where it otherwise begins another.
            #[must_use]
            pub const fn goes_on(self) -> bool {
                match self { $(OutcomeKind::$variant => $goes_on,)* }
            }
        }
    };
}

outcome_kinds! {
    /// By a `halt`, a `return` without a call, or a host that ended it in the program's place.
    Halted "halt" false;
    /// By running past the last word.
    Ended "ended" false;
    /// The handler stopped it.
    Stopped "stopped" false;
    /// The handler is not ready; running again delivers the operation again.
    Waiting "waiting" true;
    /// Nobody was there to answer.
    Unfulfilled "unfulfilled" false;
    /// The fuel ran out before an instruction; after a refill, running again goes on with it.
    OutOfFuel "out_of_fuel" true;
    /// The host interrupted it before an instruction; running again goes on with it.
    Interrupted "interrupted" true;
    /// It failed.
    Failed "failed" false;
}

/// How a run ended or paused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// By a `halt`, or a `return` without a call.
    Halted,
    /// By running past the last word.
    Ended,
    /// The handler stopped it.
    Stopped {
        /// The operation that was answered.
        op: DomainOp,
        /// The instruction that yielded it.
        instruction: usize,
    },
    /// The handler is not ready; running again delivers the operation again.
    Waiting {
        /// The operation that waits.
        op: DomainOp,
        /// The instruction that yielded it.
        instruction: usize,
    },
    /// Nobody was there to answer.
    Unfulfilled {
        /// The operation.
        op: DomainOp,
        /// The instruction that yielded it.
        instruction: usize,
    },
    /// The fuel ran out before an instruction; after a refill, running again goes on with it.
    OutOfFuel {
        /// The instruction.
        instruction: usize,
    },
    /// The host interrupted it before an instruction; running again goes on with it.
    Interrupted {
        /// The instruction.
        instruction: usize,
    },
    /// It failed.
    Failed(Error),
}

impl Outcome {
    /// The outcome without what it is about.
    #[must_use]
    pub const fn kind(&self) -> OutcomeKind {
        match self {
            Outcome::Halted => OutcomeKind::Halted,
            Outcome::Ended => OutcomeKind::Ended,
            Outcome::Stopped { .. } => OutcomeKind::Stopped,
            Outcome::Waiting { .. } => OutcomeKind::Waiting,
            Outcome::Unfulfilled { .. } => OutcomeKind::Unfulfilled,
            Outcome::OutOfFuel { .. } => OutcomeKind::OutOfFuel,
            Outcome::Interrupted { .. } => OutcomeKind::Interrupted,
            Outcome::Failed(_) => OutcomeKind::Failed,
        }
    }

    /// The name that reports use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// The instruction that it is about; `None` if the program came to its own end.
    #[must_use]
    pub fn instruction(&self) -> Option<usize> {
        match self {
            Outcome::Halted | Outcome::Ended => None,
            Outcome::Stopped { instruction, .. }
            | Outcome::Waiting { instruction, .. }
            | Outcome::Unfulfilled { instruction, .. }
            | Outcome::OutOfFuel { instruction }
            | Outcome::Interrupted { instruction } => Some(*instruction),
            Outcome::Failed(error) => error.instruction(),
        }
    }

    /// Whether the program came to its own end.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self, Outcome::Halted | Outcome::Ended)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Halted => f.write_str("halted"),
            Outcome::Ended => f.write_str("ended past the last instruction"),
            Outcome::Stopped { op, instruction } => {
                write!(f, "stopped by the host at instruction {instruction}: {op}")
            }
            Outcome::Waiting { op, instruction } => {
                write!(f, "waiting at instruction {instruction} for {op}")
            }
            Outcome::Unfulfilled { op, instruction } => write!(
                f,
                "instruction {instruction} asks for {op}, which nobody answers (device \"{}\")",
                op.device()
            ),
            Outcome::OutOfFuel { instruction } => write!(f, "out of fuel before instruction {instruction}"),
            Outcome::Interrupted { instruction } => write!(f, "interrupted before instruction {instruction}"),
            Outcome::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Outcome {}
