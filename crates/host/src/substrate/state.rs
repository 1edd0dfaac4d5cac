//! What a substrate holds.

use super::{CHEMICALS, Clock, Field, STIMULATIONS};
use std::collections::BTreeMap;
use ternsig_vm::machine::CHEMICAL_BASELINE;

/// The id of fatigue, the one chemical that begins at 0: nobody is tired at the beginning.
const FATIGUE: usize = 7;

/// What a substrate holds.
#[derive(Debug)]
pub(super) struct State {
    pub(super) chemicals: [u8; CHEMICALS],
    pub(super) fields: BTreeMap<u8, Field>,
    /// Empty until the first level is set.
    stimulations: Vec<i32>,
    pub(super) convergence: i32,
    pub(super) clock: Clock,
}

impl Default for State {
    fn default() -> State {
        let mut chemicals = [CHEMICAL_BASELINE; CHEMICALS];
        chemicals[FATIGUE] = 0;
        State {
            chemicals,
            fields: BTreeMap::new(),
            stimulations: Vec::new(),
            convergence: 0,
            clock: Clock::default(),
        }
    }
}

impl State {
    pub(super) fn stimulation(&self, id: u8) -> i32 {
        self.stimulations.get(usize::from(id)).copied().unwrap_or(0)
    }

    pub(super) fn set_stimulation(&mut self, id: u8, level: i32) {
        self.stimulations.resize(STIMULATIONS, 0);
        self.stimulations[usize::from(id)] = level;
    }
}
