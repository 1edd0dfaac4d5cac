//! Why there is no native code.

use crate::object::ObjectTarget;
use std::fmt;

/// Why code could not be generated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JitError {
    /// The processor is none that code can be generated for.
    Unsupported(String),
    /// The code generator refused.
    Code(String),
    /// There is no target of this name for objects.
    UnknownTarget(String),
    /// What the names in an object are to begin with is no name in C.
    InvalidPrefix(String),
    /// Not one instruction of a program becomes native code.
    NothingNative,
}

impl JitError {
    pub(crate) fn unsupported(reason: impl fmt::Display) -> JitError {
        JitError::Unsupported(reason.to_string())
    }

    pub(crate) fn code(reason: impl fmt::Display) -> JitError {
        JitError::Code(reason.to_string())
    }
}

impl fmt::Display for JitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JitError::Unsupported(reason) => write!(f, "no native code for this processor: {reason}"),
            JitError::Code(reason) => write!(f, "the code generator refused: {reason}"),
            JitError::UnknownTarget(name) => {
                let known = ObjectTarget::ALL.map(ObjectTarget::name).join(", ");
                write!(f, "there is no target \"{name}\"; there are {known}")
            }
            JitError::InvalidPrefix(name) => {
                write!(f, "\"{name}\" is no name in C that begins with a letter")
            }
            JitError::NothingNative => f.write_str("no instruction becomes native code"),
        }
    }
}

impl std::error::Error for JitError {}
