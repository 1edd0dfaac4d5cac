//! Sums of products of 32-bit numbers, in numbers that they cannot leave.

use super::emitter::{Emitter, LANES, MEMORY};
use super::place::{At, Place};
use super::poll;
use super::product::saturated;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I32X4, I64, I64X2};
use cranelift_codegen::ir::{InstBuilder, Value};

/// The numbers that a sum of products needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Bits32,
    Bits64,
    /// Only one by one: see [`Emitter::wide_inner_product`].
    Bits128,
}

impl Width {
    /// Emits something for each width, of which the narrowest is executed that holds sums of so many products; `bound` is
    /// the largest magnitude of a product, at most 2⁶².
    pub(super) fn each(
        e: &mut Emitter<'_>,
        bound: Value,
        terms: usize,
        mut body: impl FnMut(&mut Emitter<'_>, Width),
    ) {
        let terms = terms.max(1) as i64;
        let (wide, wider) = (e.b.create_block(), e.b.create_block());
        let after = e.b.create_block();
        let known = e.known_addresses();
        let few = e.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, bound, i64::from(i32::MAX) / terms);
        e.unless_go(few, wide);
        body(e, Width::Bits32);
        e.jump(after);
        e.known_only(known);
        e.b.switch_to_block(wide);
        let most = e.int(i64::MAX / terms);
        let fits = e.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, bound, most);
        e.unless_go(fits, wider);
        body(e, Width::Bits64);
        e.jump(after);
        e.known_only(known);
        e.b.switch_to_block(wider);
        e.b.set_cold_block(wider);
        body(e, Width::Bits128);
        e.jump(after);
        e.known_only(known);
        e.b.switch_to_block(after);
    }

    /// How many values hold four sums.
    pub(super) const fn values(self) -> usize {
        if matches!(self, Width::Bits32) { 1 } else { 2 }
    }

    /// Four sums of 0 for each of some vectors.
    pub(super) fn zeros(self, e: &mut Emitter<'_>, vectors: usize) -> Vec<Value> {
        let zero = e.splat(0);
        let zero = if self == Width::Bits32 { zero } else { e.cast(I64X2, zero) };
        vec![zero; vectors * self.values()]
    }

    /// Four sums with the products of four pairs.
    pub(super) fn add_products(self, e: &mut Emitter<'_>, sums: &[Value], x: Value, y: Value) -> Vec<Value> {
        let products = if self == Width::Bits32 {
            vec![e.b.ins().imul(x, y)]
        } else {
            let (x_low, y_low) = (e.b.ins().swiden_low(x), e.b.ins().swiden_low(y));
            let (x_high, y_high) = (e.b.ins().swiden_high(x), e.b.ins().swiden_high(y));
            vec![e.b.ins().imul(x_low, y_low), e.b.ins().imul(x_high, y_high)]
        };
        sums.iter().zip(products).map(|(&sum, product)| e.b.ins().iadd(sum, product)).collect()
    }

    /// Four sums, shifted and saturated.
    pub(super) fn finish(self, e: &mut Emitter<'_>, sums: &[Value], shift: u8) -> Value {
        if let (Width::Bits32, &[sum]) = (self, sums) {
            return e.b.ins().sshr_imm_u(sum, i64::from(shift));
        }
        let lanes = sums.iter().flat_map(|&sum| [(sum, 0), (sum, 1)]);
        let zero = e.splat(0);
        (0u8..).zip(lanes).fold(zero, |vector, (to, (sum, from))| {
            let sum = e.b.ins().extractlane(sum, from);
            let value = self.finish_one(e, sum, shift);
            e.b.ins().insertlane(vector, value, to)
        })
    }

    /// One sum of 32 or 64 bits, shifted and saturated.
    pub(super) fn finish_one(self, e: &mut Emitter<'_>, sum: Value, shift: u8) -> Value {
        let shifted = e.b.ins().sshr_imm_u(sum, i64::from(shift));
        if self == Width::Bits32 { shifted } else { saturated(e, shifted) }
    }

    /// The sum of products of so many elements at two addresses, of 32 or 64 bits.
    pub(super) fn inner_product(self, e: &mut Emitter<'_>, left: Value, right: Value, terms: usize) -> Value {
        let load = |e: &mut Emitter<'_>, base: Value, at: At| {
            let address = match at.moving {
                None => base,
                Some(term) => {
                    let skipped = e.b.ins().ishl_imm_u(term, 2);
                    e.b.ins().iadd(base, skipped)
                }
            };
            e.b.ins().load(I32X4, MEMORY, address, (4 * at.fixed) as i32)
        };
        let begin = self.zeros(e, 1);
        let mut sums = e.fold(terms, LANES, begin, |e, at, sums| {
            if let (Some(term), true) = (at.moving, terms > poll::INTERVAL) {
                e.poll_every(term, LANES, LANES);
            }
            let (x, y) = (load(e, left, at), load(e, right, at));
            self.add_products(e, sums, x, y)
        });
        let done = terms / LANES * LANES;
        if done < terms {
            let (x, y) = (load(e, left, At::fixed(done)), load(e, right, At::fixed(done)));
            let x = e.keep_lanes(x, terms - done);
            sums = self.add_products(e, &sums, x, y);
        }
        match sums[..] {
            [sum] => {
                let pairs = e.b.ins().iadd_pairwise(sum, sum);
                let both = e.b.ins().iadd_pairwise(pairs, pairs);
                e.b.ins().extractlane(both, 0)
            }
            _ => {
                let both = sums.iter().copied().reduce(|a, b| e.b.ins().iadd(a, b)).unwrap_or(left);
                let (low, high) = (e.b.ins().extractlane(both, 0), e.b.ins().extractlane(both, 1));
                e.b.ins().iadd(low, high)
            }
        }
    }
}

