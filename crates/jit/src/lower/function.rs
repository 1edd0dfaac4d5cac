//! One function for a program: its segments, the ways between them, the ways in and out.

use super::control;
use super::emitter::{Emitter, MEMORY};
use super::lanes::{Chain, Lanes};
use super::place::Place;
use super::plan::{Plan, RoutinePlan};
use super::product::Product;
use super::requirements::{EntryPoint, Plans, requirements};
use crate::analysis::facts::{Buffer, Facts};
use crate::analysis::flow::Flow;
use crate::analysis::segments::{Planned, Segment, Work, accesses, reaching, segments};
use crate::frame::{Frame, HotSlot, hot_offset};
use crate::options::Features;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I32, I64};
use cranelift_codegen::ir::{AbiParam, Block, Function, InstBuilder, Signature, Value};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Switch};
use std::collections::BTreeMap;
use std::mem::offset_of;
use ternsig_kernels::plain::has_product_functions;
use ternsig_program::ValidatedProgram;

/// How native code comes back: in the upper half of its result; the lower half is the next instruction.
pub(crate) mod exit {
    /// The interpreter goes on.
    pub(crate) const LEFT: u64 = 0;
    /// The program has ended.
    pub(crate) const HALTED: u64 = 1;
    /// A helper stopped the run.
    pub(crate) const STOPPED: u64 = 2;
    /// A helper handed the host an operation.
    pub(crate) const YIELDED: u64 = 3;
}

/// The ways to the segments.
pub(crate) struct Ways {
    blocks: BTreeMap<usize, Block>,
}

impl Ways {
    /// Goes on at an instruction.
    pub(crate) fn go(&self, e: &mut Emitter<'_>, at: usize, exits: &Exits) {
        match self.blocks.get(&at) {
            Some(&block) => e.jump(block),
            None => exits.leave(e, at),
        }
    }
}

/// The ways out.
pub(crate) struct Exits;

impl Exits {
    fn back(e: &mut Emitter<'_>, kind: u64, at: usize) {
        let value = e.int(((kind << 32) | at as u64) as i64);
        e.b.ins().return_(&[value]);
    }

    /// Back to the interpreter, which executes this instruction.
    pub(crate) fn leave(&self, e: &mut Emitter<'_>, at: usize) {
        Exits::back(e, exit::LEFT, at);
    }

    /// The same for an instruction that only the run knows: a 32-bit value.
    pub(crate) fn leave_at(&self, e: &mut Emitter<'_>, at: Value) {
        let value = e.b.ins().uextend(I64, at);
        e.b.ins().return_(&[value]);
    }

    /// The end of the run, with the next instruction.
    pub(crate) fn halt(&self, e: &mut Emitter<'_>, at: usize) {
        Exits::back(e, exit::HALTED, at);
    }
}

/// `(frame, entry) -> exit and next instruction`.
pub(crate) fn signature(isa: &dyn TargetIsa) -> Signature {
    let mut signature = Signature::new(CallConv::triple_default(isa.triple()));
    signature.params.push(AbiParam::new(I64));
    signature.params.push(AbiParam::new(I32));
    signature.returns.push(AbiParam::new(I64));
    signature
}

/// How code is generated.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Settings {
    /// Whether the code counts how often each stretch begins.
    pub(crate) count: bool,
    /// Whether work is left to kernels, which have wider vectors than generated code.
    pub(crate) kernels: bool,
}

impl Settings {
    /// For code that this process runs.
    pub(crate) fn here(features: Features, count: bool) -> Settings {
        Settings { count, kernels: features == Features::Host && has_product_functions() }
    }
}

/// Code for these facts, and what it needs.
pub(crate) fn build(
    program: &ValidatedProgram,
    flow: &Flow,
    facts: &Facts,
    isa: &dyn TargetIsa,
    settings: Settings,
    context: &mut FunctionBuilderContext,
) -> (Function, Plans) {
    let segments = segments(program, flow, facts);
    let mut function = Function::with_name_signature(Default::default(), signature(isa));
    let mut builder = FunctionBuilder::new(&mut function, context);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let params = builder.block_params(entry).to_vec();
    let blocks = segments.iter().map(|segment| (segment.first, builder.create_block())).collect();
    let mut work = Building {
        e: Emitter::new(builder, params[0], settings.kernels),
        flow,
        ways: Ways { blocks },
        exits: Exits,
        plans: requirements(&segments, facts, flow),
        isa,
        count: settings.count,
    };
    work.dispatch(&segments, params[1]);
    let calling = segments.iter().map(|segment| work.segment(segment)).collect();
    let calling = reaching(flow, &segments, calling);
    let Building { mut e, mut plans, .. } = work;
    plans.scratch = e.scratch_size();
    for (segment, calls_out) in segments.iter().zip(calling) {
        plans.entries.iter_mut().filter(|entry| entry.at == segment.first).for_each(|entry| {
            entry.calls_out = calls_out;
        });
    }
    e.b.seal_all_blocks();
    e.b.finalize(isa.frontend_config());
    (function, plans)
}

