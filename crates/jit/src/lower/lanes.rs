//! Element-wise work on vectors: consecutive instructions of the same length pass through registers of the processor and
//! only the last content of each register of the machine is stored.

use super::emitter::{Emitter, LANES};
use super::lane_ops::LaneOp;
use super::place::{At, Place};
use super::ranges::{Range, Ranged};
use crate::analysis::facts::Buffer;

/// What a weight can be.
const WEIGHT: Range = Range::new(-255, 255);

/// An instruction that computes each element from the elements at the same position.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    pub(crate) op: LaneOp,
    /// The operands, and behind them what has to be as it was analysed although no element of it is read.
    pub(crate) sources: Vec<Place>,
    pub(crate) dst: Place,
    /// What the destination becomes; its length is that of the work.
    pub(crate) buffer: Buffer,
}

impl Lanes {
    pub(crate) const fn len(&self) -> usize {
        self.buffer.len
    }

    /// The sources whose elements are operands.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = Place> {
        self.sources.iter().copied().take(self.op.operands())
    }

    /// The hot register that is replaced, if it is one.
    pub(crate) const fn result(&self) -> Option<(usize, Buffer)> {
        match self.dst {
            Place::Hot(register) => Some((register, self.buffer)),
            _ => None,
        }
    }
}

/// Instructions of the same length that are computed together, vector by vector.
#[derive(Debug, Default)]
pub(crate) struct Chain<'a> {
    pub(crate) ops: Vec<&'a Lanes>,
    /// The places whose last content is stored.
    pub(crate) stores: Vec<Place>,
}

/// Chains of at most so many instructions are so short that their loop counts, from so many elements on.
const FEW: usize = 4;
const MANY: usize = 64;
/// Copies of at most so many elements are written out: a loop would take more instructions than they do.
const SHORT_COPY: usize = 32;

/// What is known of places at the position that is being computed.
pub(crate) type Known = Vec<(Place, Ranged)>;

impl Chain<'_> {
    /// The first `lanes` elements of the vector at a position. Places that are known need not be loaded. Returns what is
    /// known then.
    pub(crate) fn emit(&self, e: &mut Emitter<'_>, at: At, lanes: usize, mut known: Known) -> Known {
        for op in &self.ops {
            let operands: Vec<Ranged> =
                op.loaded().map(|place| value_of(e, place, at, lanes, &mut known)).collect();
            let result = op.op.emit(e, &operands);
            known.retain(|(place, _)| *place != op.dst);
            known.push((op.dst, result));
        }
        for &place in &self.stores {
            if let Some(&(_, value)) = known.iter().find(|(known, _)| *known == place) {
                e.store(value.value, place, at);
            }
        }
        known
    }

    /// All elements, from memory.
    pub(crate) fn emit_all(
        &self,
        e: &mut Emitter<'_>,
        len: usize,
        begin: impl Fn(&mut Emitter<'_>, At) -> Known,
    ) {
        let prepared = self.prepare(e);
        let one = |e: &mut Emitter<'_>, at, lanes| {
            let mut known = begin(e, at);
            known.extend(prepared.iter().copied());
            self.emit(e, at, lanes, known);
        };
        let mut done = 0;
        if self.ops.len() <= 1 && len <= SHORT_COPY {
            while done + LANES <= len {
                one(e, At::fixed(done), LANES);
                done += LANES;
            }
        }
        if self.ops.len() <= FEW && len >= MANY {
            done = e.each(len, 2 * LANES, |e, at| {
                one(e, at, LANES);
                one(e, At { fixed: at.fixed + LANES, ..at }, LANES);
            });
        }
        let from = done;
        done += e.each(len - from, LANES, |e, at| one(e, At { fixed: at.fixed + from, ..at }, LANES));
        if done < len {
            one(e, At::fixed(done), len - done);
        }
    }

    /// Loads what is the same at every position: addresses, and elements that are known then.
    pub(crate) fn prepare(&self, e: &mut Emitter<'_>) -> Known {
        let mut known = Known::new();
        for place in self.ops.iter().flat_map(|op| op.loaded()) {
            if matches!(place, Place::First(_)) {
                value_of(e, place, At::fixed(0), LANES, &mut known);
            } else {
                e.base(place);
            }
        }
        for &place in &self.stores {
            e.base(place);
        }
        known
    }
}

fn value_of(e: &mut Emitter<'_>, place: Place, at: At, lanes: usize, known: &mut Known) -> Ranged {
    if let Some(&(_, value)) = known.iter().find(|(known, _)| *known == place) {
        return value;
    }
    let range = if matches!(place, Place::Weights(_)) { WEIGHT } else { Range::ANY };
    let value = Ranged { value: e.load(place, at, lanes), range };
    known.push((place, value));
    value
}
