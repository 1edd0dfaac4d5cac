//! Transactions: the rules, and any mix of operations against plain maps.

use crate::disk::Disk;
use crate::script::register;
use proptest::prelude::*;
use std::collections::BTreeMap;
use ternsig_host::Store;
use ternsig_host::store::{Blobs, Change};
use ternsig_vm::ErrorKind;

#[test]
fn transactions_nest_and_close_in_order() {
    let mut store = Store::in_memory().unwrap();
    assert_eq!(store.rollback(0).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(store.commit(0).unwrap_err().kind(), ErrorKind::NotFound);
    store.begin(0).unwrap();
    store.begin(9).unwrap();
    let again = store.begin(0).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    assert_eq!(
        again.to_string(),
        "the store: transaction 0 is open already; commit it or roll it back first"
    );
    let outer = store.commit(0).unwrap_err();
    assert_eq!(outer.kind(), ErrorKind::Conflict);
    assert_eq!(outer.to_string(), "the store: transaction 9 is open inside transaction 0; close it first");
    assert_eq!(store.open_transactions(), [0, 9]);
    store.rollback(0).unwrap();
    assert_eq!(store.open_transactions(), [0; 0]);
    store.begin(3).unwrap();
    store.begin(4).unwrap();
    assert_eq!(store.end_run(), [3, 4]);
    assert_eq!(store.end_run(), [0; 0]);
}

#[test]
fn an_outermost_commit_is_one_commit_of_the_file() {
    let mut store = Store::in_memory().unwrap();
    let before = store.commits();
    store.begin(0).unwrap();
    for key in ["a", "b", "c"] {
        store.save(key, &register(1, 1), &Change::new(9, "test", 0)).unwrap();
    }
    assert_eq!(store.commits(), before);
    store.commit(0).unwrap();
    assert_eq!(store.commits(), before + 1);
}

#[derive(Debug, Clone)]
enum Op {
    Save(u8, u8),
    Delete(u8),
    Checkpoint(u8, u8),
    Discard(u8),
    Put(u8, u8),
    Remove(u8),
    Begin(u8),
    Commit(u8),
    Rollback(u8),
    CommitInner,
    EndRun,
    Consolidate,
    Reopen,
    Kill,
}

fn op() -> impl Strategy<Value = Op> {
    let (key, value, id) = (0u8..4, 1u8..9, 0u8..4);
    prop_oneof![
        4 => (key.clone(), value.clone()).prop_map(|(key, value)| Op::Save(key, value)),
        2 => key.clone().prop_map(Op::Delete),
        2 => (key.clone(), value.clone()).prop_map(|(key, value)| Op::Checkpoint(key, value)),
        1 => key.clone().prop_map(Op::Discard),
        2 => (key.clone(), value).prop_map(|(key, value)| Op::Put(key, value)),
        1 => key.prop_map(Op::Remove),
        5 => id.clone().prop_map(Op::Begin),
        2 => id.clone().prop_map(Op::Commit),
        1 => id.prop_map(Op::Rollback),
        4 => Just(Op::CommitInner),
        1 => Just(Op::EndRun),
        1 => Just(Op::Consolidate),
        1 => Just(Op::Reopen),
        1 => Just(Op::Kill),
    ]
}

/// What a store should hold: by key the value's seed, and by how many records the chain has grown.
#[derive(Debug, Clone, Default, PartialEq)]
struct State {
    weights: BTreeMap<u8, u8>,
    checkpoints: BTreeMap<u8, u8>,
    blobs: BTreeMap<u8, u8>,
    records: u64,
}

#[derive(Debug, Default)]
struct Model {
    committed: State,
    open: Vec<(u8, State)>,
}

impl Model {
    fn now(&mut self) -> &mut State {
        match self.open.last_mut() {
            Some((_, state)) => state,
            None => &mut self.committed,
        }
    }

    fn commit(&mut self, id: u8) -> Result<(), ErrorKind> {
        if self.open.iter().all(|(own, _)| *own != id) {
            return Err(ErrorKind::NotFound);
        }
        match self.open.pop_if(|(own, _)| *own == id) {
            Some((_, state)) => *self.now() = state,
            None => return Err(ErrorKind::Conflict),
        }
        Ok(())
    }

    fn rollback(&mut self, id: u8) -> Result<(), ErrorKind> {
        let depth = self.open.iter().position(|(own, _)| *own == id).ok_or(ErrorKind::NotFound)?;
        self.open.truncate(depth);
        Ok(())
    }

    fn begin(&mut self, id: u8) -> Result<(), ErrorKind> {
        if self.open.iter().any(|(own, _)| *own == id) {
            return Err(ErrorKind::Conflict);
        }
        let state = self.now().clone();
        self.open.push((id, state));
        Ok(())
    }

    /// The same on the store and here.
    fn apply(&mut self, op: &Op, store: &mut Store, disk: &mut Disk) {
        let change = Change::new(50, "test", 1);
        match *op {
            Op::Save(key, seed) => {
                store.save(&key.to_string(), &register(usize::from(seed % 3) + 1, seed), &change).unwrap();
                self.now().weights.insert(key, seed);
                self.now().records += 1;
            }
            Op::Delete(key) => {
                let there = self.now().weights.remove(&key).is_some();
                assert_eq!(store.delete(&key.to_string(), "test", 1).unwrap(), there);
                self.now().records += u64::from(there);
            }
            Op::Checkpoint(key, seed) => {
                store.checkpoint_save(&key.to_string(), &register(1, seed)).unwrap();
                self.now().checkpoints.insert(key, seed);
            }
            Op::Discard(key) => {
                let there = self.now().checkpoints.remove(&key).is_some();
                assert_eq!(store.checkpoint_discard(&key.to_string()).unwrap(), there);
            }
            Op::Put(key, value) => {
                store.put_blob(Blobs::Banks, &[key], &[value]).unwrap();
                self.now().blobs.insert(key, value);
            }
            Op::Remove(key) => {
                let there = self.now().blobs.remove(&key).is_some();
                assert_eq!(store.delete_blob(Blobs::Banks, &[key]).unwrap(), there);
            }
            Op::Begin(id) => assert_eq!(store.begin(id).map_err(|e| e.kind()), self.begin(id)),
            Op::Commit(id) => assert_eq!(store.commit(id).map_err(|e| e.kind()), self.commit(id)),
            Op::Rollback(id) => assert_eq!(store.rollback(id).map_err(|e| e.kind()), self.rollback(id)),
            Op::CommitInner => {
                if let Some(&id) = store.open_transactions().last() {
                    store.commit(id).unwrap();
                    self.commit(id).unwrap();
                }
            }
            Op::EndRun => {
                let open: Vec<u8> = self.open.drain(..).map(|(id, _)| id).collect();
                assert_eq!(store.end_run(), open);
            }
            Op::Consolidate => {
                store.consolidate("test", 1).unwrap();
                self.now().records += 1;
            }
            Op::Reopen | Op::Kill => {
                // Killed, the old store does not get to close its file.
                let bytes = disk.bytes();
                *store = Store::in_memory().unwrap();
                *disk = Disk::holding(if matches!(op, Op::Kill) { bytes } else { disk.bytes() });
                *store = Store::with_backend(disk.clone()).unwrap();
                self.open.clear();
            }
        }
    }

    fn assert_same(&mut self, store: &Store) {
        let state = self.now().clone();
        let keys: Vec<String> = state.weights.keys().map(u8::to_string).collect();
        assert_eq!(store.keys().unwrap(), keys);
        for (key, &seed) in &state.weights {
            let stored = store.load(&key.to_string()).unwrap().unwrap();
            assert_eq!(stored.weights.to_register().unwrap(), register(usize::from(seed % 3) + 1, seed));
        }
        let keys: Vec<String> = state.checkpoints.keys().map(u8::to_string).collect();
        assert_eq!(store.checkpoint_keys().unwrap(), keys);
        for (key, &seed) in &state.checkpoints {
            let stored = store.checkpoint_restore(&key.to_string()).unwrap();
            assert_eq!(stored.to_register().unwrap(), register(1, seed));
        }
        let blobs = state.blobs.iter().map(|(&key, &value)| (vec![key], vec![value])).collect();
        assert_eq!(store.blobs(Blobs::Banks, &[]).unwrap(), blobs);
        let chain = store.chain(0).unwrap();
        assert_eq!(chain.len() as u64, state.records);
        let mut before = None;
        for record in &chain {
            record.verify(before).unwrap();
            before = Some(record);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mix_of_operations_agrees_with_plain_maps(ops in prop::collection::vec(op(), 1..60)) {
        let mut disk = Disk::default();
        let mut store = Store::with_backend(disk.clone()).unwrap();
        let mut model = Model::default();
        for op in &ops {
            model.apply(op, &mut store, &mut disk);
            model.assert_same(&store);
        }
        model.apply(&Op::Reopen, &mut store, &mut disk);
        model.assert_same(&store);
        store.verify().unwrap();
    }
}
