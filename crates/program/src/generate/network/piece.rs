//! Stretches of code with targets of their own, and how they are joined.

use crate::generate::word;
use ternsig_isa::{Instruction, Row};

/// The main program or one subroutine. Targets count from its beginning until it is joined to the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub(super) words: Vec<Instruction>,
    /// Words whose target is within the piece.
    jumps: Vec<usize>,
    /// Calls, and the subroutine each is of.
    calls: Vec<(usize, usize)>,
}

/// A jump that does not know its target yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unaimed(usize);

impl Piece {
    pub(super) fn put(&mut self, row: &Row, operands: [u8; 4]) {
        self.words.push(word(row, operands));
    }

    /// A jump of which only the other operands are known.
    pub(super) fn put_jump(&mut self, row: &Row, condition: u8) -> Unaimed {
        self.jumps.push(self.words.len());
        self.put(row, [condition, 0, 0, 0]);
        Unaimed(self.words.len() - 1)
    }

    /// Aims a jump at a word of this piece.
    pub(super) fn aim(&mut self, jump: Unaimed, target: usize) {
        let [high, low] = (target as u16).to_be_bytes();
        self.words[jump.0].operands[2..].copy_from_slice(&[high, low]);
    }

    /// Aims a jump at the word that comes next.
    pub(super) fn aim_here(&mut self, jump: Unaimed) {
        self.aim(jump, self.words.len());
    }

    pub(super) fn put_call(&mut self, row: &Row, subroutine: usize) {
        self.calls.push((self.words.len(), subroutine));
        self.put(row, [0; 4]);
    }
}

/// The main program with its subroutines behind it.
pub(super) fn join(main: Piece, subroutines: Vec<Piece>) -> Vec<Instruction> {
    let pieces: Vec<Piece> = std::iter::once(main).chain(subroutines).collect();
    let starts: Vec<usize> = pieces
        .iter()
        .scan(0, |next, piece| {
            let start = *next;
            *next += piece.words.len();
            Some(start)
        })
        .collect();
    let mut words = Vec::new();
    for (mut piece, &start) in pieces.into_iter().zip(&starts) {
        for jump in std::mem::take(&mut piece.jumps) {
            let [.., high, low] = piece.words[jump].operands;
            piece.aim(Unaimed(jump), start + usize::from(u16::from_be_bytes([high, low])));
        }
        for (call, subroutine) in std::mem::take(&mut piece.calls) {
            piece.aim(Unaimed(call), starts[subroutine + 1]);
        }
        words.append(&mut piece.words);
    }
    words
}
