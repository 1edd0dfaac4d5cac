//! Instructions that no path leads to.

use super::codes;
use super::flow::Flow;
use super::sink::Sink;
use super::subject::{Subject, core_op};
use ternsig_isa::table::core::CoreOp;

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let reachable = reachable(&Flow::of(subject), subject.instructions().len());
    let mut index = 0;
    for stretch in reachable.chunk_by(|a, b| a == b) {
        let words = &subject.instructions()[index..][..stretch.len()];
        // An end_loop behind a break or a jump cannot be removed: it closes the loop.
        let closes_only = words.iter().all(|word| core_op(word) == Some(CoreOp::EndLoop));
        if !stretch[0] && !closes_only {
            let message = match stretch.len() {
                1 => "the instruction is never reached".to_owned(),
                count => format!("{count} instructions from here on are never reached"),
            };
            sink.push(codes::UNREACHABLE.finding(message).at(index).help("remove them, or jump to them"));
        }
        index += stretch.len();
    }
}

/// Which words execution can come to. The word behind a call is reached when the call is and some `return` is.
pub(super) fn reachable(flow: &Flow<'_>, len: usize) -> Vec<bool> {
    let mut reached = vec![false; len];
    let mut open = if len > 0 { vec![0] } else { vec![] };
    let mut behind_calls = Vec::new();
    let mut returned = false;
    while let Some(index) = open.pop() {
        if std::mem::replace(&mut reached[index], true) {
            continue;
        }
        let exits = flow.exits(index);
        open.extend(exits.to.into_iter().flatten());
        behind_calls.extend(exits.behind_call);
        returned |= exits.returns;
        if returned {
            open.append(&mut behind_calls);
        }
    }
    reached
}
