//! Links between entries: making, following and dropping them.

use super::Cluster;
use crate::config::FullEdges;
use crate::edge::{Edge, EdgeType};
use crate::error::BankError;
use crate::id::{BankId, EntryRef};
use std::collections::BTreeSet;

impl Cluster {
    /// Links an entry to another. A link of the same type that is there gets the new weight and tick.
    ///
    /// # Errors
    /// One of the entries or its bank is not there, or the first has as many links as it may.
    pub fn link(
        &mut self,
        from: EntryRef,
        kind: EdgeType,
        target: EntryRef,
        weight: u8,
        now: u64,
    ) -> Result<(), BankError> {
        self.record(target)?;
        let edges = &self.record(from)?.edges;
        let config = self.bank(from.bank)?.head().config;
        let edge = Edge { kind, target, weight, created: now };
        let same = edges.iter().position(|edge| (edge.kind, edge.target) == (kind, target));
        let place = match same {
            Some(at) => Some(at),
            None if edges.len() < config.max_edges as usize => None,
            None => Some(
                giving_way(edges, edge, config.full_edges)
                    .ok_or(BankError::EdgesFull { entry: from, limit: config.max_edges })?,
            ),
        };
        let replaced = place.map(|at| edges[at].target);
        self.change(from, |record| {
            if let Some(at) = place {
                record.edges.remove(at);
            }
            record.edges.push(edge);
        });
        self.linked_from.entry(target).or_default().insert(from);
        if let Some(replaced) = replaced {
            self.forget_link(from, replaced);
        }
        Ok(())
    }

    /// The entries that are reached from one over at most `depth` links of one type, each once, nearest first and then in the
    /// order of the links. The start is none of them.
    ///
    /// # Errors
    /// There is no such bank or entry.
    pub fn traverse(
        &self,
        start: EntryRef,
        kind: EdgeType,
        depth: usize,
    ) -> Result<Vec<EntryRef>, BankError> {
        self.record(start)?;
        let mut seen = BTreeSet::from([start]);
        let (mut reached, mut layer) = (Vec::new(), vec![start]);
        for _ in 0..depth {
            let edges =
                layer.iter().filter_map(|&entry| self.record(entry).ok()).flat_map(|from| &from.edges);
            let targets = edges.filter(|edge| edge.kind == kind).map(|edge| edge.target);
            let next: Vec<_> =
                targets.filter(|&target| self.record(target).is_ok() && seen.insert(target)).collect();
            if next.is_empty() {
                break;
            }
            reached.extend(&next);
            layer = next;
        }
        Ok(reached)
    }

    /// Which entries have links to an entry, in the order of their ids.
    pub fn linked_from(&self, entry: EntryRef) -> impl Iterator<Item = EntryRef> + '_ {
        self.linked_from.get(&entry).into_iter().flatten().copied()
    }

    /// Drops all links to and from an entry that is about to go.
    pub(super) fn unlink(&mut self, entry: EntryRef) {
        let sources = self.linked_from.remove(&entry).unwrap_or_default();
        for source in sources {
            self.change(source, |record| record.edges.retain(|edge| edge.target != entry));
        }
        let edges = self.change(entry, |record| std::mem::take(&mut record.edges));
        for edge in edges.unwrap_or_default() {
            self.forget_link(entry, edge.target);
        }
    }

    /// Forgets that one entry has a link to another, unless it still has one.
    pub(super) fn forget_link(&mut self, from: EntryRef, target: EntryRef) {
        let still = self.record(from).is_ok_and(|from| from.edges.iter().any(|edge| edge.target == target));
        if !still && let Some(sources) = self.linked_from.get_mut(&target) {
            sources.remove(&from);
            if sources.is_empty() {
                self.linked_from.remove(&target);
            }
        }
    }

    /// Drops the links of a bank's entries that lead nowhere, and records of links that are none. How many links.
    pub(super) fn drop_dangling(&mut self, bank: BankId) -> Result<usize, BankError> {
        let entries = self.bank(bank)?.ids().map(|entry| EntryRef { bank, entry }).collect::<Vec<_>>();
        let mut dropped = 0;
        for from in entries {
            let edges = &self.record(from)?.edges;
            let dangling: Vec<EntryRef> =
                edges.iter().map(|edge| edge.target).filter(|&target| self.record(target).is_err()).collect();
            if dangling.is_empty() {
                continue;
            }
            dropped += dangling.len();
            self.change(from, |record| record.edges.retain(|edge| !dangling.contains(&edge.target)));
            dangling.into_iter().for_each(|target| self.forget_link(from, target));
        }
        Ok(dropped)
    }
}

/// Which link gives way to one more.
fn giving_way(edges: &[Edge], edge: Edge, policy: FullEdges) -> Option<usize> {
    match policy {
        FullEdges::Refuse => None,
        FullEdges::DropWeakest => {
            let weakest = edges.iter().enumerate().min_by_key(|(_, edge)| (edge.weight, edge.created));
            weakest.filter(|(_, weakest)| weakest.weight <= edge.weight).map(|(at, _)| at)
        }
    }
}
