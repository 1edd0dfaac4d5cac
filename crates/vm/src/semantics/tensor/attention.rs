//! Attention: every query row becomes a mean of the value rows, weighted by how well their keys match it.

use super::matmul::{Sum, Width, inner_product, row_product};
use crate::arith;
use crate::error::Fault;
use crate::machine::Machine;
use crate::machine::hot::HotRegister;
use crate::semantics::Word;
use crate::semantics::products::Watch;
use ternsig_isa::{Register, Shape};

/// The two kinds of attention.
#[derive(Clone, Copy)]
struct Form {
    /// The weight of a key whose score is this far below the best (≤ 0).
    weight: fn(i64) -> i32,
    /// Turns the weights into the final ones and returns what their sum of products is divided by.
    settle: fn(&mut [i32]) -> i64,
}

/// Rows of a register; a vector is one column.
struct Rows<'a> {
    data: &'a [i32],
    rows: usize,
    columns: usize,
}

impl Rows<'_> {
    /// The spare capacity of a cache is not looked at.
    fn of(register: &HotRegister) -> Rows<'_> {
        let rows = register.shape.dim(0).unwrap_or(1).max(1);
        let columns = register.shape.dim(1).unwrap_or(register.data.len() / rows).max(1);
        let len = rows.saturating_mul(columns).min(register.data.len());
        Rows { data: &register.data[..len], rows, columns }
    }

    /// A row, as far as it exists.
    fn row(&self, index: usize) -> &[i32] {
        let rest = self.data.get(index * self.columns..).unwrap_or_default();
        &rest[..self.columns.min(rest.len())]
    }
}

/// Scores differ by so little that this is almost a plain mean; shares are rounded down to 255ths.
pub(super) fn attn(m: &mut Machine, word: Word) -> Result<(), Fault> {
    attend(m, word, Form { weight: arith::attention_weight, settle: arith::attention_shares })
}

pub(super) fn attn_sharp(m: &mut Machine, word: Word) -> Result<(), Fault> {
    attend(m, word, Form { weight: arith::sharp_attention_weight, settle: |weights| arith::total(weights) })
}

fn attend(m: &mut Machine, [q, k, v, d]: Word, form: Form) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (queries, keys, values) =
            (Rows::of(m.source(q)?), Rows::of(m.source(k)?), Rows::of(m.source(v)?));
        if queries.columns != keys.columns {
            let message =
                format!("has rows of {} elements, the queries have {}", keys.columns, queries.columns);
            return Err(Fault::shape(Register::from_byte(k), message));
        }
        if keys.rows != values.rows {
            let message = format!("has {} rows, there are {} keys", values.rows, keys.rows);
            return Err(Fault::shape(Register::from_byte(v), message));
        }
        // The weights of one query stand in front of the result while it is computed.
        let len = keys.rows.saturating_add(queries.rows.saturating_mul(values.columns));
        m.check_room(len)?;
        out.resize(len, 0);
        let (weights, results) = out.split_at_mut(keys.rows);
        let mix = match Width::of(keys.columns, queries.data, keys.data) {
            Width::Bits32 => mix::<i32>,
            Width::Bits64 => mix::<i64>,
            Width::Bits128 => mix::<i128>,
        };
        mix(m, form, [&queries, &keys, &values], weights, results)?;
        out.drain(..keys.rows);
        Ok(Shape::matrix(queries.rows, values.columns))
    })
}

/// Fills in one row of the result for each query.
fn mix<S: Sum>(
    m: &Machine,
    form: Form,
    [queries, keys, values]: [&Rows<'_>; 3],
    weights: &mut [i32],
    results: &mut [i32],
) -> Result<(), Fault> {
    let mut watch = Watch::over(m);
    let width = Width::of(keys.rows, &[arith::LARGEST_ATTENTION_WEIGHT], values.data);
    for (i, result) in results.chunks_exact_mut(values.columns).enumerate() {
        weigh::<S>(form, queries.row(i), keys, weights, &mut watch)?;
        let divisor = (form.settle)(weights);
        let mean = |sum: i64| (sum / divisor) as i32;
        match width {
            Width::Bits32 => {
                row_product(weights, values.data, result, |sum: i32| mean(sum.into()), &mut watch)?
            }
            Width::Bits64 => row_product(weights, values.data, result, mean, &mut watch)?,
            Width::Bits128 => {
                let mean = |sum: i128| (sum / i128::from(divisor)) as i32;
                row_product(weights, values.data, result, mean, &mut watch)?;
            }
        }
    }
    Ok(())
}

/// The weight of every key for one query. The scores are computed twice rather than kept.
fn weigh<S: Sum>(
    form: Form,
    query: &[i32],
    keys: &Rows<'_>,
    weights: &mut [i32],
    watch: &mut Watch<'_>,
) -> Result<(), Fault> {
    let mut best = i128::MIN;
    for j in 0..keys.rows {
        best = best.max(inner_product::<S>(query, keys.row(j), watch)?.into());
    }
    for (j, weight) in weights.iter_mut().enumerate() {
        let below: i128 = inner_product::<S>(query, keys.row(j), watch)?.into() - best;
        *weight = (form.weight)(below.max(i128::from(i64::MIN)) as i64);
    }
    Ok(())
}
