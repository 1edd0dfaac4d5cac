//! What can be wrong with a line of metadata.

use std::fmt;
use ternsig_isa::role::UnknownRole;

/// What is wrong with a value, or with a section as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetaTextError {
    /// A number that is malformed or out of range.
    BadNumber {
        /// The key.
        key: &'static str,
        /// The value as it is written.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A role that does not exist.
    UnknownRole(UnknownRole),
    /// A `role` line without a role.
    NoRole,
    /// One or two of `skull_x`, `skull_y`, `skull_z`.
    PartialSkull,
    /// A projection without this key.
    ProjectionIncomplete(&'static str),
    /// A quote without its partner, or text behind the closing one.
    Unquotable(String),
}

impl fmt::Display for MetaTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetaTextError::BadNumber { key, value, expected } => {
                write!(f, "{key} cannot be \"{value}\" (expected {expected})")
            }
            MetaTextError::UnknownRole(error) => error.fmt(f),
            MetaTextError::NoRole => f.write_str("role names no role"),
            MetaTextError::PartialSkull => {
                f.write_str("skull_x, skull_y and skull_z must be given together or not at all")
            }
            MetaTextError::ProjectionIncomplete(key) => write!(f, "the projection has no {key}"),
            MetaTextError::Unquotable(value) => write!(f, "{value} is not one quoted text"),
        }
    }
}

impl std::error::Error for MetaTextError {}
