//! The layers of entries, and the passes that move them: integers only, and never a weight lost.
//!
//! The numbers are the thermogram settings of the Ternsig 1.x bridge, as magnitudes 0–255. Where that release deleted
//! weak entries, computed in floating point, or let an entry climb several layers in a pass, these passes do not: decay moves
//! strength and layer only, and an entry moves by at most one layer a pass.

use super::Store;
use super::chain::{Change, RecordKind};
use super::codec::Writer;
use super::error::Result;
use super::table::Table;
use super::value::digest;
use super::weights::Standing;
use std::collections::BTreeMap;

/// Ticks between two decay passes.
pub const DECAY_INTERVAL: u64 = 10;
/// Ticks between two transition passes.
pub const TRANSITION_INTERVAL: u64 = 100;
/// A demotion leaves this part of the strength, in hundredths: ×0.95, and at least 1.
const DEMOTION_PERCENT: u16 = 95;

/// The layer of an entry, from volatile to settled.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Where entries begin.
    #[default]
    Hot,
    /// Proven.
    Warm,
    /// Proven for long.
    Cool,
    /// Settled; never demoted.
    Cold,
}

/// What the passes do to entries of a layer.
struct Rule {
    /// A decay pass takes this part of the strength, of 255.
    decay: u16,
    /// The least strength and number of updates for the next colder layer.
    promote: Option<(u8, u64)>,
    /// An entry weaker than this goes to the next hotter layer, if demotion is allowed.
    demote_below: u8,
    demotion_allowed: bool,
}

impl Layer {
    /// Every layer, from hot to cold.
    pub const ALL: [Layer; 4] = [Layer::Hot, Layer::Warm, Layer::Cool, Layer::Cold];

    /// 0 hot to 3 cold.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The layer with this code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Layer> {
        Layer::ALL.get(usize::from(code)).copied()
    }

    const fn rule(self) -> Rule {
        match self {
            Layer::Hot => {
                Rule { decay: 26, promote: Some((128, 5)), demote_below: 0, demotion_allowed: false }
            }
            Layer::Warm => {
                Rule { decay: 3, promote: Some((179, 20)), demote_below: 51, demotion_allowed: true }
            }
            Layer::Cool => {
                Rule { decay: 1, promote: Some((217, 100)), demote_below: 77, demotion_allowed: true }
            }
            Layer::Cold => Rule { decay: 1, promote: None, demote_below: 102, demotion_allowed: false },
        }
    }

    const fn colder(self) -> Layer {
        match self {
            Layer::Hot => Layer::Warm,
            Layer::Warm => Layer::Cool,
            Layer::Cool | Layer::Cold => Layer::Cold,
        }
    }

    const fn hotter(self) -> Layer {
        match self {
            Layer::Hot | Layer::Warm => Layer::Hot,
            Layer::Cool => Layer::Warm,
            Layer::Cold => Layer::Cool,
        }
    }
}

/// What passes did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PassReport {
    /// Decay passes that were due.
    pub decays: u64,
    /// Transition passes that were due.
    pub transitions: u64,
    /// Entries that went to a colder layer, counted once a pass.
    pub promoted: u64,
    /// Entries that went to a hotter layer, counted once a pass.
    pub demoted: u64,
}

/// Where entries stand, by key.
pub(super) type Standings = BTreeMap<Vec<u8>, Standing>;

/// Strength that is not 0 never becomes 0: an entry that decays goes on to be there.
fn scaled(strength: u8, part: u16, whole: u16) -> u8 {
    let rest = u16::from(strength) * part / whole;
    (rest as u8).max(strength.min(1))
}

fn decay(standings: &mut Standings) {
    for standing in standings.values_mut() {
        standing.strength = scaled(standing.strength, 255 - standing.layer.rule().decay, 255);
    }
}

/// Promotions come before demotions. Among entries the order says nothing, since each moves by one layer at most.
fn transition(standings: &mut Standings, report: &mut PassReport) {
    for standing in standings.values_mut() {
        let rule = standing.layer.rule();
        let promote = rule.promote.is_some_and(|(s, n)| standing.strength >= s && standing.updates >= n);
        if promote {
            standing.layer = standing.layer.colder();
            report.promoted += 1;
        } else if rule.demotion_allowed && standing.strength < rule.demote_below {
            standing.layer = standing.layer.hotter();
            standing.strength = scaled(standing.strength, DEMOTION_PERCENT, 100);
            report.demoted += 1;
        }
    }
}

