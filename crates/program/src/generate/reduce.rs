//! Shorter programs that still show what a generated one showed.

use super::{NOP, word};
use crate::program::AssembledProgram;
use crate::validate::{Checks, validate};
use ternsig_isa::InstructionSet;
use ternsig_isa::table::core::CoreOp;

/// The program with as many words as possible replaced by `nop`, such that `shows` is still true of it. Positions stay, so
/// that jumps need no new targets.
#[must_use]
pub fn reduce(
    program: &AssembledProgram,
    set: &InstructionSet,
    mut shows: impl FnMut(&AssembledProgram) -> bool,
) -> AssembledProgram {
    let mut least = program.clone();
    let mut stretch = least.instructions.len().next_power_of_two();
    while stretch > 0 {
        for first in (0..least.instructions.len()).step_by(stretch) {
            let candidate = blanked(&least, first, stretch);
            let changed = candidate.instructions != least.instructions;
            if changed && validate(&candidate, set, Checks::required()).is_valid() && shows(&candidate) {
                least = candidate;
            }
        }
        stretch /= 2;
    }
    least
}

fn blanked(program: &AssembledProgram, first: usize, stretch: usize) -> AssembledProgram {
    let mut blanked = program.clone();
    let end = (first + stretch).min(blanked.instructions.len());
    blanked.instructions[first..end].fill(word(CoreOp::Nop.row(), NOP));
    blanked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Entropy, program};

    #[test]
    fn only_what_matters_is_left() {
        let set = InstructionSet::standard();
        let long = program(&mut Entropy::new(b"reduce"), &set, 60);
        let kept = long.instructions[17];
        let short = reduce(&long, &set, |program| program.instructions.contains(&kept));
        let nop = word(CoreOp::Nop.row(), NOP);
        // One half of a loop cannot go without the other.
        let paired = [CoreOp::Loop, CoreOp::EndLoop].map(|op| op.row().opcode);
        let left = short.instructions.iter().filter(|&&word| word != nop);
        assert_eq!(short.instructions.len(), long.instructions.len());
        assert_eq!(left.filter(|word| word.ext != 0 || !paired.contains(&word.opcode)).count(), 1);
    }
}
