//! Clusters against plain maps: after every operation both hold the same, and answer the same.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod plain;

use plain::Plain;
use proptest::prelude::*;
use ternsig_bank::{BankId, Cluster, Config, EdgeType, EntryId, EntryRef, FullEdges};
use ternsig_isa::Temperature;

/// Bank and entry by number: which of those that there are is found when the operation is done.
type Which = (usize, usize);

#[derive(Debug, Clone)]
enum Op {
    Write { bank: usize, vector: Vec<i32>, temperature: u8 },
    Delete(Which),
    Touch(Which),
    Promote(Which),
    Demote(Which),
    Confidence(Which, u8),
    Tag(Which, Option<u8>),
    Link { from: Which, to: Which, kind: usize, weight: u8 },
    Evict { bank: usize, count: usize },
    Compact(usize),
    Consolidate { bank: usize, urgency: u8 },
    Query { bank: usize, cue: Vec<i32>, count: usize },
    Across { cue: Vec<i32>, count: usize },
    Traverse { start: Which, kind: usize, depth: usize },
    Begin,
    Release,
    RollBack,
    Remove(usize),
    Create(usize),
    Pass(u64),
}

const BANKS: usize = 3;
const KINDS: [EdgeType; 3] = [EdgeType::IsA, EdgeType::FollowedBy, EdgeType::Custom];

fn id(bank: usize) -> BankId {
    BankId(10 + bank as u64)
}

/// The banks differ in all that a bank can be.
fn config(bank: usize) -> Config {
    let base = Config { promote_accesses: 2, promote_age: 3, demote_below: 100, ..Config::default() };
    match bank {
        0 => Config { width: 3, max_entries: 6, max_edges: 3, ..base },
        1 => Config { width: 5, max_entries: 40, max_edges: 2, full_edges: FullEdges::DropWeakest, ..base },
        _ => Config { width: 4, max_entries: 4, protect_cold: true, ..base },
    }
}

fn vector() -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(prop_oneof![Just(0), -3..4, -300..300], 2..6)
}

fn op() -> impl Strategy<Value = Op> {
    let bank = || 0..BANKS;
    let which = || (0..BANKS, 0..8_usize);
    let fitting = || {
        bank().prop_flat_map(|bank| {
            let width = config(bank).width as usize;
            (Just(bank), prop::collection::vec(prop_oneof![Just(0), -3..4, -300..300], width))
        })
    };
    prop_oneof![
        8 => (fitting(), 0..4_u8).prop_map(|((bank, vector), temperature)| Op::Write { bank, vector, temperature }),
        1 => (bank(), vector()).prop_map(|(bank, vector)| Op::Write { bank, vector, temperature: 0 }),
        2 => which().prop_map(Op::Delete),
        4 => which().prop_map(Op::Touch),
        3 => which().prop_map(Op::Promote),
        2 => which().prop_map(Op::Demote),
        2 => (which(), any::<u8>()).prop_map(|(which, confidence)| Op::Confidence(which, confidence)),
        1 => (which(), any::<Option<u8>>()).prop_map(|(which, tag)| Op::Tag(which, tag)),
        6 => (which(), which(), 0..3_usize, any::<u8>())
            .prop_map(|(from, to, kind, weight)| Op::Link { from, to, kind, weight }),
        1 => (bank(), 0..5_usize).prop_map(|(bank, count)| Op::Evict { bank, count }),
        1 => bank().prop_map(Op::Compact),
        1 => (bank(), any::<u8>()).prop_map(|(bank, urgency)| Op::Consolidate { bank, urgency }),
        3 => (bank(), vector(), 0..8_usize).prop_map(|(bank, cue, count)| Op::Query { bank, cue, count }),
        1 => (vector(), 0..8_usize).prop_map(|(cue, count)| Op::Across { cue, count }),
        2 => (which(), 0..3_usize, 0..5_usize)
            .prop_map(|(start, kind, depth)| Op::Traverse { start, kind, depth }),
        2 => Just(Op::Begin),
        1 => Just(Op::Release),
        2 => Just(Op::RollBack),
        1 => bank().prop_map(Op::Remove),
        1 => bank().prop_map(Op::Create),
        3 => (0_u64..400).prop_map(Op::Pass),
    ]
}

/// An entry that there is, or one that there is not.
fn pick(cluster: &Cluster, (bank, number): Which) -> EntryRef {
    let entry = cluster.bank(id(bank)).ok().and_then(|bank| bank.ids().nth(number));
    EntryRef { bank: id(bank), entry: entry.unwrap_or(EntryId(7)) }
}

