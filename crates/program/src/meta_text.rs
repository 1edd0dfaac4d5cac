//! The lines of the `.meta` and `.projection` sections: one parser for the assembler and for the metadata block of
//! binaries, and their writer.

mod error;
mod meta;
mod projection;
mod read;
mod write;

pub use error::MetaTextError;
pub use meta::MetaDraft;
pub use projection::ProjectionDraft;
pub use read::{BlockError, MetaText, read, unquote};
pub use write::write;
