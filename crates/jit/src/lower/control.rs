//! Control flow: jumps, loops and calls on the machine's control stack.

use super::emitter::{Emitter, LANES, MEMORY};
use super::place::{At, Place};
use crate::analysis::flow::{Control, Flow};
use crate::frame::{Frame, control_frame};
use crate::lower::function::{Exits, Ways};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I16, I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use cranelift_frontend::Switch;
use std::mem::offset_of;
use ternsig_vm::machine::control::MAX_FRAMES;

const CONTROL: i32 = offset_of!(Frame, control) as i32;
const LEN: i32 = offset_of!(Frame, control_len) as i32;
const ROOM: i32 = offset_of!(Frame, control_room) as i32;
const CALLS: i32 = offset_of!(Frame, calls) as i32;
const CALL_LIMIT: i32 = offset_of!(Frame, call_limit) as i32;

/// Whether an instruction can turn out not to be native code's to execute.
pub(crate) const fn can_refuse(control: Control) -> bool {
    matches!(
        control,
        Control::Loop { count: 1.., .. }
            | Control::EndLoop { .. }
            | Control::Break { end: Some(_) }
            | Control::Call { .. }
    )
}

/// What has to hold for the instruction to be executed here; control goes to `refused` if it does not. Nothing is changed.
pub(crate) fn guard(e: &mut Emitter<'_>, control: Control, at: usize, refused: Block) {
    match control {
        Control::Loop { count: 1.., .. } => has_room(e, refused),
        Control::Call { .. } => {
            has_room(e, refused);
            let calls = e.frame_word(I64, CALLS);
            let limit = e.frame_word(I64, CALL_LIMIT);
            let fits = e.b.ins().icmp(IntCC::UnsignedLessThan, calls, limit);
            e.unless_go(fits, refused);
        }
        Control::EndLoop { start } => {
            let top = top_loop(e, at, refused);
            let begin = e.b.ins().load(I32, MEMORY, top, control_frame::START);
            let own = e.compare(IntCC::Equal, begin, start as i64);
            e.unless_go(own, refused);
        }
        Control::Break { end: Some(end) } => {
            top_loop(e, end, refused);
        }
        _ => {}
    }
}

fn has_room(e: &mut Emitter<'_>, refused: Block) {
    let len = e.frame_word(I64, LEN);
    let room = e.frame_word(I64, ROOM);
    let fits = e.b.ins().icmp(IntCC::UnsignedLessThan, len, room);
    e.unless_go(fits, refused);
    let few = e.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, len, MAX_FRAMES as i64);
    e.unless_go(few, refused);
}

/// The innermost frame, which has to be the loop that ends at `end`.
fn top_loop(e: &mut Emitter<'_>, end: usize, refused: Block) -> Value {
    let len = e.frame_word(I64, LEN);
    let any = e.compare(IntCC::NotEqual, len, 0);
    e.unless_go(any, refused);
    let top = frame_at(e, len, -1);
    let tag = e.b.ins().load(I32, MEMORY, top, control_frame::TAG);
    let is_loop = e.compare(IntCC::Equal, tag, control_frame::LOOP);
    e.unless_go(is_loop, refused);
    let own = e.b.ins().load(I32, MEMORY, top, control_frame::END);
    let is_own = e.compare(IntCC::Equal, own, end as i64);
    e.unless_go(is_own, refused);
    top
}

/// The address of the frame so many behind `index`.
fn frame_at(e: &mut Emitter<'_>, index: Value, behind: i64) -> Value {
    let frames = e.frame_word(I64, CONTROL);
    let index = e.b.ins().iadd_imm_s(index, behind);
    let bytes = e.b.ins().imul_imm_s(index, i64::from(control_frame::SIZE));
    e.b.ins().iadd(frames, bytes)
}