fn apply(cluster: &mut Cluster, plain: &mut Plain, op: &Op, now: &mut u64) {
    match op {
        Op::Write { bank, vector, temperature } => {
            let temperature = Temperature::from_code(*temperature);
            let written = cluster.write(id(*bank), vector, temperature, *now);
            plain.write(id(*bank), vector, temperature, *now, written);
        }
        Op::Delete(which) => {
            let entry = pick(cluster, *which);
            assert_eq!(cluster.delete(entry), plain.delete(entry));
        }
        Op::Touch(which) => {
            let entry = pick(cluster, *which);
            assert_eq!(cluster.touch(entry, *now), plain.touch(entry, *now));
        }
        Op::Promote(which) => {
            let entry = pick(cluster, *which);
            assert_eq!(cluster.promote(entry, *now).ok(), plain.step(entry, 1, *now));
        }
        Op::Demote(which) => {
            let entry = pick(cluster, *which);
            assert_eq!(cluster.demote(entry, *now).ok(), plain.step(entry, -1, *now));
        }
        Op::Confidence(which, confidence) => {
            let entry = pick(cluster, *which);
            let done = cluster.set_confidence(entry, *confidence).is_ok();
            assert_eq!(done, plain.change(entry, |record| record.confidence = *confidence));
        }
        Op::Tag(which, tag) => {
            let (entry, tag) = (pick(cluster, *which), tag.map(|tag| tag.to_string()));
            let done = cluster.set_tag(entry, tag.clone()).is_ok();
            assert_eq!(done, plain.change(entry, |record| record.tag = tag));
        }
        Op::Link { from, to, kind, weight } => {
            let (from, to) = (pick(cluster, *from), pick(cluster, *to));
            let linked = cluster.link(from, KINDS[*kind], to, *weight, *now);
            assert_eq!(linked.is_ok(), plain.link(from, KINDS[*kind], to, *weight, *now));
        }
        Op::Evict { bank, count } => {
            assert_eq!(cluster.evict(id(*bank), *count, *now).ok(), plain.evict(id(*bank), *count, *now));
        }
        Op::Compact(bank) => {
            let dropped = cluster.compact(id(*bank));
            assert_eq!(dropped.ok(), plain.has(id(*bank)).then_some(0));
        }
        Op::Consolidate { bank, urgency } => {
            let done = cluster.consolidate(id(*bank), *urgency, *now).ok();
            let done = done.map(|done| (done.promoted, done.demoted, done.evicted));
            assert_eq!(done, plain.consolidate(id(*bank), *urgency, *now));
        }
        Op::Query { bank, cue, count } => {
            let found = cluster.bank(id(*bank)).and_then(|bank| bank.query(cue, *count)).ok();
            let found = found.map(|found| found.iter().map(|found| (found.id, found.score)).collect());
            assert_eq!(found, plain.query(id(*bank), cue, *count), "{cue:?}");
        }
        Op::Across { cue, count } => {
            let found = cluster.query_prefix("b", cue, *count).ok();
            let found = found
                .map(|found| found.iter().map(|found| (found.entry, found.score, found.standing)).collect());
            assert_eq!(found, plain.query_across(cue, *count));
        }
        Op::Traverse { start, kind, depth } => {
            let start = pick(cluster, *start);
            assert_eq!(
                cluster.traverse(start, KINDS[*kind], *depth).ok(),
                plain.traverse(start, KINDS[*kind], *depth)
            );
        }
        Op::Begin => {
            cluster.begin();
            plain.begin();
        }
        Op::Release => {
            cluster.release();
            plain.release();
        }
        Op::RollBack => {
            cluster.roll_back();
            plain.roll_back();
        }
        Op::Remove(bank) => assert_eq!(cluster.remove(id(*bank)).is_ok(), plain.remove(id(*bank))),
        Op::Create(bank) => {
            let made = cluster.create(id(*bank), &format!("b{bank}"), config(*bank));
            assert_eq!(made.is_ok(), plain.create(id(*bank), config(*bank)));
        }
        Op::Pass(ticks) => *now += ticks,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn clusters_hold_and_answer_what_plain_maps_do(ops in prop::collection::vec(op(), 1..120)) {
        let (mut cluster, mut plain, mut now) = (Cluster::new(), Plain::default(), 1000);
        for bank in 0..BANKS {
            apply(&mut cluster, &mut plain, &Op::Create(bank), &mut now);
        }
        for op in &ops {
            apply(&mut cluster, &mut plain, op, &mut now);
            plain.assert_held_by(&cluster);
        }
        // What was changed since the outermost savepoint is named, and what it was before is known.
        if cluster.depth() > 0 {
            plain.assert_changes_of(&cluster);
        }
    }
}
