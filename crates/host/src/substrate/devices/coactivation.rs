//! The device `coactivation`.

use crate::device::{Device, elements, no_device};
use crate::store::codec::{Reader, Writer};
use crate::store::{StoreError, StoreErrorKind};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ternsig_isa::{DomainOp, Register, Shape};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Machine};

/// Most pairs that are counted: a program has the host keep no more than this.
pub const MAX_PAIRS: usize = 1 << 20;
/// How many elements of a register have a number as neurons.
const NEURONS: usize = 1 << 16;
/// The version of the bytes.
const VERSION: u8 = 1;
/// What stands for a file in messages.
const PLACE: &str = "the co-activation counters";

/// How often neurons fired together, in one region. Neuron `r · 65536 + i` is element i of hot register r. A clone is another
/// reference to the same counters.
#[derive(Debug, Clone, Default)]
pub struct Coactivation {
    counters: Arc<Mutex<Counters>>,
}

#[derive(Debug, Default)]
struct Counters {
    /// By pair, the smaller neuron first. No count is above what a register holds.
    pairs: BTreeMap<(u32, u32), u32>,
    /// The active neurons of both sources, and the matrix that is read.
    active: [Vec<u32>; 2],
    matrix: Vec<i32>,
}

impl Coactivation {
    /// How often two neurons fired together, at most 2³¹ − 1.
    #[must_use]
    pub fn count(&self, a: u32, b: u32) -> u32 {
        self.lock().count(a, b)
    }

    /// How many pairs ever did, since the counters were reset.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.lock().pairs.len()
    }

    /// Begins to count anew.
    pub fn reset(&self) {
        self.lock().pairs.clear();
    }

    /// All counters; equal ones have equal bytes: version u8, then of each pair, ascending, its neurons and its count, u32 each.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let all = self.lock();
        let out = Writer::default().u8(VERSION);
        all.pairs.iter().fold(out, |out, (&(a, b), &count)| out.u32(a).u32(b).u32(count)).finish()
    }

    /// Replaces all counters by what [`to_bytes`](Coactivation::to_bytes) gave.
    ///
    /// # Errors
    /// The bytes are damaged or of a newer version (Storage); nothing is changed then.
    pub fn restore(&self, bytes: &[u8]) -> Result<(), StoreError> {
        self.lock().pairs = read(bytes).map_err(|kind| kind.at(PLACE))?;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Counters> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counters {
    fn count(&self, a: u32, b: u32) -> u32 {
        self.pairs.get(&(a.min(b), a.max(b))).copied().unwrap_or(0)
    }

    /// Counts each pair of an active element of one source and one of the other.
    fn record(&mut self, m: &Machine, sources: [Register; 2]) -> Result<(), Error> {
        for (active, source) in self.active.iter_mut().zip(sources) {
            collect_active(m, source, active)?;
        }
        self.check_room()?;
        let [a, b] = &self.active;
        for (&a, &b) in a.iter().flat_map(|a| b.iter().map(move |b| (a, b))) {
            let count = self.pairs.entry((a.min(b), a.max(b))).or_default();
            *count = (*count + 1).min(i32::MAX.cast_unsigned());
        }
        Ok(())
    }

    /// That there are not too many pairs with the new ones. These are counted only where there might be.
    fn check_room(&self) -> Result<(), Error> {
        let [a, b] = &self.active;
        // Neurons of two registers make each pair once, those of one register make most of them twice.
        let is_one = a == b;
        let most = if is_one { a.len() * (a.len() + 1) / 2 } else { a.len() * b.len() };
        let all = || a.iter().flat_map(|&a| b.iter().map(move |&b| (a.min(b), a.max(b), a <= b || !is_one)));
        let is_new = |&(a, b, counts): &(u32, u32, bool)| counts && !self.pairs.contains_key(&(a, b));
        let fits = self.pairs.len() + most <= MAX_PAIRS
            || most <= MAX_PAIRS && self.pairs.len() + all().filter(is_new).count() <= MAX_PAIRS;
        if fits {
            return Ok(());
        }
        let message = format!(
            "{} pairs are counted and up to {most} would come, the limit is {MAX_PAIRS}; reset the counters, or record less",
            self.pairs.len()
        );
        Err(Error::new(ErrorKind::Limit, message))
    }

    /// The counts between the neurons that a register lists, as a square matrix.
    fn read(&mut self, m: &mut Machine, target: Register, source: Register) -> Result<(), Error> {
        let listed = elements(m, source, 0)?;
        let (side, limit) = (listed.len(), m.limits().register_elements);
        if side.checked_mul(side).is_none_or(|elements| elements > limit) {
            let message =
                format!("{side} neurons have more counts than the {limit} elements that a register may have");
            return Err(Error::about(ErrorKind::Limit, source, message));
        }
        let mut matrix = std::mem::take(&mut self.matrix);
        matrix.clear();
        let count = |a: i32, b: i32| self.count(a.cast_unsigned(), b.cast_unsigned()).cast_signed();
        matrix.extend(listed.iter().flat_map(|&a| listed.iter().map(move |&b| count(a, b))));
        let put = m.set_hot(target.index(), &matrix, Shape::matrix(side, side));
        self.matrix = matrix;
        put
    }
}

/// The neurons of a register that are not 0.
fn collect_active(m: &Machine, source: Register, active: &mut Vec<u32>) -> Result<(), Error> {
    active.clear();
    let values = elements(m, source, 0)?;
    if values.len() > NEURONS {
        let message =
            format!("{source} has {} elements, up to {NEURONS} have a number as neurons", values.len());
        return Err(Error::about(ErrorKind::BadRegister, source, message));
    }
    let first = (source.index() * NEURONS) as u32;
    active.extend((first..).zip(values).filter(|&(_, &value)| value != 0).map(|(neuron, _)| neuron));
    Ok(())
}

fn read(bytes: &[u8]) -> Result<BTreeMap<(u32, u32), u32>, StoreErrorKind> {
    let mut input = Reader::new(bytes, "their list");
    let found = input.u8()?;
    if found > VERSION {
        return Err(StoreErrorKind::Newer { found: found.into(), known: VERSION.into() });
    }
    if found != VERSION {
        return Err(input.wrong("has a version that there has never been"));
    }
    let (mut pairs, entries) = (BTreeMap::new(), (bytes.len() - 1).div_ceil(12));
    for _ in 0..entries {
        let (pair, count) = ((input.u32()?, input.u32()?), input.u32()?);
        let ascends = pairs.last_key_value().is_none_or(|(last, _)| *last < pair);
        if !ascends || pair.0 > pair.1 || !(1..=i32::MAX.cast_unsigned()).contains(&count) {
            return Err(input.wrong("has a pair or a count that cannot be"));
        }
        pairs.insert(pair, count);
    }
    if pairs.len() > MAX_PAIRS {
        return Err(input.wrong("has too many pairs"));
    }
    Ok(pairs)
}

impl Device for Coactivation {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::CoActivation { source_a, source_b } => self.lock().record(m, [source_a, source_b])?,
            DomainOp::CoActivationRead { target, source } => self.lock().read(m, target, source)?,
            DomainOp::CoActivationReset => self.reset(),
            _ => return Err(no_device(op)),
        }
        Ok(Answer::Done)
    }
}