struct Building<'f, 'a> {
    e: Emitter<'f>,
    flow: &'a Flow,
    ways: Ways,
    exits: Exits,
    plans: Plans,
    isa: &'a dyn TargetIsa,
    count: bool,
}

/// Instructions that are emitted together.
enum Group<'a> {
    Chain {
        /// What computes the product's input, element for element.
        input: Vec<&'a Lanes>,
        product: Option<&'a Product>,
        lanes: Vec<&'a Lanes>,
        accesses: (u64, u64),
    },
    Routine {
        plan: &'a RoutinePlan,
        accesses: (u64, u64),
    },
    Control {
        at: usize,
        len: usize,
    },
}

impl Building<'_, '_> {
    /// Goes to the segment of an entry.
    fn dispatch(&mut self, segments: &[Segment], entry: Value) {
        let mut switch = Switch::new();
        for segment in segments.iter().filter(|segment| !matches!(segment.work, Work::Leave(_))) {
            switch.set_entry(self.plans.entries.len() as u128, self.ways.blocks[&segment.first]);
            let is_helper = matches!(segment.work, Work::Helper);
            let needed = segment.needed.iter().map(|&(register, buffer)| self.plans.need(register, buffer));
            let needed = needed.collect();
            self.plans.entries.push(EntryPoint { at: segment.first, is_helper, calls_out: true, needed });
        }
        let none = self.e.b.create_block();
        self.e.b.set_cold_block(none);
        switch.emit(&mut self.e.b, entry, none);
        self.e.begin_block(none);
        // There is no such entry: nothing is executed.
        self.exits.leave(&mut self.e, 0);
    }

    /// Returns whether it calls functions that work on the machine.
    fn segment(&mut self, segment: &Segment) -> bool {
        let block = self.ways.blocks[&segment.first];
        self.e.begin_block(block);
        self.e.calls_out = false;
        match &segment.work {
            Work::Native(list) => self.native(segment, list),
            Work::Helper => self.helper(segment.first),
            Work::Leave(_) => self.exits.leave(&mut self.e, segment.first),
        }
        self.e.calls_out
    }

    fn native(&mut self, segment: &Segment, list: &[Planned]) {
        self.charge(segment);
        let abandon = list.iter().any(|planned| planned.plan.is_long()).then(|| self.e.b.create_block());
        self.e.watch(abandon);
        if abandon.is_none() {
            self.counted(segment);
        }
        let groups = groups(list, self.flow);
        let stores = stored(&groups);
        for (group, stored) in groups.iter().zip(stores) {
            self.group(group, stored);
            self.e.release_scratch();
        }
        if abandon.is_some() {
            self.counted(segment);
        }
        if !matches!(groups.last(), Some(Group::Control { .. })) {
            self.ways.go(&mut self.e, segment.end, &self.exits);
        }
        if let Some(abandon) = abandon {
            self.abandon(segment, abandon);
        }
    }

    /// Where a long instruction goes on when the host wants the run to stop: nothing has been changed yet.
    fn abandon(&mut self, segment: &Segment, block: Block) {
        let e = &mut self.e;
        e.watch(None);
        e.b.set_cold_block(block);
        e.begin_block(block);
        refund(e, segment.cost);
        self.exits.leave(e, segment.first);
    }

