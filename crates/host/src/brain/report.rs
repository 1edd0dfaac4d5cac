//! What happened in a brain.

use super::{Brain, lock};
use crate::native::NativeReport;
use crate::telemetry::{Answered, Latency, RegionSnapshot};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use ternsig_isa::Temperature;

/// How many answers make up a score.
const WINDOW: usize = 200;

/// Digits of how long ticks take.
const DIGITS: u8 = 3;

/// Right answers of some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Score {
    /// Right ones.
    pub right: usize,
    /// All.
    pub of: usize,
}

impl Score {
    /// The share of right ones, 0–255.
    #[must_use]
    pub fn in_255ths(self) -> i32 {
        (self.right * 255).checked_div(self.of).map_or(0, |share| share as i32)
    }

    /// The share of right ones in percent.
    #[must_use]
    pub fn percent(self) -> f64 {
        if self.of == 0 { 0.0 } else { 100.0 * self.right as f64 / self.of as f64 }
    }

    const fn count(&mut self, right: bool) {
        self.right += right as usize;
        self.of += 1;
    }
}

/// A sleep, and the answers around it: the last before it and the first after it, up to 200 of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SleepReport {
    /// The tick in which the brain fell asleep.
    pub from: u64,
    /// The tick in which it woke, if it has.
    pub until: Option<u64>,
    /// The answers before.
    pub before: Score,
    /// The answers after.
    pub after: Score,
}

/// What a region did.
#[derive(Debug, Clone, Serialize)]
pub struct RegionReport {
    /// Its id.
    pub id: u8,
    /// Its name.
    pub name: String,
    /// Runs that came to their end.
    pub runs: u64,
    /// Runs that failed.
    pub failures: u64,
    /// Why the last of them did.
    pub last_failure: Option<String>,
    /// The operation that it waits for, and the instruction that asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<String>,
    /// What native code did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<NativeReport>,
}

/// What a bank holds.
#[derive(Debug, Clone, Serialize)]
pub struct BankReport {
    /// Its name.
    pub name: String,
    /// Its entries.
    pub entries: usize,
    /// How many of them are hot, warm, cool and cold.
    pub temperatures: [usize; 4],
    /// Links from them.
    pub links: usize,
}

/// What a program did that runs between two ticks.
#[derive(Debug, Clone, Serialize)]
pub struct ProgramReport {
    /// Its name.
    pub name: String,
    /// How often it ran.
    pub runs: u64,
    /// How often it failed.
    pub failures: u64,
    /// Why it failed last.
    pub last_failure: Option<String>,
}

/// What happened since a brain was put together.
#[derive(Debug, Clone, Serialize)]
pub struct BrainReport {
    /// The tick that it has come to.
    pub tick: u64,
    /// Ticks that it lived through.
    pub ticks: u64,
    /// The phases that it entered, with the tick of each.
    pub phases: Vec<(String, u64)>,
    /// Half of the ticks took at most so many nanoseconds.
    pub tick_p50_ns: u64,
    /// 99 of 100 did.
    pub tick_p99_ns: u64,
    /// The last answers, up to 200.
    pub recent: Score,
    /// All answers.
    pub all: Score,
    /// How often it slept.
    pub sleeps: Vec<SleepReport>,
    /// Programs that were replaced by newer versions.
    pub reloads: u64,
    /// The regions by ascending id.
    pub regions: Vec<RegionReport>,
    /// The programs that run between two ticks.
    pub programs: Vec<ProgramReport>,
    /// The banks.
    pub banks: Vec<BankReport>,
    /// Operations that were answered, by name.
    pub answered: BTreeMap<&'static str, u64>,
    /// Those of them that were answered in place, without a yield.
    pub in_place: BTreeMap<&'static str, u64>,
    /// Operations that a device refused.
    pub refused: u64,
}

impl BrainReport {
    /// Whether a run or a program failed.
    #[must_use]
    pub fn has_failures(&self) -> bool {
        self.regions.iter().any(|region| region.failures > 0)
            || self.programs.iter().any(|program| program.failures > 0)
    }
}

/// What is counted on the way.
pub(super) struct Tally {
    names: Vec<String>,
    phases: Vec<(String, u64)>,
    ticks: Latency,
    last: VecDeque<bool>,
    recent: Score,
    all: Score,
    sleeps: Vec<SleepReport>,
    reloads: u64,
}

impl Tally {
    pub(super) fn new(names: Vec<String>) -> Tally {
        let last = VecDeque::with_capacity(WINDOW);
        Tally {
            names,
            phases: Vec::new(),
            ticks: Latency::new(DIGITS),
            last,
            recent: Score::default(),
            all: Score::default(),
            sleeps: Vec::new(),
            reloads: 0,
        }
    }

