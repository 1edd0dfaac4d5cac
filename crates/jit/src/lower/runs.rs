//! Runs of elements in memory at positions that the code computes: copies, sums, maxima.

use super::emitter::{Emitter, LANES, MEMORY};
use super::place::{At, Place};
use cranelift_codegen::ir::types::{I32, I32X4, I64, I64X2};
use cranelift_codegen::ir::{InstBuilder, Value};

/// Bytes of an element.
pub(crate) const ELEMENT: usize = 4;
/// Bytes of a vector of elements.
pub(crate) const VECTOR: usize = ELEMENT * LANES;

/// Elements one behind the other. Positions in a run count bytes of 32-bit elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    base: Value,
    /// Elements between the base and the first of the run.
    first: usize,
    /// Whether the elements are 16-bit weights.
    narrow: bool,
}

impl Run {
    /// All of a place.
    pub(crate) fn of(e: &mut Emitter<'_>, place: Place) -> Run {
        let base = e.base(place);
        let first = if let Place::Scratch(byte) = place { byte / ELEMENT } else { 0 };
        Run { base, first, narrow: matches!(place, Place::Weights(_)) }
    }

    /// What follows so many elements.
    pub(crate) const fn behind(self, elements: usize) -> Run {
        Run { first: self.first + elements, ..self }
    }

    /// What follows a position. Only for 32-bit elements.
    pub(crate) fn behind_bytes(self, e: &mut Emitter<'_>, at: At) -> Run {
        debug_assert!(!self.narrow, "weights have another size");
        let run = self.behind(at.fixed / ELEMENT);
        match at.moving {
            None => run,
            Some(moving) => Run { base: e.b.ins().iadd(self.base, moving), ..run },
        }
    }

    fn address(self, e: &mut Emitter<'_>, at: At) -> (Value, i32) {
        let bytes = self.first * ELEMENT + at.fixed;
        let (moving, bytes) = if self.narrow {
            (at.moving.map(|moving| e.b.ins().ushr_imm_u(moving, 1)), bytes / 2)
        } else {
            (at.moving, bytes)
        };
        let address = moving.map_or(self.base, |moving| e.b.ins().iadd(self.base, moving));
        (address, bytes as i32)
    }

    /// A vector of which the first `lanes` elements mean something.
    pub(crate) fn load(self, e: &mut Emitter<'_>, at: At, lanes: usize) -> Value {
        let (address, offset) = self.address(e, at);
        match (self.narrow, lanes) {
            (false, _) => e.b.ins().load(I32X4, MEMORY, address, offset),
            (true, LANES..) => e.b.ins().sload16x4(MEMORY, address, offset),
            (true, _) => {
                let first = e.b.ins().sload16(I32, MEMORY, address, offset);
                let first = e.b.ins().splat(I32X4, first);
                (1..lanes).fold(first, |vector, lane| {
                    let value = e.b.ins().sload16(I32, MEMORY, address, offset + 2 * lane as i32);
                    e.b.ins().insertlane(vector, value, lane as u8)
                })
            }
        }
    }

    /// One element, as 32 bits.
    pub(crate) fn load_one(self, e: &mut Emitter<'_>, at: At) -> Value {
        let (address, offset) = self.address(e, at);
        if self.narrow {
            e.b.ins().sload16(I32, MEMORY, address, offset)
        } else {
            e.b.ins().load(I32, MEMORY, address, offset)
        }
    }

    /// A 32-bit element or a whole vector of them.
    pub(crate) fn store(self, e: &mut Emitter<'_>, value: Value, at: At) {
        let (address, offset) = self.address(e, at);
        e.b.ins().store(MEMORY, value, address, offset);
    }

    /// The first lanes of a vector and nothing behind them.
    pub(crate) fn store_lanes(self, e: &mut Emitter<'_>, vector: Value, at: At, lanes: usize) {
        if lanes >= LANES {
            return self.store(e, vector, at);
        }
        let (address, offset) = self.address(e, at);
        for lane in 0..lanes {
            let value = e.b.ins().extractlane(vector, lane as u8);
            e.b.ins().store(MEMORY, value, address, offset + (lane * ELEMENT) as i32);
        }
    }
}

/// A position behind another.
pub(crate) fn beyond(e: &mut Emitter<'_>, at: At, by: At) -> At {
    let moving = match (at.moving, by.moving) {
        (Some(a), Some(b)) => Some(e.b.ins().iadd(a, b)),
        (a, b) => a.or(b),
    };
    At { moving, fixed: at.fixed + by.fixed }
}

/// A position so many times as far.
pub(crate) fn times(e: &mut Emitter<'_>, at: At, factor: usize) -> At {
    let moving = at.moving.map(|moving| e.b.ins().imul_imm_s(moving, factor as i64));
    At { moving, fixed: at.fixed * factor }
}