    /// Pays for a segment, or leaves before it: if there is too little fuel, or the host wants the run to stop.
    fn charge(&mut self, segment: &Segment) {
        let (e, at) = (&mut self.e, segment.first);
        let (pay, go, leave) = (e.b.create_block(), e.b.create_block(), e.b.create_block());
        e.b.set_cold_block(leave);
        let interrupt = e.frame_word(I64, offset_of!(Frame, interrupt) as i32);
        let asked = e.b.ins().load(I8, MEMORY, interrupt, 0);
        e.b.ins().brif(asked, leave, &[], pay, &[]);
        e.begin_block(pay);
        let fuel = e.frame_word(I64, offset_of!(Frame, fuel) as i32);
        let cost = e.int(segment.cost as i64);
        let enough = e.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, fuel, cost);
        e.b.ins().brif(enough, go, &[], leave, &[]);
        e.begin_block(leave);
        self.exits.leave(e, at);
        e.begin_block(go);
        let left = e.b.ins().isub(fuel, cost);
        e.set_frame_word(left, offset_of!(Frame, fuel) as i32);
    }

    fn counted(&mut self, segment: &Segment) {
        if !self.count {
            return;
        }
        let offset = (self.plans.counted.len() * 8) as i32;
        self.plans.counted.push((segment.first, segment.end));
        let e = &mut self.e;
        let counters = e.frame_word(I64, offset_of!(Frame, counters) as i32);
        let count = e.b.ins().load(I64, MEMORY, counters, offset);
        let count = e.b.ins().iadd_imm_s(count, 1);
        e.b.ins().store(MEMORY, count, counters, offset);
    }

    /// The interpreter's own function executes one instruction.
    fn helper(&mut self, at: usize) {
        let e = &mut self.e;
        let mut signature = Signature::new(CallConv::triple_default(self.isa.triple()));
        signature.params.push(AbiParam::new(I64));
        signature.params.push(AbiParam::new(I64));
        signature.returns.push(AbiParam::new(I64));
        let signature = e.b.import_signature(signature);
        let helper = e.host_function(offset_of!(Frame, helper));
        let (frame, index) = (e.frame(), e.int(at as i64));
        let call = e.b.ins().call_indirect(signature, helper, &[frame, index]);
        let result = e.b.inst_results(call)[0];
        let (on, out) = (e.b.create_block(), e.b.create_block());
        e.b.set_cold_block(out);
        e.b.ins().brif(result, out, &[], on, &[]);
        e.begin_block(out);
        e.b.ins().return_(&[result]);
        e.begin_block(on);
        self.ways.go(e, at + 1, &self.exits);
    }

    fn group(&mut self, group: &Group<'_>, stored: u64) {
        match group {
            Group::Chain { input, product, lanes, .. } => self.chain(input, *product, lanes, stored),
            Group::Routine { plan, .. } => {
                plan.routine.emit(&mut self.e);
                if let Some((register, buffer)) = plan.write {
                    self.wrote(register, buffer);
                }
            }
            Group::Control { at, len } => self.control(*at, *len),
        }
    }

    fn chain(&mut self, input: &[&Lanes], product: Option<&Product>, lanes: &[&Lanes], stored: u64) {
        let before = last_contents(input, &[]);
        let results = last_contents(
            lanes,
            &product.map(|p| (Place::Hot(p.dst), p.result)).into_iter().collect::<Vec<_>>(),
        );
        let is_stored = |place: &Place| match place {
            Place::Hot(register) => stored >> register & 1 == 1,
            _ => true,
        };
        let stores = |contents: &[(Place, Buffer)]| {
            contents.iter().map(|&(place, _)| place).filter(is_stored).collect()
        };
        let chain = Chain { ops: lanes.to_vec(), stores: stores(&results) };
        match (product, lanes.first()) {
            (Some(product), _) if product.is_long() => product.emit_staged(&mut self.e),
            (Some(product), _) if input.is_empty() => product.emit(&mut self.e, None, &chain),
            (Some(product), _) => {
                // Inputs that are too large for a single plane are read again, and so is what the results meet.
                let is_read = |place: &Place| {
                    *place == product.input || lanes.iter().any(|op| op.loaded().any(|read| read == *place))
                };
                let stores = before.iter().map(|&(place, _)| place);
                let stores = stores.filter(|place| is_stored(place) || is_read(place)).collect();
                let input = Chain { ops: input.to_vec(), stores };
                product.emit(&mut self.e, Some(&input), &chain);
            }
            (None, Some(first)) => {
                if !chain.by_kernel(&mut self.e) {
                    chain.emit_all(&mut self.e, first.len(), |_, _| Vec::new());
                }
            }
            (None, None) => {}
        }
        for &(place, buffer) in before.iter().chain(&results).filter(|(place, _)| is_stored(place)) {
            match place {
                Place::Hot(register) => self.wrote(register, buffer),
                _ => {
                    let len = self.e.int(buffer.len as i64);
                    self.e.set_frame_word(len, offset_of!(Frame, output_len) as i32);
                }
            }
        }
    }

    /// Records what a register has become.
    fn wrote(&mut self, register: usize, buffer: Buffer) {
        let number = self.plans.number(buffer);
        let number = self.e.int(number as i64);
        self.e.set_frame_word(number, hot_offset(register, offset_of!(HotSlot, written)));
    }

    fn control(&mut self, at: usize, len: usize) {
        let (e, control) = (&mut self.e, self.flow.controls[at]);
        if control::can_refuse(control) {
            let (refused, go) = (e.b.create_block(), e.b.create_block());
            e.b.set_cold_block(refused);
            control::guard(e, control, at, refused);
            e.jump(go);
            e.begin_block(refused);
            refund(e, 1);
            self.exits.leave(e, at);
            e.begin_block(go);
        }
        control::emit(e, self.flow, at, len, &self.ways, &self.exits);
    }
}