/// Executes the instruction at the end of a segment.
pub(crate) fn emit(e: &mut Emitter<'_>, flow: &Flow, at: usize, len: usize, ways: &Ways, exits: &Exits) {
    match flow.controls[at] {
        Control::Next => ways.go(e, at + 1, exits),
        Control::Halt => exits.halt(e, at + 1),
        Control::Reset => {
            let zero = e.int(0);
            e.set_frame_word(zero, LEN);
            e.set_frame_word(zero, CALLS);
            ways.go(e, 0, exits);
        }
        Control::Loop { count: 0, end } => ways.go(e, end + 1, exits),
        Control::Loop { count, end } => {
            let words = [
                (control_frame::TAG, control_frame::LOOP),
                (control_frame::START, at as i64 + 1),
                (control_frame::END, end as i64),
            ];
            push(e, &words, Some(count));
            ways.go(e, at + 1, exits);
        }
        Control::EndLoop { start } => end_loop(e, at, start, ways, exits),
        Control::Break { end } => {
            drop_top(e);
            ways.go(e, end.map_or(at, |end| end + 1), exits);
        }
        Control::Call { target } => {
            push(
                e,
                &[(control_frame::TAG, control_frame::CALL), (control_frame::START, at as i64 + 1)],
                None,
            );
            let calls = e.frame_word(I64, CALLS);
            let calls = e.b.ins().iadd_imm_s(calls, 1);
            e.set_frame_word(calls, CALLS);
            ways.go(e, target, exits);
        }
        Control::Return => go_back(e, flow, at, ways, exits),
        Control::Jump { target } => {
            leave_loops(e, target);
            ways.go(e, target, exits);
        }
        Control::Branch { register, target, if_zero } => {
            let any = any_set(e, usize::from(register & 0x3F), len);
            let (taken, next) = (e.b.create_block(), e.b.create_block());
            let (set, unset) = if if_zero { (next, taken) } else { (taken, next) };
            e.b.ins().brif(any, set, &[], unset, &[]);
            e.begin_block(taken);
            leave_loops(e, target);
            ways.go(e, target, exits);
            e.begin_block(next);
            ways.go(e, at + 1, exits);
        }
    }
}

fn push(e: &mut Emitter<'_>, words: &[(i32, i64)], remaining: Option<u16>) {
    let len = e.frame_word(I64, LEN);
    let top = frame_at(e, len, 0);
    for &(offset, value) in words {
        let value = e.b.ins().iconst(I32, value);
        e.b.ins().store(MEMORY, value, top, offset);
    }
    if let Some(count) = remaining {
        let value = e.b.ins().iconst(I16, i64::from(count));
        e.b.ins().store(MEMORY, value, top, control_frame::REMAINING);
    }
    let len = e.b.ins().iadd_imm_s(len, 1);
    e.set_frame_word(len, LEN);
}

fn drop_top(e: &mut Emitter<'_>) {
    let len = e.frame_word(I64, LEN);
    let len = e.b.ins().iadd_imm_s(len, -1);
    e.set_frame_word(len, LEN);
}

fn end_loop(e: &mut Emitter<'_>, at: usize, start: usize, ways: &Ways, exits: &Exits) {
    let len = e.frame_word(I64, LEN);
    let top = frame_at(e, len, -1);
    let left = e.b.ins().load(I16, MEMORY, top, control_frame::REMAINING);
    let left = e.b.ins().iadd_imm_s(left, -1);
    e.b.ins().store(MEMORY, left, top, control_frame::REMAINING);
    let more = e.compare(IntCC::NotEqual, left, 0);
    let (again, done) = (e.b.create_block(), e.b.create_block());
    e.b.ins().brif(more, again, &[], done, &[]);
    e.begin_block(again);
    ways.go(e, start, exits);
    e.begin_block(done);
    drop_top(e);
    ways.go(e, at + 1, exits);
}

