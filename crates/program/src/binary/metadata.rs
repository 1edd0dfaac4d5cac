//! The optional metadata block: `"META"`, the length of the text, the text, its checksum.
//!
//! Readers of Ternsig 1.x take it for trailing bytes and ignore it.

use crate::checksum::checksum;
use crate::meta_text::{self, MetaText};

const MAGIC: &[u8; 4] = b"META";

/// A block that was read.
pub(super) struct Block {
    pub(super) text: MetaText,
    /// Bytes of the whole block.
    pub(super) size: usize,
}

/// Reads the block at the beginning of `rest`, or says why there is none.
pub(super) fn read(rest: &[u8]) -> Result<Block, String> {
    let damaged = || "it is incomplete".to_owned();
    let (magic, rest) = rest.split_first_chunk::<4>().ok_or_else(|| "it is missing".to_owned())?;
    if magic != MAGIC {
        return Err("it is missing".to_owned());
    }
    let (len, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
    let len = u32::from_le_bytes(*len) as usize;
    let (text, rest) = rest.split_at_checked(len).ok_or_else(damaged)?;
    let stored = rest.first_chunk::<8>().ok_or_else(damaged)?;
    if u64::from_le_bytes(*stored) != checksum(text) {
        return Err("its checksum does not match".to_owned());
    }
    let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = meta_text::read(text).map_err(|error| error.to_string())?;
    Ok(Block { text, size: len + 16 })
}

/// The block that holds this text; `None` if it is longer than 4 GiB.
pub(super) fn write(text: &str) -> Option<Vec<u8>> {
    let len = u32::try_from(text.len()).ok()?;
    let mut block = Vec::with_capacity(text.len() + 16);
    block.extend(MAGIC);
    block.extend(len.to_le_bytes());
    block.extend(text.as_bytes());
    block.extend(checksum(text.as_bytes()).to_le_bytes());
    Some(block)
}
