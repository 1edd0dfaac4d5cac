//! The rotations of all positions, as generated code reads them.

use ternsig_vm::arith::rotation::{COSINES, POSITIONS, SINES};

/// Most pairs of a row that are rotated, and one that is only looked at.
const PAIRS: usize = 128;
/// Bytes of one position.
pub(crate) const ENTRY: usize = size_of::<[f64; 4]>();
/// What the factors are multiples of.
pub(crate) const PER_STEP: f64 = 1.0 / 256.0;

/// For each position cos, cos, −sin and sin in 256ths. The pairs of a row have consecutive positions, so that the table
/// goes on where they begin anew.
pub(crate) static ROTATIONS: [[f64; 4]; POSITIONS + PAIRS] = rotations();

const fn rotations() -> [[f64; 4]; POSITIONS + PAIRS] {
    let mut table = [[0.0; 4]; POSITIONS + PAIRS];
    let mut at = 0;
    while at < table.len() {
        let (sin, cos) = (SINES[at % POSITIONS] as f64, COSINES[at % POSITIONS] as f64);
        table[at] = [cos, cos, -sin, sin];
        at += 1;
    }
    table
}
