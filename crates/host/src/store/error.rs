//! What can go wrong with a store.

use std::fmt;
use ternsig_vm::{Error, ErrorKind};

/// Why a store refuses or fails: which store, and what happened.
#[derive(Debug)]
pub struct StoreError {
    place: String,
    cause: Box<StoreErrorKind>,
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// There is no such file, entry, checkpoint or transaction.
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// Something is there already, open already, or not the innermost.
    Conflict {
        /// What is in the way, and how to clear it.
        what: String,
    },
    /// A key, name, length or number that a store does not take.
    Invalid {
        /// Which, and what is allowed.
        what: String,
    },
    /// The file is none that a store has written.
    NotAStore,
    /// A newer release has written the file; it has been left as it was.
    Newer {
        /// The file's format version.
        found: u32,
        /// The newest that this release reads.
        known: u32,
    },
    /// What the file holds is not what was written.
    Damaged {
        /// Where, and what does not agree.
        what: String,
    },
    /// Reading or writing failed.
    Engine {
        /// What was being done.
        doing: &'static str,
        /// What the storage says.
        cause: redb::Error,
    },
    /// An earlier write failed, so that memory and file may disagree.
    Unusable,
    /// An export that cannot be read.
    Import {
        /// What is wrong with it.
        what: String,
    },
}

/// The result of what a store does.
pub type Result<T> = std::result::Result<T, StoreError>;

impl StoreErrorKind {
    pub(super) fn not_found(what: impl Into<String>) -> StoreErrorKind {
        StoreErrorKind::NotFound { what: what.into() }
    }

    pub(super) fn conflict(what: impl Into<String>) -> StoreErrorKind {
        StoreErrorKind::Conflict { what: what.into() }
    }

    pub(super) fn invalid(what: impl Into<String>) -> StoreErrorKind {
        StoreErrorKind::Invalid { what: what.into() }
    }

    pub(super) fn damaged(what: impl Into<String>) -> StoreErrorKind {
        StoreErrorKind::Damaged { what: what.into() }
    }

    pub(super) fn import(what: impl Into<String>) -> StoreErrorKind {
        StoreErrorKind::Import { what: what.into() }
    }

    /// Corruption is damage, whichever call of the engine came upon it.
    #[cold]
    pub(super) fn engine(doing: &'static str, cause: impl Into<redb::Error>) -> StoreErrorKind {
        match cause.into() {
            redb::Error::Corrupted(what) => StoreErrorKind::Damaged { what },
            redb::Error::DatabaseAlreadyOpen => {
                StoreErrorKind::conflict("another process or another Store has it open; close that one first")
            }
            redb::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                StoreErrorKind::Damaged { what: error.to_string() }
            }
            cause => StoreErrorKind::Engine { doing, cause },
        }
    }

    pub(super) fn io(doing: &'static str, error: std::io::Error) -> StoreErrorKind {
        StoreErrorKind::Engine { doing, cause: redb::Error::Io(error) }
    }

    pub(crate) fn at(self, place: &str) -> StoreError {
        StoreError { place: place.to_owned(), cause: Box::new(self) }
    }
}

impl StoreError {
    /// The file, or what stands for it.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What happened.
    #[must_use]
    pub fn cause(&self) -> &StoreErrorKind {
        &self.cause
    }

    pub(super) fn into_cause(self) -> StoreErrorKind {
        *self.cause
    }

    /// The kind of error that a program gets to see.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &*self.cause {
            StoreErrorKind::NotFound { .. } => ErrorKind::NotFound,
            StoreErrorKind::Conflict { .. } => ErrorKind::Conflict,
            StoreErrorKind::Invalid { .. } => ErrorKind::BadOperand,
            _ => ErrorKind::Storage,
        }
    }
}

impl fmt::Display for StoreErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use StoreErrorKind as K;
        match self {
            K::NotFound { what } => write!(f, "there is no {what}"),
            K::Conflict { what } | K::Invalid { what } => f.write_str(what),
            K::NotAStore => f.write_str("this is not a Ternsig store; name another file, or create one"),
            K::Newer { found, known } => {
                write!(
                    f,
                    "format {found} is newer than {known}, the newest that this release reads; update Ternsig"
                )
            }
            K::Damaged { what } => {
                write!(f, "the store is damaged: {what}; restore it from an export or a copy of the file")
            }
            K::Engine { doing, cause } => write!(f, "{doing} failed: {cause}"),
            K::Unusable => {
                f.write_str("an earlier write failed; open the store again to see the last committed state")
            }
            K::Import { what } => write!(f, "the export cannot be imported: {what}"),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.cause)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.cause {
            StoreErrorKind::Engine { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        Error::new(error.kind(), error.to_string())
    }
}
