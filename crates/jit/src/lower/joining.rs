//! Registers end to end, side by side, and under other shapes.

use super::emitter::Emitter;
use super::pieces::{Piece, copy, hot_registers, joined};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, result, source};
use crate::analysis::facts::{Buffer, View};
use ternsig_isa::Shape;

/// The elements `start .. start + count`, as far as they exist.
pub(crate) fn slice(view: &View<'_>, [d, s, start, count]: [u8; 4]) -> Planned {
    let src = source(view, s)?;
    let start = usize::from(start).min(src.len);
    let len = usize::from(count).min(src.len - start);
    let place = Place::Hot(index(s));
    Ok(joined(index(d), Buffer::vector(len), vec![Piece::copy(place, start, len)], &[place]))
}

/// One register behind the other.
pub(crate) fn concat(view: &View<'_>, [d, a, b, _]: [u8; 4]) -> Planned {
    let (left, right) = (source(view, a)?, source(view, b)?);
    let buffer = result(Buffer::vector(left.len + right.len))?;
    let places = [Place::Hot(index(a)), Place::Hot(index(b))];
    let pieces = vec![Piece::copy(places[0], 0, left.len), Piece::copy(places[1], 0, right.len)];
    Ok(joined(index(d), buffer, pieces, &places))
}

/// The tensor extension's form: two matrices of equal height side by side, unless flat is asked for.
pub(crate) fn concat_matrices(view: &View<'_>, word: [u8; 4]) -> Planned {
    let [d, a, b, flat] = word;
    let (left, right) = (source(view, a)?.shape, source(view, b)?.shape);
    let (rows, widths) = match (left.dims(), right.dims()) {
        (&[rows, left], &[same, right]) if rows == same && flat == 0 => {
            (rows as usize, [left as usize, right as usize])
        }
        _ => return concat(view, word),
    };
    // The interpreter counts the columns of no rows as elements, which the limits may refuse.
    if rows == 0 {
        return Err(Reason::TooLarge);
    }
    let buffer = result(Buffer::filling(Shape::matrix(rows, widths[0] + widths[1])))?;
    let sources = [Place::Hot(index(a)), Place::Hot(index(b))];
    if buffer.len == 0 {
        return Ok(joined(index(d), buffer, Vec::new(), &sources));
    }
    let routine = Box::new(SideBySide { dst: Place::Hot(index(d)), sources, widths, rows });
    Ok(Plan::Routine(RoutinePlan {
        reads: hot_registers(&sources),
        write: Some((index(d), buffer)),
        routine,
    }))
}

#[derive(Debug)]
struct SideBySide {
    dst: Place,
    sources: [Place; 2],
    widths: [usize; 2],
    rows: usize,
}

impl Routine for SideBySide {
    fn emit(&self, e: &mut Emitter<'_>) {
        if !self.sources.contains(&self.dst) {
            self.write(e, self.dst);
            return;
        }
        let len = self.rows * (self.widths[0] + self.widths[1]);
        let staged = Place::Scratch(e.scratch(4 * len));
        self.write(e, staged);
        copy(e, (staged, At::fixed(0)), (self.dst, At::fixed(0)), len);
    }
}

impl SideBySide {
    /// Ascending, so that what whole vectors leave beyond a part is overwritten by the next one.
    fn write(&self, e: &mut Emitter<'_>, dst: Place) {
        let ([a, b], [left, right]) = (self.sources, self.widths);
        e.each(self.rows, 1, |e, row| {
            let [from_a, from_b, to] = [left, right, left + right].map(|width| times(e, row, width));
            copy(e, (a, from_a), (dst, to), left);
            copy(e, (b, from_b), (dst, to.behind(left)), right);
        });
    }
}

fn times(e: &mut Emitter<'_>, row: At, width: usize) -> At {
    match row.moving {
        Some(row) => e.multiple(row, width),
        None => At::fixed(row.fixed * width),
    }
}

/// Rank 1 is copied as it is.
pub(crate) fn squeeze(view: &View<'_>, word: [u8; 4]) -> Planned {
    let shape = source(view, word[1])?.shape;
    copy_as(view, word, shape.squeezed(word[2]).ok_or(Reason::Fails)?)
}

/// Rank 1 with an axis beyond it is copied as it is.
pub(crate) fn unsqueeze(view: &View<'_>, word: [u8; 4]) -> Planned {
    let shape = source(view, word[1])?.shape;
    let unsqueezed = match shape.with_inserted(usize::from(word[2]), 1) {
        Some(unsqueezed) => unsqueezed,
        None if shape.rank() < 2 => shape,
        None => return Err(Reason::Fails),
    };
    copy_as(view, word, unsqueezed)
}

/// The same elements under another shape.
pub(crate) fn copy_as(view: &View<'_>, [d, s, ..]: [u8; 4], shape: Shape) -> Planned {
    let Buffer { len, .. } = source(view, s)?;
    let place = Place::Hot(index(s));
    Ok(joined(index(d), Buffer { len, shape }, vec![Piece::copy(place, 0, len)], &[place]))
}
