//! Loops, branches, jumps and calls.

use super::known::{Known, Registers};
use super::piece::Piece;
use super::weaver::{Subroutine, Weaver};
use super::{operations, statements};
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::{Register, Row, Shape};

/// Blocks inside each other.
const DEEPEST: usize = 4;

/// How many words a block gets, if there may be one.
fn room(w: &mut Weaver<'_, '_>) -> Option<usize> {
    if w.depth >= DEEPEST || w.left < 4 {
        return None;
    }
    Some(1 + w.entropy.below(w.left.min(24)))
}

/// Statements in a block of their own.
fn body(w: &mut Weaver<'_, '_>, words: usize) {
    let left = w.left;
    w.left = words.min(left);
    w.depth += 1;
    statements(w);
    w.depth -= 1;
    w.left = left.saturating_sub(words);
}

/// Statements that are executed again: what was known at their beginning is known at their end.
fn repeated_body(w: &mut Weaver<'_, '_>, words: usize) -> Registers {
    let before = w.now.clone();
    w.repeated.push(before.clone());
    body(w, words);
    w.repeated.pop();
    before
}

fn condition(w: &mut Weaver<'_, '_>) -> Option<(&'static Row, u8)> {
    let (index, _) = w.any()?;
    Some((w.entropy.pick(&[CoreOp::IfZero.row(), CoreOp::IfNonzero.row()]), index))
}

/// A loop, which may be left early.
pub(super) fn counted(w: &mut Weaver<'_, '_>) -> Option<()> {
    let words = room(w)?;
    let count = match w.entropy.below(10) {
        0 => 0,
        1 => 17,
        _ => 1 + w.entropy.below(4) as u8,
    };
    w.put(CoreOp::Loop.row(), [0xFF, 0xFF, 0, count]);
    w.exits.push(Vec::new());
    let before = repeated_body(w, words);
    w.put(CoreOp::EndLoop.row(), super::super::NOP);
    for exit in w.exits.pop().unwrap_or_default() {
        w.piece.aim_here(exit);
    }
    w.meet(&before);
    Some(())
}

/// Out of the innermost loop, by `break` or by a jump.
pub(super) fn leave(w: &mut Weaver<'_, '_>) -> Option<()> {
    w.exits.last()?;
    let (row, index) = condition(w)?;
    if w.entropy.one_in(2) {
        let over = w.piece.put_jump(row, index);
        w.put(CoreOp::Break.row(), super::super::NOP);
        w.piece.aim_here(over);
    } else {
        let exit = w.piece.put_jump(row, index);
        w.exits.last_mut()?.push(exit);
    }
    Some(())
}

/// A loop made of a counter and a jump back.
pub(super) fn counter(w: &mut Weaver<'_, '_>) -> Option<()> {
    let words = room(w)?;
    let (counter, one) = (w.counters.pop()?, w.counters.pop()?);
    let count = 1 + w.entropy.below(4) as u8;
    w.put(CoreOp::Set.row(), [counter, 0, 0, count]);
    w.put(CoreOp::Set.row(), [one, 0, 0, 1]);
    let top = w.piece.words.len();
    let exits = std::mem::take(&mut w.exits);
    repeated_body(w, words);
    w.exits = exits;
    let row = w.entropy.pick(&[CoreOp::Sub.row(), TensorOp::Sub.row()]);
    w.put(row, [counter, counter, one, 0]);
    let back = w.piece.put_jump(CoreOp::IfNonzero.row(), counter);
    w.piece.aim(back, top);
    w.counters.extend([one, counter]);
    Some(())
}

/// Statements that are skipped under a condition, and others that may stand in for them.
pub(super) fn branch(w: &mut Weaver<'_, '_>) -> Option<()> {
    let words = room(w)?;
    let (row, index) = condition(w)?;
    let before = w.now.clone();
    let over = w.piece.put_jump(row, index);
    body(w, words);
    if w.entropy.one_in(2) {
        w.piece.aim_here(over);
        w.meet(&before);
        return Some(());
    }
    let end = w.piece.put_jump(CoreOp::Jump.row(), 0);
    w.piece.aim_here(over);
    let taken = std::mem::replace(&mut w.now, before);
    let words = room(w).unwrap_or(1);
    body(w, words);
    w.piece.aim_here(end);
    w.meet(&taken);
    Some(())
}

