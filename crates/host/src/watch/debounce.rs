//! Waiting until something is quiet.

use std::time::{Duration, Instant};

/// What has happened and is waited for, one entry each.
#[derive(Debug)]
pub(super) struct Debounce<T> {
    quiet: Duration,
    pending: Vec<Pending<T>>,
}

#[derive(Debug)]
struct Pending<T> {
    what: T,
    seen: Instant,
    due: Instant,
}

impl<T: PartialEq> Debounce<T> {
    /// Whatever happens is due when it has not happened again for this long.
    pub(super) const fn new(quiet: Duration) -> Debounce<T> {
        Debounce { quiet, pending: Vec::new() }
    }

    /// It has happened, perhaps again, and is due after at least this long.
    pub(super) fn touch(&mut self, what: T, seen: Instant, least: Duration) {
        // A wait that no clock can hold is as good as one from now on.
        let due = seen.checked_add(self.quiet.max(least)).unwrap_or(seen);
        match self.pending.iter_mut().find(|pending| pending.what == what) {
            Some(pending) => (pending.seen, pending.due) = (pending.seen.max(seen), pending.due.max(due)),
            None => self.pending.push(Pending { what, seen, due }),
        }
    }

    /// When the next is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.pending.iter().map(|pending| pending.due).min()
    }

    /// What is due and when it last happened; the one that is due first.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(T, Instant)> {
        let due = self.pending.iter().enumerate().filter(|(_, pending)| pending.due <= now);
        let (at, _) = due.min_by_key(|(_, pending)| pending.due)?;
        let Pending { what, seen, .. } = self.pending.remove(at);
        Some((what, seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn what_goes_on_is_due_once_after_its_last_time() {
        let start = Instant::now();
        let mut debounce = Debounce::new(100 * MS);
        for at in [0, 60, 120] {
            debounce.touch("a", start + at * MS, Duration::ZERO);
        }
        assert_eq!(debounce.next_due(), Some(start + 220 * MS));
        assert_eq!(debounce.take_due(start + 219 * MS), None);
        assert_eq!(debounce.take_due(start + 220 * MS), Some(("a", start + 120 * MS)));
        assert_eq!(debounce.take_due(start + 999 * MS), None);
    }

    #[test]
    fn each_is_waited_for_by_itself_in_the_order_of_being_due() {
        let start = Instant::now();
        let mut debounce = Debounce::new(100 * MS);
        debounce.touch("a", start, Duration::ZERO);
        debounce.touch("b", start + MS, Duration::ZERO);
        debounce.touch("a", start + 2 * MS, Duration::ZERO);
        let now = start + 200 * MS;
        assert_eq!(debounce.take_due(now), Some(("b", start + MS)));
        assert_eq!(debounce.take_due(now), Some(("a", start + 2 * MS)));
    }

    #[test]
    fn without_a_wait_things_are_due_at_once_unless_they_ask_for_one() {
        let start = Instant::now();
        let mut debounce = Debounce::new(Duration::ZERO);
        debounce.touch("a", start, Duration::ZERO);
        debounce.touch("b", start, 20 * MS);
        assert_eq!(debounce.take_due(start), Some(("a", start)));
        assert_eq!(debounce.take_due(start), None);
        assert_eq!(debounce.next_due(), Some(start + 20 * MS));
    }
}
