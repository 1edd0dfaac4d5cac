//! Which `loop` and `end_loop` belong together.

use super::subject::core_op;
use ternsig_isa::Instruction;
use ternsig_isa::table::core::CoreOp;

/// No partner.
const NONE: u32 = u32::MAX;

/// The lexical structure of a program's loops.
pub(crate) struct Loops {
    /// For each word the index of its partner, or [`NONE`].
    partners: Vec<u32>,
    /// `loop` and `end_loop` words without a partner, ascending.
    unpaired: Vec<usize>,
    /// The `break` words, ascending, and the innermost loop around each.
    breaks: Vec<(usize, Option<usize>)>,
}

impl Loops {
    pub(crate) fn of(words: &[Instruction]) -> Loops {
        let mut loops = Loops { partners: vec![NONE; words.len()], unpaired: Vec::new(), breaks: Vec::new() };
        let mut open = Vec::new();
        for (index, word) in words.iter().enumerate() {
            match core_op(word) {
                Some(CoreOp::Loop) => open.push(index),
                Some(CoreOp::EndLoop) => match open.pop() {
                    Some(start) => loops.pair(start, index),
                    None => loops.unpaired.push(index),
                },
                Some(CoreOp::Break) => loops.breaks.push((index, open.last().copied())),
                _ => {}
            }
        }
        loops.unpaired.extend(open);
        loops.unpaired.sort_unstable();
        loops
    }

    fn pair(&mut self, start: usize, end: usize) {
        self.partners[start] = end as u32;
        self.partners[end] = start as u32;
    }

    /// The `end_loop` of a `loop`, and the other way round.
    pub(crate) fn partner(&self, index: usize) -> Option<usize> {
        self.partners.get(index).filter(|&&partner| partner != NONE).map(|&partner| partner as usize)
    }

    pub(super) fn unpaired(&self) -> &[usize] {
        &self.unpaired
    }

    /// The `break` words that stand in no loop.
    pub(super) fn stray_breaks(&self) -> impl Iterator<Item = usize> {
        self.breaks.iter().filter(|(_, around)| around.is_none()).map(|&(index, _)| index)
    }

    /// The innermost loop around a `break`.
    pub(super) fn around(&self, index: usize) -> Option<usize> {
        let found = self.breaks.binary_search_by_key(&index, |&(index, _)| index).ok()?;
        self.breaks[found].1
    }
}
