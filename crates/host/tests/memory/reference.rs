//! What a memory promises after each operation of the session: by the rules of the guides, not by what the memory did.

use crate::disk::Disk;
use crate::script::{Deed, play};
use std::collections::{BTreeMap, BTreeSet};
use ternsig_bank::codec::{encode_entry, encode_head};
use ternsig_bank::{BankId, Entry, EntryRef, Head};
use ternsig_host::banks::WritePolicy;
use ternsig_host::store::{StoreExport, bank_entry_key, bank_key};
use ternsig_host::{Memory, Store, StoreError};

/// All banks: entries with vectors, links, temperatures and accesses, and from where entries are linked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shown {
    heads: BTreeMap<BankId, Head>,
    entries: BTreeMap<EntryRef, Entry>,
    linked_from: BTreeMap<EntryRef, Vec<EntryRef>>,
}

/// A bank or an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Bank(BankId),
    Entry(EntryRef),
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Shown {
    pub(crate) fn of(memory: &Memory) -> Shown {
        memory.banks().read(|cluster| {
            let mut shown = Shown::default();
            for bank in cluster.banks() {
                shown.heads.insert(bank.head().id, bank.head().clone());
                for id in bank.ids() {
                    let at = EntryRef { bank: bank.head().id, entry: id };
                    shown.entries.insert(at, bank.entry(id).unwrap());
                    shown.linked_from.insert(at, cluster.linked_from(at).collect());
                }
            }
            shown
        })
    }

    /// What is not the same in another.
    fn difference(&self, other: &Shown) -> BTreeSet<Name> {
        let banks = self.heads.keys().chain(other.heads.keys()).copied();
        let banks = banks.filter(|id| self.heads.get(id) != other.heads.get(id)).map(Name::Bank);
        let entries = self.entries.keys().chain(other.entries.keys()).copied();
        let entries = entries.filter(|at| self.entries.get(at) != other.entries.get(at)).map(Name::Entry);
        banks.chain(entries).collect()
    }

    /// Counts an access to an entry, if it is there.
    fn touch(&mut self, at: EntryRef, now: u64) -> bool {
        let Some(Entry { record, .. }) = self.entries.get_mut(&at) else { return false };
        record.access_count += 1;
        record.accesses_since += 1;
        record.last_accessed = now;
        true
    }

    /// The rows that a store has of it.
    fn put_into(&self, export: &mut StoreExport) {
        let heads = self.heads.iter().map(|(id, head)| (hex(&bank_key(id.0)), hex(&encode_head(head))));
        export.banks = heads.collect();
        let row = |(at, entry): (&EntryRef, &Entry)| {
            (hex(&bank_entry_key(at.bank.0, at.entry.0)), hex(&encode_entry(entry)))
        };
        export.bank_entries = self.entries.iter().map(row).collect();
    }
}

/// Everything that is durable: the store with the rows of its banks, and the banks as they are read from these rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    store: StoreExport,
    banks: Shown,
}

impl Held {
    pub(crate) fn of(memory: &Memory) -> Result<Held, StoreError> {
        Ok(Held { store: memory.store().export()?, banks: Shown::of(memory) })
    }

    fn new(mut store: StoreExport, tick: u64, banks: &Shown) -> Held {
        store.tick = tick;
        banks.put_into(&mut store);
        Held { store, banks: banks.clone() }
    }
}

/// The rules. The store is durable when an operation outside of transactions is done. Banks are, too, if they are written
/// through; written back, they are as they were when they were saved: by a commit, a flush, or when enough has changed or
/// waited. An access counts whatever is rolled back. The tick is that of the last commit.
pub(crate) struct Reference {
    policy: WritePolicy,
    /// As programs see the banks, and as they would be if the open transactions were rolled back.
    live: Shown,
    outside: Shown,
    saved: Shown,
    store: StoreExport,
    unsaved: BTreeSet<Name>,
    since: u64,
    tick: u64,
    commits: u64,
    /// What becomes durable, one after the other, in each operation. The first is to open the memory.
    durable: Vec<Vec<Held>>,
    /// The banks in memory when each operation has failed and what was open is rolled back: as before it, but for an access,
    /// which stays counted.
    failed: Vec<Shown>,
    /// Operations on the disk until the memory was there, and in all: all, and those that change it.
    pub(crate) created: (u64, u64),
    pub(crate) ended: (u64, u64),
}

