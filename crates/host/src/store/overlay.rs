//! Transactions: a stack of changes over the file. The outermost one's commit is what reaches it.

use super::Store;
use super::engine::Rows;
use super::error::{Result, StoreErrorKind};
use super::table::Table;
use std::collections::BTreeMap;

/// The new value of each changed row; `None` for a deleted one.
pub(super) type Changes = BTreeMap<(Table, Vec<u8>), Option<Vec<u8>>>;

/// An open transaction, or an operation of several writes that is under way.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// `None` for an operation.
    id: Option<u8>,
    changes: Changes,
}

impl Store {
    /// Opens transaction `id` inside those that are open.
    ///
    /// # Errors
    /// It is open already (Conflict), or the store is unusable.
    pub fn begin(&mut self, id: u8) -> Result<()> {
        self.usable()?;
        if self.is_open(id) {
            let what = format!("transaction {id} is open already; commit it or roll it back first");
            return Err(self.error(StoreErrorKind::conflict(what)));
        }
        self.levels.push(Level { id: Some(id), changes: Changes::new() });
        Ok(())
    }

    /// Closes transaction `id` and keeps its writes: in the one around it, or, for the outermost, durably in the file.
    ///
    /// # Errors
    /// It is not open (NotFound); it is not the innermost (Conflict); writing fails (Storage). In the last case its writes are
    /// dropped and the store refuses everything until it is opened again: whether the file holds them is not known before.
    pub fn commit(&mut self, id: u8) -> Result<()> {
        self.usable()?;
        self.require_open(id)?;
        if self.levels.last().and_then(|level| level.id) != Some(id) {
            let inner = self.levels.last().and_then(|level| level.id).unwrap_or_default();
            let what = format!("transaction {inner} is open inside transaction {id}; close it first");
            return Err(self.error(StoreErrorKind::conflict(what)));
        }
        self.close_level()
    }

    /// Drops the writes of transaction `id` and of all inside it.
    ///
    /// # Errors
    /// It is not open (NotFound).
    pub fn rollback(&mut self, id: u8) -> Result<()> {
        self.require_open(id)?;
        let depth = self.levels.iter().position(|level| level.id == Some(id));
        self.levels.truncate(depth.unwrap_or_default());
        Ok(())
    }

    /// Ends a run: rolls back what is open and says which transactions these were, outermost first.
    pub fn end_run(&mut self) -> Vec<u8> {
        self.levels.drain(..).filter_map(|level| level.id).collect()
    }

    /// The open transactions, outermost first.
    #[must_use]
    pub fn open_transactions(&self) -> Vec<u8> {
        self.levels.iter().filter_map(|level| level.id).collect()
    }

    fn is_open(&self, id: u8) -> bool {
        self.levels.iter().any(|level| level.id == Some(id))
    }

    fn require_open(&self, id: u8) -> Result<()> {
        if self.is_open(id) {
            return Ok(());
        }
        Err(self.error(StoreErrorKind::not_found(format!("open transaction {id}"))))
    }

    fn close_level(&mut self) -> Result<()> {
        let Some(level) = self.levels.pop() else {
            return Ok(());
        };
        if let Some(outer) = self.levels.last_mut() {
            outer.changes.extend(level.changes);
            return Ok(());
        }
        if level.changes.is_empty() {
            return Ok(());
        }
        let result = self.engine.commit(&level.changes, self.tick);
        self.unusable |= result.is_err();
        result.map_err(|kind| self.error(kind))
    }

    /// Does several writes as one: all are kept, or, after an error, none.
    pub(super) fn atomically<T>(&mut self, writes: impl FnOnce(&mut Store) -> Result<T>) -> Result<T> {
        self.usable()?;
        self.levels.push(Level::default());
        let depth = self.levels.len();
        let result = writes(self);
        match result {
            Ok(value) => self.close_level().map(|()| value),
            Err(error) => {
                self.levels.truncate(depth - 1);
                Err(error)
            }
        }
    }

    /// A row as the innermost transaction sees it.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.usable()?;
        if !self.levels.is_empty() {
            let place = (table, key.to_vec());
            if let Some(change) = self.levels.iter().rev().find_map(|level| level.changes.get(&place)) {
                return Ok(change.clone());
            }
        }
        self.engine.get(table, key).map_err(|kind| self.error(kind))
    }

    /// The rows whose key begins with `prefix`, as the innermost transaction sees them.
    pub(super) fn scan(&self, table: Table, prefix: &[u8]) -> Result<Rows> {
        self.usable()?;
        let mut rows = self.engine.scan(table, prefix).map_err(|kind| self.error(kind))?;
        for level in &self.levels {
            let changes = level.changes.range((table, prefix.to_vec())..);
            for ((_, key), change) in
                changes.take_while(|((own, key), _)| *own == table && key.starts_with(prefix))
            {
                match change {
                    Some(value) => rows.insert(key.clone(), value.clone()),
                    None => rows.remove(key),
                };
            }
        }
        Ok(rows)
    }

    /// Writes a row. Only inside [`Store::atomically`].
    pub(super) fn put(&mut self, table: Table, key: &[u8], value: Vec<u8>) {
        self.change(table, key, Some(value));
    }

    /// Deletes a row. Only inside [`Store::atomically`].
    pub(super) fn remove(&mut self, table: Table, key: &[u8]) {
        self.change(table, key, None);
    }

    fn change(&mut self, table: Table, key: &[u8], value: Option<Vec<u8>>) {
        debug_assert!(!self.levels.is_empty(), "writes belong to an operation");
        if let Some(level) = self.levels.last_mut() {
            level.changes.insert((table, key.to_vec()), value);
        }
    }
}
