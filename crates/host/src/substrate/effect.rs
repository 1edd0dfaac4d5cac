//! What is done to a substrate. Whether it takes effect at once, in a branch or in a merge, it is applied here.

use super::coherence::Pair;
use super::state::{FATIGUE, State};

/// The field whose slices compete.
pub(super) const ACTIVITY: u8 = 0;

/// What is done to a substrate. `V` is how values are held: as a slice, or as the place where a branch keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect<V> {
    /// The level of a chemical changes.
    Chemical { id: u8, shift: Shift },
    /// Elements of a slice, from `start` on, are replaced; what the slice does not have is left out.
    Write { field: u8, slice: usize, start: usize, values: V },
    /// A field ages.
    Tick { field: u8 },
    /// A field decays, the more the more fatigue there is.
    Decay { field: u8, retention: u8, fatigue_boost: u8 },
    /// All slices of field 0 but one are weakened.
    Inhibit { winner: usize, strength: u8 },
    /// The slices of field 0 with energy are weakened.
    Exhaust { energies: V, factor: u8 },
    /// The phase becomes this, unless it is further.
    Phase(u8),
    /// The level becomes this, unless it is higher.
    Level(u8),
    /// The host rests or wakes.
    Rest(bool),
    /// The coherence of a division, 0–6.
    Singular { division: usize, value: u8 },
    /// The coherence of a pair.
    Multimodal { pair: Pair, value: u8 },
}

impl<V> Effect<V> {
    /// The same with its values held in another way.
    pub(super) fn map<W>(self, hold: impl FnOnce(V) -> W) -> Effect<W> {
        use Effect as E;
        match self {
            E::Chemical { id, shift } => E::Chemical { id, shift },
            E::Write { field, slice, start, values } => {
                E::Write { field, slice, start, values: hold(values) }
            }
            E::Tick { field } => E::Tick { field },
            E::Decay { field, retention, fatigue_boost } => E::Decay { field, retention, fatigue_boost },
            E::Inhibit { winner, strength } => E::Inhibit { winner, strength },
            E::Exhaust { energies, factor } => E::Exhaust { energies: hold(energies), factor },
            E::Phase(phase) => E::Phase(phase),
            E::Level(level) => E::Level(level),
            E::Rest(resting) => E::Rest(resting),
            E::Singular { division, value } => E::Singular { division, value },
            E::Multimodal { pair, value } => E::Multimodal { pair, value },
        }
    }
}

/// A change of a level: adds and then clamps. Setting, adding, and any sequence of both are one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    add: i32,
    low: u8,
    high: u8,
}

impl Shift {
    pub(super) const fn set(level: u8) -> Shift {
        Shift { add: 0, low: level, high: level }
    }

    pub(super) const fn add(delta: i32) -> Shift {
        Shift { add: delta, low: 0, high: u8::MAX }
    }

    fn apply(self, level: u8) -> u8 {
        (i32::from(level).saturating_add(self.add)).clamp(self.low.into(), self.high.into()) as u8
    }

    /// This one and then another. Beyond ±255, what is added makes no difference.
    pub(super) fn then(self, next: Shift) -> Shift {
        let add = self.add.saturating_add(next.add).clamp(-255, 255);
        Shift { add, low: next.apply(self.low), high: next.apply(self.high) }
    }
}

impl State {
    /// Does it. What it is about and is not there is left out.
    pub(super) fn apply(&mut self, effect: Effect<&[i32]>) {
        let levels = &mut self.levels;
        match effect {
            Effect::Chemical { id, shift } => {
                if let Some(level) = levels.chemicals.get_mut(usize::from(id)) {
                    *level = shift.apply(*level);
                }
            }
            Effect::Write { field, slice, start, values } => self.write(field, slice, start, values),
            Effect::Tick { field } => self.on_field(field, |field| field.tick()),
            Effect::Decay { field, retention, fatigue_boost } => {
                let fatigue = u16::from(levels.chemicals[usize::from(FATIGUE)]);
                let retention = retention.saturating_sub((u16::from(fatigue_boost) * fatigue / 255) as u8);
                self.on_field(field, |field| field.decay(retention));
            }
            Effect::Inhibit { winner, strength } => {
                self.on_field(ACTIVITY, |field| field.weaken(strength, |slice| slice != winner));
            }
            Effect::Exhaust { energies, factor } => {
                let is_active = |slice: usize| energies.get(slice).is_some_and(|&energy| energy > 0);
                self.on_field(ACTIVITY, |field| field.weaken(factor, is_active));
            }
            Effect::Phase(phase) => levels.clock.phase = levels.clock.phase.max(phase),
            Effect::Level(level) => levels.clock.level = levels.clock.level.max(level),
            Effect::Rest(resting) => levels.clock.resting = resting,
            Effect::Singular { division, value } => {
                if let Some(coherence) = levels.coherence.singular.get_mut(division) {
                    *coherence = value;
                }
            }
            Effect::Multimodal { pair, value } => levels.coherence.set_pair(pair, value),
        }
    }

    fn write(&mut self, field: u8, slice: usize, start: usize, values: &[i32]) {
        self.on_field(field, |field| {
            let target = field.slice_mut(slice).and_then(|slice| slice.get_mut(start..));
            let pairs = target.into_iter().flatten().zip(values);
            pairs.for_each(|(element, &value)| *element = value);
        });
    }

    fn on_field(&mut self, id: u8, change: impl FnOnce(&mut super::Field)) {
        if let Some(field) = self.field_mut(id) {
            change(field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shift() -> impl Strategy<Value = Shift> {
        prop_oneof![any::<u8>().prop_map(Shift::set), (-255..=255).prop_map(Shift::add)]
    }

    proptest! {
        #[test]
        fn a_sequence_of_shifts_is_one(shifts in prop::collection::vec(shift(), 1..12)) {
            let joined = shifts[1..].iter().fold(shifts[0], |one, &next| one.then(next));
            for level in 0..=u8::MAX {
                let one_by_one = shifts.iter().fold(level, |level, shift| shift.apply(level));
                prop_assert_eq!(joined.apply(level), one_by_one);
            }
        }
    }
}
