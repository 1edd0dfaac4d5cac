//! A machine on its way to the runner, and what has become of it, compared with the interpreter.

use crate::words::{Reader, Writer};
use std::collections::BTreeMap;
use std::sync::Arc;
use ternsig_isa::Signal;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_vm::accelerator::step;
use ternsig_vm::arith::mastery::dopamine_factor;
use ternsig_vm::machine::control::Frame;
use ternsig_vm::{Devices, ExtensionRegistry, Machine, StepResult};

/// How the code came back: see the header.
const HALTED: u32 = 1;

/// A machine that a program is to be entered with.
#[derive(Debug)]
pub(crate) struct Case {
    /// The number of the object.
    pub(crate) object: usize,
    pub(crate) machine: Machine,
}

/// How often each instruction was executed natively, by extension and opcode.
pub(crate) type Counts = BTreeMap<(u16, u16), u64>;

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The code cannot be entered with such a machine.
    Declined,
    /// It came back at once.
    Nothing,
    /// It executed instructions, and left the next to others.
    Left,
    /// It executed instructions up to the end.
    Halted,
}

fn frame(frame: &Frame) -> [u32; 4] {
    match *frame {
        Frame::Loop { start, end, remaining } => [0, start, end, remaining.into()],
        Frame::Call { resume } => [1, resume, 0, 0],
    }
}

fn signal(signal: &Signal) -> u32 {
    u32::from(signal.polarity() as u8) | u32::from(signal.magnitude()) << 8
}

impl Case {
    /// Describes the machine to the runner.
    pub(crate) fn write(&self, out: &mut Writer) {
        let machine = &self.machine;
        out.word(self.object as u32);
        out.word(machine.pc() as u32);
        out.word(machine.fuel() as u32);
        out.word((machine.fuel() >> 32) as u32);
        out.word(dopamine_factor(machine.chemicals()[0]).unwrap_or(0) as u32);
        out.word(machine.limits().calls as u32);
        out.numbers(machine.input());
        out.numbers(machine.target());
        let control: Vec<u32> = machine.control_stack().iter().flat_map(frame).collect();
        let calls = machine.control_stack().iter().filter(|frame| matches!(frame, Frame::Call { .. }));
        out.list(control.into_iter());
        out.word(calls.count() as u32);
        let hot: Vec<_> =
            (0..REGISTERS_PER_BANK).filter_map(|index| Some((index, machine.hot(index)?))).collect();
        out.word(hot.len() as u32);
        for (index, register) in hot {
            out.word(index as u32);
            out.list(register.shape().dims().iter().copied());
            out.numbers(register.data());
        }
        self.write_cold(out);
    }

    fn write_cold(&self, out: &mut Writer) {
        let machine = &self.machine;
        let cold: Vec<_> =
            (0..REGISTERS_PER_BANK).filter_map(|index| Some((index, machine.cold(index)?))).collect();
        out.word(cold.len() as u32);
        for (index, register) in cold {
            out.word(index as u32);
            out.list(register.shape().dims().iter().copied());
            out.list(register.values().iter().map(|&value| i32::from(value) as u32));
            out.list(register.signals().iter().map(signal));
            out.word(register.temperatures().is_some().into());
            if let Some(list) = register.temperatures() {
                out.list(list.iter().map(|&temperature| temperature as u32));
            }
            let pressure = machine.pressure(index);
            out.word(pressure.is_some().into());
            if let Some(list) = pressure {
                out.numbers(list);
            }
            out.word(register.is_frozen().into());
        }
    }

    /// Compares what the runner found with what the interpreter does until it has spent as much fuel.
    /// Counts the executed instructions.
    pub(crate) fn check(&self, results: &mut Reader<'_>, counts: &mut Counts) -> Result<Fate, String> {
        if results.word() != 0 {
            return Ok(Fate::Declined);
        }
        let mut after = self.machine.clone();
        let kind = self.take(results, &mut after)?;
        let mut shadow = self.machine.clone();
        let mut devices = Devices::new(Arc::new(ExtensionRegistry::standard()));
        let mut last = StepResult::Continue;
        let goes_on =
            |last: &StepResult| matches!(last, StepResult::Continue | StepResult::Break | StepResult::Return);
        while goes_on(&last) && shadow.fuel() > after.fuel() {
            if let Some(word) = shadow.program().program().instructions.get(shadow.pc()) {
                *counts.entry((word.ext, word.opcode)).or_default() += 1;
            }
            last = step(&mut shadow, &mut devices);
        }
        if let Some(difference) = after.difference(&shadow) {
            return Err(format!("{difference} (the one is native, the other interpreted)"));
        }
        match (kind, &last) {
            (HALTED, StepResult::Halt) => Ok(Fate::Halted),
            (HALTED, _) => Err(format!("the code halted where the interpreter {last:?}")),
            (_, last) if !goes_on(last) => Err(format!("the code left where the interpreter {last:?}")),
            _ if after.fuel() == self.machine.fuel() => Ok(Fate::Nothing),
            _ => Ok(Fate::Left),
        }
    }

    /// Lets a machine become what the code has left; how it came back.
    fn take(&self, results: &mut Reader<'_>, after: &mut Machine) -> Result<u32, String> {
        let kind = results.word();
        after.set_pc(results.word() as usize);
        let fuel = u64::from(results.word());
        after.set_fuel(fuel | u64::from(results.word()) << 32);
        if results.word() != 0 {
            after.set_output(&results.numbers());
        }
        let frames = results.list();
        let (own, calls) = after.native_state().control.parts_mut();
        *own = frames
            .chunks_exact(4)
            .map(|words| match words[0] {
                0 => Frame::Loop { start: words[1], end: words[2], remaining: words[3] as u16 },
                _ => Frame::Call { resume: words[1] },
            })
            .collect();
        *calls = results.word() as usize;
        for _ in 0..results.word() {
            self.take_hot(results, after)?;
        }
        for _ in 0..results.word() {
            self.take_cold(results, after)?;
        }
        Ok(kind)
    }

    fn take_hot(&self, results: &mut Reader<'_>, after: &mut Machine) -> Result<(), String> {
        let register = results.word() as usize;
        if results.word() != 0 {
            let shape = results.shape();
            let bank = after.native_state().hot;
            // Not every content fills its shape, so that it cannot be set as a host sets it.
            let (data, own) = bank.raw_parts(register);
            (*data, *own) = (results.numbers(), shape);
            bank.mark_allocated(register);
            return Ok(());
        }
        let before = self.machine.hot(register).map_or(&[][..], |register| register.data());
        if results.numbers() != before {
            return Err(format!("H{register} has changed although the code says that it has not"));
        }
        Ok(())
    }

    fn take_cold(&self, results: &mut Reader<'_>, after: &mut Machine) -> Result<(), String> {
        let index = results.word() as usize;
        let (values, signals) = (results.numbers(), results.list());
        let register = after.cold_mut(index).ok_or_else(|| format!("there is no C{index}"))?;
        if register.signals().iter().map(signal).ne(signals.iter().copied()) {
            let mut edit = register.edit();
            for (at, &word) in signals.iter().enumerate() {
                let new = Signal::with_sign(i32::from(word as u8 as i8), (word >> 8) as u8);
                if edit.signals()[at] != new {
                    edit.set(at, new);
                }
            }
        }
        if register.values().iter().map(|&value| i32::from(value)).ne(values.iter().copied()) {
            return Err(format!("the values of C{index} are not those of its signals"));
        }
        if results.word() != 0 {
            after.set_pressure(index, Some(results.numbers()));
        }
        Ok(())
    }
}
