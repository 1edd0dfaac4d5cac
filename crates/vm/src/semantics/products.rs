//! The inner loops of products with weights.

use super::Word;
use super::core::{batch_shape, matrix};
use crate::arith::{self, PACKED_INPUTS, sat, sat_wide};
use crate::error::Fault;
use crate::machine::cold::ColdRegister;
use crate::machine::{Machine, slot};
use ternsig_isa::{Shape, Temperature};

/// How many multiply-accumulates may pass between two looks at the interrupt flag.
pub(super) const POLL_INTERVAL: usize = 1 << 16;

/// The product of one weight and one input under a temperature.
pub(super) trait Conduct: Fn(i16, Temperature, i32) -> i64 + Copy {}

impl<F: Fn(i16, Temperature, i32) -> i64 + Copy> Conduct for F {}

/// Looks at the interrupt flag from time to time while a long instruction works.
pub(super) struct Watch<'a> {
    machine: &'a Machine,
    spent: usize,
}

impl Watch<'_> {
    pub(super) const fn over(machine: &Machine) -> Watch<'_> {
        Watch { machine, spent: 0 }
    }

    /// Accounts for multiply-accumulates; abandons the instruction if the host interrupts the run.
    pub(super) fn spend(&mut self, work: usize) -> Result<(), Fault> {
        self.spent += work;
        if self.spent < POLL_INTERVAL {
            return Ok(());
        }
        self.spent = 0;
        poll(self.machine)
    }
}

/// Abandons the instruction if the host interrupts the run.
pub(super) fn poll(m: &Machine) -> Result<(), Fault> {
    if m.is_interrupted() { Err(Fault::Interrupted) } else { Ok(()) }
}

/// The product of a weight matrix and a vector.
pub(super) fn matmul(m: &mut Machine, [d, w, x, _]: Word, conduct: impl Conduct) -> Result<(), Fault> {
    let tracked = tracked_input(m, w, x);
    m.produce(d, |m, out| {
        let (weights, input) = (m.weights(w)?, m.data(x)?);
        let (height, columns) = matrix(weights, w)?;
        m.check_room(height)?;
        rows(&mut Watch::over(m), out, weights, (height, columns), input, conduct)?;
        Ok(Shape::vector(height))
    })?;
    if let Some(input) = tracked {
        record_usage(m, w, &input, conduct);
    }
    Ok(())
}

/// The product of a weight matrix and each row of the input.
pub(super) fn batch_matmul(m: &mut Machine, [d, w, x, _]: Word, conduct: impl Conduct) -> Result<(), Fault> {
    let tracked = tracked_input(m, w, x);
    let mut shape = (0, 0);
    m.produce(d, |m, out| {
        let (weights, input) = (m.weights(w)?, m.source(x)?);
        let (height, columns) = matrix(weights, w)?;
        let batch = batch_shape(input, x, columns)?;
        m.check_room(batch.saturating_mul(height))?;
        let mut watch = Watch::over(m);
        for b in 0..batch {
            let row = input.data.get(b * columns..).unwrap_or_default();
            rows(&mut watch, out, weights, (height, columns), row, conduct)?;
        }
        shape = (batch, columns);
        Ok(Shape::matrix(batch, height))
    })?;
    let (batch, columns) = shape;
    for input in tracked.iter().flat_map(|input| input.chunks(columns.max(1)).take(batch)) {
        record_usage(m, w, input, conduct);
    }
    Ok(())
}

/// Appends one saturated sum for each row of weights. Inputs beyond the columns are ignored, missing ones add nothing.
/// With temperatures, `conduct` gives each product.
fn rows(
    watch: &mut Watch<'_>,
    out: &mut Vec<i32>,
    weights: &ColdRegister,
    shape: (usize, usize),
    input: &[i32],
    conduct: impl Conduct,
) -> Result<(), Fault> {
    let Some(temperatures) = weights.temperatures() else {
        return ungated_rows(watch, out, weights, shape, input);
    };
    let values = weights.values();
    each_row(watch, out, shape, input, |at, input| {
        let weights = behind(values, at).iter().zip(behind(temperatures, at));
        weights.zip(input).map(|((&w, &t), &x)| conduct(w, t, x)).sum()
    })
}

/// Appends one saturated sum for each row of weights, without temperatures.
pub(super) fn ungated_rows(
    watch: &mut Watch<'_>,
    out: &mut Vec<i32>,
    weights: &ColdRegister,
    shape: (usize, usize),
    input: &[i32],
) -> Result<(), Fault> {
    let values = weights.values();
    let used = &input[..input.len().min(shape.1)];
    let mut buffer = [0; PACKED_INPUTS];
    if let Some(packed) = arith::pack(used, &mut buffer) {
        each_row(watch, out, shape, input, |at, _| i64::from(arith::dot_packed(behind(values, at), packed)))
    } else if arith::is_narrow(used) {
        each_row(watch, out, shape, input, |at, input| arith::dot_narrow(behind(values, at), input))
    } else {
        each_row(watch, out, shape, input, |at, input| arith::dot(behind(values, at), input))
    }
}

