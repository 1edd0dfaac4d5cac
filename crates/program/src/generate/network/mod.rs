//! Programs that mean something: layers that fit each other, learning, loops, subroutines, operations for the host.
//!
//! A [`Weaver`] writes word by word and knows the shapes of the registers while it does, where paths meet too. So most of
//! the programs run to their end; a few have an instruction that fails.

mod control;
mod declare;
mod elements;
mod failing;
mod known;
mod layers;
mod learning;
mod outside;
mod piece;
mod shapes;
#[cfg(test)]
mod tests;
mod weaver;
mod weights;

use super::{Entropy, NOP, finish};
use crate::program::AssembledProgram;
use ternsig_isa::InstructionSet;
use ternsig_isa::table::core::CoreOp;
use weaver::Weaver;

/// Writes a few words, or none if nothing fits.
type Statement = fn(&mut Weaver<'_, '_>) -> Option<()>;

/// Straight-line statements, and how often each is chosen.
const OPERATIONS: &[(usize, Statement)] = &[
    (24, layers::layer),
    (6, layers::batch),
    (2, layers::transposed),
    (5, layers::product),
    (5, layers::attention),
    (5, layers::normalise),
    (3, layers::cache),
    (5, layers::gate),
    (4, layers::embed),
    (12, elements::unary),
    (10, elements::binary),
    (6, elements::bias),
    (5, elements::reduction),
    (3, elements::mean),
    (8, elements::buffers),
    (3, elements::accumulate),
    (4, elements::sampling),
    (3, shapes::slice),
    (4, shapes::concat),
    (3, shapes::transpose),
    (2, shapes::squeeze),
    (3, shapes::unsqueeze),
    (8, learning::mastery),
    (4, learning::eligibility),
    (3, learning::errors),
    (2, learning::contrast),
    (2, learning::checkpoint),
    (3, weights::convert),
    (4, weights::temper),
    (2, weights::grow),
    (3, weights::borrow),
    (4, outside::operation),
    (4, outside::substrate),
    (3, outside::bank),
    (1, outside::models),
    (3, outside::test),
];

/// Statements that change the control flow.
const CONTROL: &[(usize, Statement)] = &[
    (4, control::counted),
    (2, control::leave),
    (2, control::counter),
    (3, control::branch),
    (1, control::dead),
    (1, control::end_early),
    (3, control::call),
];

/// A program of about `length` instructions, more if it needs some to make sense. Its `.meta` says how many elements the
/// input and the target buffer should have.
#[must_use]
pub fn network(entropy: &mut Entropy<'_>, set: &InstructionSet, length: usize) -> AssembledProgram {
    let mut program = weave(entropy, length);
    finish(&mut program, set);
    program
}

fn weave(entropy: &mut Entropy<'_>, length: usize) -> AssembledProgram {
    let (mut program, mut weaver) = declare::begin(entropy, length);
    let w = &mut weaver;
    // A program is run again and again: mostly it finds its declared registers as it found them first.
    if !w.entropy.one_in(3) {
        w.repeated.push(w.now.clone());
    }
    declare::load(w);
    if w.entropy.one_in(12) {
        control::start_over(w);
    }
    let trouble = w.entropy.below(16);
    let late = if trouble < 2 { w.left / 2 } else { 0 };
    w.left -= late;
    statements(w);
    match trouble {
        0 => failing::fail(w),
        1 => failing::anything(w),
        _ => None,
    };
    w.left = late;
    statements(w);
    end(w);
    program.registers.extend(w.flags.iter().map(|&flag| declare::scalar(flag)));
    let (main, subroutines) = control::parts(w);
    program.instructions = piece::join(main, subroutines);
    program
}

/// Writes statements until the words are used up.
fn statements(w: &mut Weaver<'_, '_>) {
    let mut attempts = 4 * w.left + 8;
    while w.left > 0 && attempts > 0 {
        attempts -= 1;
        if w.entropy.one_in(7) {
            choose(w, CONTROL);
        } else {
            choose(w, OPERATIONS);
        }
    }
}

/// Writes this many straight-line statements, or fewer.
fn operations(w: &mut Weaver<'_, '_>, count: usize) {
    for _ in 0..count {
        choose(w, OPERATIONS);
    }
}

fn choose(w: &mut Weaver<'_, '_>, among: &[(usize, Statement)]) {
    let total = among.iter().map(|(weight, _)| weight).sum();
    let mut drawn = w.entropy.below(total);
    for (weight, statement) in among {
        if drawn < *weight {
            // A statement that finds nothing that fits leaves its place to another one.
            let _ = statement(w);
            return;
        }
        drawn -= weight;
    }
}

/// Gives back what was borrowed, stores an output and mostly halts.
fn end(w: &mut Weaver<'_, '_>) {
    for register in std::mem::take(&mut w.borrowed) {
        w.put(CoreOp::FreeTensor.row(), [register.byte(), 0, 0, 0]);
    }
    if let Some((src, _)) = w.any() {
        w.put(CoreOp::StoreOutput.row(), [0xFF, src, 0, 0]);
    }
    // Subroutines follow.
    if !w.subroutines.is_empty() || !w.entropy.one_in(8) {
        w.put(CoreOp::Halt.row(), NOP);
    }
}
