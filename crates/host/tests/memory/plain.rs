//! What a memory is to hold, as plainly as can be: maps, and a copy of them for each open transaction.

use std::collections::{BTreeMap, BTreeSet};
use ternsig_bank::codec::encode_head;
use ternsig_bank::{BankId, Edge, EdgeType, Entry, EntryId, EntryRef, Record, colder};
use ternsig_host::Memory;
use ternsig_host::banks::WritePolicy;
use ternsig_host::store::Weights;
use ternsig_isa::Temperature;
use ternsig_vm::ColdRegister;

/// Weights and checkpoints by key, banks with how many ids they have given and the largest, and entries.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    weights: BTreeMap<String, (ColdRegister, u64)>,
    checkpoints: BTreeMap<String, ColdRegister>,
    banks: BTreeMap<BankId, (u64, EntryId)>,
    entries: BTreeMap<EntryRef, Entry>,
}

fn register(weights: &Weights) -> ColdRegister {
    weights.to_register().unwrap()
}

impl State {
    /// What a memory holds.
    pub(crate) fn of(memory: &Memory) -> State {
        let mut state = State::default();
        let store = memory.store();
        for key in store.keys().unwrap() {
            let found = store.load(&key).unwrap().unwrap();
            state.weights.insert(key, (register(&found.weights), found.standing.updates));
        }
        for key in store.checkpoint_keys().unwrap() {
            let weights = store.checkpoint_restore(&key).unwrap();
            state.checkpoints.insert(key, register(&weights));
        }
        drop(store);
        memory.banks().read(|cluster| {
            for bank in cluster.banks() {
                let (id, head) = (bank.head().id, encode_head(bank.head()));
                let (rest, last) = head.split_last_chunk().unwrap();
                let numbered = u64::from_le_bytes(*rest.last_chunk().unwrap());
                state.banks.insert(id, (numbered, EntryId(u64::from_le_bytes(*last))));
                let entries =
                    bank.ids().map(|entry| (EntryRef { bank: id, entry }, bank.entry(entry).unwrap()));
                state.entries.extend(entries);
            }
        });
        state
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Bank(BankId),
    Entry(EntryRef),
}

#[derive(Debug, Clone)]
pub(crate) struct Plain {
    policy: WritePolicy,
    /// Without open transactions, then with each.
    levels: Vec<State>,
    ids: Vec<u8>,
    /// Without open transactions, when the banks were saved.
    saved: State,
    unsaved: BTreeSet<Name>,
    since: u64,
    pub(crate) now: u64,
}

impl Plain {
    pub(crate) fn new(policy: WritePolicy, state: State) -> Plain {
        let (levels, saved) = (vec![state.clone()], state);
        Plain { policy, levels, ids: Vec::new(), saved, unsaved: BTreeSet::new(), since: 0, now: 0 }
    }

    /// As programs see it.
    pub(crate) fn live(&self) -> &State {
        self.levels.last().unwrap()
    }

    fn live_mut(&mut self) -> &mut State {
        self.levels.last_mut().unwrap()
    }

    /// What is left when it ends now.
    pub(crate) fn durable(&self) -> State {
        let State { weights, checkpoints, .. } = self.levels[0].clone();
        State { weights, checkpoints, ..self.saved.clone() }
    }

    pub(crate) fn end(&mut self) {
        let policy = self.policy;
        *self = Plain { now: self.now, ..Plain::new(policy, self.durable()) };
    }

    /// The entry of this number, if there are so many.
    pub(crate) fn pick(&self, number: usize) -> Option<EntryRef> {
        self.live().entries.keys().nth(number).copied()
    }

    /// The open transaction of this number, counted round.
    pub(crate) fn open(&self, number: usize) -> Option<u8> {
        self.ids.get(number.checked_rem(self.ids.len())?).copied()
    }

    pub(crate) fn innermost(&self) -> Option<u8> {
        self.ids.last().copied()
    }

    pub(crate) fn save(&mut self, key: &str, register: &ColdRegister) {
        let updates = self.live().weights.get(key).map_or(0, |(_, updates)| *updates);
        self.live_mut().weights.insert(key.to_owned(), (register.clone(), updates + 1));
    }

    pub(crate) fn delete(&mut self, key: &str) {
        self.live_mut().weights.remove(key);
    }

