//! What single operations cost as a bank grows.

use crate::measure::{Work, medians};
use std::hint::black_box;
use ternsig_bank::{BankId, Cluster, Config, EdgeType, EntryId, EntryRef};
use ternsig_isa::Temperature;

const BANK: BankId = BankId(1);
const WIDTH: usize = 64;
/// Links of an entry, each to another entry.
const LINKS: usize = 8;

/// A full bank.
struct Full {
    cluster: Cluster,
    ids: Vec<EntryId>,
    tick: u64,
    drawn: u64,
}

impl Full {
    fn new(entries: usize) -> Full {
        let config = Config { max_entries: entries as u32, ..Config::default() };
        let mut cluster = Cluster::new();
        expect(cluster.create(BANK, "full", config));
        let mut full = Full { cluster, ids: Vec::new(), tick: 0, drawn: 1 };
        full.ids = (0..entries).map(|_| full.insert()).collect();
        for index in 0..entries {
            for link in 1..=LINKS {
                let target = full.at((index * 31 + link * 977) % entries);
                expect(full.cluster.link(full.at(index), EdgeType::IsA, target, 1, 0));
            }
        }
        full
    }

    fn at(&self, index: usize) -> EntryRef {
        EntryRef { bank: BANK, entry: self.ids[index % self.ids.len()] }
    }

    fn draw(&mut self) -> usize {
        self.drawn = self.drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.drawn >> 33) as usize
    }

    /// Inserts a vector; a full bank evicts an entry first.
    fn insert(&mut self) -> EntryId {
        let first = self.draw() as i32 % 255;
        self.tick += 1;
        expect(self.cluster.write(BANK, &[first; WIDTH], Temperature::Hot, self.tick))
    }

    fn touch(&mut self) -> bool {
        let index = self.draw();
        self.tick += 1;
        self.cluster.touch(self.at(index), self.tick)
    }

    /// Evicts an entry and writes another in its place.
    fn evict(&mut self) -> usize {
        let evicted = expect(self.cluster.evict(BANK, 1, self.tick));
        self.insert();
        evicted
    }

    /// The entries within two links.
    fn traverse(&mut self) -> usize {
        let index = self.draw();
        expect(self.cluster.traverse(self.at(index), EdgeType::IsA, 2)).len()
    }
}

fn expect<T>(result: Result<T, ternsig_bank::BankError>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

/// Measures and prints ns.
pub(crate) fn print(sizes: &[usize]) {
    println!(
        "{:32} {:>10} {:>20} {:>20} {:>20}",
        "one operation on so many", "touch", "insert and evict", "evict and insert", "traverse two links"
    );
    for &entries in sizes {
        // What evicts has a bank of its own: the others name entries that stay.
        let (mut touched, mut traversed) = (Full::new(entries), Full::new(entries));
        let (mut inserted, mut evicted) = (Full::new(entries), Full::new(entries));
        let [touch, insert, evict, traverse] = medians([
            Work::new(|| _ = black_box(touched.touch())),
            Work::new(|| _ = black_box(inserted.insert())),
            Work::new(|| _ = black_box(evicted.evict())),
            Work::new(|| _ = black_box(traversed.traverse())),
        ]);
        println!("{entries:<32} {touch:>10.0} {insert:>20.0} {evict:>20.0} {traverse:>20.0}");
    }
    println!("(ns, without a store; {LINKS} links an entry at first)\n");
}
