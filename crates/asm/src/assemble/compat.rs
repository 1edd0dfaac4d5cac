//! Text that Ternsig 1.x accepted too, but encoded otherwise.

use super::Encoded;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use ternsig_isa::operand::mnemonic;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::{Operand, Row};

/// The ids of standard extensions; their text had a meaning in 1.x.
const STANDARD_IDS: std::ops::RangeInclusive<u16> = 0x0001..=0x00FF;

/// Warns if 1.x made other bytes of this text.
pub(super) fn check(word: &Encoded<'_>, row: &Row, operands: &[Operand], report: &mut Report) {
    if !STANDARD_IDS.contains(&row.ext) || !existed(row, operands) {
        return;
    }
    let (now, before) = (word.instruction.operands, positional_bytes(operands));
    if now != before {
        let message =
            format!("{} is encoded as {}; Ternsig 1.x encoded {}", mnemonic(row), hex(now), hex(before));
        report.push(
            Diagnostic::warning("encoding-differs", message)
                .labelled(word.place.span, "encoding differs from 1.x")
                .help("four operands are taken as the four bytes, as in 1.x"),
        );
    }
}

/// Whether the text was of any use in 1.x. Names, words and decimal numbers are additions that nobody can have written
/// for it. Only for `arch` are forms with words known from that time; they encoded something else, so they warn too.
fn existed(row: &Row, operands: &[Operand]) -> bool {
    operands.iter().all(|operand| match operand {
        Operand::Register(_) | Operand::Integer(_) => true,
        Operand::Word(_) => row.ext == ArchOp::EXT,
        _ => false,
    })
}

/// The first four operands, one byte each: registers and the low bits of numbers, 0 for anything else.
fn positional_bytes(operands: &[Operand]) -> [u8; 4] {
    let mut bytes = [0; 4];
    for (byte, operand) in bytes.iter_mut().zip(operands) {
        *byte = match operand {
            Operand::Register(register) => register.byte(),
            Operand::Integer(number) => *number as u8,
            _ => 0,
        };
    }
    bytes
}

fn hex([a, b, c, d]: [u8; 4]) -> String {
    format!("{a:02X} {b:02X} {c:02X} {d:02X}")
}
