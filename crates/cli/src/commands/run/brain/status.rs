//! What a brain does at the moment, in one line on the standard error output.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};
use ternsig_host::brain::Brain;

/// How often the line changes.
const EVERY: Duration = Duration::from_millis(250);

/// A line that is silent where nobody watches.
pub(super) struct StatusLine {
    bar: ProgressBar,
    last: Instant,
    ticks: u64,
}

impl StatusLine {
    pub(super) fn new(ticks: Option<u64>, quiet: bool) -> StatusLine {
        let bar = match (quiet, ticks) {
            (true, _) => ProgressBar::hidden(),
            (false, Some(ticks)) => ProgressBar::new(ticks),
            (false, None) => ProgressBar::new_spinner(),
        };
        // A template that did not read would leave the default style.
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        StatusLine { bar, last: Instant::now(), ticks: 0 }
    }

    /// Counts a tick, and shows the line if it is time.
    pub(super) fn show(&mut self, brain: &Brain) {
        self.ticks += 1;
        let since = self.last.elapsed();
        if since < EVERY || self.bar.is_hidden() {
            return;
        }
        let speed = self.ticks as f64 / since.as_secs_f64();
        (self.last, self.ticks) = (Instant::now(), 0);
        let report = brain.report();
        let store = std::fs::metadata(&brain.manifest().brain.store).map_or(0, |file| file.len());
        let micros = |ns: u64| ns as f64 / 1000.0;
        self.bar.set_message(format!(
            "tick {}  {speed:.0} ticks/s  p50 {:.0} µs  p99 {:.0} µs  {:.1} % right  {} reloads  store {} kB",
            report.tick,
            micros(report.tick_p50_ns),
            micros(report.tick_p99_ns),
            report.recent.percent(),
            report.reloads,
            store / 1000,
        ));
    }

    /// Has something else written meanwhile.
    pub(super) fn suspend<R>(&self, write: impl FnOnce() -> R) -> R {
        self.bar.suspend(write)
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
