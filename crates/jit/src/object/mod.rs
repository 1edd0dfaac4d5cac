//! Code for another time and place: ELF objects with what a C program needs to run them.

mod emit;
mod header;
mod memory;
mod packing;
mod tables;

use crate::analysis::facts::{Buffer, Cell, Facts};
use crate::analysis::flow::Flow;
use crate::analysis::infer;
use crate::error::JitError;
use crate::lower::function::{self, Settings};
use crate::lower::requirements::Plans;
use crate::rotations::ROTATIONS;
use crate::target;
use cranelift_frontend::FunctionBuilderContext;
use memory::Block;
use std::fmt;
use std::str::FromStr;
use tables::{Cold, Content, Entry, Hot, Need, Program};
use target_lexicon::Triple;
use ternsig_isa::Op;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_program::{StepOp, ValidatedProgram};
use ternsig_vm::Machine;

/// How many active loops and pending calls there is room for. Where one more would begin, the code leaves.
const CONTROL_ROOM: usize = 64;

/// A processor and system that objects can be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectTarget {
    /// x86-64 processors that have SSE4.1.
    X86_64Linux,
    /// All 64-bit ARM processors.
    Aarch64Linux,
}

impl ObjectTarget {
    /// All of them.
    pub const ALL: [ObjectTarget; 2] = [ObjectTarget::X86_64Linux, ObjectTarget::Aarch64Linux];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ObjectTarget::X86_64Linux => "x86_64-linux",
            ObjectTarget::Aarch64Linux => "aarch64-linux",
        }
    }

    const fn triple(self) -> &'static str {
        match self {
            ObjectTarget::X86_64Linux => "x86_64-unknown-linux-gnu",
            ObjectTarget::Aarch64Linux => "aarch64-unknown-linux-gnu",
        }
    }
}

impl fmt::Display for ObjectTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ObjectTarget {
    type Err = JitError;

    fn from_str(name: &str) -> Result<ObjectTarget, JitError> {
        let found = ObjectTarget::ALL.into_iter().find(|target| target.name() == name);
        found.ok_or_else(|| JitError::UnknownTarget(name.to_owned()))
    }
}

/// A program as an ELF object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The object file.
    pub bytes: Vec<u8>,
    /// The C header that declares what it contains, and how it is used.
    pub header: String,
    /// The native instructions at which the code can be entered, ascending.
    pub entries: Vec<usize>,
}

/// Compiles the program of a machine for another time and place: for its registers as they are and, while they are empty,
/// input and target buffers of the declared lengths. What the object defines begins with the `prefix`.
///
/// # Errors
/// The prefix is no name in C, no instruction becomes native code, or the code generator refuses.
pub fn object(machine: &Machine, target: ObjectTarget, prefix: &str) -> Result<Object, JitError> {
    if !is_name(prefix) {
        return Err(JitError::InvalidPrefix(prefix.to_owned()));
    }
    let isa = target::object(target.triple().parse::<Triple>().map_err(JitError::unsupported)?)?;
    let program = machine.program();
    if program.steps().is_empty() {
        return Err(JitError::NothingNative);
    }
    let (flow, used) = (Flow::of(program), infer::used(program));
    let facts = Facts::expected(program, &used, machine);
    let mut context = FunctionBuilderContext::new();
    let (function, plans) =
        function::build(program, &flow, &facts, isa.as_ref(), Settings::default(), &mut context);
    let native = plans.entries.iter().map(|entry| entry.at).filter(|at| !plans.foreign.contains_key(at));
    let entries: Vec<_> = native.collect();
    if entries.is_empty() {
        return Err(JitError::NothingNative);
    }
    let described = Described::new(program, &facts, &plans, |register| used.cold(register))?;
    let header = header::write(prefix, target, program, &facts, &plans, &described);
    let bytes = emit::object(isa, prefix, function, &described)?;
    Ok(Object { bytes, header, entries })
}

/// Whether something is a name in C that begins with a letter.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 200
}

