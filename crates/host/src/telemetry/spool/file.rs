//! A file of lines that does not grow beyond its bound.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file of lines. When the next does not fit any more, the file takes the place of the one before it and a new one begins.
#[derive(Debug)]
pub(super) struct BoundedFile {
    path: PathBuf,
    before: PathBuf,
    file: File,
    size: u64,
    max: u64,
    /// The last line has no end, because a write failed or was cut off.
    is_torn: bool,
}

impl BoundedFile {
    pub(super) fn open(path: &Path, max: u64) -> io::Result<BoundedFile> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let size = file.seek(SeekFrom::End(0))?;
        let mut last = [b'\n'];
        if size > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        let mut before = path.as_os_str().to_owned();
        before.push(".1");
        let is_torn = last != *b"\n";
        Ok(BoundedFile { path: path.to_owned(), before: before.into(), file, size, max, is_torn })
    }

    /// Whether a line of so many bytes can be written at all.
    pub(super) fn fits(&self, line: usize) -> bool {
        line as u64 <= self.max
    }

    /// Writes a line, which ends in a line break, with the next file if it has to be.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let length = line.len() as u64 + u64::from(self.is_torn);
        if self.size > 0 && self.size.saturating_add(length) > self.max {
            self.rotate()?;
        }
        if self.is_torn {
            self.file.write_all(b"\n")?;
            self.size += 1;
            self.is_torn = false;
        }
        let written = self.file.write_all(line);
        if written.is_err() {
            self.size = self.file.metadata().map_or(self.size, |metadata| metadata.len());
            self.is_torn = true;
        } else {
            self.size += line.len() as u64;
        }
        written
    }

    pub(super) fn flush(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.flush()?;
        fs::rename(&self.path, &self.before)?;
        self.file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        (self.size, self.is_torn) = (0, false);
        Ok(())
    }
}
