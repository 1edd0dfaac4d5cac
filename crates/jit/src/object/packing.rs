//! Where a C host puts weights so that the code finds them packed, taken from the kernels' own geometry.

use super::memory::Block;
use super::tables::Cold;
use crate::analysis::facts::Weights;
use crate::error::JitError;
use crate::packs::{Form, Forms};
use ternsig_kernels::{GateClass, GatedWeights, Layout, PlainWeights, Rounding};

/// What all programs' packed forms have in common.
pub(super) struct Constants {
    /// Weights beyond this are clamped.
    pub(super) largest_weight: i32,
    /// The threshold of what is no weight.
    pub(super) never: i32,
    /// The widest inputs of a single plane, and of two whose sums may wrap around, in bits below the sign.
    pub(super) plane_bits: u32,
    pub(super) wrapping_bits: u32,
}

impl Constants {
    /// As the kernels have them.
    pub(super) fn new() -> Constants {
        let class = GateClass { threshold: 0, conductance: 0 };
        let gated = GatedWeights::pack(&[0], &[0], (1, 1), [class; 4], Rounding::PerProduct);
        let never = gated.and_then(|packed| packed.thresholds().as_slice().last().copied());
        // Weights of 0 allow inputs of any width.
        let plain = PlainWeights::pack(&[0], 1, 1);
        let bits =
            |of: fn(&PlainWeights) -> u32| plain.as_ref().map_or(0, |plain| of(plain).trailing_zeros());
        Constants {
            largest_weight: ternsig_kernels::LARGEST_WEIGHT.into(),
            never: never.unwrap_or(i32::MAX),
            plane_bits: bits(PlainWeights::forbidden_bits),
            wrapping_bits: bits(PlainWeights::wrapping_forbidden_bits),
        }
    }
}

/// Adds to a register the packed forms that the code reads: their memory, and where each weight belongs.
pub(super) fn describe(
    cold: &mut Cold,
    weights: &Weights,
    forms: Forms,
    block: &mut Block,
    places: &mut Vec<u32>,
) -> Result<(), JitError> {
    let (Some(rows), Some(columns)) = (weights.shape.dim(0), weights.shape.dim(1)) else { return Ok(()) };
    (cold.rows, cold.columns) = (rows as u64, columns as u64);
    let zeros = vec![0; weights.len];
    let refused = || JitError::code("the weights cannot be packed");
    for form in forms.iter() {
        match form {
            Form::Plain => {
                let packed = PlainWeights::pack(&zeros, rows, columns).ok_or_else(refused)?;
                cold.packed_len = packed.weights().len() as u64;
                cold.packed_offset = block.reserve(2 * packed.weights().len());
                cold.row_sums_len = packed.row_sums().len() as u64;
                cold.row_sums_offset = block.reserve(4 * packed.row_sums().len());
                cold.places = places.len() as u64;
                place_rows(packed.layout(), places).ok_or_else(refused)?;
            }
            Form::PerProduct | Form::PerWeight => {
                let class = GateClass { threshold: 0, conductance: 0 };
                let shape = (rows, columns);
                let packed = GatedWeights::pack(&zeros, &[], shape, [class; 4], Rounding::PerProduct);
                let packed = packed.ok_or_else(refused)?;
                let len = packed.factors().len();
                (cold.factors_len, cold.factors_stride) = (len as u64, packed.row_stride() as u64);
                if cold.per_product + cold.per_weight == 0 {
                    cold.thresholds_offset = block.reserve(4 * len);
                }
                let (read, offset) = if form == Form::PerProduct {
                    (&mut cold.per_product, &mut cold.product_factors_offset)
                } else {
                    (&mut cold.per_weight, &mut cold.weight_factors_offset)
                };
                (*read, *offset) = (1, block.reserve(4 * len));
            }
        }
    }
    Ok(())
}

/// For each row where it begins, and where its columns' distances stand; then those distances, once for all rows that
/// share them.
fn place_rows(layout: &Layout, places: &mut Vec<u32>) -> Option<()> {
    let start = places.len();
    let (rows, columns) = (layout.outputs(), layout.inputs());
    places.resize(start + 2 * rows, 0);
    let mut known: Vec<(Vec<u32>, u32)> = Vec::new();
    for row in 0..rows {
        if columns == 0 {
            break;
        }
        let at = (0..columns).map(|column| layout.position(row, column)).collect::<Option<Vec<_>>>()?;
        let first = at.iter().copied().min()?;
        let distances = at.iter().map(|at| u32::try_from(at - first).ok()).collect::<Option<Vec<_>>>()?;
        let list = match known.iter().find(|(list, _)| *list == distances) {
            Some(&(_, list)) => list,
            None => {
                let list = u32::try_from(places.len() - start).ok()?;
                places.extend_from_slice(&distances);
                known.push((distances, list));
                list
            }
        };
        places[start + 2 * row] = u32::try_from(first).ok()?;
        places[start + 2 * row + 1] = list;
    }
    Some(())
}
