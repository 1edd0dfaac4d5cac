//! Arithmetic on plain values, shared by every engine. All of it is defined for every input.

pub mod filter;
pub mod mastery;
pub mod norm;
pub mod rotation;

use ternsig_isa::{Signal, Temperature};

/// Saturates to 32 bits.
#[must_use]
pub fn sat(value: i64) -> i32 {
    value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// Saturates to 32 bits.
#[must_use]
pub fn sat_wide(value: i128) -> i32 {
    value.clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as i32
}

/// What injecting a value adds to the level of a chemical: −255…255, or, signed, −128…127 around 128.
#[must_use]
pub fn injected(raw: i32, signed: bool) -> i32 {
    if signed { raw.saturating_sub(128).clamp(-128, 127) } else { raw.clamp(-255, 255) }
}

/// Arithmetic right shift; amounts above 31 act as 31.
#[must_use]
pub fn shift_right(value: i32, amount: u32) -> i32 {
    value >> amount.min(31)
}

/// The product of two Q8 numbers, rounded down, wrapping to 32 bits.
#[must_use]
pub fn mul_q8_wrapping(a: i32, b: i32) -> i32 {
    ((i64::from(a) * i64::from(b)) >> 8) as i32
}

/// The product of two Q8 numbers, rounded down, saturating.
#[must_use]
pub fn mul_q8(a: i32, b: i32) -> i32 {
    sat((i64::from(a) * i64::from(b)) >> 8)
}

/// A multiple in 256ths, rounded toward zero, saturating.
#[must_use]
pub fn scaled(value: i32, factor: u16) -> i32 {
    sat(i64::from(value) * i64::from(factor) / 256)
}

/// The core's sigmoid: slope `gain`/1024 around 128.
#[must_use]
pub fn sigmoid(x: i32, gain: u8) -> i32 {
    (((i64::from(x) * i64::from(gain)) >> 10) + 128).clamp(0, 255) as i32
}

/// The core's tanh: input and output centred on 128, output 64–192.
#[must_use]
pub fn tanh(x: i32) -> i32 {
    let centred = x.clamp(0, 255) - 128;
    ((64 * centred) / (64 + (centred.abs() >> 1)) + 128).clamp(0, 255)
}

/// The core's gelu.
#[must_use]
pub fn gelu(x: i32) -> i32 {
    let gate = ((((i64::from(x) * 435) >> 8) >> 10) + 128).clamp(0, 255);
    ((i64::from(x) * gate) >> 8) as i32
}

/// The activation extension's sigmoid: 100–156.
#[must_use]
pub fn soft_sigmoid(x: i32) -> i32 {
    let y = x.clamp(-2048, 2048);
    (128 + 32 * y / (256 + y.abs())).clamp(0, 255)
}

/// The activation extension's tanh: −119…119.
#[must_use]
pub fn soft_tanh(x: i32) -> i32 {
    let y = x.clamp(-2048, 2048);
    (127 * y / (128 + y.abs())).clamp(-127, 127)
}

/// The activation extension's gelu.
#[must_use]
pub fn soft_gelu(x: i32) -> i32 {
    let x = i64::from(x);
    let gate = 128 + (54 * x / 256).clamp(-128, 127);
    (x * gate / 256) as i32
}

/// The weight of an element `below` the maximum (≤ 0): 256 at the maximum, 1 less per unit, at least 1.
#[must_use]
pub fn linear_weight(below: i64) -> i64 {
    (256 + below.max(-1024)).max(1)
}

/// Replaces `values` by 255 · weight / sum of weights, with [`linear_weight`].
pub fn softmax(values: &mut [i32]) {
    let Some(&max) = values.iter().max() else { return };
    let below = |x: i32| linear_weight(i64::from(x) - i64::from(max));
    let total: i64 = values.iter().map(|&x| below(x)).sum();
    for x in values {
        *x = (255 * below(*x) / total) as i32;
    }
}

/// A gated mean of a new and an old value: `gate`/255 of the new one.
#[must_use]
pub fn gated(gate: i32, update: i32, state: i32) -> i32 {
    let gate = i64::from(gate.clamp(0, 255));
    ((gate * i64::from(update) + (255 - gate) * i64::from(state)) / 255) as i32
}

/// The sum of products. Exact for up to 2²⁴ weights of magnitude 255.
#[must_use]
pub fn dot(weights: &[i16], inputs: &[i32]) -> i64 {
    weights.iter().zip(inputs).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum()
}

/// How many products of a weight and a 16-bit input certainly fit into a 32-bit sum.
const NARROW_TERMS: usize = 256;

/// Whether every input fits 16 bits, so that [`dot_narrow`] can be used.
#[must_use]
pub fn is_narrow(inputs: &[i32]) -> bool {
    inputs.iter().all(|&x| x == i32::from(x as i16))
}

/// The same sum for inputs that [`is_narrow`] accepts: two to four times as fast, because a 16-bit multiply-add is the
/// widest that every x86-64 has.
#[must_use]
pub fn dot_narrow(weights: &[i16], inputs: &[i32]) -> i64 {
    let product = |(&w, &x): (&i16, &i32)| i32::from(w) * i32::from(x as i16);
    let parts = weights.chunks(NARROW_TERMS).zip(inputs.chunks(NARROW_TERMS));
    parts.map(|(w, x)| i64::from(w.iter().zip(x).map(product).fold(0, i32::wrapping_add))).sum()
}

/// The most inputs that [`pack`] takes.
pub const PACKED_INPUTS: usize = NARROW_TERMS;

/// Copies at most [`PACKED_INPUTS`] inputs to 16 bits each; `None` if there are more or one does not fit.
pub fn pack<'a>(inputs: &[i32], buffer: &'a mut [i16; PACKED_INPUTS]) -> Option<&'a [i16]> {
    let packed = buffer.get_mut(..inputs.len())?;
    let mut lost = 0;
    for (packed, &x) in packed.iter_mut().zip(inputs) {
        *packed = x as i16;
        lost |= x ^ i32::from(*packed);
    }
    (lost == 0).then_some(packed)
}

