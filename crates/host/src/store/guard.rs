//! The engine's database, kept from taking the program down with it.
//!
//! On pages that make no sense the engine may panic: when they have changed beneath an open store, or were made up with
//! right checksums. (Of 5226 bytes flipped beneath a store without a cache, 12 made redb 4.6.0 panic.) Such a panic becomes an
//! error here. The database is not touched after it, so that nothing half done in it is ever seen.

use super::error::StoreErrorKind;
use redb::Database;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

type Outcome<T> = Result<T, StoreErrorKind>;

#[derive(Debug)]
pub(super) struct Guarded {
    database: Option<Database>,
    broken: AtomicBool,
}

fn caught<T>(work: impl FnOnce() -> Outcome<T>) -> Option<Outcome<T>> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

#[cold]
fn senseless() -> StoreErrorKind {
    StoreErrorKind::damaged("the engine met a page that makes no sense")
}

impl Guarded {
    pub(super) fn open(open: impl FnOnce() -> Outcome<Database>) -> Outcome<Guarded> {
        let database = caught(open).unwrap_or_else(|| Err(senseless()))?;
        Ok(Guarded { database: Some(database), broken: AtomicBool::new(false) })
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&Database) -> Outcome<T>) -> Outcome<T> {
        let database = self.database.as_ref().filter(|_| !self.broken.load(Ordering::Relaxed));
        let database = database.ok_or(StoreErrorKind::Unusable)?;
        caught(|| work(database)).unwrap_or_else(|| {
            self.broken.store(true, Ordering::Relaxed);
            Err(senseless())
        })
    }

    pub(super) fn with_mut<T>(&mut self, work: impl FnOnce(&mut Database) -> Outcome<T>) -> Outcome<T> {
        let database = self.database.as_mut().filter(|_| !self.broken.load(Ordering::Relaxed));
        let database = database.ok_or(StoreErrorKind::Unusable)?;
        caught(|| work(database)).unwrap_or_else(|| {
            self.broken.store(true, Ordering::Relaxed);
            Err(senseless())
        })
    }
}

impl Drop for Guarded {
    /// Closing writes, and may meet such a page too.
    fn drop(&mut self) {
        let database = self.database.take();
        let _ = caught(move || {
            drop(database);
            Ok(())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::backends::InMemoryBackend;

    #[test]
    fn a_panic_is_an_error_and_the_last_that_is_heard_of_the_database() {
        let open = || Ok(Database::builder().create_with_backend(InMemoryBackend::new()).unwrap());
        let mut guarded = Guarded::open(open).unwrap();
        assert!(matches!(guarded.with(|_| Ok(1)), Ok(1)));
        let panicked = guarded.with(|_| -> Outcome<()> { panic!("made up") });
        assert!(matches!(panicked, Err(StoreErrorKind::Damaged { .. })));
        assert!(matches!(guarded.with(|_| Ok(1)), Err(StoreErrorKind::Unusable)));
        assert!(matches!(guarded.with_mut(|_| Ok(1)), Err(StoreErrorKind::Unusable)));
        let opened = Guarded::open(|| panic!("made up"));
        assert!(matches!(opened, Err(StoreErrorKind::Damaged { .. })));
    }
}
