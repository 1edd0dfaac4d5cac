//! What a cluster is to hold, as plainly as can be: maps, and a copy of them for each savepoint.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use ternsig_bank::{
    BankError, BankId, Cluster, Config, Edge, EdgeType, Entry, EntryId, EntryRef, FullEdges, Record,
    eviction_score,
};
use ternsig_isa::Temperature;

type Entries = BTreeMap<EntryRef, Entry>;

#[derive(Debug, Clone, Default)]
struct State {
    banks: BTreeMap<BankId, Config>,
    entries: Entries,
}

#[derive(Debug, Default)]
pub(crate) struct Plain {
    state: State,
    saved: Vec<State>,
    /// The largest id that each bank has given since it was made, as far as it is certain.
    given: BTreeMap<BankId, EntryId>,
}

impl Plain {
    pub(crate) fn has(&self, bank: BankId) -> bool {
        self.state.banks.contains_key(&bank)
    }

    pub(crate) fn create(&mut self, bank: BankId, config: Config) -> bool {
        self.given.remove(&bank);
        !self.has(bank) && self.state.banks.insert(bank, config).is_none()
    }

    pub(crate) fn remove(&mut self, bank: BankId) -> bool {
        let entries: Vec<EntryRef> = self.of(bank).map(|(at, _)| at).collect();
        for entry in entries {
            self.delete(entry);
        }
        self.state.banks.remove(&bank).is_some()
    }

    fn of(&self, bank: BankId) -> impl Iterator<Item = (EntryRef, &Entry)> {
        self.state.entries.iter().filter(move |(at, _)| at.bank == bank).map(|(&at, entry)| (at, entry))
    }

    pub(crate) fn write(
        &mut self,
        bank: BankId,
        vector: &[i32],
        temperature: Temperature,
        now: u64,
        written: Result<EntryId, BankError>,
    ) {
        let Some(config) = self.state.banks.get(&bank).copied() else {
            return assert_eq!(written, Err(BankError::NoBank(bank)));
        };
        if vector.len() != config.width as usize {
            let (found, expected) = (vector.len(), config.width as usize);
            return assert_eq!(written, Err(BankError::Width { found, expected }));
        }
        while self.of(bank).count() >= config.max_entries as usize {
            self.evict(bank, 1, now);
        }
        let id = written.unwrap();
        let at = EntryRef { bank, entry: id };
        assert!(self.given.get(&bank).is_none_or(|given| *given < id), "{id} is given again");
        self.given.insert(bank, id);
        let vector = vector.iter().map(|&element| element.clamp(-255, 255) as i16).collect();
        self.state.entries.insert(at, Entry { record: Record::new(id, bank, temperature, now), vector });
    }

    pub(crate) fn delete(&mut self, entry: EntryRef) -> bool {
        for other in self.state.entries.values_mut() {
            other.record.edges.retain(|edge| edge.target != entry);
        }
        self.state.entries.remove(&entry).is_some()
    }

    /// Accesses count whatever is rolled back.
    pub(crate) fn touch(&mut self, entry: EntryRef, now: u64) -> bool {
        for state in self.saved.iter_mut().chain([&mut self.state]) {
            if let Some(Entry { record, .. }) = state.entries.get_mut(&entry) {
                record.access_count += 1;
                record.accesses_since += 1;
                record.last_accessed = now;
            }
        }
        self.state.entries.contains_key(&entry)
    }

    pub(crate) fn change(&mut self, entry: EntryRef, change: impl FnOnce(&mut Record)) -> bool {
        self.state.entries.get_mut(&entry).map(|entry| change(&mut entry.record)).is_some()
    }

    pub(crate) fn step(&mut self, entry: EntryRef, by: i8, now: u64) -> Option<bool> {
        let record = &mut self.state.entries.get_mut(&entry)?.record;
        let code = record.temperature.code().saturating_add_signed(by).min(3);
        let changed = code != record.temperature.code();
        if changed {
            record.temperature = Temperature::from_code(code);
            (record.settled, record.accesses_since) = (now, 0);
        }
        Some(changed)
    }

