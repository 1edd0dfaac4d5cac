//! What a substrate holds.

use super::{CHEMICALS, Clock, Coherence, Field, FieldError, STIMULATIONS};
use ternsig_vm::machine::CHEMICAL_BASELINE;

/// The id of fatigue, the one chemical that begins at 0: nobody is tired at the beginning.
pub(super) const FATIGUE: u8 = 7;
/// The level from which the host may rest, unless it says otherwise.
pub(super) const REST_THRESHOLD: u8 = 1;

/// What the host says of the last moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Valence {
    /// How good they were.
    pub reward: i32,
    /// How bad they were.
    pub punishment: i32,
}

/// What is small enough to be copied whether or not it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levels {
    pub(super) chemicals: [u8; CHEMICALS],
    pub(super) valence: Valence,
    pub(super) convergence: i32,
    pub(super) clock: Clock,
    pub(super) rest_threshold: u8,
    pub(super) coherence: Coherence,
}

impl Default for Levels {
    fn default() -> Levels {
        let mut chemicals = [CHEMICAL_BASELINE; CHEMICALS];
        chemicals[usize::from(FATIGUE)] = 0;
        Levels {
            chemicals,
            valence: Valence::default(),
            convergence: 0,
            clock: Clock::default(),
            rest_threshold: REST_THRESHOLD,
            coherence: Coherence::default(),
        }
    }
}

/// A part with the number of the change that made it what it is, by which copies know that they are old. Two are equal if their
/// parts are.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbered<T> {
    pub(super) part: T,
    pub(super) change: u64,
}

impl<T: PartialEq> PartialEq for Numbered<T> {
    fn eq(&self, other: &Numbered<T>) -> bool {
        self.part == other.part
    }
}

/// What a substrate holds.
#[derive(Debug, Default, Clone)]
pub(super) struct State {
    pub(super) levels: Levels,
    /// Empty until the first level is set.
    pub(super) stimulations: Numbered<Vec<i32>>,
    /// By id, as far as there are any.
    pub(super) fields: Vec<Option<Numbered<Field>>>,
    /// The number of the last change of stimulations or of a field.
    pub(super) changes: u64,
}

impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        let both = self.fields.len().max(other.fields.len());
        self.levels == other.levels
            && self.stimulations == other.stimulations
            && (0..both)
                .all(|id| self.fields.get(id).unwrap_or(&None) == other.fields.get(id).unwrap_or(&None))
    }
}

impl State {
    pub(super) fn stimulation(&self, id: u8) -> i32 {
        self.stimulations.part.get(usize::from(id)).copied().unwrap_or(0)
    }

    pub(super) fn set_stimulation(&mut self, id: u8, level: i32) {
        self.changes += 1;
        self.stimulations.change = self.changes;
        self.stimulations.part.resize(STIMULATIONS, 0);
        self.stimulations.part[usize::from(id)] = level;
    }

    pub(super) fn field(&self, id: u8) -> Option<&Field> {
        self.fields.get(usize::from(id))?.as_ref().map(|field| &field.part)
    }

    /// A field, to be changed.
    pub(super) fn field_mut(&mut self, id: u8) -> Option<&mut Field> {
        let field = self.fields.get_mut(usize::from(id))?.as_mut()?;
        self.changes += 1;
        field.change = self.changes;
        Some(&mut field.part)
    }

    pub(super) fn put_field(&mut self, id: u8, field: Field) {
        self.changes += 1;
        let id = usize::from(id);
        if self.fields.len() <= id {
            self.fields.resize(id + 1, None);
        }
        self.fields[id] = Some(Numbered { part: field, change: self.changes });
    }

    /// A slice that there is.
    pub(super) fn slice(&self, field: u8, slice: usize) -> Result<&[i32], FieldError> {
        let found = self.field(field).ok_or(FieldError::NoField(field))?;
        found.slice(slice).ok_or(FieldError::NoSlice(slice))
    }
}
