//! The pairing of loops.

use super::Encoded;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use ternsig_isa::Op;
use ternsig_isa::table::core::CoreOp;

/// Complains about loops and breaks that do not pair up. Words given by numbers do not count.
pub(super) fn check(words: &[Encoded<'_>], report: &mut Report) {
    let mut open = Vec::new();
    for word in words {
        let Some(Op::Core(op)) = word.row.and_then(|row| Op::lookup(row.ext, row.opcode)) else { continue };
        let place = word.place.mnemonic;
        match op {
            CoreOp::Loop => open.push(place),
            CoreOp::EndLoop if open.pop().is_none() => {
                report.push(
                    Diagnostic::error("unpaired-loop", "end_loop without loop")
                        .labelled(place, "no loop is open here")
                        .help("write loop before its body, or remove this"),
                );
            }
            CoreOp::Break if open.is_empty() => {
                report.push(
                    Diagnostic::error("break-outside-loop", "break outside a loop")
                        .labelled(place, "no loop is open here")
                        .help("jump to a label instead, or remove this"),
                );
            }
            _ => {}
        }
    }
    report.extend(open.into_iter().map(|place| {
        Diagnostic::error("unpaired-loop", "loop without end_loop")
            .labelled(place, "this loop is never closed")
            .help("write end_loop behind its body")
    }));
}
