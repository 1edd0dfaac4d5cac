//! What a cluster refuses, in words; and what comes from a store.
#![allow(clippy::unwrap_used, reason = "tests")]

use ternsig_bank::{
    BankError, BankId, Cluster, Config, Edge, EdgeType, Entry, EntryId, EntryRef, Record, codec,
};
use ternsig_isa::Temperature::{self, Hot};

const BANK: BankId = BankId(0xAB);
const OTHER: BankId = BankId(0xCD);

fn cluster(config: Config) -> Cluster {
    let mut cluster = Cluster::new();
    cluster.create(BANK, "words", config).unwrap();
    cluster
}

fn narrow() -> Config {
    Config { width: 2, max_edges: 1, ..Config::default() }
}

fn at(entry: EntryId) -> EntryRef {
    EntryRef { bank: BANK, entry }
}

fn said<T>(result: Result<T, BankError>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn refusals_name_what_is_wrong() {
    let mut cluster = cluster(narrow());
    let missing = EntryRef { bank: BANK, entry: EntryId(0xFFFF) };
    assert_eq!(said(cluster.write(OTHER, &[1, 2], Hot, 0)), "there is no bank 00000000000000cd");
    assert_eq!(
        said(cluster.write(BANK, &[1], Hot, 0)),
        "a vector of 1 elements does not fit a bank of width 2"
    );
    assert_eq!(
        said(cluster.bank(BANK).unwrap().query(&[1, 2, 3], 1)),
        "a vector of 3 elements does not fit a bank of width 2"
    );
    assert_eq!(
        said(cluster.promote(missing, 0)),
        "there is no entry 000000000000ffff in bank 00000000000000ab"
    );
    assert_eq!(said(cluster.create(BANK, "again", narrow())), "there is a bank 00000000000000ab already");
    for (width, max_entries) in [(0, 1), (32_769, 1), (1, 0)] {
        let config = Config { width, max_entries, ..Config::default() };
        assert!(matches!(cluster.create(OTHER, "none", config), Err(BankError::Config(_))));
    }
    let one = cluster.write(BANK, &[1, 0], Hot, 0).unwrap();
    let two = cluster.write(BANK, &[0, 1], Hot, 0).unwrap();
    assert!(cluster.link(at(one), EdgeType::IsA, missing, 1, 0).is_err());
    cluster.link(at(one), EdgeType::IsA, at(two), 1, 0).unwrap();
    assert_eq!(
        said(cluster.link(at(one), EdgeType::HasA, at(two), 1, 0)),
        format!("entry 00000000000000ab/{one} has 1 links already, as many as it may")
    );
}

#[test]
fn ids_ascend_whatever_the_clock_does() {
    let mut cluster = cluster(Config { width: 1, ..Config::default() });
    let ids: Vec<EntryId> = [5, 5, 9, 2, 0, 9, 1 << 42, 3]
        .iter()
        .map(|&now| cluster.write(BANK, &[1], Hot, now).unwrap())
        .collect();
    assert!(ids.is_sorted_by(|one, other| one < other), "{ids:?}");
    assert_eq!(ids[0], EntryId(5 << 22));
    assert_eq!(ids[2], EntryId(9 << 22 | 2));
}

/// Banks and entries go to a store as bytes and come back in any order, with links to what comes later.
#[test]
fn what_is_put_back_is_what_was_there() {
    let mut cluster = cluster(Config { width: 2, ..Config::default() });
    cluster.create(OTHER, "sounds", Config { width: 3, ..Config::default() }).unwrap();
    let one = cluster.write(BANK, &[1, -9], Temperature::Cool, 4).unwrap();
    let two = cluster.write(BANK, &[255, 0], Hot, 5).unwrap();
    let sound = EntryRef { bank: OTHER, entry: cluster.write(OTHER, &[1, 2, 3], Hot, 6).unwrap() };
    cluster.link(at(one), EdgeType::SoundsLike, sound, 9, 7).unwrap();
    cluster.link(sound, EdgeType::Custom, at(two), 8, 8).unwrap();
    cluster.touch(at(two), 77);

    let mut again = Cluster::new();
    for bank in cluster.banks() {
        again.restore_head(codec::decode_head(&codec::encode_head(bank.head())).unwrap()).unwrap();
    }
    for bank in cluster.banks() {
        for id in bank.ids() {
            let bytes = codec::encode_entry(&bank.entry(id).unwrap());
            again.restore_entry(bank.head().id, codec::decode_entry(&bytes).unwrap()).unwrap();
        }
    }
    for bank in cluster.banks() {
        let found = again.bank(bank.head().id).unwrap();
        assert_eq!(found.head(), bank.head());
        assert!(found.ids().eq(bank.ids()));
        assert!(bank.ids().all(|id| found.entry(id) == bank.entry(id)));
    }
    assert!(again.linked_from(sound).eq([at(one)]));
    let next = cluster.write(BANK, &[3, 3], Hot, 6).unwrap();
    assert_eq!(again.write(BANK, &[3, 3], Hot, 6), Ok(next));
}

/// An entry of a store whose other bank is gone keeps its link until the bank is compacted.
#[test]
fn compacting_drops_links_that_lead_nowhere() {
    let mut cluster = cluster(narrow());
    let mut record = Record::new(EntryId(5), BANK, Hot, 0);
    let nowhere = EntryRef { bank: OTHER, entry: EntryId(6) };
    record.edges.push(Edge { kind: EdgeType::Causes, target: nowhere, weight: 1, created: 0 });
    cluster.restore_entry(BANK, Entry { record, vector: vec![1, 2] }).unwrap();
    assert_eq!(cluster.traverse(at(EntryId(5)), EdgeType::Causes, 9), Ok(Vec::new()));
    cluster.begin();
    assert_eq!(cluster.compact(BANK), Ok(1));
    assert_eq!(cluster.record(at(EntryId(5))).unwrap().edges, []);
    assert_eq!(cluster.linked_from(nowhere).count(), 0);
    cluster.roll_back();
    assert!(cluster.linked_from(nowhere).eq([at(EntryId(5))]));
}
