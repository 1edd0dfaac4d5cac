//! Layers whose dimensions the compiler knows, in two styles. All are exact for every input.
//!
//! Plain ones are what one writes first: weights row by row, sums of 64 bits. In tuned ones sums are 32 bits wide where the
//! inputs' range proves that nothing can be lost; of two layouts each program takes the one that the compiler makes the
//! faster code of: rows where the sums are long, columns where there are many of them.

use ternsig_isa::Signal;

/// The largest magnitude of a weight.
const LARGEST_WEIGHT: u32 = 255;

/// A product of weights with a vector.
pub(crate) trait Layer<const IN: usize, const OUT: usize> {
    /// The layer of these weights, which are given row by row.
    fn new(weights: &[Signal]) -> Self;

    /// The saturated sums.
    fn apply(&self, input: &[i32; IN]) -> [i32; OUT];
}

/// A way of writing layers.
pub(crate) trait Style: 'static {
    /// Where the sums are long.
    type Rows<const IN: usize, const OUT: usize>: Layer<IN, OUT>;
    /// Where there are many sums.
    type Columns<const IN: usize, const OUT: usize>: Layer<IN, OUT>;
}

/// Everything row by row in 64 bits.
pub(crate) struct Plain;

impl Style for Plain {
    type Rows<const IN: usize, const OUT: usize> = PlainRows<IN, OUT>;
    type Columns<const IN: usize, const OUT: usize> = PlainRows<IN, OUT>;
}

/// As fast as the compiler makes it.
pub(crate) struct Tuned;

impl Style for Tuned {
    type Rows<const IN: usize, const OUT: usize> = Rows<IN, OUT>;
    type Columns<const IN: usize, const OUT: usize> = Columns<IN, OUT>;
}

/// A layer as one writes it first.
pub(crate) struct PlainRows<const IN: usize, const OUT: usize>([[i16; IN]; OUT]);

impl<const IN: usize, const OUT: usize> Layer<IN, OUT> for PlainRows<IN, OUT> {
    fn new(weights: &[Signal]) -> Self {
        PlainRows(rows(weights))
    }

    #[inline(always)]
    fn apply(&self, input: &[i32; IN]) -> [i32; OUT] {
        wide_sums(&self.0, input)
    }
}

fn rows<const IN: usize, const OUT: usize>(weights: &[Signal]) -> [[i16; IN]; OUT] {
    let mut rows = [[0; IN]; OUT];
    for (slot, weight) in rows.as_flattened_mut().iter_mut().zip(weights) {
        *slot = weight.value();
    }
    rows
}

#[inline(always)]
fn wide_sums<const IN: usize, const OUT: usize>(rows: &[[i16; IN]; OUT], input: &[i32; IN]) -> [i32; OUT] {
    let mut sums = [0; OUT];
    for (sum, row) in sums.iter_mut().zip(rows) {
        *sum = row.iter().zip(input).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum();
    }
    sums.map(saturated)
}

/// A layer whose weights lie together by output.
pub(crate) struct Rows<const IN: usize, const OUT: usize>([[i16; IN]; OUT]);

impl<const IN: usize, const OUT: usize> Rows<IN, OUT> {
    /// How many products of a weight and a 16-bit input certainly fit into a 32-bit sum.
    const NARROW_TERMS: usize = 256;

    #[cold]
    #[inline(never)]
    fn apply_wide(&self, input: &[i32; IN]) -> [i32; OUT] {
        wide_sums(&self.0, input)
    }
}

impl<const IN: usize, const OUT: usize> Layer<IN, OUT> for Rows<IN, OUT> {
    fn new(weights: &[Signal]) -> Self {
        const { assert!(IN <= Self::NARROW_TERMS) };
        Rows(rows(weights))
    }

    #[inline(always)]
    fn apply(&self, input: &[i32; IN]) -> [i32; OUT] {
        let narrow = input.map(|x| x as i16);
        let lost = narrow.iter().zip(input).fold(0, |lost, (&narrow, &x)| lost | (i32::from(narrow) ^ x));
        if lost != 0 {
            return self.apply_wide(input);
        }
        let mut sums = [0; OUT];
        for (sum, row) in sums.iter_mut().zip(&self.0) {
            *sum = row.iter().zip(&narrow).map(|(&w, &x)| i32::from(w) * i32::from(x)).sum();
        }
        sums
    }
}

/// A layer whose weights lie together by input.
pub(crate) struct Columns<const IN: usize, const OUT: usize>([[i16; OUT]; IN]);

impl<const IN: usize, const OUT: usize> Columns<IN, OUT> {
    /// No 32-bit sum of products with inputs up to this magnitude can overflow.
    const NARROW: u32 = i32::MAX as u32 / (LARGEST_WEIGHT * IN as u32);

    #[cold]
    #[inline(never)]
    fn apply_wide(&self, input: &[i32; IN]) -> [i32; OUT] {
        let mut sums = [0; OUT];
        for (&x, column) in input.iter().zip(&self.0) {
            for (sum, &w) in sums.iter_mut().zip(column) {
                *sum += i64::from(w) * i64::from(x);
            }
        }
        sums.map(saturated)
    }
}

impl<const IN: usize, const OUT: usize> Layer<IN, OUT> for Columns<IN, OUT> {
    fn new(weights: &[Signal]) -> Self {
        let mut columns = [[0; OUT]; IN];
        for (index, weight) in weights.iter().enumerate() {
            columns[index % IN][index / IN] = weight.value();
        }
        Columns(columns)
    }

    #[inline(always)]
    fn apply(&self, input: &[i32; IN]) -> [i32; OUT] {
        let largest = input.iter().fold(0, |largest, x| x.unsigned_abs().max(largest));
        if largest > Self::NARROW {
            return self.apply_wide(input);
        }
        let mut sums = [0; OUT];
        for (&x, column) in input.iter().zip(&self.0) {
            for (sum, &w) in sums.iter_mut().zip(column) {
                *sum += i32::from(w) * x;
            }
        }
        sums
    }
}

/// A bias as `add` takes it: 255 times each weight.
pub(crate) struct Bias<const LEN: usize>([i32; LEN]);

impl<const LEN: usize> Bias<LEN> {
    /// The bias of these weights.
    pub(crate) fn new(weights: &[Signal]) -> Self {
        let mut bias = [0; LEN];
        for (slot, weight) in bias.iter_mut().zip(weights) {
            *slot = 255 * i32::from(weight.value());
        }
        Bias(bias)
    }

    /// The saturated sums.
    #[inline(always)]
    pub(crate) fn add_to(&self, mut values: [i32; LEN]) -> [i32; LEN] {
        for (value, bias) in values.iter_mut().zip(&self.0) {
            *value = value.saturating_add(*bias);
        }
        values
    }
}

#[inline(always)]
fn saturated(sum: i64) -> i32 {
    sum.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}