impl Reference {
    /// What a session promises that nothing disturbs.
    pub(crate) fn new(policy: WritePolicy) -> Reference {
        let disk = Disk::default();
        let memory = open(disk.clone(), policy).unwrap();
        let (store, banks) = (memory.store().export().unwrap(), Shown::of(&memory));
        let mut reference = Reference {
            policy,
            live: banks.clone(),
            outside: banks.clone(),
            saved: banks.clone(),
            durable: vec![vec![Held::new(store.clone(), 0, &banks)]],
            store,
            unsaved: BTreeSet::new(),
            since: 0,
            tick: 0,
            commits: memory.store().commits(),
            failed: Vec::new(),
            created: disk.operations(),
            ended: (0, 0),
        };
        play(&memory, |deed| reference.note(&memory, deed)).unwrap();
        drop(memory);
        reference.ended = disk.operations();
        reference
    }

    pub(crate) fn operations(&self) -> usize {
        self.durable.len() - 1
    }

    /// How many operations left something else than what was there before.
    pub(crate) fn distinct(&self) -> usize {
        self.durable.windows(2).filter(|pair| pair[0].last() != pair[1].last()).count()
    }

    /// Whether what is found is what so many operations left, or what the one after them makes of it.
    pub(crate) fn allows(&self, done: Option<usize>, found: &Held) -> bool {
        let done = done.unwrap_or_default();
        let next = self.durable.get(done + 1).into_iter().flatten();
        self.durable[done].last().into_iter().chain(next).any(|held| held == found)
    }

    /// Whether the banks in memory are right after so many operations and one that failed.
    pub(crate) fn allows_banks(&self, done: usize, found: &Shown) -> bool {
        self.failed[done] == *found
    }

    fn note(&mut self, memory: &Memory, deed: Deed) {
        let before = std::mem::replace(&mut self.live, Shown::of(memory));
        let store = memory.store();
        let (now, commits) = (store.tick(), store.commits());
        let is_open = !store.open_transactions().is_empty();
        drop(store);
        let changed = self.live.difference(&before);
        let before = self.outside.clone();
        match deed {
            Deed::Touch if is_open => self.touch_outside(&changed, now),
            Deed::RollBack if !is_open => assert_eq!(self.live, self.outside),
            _ if !is_open => {
                self.outside.clone_from(&self.live);
                self.wait(changed, now);
            }
            _ => {}
        }
        let mut durable = Vec::new();
        let store = if is_open { self.store.clone() } else { memory.store().export().unwrap() };
        let store = StoreExport { tick: 0, banks: BTreeMap::new(), bank_entries: BTreeMap::new(), ..store };
        // Passes of the store come before the banks that they have waited for.
        if deed == Deed::Advance && store != self.store {
            durable.push(Held::new(store.clone(), now, &self.saved));
        }
        self.store = store;
        let is_kept = deed == Deed::Flush || deed == Deed::Commit && !is_open;
        if is_kept || self.is_due(now) {
            self.saved.clone_from(&self.outside);
            self.unsaved.clear();
        }
        if commits != self.commits {
            (self.tick, self.commits) = (now, commits);
        }
        durable.push(Held::new(self.store.clone(), self.tick, &self.saved));
        self.durable.push(durable);
        self.failed.push(if deed == Deed::Touch { self.outside.clone() } else { before });
    }

    fn touch_outside(&mut self, changed: &BTreeSet<Name>, now: u64) {
        for name in changed {
            let Name::Entry(at) = *name else { panic!("an access changed {name:?}") };
            if self.outside.touch(at, now) {
                self.wait(BTreeSet::from([*name]), now);
            }
        }
    }

    fn wait(&mut self, changed: BTreeSet<Name>, now: u64) {
        if self.unsaved.is_empty() {
            self.since = now;
        }
        self.unsaved.extend(changed);
    }

    fn is_due(&self, now: u64) -> bool {
        match self.policy {
            WritePolicy::Through => true,
            WritePolicy::Back { mutations, ticks } => {
                self.unsaved.len() >= mutations as usize
                    || !self.unsaved.is_empty() && now - self.since >= ticks
            }
        }
    }
}

pub(crate) fn open(disk: Disk, policy: WritePolicy) -> Result<Memory, StoreError> {
    Memory::new(Store::with_backend(disk)?, policy)
}
