//! Vectors of 32-bit lanes: their halves, their order, doubles.

use super::emitter::Emitter;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64X2, I8X16, I32X4, I64X2};
use cranelift_codegen::ir::{InstBuilder, Value};

impl Emitter<'_> {
    /// The lower (0) or upper (1) 32 bits of each lane of two vectors of 64-bit lanes.
    pub(super) fn halves(&mut self, low: Value, high: Value, half: u8) -> Value {
        let (low, high) = (self.cast(I32X4, low), self.cast(I32X4, high));
        self.shuffle_words(low, high, [half, 2 + half, 4 + half, 6 + half])
    }

    /// The upper two 32-bit lanes moved to the lower two.
    pub(super) fn upper_lanes(&mut self, a: Value) -> Value {
        self.shuffle_words(a, a, [2, 3, 2, 3])
    }

    /// 32-bit lanes of two vectors: 0–3 from the first, 4–7 from the second.
    pub(super) fn shuffle_words(&mut self, a: Value, b: Value, lanes: [u8; 4]) -> Value {
        let (a, b) = (self.cast(I8X16, a), self.cast(I8X16, b));
        let mask: Vec<u8> = lanes.iter().flat_map(|lane| (0..4).map(move |byte| lane * 4 + byte)).collect();
        let mask = self.b.func.dfg.immediates.push(mask.into());
        let bytes = self.b.ins().shuffle(a, b, mask);
        self.cast(I32X4, bytes)
    }

    /// The lower two lanes as doubles.
    pub(super) fn lower_doubles(&mut self, a: Value) -> Value {
        let wide = self.b.ins().swiden_low(a);
        self.b.ins().fcvt_from_sint(F64X2, wide)
    }

    /// Doubles rounded toward zero and saturated: the lower two lanes from one vector, the upper two from another.
    pub(super) fn truncated(&mut self, low: Value, high: Value) -> Value {
        // x86-64 has no narrowing of 64-bit lanes, only a conversion from doubles that leaves the upper half 0.
        let zero = self.b.func.dfg.constants.insert(vec![0; 16].into());
        let [low, high] = [low, high].map(|half| {
            let wide = self.b.ins().fcvt_to_sint_sat(I64X2, half);
            let zero = self.b.ins().vconst(I64X2, zero);
            self.b.ins().snarrow(wide, zero)
        });
        self.shuffle_words(low, high, [0, 1, 4, 5])
    }

    pub(super) fn splat_f64(&mut self, value: f64) -> Value {
        let value = self.b.ins().f64const(value);
        self.b.ins().splat(F64X2, value)
    }

    /// All ones where the comparison holds.
    pub(super) fn mask(&mut self, condition: IntCC, a: Value, b: Value) -> Value {
        self.b.ins().icmp(condition, a, b)
    }
}