    pub(crate) fn link(
        &mut self,
        from: EntryRef,
        kind: EdgeType,
        target: EntryRef,
        weight: u8,
        now: u64,
    ) -> bool {
        if !self.state.entries.contains_key(&target) {
            return false;
        }
        let Some(config) = self.state.banks.get(&from.bank) else { return false };
        let Some(entry) = self.state.entries.get_mut(&from) else { return false };
        let edges = &mut entry.record.edges;
        let len = edges.len();
        edges.retain(|edge| (edge.kind, edge.target) != (kind, target));
        if len == edges.len() && len >= config.max_edges as usize {
            let weakest = (0..len).min_by_key(|&at| (edges[at].weight, edges[at].created));
            match weakest {
                Some(at) if config.full_edges == FullEdges::DropWeakest && edges[at].weight <= weight => {
                    edges.remove(at);
                }
                _ => return false,
            }
        }
        edges.push(Edge { kind, target, weight, created: now });
        true
    }

    pub(crate) fn evict(&mut self, bank: BankId, count: usize, now: u64) -> Option<usize> {
        let config = *self.state.banks.get(&bank)?;
        let mut evicted = 0;
        for _ in 0..count {
            let rank = |entry: &Entry| {
                let guarded = config.protect_cold && entry.record.temperature == Temperature::Cold;
                (guarded, eviction_score(&entry.record, now), entry.record.id)
            };
            let Some((lowest, _)) = self.of(bank).min_by_key(|(_, entry)| rank(entry)) else { break };
            self.delete(lowest);
            evicted += 1;
        }
        Some(evicted)
    }

    pub(crate) fn consolidate(
        &mut self,
        bank: BankId,
        urgency: u8,
        now: u64,
    ) -> Option<(usize, usize, usize)> {
        let config = *self.state.banks.get(&bank)?;
        let before: Vec<(EntryRef, Record)> =
            self.of(bank).map(|(at, entry)| (at, entry.record.clone())).collect();
        let (mut promoted, mut demoted) = (0, 0);
        for (at, record) in &before {
            let proven = record.accesses_since >= config.promote_accesses
                && now - record.settled >= config.promote_age
                && record.temperature != Temperature::Cold;
            if proven {
                promoted += 1;
                self.step(*at, 1, now);
            } else if record.temperature != Temperature::Hot && record.confidence < config.demote_below {
                demoted += 1;
                self.step(*at, -1, now);
            }
        }
        let overfull = before.len().saturating_sub(config.max_entries as usize * 7 / 8);
        let evicted = self.evict(bank, overfull * usize::from(urgency) / 255, now)?;
        Some((promoted, demoted, evicted))
    }

    fn scores(&self, bank: BankId, cue: &[i32]) -> Option<Vec<(EntryId, i32)>> {
        let config = self.state.banks.get(&bank)?;
        (cue.len() <= config.width as usize)
            .then(|| self.of(bank).map(|(at, entry)| (at.entry, similarity(cue, &entry.vector))).collect())
    }

    pub(crate) fn query(&self, bank: BankId, cue: &[i32], count: usize) -> Option<Vec<(EntryId, i32)>> {
        let mut all = self.scores(bank, cue)?;
        all.sort_by_key(|&(id, score)| (Reverse(score), id));
        all.truncate(count);
        Some(all)
    }

    pub(crate) fn query_across(&self, cue: &[i32], count: usize) -> Option<Vec<(EntryRef, i32, i32)>> {
        let mut all = Vec::new();
        for &bank in self.state.banks.keys() {
            let scores = self.scores(bank, cue)?;
            let n = scores.len() as i64;
            let mean = scores.iter().map(|&(_, score)| i64::from(score)).sum::<i64>() / n.max(1);
            let squares: i64 = scores.iter().map(|&(_, score)| (i64::from(score) - mean).pow(2)).sum();
            let deviation = (squares / (n - 1).max(1)).isqrt().max(1);
            all.extend(scores.iter().map(|&(entry, score)| {
                let standing = (i64::from(score) - mean) * 256 / deviation;
                (EntryRef { bank, entry }, score, standing as i32)
            }));
        }
        all.sort_by_key(|&(at, _, standing)| (Reverse(standing), at));
        all.truncate(count);
        Some(all)
    }

