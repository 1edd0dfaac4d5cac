//! The frame around the engine's image: two copies of a header page that name the product and count commits.
//!
//! The engine keeps its two newest commits and may present the older one of them when the other is damaged, which is
//! right after a crash and wrong at any other time. The frame's counter tells the two apart: it is raised after a commit
//! is durable, so that an image with fewer commits than its frame has lost one.
//!
//! ```text
//! 0     copy A, 48 bytes: magic 16 · version u32 · 0 u32 · commits u64 · first 16 bytes of the SHA-256 of these
//! 4096  copy B, the same
//! 8192  the engine's image
//! ```
//!
//! Raising the counter needs no flush of its own: if the write is lost, the counter is behind, which says nothing. Only when power
//! fails right behind a commit and the engine's flags are damaged before the next one, the commit before it is taken for the
//! last. A counter of 0 is that of a store which is being created.

use super::error::StoreErrorKind;
use redb::{BackendError, StorageBackend};
use sha2::{Digest, Sha256};
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where the engine's image begins: header pages of 4096 bytes keep its pages aligned.
pub(super) const FRAME_BYTES: u64 = 8192;
/// Far enough from each other not to share a sector.
const COPIES_AT: [u64; 2] = [0, 4096];
const COPY_BYTES: usize = 48;
const MAGIC: [u8; 16] = *b"ternsig-store\x1a\r\n";
const FRAME_VERSION: u32 = 1;

/// What the header pages say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// Nothing, or a store that nobody has finished creating.
    Unfinished,
    /// Something that is no header.
    Foreign,
    /// Headers without one that can be trusted.
    Damaged,
    /// A header of a later release.
    Newer(u32),
    /// The number of commits that are known to be durable.
    Commits(u64),
}

/// What one copy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Blank,
    Foreign,
    Damaged,
    Newer(u32),
    Commits(u64),
}

#[derive(Debug)]
enum Operation {
    Write(u64, Vec<u8>),
    SetLen(u64),
    Sync,
}

/// Storage with a frame. While it is held back, writes are kept in memory, in order, until they are let through.
#[derive(Debug)]
pub(super) struct Frame {
    inner: Box<dyn StorageBackend>,
    held: Mutex<Option<Vec<Operation>>>,
}

/// The engine's view of the storage behind the frame.
#[derive(Debug)]
pub(super) struct Image(pub(super) Arc<Frame>);

fn encode(version: u32, commits: u64) -> [u8; COPY_BYTES] {
    let mut copy = [0; COPY_BYTES];
    copy[..16].copy_from_slice(&MAGIC);
    copy[16..20].copy_from_slice(&version.to_le_bytes());
    copy[24..32].copy_from_slice(&commits.to_le_bytes());
    let digest = Sha256::digest(&copy[..32]);
    copy[32..].copy_from_slice(&digest[..16]);
    copy
}

fn decode(copy: &[u8; COPY_BYTES]) -> Page {
    let version = copy[16..].first_chunk().copied().map_or(0, u32::from_le_bytes);
    let commits = copy[24..].first_chunk().copied().map_or(0, u64::from_le_bytes);
    if copy.iter().all(|&byte| byte == 0) {
        Page::Blank
    } else if *copy == encode(version, commits) {
        if version > FRAME_VERSION { Page::Newer(version) } else { Page::Commits(commits) }
    } else if copy.iter().zip(&MAGIC).filter(|(a, b)| a == b).count() >= MAGIC.len() / 2 {
        Page::Damaged
    } else {
        Page::Foreign
    }
}

impl Frame {
    pub(super) fn new(inner: Box<dyn StorageBackend>) -> Frame {
        Frame { inner, held: Mutex::new(None) }
    }

    pub(super) fn into_inner(self) -> Box<dyn StorageBackend> {
        self.inner
    }