/// What begins at an index. A shape of rank 3 with an axis of size 0 has rows and columns, but no weights.
fn behind<T>(list: &[T], at: usize) -> &[T] {
    list.get(at..).unwrap_or_default()
}

/// Appends the saturated sum of each row; `sum` gives the part of it that the weights from an index on and as many inputs
/// have. A part has at most [`POLL_INTERVAL`] terms, which no 64-bit sum of them can leave.
fn each_row(
    watch: &mut Watch<'_>,
    out: &mut Vec<i32>,
    (rows, columns): (usize, usize),
    input: &[i32],
    sum: impl Fn(usize, &[i32]) -> i64,
) -> Result<(), Fault> {
    let input = &input[..columns.min(input.len())];
    if input.len() <= POLL_INTERVAL {
        let work = input.len().max(1);
        let block = POLL_INTERVAL / work;
        for first in (0..rows).step_by(block) {
            let end = rows.min(first + block);
            watch.spend((end - first) * work)?;
            out.extend((first..end).map(|row| sat(sum(row * columns, input))));
        }
        return Ok(());
    }
    for row in 0..rows {
        let mut total = 0;
        for (i, part) in input.chunks(POLL_INTERVAL).enumerate() {
            watch.spend(part.len())?;
            total += i128::from(sum(row * columns + i * POLL_INTERVAL, part));
        }
        out.push(sat_wide(total));
    }
    Ok(())
}

/// A copy of the input, which the product may replace, if the weights track their usage.
fn tracked_input(m: &Machine, w: u8, x: u8) -> Option<Vec<i32>> {
    m.cold(slot(w))?.usage()?;
    m.hot(slot(x)).map(|input| input.data.clone())
}

