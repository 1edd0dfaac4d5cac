//! Mastery's pressure: every weight of a matrix feels its input's strength in the direction of its output. One call puts it
//! on all of them.

use super::emitter::Emitter;
use super::place::Place;
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, source, weights};
use crate::analysis::facts::View;
use crate::frame::{ColdSlot, Frame, cold_offset};
use crate::mastery::Press;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{AbiParam, Block, InstBuilder, Signature};
use std::mem::offset_of;

/// Adds to the pressure of a register's weights.
#[derive(Debug)]
struct Pressure {
    press: Press,
    /// How long the pressure list is.
    len: usize,
    /// The hot register of inputs, by index, and how many there are: one for each column.
    inputs: (usize, usize),
    /// The hot register of directions: one for each row, or one for all, or none.
    directions: (usize, usize),
}

/// The extension's `mastery_outer`: one direction for each row or one for all.
pub(super) fn outer(view: &View<'_>, [w, input, dir, scale]: [u8; 4]) -> Planned {
    let shape = weights(view, w)?.shape;
    let (inputs, directions) = (source(view, input)?.len, source(view, dir)?.len);
    let &[rows, columns] = shape.dims() else { return Err(Reason::Fails) };
    let (rows, columns) = (rows as usize, columns as usize);
    if inputs != columns || directions != rows && directions != 1 {
        return Err(Reason::Fails);
    }
    Ok(pressure((w, rows * columns, scale), (input, columns), (dir, directions)))
}

/// `mastery_update`: the first weights, one for each activity, in the direction of the first element.
pub(super) fn update(view: &View<'_>, [w, activity, dir, scale]: [u8; 4]) -> Planned {
    let (len, directions) = (source(view, activity)?.len, source(view, dir)?.len);
    Ok(pressure((w, len, scale), (activity, len), (dir, directions.min(1))))
}

fn pressure((w, len, scale): (u8, usize, u8), inputs: (u8, usize), directions: (u8, usize)) -> Plan {
    let (inputs, directions) = ((index(inputs.0), inputs.1), (index(directions.0), directions.1));
    let routine = Box::new(Pressure { press: Press::new(index(w), scale), len, inputs, directions });
    Plan::Routine(RoutinePlan { reads: vec![inputs.0, directions.0], write: None, routine })
}

impl Routine for Pressure {
    fn emit(&self, e: &mut Emitter<'_>) {
        let Some(abandon) = e.abandon else { return };
        let factor = e.frame_word(I64, offset_of!(Frame, learning) as i32);
        let on = e.compare(IntCC::NotEqual, factor, 0);
        e.when(on, |e| {
            self.demand_list(e, abandon);
            e.poll();
            if self.len * self.directions.1 > 0 {
                self.call(e, abandon);
            }
        });
    }

    fn pressed(&self) -> Option<usize> {
        Some(self.press.register)
    }

    fn is_long(&self) -> bool {
        true
    }
}

impl Pressure {
    /// Without a list of the right length, which the instruction creates, it is the interpreter's.
    fn demand_list(&self, e: &mut Emitter<'_>, abandon: Block) {
        let register = self.press.register;
        let list = e.frame_word(I64, cold_offset(register, offset_of!(ColdSlot, pressure)));
        let exists = e.compare(IntCC::NotEqual, list, 0);
        e.unless_go(exists, abandon);
        let len = e.frame_word(I64, cold_offset(register, offset_of!(ColdSlot, pressure_len)));
        let fits = e.compare(IntCC::Equal, len, self.len as i64);
        e.unless_go(fits, abandon);
    }

    fn call(&self, e: &mut Emitter<'_>, abandon: Block) {
        let press = e.host_function(offset_of!(Frame, press));
        let exists = e.compare(IntCC::NotEqual, press, 0);
        e.unless_go(exists, abandon);
        let mut signature = Signature::new(e.b.func.signature.call_conv);
        signature.params.extend([I64; 6].map(AbiParam::new));
        let signature = e.b.import_signature(signature);
        let (frame, what) = (e.frame(), e.int(self.press.word() as i64));
        let [(inputs, input_count), (directions, direction_count)] = [self.inputs, self.directions]
            .map(|(register, count)| (e.base(Place::Hot(register)), e.int(count as i64)));
        let arguments = [frame, what, inputs, input_count, directions, direction_count];
        e.b.ins().call_indirect(signature, press, &arguments);
    }
}
