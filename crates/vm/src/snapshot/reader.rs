//! Reading bytes that nobody has checked.

use super::error::{SnapshotError, SnapshotErrorKind};
use crate::machine::Limits;

/// A position in the bytes of a snapshot. Every read is bounded by what is left.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    section: &'static str,
    limits: Limits,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], limits: Limits) -> Reader<'a> {
        Reader { bytes, at: 0, section: "header", limits }
    }

    /// Names the part that is read from here on, for errors.
    pub(super) fn enter(&mut self, section: &'static str) {
        self.section = section;
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) const fn limits(&self) -> Limits {
        self.limits
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[cold]
    pub(super) fn error(&self, offset: usize, kind: SnapshotErrorKind) -> SnapshotError {
        SnapshotError { offset, section: self.section, kind }
    }

    #[cold]
    fn too_short(&self, needed: u64) -> SnapshotError {
        self.error(self.at, SnapshotErrorKind::TooShort { needed, found: self.rest().len() })
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let array = *self.rest().first_chunk().ok_or_else(|| self.too_short(N as u64))?;
        self.at += N;
        Ok(array)
    }

    pub(super) fn slice(&mut self, len: usize) -> Result<&'a [u8], SnapshotError> {
        let slice = self.rest().get(..len).ok_or_else(|| self.too_short(len as u64))?;
        self.at += len;
        Ok(slice)
    }

    /// The length of a list whose entries take at least `least` bytes each. A list that cannot fit into what is left is
    /// refused, so that memory is only ever allocated in proportion to the input.
    pub(super) fn list_len(&mut self, least: usize) -> Result<usize, SnapshotError> {
        let len = u32::from_le_bytes(self.array()?);
        let needed = u64::from(len) * least as u64;
        if needed > self.rest().len() as u64 {
            return Err(self.too_short(needed));
        }
        Ok(len as usize)
    }

    /// Refuses a register of more elements than the machine allows.
    pub(super) fn check_elements(&self, offset: usize, elements: usize) -> Result<(), SnapshotError> {
        let limit = self.limits.register_elements;
        if elements > limit {
            return Err(self.error(offset, SnapshotErrorKind::Limit { elements, limit }));
        }
        Ok(())
    }

    /// Refuses two lengths that should be equal.
    pub(super) fn check_len(
        &self,
        offset: usize,
        what: &'static str,
        found: usize,
        expected: usize,
    ) -> Result<(), SnapshotError> {
        if found != expected {
            return Err(self.error(offset, SnapshotErrorKind::Length { what, found, expected }));
        }
        Ok(())
    }

    pub(super) fn bad_value(
        &self,
        offset: usize,
        what: &'static str,
        found: impl Into<i64>,
    ) -> SnapshotError {
        self.error(offset, SnapshotErrorKind::BadValue { what, found: found.into() })
    }

    /// Refuses anything behind the last part.
    pub(super) fn finish(&self) -> Result<(), SnapshotError> {
        match self.rest().len() {
            0 => Ok(()),
            left => Err(self.error(self.at, SnapshotErrorKind::LeftOver(left))),
        }
    }
}
