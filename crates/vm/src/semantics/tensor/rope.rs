//! Rotary position.

use crate::arith::rotation::rotated;
use crate::error::Fault;
use crate::machine::Machine;
use crate::semantics::Word;

/// Rotates the pairs among the first `dim` elements of each row; an odd one is left out. Every row has position `pos`,
/// or the position of row `r` is `pos + r`.
pub(super) fn rope_apply(m: &mut Machine, [r, dim, pos, by_row]: Word) -> Result<(), Fault> {
    let register = m.modified(r)?;
    let width = register.shape.last().unwrap_or(register.data.len()).max(1);
    let dim = usize::from(dim).min(width);
    for (index, row) in register.data.chunks_exact_mut(width).enumerate() {
        let position = usize::from(pos) + if by_row == 0 { 0 } else { index };
        let (pairs, _) = row[..dim].as_chunks_mut::<2>();
        for (i, pair) in pairs.iter_mut().enumerate() {
            *pair = rotated(*pair, position + i);
        }
    }
    Ok(())
}
