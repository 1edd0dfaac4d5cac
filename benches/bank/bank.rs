//! The same entries in every form, and cues.

use crate::original;
use crate::stream;
use crate::top::{TOP, Top};
use std::hint::black_box;
use ternary_signal::PackedSignal;
use ternsig_bank::{BankId, Cluster, Config, Match};
use ternsig_isa::Temperature;
use ternsig_kernels::similarity::Columns;

/// Dimensions.
const WIDTH: usize = 64;
/// The bank of the cluster.
const BANK: BankId = BankId(1);
/// How many cues take turns, so that none is known by heart.
const CUES: usize = 16;

/// A bank and what is asked of it.
pub(crate) struct Bank {
    cluster: Cluster,
    /// What a bank keeps of the entries, for the pass over its bytes.
    columns: Columns,
    /// The entries one after the other.
    rows: Vec<i16>,
    original: original::Bank,
    cues: Vec<Vec<PackedSignal>>,
    cue_values: Vec<Vec<i32>>,
    /// For the table.
    pub(crate) name: String,
}

impl Bank {
    /// Random entries without zeros, and cues with so many zeros in four.
    pub(crate) fn new(entries: usize, zeros: u32) -> Bank {
        let mut state = 1;
        let mut vector =
            |zeros| -> Vec<PackedSignal> { (0..WIDTH).map(|_| signal(&mut state, zeros)).collect() };
        let vectors: Vec<_> = (0..entries).map(|_| vector(0)).collect();
        let cues: Vec<_> = (0..CUES).map(|_| vector(zeros)).collect();
        let mut columns = Columns::new(WIDTH).unwrap_or_else(|| panic!("{WIDTH} dimensions are too many"));
        let config = Config { max_entries: entries as u32, ..Config::default() };
        let mut cluster = Cluster::new();
        let created = cluster.create(BANK, "entries", config);
        created.unwrap_or_else(|error| panic!("{error}"));
        for vector in &vectors {
            let vector = values(vector);
            let written = cluster.write(BANK, &vector, Temperature::Hot, 0);
            written.unwrap_or_else(|error| panic!("{error}"));
            columns.push(&vector.iter().map(|&value| value as i16).collect::<Vec<_>>());
        }
        let rows = vectors.iter().flat_map(|vector| values(vector)).map(|value| value as i16).collect();
        let name = format!("{entries} × {WIDTH}{}", if zeros > 0 { ", a quarter zeros" } else { "" });
        let cue_values = cues.iter().map(|cue| values(cue)).collect();
        Bank { cluster, columns, rows, original: original::Bank::new(vectors, WIDTH), cues, cue_values, name }
    }

    /// Stops if one finds something else.
    pub(crate) fn assert_equal(&self) {
        for number in 0..CUES {
            let expected = self.plain(number);
            let scores: Vec<i32> = self.ours(number).iter().map(|found| found.score).collect();
            assert_eq!(scores, expected.scores(), "{}", self.name);
            assert_eq!(self.original(number), expected.scores(), "the original with {}", self.name);
        }
    }

    /// A pass over the bytes of all entries.
    pub(crate) fn stream(&self) -> i32 {
        stream::sum(self.columns.lines())
    }

    /// The best for a cue, as programs get them.
    pub(crate) fn ours(&self, number: usize) -> Vec<Match> {
        let found = self
            .cluster
            .bank(BANK)
            .and_then(|bank| bank.query(black_box(&self.cue_values[number % CUES]), TOP));
        found.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The best for a cue, entry by entry.
    pub(crate) fn plain(&self, number: usize) -> Top {
        let cue = black_box(&self.cue_values[number % CUES]);
        let mut top = Top::new();
        for (slot, entry) in self.rows.chunks_exact(WIDTH).enumerate() {
            let (mut dot, mut cue_norm, mut norm) = (0_i64, 0_i64, 0_i64);
            for (&q, &s) in cue.iter().zip(entry) {
                if q != 0 {
                    let (q, s) = (i64::from(q), i64::from(s));
                    dot += q * s;
                    cue_norm += q * q;
                    norm += s * s;
                }
            }
            let root = (cue_norm * norm).isqrt();
            top.offer(slot, if root == 0 { 0 } else { (256 * dot / root) as i32 });
        }
        top
    }

    /// The best scores for a cue, by the original.
    pub(crate) fn original(&self, number: usize) -> Vec<i32> {
        self.original.scores(black_box(&self.cues[number % CUES]))
    }
}

/// A random signal, of which so many in four are 0.
fn signal(state: &mut u64, zeros: u32) -> PackedSignal {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    let drawn = (*state >> 20) as u32;
    let polarity = if drawn >> 20 & 1 == 0 { 1 } else { -1 };
    if drawn % 4 < zeros {
        PackedSignal::ZERO
    } else {
        PackedSignal::pack(polarity, (drawn >> 8) as u8 | 1, 1)
    }
}

fn values(vector: &[PackedSignal]) -> Vec<i32> {
    vector.iter().map(|signal| signal.current()).collect()
}
