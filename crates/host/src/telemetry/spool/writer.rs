//! The thread that writes events.

use super::file::BoundedFile;
use super::{Counts, Stamped};
use crate::telemetry::event::Event;
use serde::Serialize;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::{SystemTime, UNIX_EPOCH};

/// A line of the log.
#[derive(Serialize)]
struct Line<'e> {
    /// Milliseconds since 1970 when the event came.
    time_ms: u64,
    #[serde(flatten)]
    what: &'e What<'e>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum What<'e> {
    Event(&'e Event),
    Dropped { event: &'static str, count: u64 },
}

/// Writes events until nobody sends any more.
pub(super) fn write_all(file: BoundedFile, events: &Receiver<Stamped>, counts: &Counts) {
    let mut writer = Writer { file, line: Vec::new(), counts, told: 0 };
    for Stamped { at, event } in events {
        writer.tell_dropped(at);
        writer.write(at, What::Event(&event));
    }
    writer.tell_dropped(SystemTime::now());
    writer.count(writer.file.flush());
}

struct Writer<'c> {
    file: BoundedFile,
    /// Kept for its memory.
    line: Vec<u8>,
    counts: &'c Counts,
    /// How many dropped events the log tells of.
    told: u64,
}

impl Writer<'_> {
    /// Tells of events that were dropped since it was told last.
    fn tell_dropped(&mut self, at: SystemTime) {
        let dropped = self.counts.dropped.load(Ordering::Relaxed);
        let count = dropped - self.told;
        if count > 0 && self.write(at, What::Dropped { event: "dropped", count }) {
            self.told = dropped;
        }
    }

    /// Whether it is written.
    fn write(&mut self, at: SystemTime, what: What<'_>) -> bool {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let time_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        self.line.clear();
        let encoded = serde_json::to_writer(&mut self.line, &Line { time_ms, what: &what });
        self.line.push(b'\n');
        if !self.file.fits(self.line.len()) {
            let is_event = matches!(what, What::Event(_));
            self.counts.dropped.fetch_add(u64::from(is_event), Ordering::Relaxed);
            return false;
        }
        let written = encoded.map_err(io::Error::from).and_then(|()| self.file.write(&self.line));
        self.count(written)
    }

    fn count(&self, result: io::Result<()>) -> bool {
        if let Err(error) = &result {
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(%error, "an event was not written");
        }
        result.is_ok()
    }
}
