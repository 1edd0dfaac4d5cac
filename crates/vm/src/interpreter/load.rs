//! Why a program cannot be loaded.

use crate::error::Error;
use std::fmt;
use ternsig_program::ValidationError;

/// Why a program cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// The validator refuses it.
    Invalid(ValidationError),
    /// Its registers exceed the machine's limits.
    Limit(Error),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Invalid(error) => write!(f, "the program is invalid: {error}"),
            LoadError::Limit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Invalid(error) => Some(error),
            LoadError::Limit(error) => Some(error),
        }
    }
}

impl From<ValidationError> for LoadError {
    fn from(error: ValidationError) -> LoadError {
        LoadError::Invalid(error)
    }
}