/// The tables of a program.
struct Described {
    program: Program,
    entries: Vec<Entry>,
    needs: Vec<Need>,
    contents: Vec<Content>,
    hot: Vec<Hot>,
    cold: Vec<Cold>,
    places: Vec<u32>,
    /// Whether the code reads the table of rotations.
    rotates: bool,
}

impl Described {
    fn new(
        program: &ValidatedProgram,
        facts: &Facts,
        plans: &Plans,
        is_used: impl Fn(usize) -> bool,
    ) -> Result<Described, JitError> {
        // The first are those that the code writes, by its own numbers.
        let mut buffers = plans.buffers.clone();
        let (mut entries, mut needs) = (Vec::new(), Vec::new());
        for entry in &plans.entries {
            entries.push(Entry {
                instruction: entry.at as u64,
                helped: plans.foreign.contains_key(&entry.at).into(),
                first_need: needs.len() as u64,
                needs: entry.needed.len() as u64,
            });
            needs.extend(
                entry.needed.iter().map(|need| Need { reg: need.register as u64, content: need.number }),
            );
        }
        let mut block = Block::default();
        let hot = plans.rooms.iter().map(|(&register, &room)| Hot {
            reg: register as u64,
            room: room as u64,
            written: plans.written.contains(&register).into(),
            begins_as: match facts.hot[register] {
                Cell::Known(buffer) => number(&mut buffers, buffer),
                Cell::Absent | Cell::Unknown => 0,
            },
            offset: block.reserve(4 * room),
        });
        let hot: Vec<_> = hot.collect();
        let (mut cold, mut places) = (Vec::new(), Vec::new());
        for (register, weights) in facts.cold.iter().enumerate().filter(|&(register, _)| is_used(register)) {
            let Some(weights) = weights else { continue };
            let mut row = Cold::unpacked(register, weights, plans.pressed.contains(&register));
            if let Some(&forms) = plans.packed.get(&register) {
                packing::describe(&mut row, weights, forms, &mut block, &mut places)?;
            }
            cold.push(row);
        }
        let is_rotation = |op| matches!(op, StepOp::Standard(Op::Tensor(TensorOp::RopeApply)));
        let rotates = program.steps().iter().any(|step| is_rotation(step.op));
        let program = Program {
            instructions: program.steps().len() as u64,
            entry_count: entries.len() as u64,
            need_count: needs.len() as u64,
            content_count: buffers.len() as u64,
            hot_count: hot.len() as u64,
            cold_count: cold.len() as u64,
            ..buffers_in(&mut block, facts, plans)
        };
        let contents = buffers.into_iter().map(Content::of).collect();
        Ok(Described { program, entries, needs, contents, hot, cold, places, rotates })
    }
}

/// The number of a buffer, which may be new.
fn number(buffers: &mut Vec<Buffer>, buffer: Buffer) -> u64 {
    let known = buffers.iter().position(|known| *known == buffer);
    let index = known.unwrap_or_else(|| {
        buffers.push(buffer);
        buffers.len() - 1
    });
    index as u64 + 1
}

/// The places of everything but registers.
fn buffers_in(block: &mut Block, facts: &Facts, plans: &Plans) -> Program {
    let padded = |len: usize| 4 * len.next_multiple_of(8);
    Program {
        interface: header::interface(),
        reads_input: plans.reads_input.into(),
        input_len: facts.input_len as u64,
        input_offset: block.reserve(padded(facts.input_len)),
        reads_target: plans.reads_target.into(),
        target_len: facts.target_len as u64,
        target_offset: block.reserve(padded(facts.target_len)),
        output_room: plans.output_room as u64,
        output_offset: block.reserve(padded(plans.output_room)),
        control_room: if plans.uses_control { CONTROL_ROOM as u64 } else { 0 },
        control_offset: block.reserve(if plans.uses_control { 16 * CONTROL_ROOM } else { 0 }),
        scratch_offset: block.reserve(plans.scratch + 64),
        memory: block.bytes() as u64,
        ..Program::default()
    }
}

/// The rotations as an object stores them.
fn rotations() -> Vec<u8> {
    ROTATIONS.iter().flatten().flat_map(|factor| factor.to_le_bytes()).collect()
}
