//! Which regions run when within a tick, and which of them at the same time.

use crate::manifest::BrainManifest;
use crate::manifest::brain::Wire;
use std::collections::BTreeSet;
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
