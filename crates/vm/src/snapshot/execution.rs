//! The optional part of a snapshot: the run that is going on, or how the last one ended.

use super::error::{SnapshotError, SnapshotErrorKind};
use super::reader::Reader;
use super::state::State;
use super::wire::{Table, Wire, decode_table, encode_list, encode_table};
use crate::error::Error;
use crate::machine::Machine;
use crate::machine::control::{Frame, MAX_FRAMES};
use crate::machine::status::{Progress, Status};
use crate::machine::test_state::{TestRecord, TestState};
use crate::outcome::Outcome;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{DomainOp, Op};
use ternsig_program::{StepOp, ValidatedProgram};

/// A run that was read and checked but not yet taken over.
pub(super) struct Execution {
    pc: usize,
    fuel: u64,
    frames: Vec<Frame>,
    status: Status,
    running_models: Vec<u8>,
    input: Vec<i32>,
    target: Vec<i32>,
    tests: TestState,
}

pub(super) fn encode(machine: &Machine, out: &mut Vec<u8>) {
    machine.pc.encode(out);
    machine.fuel.encode(out);
    encode_list(machine.control.frames(), out);
    machine.status.encode(out);
    let running: Vec<u8> =
        machine.models.iter().filter(|(_, slot)| slot.running).map(|(number, _)| number).collect();
    running.encode(out);
    machine.input.encode(out);
    machine.target.encode(out);
    machine.tests.encode(out);
}

impl Execution {
    /// Refuses what the loaded program could not have left.
    pub(super) fn decode(
        input: &mut Reader<'_>,
        program: &ValidatedProgram,
        state: &State,
    ) -> Result<Execution, SnapshotError> {
        input.enter("execution");
        let at = input.at();
        if state.program != program.hash() {
            let (found, expected) = (state.program, program.hash());
            return Err(input.error(at, SnapshotErrorKind::OtherProgram { found, expected }));
        }
        let (pc, fuel) = (usize::decode(input)?, u64::decode(input)?);
        input.enter("control stack");
        let at = input.at();
        let frames = Vec::decode(input)?;
        check_frames(&frames, program, input.limits().calls)
            .map_err(|why| input.error(at, SnapshotErrorKind::ControlStack(why)))?;
        input.enter("run status");
        let at = input.at();
        let status = Status::decode(input)?;
        if let Progress::Pending { op, instruction, .. } = status.progress
            && !yields(program, instruction, &op)
        {
            return Err(input.error(at, SnapshotErrorKind::Operation { op, instruction }));
        }
        let running_models = decode_running(input, state)?;
        input.enter("input and target buffers");
        let (buffer, target) = (Vec::decode(input)?, Vec::decode(input)?);
        input.enter("test records");
        let tests = TestState::decode(input)?;
        Ok(Execution { pc, fuel, frames, status, running_models, input: buffer, target, tests })
    }

    pub(super) fn apply(self, machine: &mut Machine) {
        machine.pc = self.pc;
        machine.fuel = self.fuel;
        machine.control.restore(self.frames);
        machine.status = self.status;
        for number in self.running_models {
            if let Some(slot) = machine.models.slot_mut(number) {
                slot.running = true;
            }
        }
        machine.input = self.input;
        machine.target = self.target;
        machine.tests = self.tests;
    }
}

/// Leaves a machine without a run, as one that has just been loaded; input and target buffers stay.
pub(super) fn clear(machine: &mut Machine) {
    machine.pc = 0;
    machine.fuel = machine.limits.fuel;
    machine.control.clear();
    machine.status = Status::IDLE;
    machine.tests.clear();
}

/// Engines rely on frames that belong to a loop or a call of the program.
fn check_frames(frames: &[Frame], program: &ValidatedProgram, calls: usize) -> Result<(), &'static str> {
    let is_op = |index: Option<usize>, op: CoreOp| {
        let step = index.and_then(|index| program.steps().get(index));
        step.filter(|step| step.op == StepOp::Standard(Op::Core(op)))
    };
    for frame in frames {
        match *frame {
            Frame::Loop { start, end, remaining } => {
                let paired = is_op(Some(end as usize), CoreOp::EndLoop).map(|step| step.partner + 1);
                if paired != Some(start) || remaining == 0 {
                    return Err("an active loop is none of the program's");
                }
            }
            Frame::Call { resume } => {
                if is_op((resume as usize).checked_sub(1), CoreOp::Call).is_none() {
                    return Err("a pending call does not go back behind a call");
                }
            }
        }
    }
    if frames.len() > MAX_FRAMES {
        return Err("more loops are active than the machine allows");
    }
    if frames.iter().filter(|frame| matches!(frame, Frame::Call { .. })).count() > calls {
        return Err("more calls are pending than the machine allows");
    }
    Ok(())
}

/// Whether the instruction yields such an operation about these registers. Its numbers are not compared: some of them
/// come from param registers, which may have changed since.
fn yields(program: &ValidatedProgram, instruction: usize, op: &DomainOp) -> bool {
    let Some(step) = program.steps().get(instruction) else { return false };
    let StepOp::Standard(standard) = step.op else { return true };
    let row = standard.row();
    let fields = row.form_of(step.operands).fields;
    let built =
        row.yields.map(|kind| kind.build(|index| fields.get(index).map_or(0, |f| f.extract(step.operands))));
    let registers = |op: &DomainOp| {
        let fields = op.fields().into_iter().map(|(_, value)| value);
        fields.filter(|value| matches!(value, ternsig_isa::FieldValue::Register(_))).collect::<Vec<_>>()
    };
    built.is_some_and(|built| built.kind() == op.kind() && registers(&built) == registers(op))
}