/// All passes between two ticks, in order; once a round of them changes nothing, no later one does.
fn passes(standings: &mut Standings, from: u64, to: u64) -> PassReport {
    let due = |interval| to / interval - from / interval;
    let decays = due(DECAY_INTERVAL);
    let mut report = PassReport { decays, transitions: due(TRANSITION_INTERVAL), ..PassReport::default() };
    let mut round = standings.clone();
    for pass in 0..decays {
        let tick = (from / DECAY_INTERVAL + 1 + pass) * DECAY_INTERVAL;
        decay(standings);
        if tick.is_multiple_of(TRANSITION_INTERVAL) {
            transition(standings, &mut report);
            if *standings == round {
                break;
            }
            round.clone_from(standings);
        }
    }
    report
}

impl Store {
    /// Goes to a tick and runs the passes that were due on the way there: a decay each 10th, a transition each 100th, in this
    /// order. An earlier tick than the store's own changes nothing. The counter reaches the file with the next commit; a
    /// rollback takes back what passes did, but not the counter.
    ///
    /// # Errors
    /// Reading or writing fails; the counter stays then.
    pub fn advance_to(&mut self, tick: u64) -> Result<PassReport> {
        if tick <= self.tick {
            return Ok(PassReport::default());
        }
        let from = std::mem::replace(&mut self.tick, tick);
        if from / DECAY_INTERVAL == tick / DECAY_INTERVAL {
            return Ok(PassReport::default());
        }
        let result = self.on_standings(|standings| passes(standings, from, tick));
        if result.is_err() {
            self.tick = from;
        }
        result
    }

    /// One decay pass, whatever the tick: strength s becomes s·(255 − d)/255, truncated and at least 1, with d = 26, 3, 1, 1 in
    /// Hot, Warm, Cool, Cold. A strength of 0 stays.
    ///
    /// # Errors
    /// Reading or writing fails; nothing is changed then.
    pub fn decay(&mut self) -> Result<PassReport> {
        self.on_standings(|standings| {
            decay(standings);
            PassReport { decays: 1, ..PassReport::default() }
        })
    }

    /// One transition pass, whatever the tick. Hot goes to Warm from strength 128 and 5 updates, Warm to Cool from 179 and 20,
    /// Cool to Cold from 217 and 100; Cool goes to Warm below 77 and Warm to Hot below 51, both with 95/100 of their strength, at
    /// least 1.
    ///
    /// # Errors
    /// Reading or writing fails; nothing is changed then.
    pub fn transition(&mut self) -> Result<PassReport> {
        self.on_standings(|standings| {
            let mut report = PassReport { transitions: 1, ..PassReport::default() };
            transition(standings, &mut report);
            report
        })
    }

    /// Consolidates: a transition pass, and a record in the chain with the hash of the state that it leaves. Hot entries that
    /// Ternsig 1.x sent to Cold at once (strength from 191, 5 updates) go one layer as all others do.
    ///
    /// # Errors
    /// Reading or writing fails; nothing is changed then.
    pub fn consolidate(&mut self, source: &str, tick: u64) -> Result<PassReport> {
        self.atomically(|store| {
            let report = store.transition()?;
            let state = store.state_digest()?;
            store.append(RecordKind::Consolidation, "", state, &Change::new(0, source, tick))?;
            Ok(report)
        })
    }

    /// The SHA-256 over key, weights and standing of each entry, ascending by key, each field behind its length.
    ///
    /// # Errors
    /// Reading fails.
    pub fn state_digest(&self) -> Result<super::Digest> {
        let mut state = Writer::default();
        for (key, standing) in self.scan(Table::Standing, &[])? {
            let weights = self.get(Table::Weights, &key)?.unwrap_or_default();
            state = state.bytes(&key).bytes(&digest(&weights)).bytes(&standing);
        }
        Ok(digest(&state.finish()))
    }

    /// Changes where entries stand.
    pub(super) fn on_standings<R>(&mut self, pass: impl FnOnce(&mut Standings) -> R) -> Result<R> {
        self.atomically(|store| {
            let mut before = Standings::new();
            for (key, bytes) in store.scan(Table::Standing, &[])? {
                let standing = Standing::decode(&bytes, &Table::Standing.row(&key));
                before.insert(key, standing.map_err(|kind| store.error(kind))?);
            }
            let mut after = before.clone();
            let report = pass(&mut after);
            for (key, standing) in after.iter().filter(|(key, standing)| before.get(*key) != Some(standing)) {
                store.put(Table::Standing, key, standing.encode());
            }
            Ok(report)
        })
    }
}
