//! The part of a snapshot that every snapshot has: all state that outlives a run.

use super::error::{SnapshotError, SnapshotErrorKind};
use super::reader::Reader;
use super::wire::{Table, Wire, decode_table, encode_list, encode_table};
use crate::machine::cold::ColdRegister;
use crate::machine::hot::HotRegister;
use crate::machine::learning::{Contrast, Phase};
use crate::machine::models::{ModelSlot, ModelTable};
use crate::machine::{Machine, UNCOUNTED_ELEMENTS};
use std::sync::Arc;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Bank, Register, Shape};
use ternsig_program::ValidatedProgram;

/// State that was read and checked but not yet taken over.
pub(super) struct State {
    /// The program that the machine had.
    pub(super) program: u64,
    hot: Table<HotRegister>,
    cold: Table<ColdRegister>,
    params: [i32; REGISTERS_PER_BANK],
    shapes: [Shape; REGISTERS_PER_BANK],
    output: Vec<i32>,
    pressure: Table<Vec<i32>>,
    chemicals: [u8; 4],
    current_error: i32,
    babble_scale: i32,
    babble_phase: u64,
    generator: u64,
    runs: u64,
    contrast: Contrast,
    checkpoints: Table<ColdRegister>,
    pub(super) models: ModelTable,
}

pub(super) fn encode(machine: &Machine, out: &mut Vec<u8>) {
    // Every field is named, so that a new one is not forgotten. Behind the line: what belongs to the run, see
    // `execution`, and what belongs to the host.
    #[rustfmt::skip]
    let Machine {
        program, hot, cold, params, shapes, output, pressure, chemicals, current_error, babble_scale, babble_phase,
        generator, runs, contrast, checkpoints, models,
        // ---
        input: _, target: _, tests: _, pc: _, control: _, fuel: _, status: _,
        limits: _, interrupt: _, scratch: _, known_since: _, asked: _,
    } = machine;
    program.hash().encode(out);
    encode_table(out, |index| hot.get(index));
    encode_table(out, |index| cold[index].as_deref());
    params.iter().for_each(|value| value.encode(out));
    shapes.iter().for_each(|shape| shape.encode(out));
    output.encode(out);
    encode_table(out, |index| pressure[index].as_ref());
    out.extend_from_slice(chemicals);
    current_error.encode(out);
    babble_scale.encode(out);
    babble_phase.encode(out);
    generator.encode(out);
    runs.encode(out);
    contrast.encode(out);
    encode_table(out, |index| checkpoints[index].as_deref());
    models.encode(out);
}

impl State {
    pub(super) fn decode(input: &mut Reader<'_>, program: &ValidatedProgram) -> Result<State, SnapshotError> {
        input.enter("program");
        let hash = u64::decode(input)?;
        input.enter("hot registers");
        let hot = decode_table(input)?;
        input.enter("cold registers");
        let at = input.at();
        let cold = decode_table(input)?;
        check_total(input, at, &hot, &cold)?;
        if hash != program.hash() {
            check_declared(input, at, program, &cold)?;
        }
        input.enter("param registers");
        let params = decode_array(input)?;
        input.enter("shape registers");
        let shapes = decode_array(input)?;
        input.enter("output buffer");
        let output = Vec::decode(input)?;
        input.enter("pressure");
        let pressure = decode_table(input)?;
        input.enter("scalars");
        Ok(State {
            program: hash,
            hot,
            cold,
            params,
            shapes,
            output,
            pressure,
            chemicals: input.array()?,
            current_error: i32::decode(input)?,
            babble_scale: decode_babble_scale(input)?,
            babble_phase: u64::decode(input)?,
            generator: u64::decode(input)?,
            runs: u64::decode(input)?,
            contrast: Contrast::decode(input)?,
            checkpoints: decode_checkpoints(input)?,
            models: ModelTable::decode(input)?,
        })
    }

    /// Hands everything over. The restored registers took their versions when they were read.
    pub(super) fn apply(self, machine: &mut Machine) {
        for (index, register) in self.hot.into_iter().enumerate() {
            match register {
                Some(register) => *machine.hot.claim(index) = register,
                None => {
                    machine.hot.free(index);
                }
            }
        }
        machine.cold = self.cold.map(|register| register.map(Arc::new));
        machine.params = self.params;
        machine.shapes = self.shapes;
        machine.output = self.output;
        machine.pressure = self.pressure;
        machine.chemicals = self.chemicals;
        machine.current_error = self.current_error;
        machine.babble_scale = self.babble_scale;
        machine.babble_phase = self.babble_phase;
        machine.generator = self.generator;
        machine.runs = self.runs;
        machine.contrast = self.contrast;
        machine.checkpoints = self.checkpoints.map(|register| register.map(Arc::new));
        machine.models = self.models;
    }
}