/// The same sum for inputs that [`pack`] has copied, which pays when they meet several rows of weights.
#[must_use]
pub fn dot_packed(weights: &[i16], inputs: &[i16]) -> i32 {
    weights.iter().zip(inputs).map(|(&w, &x)| i32::from(w) * i32::from(x)).fold(0, i32::wrapping_add)
}

/// A product as the core conducts it: gated by the input's strength, scaled by the conductance, rounded per product.
#[must_use]
pub fn conducted_product(weight: i16, temperature: Temperature, input: i32) -> i64 {
    // The gate is a factor, not a branch: which inputs pass is hard to predict.
    let conductance = if temperature.conducts(input) { temperature.conductance() } else { 0 };
    i64::from(weight) * i64::from(input) * conductance / 255
}

/// A weight as the ternary extension conducts it: scaled by the conductance, rounded per weight.
#[must_use]
pub fn conducted_weight(weight: i16, temperature: Temperature) -> i64 {
    i64::from(i32::from(weight) * temperature.conductance() as i32 / 255)
}

/// A product as the ternary extension conducts it: gated by the input's strength, with [`conducted_weight`].
#[must_use]
pub fn conducted_by_weight(weight: i16, temperature: Temperature, input: i32) -> i64 {
    let input = if temperature.conducts(input) { i64::from(input) } else { 0 };
    conducted_weight(weight, temperature) * input
}

/// The weight that an activation quantises to: its sign, and its strength in 256ths, at most 255.
#[must_use]
pub fn quantised(activation: i32) -> Signal {
    Signal::with_sign(activation, (activation.unsigned_abs() >> 8).min(255) as u8)
}

/// What a key of the best score weighs in either kind of attention.
pub const LARGEST_ATTENTION_WEIGHT: i32 = 256;

/// The weight in attention of a key whose score is `below` the best (≤ 0): 252–256.
#[must_use]
pub fn attention_weight(below: i64) -> i32 {
    (256 + below.clamp(-1024, 1024) / 256).max(1) as i32
}

/// The weight in sharp attention of a key whose score is `below` the best (≤ 0): 1 less per 256, 1–256.
#[must_use]
pub fn sharp_attention_weight(below: i64) -> i32 {
    (256 + (below / 256).clamp(-1024, 0)).max(1) as i32
}

/// Turns weights into shares of 255, rounded down, and returns 255.
pub fn attention_shares(weights: &mut [i32]) -> i64 {
    let total = total(weights).max(1);
    for weight in weights {
        *weight = (i64::from(*weight) * 255 / total) as i32;
    }
    255
}

/// The sum of the elements.
#[must_use]
pub fn total(values: &[i32]) -> i64 {
    values.iter().map(|&v| i64::from(v)).sum()
}

/// The mean of the elements, rounded toward zero, 0 for none.
#[must_use]
pub fn mean(values: &[i32]) -> i32 {
    (total(values) / (values.len() as i64).max(1)) as i32
}

/// The index of the maximum, the last of equals, 0 for none.
#[must_use]
pub fn argmax(values: &[i32]) -> usize {
    let best = values.iter().enumerate().max_by_key(|&(_, v)| v);
    best.map_or(0, |(index, _)| index)
}

/// One step of the generator of weights and samples.
#[must_use]
pub fn next_random(state: u64) -> u64 {
    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)
}

/// The signals that the weight generator gives from a start value on: per signal one [`next_random`] step, of whose high
/// 31 bits the value modulo 3 is the polarity (0, 1, 2 for −1, 0, +1) and a quarter modulo 200, plus 30, the magnitude.
pub fn random_signals(mut state: u64) -> impl Iterator<Item = Signal> {
    std::iter::repeat_with(move || {
        state = next_random(state);
        let bits = state >> 33;
        Signal::with_sign((bits % 3) as i32 - 1, ((bits >> 2) % 200 + 30) as u8)
    })
}

