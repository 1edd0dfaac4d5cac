//! Pairs of numbers that are each in range but make no sense together, and numbers that mean less than they say.

use super::Encoded;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use ternsig_isa::Row;
use ternsig_isa::operand::mnemonic;

/// Field names of lower and upper bounds.
const BOUNDS: [(&str, &str); 2] = [("lo", "hi"), ("min", "max")];
/// The ids below which the meaning of a field's name is known.
const FIRST_USER_ID: u16 = 0x0100;
/// Larger shifts act as this one.
const LARGEST_SHIFT: i64 = 31;

/// The value of the field with this name.
fn value(row: &Row, bytes: [u8; 4], name: &str) -> Option<i64> {
    row.form_of(bytes).field(name).map(|field| field.extract(bytes))
}

/// The names of a lower bound above its upper bound.
pub(crate) fn crossed(row: &Row, bytes: [u8; 4]) -> Option<(&'static str, &'static str)> {
    if row.ext >= FIRST_USER_ID {
        return None;
    }
    let is_crossed = |low, high| Some(value(row, bytes, low)? > value(row, bytes, high)?);
    BOUNDS.into_iter().find(|&(low, high)| is_crossed(low, high) == Some(true))
}

/// Complains about an instruction of the standard set.
pub(super) fn check(word: &Encoded<'_>, row: &Row, report: &mut Report) {
    let bytes = word.instruction.operands;
    if let Some((low, high)) = crossed(row, bytes) {
        let code = if row.name == "clamp" { "crossed-bounds" } else { "crossed-range" };
        let name = mnemonic(row);
        report.push(
            Diagnostic::error(code, format!("the lower bound of {name} is above the upper one"))
                .labelled(word.place.span, format!("{low} is above {high}"))
                .help("exchange the bounds"),
        );
    }
    if row.ext < FIRST_USER_ID
        && row.name == "dequantize"
        && let Some(scale) = value(row, bytes, "scale")
        && scale > LARGEST_SHIFT
    {
        let place = word.place.operands.last().map_or(word.place.span, |operand| operand.span);
        report.push(
            Diagnostic::warning("large-shift", format!("the scale {scale} acts as {LARGEST_SHIFT}"))
                .labelled(place, "a number of bits")
                .help("the scale is an amount to shift right: 8 divides by 256"),
        );
    }
}
