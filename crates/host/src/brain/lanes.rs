//! Which regions run when within a tick, and which of them at the same time.

use crate::manifest::BrainManifest;
use crate::manifest::brain::Wire;
use std::collections::BTreeSet;
use std::time::Duration;
use ternsig_isa::DomainOp;
use ternsig_isa::domain_op::DomainOpKind;

/// A round: regions that see nothing of each other before it ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stage {
    /// These run one after the other: they act on what all share at once.
    pub(super) ordered: Vec<usize>,
    /// These may run at the same time, and beside the others.
    pub(super) parallel: Vec<usize>,
}

impl Stage {
    /// All of them in ascending order.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        let mut places: Vec<usize> = self.ordered.iter().chain(&self.parallel).copied().collect();
        places.sort_unstable();
        places.into_iter()
    }
}

/// How long the regions of a round are expected to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Load {
    /// Those that run one after the other.
    pub(super) ordered: Duration,
    /// Those that may run at the same time.
    pub(super) parallel: Duration,
    /// The longest of the latter.
    pub(super) longest: Duration,
}

/// What it takes at least to wake other threads and to wait for the last of them, while the machine has other things to do too.
const HAND_OVER: Duration = Duration::from_micros(100);

impl Load {
    /// One more of those that may run at the same time.
    pub(super) fn add_parallel(&mut self, typical: Duration) {
        self.parallel += typical;
        self.longest = self.longest.max(typical);
    }

    /// Whether they would be done sooner on so many threads than on one.
    pub(super) fn pays(&self, threads: impl FnOnce() -> usize) -> bool {
        let total = self.ordered + self.parallel;
        // Most rounds are too short for any number of threads.
        total > HAND_OVER && {
            let shared = total / u32::try_from(threads().max(1)).unwrap_or(u32::MAX);
            total - self.ordered.max(self.longest).max(shared) > HAND_OVER
        }
    }
}

/// The rounds of a tick. A region is in the round after the last of those with lower ids that it is wired to. Those that
/// others fire run one after the other with them, and do not run by themselves if that is all they are for.
pub(super) fn stages(manifest: &BrainManifest, operations: &[Vec<DomainOp>]) -> Vec<Stage> {
    let fired: BTreeSet<u8> = operations.iter().flatten().filter_map(fired).collect();
    let mut rounds: Vec<usize> = Vec::new();
    let mut stages: Vec<Stage> = Vec::new();
    for (place, region) in manifest.regions.iter().enumerate() {
        let before = region.inputs.iter().filter_map(|wire| match wire {
            Wire::Region(id) if *id < region.id => manifest.regions.iter().position(|other| other.id == *id),
            _ => None,
        });
        let round = before.map(|other| rounds[other] + 1).max().unwrap_or(0);
        rounds.push(round);
        if stages.len() <= round {
            stages.resize(round + 1, Stage::default());
        }
        if !region.fired {
            let acts_at_once = operations[place].iter().any(acts_at_once) || fired.contains(&region.id);
            let Stage { ordered, parallel } = &mut stages[round];
            if acts_at_once { ordered.push(place) } else { parallel.push(place) }
        }
    }
    stages.retain(|stage| *stage != Stage::default());
    stages
}

fn fired(op: &DomainOp) -> Option<u8> {
    match *op {
        DomainOp::RegionFire { region_id, .. } => Some(region_id),
        _ => None,
    }
}

/// Whether others would see what an operation does before the round ends.
fn acts_at_once(op: &DomainOp) -> bool {
    let shared = ["weights", "checkpoints", "txn", "bank", "thermo", "regions"];
    let kinds = [DomainOpKind::AtomicCas, DomainOpKind::ConsolidationRequest];
    shared.contains(&op.device()) || kinds.contains(&op.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: Duration = Duration::from_micros(1);

    fn load(ordered: u32, parallel: &[u32]) -> Load {
        let mut load = Load { ordered: ordered * US, ..Load::default() };
        parallel.iter().for_each(|typical| load.add_parallel(*typical * US));
        load
    }

    #[test]
    fn threads_are_woken_only_for_what_takes_longer_than_waking_them() {
        assert!(!load(0, &[]).pays(|| 2));
        assert!(!load(30, &[30, 30]).pays(|| 2));
        // One region is most of the work: there is nothing to share.
        assert!(!load(0, &[5000, 40, 40]).pays(|| 8));
        assert!(!load(5000, &[40, 40]).pays(|| 8));
        assert!(load(150, &[150]).pays(|| 2));
        assert!(load(0, &[300, 300, 300]).pays(|| 2));
        assert!(!load(0, &[300, 300, 300]).pays(|| 1));
    }
}