/// Leaves every loop of the current call whose body does not contain the target.
fn leave_loops(e: &mut Emitter<'_>, target: usize) {
    let (head, look, check, drop, done) =
        (e.b.create_block(), e.b.create_block(), e.b.create_block(), e.b.create_block(), e.b.create_block());
    e.jump(head);
    e.begin_block(head);
    let len = e.frame_word(I64, LEN);
    let any = e.compare(IntCC::NotEqual, len, 0);
    e.b.ins().brif(any, look, &[], done, &[]);
    e.begin_block(look);
    let top = frame_at(e, len, -1);
    let tag = e.b.ins().load(I32, MEMORY, top, control_frame::TAG);
    let is_loop = e.compare(IntCC::Equal, tag, control_frame::LOOP);
    e.b.ins().brif(is_loop, check, &[], done, &[]);
    e.begin_block(check);
    let start = e.b.ins().load(I32, MEMORY, top, control_frame::START);
    let end = e.b.ins().load(I32, MEMORY, top, control_frame::END);
    let target = e.b.ins().iconst(I32, target as i64);
    let before = e.b.ins().icmp(IntCC::UnsignedLessThan, target, start);
    let behind = e.b.ins().icmp(IntCC::UnsignedGreaterThan, target, end);
    let outside = e.b.ins().bor(before, behind);
    e.b.ins().brif(outside, drop, &[], done, &[]);
    e.begin_block(drop);
    drop_top(e);
    e.jump(head);
    e.begin_block(done);
}

/// Leaves the innermost call and the loops begun in it; without a call the run ends.
fn go_back(e: &mut Emitter<'_>, flow: &Flow, at: usize, ways: &Ways, exits: &Exits) {
    let calls = e.frame_word(I64, CALLS);
    let pending = e.compare(IntCC::NotEqual, calls, 0);
    let (back, none) = (e.b.create_block(), e.b.create_block());
    e.b.ins().brif(pending, back, &[], none, &[]);
    e.begin_block(none);
    exits.halt(e, at + 1);
    e.begin_block(back);
    let calls = e.b.ins().iadd_imm_s(calls, -1);
    e.set_frame_word(calls, CALLS);
    let (head, found) = (e.b.create_block(), e.b.create_block());
    e.jump(head);
    e.begin_block(head);
    drop_top(e);
    let len = e.frame_word(I64, LEN);
    let top = frame_at(e, len, 0);
    let tag = e.b.ins().load(I32, MEMORY, top, control_frame::TAG);
    let is_call = e.compare(IntCC::Equal, tag, control_frame::CALL);
    e.b.ins().brif(is_call, found, &[], head, &[]);
    e.begin_block(found);
    let resume = e.b.ins().load(I32, MEMORY, top, control_frame::START);
    let mut switch = Switch::new();
    let mut sites = Vec::new();
    for &site in &flow.returns {
        let block = e.b.create_block();
        if !switch.entries().contains_key(&(site as u128)) {
            switch.set_entry(site as u128, block);
            sites.push((block, site));
        }
    }
    let other = e.b.create_block();
    switch.emit(&mut e.b, resume, other);
    for (block, site) in sites {
        e.begin_block(block);
        ways.go(e, site, exits);
    }
    e.begin_block(other);
    exits.leave_at(e, resume);
}

/// Whether any of the first elements of a register is not 0.
fn any_set(e: &mut Emitter<'_>, register: usize, len: usize) -> Value {
    let zero = e.splat(0);
    let place = Place::Hot(register);
    let mut seen = e.fold(len, LANES, vec![zero], |e, at, seen| {
        let x = e.load(place, at, LANES);
        vec![e.b.ins().bor(seen[0], x)]
    });
    let done = len / LANES * LANES;
    if done < len {
        let x = e.load(place, At::fixed(done), LANES);
        let x = e.keep_lanes(x, len - done);
        seen[0] = e.b.ins().bor(seen[0], x);
    }
    e.b.ins().vany_true(seen[0])
}