/// Counts the weights whose product with this input was conducted and not 0.
fn record_usage(m: &mut Machine, w: u8, input: &[i32], conduct: impl Conduct) {
    let tick = m.runs;
    let Some(weights) = m.cold_mut(slot(w)) else { return };
    let columns = weights.shape().dim(1).unwrap_or(0).max(1);
    let rows = weights.values().chunks(columns).take(weights.shape().dim(0).unwrap_or(0)).enumerate();
    let terms = rows
        .flat_map(|(o, row)| row.iter().zip(input).enumerate().map(move |(i, term)| (o * columns + i, term)));
    let used = terms.filter(|&(index, (&w, &x))| conduct(w, weights.temperature(index), x) != 0);
    let used: Vec<usize> = used.map(|(index, _)| index).collect();
    weights.record_usage(used, tick);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use ternsig_isa::{InstructionSet, Signal};
    use ternsig_program::{AssembledProgram, ValidatedProgram};

    const WORD: Word = [1, 0x40, 0, 0];

    /// These weights in C0 and this input in H0.
    fn machine(weights: &[i32], shape: Shape, input: &[i32]) -> Machine {
        let program =
            ValidatedProgram::new(AssembledProgram::default(), &InstructionSet::standard()).unwrap();
        let mut m = Machine::new(program).unwrap();
        let signals = weights.iter().map(|&weight| Signal::from_i32(weight)).collect();
        m.set_cold(0, Arc::new(ColdRegister::new(signals, shape).unwrap())).unwrap();
        m.set_hot(0, input, Shape::vector(input.len())).unwrap();
        m
    }

    fn counts(m: &Machine) -> (Vec<u32>, u64) {
        let usage = m.cold(0).unwrap().usage().unwrap();
        (usage.counts.clone(), usage.last_tick)
    }

    #[test]
    fn sums_are_the_same_with_and_without_a_list_of_hot_weights() {
        for input in [[10, -20, 300], [i32::MAX, i32::MIN, i32::MAX], [-32768, 32767, 32768]] {
            let mut m = machine(&[100, -50, 0, 255, -255, 1], Shape::matrix(2, 3), &input);
            matmul(&mut m, WORD, arith::conducted_product).unwrap();
            let plain = m.data(1).unwrap().to_vec();
            m.cold_mut(0).unwrap().fill_temperatures(Temperature::Hot);
            matmul(&mut m, WORD, arith::conducted_product).unwrap();
            assert_eq!(m.data(1).unwrap(), plain);
            matmul(&mut m, WORD, arith::conducted_by_weight).unwrap();
            assert_eq!(m.data(1).unwrap(), plain);
        }
    }

    #[test]
    fn the_core_and_the_extension_round_differently() {
        let mut m = machine(&[100, 100, 100, -77], Shape::matrix(1, 4), &[100, -50, 7, 300]);
        m.cold_mut(0).unwrap().set_temperatures(Some(Temperature::ALL.to_vec())).unwrap();
        matmul(&mut m, WORD, arith::conducted_product).unwrap();
        assert_eq!(m.data(1).unwrap(), [3362]);
        matmul(&mut m, WORD, arith::conducted_by_weight).unwrap();
        assert_eq!(m.data(1).unwrap(), [3400]);
    }

    #[test]
    fn a_row_longer_than_the_poll_interval_is_summed_in_parts() {
        let len = 2 * POLL_INTERVAL + 3;
        let weights: Vec<i32> = (0..len as i32).map(|i| i % 511 - 255).collect();
        for factor in [1, 100_000] {
            let input: Vec<i32> = (0..len as i32).map(|i| (i % 7 - 2) * factor).collect();
            let mut m = machine(&weights, Shape::matrix(1, len), &input);
            matmul(&mut m, WORD, arith::conducted_product).unwrap();
            let exact: i64 = weights.iter().zip(&input).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum();
            assert_eq!(m.data(1).unwrap(), [sat(exact)]);
            m.interrupt.handle().interrupt();
            assert!(matches!(matmul(&mut m, WORD, arith::conducted_product), Err(Fault::Interrupted)));
        }
    }

    #[test]
    fn a_matrix_without_stored_weights_gives_zeros() {
        let mut m = machine(&[], Shape::new(&[2, 3, 0]).unwrap(), &[1, 2, 3]);
        m.cold_mut(0).unwrap().enable_usage();
        matmul(&mut m, WORD, arith::conducted_product).unwrap();
        batch_matmul(&mut m, WORD, arith::conducted_product).unwrap();
        assert_eq!(m.data(1).unwrap(), [0, 0]);
    }

    #[test]
    fn usage_counts_what_was_conducted_and_not_zero() {
        let mut m = machine(&[100, 0, 9, 1, -5, 7], Shape::matrix(2, 3), &[-50, 3, 14]);
        let version = m.cold(0).unwrap().version();
        m.cold_mut(0).unwrap().enable_usage();
        m.runs = 6;
        matmul(&mut m, WORD, arith::conducted_product).unwrap();
        assert_eq!(counts(&m), (vec![1, 0, 1, 1, 1, 1], 6));
        assert_eq!((m.cold(0).unwrap().version(), m.cold(0).unwrap().is_dirty()), (version, false));
        // Warm: 14 is too weak, and the weight 1 conducts nothing where it is rounded by itself.
        m.cold_mut(0).unwrap().fill_temperatures(Temperature::Warm);
        m.cold_mut(0).unwrap().reset_usage();
        matmul(&mut m, WORD, arith::conducted_product).unwrap();
        assert_eq!(counts(&m).0, [1, 0, 0, 1, 0, 0]);
        matmul(&mut m, WORD, arith::conducted_by_weight).unwrap();
        assert_eq!(counts(&m).0, [2, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn usage_is_counted_in_place_and_for_each_row_of_a_batch() {
        let mut m = machine(&[1, 2], Shape::matrix(1, 2), &[5, 0, 6, 7]);
        m.cold_mut(0).unwrap().enable_usage();
        batch_matmul(&mut m, [0, 0x40, 0, 0], arith::conducted_product).unwrap();
        assert_eq!(m.data(0).unwrap(), [5, 20]);
        assert_eq!(counts(&m).0, [2, 1]);
        matmul(&mut m, [0, 0x40, 0, 0], arith::conducted_product).unwrap();
        assert_eq!(counts(&m).0, [3, 2]);
    }

    #[test]
    fn a_failed_product_counts_nothing() {
        let mut m = machine(&[1, 2], Shape::matrix(1, 2), &[5, 6, 7]);
        m.cold_mut(0).unwrap().enable_usage();
        batch_matmul(&mut m, WORD, arith::conducted_product).unwrap_err();
        assert_eq!(counts(&m), (vec![0, 0], 0));
    }

    #[test]
    fn a_shared_register_keeps_its_own_counts() {
        let mut m = machine(&[1, 2], Shape::matrix(1, 2), &[5, 6]);
        m.cold_mut(0).unwrap().enable_usage();
        let shared = m.share_cold(0).unwrap();
        matmul(&mut m, WORD, arith::conducted_product).unwrap();
        assert_eq!((counts(&m).0, shared.usage_count(0)), (vec![1, 1], 0));
    }
}