    fn held(&self) -> MutexGuard<'_, Option<Vec<Operation>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self, index: usize, len: u64) -> io::Result<Page> {
        let mut copy = [0; COPY_BYTES];
        if COPIES_AT[index] + copy.len() as u64 <= len {
            self.inner.read(COPIES_AT[index], &mut copy)?;
        }
        Ok(decode(&copy))
    }

    /// What the two copies say together.
    pub(super) fn header(&self) -> Result<Header, StoreErrorKind> {
        let reading = |error| StoreErrorKind::io("reading the header", error);
        let len = self.inner.len().map_err(reading)?;
        let pages = (self.page(0, len).map_err(reading)?, self.page(1, len).map_err(reading)?);
        Ok(match pages {
            (Page::Commits(0), Page::Commits(0) | Page::Blank) | (Page::Blank, Page::Commits(0)) => {
                Header::Unfinished
            }
            // No image is begun before a header is there.
            (Page::Blank, Page::Blank) if len <= FRAME_BYTES => self.blank(len).map_err(reading)?,
            (Page::Commits(a), Page::Commits(b)) => Header::Commits(a.max(b)),
            (Page::Commits(commits), _) | (_, Page::Commits(commits)) => Header::Commits(commits),
            (Page::Newer(version), _) | (_, Page::Newer(version)) => Header::Newer(version),
            (Page::Damaged, _) | (_, Page::Damaged) => Header::Damaged,
            _ => Header::Foreign,
        })
    }

    /// A short file is unfinished if it is nothing but zeros.
    fn blank(&self, len: u64) -> io::Result<Header> {
        let mut frame = vec![0; usize::try_from(len).unwrap_or_default()];
        self.inner.read(0, &mut frame)?;
        Ok(if frame.iter().all(|&byte| byte == 0) { Header::Unfinished } else { Header::Foreign })
    }

    /// Makes room for a new image, durably; whatever is there is dropped.
    pub(super) fn begin(&self) -> Result<(), StoreErrorKind> {
        let clear = || {
            self.inner.set_len(0)?;
            self.inner.set_len(FRAME_BYTES)?;
            self.mark_both(0)
        };
        clear().map_err(|error| StoreErrorKind::io("clearing the file", error))
    }

    /// Whether there is anything behind the frame.
    pub(super) fn has_image(&self) -> Result<bool, StoreErrorKind> {
        let len = self.inner.len().map_err(|error| StoreErrorKind::io("reading the file's length", error))?;
        Ok(len > FRAME_BYTES)
    }

    /// Says that this many commits are durable.
    pub(super) fn mark(&self, commits: u64) -> io::Result<()> {
        let place = COPIES_AT[usize::from(commits % 2 == 1)];
        let copy = encode(FRAME_VERSION, commits);
        match &mut *self.held() {
            // Behind the commit that it counts.
            Some(operations) => operations.push(Operation::Write(place, copy.to_vec())),
            None => return self.inner.write(place, &copy),
        }
        Ok(())
    }

    /// Says that the new store is whole, durably.
    pub(super) fn mark_created(&self, commits: u64) -> Result<(), StoreErrorKind> {
        self.mark_both(commits).map_err(|error| StoreErrorKind::io("writing the header", error))
    }

    fn mark_both(&self, commits: u64) -> io::Result<()> {
        for place in COPIES_AT {
            self.inner.write(place, &encode(FRAME_VERSION, commits))?;
        }
        self.inner.sync_data()
    }

    /// Keeps all writes in memory from now on.
    pub(super) fn hold(&self) {
        self.held().get_or_insert_default();
    }

    /// Lets the writes through, in the order in which they came.
    pub(super) fn release(&self) -> Result<(), StoreErrorKind> {
        let mut held = self.held();
        let apply = |operation: &Operation| match operation {
            Operation::Write(at, bytes) => self.inner.write(*at, bytes),
            Operation::SetLen(len) => self.inner.set_len(*len),
            Operation::Sync => self.inner.sync_data(),
        };
        let result = held.iter().flatten().try_for_each(apply);
        result.map_err(|error| StoreErrorKind::io("writing what opening repaired", error))?;
        *held = None;
        Ok(())
    }
}

fn len_of(inner_len: u64, operations: &[Operation]) -> u64 {
    operations.iter().fold(inner_len, |len, operation| match operation {
        Operation::Write(at, bytes) => len.max(at + bytes.len() as u64),
        Operation::SetLen(len) => *len,
        Operation::Sync => len,
    })
}

/// What a read at `offset` finds once the operations are done on top of `out`.
fn overlay(offset: u64, out: &mut [u8], operations: &[Operation]) {
    let end = offset + out.len() as u64;
    for operation in operations {
        match operation {
            Operation::Write(at, bytes) => {
                let (from, to) = (offset.max(*at), end.min(at + bytes.len() as u64));
                if from < to {
                    let source = &bytes[(from - at) as usize..(to - at) as usize];
                    out[(from - offset) as usize..(to - offset) as usize].copy_from_slice(source);
                }
            }
            Operation::SetLen(len) if *len < end => out[len.saturating_sub(offset) as usize..].fill(0),
            _ => {}
        }
    }
}

impl StorageBackend for Image {
    fn len(&self) -> io::Result<u64> {
        let len = self.0.inner.len()?;
        let len = self.0.held().as_ref().map_or(len, |operations| len_of(len, operations));
        Ok(len.saturating_sub(FRAME_BYTES))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = offset.saturating_add(FRAME_BYTES);
        let held = self.0.held();
        let Some(operations) = &*held else {
            return self.0.inner.read(offset, out);
        };
        let stored = self.0.inner.len()?;
        let end = offset.saturating_add(out.len() as u64);
        if end > len_of(stored, operations) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let there = stored.saturating_sub(offset).min(out.len() as u64) as usize;
        self.0.inner.read(offset, &mut out[..there])?;
        out[there..].fill(0);
        overlay(offset, out, operations);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = len.saturating_add(FRAME_BYTES);
        match &mut *self.0.held() {
            Some(operations) => operations.push(Operation::SetLen(len)),
            None => return self.0.inner.set_len(len),
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        match &mut *self.0.held() {
            Some(operations) => operations.push(Operation::Sync),
            None => return self.0.inner.sync_data(),
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = offset.saturating_add(FRAME_BYTES);
        match &mut *self.0.held() {
            Some(operations) => operations.push(Operation::Write(offset, data.to_vec())),
            None => return self.0.inner.write(offset, data),
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.0.inner.close()
    }

    // Locks go by the image's offsets: whoever else opens this file does so through a frame too.
    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.inner.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.inner.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.inner.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.inner.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.inner.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.inner.query_lock_range(start, end)
    }
}