/// The noise that babbling adds to element `index`: `scale` and `phase` as the machine holds them.
#[must_use]
pub fn babble(scale: i32, phase: u64, index: usize) -> i64 {
    let base = i64::from(scale) * 50;
    let (phase, index) = (u128::from(phase), index as u128);
    let factor = 77 + ((7 * phase + 13 * index) % 179) as i64;
    let sign = if (7 * index + phase / 10) % 5 < 3 { 1 } else { -1 };
    sign * (base * factor / 255) + base / 3
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: [i32; 11] = [-100_000, -2048, -256, -100, -1, 0, 1, 100, 256, 2048, 100_000];

    #[test]
    fn activations_have_the_specified_values() {
        let soft = INPUTS.map(soft_sigmoid);
        assert_eq!(soft, [100, 100, 112, 120, 128, 128, 128, 136, 144, 156, 156]);
        let core = INPUTS.map(|x| sigmoid(x, 64));
        assert_eq!(core, [0, 0, 112, 121, 127, 128, 128, 134, 144, 255, 255]);
        assert_eq!(INPUTS.map(soft_tanh), [-119, -119, -84, -55, 0, 0, 0, 55, 84, 119, 119]);
        assert_eq!(INPUTS.map(tanh), [64, 64, 64, 64, 64, 64, 64, 106, 192, 192, 192]);
        assert_eq!(INPUTS.map(soft_gelu), [0, 0, -74, -41, 0, 0, 0, 58, 182, 2040, 99609]);
        assert_eq!(INPUTS.map(gelu), [0, -992, -127, -50, -1, 0, 0, 50, 128, 1048, 99609]);
    }

    #[test]
    fn softmax_is_linear_below_the_maximum() {
        let shares = |mut values: Vec<i32>| {
            softmax(&mut values);
            values
        };
        assert_eq!(shares(vec![300, 200, 0, -1000]), [157, 96, 0, 0]);
        assert_eq!(shares(vec![0, -10, -255, -256, -300, 5]), [85, 81, 0, 0, 0, 86]);
        assert_eq!(shares(vec![i32::MAX, i32::MIN]), [254, 0]);
        assert!(shares(Vec::new()).is_empty());
    }

    #[test]
    fn narrow_sums_are_exact_at_their_limits() {
        assert!(is_narrow(&[-32768, 32767]) && is_narrow(&[]));
        assert!(!is_narrow(&[32768]) && !is_narrow(&[0, -32769]));
        for len in [0, 1, 17, 255, 256, 257, 1000] {
            for (w, x) in [(255, 32767), (-255, 32767), (255, -32768), (-255, -32768)] {
                let (weights, inputs) = (vec![w; len], vec![x; len]);
                assert_eq!(dot_narrow(&weights, &inputs), dot(&weights, &inputs), "{len} times {w} by {x}");
            }
        }
        assert_eq!(dot_narrow(&[3, 4], &[5]), 15);
    }

    #[test]
    fn packed_sums_are_exact_at_their_limits() {
        let mut buffer = [0; PACKED_INPUTS];
        for len in [0, 1, 17, 255, 256] {
            for (w, x) in [(255, 32767), (-255, 32767), (255, -32768), (-255, -32768)] {
                let (weights, inputs) = (vec![w; len], vec![x; len]);
                let packed = pack(&inputs, &mut buffer).unwrap();
                let sum = i64::from(dot_packed(&weights, packed));
                assert_eq!(sum, dot(&weights, &inputs), "{len} times {w} by {x}");
            }
        }
        assert_eq!(pack(&[0; PACKED_INPUTS + 1], &mut buffer), None);
        assert_eq!(pack(&[5, 32768], &mut buffer), None);
        assert_eq!(pack(&[-32769], &mut buffer), None);
    }

    #[test]
    fn the_two_conductions_round_differently() {
        assert_eq!(conducted_product(100, Temperature::Warm, -50), -3921);
        assert_eq!(conducted_by_weight(100, Temperature::Warm, -50), -3900);
        assert_eq!(conducted_by_weight(-77, Temperature::Cold, 300), -2700);
        for temperature in Temperature::ALL {
            let threshold = temperature.activation_threshold() as i32;
            assert_eq!(conducted_product(255, temperature, threshold) == 0, threshold == 0);
            assert_eq!(conducted_product(255, temperature, 1 - threshold.max(1)), 0);
            assert_eq!(conducted_by_weight(255, temperature, 1 - threshold.max(1)), 0);
            let most = i64::from(i32::MIN) * -255 * temperature.conductance() / 255;
            assert_eq!(conducted_product(-255, temperature, i32::MIN), most);
        }
    }

    #[test]
    fn attention_weights_cover_their_range() {
        assert_eq!([0, -255, -256, -1024, i64::MIN].map(attention_weight), [256, 256, 255, 252, 252]);
        assert_eq!([0, -5000, -10_000, -65_280, i64::MIN].map(sharp_attention_weight), [256, 237, 217, 1, 1]);
    }

    #[test]
    fn activations_quantise_to_sign_and_strength() {
        let quantised = [0, 255, 256, -300, 65535, 65536, -70000, i32::MIN].map(quantised);
        let parts = quantised.map(|signal| (signal.polarity(), signal.magnitude()));
        assert_eq!(parts, [(0, 0), (1, 0), (1, 1), (-1, 1), (1, 255), (1, 255), (-1, 255), (-1, 255)]);
    }
}