/// Gives back the fuel of an instruction that is not executed after all.
fn refund(e: &mut Emitter<'_>, cost: u64) {
    let fuel = e.frame_word(I64, offset_of!(Frame, fuel) as i32);
    let fuel = e.b.ins().iadd_imm_s(fuel, cost as i64);
    e.set_frame_word(fuel, offset_of!(Frame, fuel) as i32);
}

/// What each place holds behind these instructions, if it is none of those that stand for it before them.
fn last_contents(lanes: &[&Lanes], before: &[(Place, Buffer)]) -> Vec<(Place, Buffer)> {
    let mut contents = before.to_vec();
    for op in lanes {
        contents.retain(|(place, _)| *place != op.dst);
        contents.push((op.dst, op.buffer));
    }
    contents
}

fn groups<'a>(list: &'a [Planned], flow: &Flow) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for planned in list {
        let (reads, writes) = accesses(&planned.plan, flow, planned.at);
        match &planned.plan {
            Plan::Lanes(op) => match groups.last_mut() {
                Some(Group::Chain { product, lanes, accesses, .. })
                    if lanes.first().map_or_else(|| product.map(|p| p.rows), |first| Some(first.len()))
                        == Some(op.len())
                        && is_in_step(op, lanes, accesses.1) =>
                {
                    accesses.0 |= reads & !accesses.1;
                    accesses.1 |= writes;
                    lanes.push(op);
                }
                _ => groups.push(Group::Chain {
                    input: Vec::new(),
                    product: None,
                    lanes: vec![op],
                    accesses: (reads, writes),
                }),
            },
            Plan::Product(next) => match groups.last_mut() {
                Some(Group::Chain { input, product: product @ None, lanes, accesses })
                    if next.takes(lanes) =>
                {
                    accesses.0 |= reads & !accesses.1;
                    accesses.1 |= writes;
                    (*input, *product) = (std::mem::take(lanes), Some(next));
                }
                _ => groups.push(Group::Chain {
                    input: Vec::new(),
                    product: Some(next),
                    lanes: Vec::new(),
                    accesses: (reads, writes),
                }),
            },
            Plan::Routine(plan) => groups.push(Group::Routine { plan, accesses: (reads, writes) }),
            Plan::Control(len) => groups.push(Group::Control { at: planned.at, len: *len }),
            Plan::Nothing | Plan::Helper | Plan::Leave(_) => {}
        }
    }
    groups
}

/// Whether an instruction may pass vector by vector with others that write these registers: not if one of them would change
/// the first element that another one needs at every position.
fn is_in_step(op: &Lanes, others: &[&Lanes], written: u64) -> bool {
    let first = |place| if let Place::First(register) = place { Some(register) } else { None };
    let is_kept = |register| op.dst != Place::Hot(register);
    op.loaded().filter_map(first).all(|register| written >> register & 1 == 0 && is_kept(register))
        && others.iter().flat_map(|other| other.loaded()).filter_map(first).all(is_kept)
}

/// For each group the registers that have to be stored: a content that is replaced before anything can see it is not.
fn stored(groups: &[Group<'_>]) -> Vec<u64> {
    let mut needed = u64::MAX;
    let mut stored = vec![0; groups.len()];
    for (group, stored) in groups.iter().zip(&mut stored).rev() {
        *stored = needed;
        if let Group::Chain { accesses: (reads, writes), .. }
        | Group::Routine { accesses: (reads, writes), .. } = group
        {
            needed = (needed & !writes) | reads;
        }
    }
    stored
}