/// Something for each row of so many bytes, given where it begins: in a loop unless there is only one.
pub(crate) fn each_row(
    e: &mut Emitter<'_>,
    rows: usize,
    bytes: usize,
    mut body: impl FnMut(&mut Emitter<'_>, At),
) {
    match rows {
        0 => {}
        1 => body(e, At::fixed(0)),
        _ => {
            e.counted(rows * bytes, bytes, &[], |e, at, _| {
                body(e, At::moving(at, 0));
                Vec::new()
            });
        }
    }
}

/// Something for each vector of so many elements: its position and how many lanes of it are meant.
pub(crate) fn each_vector(
    e: &mut Emitter<'_>,
    count: usize,
    mut body: impl FnMut(&mut Emitter<'_>, At, usize),
) {
    let done = e.each(count * ELEMENT, VECTOR, |e, at| body(e, at, LANES));
    let rest = count % LANES;
    if rest > 0 {
        body(e, At::fixed(done), rest);
    }
}

/// The same with values that are handed on.
pub(crate) fn fold_vectors(
    e: &mut Emitter<'_>,
    count: usize,
    begin: Vec<Value>,
    mut body: impl FnMut(&mut Emitter<'_>, At, usize, &[Value]) -> Vec<Value>,
) -> Vec<Value> {
    let values = e.fold(count * ELEMENT, VECTOR, begin, |e, at, values| body(e, at, LANES, values));
    let rest = count % LANES;
    if rest == 0 {
        return values;
    }
    body(e, At::fixed((count - rest) * ELEMENT), rest, &values)
}

/// Copies so many elements, ascending, and writes nothing behind them.
pub(crate) fn copy(e: &mut Emitter<'_>, from: Run, to: Run, count: usize) {
    each_vector(e, count, |e, at, lanes| {
        let vector = from.load(e, at, lanes);
        to.store_lanes(e, vector, at, lanes);
    });
}

/// Sets so many elements to 0 and writes nothing behind them.
pub(crate) fn clear(e: &mut Emitter<'_>, to: Run, count: usize) {
    if count > 0 {
        let zero = e.splat(0);
        each_vector(e, count, |e, at, lanes| to.store_lanes(e, zero, at, lanes));
    }
}

/// Elements that are looked at together for the largest.
const MANY: usize = 4 * LANES;

/// The largest of so many elements, at least one.
pub(crate) fn maximum(e: &mut Emitter<'_>, run: Run, count: usize) -> Value {
    if count < LANES {
        let first = run.load_one(e, At::fixed(0));
        return (1..count).fold(first, |most, element| {
            let value = run.load_one(e, At::fixed(element * ELEMENT));
            e.b.ins().smax(most, value)
        });
    }
    // The last vector may overlap the one before it.
    let last = run.load(e, At::fixed((count - LANES) * ELEMENT), LANES);
    let whole = count / MANY * MANY;
    // Several at a time, so that none waits for the one before it.
    let most = e.fold(whole * ELEMENT, MANY * ELEMENT, vec![last; MANY / LANES], |e, at, most| {
        let one = |(number, &most): (usize, &Value)| {
            let vector = run.load(e, At { fixed: at.fixed + number * VECTOR, ..at }, LANES);
            e.b.ins().smax(most, vector)
        };
        most.iter().enumerate().map(one).collect()
    });
    let most = most.into_iter().reduce(|a, b| e.b.ins().smax(a, b)).unwrap_or(last);
    let rest = run.behind(whole);
    let most = e.fold((count - whole) * ELEMENT, VECTOR, vec![most], |e, at, most| {
        let vector = rest.load(e, at, LANES);
        vec![e.b.ins().smax(most[0], vector)]
    });
    largest_lane(e, most[0])
}

/// The largest lane.
pub(crate) fn largest_lane(e: &mut Emitter<'_>, vector: Value) -> Value {
    let upper = e.upper_lanes(vector);
    let pair = e.b.ins().smax(vector, upper);
    let [first, second] = [0, 1].map(|lane| e.b.ins().extractlane(pair, lane));
    e.b.ins().smax(first, second)
}

/// The sum of so many elements, as 64 bits.
pub(crate) fn sum(e: &mut Emitter<'_>, run: Run, count: usize) -> Value {
    let zero = e.int(0);
    let mut total = zero;
    if count >= LANES {
        let begin = e.b.ins().splat(I64X2, zero);
        let sums = e.fold(count * ELEMENT, VECTOR, vec![begin], |e, at, sums| {
            let vector = run.load(e, at, LANES);
            let (low, high) = (e.b.ins().swiden_low(vector), e.b.ins().swiden_high(vector));
            let pairs = e.b.ins().iadd(low, high);
            vec![e.b.ins().iadd(sums[0], pairs)]
        });
        total = lane_sum(e, sums[0]);
    }
    (count / LANES * LANES..count).fold(total, |total, element| {
        let value = run.load_one(e, At::fixed(element * ELEMENT));
        let value = e.b.ins().sextend(I64, value);
        e.b.ins().iadd(total, value)
    })
}

/// The sum of two 64-bit lanes.
pub(crate) fn lane_sum(e: &mut Emitter<'_>, vector: Value) -> Value {
    let [first, second] = [0, 1].map(|lane| e.b.ins().extractlane(vector, lane));
    e.b.ins().iadd(first, second)
}