    pub(crate) fn checkpoint(&mut self, key: &str, register: Option<&ColdRegister>) {
        match register {
            Some(register) => self.live_mut().checkpoints.insert(key.to_owned(), register.clone()),
            None => self.live_mut().checkpoints.remove(key),
        };
    }

    pub(crate) fn write(&mut self, bank: BankId, vector: [i16; 2]) {
        let now = self.now;
        let state = self.live_mut();
        let (numbered, last) = state.banks.get_mut(&bank).unwrap();
        let id = EntryId(now << 22 | *numbered).max(EntryId(last.0 + 1));
        (*numbered, *last) = (*numbered + 1, id);
        let at = EntryRef { bank, entry: id };
        let record = Record::new(id, bank, Temperature::Hot, now);
        state.entries.insert(at, Entry { record, vector: vector.to_vec() });
        self.changed([Name::Bank(bank), Name::Entry(at)]);
    }

    pub(crate) fn remove(&mut self, at: EntryRef) {
        let mut names = BTreeSet::from([Name::Entry(at)]);
        for (&other, entry) in &mut self.live_mut().entries {
            let links = entry.record.edges.len();
            entry.record.edges.retain(|edge| edge.target != at);
            if entry.record.edges.len() < links {
                names.insert(Name::Entry(other));
            }
        }
        self.live_mut().entries.remove(&at);
        self.changed(names);
    }

    pub(crate) fn link(&mut self, from: EntryRef, target: EntryRef, weight: u8) {
        let created = self.now;
        let edges = &mut self.live_mut().entries.get_mut(&from).unwrap().record.edges;
        edges.retain(|edge| edge.target != target);
        edges.push(Edge { kind: EdgeType::Causes, target, weight, created });
        self.changed([Name::Entry(from)]);
    }

    pub(crate) fn promote(&mut self, at: EntryRef) {
        let now = self.now;
        let record = &mut self.live_mut().entries.get_mut(&at).unwrap().record;
        if record.temperature != Temperature::Cold {
            record.temperature = colder(record.temperature);
            (record.settled, record.accesses_since) = (now, 0);
            self.changed([Name::Entry(at)]);
        }
    }

    /// Accesses count whatever is rolled back.
    pub(crate) fn touch(&mut self, at: EntryRef) {
        for state in &mut self.levels {
            if let Some(Entry { record, .. }) = state.entries.get_mut(&at) {
                record.access_count += 1;
                record.accesses_since += 1;
                record.last_accessed = self.now;
            }
        }
        if self.levels[0].entries.contains_key(&at) {
            self.wait([Name::Entry(at)]);
        }
    }

    /// Whether it was not open already.
    pub(crate) fn begin(&mut self, id: u8) -> bool {
        let is_new = !self.ids.contains(&id);
        if is_new {
            self.ids.push(id);
            self.levels.push(self.live().clone());
        }
        is_new
    }

    pub(crate) fn commit(&mut self) {
        let state = self.levels.pop().unwrap();
        *self.live_mut() = state;
        self.ids.pop();
        if self.ids.is_empty() {
            self.flush();
        }
    }

    pub(crate) fn roll_back(&mut self, id: u8) {
        let depth = self.ids.iter().position(|open| *open == id).unwrap();
        self.ids.truncate(depth);
        self.levels.truncate(depth + 1);
    }

    pub(crate) fn pass(&mut self, ticks: u64) {
        self.now += ticks;
        self.save_due();
    }

    pub(crate) fn flush(&mut self) {
        self.saved.clone_from(&self.levels[0]);
        self.unsaved.clear();
    }

    fn changed(&mut self, names: impl IntoIterator<Item = Name>) {
        if self.ids.is_empty() {
            self.wait(names);
        }
    }

    fn wait(&mut self, names: impl IntoIterator<Item = Name>) {
        if self.unsaved.is_empty() {
            self.since = self.now;
        }
        self.unsaved.extend(names);
        self.save_due();
    }

    fn save_due(&mut self) {
        let waited = self.now - self.since;
        let is_due = match self.policy {
            WritePolicy::Through => true,
            WritePolicy::Back { mutations, ticks } => {
                self.unsaved.len() >= mutations as usize || !self.unsaved.is_empty() && waited >= ticks
            }
        };
        if is_due {
            self.flush();
        }
    }
}