/// Statements that are never executed.
pub(super) fn dead(w: &mut Weaver<'_, '_>) -> Option<()> {
    let over = w.piece.put_jump(CoreOp::Jump.row(), 0);
    let before = w.now.clone();
    w.depth += 1;
    operations(w, 2);
    w.depth -= 1;
    w.now = before;
    w.piece.aim_here(over);
    Some(())
}

/// The end of the run, or of the subroutine, under a condition that seldom holds.
pub(super) fn end_early(w: &mut Weaver<'_, '_>) -> Option<()> {
    let value = u16::from(w.entropy.one_in(12));
    let flag = w.counters.pop()?;
    w.put(CoreOp::Set.row(), [flag, 0, 0, value as u8]);
    let over = w.piece.put_jump(CoreOp::IfZero.row(), flag);
    let halts = w.calls == 0 && w.entropy.one_in(2);
    let row = if halts { CoreOp::Halt.row() } else { CoreOp::Return.row() };
    w.put(row, if halts { super::super::NOP } else { [0; 4] });
    w.piece.aim_here(over);
    w.counters.push(flag);
    Some(())
}

/// A call of a subroutine that is there and whose assumptions hold, or of a new one.
pub(super) fn call(w: &mut Weaver<'_, '_>) -> Option<()> {
    let fitting: Vec<usize> = (0..w.subroutines.len()).filter(|&i| can_call(w, i)).collect();
    if !fitting.is_empty() && !w.entropy.one_in(3) {
        let index = w.entropy.pick(&fitting);
        w.piece.put_call(CoreOp::Call.row(), index);
        for (register, known) in changes(&w.subroutines[index].1) {
            w.now.set(register, known);
        }
        return Some(());
    }
    let words = room(w)?;
    let caller = std::mem::take(&mut w.piece);
    // A jump out of the subroutine would leave its call behind.
    let exits = std::mem::take(&mut w.exits);
    w.calls += 1;
    let before = repeated_body(w, words);
    w.calls -= 1;
    w.exits = exits;
    w.put(CoreOp::Return.row(), [0; 4]);
    let subroutine = std::mem::replace(&mut w.piece, caller);
    // It may have returned anywhere.
    let mut after = w.now.clone();
    after.meet(&before);
    w.now = after.clone();
    w.subroutines.push((subroutine, Subroutine { before, after }));
    w.piece.put_call(CoreOp::Call.row(), w.subroutines.len() - 1);
    Some(())
}

/// Whatever a subroutine relied on is still so, and what it leaves behind may be so here.
fn can_call(w: &Weaver<'_, '_>, index: usize) -> bool {
    let subroutine = &w.subroutines[index].1;
    let relied = Registers::all().all(|register| match subroutine.before.get(register) {
        known @ Known::Shape(_) => w.now.get(register) == known,
        Known::Present => w.now.get(register).is_allocated(),
        Known::Absent | Known::Nothing => true,
    });
    relied && changes(subroutine).all(|(register, known)| w.may_become(register, known))
}

fn changes(subroutine: &Subroutine) -> impl Iterator<Item = (Register, Known)> {
    let changed = |&register: &Register| subroutine.before.get(register) != subroutine.after.get(register);
    let after = |register| (register, subroutine.after.get(register));
    Registers::all().filter(changed).map(after)
}

/// The beginning once more, on the first run only: a flag outside the pool tells.
pub(super) fn start_over(w: &mut Weaver<'_, '_>) -> Option<()> {
    let flag = w.counters.pop()?;
    w.now.set(Register::hot(flag), Known::Shape(Shape::vector(1)));
    w.flags.push(flag);
    let over = w.piece.put_jump(CoreOp::IfNonzero.row(), flag);
    w.put(CoreOp::Set.row(), [flag, 0, 0, 1]);
    w.put(CoreOp::Reset.row(), [0; 4]);
    w.piece.aim_here(over);
    Some(())
}

/// Main program and subroutines.
pub(super) fn parts(w: &mut Weaver<'_, '_>) -> (Piece, Vec<Piece>) {
    let main = std::mem::take(&mut w.piece);
    (main, std::mem::take(&mut w.subroutines).into_iter().map(|(piece, _)| piece).collect())
}
