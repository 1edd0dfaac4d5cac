//! What the test extension records.

use std::collections::BTreeMap;
use std::hint::cold_path;

/// One test of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRecord {
    /// Its id.
    pub id: u8,
    /// The instruction that began it.
    pub begin: usize,
    /// The instruction that ended it; `None` for a test that is still open.
    pub end: Option<usize>,
    /// How many assertions were made in it.
    pub assertions: u32,
    /// The first failure.
    pub failure: Option<String>,
}

/// The tests of the run that is going on, or of the last one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestState {
    pub(crate) records: Vec<TestRecord>,
    pub(crate) outside: u32,
    /// What hot registers held when their snapshot was taken, by index.
    pub(crate) snapshots: BTreeMap<usize, Vec<i32>>,
    pub(crate) collect: bool,
}

impl TestState {
    /// The tests, in the order in which they began.
    #[must_use]
    pub fn records(&self) -> &[TestRecord] {
        &self.records
    }

    /// How many assertions were made outside any test.
    #[must_use]
    pub const fn assertions_outside(&self) -> u32 {
        self.outside
    }

    /// Most programs test nothing, and each of their runs begins here.
    #[inline]
    pub(crate) fn clear(&mut self) {
        if self.records.len() | self.outside as usize | self.snapshots.len() != 0 {
            self.drop_records();
        }
    }

    #[cold]
    fn drop_records(&mut self) {
        self.records.clear();
        self.outside = 0;
        self.snapshots.clear();
    }

    /// The test that is open.
    #[inline]
    pub(crate) fn open(&self) -> Option<&TestRecord> {
        let last = self.records.last()?;
        cold_path();
        last.end.is_none().then_some(last)
    }

    pub(crate) fn open_mut(&mut self) -> Option<&mut TestRecord> {
        self.records.last_mut().filter(|record| record.end.is_none())
    }

    pub(crate) fn count_assertion(&mut self) {
        match self.open_mut() {
            Some(record) => record.assertions = record.assertions.saturating_add(1),
            None => self.outside = self.outside.saturating_add(1),
        }
    }
}
