//! Branches: what a region of a parallel round works on, and how what it did reaches the substrate.

use super::effect::{Effect, Shift};
use super::state::{FATIGUE, Numbered, State};
use super::{Field, Substrate};
use std::sync::{Arc, Mutex};
use ternsig_vm::{Error, ErrorKind};

/// Most effects that one branch may hold which cannot be joined with earlier ones: those on whole fields.
const MAX_EFFECTS: usize = 4096;
/// Most values that such effects may hold.
const MAX_VALUES: usize = 1 << 22;

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
    stimulations: Seen,
    fields: Vec<Seen>,
}

/// A substrate behind its lock.
#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) state: State,
    /// Of a branch.
    journal: Option<Journal>,
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

impl Inner {
    /// Does it, and remembers it if this is a branch.
    pub(super) fn perform(&mut self, effect: Effect<&[i32]>) {
        self.state.apply(effect);
        if let Some(journal) = &mut self.journal {
            let width = match effect {
                Effect::Write { field, .. } => self.state.field(field).map_or(0, Field::width),
                _ => 0,
            };
            journal.record(effect, width);
        }
    }

    /// That another effect on a whole field can be remembered.
    ///
    /// # Errors
    /// There are too many (Limit).
    pub(super) fn check_room(&self) -> Result<(), Error> {
        let has_room =
            |journal: &Journal| journal.effects.len() < MAX_EFFECTS && journal.values.len() < MAX_VALUES;
        if self.journal.as_ref().is_none_or(has_room) {
            return Ok(());
        }
        let message = format!(
            "a region may change whole fields up to {MAX_EFFECTS} times in a round; let it run more often, or do less"
        );
        Err(Error::new(ErrorKind::Limit, message))
    }

    /// Does what was done to a branch.
    fn replay(&mut self, journal: &mut Journal) {
        for effect in &journal.effects {
            self.perform(effect.map(|span| span.of(&journal.values)));
        }
        journal.effects.clear();
        journal.values.clear();
    }
}

impl Journal {
    fn record(&mut self, effect: Effect<&[i32]>, width: usize) {
        let on_whole_field = matches!(
            effect,
            Effect::Tick { .. } | Effect::Decay { .. } | Effect::Inhibit { .. } | Effect::Exhaust { .. }
        );
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
    fn follow(&mut self, state: &mut State, trunk: &State) {
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
        (E::Inhibit { .. } | E::Exhaust { .. }, E::Write { field: super::effect::ACTIVITY, .. }) => {
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

impl Substrate {
    /// A private copy of this substrate for a region of a parallel round. What is done to it by [handles](super::Handle),
    /// devices, [`set_chemical`](Substrate::set_chemical) and [`set_field_slice`](Substrate::set_field_slice) it shows at once and
    /// remembers until it is [merged](Substrate::merge). What only hosts set is set on the substrate itself: a branch forgets
    /// it at the next merge.
    #[must_use]
    pub fn branch(&self) -> Substrate {
        let trunk = self.lock();
        let mut inner = Inner { state: State::default(), journal: None };
        let mut journal = Journal::default();
        journal.follow(&mut inner.state, &trunk.state);
        inner.journal = Some(journal);
        Substrate { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Does to this substrate what was done to its branches, one branch after the other, and shows the result to all of them;
    /// fields that did not change are not copied. Between two threads that run branches nothing is shared, so the result
    /// depends on the order given here alone. Added chemical levels add up; of two values that were set, the later branch's
    /// stays; phase and level only go forward.
    ///
    /// It is also how branches see what the host has set since the last merge.
    pub fn merge<'a, B>(&mut self, branches: B)
    where
        B: IntoIterator<Item = &'a Substrate>,
        B::IntoIter: Clone,
    {
        let own = |branch: &&Substrate| !Arc::ptr_eq(&branch.inner, &self.inner);
        let branches = branches.into_iter();
        let mut trunk = self.lock();
        for branch in branches.clone().filter(own) {
            if let Some(journal) = &mut branch.lock().journal {
                trunk.replay(journal);
            }
        }
        for branch in branches.filter(own) {
            let Inner { state, journal } = &mut *branch.lock();
            if let Some(journal) = journal {
                journal.follow(state, &trunk.state);
            }
        }
    }
}