/// A sum of 128 bits: the lower half, the upper one.
pub(super) type Wide = [Value; 2];

impl Emitter<'_> {
    /// The largest magnitude of the first elements, as 64 bits.
    pub(super) fn largest(&mut self, place: Place, len: usize) -> Value {
        let magnitude = |e: &mut Self, at: At, lanes: usize| {
            let x = e.load(place, at, lanes);
            let x = e.keep_lanes(x, lanes);
            e.b.ins().iabs(x)
        };
        let zero = self.splat(0);
        let (mut seen, mut done) = (zero, 0);
        // In large steps while that pays.
        for step in [4 * LANES, LANES] {
            let begin = done;
            let most = self.fold(len - begin, step, vec![seen], |e, at, seen| {
                let vectors = (0..step).step_by(LANES);
                vec![vectors.fold(seen[0], |seen, behind| {
                    let x = magnitude(e, At { fixed: at.fixed + begin + behind, ..at }, LANES);
                    e.b.ins().umax(seen, x)
                })]
            });
            seen = most[0];
            done += (len - begin) / step * step;
        }
        if done < len {
            let x = magnitude(self, At::fixed(done), len - done);
            seen = self.b.ins().umax(seen, x);
        }
        let upper = self.shuffle_words(seen, seen, [2, 3, 2, 3]);
        let two = self.b.ins().umax(seen, upper);
        let second = self.shuffle_words(two, two, [1, 1, 1, 1]);
        let one = self.b.ins().umax(two, second);
        let largest = self.b.ins().extractlane(one, 0);
        self.b.ins().uextend(I64, largest)
    }

    /// Something for each row, with its number.
    pub(super) fn in_rows(&mut self, rows: usize, mut body: impl FnMut(&mut Self, Value)) {
        if rows == 1 {
            let row = self.int(0);
            return body(self, row);
        }
        self.counted(rows, 1, &[], |e, row, _| {
            body(e, row);
            Vec::new()
        });
    }

    /// The sum of products of the elements at one address with elements at so many bytes from each other, at least one.
    pub(super) fn wide_inner_product(
        &mut self,
        left: Value,
        right: Value,
        terms: usize,
        stride: usize,
    ) -> Wide {
        let zero = self.int(0);
        let sums = self.counted(terms, 1, &[zero, zero], |e, term, sums| {
            if terms > poll::INTERVAL {
                e.poll_every(term, 1, 1);
            }
            let (x_skipped, y_skipped) =
                (e.b.ins().ishl_imm_u(term, 2), e.b.ins().imul_imm_s(term, stride as i64));
            let (x_at, y_at) = (e.b.ins().iadd(left, x_skipped), e.b.ins().iadd(right, y_skipped));
            let [x, y] = [x_at, y_at].map(|address| {
                let value = e.b.ins().load(I32, MEMORY, address, 0);
                e.b.ins().sextend(I64, value)
            });
            let product = e.b.ins().imul(x, y);
            e.add_wide([sums[0], sums[1]], product).to_vec()
        });
        [sums[0], sums[1]]
    }

    /// A sum of 128 bits with a signed number of 64 bits.
    fn add_wide(&mut self, [low, high]: Wide, value: Value) -> Wide {
        let sum = self.b.ins().iadd(low, value);
        let carried = self.b.ins().icmp(IntCC::UnsignedLessThan, sum, value);
        let carry = self.b.ins().uextend(I64, carried);
        let sign = self.b.ins().sshr_imm_u(value, 63);
        let high = self.b.ins().iadd(high, sign);
        [sum, self.b.ins().iadd(high, carry)]
    }

    /// A sum of 128 bits, shifted by at most 31 and saturated to 32.
    pub(super) fn finish_wide(&mut self, [low, high]: Wide, shift: u8) -> Value {
        let (low, high) = if shift == 0 {
            (low, high)
        } else {
            let kept = self.b.ins().ushr_imm_u(low, i64::from(shift));
            let moved = self.b.ins().ishl_imm_u(high, i64::from(64 - shift));
            (self.b.ins().bor(kept, moved), self.b.ins().sshr_imm_u(high, i64::from(shift)))
        };
        // If the upper half is not the sign of the lower one, the number is beyond 64 bits, with the upper half's sign.
        let sign = self.b.ins().sshr_imm_u(low, 63);
        let fits = self.b.ins().icmp(IntCC::Equal, sign, high);
        let high_sign = self.b.ins().sshr_imm_u(high, 63);
        let most = self.int(i64::MAX);
        let extreme = self.b.ins().bxor(high_sign, most);
        let value = self.b.ins().select(fits, low, extreme);
        saturated(self, value)
    }
}