fn decode_running(input: &mut Reader<'_>, state: &State) -> Result<Vec<u8>, SnapshotError> {
    input.enter("running models");
    let at = input.at();
    let running = Vec::<u8>::decode(input)?;
    if let Some(pair) = running.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Err(input.error(at, SnapshotErrorKind::NotAscending(pair[1])));
    }
    match running.iter().find(|&&number| state.models.slot(number).is_none()) {
        Some(&empty) => Err(input.bad_value(at, "loaded model slot", empty)),
        None => Ok(running),
    }
}

impl Wire for Frame {
    const LEAST: usize = 1 + u32::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        match *self {
            Frame::Loop { start, end, remaining } => {
                0u8.encode(out);
                start.encode(out);
                end.encode(out);
                remaining.encode(out);
            }
            Frame::Call { resume } => {
                1u8.encode(out);
                resume.encode(out);
            }
        }
    }

    fn decode(input: &mut Reader<'_>) -> Result<Frame, SnapshotError> {
        let at = input.at();
        match u8::decode(input)? {
            0 => Ok(Frame::Loop {
                start: u32::decode(input)?,
                end: u32::decode(input)?,
                remaining: u16::decode(input)?,
            }),
            1 => Ok(Frame::Call { resume: u32::decode(input)? }),
            other => Err(input.bad_value(at, "control frame", other)),
        }
    }
}

impl Wire for Status {
    const LEAST: usize = 1;

    fn encode(&self, out: &mut Vec<u8>) {
        let with_op = |code: u8, op: &DomainOp, instruction: &usize, out: &mut Vec<u8>| {
            code.encode(out);
            op.encode(out);
            instruction.encode(out);
        };
        match (&self.progress, self.outcome()) {
            (Progress::Over, None) => 0u8.encode(out),
            (Progress::Pending { op, instruction, waited: false }, _) => with_op(2, op, instruction, out),
            (Progress::Pending { op, instruction, waited: true }, _)
            | (Progress::Over, Some(Outcome::Waiting { op, instruction })) => {
                with_op(3, op, instruction, out)
            }
            (Progress::Over, Some(Outcome::Halted)) => 4u8.encode(out),
            (Progress::Over, Some(Outcome::Ended)) => 5u8.encode(out),
            (Progress::Over, Some(Outcome::Stopped { op, instruction })) => with_op(6, op, instruction, out),
            (Progress::Over, Some(Outcome::Unfulfilled { op, instruction })) => {
                with_op(7, op, instruction, out)
            }
            (Progress::Over, Some(Outcome::Failed(error))) => {
                8u8.encode(out);
                error.encode(out);
            }
            // The last two do not end a run.
            (Progress::Running, _)
            | (Progress::Over, Some(Outcome::OutOfFuel { .. } | Outcome::Interrupted { .. })) => {
                1u8.encode(out)
            }
        }
    }

    fn decode(input: &mut Reader<'_>) -> Result<Status, SnapshotError> {
        let at = input.at();
        let code = u8::decode(input)?;
        let mut op = || Ok::<_, SnapshotError>((DomainOp::decode(input)?, usize::decode(input)?));
        let outcome = match code {
            0 => return Ok(Status::IDLE),
            1 => return Ok(Status::in_run(Progress::Running)),
            2 | 3 => {
                let (op, instruction) = op()?;
                return Ok(Status::in_run(Progress::Pending { op, instruction, waited: code == 3 }));
            }
            4 => Outcome::Halted,
            5 => Outcome::Ended,
            6 => op().map(|(op, instruction)| Outcome::Stopped { op, instruction })?,
            7 => op().map(|(op, instruction)| Outcome::Unfulfilled { op, instruction })?,
            8 => Outcome::Failed(Error::decode(input)?),
            other => return Err(input.bad_value(at, "run status", other)),
        };
        Ok(Status::over(outcome))
    }
}

impl Wire for TestRecord {
    const LEAST: usize = 1 + u64::LEAST + bool::LEAST + u32::LEAST + bool::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        let TestRecord { id, begin, end, assertions, failure } = self;
        id.encode(out);
        begin.encode(out);
        end.encode(out);
        assertions.encode(out);
        failure.encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<TestRecord, SnapshotError> {
        Ok(TestRecord {
            id: u8::decode(input)?,
            begin: usize::decode(input)?,
            end: Option::decode(input)?,
            assertions: u32::decode(input)?,
            failure: Option::decode(input)?,
        })
    }
}

impl Wire for TestState {
    const LEAST: usize = 2 * u32::LEAST + u64::LEAST + bool::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        let TestState { records, outside, snapshots, collect } = self;
        records.encode(out);
        outside.encode(out);
        encode_table(out, |index| snapshots.get(&index));
        collect.encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<TestState, SnapshotError> {
        let (records, outside) = (Vec::decode(input)?, u32::decode(input)?);
        let table: Table<Vec<i32>> = decode_table(input)?;
        let entries = table.into_iter().enumerate();
        let snapshots = entries.filter_map(|(index, data)| Some((index, data?))).collect();
        Ok(TestState { records, outside, snapshots, collect: bool::decode(input)? })
    }
}