    pub(crate) fn traverse(&self, start: EntryRef, kind: EdgeType, depth: usize) -> Option<Vec<EntryRef>> {
        self.state.entries.get(&start)?;
        let (mut order, mut hops) = (vec![start], BTreeMap::from([(start, 0)]));
        let mut at = 0;
        while let Some(&entry) = order.get(at) {
            at += 1;
            if hops[&entry] == depth {
                continue;
            }
            for edge in self.state.entries[&entry].record.edges.iter().filter(|edge| edge.kind == kind) {
                if !hops.contains_key(&edge.target) {
                    hops.insert(edge.target, hops[&entry] + 1);
                    order.push(edge.target);
                }
            }
        }
        Some(order.split_off(1))
    }

    pub(crate) fn begin(&mut self) {
        self.saved.push(self.state.clone());
    }

    pub(crate) fn release(&mut self) {
        self.saved.pop();
    }

    pub(crate) fn roll_back(&mut self) {
        if let Some(saved) = self.saved.pop() {
            self.state = saved;
            self.given.clear();
        }
    }

    /// Every entry as it is, and every link in both directions.
    pub(crate) fn assert_held_by(&self, cluster: &Cluster) {
        let banks: BTreeMap<_, _> =
            cluster.banks().map(|bank| (bank.head().id, bank.head().config)).collect();
        assert_eq!(banks, self.state.banks);
        let held =
            cluster.banks().flat_map(|bank| bank.ids().map(|entry| EntryRef { bank: bank.head().id, entry }));
        let held: Entries = held.map(|at| (at, cluster.entry(at).unwrap())).collect();
        assert_eq!(held, self.state.entries);
        let mut sources: BTreeMap<EntryRef, BTreeSet<EntryRef>> = BTreeMap::new();
        for (&from, entry) in &self.state.entries {
            for edge in &entry.record.edges {
                sources.entry(edge.target).or_default().insert(from);
            }
        }
        for at in held.keys() {
            let found: BTreeSet<EntryRef> = cluster.linked_from(*at).collect();
            assert_eq!(found, sources.remove(at).unwrap_or_default());
        }
        assert_eq!(sources, BTreeMap::new(), "links to what is not there");
    }

    pub(crate) fn assert_changes_of(&self, cluster: &Cluster) {
        let before = &self.saved[0];
        let changes = cluster.changes();
        let all: BTreeSet<EntryRef> =
            before.entries.keys().chain(self.state.entries.keys()).copied().collect();
        for at in all {
            let (old, new) = (before.entries.get(&at), self.state.entries.get(&at));
            assert!(old == new || changes.entries.contains(&at), "{at}");
            assert_eq!(cluster.before(at).as_ref(), old);
        }
        let all: BTreeSet<BankId> = before.banks.keys().chain(self.state.banks.keys()).copied().collect();
        for bank in all {
            let (old, new) = (before.banks.get(&bank), self.state.banks.get(&bank));
            assert!(old == new || changes.banks.contains(&bank), "{bank}");
        }
    }
}

/// As it is defined, one element at a time.
fn similarity(cue: &[i32], stored: &[i16]) -> i32 {
    let (mut dot, mut cue_norm, mut norm) = (0_i128, 0_u128, 0_u128);
    for (&q, &s) in cue.iter().zip(stored) {
        let (q, s) = (i128::from(q.clamp(-255, 255)), i128::from(s));
        if q != 0 {
            dot += q * s;
            cue_norm += (q * q).unsigned_abs();
            norm += (s * s).unsigned_abs();
        }
    }
    let root = (cue_norm * norm).isqrt().cast_signed();
    if root == 0 { 0 } else { (256 * dot / root) as i32 }
}
