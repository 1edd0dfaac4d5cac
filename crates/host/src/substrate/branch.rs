//! Branches: what a region of a parallel round works on, and how what it did reaches the substrate.

use super::effect::Effect;
use super::journal::{Journal, MAX_ON_FIELDS, MAX_VALUES};
use super::state::State;
use super::{Field, Substrate};
use std::sync::{Arc, Mutex};
use ternsig_vm::{Error, ErrorKind};

/// A substrate behind its lock.
#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) state: State,
    /// Of a branch.
    journal: Option<Journal>,
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
        if self.journal.as_ref().is_none_or(Journal::has_room) {
            return Ok(());
        }
        let message = format!(
            "in a round a region may change whole fields up to {MAX_ON_FIELDS} times, and write up to {MAX_VALUES} values of \
             fields before it does; let it run more often, or do less"
        );
        Err(Error::new(ErrorKind::Limit, message))
    }

    /// Does what was done to a branch.
    fn replay(&mut self, journal: &mut Journal) {
        journal.effects().for_each(|effect| self.perform(effect));
        journal.clear();
    }
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
