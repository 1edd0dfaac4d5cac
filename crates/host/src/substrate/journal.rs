//! What a branch remembers: what was done to it, and how far it has seen its trunk.

use super::effect::{ACTIVITY, Effect, Shift};
use super::state::{FATIGUE, Numbered, State};

/// Most effects on whole fields that a journal may hold: they cannot be joined with earlier ones.
pub(super) const MAX_ON_FIELDS: usize = 4096;
/// Most values that it may hold when another of these comes.
pub(super) const MAX_VALUES: usize = 1 << 22;

/// Where a branch keeps the values of an effect.
#[derive(Debug, Clone, Copy)]
struct Span {
    at: usize,
    len: usize,
    /// How many there is room for.
    room: usize,
}

impl Span {
    fn of(self, values: &[i32]) -> &[i32] {
        values.get(self.at..self.at + self.len).unwrap_or_default()
    }
}

/// The changes of a part, there and here, when a branch was last made equal to its trunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    there: u64,
    here: u64,
}

/// What was done to a branch since the last merge, and what it has seen of its trunk.
#[derive(Debug, Default)]
pub(super) struct Journal {
    effects: Vec<Effect<Span>>,
    values: Vec<i32>,
    /// How many of the effects are on whole fields.
    on_fields: usize,
    stimulations: Seen,
    fields: Vec<Seen>,
}

/// How an effect gets on with an earlier one.
enum Joined {
    /// It became part of it.
    Yes,
    /// It has nothing to do with it, and may join one before it.
    Unrelated,
    /// It has to come behind it.
    No,
}

impl Journal {
    /// What was done, in an order that comes to the same.
    pub(super) fn effects(&self) -> impl Iterator<Item = Effect<&[i32]>> {
        self.effects.iter().map(|effect| effect.map(|span| span.of(&self.values)))
    }

    pub(super) fn clear(&mut self) {
        self.effects.clear();
        self.values.clear();
        self.on_fields = 0;
    }

    /// Whether an effect on a whole field may come.
    pub(super) fn has_room(&self) -> bool {
        self.on_fields < MAX_ON_FIELDS && self.values.len() < MAX_VALUES
    }

    /// Remembers an effect. A slice that it writes is so wide.
    pub(super) fn record(&mut self, effect: Effect<&[i32]>, width: usize) {
        let on_whole_field = matches!(
            effect,
            Effect::Tick { .. } | Effect::Decay { .. } | Effect::Inhibit { .. } | Effect::Exhaust { .. }
        );
        self.on_fields += usize::from(on_whole_field);
        if !on_whole_field {
            for earlier in self.effects.iter_mut().rev() {
                match join(earlier, effect, &mut self.values) {
                    Joined::Yes => return,
                    Joined::Unrelated => {}
                    Joined::No => break,
                }
            }
        }
        let room = |len: usize| match effect {
            Effect::Write { start, .. } => width.saturating_sub(start).max(len),
            _ => len,
        };
        let at = self.values.len();
        let kept = effect.map(|values| {
            let room = room(values.len());
            self.values.extend_from_slice(values);
            self.values.resize(at + room, 0);
            Span { at, len: values.len(), room }
        });
        self.effects.push(kept);
    }

    /// Makes a branch equal to its trunk. What is equal already is not copied.
    pub(super) fn follow(&mut self, state: &mut State, trunk: &State) {
        state.levels = trunk.levels;
        state.changes += 1;
        let change = state.changes;
        copy(&mut state.stimulations, &trunk.stimulations, &mut self.stimulations, change);
        let known = trunk.fields.len().max(state.fields.len());
        state.fields.resize(known, None);
        self.fields.resize(known, Seen::default());
        for (id, (field, seen)) in state.fields.iter_mut().zip(&mut self.fields).enumerate() {
            match (field, trunk.fields.get(id).and_then(Option::as_ref)) {
                (Some(here), Some(there)) => copy(here, there, seen, change),
                (here, there) => {
                    *here = there.cloned();
                    *seen = Seen { there: there.map_or(0, |there| there.change), here: change };
                    here.iter_mut().for_each(|here| here.change = change);
                }
            }
        }
    }
}

fn copy<T: Clone>(here: &mut Numbered<T>, there: &Numbered<T>, seen: &mut Seen, change: u64) {
    if *seen != (Seen { there: there.change, here: here.change }) {
        here.part.clone_from(&there.part);
        here.change = change;
        *seen = Seen { there: there.change, here: change };
    }
}

/// Joins an effect that is not on a whole field with an earlier one: then what a branch holds is bounded by what there is to
/// change, whatever a program does.
fn join(earlier: &mut Effect<Span>, effect: Effect<&[i32]>, kept: &mut [i32]) -> Joined {
    use Effect as E;
    match (earlier, effect) {
        (E::Chemical { id, shift }, E::Chemical { id: same, shift: next }) if *id == same => {
            *shift = Shift::then(*shift, next);
        }
        (E::Decay { .. }, E::Chemical { id: FATIGUE, .. }) => return Joined::No,
        (E::Phase(old), E::Phase(new)) | (E::Level(old), E::Level(new)) => *old = new.max(*old),
        (E::Rest(old), E::Rest(new)) => *old = new,
        (E::Singular { division, value }, E::Singular { division: same, value: new })
            if *division == same =>
        {
            *value = new;
        }
        (E::Multimodal { pair, value }, E::Multimodal { pair: same, value: new }) if *pair == same => {
            *value = new;
        }
        (
            E::Write { field, slice, start, values: span },
            E::Write { field: same, slice: own, start: from, values },
        ) if (*field, *slice) == (same, own) => return overwrite(*start, span, from, values, kept),
        (E::Tick { field } | E::Decay { field, .. }, E::Write { field: same, .. }) if *field == same => {
            return Joined::No;
        }
        (E::Inhibit { .. } | E::Exhaust { .. }, E::Write { field: ACTIVITY, .. }) => {
            return Joined::No;
        }
        _ => return Joined::Unrelated,
    }
    Joined::Yes
}

/// Writes into the values of an earlier write, or on behind them.
fn overwrite(start: usize, span: &mut Span, from: usize, values: &[i32], kept: &mut [i32]) -> Joined {
    let Some(offset) = from.checked_sub(start).filter(|&offset| offset <= span.len) else {
        return Joined::No;
    };
    let end = offset + values.len();
    if end > span.room {
        return Joined::No;
    }
    if let Some(target) = kept.get_mut(span.at + offset..span.at + end) {
        target.copy_from_slice(values);
    }
    span.len = span.len.max(end);
    Joined::Yes
}
