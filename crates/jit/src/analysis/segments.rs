//! Stretches of instructions that native code executes as one, is helped with, or leaves.

use super::facts::{Buffer, Cell, Facts, View};
use super::flow::{Control, Flow};
use super::infer;
use crate::lower::place::Place;
use crate::lower::plan::{Plan, Reason, plan};
use ternsig_program::ValidatedProgram;
use ternsig_vm::fuel;

/// An instruction with its plan.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) at: usize,
    pub(crate) plan: Plan,
}

/// What a segment does.
#[derive(Debug)]
pub(crate) enum Work {
    /// These instructions; only the last can hand on control elsewhere than to the next.
    Native(Vec<Planned>),
    /// One instruction by the interpreter's own function.
    Helper,
    /// Nothing: the interpreter goes on.
    Leave(Reason),
}

/// A stretch of instructions with one way in.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) first: usize,
    /// The instruction behind it.
    pub(crate) end: usize,
    pub(crate) work: Work,
    /// Fuel of native work.
    pub(crate) cost: u64,
    /// The hot registers that native work from here on reads before it writes them, with what they have to be; `None`
    /// for not allocated.
    pub(crate) needed: Vec<(usize, Option<Buffer>)>,
    /// What is known where it begins.
    cells: Vec<Cell>,
}

/// The segments of everything that can be reached from the root, ascending.
pub(crate) fn segments(program: &ValidatedProgram, flow: &Flow, facts: &Facts) -> Vec<Segment> {
    let heads = infer::infer(program, flow, facts);
    let mut segments = Vec::new();
    for (block, head) in heads.into_iter().enumerate() {
        let (first, end) = flow.blocks[block];
        if let Some(cells) = head {
            split(program, flow, facts, cells, (first, end), &mut segments);
        } else if (first..end).contains(&facts.root) {
            split(program, flow, facts, facts.hot.clone(), (facts.root, end), &mut segments);
        }
    }
    find_needed(flow, &mut segments);
    segments
}

fn split(
    program: &ValidatedProgram,
    flow: &Flow,
    facts: &Facts,
    mut cells: Vec<Cell>,
    (first, end): (usize, usize),
    segments: &mut Vec<Segment>,
) {
    let mut open: Option<Segment> = None;
    for at in first..end {
        let step = &program.steps()[at];
        let view = View { facts, cells: &cells };
        let plan = match flow.controls[at] {
            Control::Break { end: None } => Plan::Leave(Reason::Fails),
            _ => plan(step, &view),
        };
        let cost = fuel::cost(&view, step);
        let begin = cells.clone();
        infer::apply(program, step, &plan, &mut cells);
        let work = match plan {
            Plan::Helper => Work::Helper,
            Plan::Leave(reason) => Work::Leave(reason),
            plan => {
                // What may be abandoned stands alone: before it, everything has been executed.
                let long = plan.is_long();
                if long {
                    segments.extend(open.take());
                }
                let segment = open.get_or_insert_with(|| Segment {
                    first: at,
                    end: at,
                    work: Work::Native(Vec::new()),
                    cost: 0,
                    needed: Vec::new(),
                    cells: begin,
                });
                segment.end = at + 1;
                segment.cost += cost;
                if let Work::Native(list) = &mut segment.work {
                    list.push(Planned { at, plan });
                }
                if long {
                    segments.extend(open.take());
                }
                continue;
            }
        };
        segments.extend(open.take());
        segments.push(Segment { first: at, end: at + 1, work, cost: 0, needed: Vec::new(), cells: begin });
    }
    segments.extend(open);
}

/// The hot registers that a plan reads, and the one that it replaces, as sets.
pub(crate) fn accesses(plan: &Plan, flow: &Flow, at: usize) -> (u64, u64) {
    let bit = |register: usize| 1u64 << register;
    match plan {
        Plan::Lanes(lanes) => {
            let reads = lanes.sources.iter().filter_map(|place| match place {
                Place::Hot(register) | Place::First(register) => Some(bit(*register)),
                _ => None,
            });
            (reads.fold(0, |set, bit| set | bit), lanes.result().map_or(0, |(register, _)| bit(register)))
        }
        Plan::Product(product) => {
            let read = if let Place::Hot(register) = product.input { bit(register) } else { 0 };
            (read, bit(product.dst))
        }
        Plan::Routine(routine) => (
            routine.reads.iter().fold(0, |set, &register| set | bit(register)),
            routine.write.map_or(0, |(register, _)| bit(register)),
        ),
        Plan::Control(_) => match flow.controls[at] {
            Control::Branch { register, .. } => (bit(usize::from(register & 0x3F)), 0),
            _ => (0, 0),
        },
        Plan::Nothing | Plan::Helper | Plan::Leave(_) => (0, 0),
    }
}

/// Of each segment whether it, or one that native code comes to behind it, is marked.
pub(crate) fn reaching(flow: &Flow, segments: &[Segment], mut marked: Vec<bool>) -> Vec<bool> {
    loop {
        let mut changed = false;
        for index in
            (0..segments.len()).rev().filter(|&index| !matches!(segments[index].work, Work::Leave(_)))
        {
            let reaches = marked[index] || successors(flow, segments, index).any(|next| marked[next]);
            changed |= reaches != marked[index];
            marked[index] = reaches;
        }
        if !changed {
            return marked;
        }
    }
}

/// The segments that follow one, by number.
fn successors(flow: &Flow, segments: &[Segment], index: usize) -> impl Iterator<Item = usize> {
    let end = segments[index].end;
    let next = match flow.blocks.binary_search_by_key(&end, |&(_, end)| end) {
        Ok(block) => flow.successors(block),
        Err(_) => vec![end],
    };
    next.into_iter().filter_map(|first| segments.binary_search_by_key(&first, |segment| segment.first).ok())
}

/// Backwards over the native segments; helpers and the interpreter look after themselves.
fn find_needed(flow: &Flow, segments: &mut [Segment]) {
    let uses: Vec<(u64, u64)> = segments.iter().map(|segment| native_uses(segment, flow)).collect();
    let mut live = vec![0u64; segments.len()];
    loop {
        let mut changed = false;
        for index in (0..segments.len()).rev() {
            let segment = &segments[index];
            if !matches!(segment.work, Work::Native(_)) {
                continue;
            }
            let out = successors(flow, segments, index).fold(0, |set, next| set | live[next]);
            let (reads, writes) = uses[index];
            let now = reads | (out & !writes);
            changed |= now != live[index];
            live[index] = now;
        }
        if !changed {
            break;
        }
    }
    for (segment, live) in segments.iter_mut().zip(live) {
        let known = segment.cells.iter().enumerate().filter(|(register, _)| live >> register & 1 == 1);
        segment.needed = known
            .filter_map(|(register, cell)| match cell {
                Cell::Known(buffer) => Some((register, Some(*buffer))),
                Cell::Absent => Some((register, None)),
                Cell::Unknown => None,
            })
            .collect();
    }
}

/// What a segment reads before it writes it, and what it writes.
fn native_uses(segment: &Segment, flow: &Flow) -> (u64, u64) {
    let Work::Native(list) = &segment.work else { return (0, 0) };
    list.iter().fold((0, 0), |(reads, writes), planned| {
        let (read, write) = accesses(&planned.plan, flow, planned.at);
        (reads | (read & !writes), writes | write)
    })
}
