//! Watching program files: what was saved is read and assembled beside the running host, which asks for it when it pleases.
//!
//! [`FileWatch`] says which files have changed, each once it has been quiet for a while. [`Watch`] loads them on a thread of its
//! own and keeps the newest result of each until somebody [polls](Watch::poll).
//!
//! Files are told apart by their canonical paths, whatever the spelling. A file that is written, renamed into place or made anew has
//! changed; one that is deleted has not. Directories that are themselves deleted and made again are not watched any more.

mod debounce;
mod error;
mod files;
mod load;
mod targets;

pub use error::WatchError;
pub use files::{Changed, FileWatch};
pub use load::{Change, Watch};

use std::time::Duration;

/// How long a file has to be quiet before it is looked at, unless the host says otherwise: editors that empty a file before they
/// fill it have done so by then.
pub const DEBOUNCE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
