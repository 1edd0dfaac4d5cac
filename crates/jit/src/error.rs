//! Why there is no native code.

use std::fmt;

/// Why code could not be generated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JitError {
    /// The processor is none that code can be generated for.
    Unsupported(String),
    /// The code generator refused.
    Code(String),
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
        }
    }
}

impl std::error::Error for JitError {}
