//! Packed weights: derived from cold registers, shared where registers are.

use crate::helpers;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use ternsig_isa::Temperature;
use ternsig_kernels::gated::GatedFollower;
use ternsig_kernels::mastery::Follow;
use ternsig_kernels::plain::PlainFollower;
use ternsig_kernels::{GateClass, GatedWeights, PlainWeights, Rounding};
use ternsig_vm::ColdRegister;

/// What is made of weights for products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Form {
    /// Without temperatures.
    Plain,
    /// With temperatures, rounded per product.
    PerProduct,
    /// With temperatures, rounded per weight.
    PerWeight,
}

impl Form {
    pub(crate) const ALL: [Form; 3] = [Form::Plain, Form::PerProduct, Form::PerWeight];
}

/// A set of forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Forms(u8);

impl Forms {
    pub(crate) const fn insert(&mut self, form: Form) {
        self.0 |= 1 << form as u8;
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Form> {
        Form::ALL.into_iter().filter(move |&form| self.0 >> form as u8 & 1 == 1)
    }
}

/// Packed weights in one of the forms.
#[derive(Debug, Clone)]
pub(crate) enum Pack {
    Plain(PlainWeights),
    Gated(GatedWeights),
}

impl Pack {
    fn new(register: &ColdRegister, form: Form) -> Option<Pack> {
        let shape = register.shape();
        let (rows, columns) = (shape.dim(0)?, shape.dim(1)?);
        let gated = |rounding| {
            let (codes, classes) = (codes(register), Temperature::ALL.map(class));
            GatedWeights::pack(register.values(), codes, (rows, columns), classes, rounding).map(Pack::Gated)
        };
        match form {
            Form::Plain => PlainWeights::pack(register.values(), rows, columns).map(Pack::Plain),
            Form::PerProduct => gated(Rounding::PerProduct),
            Form::PerWeight => gated(Rounding::PerWeight),
        }
    }
}

fn codes(register: &ColdRegister) -> &[u8] {
    helpers::codes(register.temperatures().unwrap_or_default())
}

fn class(temperature: Temperature) -> GateClass {
    GateClass {
        threshold: temperature.activation_threshold() as i32,
        conductance: temperature.conductance() as i32,
    }
}

/// The packed form that belongs to a version of weights.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    version: u64,
    pub(crate) pack: Arc<Pack>,
}

impl Kept {
    /// Whether it was made from the weights as they are.
    pub(crate) fn is_of(&self, register: &ColdRegister) -> bool {
        self.version == register.version()
    }

    /// Takes over single weights that move, if it is of this version; `codes` are those of their temperatures.
    fn follower<'a>(&'a mut self, before: u64, codes: &'a [u8]) -> Option<Follower<'a>> {
        if self.version != before {
            return None;
        }
        Some(match Arc::make_mut(&mut self.pack) {
            Pack::Plain(plain) => Follower::Plain(plain.follower()),
            Pack::Gated(gated) => Follower::Gated(gated.follower(codes)),
        })
    }

    /// After weights have moved since this version, of which the followers have been told but for a rest.
    pub(crate) fn finish(&mut self, before: u64, register: &ColdRegister, rest: Option<Range<usize>>) {
        if self.version != before {
            return;
        }
        self.version = register.version();
        match Arc::make_mut(&mut self.pack) {
            Pack::Plain(plain) => plain.finish(register.values(), rest),
            Pack::Gated(gated) => gated.finish(register.values(), codes(register), rest),
        }
    }
}

/// A packed form that follows single weights.
#[derive(Debug)]
pub(crate) enum Follower<'a> {
    Plain(PlainFollower<'a>),
    Gated(GatedFollower<'a>),
}

/// All packed forms of a register.
#[derive(Debug)]
pub(crate) struct Followers<'a>([Option<Follower<'a>>; Form::ALL.len()]);

impl<'a> Followers<'a> {
    /// Those of this version; `codes` are those of the weights' temperatures.
    pub(crate) fn of(
        packs: &'a mut [Option<Kept>; Form::ALL.len()],
        before: u64,
        codes: &'a [u8],
    ) -> Followers<'a> {
        Followers(packs.each_mut().map(|kept| kept.as_mut()?.follower(before, codes)))
    }
}

impl Follow for Followers<'_> {
    fn weights(&mut self, values: &[i16], first: usize, positions: &[u16]) {
        for follower in self.0.iter_mut().flatten() {
            match follower {
                Follower::Plain(plain) => plain.weights(values, first, positions),
                Follower::Gated(gated) => gated.weights(values, first, positions),
            }
        }
    }
}

/// All packed forms that are in use, by the version of the weights that they were made from.
#[derive(Debug, Default)]
pub(crate) struct Packs(Mutex<HashMap<(u64, Form), Weak<Pack>>>);

impl Packs {
    /// Brings what is kept of a register up to date; whether it has this form at all.
    pub(crate) fn refresh(&self, register: &ColdRegister, form: Form, kept: &mut Option<Kept>) -> bool {
        let version = register.version();
        if kept.as_ref().is_none_or(|kept| kept.version != version) {
            let old = kept.take();
            *kept = self.find(register, form, old).map(|pack| Kept { version, pack });
        }
        kept.is_some()
    }

    /// How many there are.
    pub(crate) fn in_use(&self) -> usize {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().filter(|pack| pack.strong_count() > 0).count()
    }

    fn find(&self, register: &ColdRegister, form: Form, old: Option<Kept>) -> Option<Arc<Pack>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (register.version(), form);
        if let Some(pack) = known.get(&key).and_then(Weak::upgrade) {
            return Some(pack);
        }
        let pack = repacked(register, old).or_else(|| Pack::new(register, form).map(Arc::new))?;
        if known.len() >= 64 && known.len().is_power_of_two() {
            known.retain(|_, pack| pack.strong_count() > 0);
        }
        known.insert(key, Arc::downgrade(&pack));
        Some(pack)
    }
}

/// The old form with the rows that the newest change touched. Those of a matrix alone are the packed rows.
fn repacked(register: &ColdRegister, old: Option<Kept>) -> Option<Arc<Pack>> {
    let Kept { version, mut pack } = old?;
    let edit = register.last_edit().filter(|edit| edit.previous_version == version)?;
    if register.shape().rank() != 2 {
        return None;
    }
    let rows = edit.first_row..edit.end_row;
    match Arc::make_mut(&mut pack) {
        Pack::Plain(plain) => plain.repack_rows(register.values(), rows),
        Pack::Gated(gated) => gated.repack_rows(register.values(), codes(register), rows),
    }
    Some(pack)
}
