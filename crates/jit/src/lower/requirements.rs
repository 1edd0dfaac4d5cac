//! What code needs of a machine before it is entered.

use super::place::Place;
use super::plan::{Plan, Reason};
use crate::analysis::facts::{Buffer, Cell, Facts};
use crate::analysis::flow::Flow;
use crate::analysis::segments::{Segment, Work};
use crate::packs::Forms;
use std::collections::BTreeMap;

/// An instruction at which the code can be entered.
#[derive(Debug, Clone)]
pub(crate) struct EntryPoint {
    pub(crate) at: usize,
    /// Whether the code there only calls a helper: the interpreter does that at least as fast.
    pub(crate) is_helper: bool,
    /// Whether the code from there on can call functions that work on the machine.
    pub(crate) calls_out: bool,
    /// The hot registers that have to be as the code assumes.
    pub(crate) needed: Vec<Need>,
}

/// What a hot register has to hold.
#[derive(Debug, Clone)]
pub(crate) struct Need {
    pub(crate) register: usize,
    /// `None` if it must not be allocated.
    pub(crate) buffer: Option<Buffer>,
    /// The buffer's number in the table; 0 for none.
    pub(crate) number: u64,
}

/// What the code needs to know of the machine beside its facts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plans {
    pub(crate) entries: Vec<EntryPoint>,
    /// The buffers that the code leaves in hot registers, by number; number 0 means none.
    pub(crate) buffers: Vec<Buffer>,
    /// For each hot register that is used how many elements it must have room for.
    pub(crate) rooms: BTreeMap<usize, usize>,
    /// The hot registers that the code writes.
    pub(crate) written: Vec<usize>,
    pub(crate) output_room: usize,
    /// The largest register that it writes.
    pub(crate) largest: usize,
    /// Whether the code reads the buffers, or changes the control stack.
    pub(crate) reads_input: bool,
    pub(crate) reads_target: bool,
    pub(crate) uses_control: bool,
    /// The cold registers whose pressure it works on.
    pub(crate) pressed: Vec<usize>,
    /// The packed forms of cold registers that it reads.
    pub(crate) packed: BTreeMap<usize, Forms>,
    /// Bytes of working memory.
    pub(crate) scratch: usize,
    /// The instructions of each counter.
    pub(crate) counted: Vec<(usize, usize)>,
    /// Why instructions are left to the interpreter, or `None` for helpers.
    pub(crate) foreign: BTreeMap<usize, Option<Reason>>,
}

/// Rooms and largest sizes.
pub(super) fn requirements(segments: &[Segment], facts: &Facts, flow: &Flow) -> Plans {
    let mut plans = Plans::default();
    let natives = segments.iter().filter_map(|segment| match &segment.work {
        Work::Native(list) => Some((segment, list)),
        _ => None,
    });
    for (segment, list) in natives {
        for (register, buffer) in &segment.needed {
            plans.room(*register, buffer.map_or(0, |buffer| buffer.len));
        }
        for planned in list {
            plans.require(&planned.plan);
            if matches!(planned.plan, Plan::Control(_)) {
                plans.uses_control |= flow.controls[planned.at].uses_stack();
            }
        }
    }
    for (register, cell) in facts.hot.iter().enumerate() {
        if let (Cell::Known(buffer), true) = (cell, plans.rooms.contains_key(&register)) {
            plans.room(register, buffer.len);
        }
    }
    for segment in segments {
        match segment.work {
            Work::Helper => drop(plans.foreign.insert(segment.first, None)),
            Work::Leave(reason) => drop(plans.foreign.insert(segment.first, Some(reason))),
            Work::Native(_) => {}
        }
    }
    plans
}

impl Plans {
    fn room(&mut self, register: usize, len: usize) {
        let room = self.rooms.entry(register).or_default();
        *room = (*room).max(len.next_multiple_of(8) + 8);
    }

    fn writes(&mut self, register: usize, buffer: Buffer) {
        self.room(register, buffer.len);
        self.largest = self.largest.max(buffer.len);
        if !self.written.contains(&register) {
            self.written.push(register);
        }
    }

    fn require(&mut self, plan: &Plan) {
        match plan {
            Plan::Lanes(lanes) => {
                for place in &lanes.sources {
                    match place {
                        Place::Hot(register) => self.room(*register, lanes.len()),
                        Place::First(register) => self.room(*register, 1),
                        Place::Input => self.reads_input = true,
                        Place::Target => self.reads_target = true,
                        _ => {}
                    }
                }
                match lanes.result() {
                    Some((register, buffer)) => self.writes(register, buffer),
                    None => self.output_room = self.output_room.max(lanes.len().next_multiple_of(8)),
                }
            }
            Plan::Product(product) => {
                if let Place::Hot(register) = product.input {
                    self.room(register, product.used);
                }
                self.writes(product.dst, product.result);
                self.packed.entry(product.weights).or_default().insert(product.form);
            }
            Plan::Routine(routine) => {
                routine.reads.iter().for_each(|&register| self.room(register, 0));
                if let Some((register, buffer)) = routine.write {
                    self.writes(register, buffer);
                }
                if let Some(register) = routine.routine.pressed()
                    && !self.pressed.contains(&register)
                {
                    self.pressed.push(register);
                }
                if let Some((register, form)) = routine.routine.packed() {
                    self.packed.entry(register).or_default().insert(form);
                }
            }
            Plan::Control(_) | Plan::Nothing | Plan::Helper | Plan::Leave(_) => {}
        }
    }

    /// What has to be in a register, with the buffer's number.
    pub(super) fn need(&mut self, register: usize, buffer: Option<Buffer>) -> Need {
        Need { register, buffer, number: buffer.map_or(0, |buffer| self.number(buffer) as u64) }
    }

    /// The number of a buffer.
    pub(super) fn number(&mut self, buffer: Buffer) -> usize {
        let known = self.buffers.iter().position(|known| *known == buffer);
        known.unwrap_or_else(|| {
            self.buffers.push(buffer);
            self.buffers.len() - 1
        }) + 1
    }
}