    pub(super) fn entered(&mut self, phase: u8, tick: u64) {
        let name = self.names.get(usize::from(phase)).cloned().unwrap_or_else(|| format!("phase {phase}"));
        self.phases.push((name, tick));
    }

    pub(super) fn ticked(&mut self, took: Duration) {
        self.ticks.record(took);
    }

    pub(super) fn answered(&mut self, right: bool) {
        if self.last.len() == WINDOW && self.last.pop_front() == Some(true) {
            self.recent.right -= 1;
        }
        self.last.push_back(right);
        self.recent = Score { right: self.recent.right + usize::from(right), of: self.last.len() };
        self.all.count(right);
        if let Some(sleep) =
            self.sleeps.last_mut().filter(|sleep| sleep.until.is_some() && sleep.after.of < WINDOW)
        {
            sleep.after.count(right);
        }
    }

    pub(super) const fn reloaded(&mut self, count: usize) {
        self.reloads += count as u64;
    }

    pub(super) const fn recent(&self) -> Score {
        self.recent
    }

    /// Which of the last answers were right, the oldest first.
    pub(super) fn answers(&self) -> Vec<bool> {
        self.last.iter().copied().collect()
    }

    /// Goes on behind the last answers of an earlier brain, which are not its own.
    pub(super) fn go_on(&mut self, answers: &[bool]) {
        self.last = answers.iter().copied().rev().take(WINDOW).rev().collect();
        let right = self.last.iter().filter(|right| **right).count();
        self.recent = Score { right, of: self.last.len() };
    }

    /// Whether the brain has fallen asleep (true) or woken up (false) after this tick.
    pub(super) fn rests(&mut self, resting: bool, tick: u64) -> Option<bool> {
        match self.sleeps.last_mut().filter(|sleep| sleep.until.is_none()) {
            Some(sleep) if !resting => {
                sleep.until = Some(tick);
                Some(false)
            }
            None if resting => {
                let (before, after) = (self.recent, Score::default());
                self.sleeps.push(SleepReport { from: tick, until: None, before, after });
                Some(true)
            }
            _ => None,
        }
    }

    pub(super) fn report(&self, brain: &Brain) -> BrainReport {
        let cells: Vec<_> = brain.cells.iter().map(|cell| lock(cell)).collect();
        let (mut answered, mut in_place, mut refused) = (BTreeMap::new(), BTreeMap::new(), 0);
        let mut counts = RegionSnapshot::default();
        for cell in &cells {
            cell.host.recorder().snapshot(&mut counts);
            for operation in &counts.operations {
                let of = |answer: Answered| operation.answers[answer as usize];
                let done = of(Answered::Done) + of(Answered::Halt) + of(Answered::Stop);
                let name = operation.kind.name();
                *answered.entry(name).or_default() += done + operation.in_place;
                if operation.in_place > 0 {
                    *in_place.entry(name).or_default() += operation.in_place;
                }
                refused += of(Answered::Failed);
            }
        }
        let regions = cells.iter().map(|cell| RegionReport {
            id: cell.id,
            name: cell.name.clone(),
            runs: cell.counts.runs,
            failures: cell.counts.failures,
            last_failure: cell.counts.last_failure.clone(),
            waiting: cell.waiting(),
            native: cell.native(),
        });
        let programs = brain.programs.iter().map(|program| ProgramReport {
            name: program.name.clone(),
            runs: program.runs,
            failures: program.failures,
            last_failure: program.last_failure.clone(),
        });
        let ticks = self.ticks.summary();
        let [p50, p99, ..] = ticks.quantiles_ns;
        BrainReport {
            tick: brain.clock().tick,
            ticks: ticks.count,
            phases: self.phases.clone(),
            tick_p50_ns: p50,
            tick_p99_ns: p99,
            recent: self.recent,
            all: self.all,
            sleeps: self.sleeps.clone(),
            reloads: self.reloads,
            regions: regions.collect(),
            programs: programs.collect(),
            banks: brain.memory.banks().read(|cluster| cluster.banks().map(bank).collect()),
            answered,
            in_place,
            refused,
        }
    }
}

fn bank(bank: &ternsig_bank::Bank) -> BankReport {
    let records = || bank.ids().filter_map(|id| bank.record(id));
    let of = |temperature| records().filter(|record| record.temperature == temperature).count();
    let temperatures = [Temperature::Hot, Temperature::Warm, Temperature::Cool, Temperature::Cold].map(of);
    let links = records().map(|record| record.edges.len()).sum();
    BankReport { name: bank.head().name.clone(), entries: bank.len(), temperatures, links }
}
