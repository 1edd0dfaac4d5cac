//! How numbers, texts and lists stand in a stored value: little-endian, lists behind their length.

use super::error::StoreErrorKind;
use std::fmt::Write as _;

/// Writes a value.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn u8(mut self, value: u8) -> Writer {
        self.0.push(value);
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Writer {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(crate) fn u64(mut self, value: u64) -> Writer {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Bytes whose number the reader knows.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Writer {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn bytes(self, bytes: &[u8]) -> Writer {
        self.u64(bytes.len() as u64).raw(bytes)
    }

    pub(crate) fn option(self, bytes: Option<&[u8]>) -> Writer {
        match bytes {
            None => self.u8(0),
            Some(bytes) => self.u8(1).bytes(bytes),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads a value that [`Writer`] wrote.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    what: &'a str,
}

impl<'a> Reader<'a> {
    /// `what` is the value's name in messages.
    pub(crate) fn new(rest: &'a [u8], what: &'a str) -> Reader<'a> {
        Reader { rest, what }
    }

    #[cold]
    pub(crate) fn wrong(&self, why: &str) -> StoreErrorKind {
        StoreErrorKind::damaged(format!("{} {why}", self.what))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreErrorKind> {
        let Some((array, rest)) = self.rest.split_first_chunk() else {
            return Err(self.wrong("is cut off"));
        };
        self.rest = rest;
        Ok(*array)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, StoreErrorKind> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, StoreErrorKind> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, StoreErrorKind> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn raw(&mut self, len: usize) -> Result<&'a [u8], StoreErrorKind> {
        let Some((bytes, rest)) = self.rest.split_at_checked(len) else {
            return Err(self.wrong("is cut off"));
        };
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], StoreErrorKind> {
        let len = self.u64()?;
        self.raw(usize::try_from(len).unwrap_or(usize::MAX))
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreErrorKind> {
        let bytes = self.bytes()?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.wrong("holds text that is not UTF-8"))
    }

    pub(crate) fn option(&mut self) -> Result<Option<&'a [u8]>, StoreErrorKind> {
        match self.u8()? {
            0 => Ok(None),
            1 => self.bytes().map(Some),
            _ => Err(self.wrong("holds a flag that is neither 0 nor 1")),
        }
    }

    /// That nothing is left.
    pub(crate) fn end(self) -> Result<(), StoreErrorKind> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.wrong("goes on behind its end")) }
    }
}

/// Lower-case hexadecimal digits, two a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of hexadecimal digits; `None` if they are none.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let bytes = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}
