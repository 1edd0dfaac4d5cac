//! How a command ends.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use ternsig_host::StoreError;
use ternsig_host::store::StoreErrorKind;

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Everything is in order.
    Success,
    /// What it looked at is not; it has said so.
    Failure,
}

impl Status {
    /// Success, unless something failed.
    pub(crate) const fn success_if(succeeded: bool) -> Status {
        if succeeded { Status::Success } else { Status::Failure }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        match status {
            Status::Success => ExitCode::SUCCESS,
            Status::Failure => ExitCode::from(1),
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A program, or what else a file holds, is at fault. The text is complete.
    Program(String),
    /// The arguments, or a file, are at fault.
    Invocation(String),
    /// Nobody reads the output any more.
    Closed,
}

impl Problem {
    /// The arguments are at fault.
    pub(crate) fn invocation(message: impl Into<String>) -> Problem {
        Problem::Invocation(message.into())
    }

    /// A file cannot be read or written.
    pub(crate) fn file(path: &Path, error: impl fmt::Display) -> Problem {
        Problem::Invocation(format!("{}: {error}", path.display()))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Problem::Program(_) => 1,
            Problem::Invocation(_) => 2,
            Problem::Closed => 0,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Program(text) => f.write_str(text),
            Problem::Invocation(message) => write!(f, "error: {message}"),
            Problem::Closed => f.write_str("error: the output is closed"),
        }
    }
}

/// A store that is not as it was written is at fault itself, as programs are.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        use StoreErrorKind as Kind;
        match error.cause() {
            Kind::NotAStore | Kind::Newer { .. } | Kind::Damaged { .. } | Kind::Import { .. } => {
                Problem::Program(format!("error: {error}"))
            }
            _ => Problem::Invocation(error.to_string()),
        }
    }
}

/// Writing to the standard output failed.
impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Problem::Closed,
            _ => Problem::Invocation(format!("the output cannot be written: {error}")),
        }
    }
}
