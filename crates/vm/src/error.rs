//! What can go wrong while a program runs.

use std::fmt;
use ternsig_isa::Register;

macro_rules! error_kinds {
    ($(#[doc = $doc:literal] $variant:ident;)*) => {
        /// The kind of an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $(#[doc = $doc] $variant,)*
        }

        impl ErrorKind {
            /// Every kind.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$variant),*];

            /// The name that reports use.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(ErrorKind::$variant => stringify!($variant),)* }
            }

            /// What it stands for, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(ErrorKind::$variant => $doc.trim_ascii(),)* }
            }
        }
    };
}

error_kinds! {
    /// The host has no such device.
    NoDevice;
    /// A register of the wrong bank, unallocated, or too short.
    BadRegister;
    /// A number outside its legal range.
    BadOperand;
    /// A slot, entry, key, checkpoint or recording that does not exist.
    NotFound;
    /// A rule refuses.
    Denied;
    /// Something is in use, open, or in the wrong state.
    Conflict;
    /// Reading or writing the store failed.
    Storage;
    /// An assertion of the test extension failed.
    AssertionFailed;
    /// A reserved number, or an instruction nobody knows.
    UnknownInstruction;
    /// Ranks or dimensions do not fit.
    ShapeMismatch;
    /// A loop end without its loop, a break outside a loop, a jump beyond the end.
    ControlFlow;
    /// A limit of the machine is reached.
    Limit;
    /// The register's frozen flag is set.
    Frozen;
    /// An engine that is checked against the interpreter came to another state.
    Disagreement;
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    kind: ErrorKind,
    instruction: Option<usize>,
    mnemonic: String,
    register: Option<Register>,
    message: String,
}

/// An error of a run: what, where, and which register or operand.
///
/// After an error the program counter is behind the failing word and all other state is as it was before it, fuel
/// aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Details>);

impl Error {
    /// An error; the run loop adds the instruction.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        let message = message.into();
        Error(Box::new(Details { kind, instruction: None, mnemonic: String::new(), register: None, message }))
    }

    /// An error about a register.
    #[cold]
    pub fn about(kind: ErrorKind, register: Register, message: impl Into<String>) -> Error {
        let mut error = Error::new(kind, message);
        error.0.register = Some(register);
        error
    }

    /// The same error about a register, which its message names too, unless it is about one already.
    #[cold]
    #[must_use]
    pub(crate) fn naming(mut self, register: Register) -> Error {
        if self.0.register.is_none() {
            self.0.register = Some(register);
            self.0.message = format!("{register}: {}", self.0.message);
        }
        self
    }

    /// The same error with the instruction that raised it, unless it already names one.
    #[cold]
    #[must_use]
    pub fn at(mut self, instruction: usize, mnemonic: impl Into<String>) -> Error {
        if self.0.instruction.is_none() {
            self.0.instruction = Some(instruction);
            self.0.mnemonic = mnemonic.into();
        }
        self
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The index of the instruction, if one raised it.
    #[must_use]
    pub fn instruction(&self) -> Option<usize> {
        self.0.instruction
    }

    /// The mnemonic of that instruction, empty without one.
    #[must_use]
    pub fn mnemonic(&self) -> &str {
        &self.0.mnemonic
    }

    /// The register at fault, if there is one.
    #[must_use]
    pub fn register(&self) -> Option<Register> {
        self.0.register
    }

    /// What happened, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(index) = self.0.instruction {
            write!(f, "instruction {index} ({}): ", self.0.mnemonic)?;
        }
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// Why an instruction did not complete.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It failed.
    Error(Error),
    /// It was abandoned, without effect, because the host interrupted the run.
    Interrupted,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Error(error)
    }
}

impl Fault {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Fault {
        Fault::Error(Error::new(kind, message))
    }

    #[cold]
    pub(crate) fn about(kind: ErrorKind, register: Register, message: impl fmt::Display) -> Fault {
        Fault::Error(Error::about(kind, register, format!("{register} {message}")))
    }

    #[cold]
    pub(crate) fn unallocated(register: Register) -> Fault {
        Fault::about(ErrorKind::BadRegister, register, "is not allocated")
    }

    #[cold]
    pub(crate) fn too_short(register: Register, len: usize, needed: usize) -> Fault {
        let message = format!("has {len} elements, at least {needed} are needed");
        Fault::about(ErrorKind::BadRegister, register, message)
    }

    #[cold]
    pub(crate) fn shape(register: Register, message: impl fmt::Display) -> Fault {
        Fault::about(ErrorKind::ShapeMismatch, register, message)
    }

    #[cold]
    pub(crate) fn operand(message: impl Into<String>) -> Fault {
        Fault::new(ErrorKind::BadOperand, message)
    }

    #[cold]
    pub(crate) fn frozen(register: Register) -> Fault {
        Fault::about(ErrorKind::Frozen, register, "is frozen")
    }
}