fn decode_array<T: Wire + Copy + Default>(
    input: &mut Reader<'_>,
) -> Result<[T; REGISTERS_PER_BANK], SnapshotError> {
    let mut array = [T::default(); REGISTERS_PER_BANK];
    for value in &mut array {
        *value = T::decode(input)?;
    }
    Ok(array)
}

fn decode_babble_scale(input: &mut Reader<'_>) -> Result<i32, SnapshotError> {
    let at = input.at();
    let scale = i32::decode(input)?;
    if (0..=255).contains(&scale) { Ok(scale) } else { Err(input.bad_value(at, "babble scale", scale)) }
}

fn decode_checkpoints(input: &mut Reader<'_>) -> Result<Table<ColdRegister>, SnapshotError> {
    input.enter("checkpoints");
    decode_table(input)
}

/// Counts as the machine does when it allocates, so that it takes back whatever it had.
fn check_total(
    input: &Reader<'_>,
    offset: usize,
    hot: &Table<HotRegister>,
    cold: &Table<ColdRegister>,
) -> Result<(), SnapshotError> {
    let hot = hot.iter().flatten().map(|register| register.data.len());
    let cold = cold.iter().flatten().map(ColdRegister::len);
    let counted = hot.chain(cold).filter(|&elements| elements > UNCOUNTED_ELEMENTS);
    let (elements, limit) = (counted.sum(), input.limits().total_elements);
    if elements > limit {
        return Err(input.error(offset, SnapshotErrorKind::Limit { elements, limit }));
    }
    Ok(())
}

/// What another program left behind must be what the loaded one declares. The program itself may have grown, pruned or
/// freed its registers.
fn check_declared(
    input: &Reader<'_>,
    offset: usize,
    program: &ValidatedProgram,
    cold: &Table<ColdRegister>,
) -> Result<(), SnapshotError> {
    for decl in program.program().registers.iter().filter(|decl| decl.register.bank() == Bank::Cold) {
        let found = cold[decl.register.index()].as_ref().map(ColdRegister::shape);
        if found != Some(decl.shape) {
            let (register, declared) = (decl.register, decl.shape);
            return Err(input.error(offset, SnapshotErrorKind::DeclaredShape { register, declared, found }));
        }
    }
    Ok(())
}

impl Wire for Contrast {
    const LEAST: usize = 1 + 2 * u64::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        let phase: u8 = match self.phase {
            Phase::Idle => 0,
            Phase::Free => 1,
            Phase::Clamped => 2,
        };
        phase.encode(out);
        encode_table(out, |index| self.free[index].as_ref());
        encode_table(out, |index| self.clamped[index].as_ref());
    }

    fn decode(input: &mut Reader<'_>) -> Result<Contrast, SnapshotError> {
        input.enter("contrastive recordings");
        let at = input.at();
        let phase = match u8::decode(input)? {
            0 => Phase::Idle,
            1 => Phase::Free,
            2 => Phase::Clamped,
            other => return Err(input.bad_value(at, "phase", other)),
        };
        Ok(Contrast { phase, free: decode_table(input)?.into(), clamped: decode_table(input)?.into() })
    }
}

impl Wire for ModelTable {
    const LEAST: usize = u32::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        let slots: Vec<_> = self.iter().map(|(number, slot)| Entry(number, slot.clone())).collect();
        encode_list(&slots, out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<ModelTable, SnapshotError> {
        input.enter("model slots");
        let mut table = ModelTable::default();
        let mut last = None;
        for _ in 0..input.list_len(Entry::LEAST)? {
            let at = input.at();
            let Entry(number, slot) = Entry::decode(input)?;
            if last.replace(number).is_some_and(|last| last >= number) {
                return Err(input.error(at, SnapshotErrorKind::NotAscending(number)));
            }
            table.insert(number, slot);
        }
        Ok(table)
    }
}

/// A loaded model slot. Whether it is being executed belongs to the run.
struct Entry(u8, ModelSlot);

impl Wire for Entry {
    const LEAST: usize = 1 + 3 * bool::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        let Entry(number, ModelSlot { running: _, input, output, last_output }) = self;
        number.encode(out);
        input.encode(out);
        output.encode(out);
        last_output.encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Entry, SnapshotError> {
        let number = u8::decode(input)?;
        let slot = ModelSlot {
            running: false,
            input: decode_binding(input)?,
            output: decode_binding(input)?,
            last_output: Option::decode(input)?,
        };
        Ok(Entry(number, slot))
    }
}

fn decode_binding(input: &mut Reader<'_>) -> Result<Option<Register>, SnapshotError> {
    let at = input.at();
    let register = Option::<Register>::decode(input)?;
    match register.filter(|register| register.bank() != Bank::Hot) {
        Some(other) => Err(input.bad_value(at, "hot register", other.byte())),
        None => Ok(register),
    }
}
