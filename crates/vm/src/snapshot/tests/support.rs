//! A program with something of everything, and machines in random states of it.

use crate::error::{Error, ErrorKind};
use crate::machine::Machine;
use crate::machine::cold::ColdRegister;
use crate::machine::control::Frame;
use crate::machine::hot::HotRegister;
use crate::machine::learning::{Contrast, Phase};
use crate::machine::models::{ModelSlot, ModelTable};
use crate::machine::status::{Progress, Status};
use crate::machine::test_state::{TestRecord, TestState};
use crate::machine::usage::Usage;
use crate::outcome::Outcome;
use crate::snapshot::HEADER_SIZE;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use std::sync::Arc;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::neuro::NeuroOp;
use ternsig_isa::table::orchestration::OrchestrationOp;
use ternsig_isa::{
    Bank, DomainOp, Instruction, InstructionSet, Op, Register, Shape, Signal, Temperature, TypeId,
};
use ternsig_program::{AssembledProgram, RegisterDecl, ValidatedProgram, checksum};

pub(super) fn word(op: Op, operands: [u8; 4]) -> Instruction {
    Instruction { ext: op.ext(), opcode: op.row().opcode, operands }
}

pub(super) fn core(op: CoreOp, operands: [u8; 4]) -> Instruction {
    word(Op::Core(op), operands)
}

pub(super) fn declare(register: Register, dims: &[u32]) -> RegisterDecl {
    let ty = if register.bank() == Bank::Cold { TypeId::SIGNAL } else { TypeId::I32 };
    RegisterDecl { register, ty, shape: Shape::new(dims).unwrap(), key: None, frozen: false }
}

pub(super) const LOOP: Frame = Frame::Loop { start: 1, end: 3, remaining: 2 };
pub(super) const INNER: Frame = Frame::Loop { start: 5, end: 6, remaining: 9 };
pub(super) const CALL: Frame = Frame::Call { resume: 2 };
/// What instruction 2 yields.
pub(super) const CHEM: DomainOp = DomainOp::ChemRead { target: Register::hot(1), chem_id: 3 };
/// What instruction 5 yields.
pub(super) const EXEC: DomainOp = DomainOp::ModelExec { target: Register::hot(2), slot: 7 };

pub(super) fn assembled() -> AssembledProgram {
    let word5 = word(Op::Orchestration(OrchestrationOp::ModelExec), [2, 7, 0, 0]);
    AssembledProgram {
        registers: vec![declare(Register::hot(0), &[2, 3]), declare(Register::cold(0), &[2, 2])],
        instructions: vec![
            core(CoreOp::Loop, [0xFF, 0xFF, 0, 3]),
            core(CoreOp::Call, [0, 0, 0, 4]),
            word(Op::Neuro(NeuroOp::ChemRead), [1, 3, 0, 0]),
            core(CoreOp::EndLoop, [0xFF, 0xFF, 0, 0]),
            core(CoreOp::Loop, [0xFF, 0xFF, 0, 9]),
            word5,
            core(CoreOp::EndLoop, [0xFF, 0xFF, 0, 0]),
            core(CoreOp::Return, [0; 4]),
        ],
        ..AssembledProgram::default()
    }
}

pub(super) fn load(program: AssembledProgram) -> Machine {
    Machine::new(ValidatedProgram::new(program, &InstructionSet::standard()).unwrap()).unwrap()
}

pub(super) fn fresh() -> Machine {
    load(assembled())
}

/// Gives changed bytes the checksum of their content.
pub(super) fn sign(bytes: &mut [u8]) {
    if let Some((header, body)) = bytes.split_at_mut_checked(HEADER_SIZE) {
        header[8..].copy_from_slice(&checksum(body).to_le_bytes());
    }
}

fn shape() -> impl Strategy<Value = Shape> {
    vec(0u32..4, 0..4).prop_map(|dims| Shape::new(&dims).unwrap())
}

/// Any shape: shape registers hold no data.
fn any_shape() -> impl Strategy<Value = Shape> {
    vec(any::<u32>(), 0..=8).prop_map(|dims| Shape::new(&dims).unwrap())
}

fn signal() -> impl Strategy<Value = Signal> {
    (-1i8..=1, any::<u8>()).prop_map(|(polarity, magnitude)| Signal::new(polarity, magnitude).unwrap())
}

fn hot() -> impl Strategy<Value = HotRegister> {
    (shape(), prop_oneof![3 => Just(0usize), 1 => 1usize..5]).prop_flat_map(|(shape, spare)| {
        vec(any::<i32>(), shape.elements() + spare).prop_map(move |data| HotRegister { data, shape })
    })
}

fn cold() -> impl Strategy<Value = Arc<ColdRegister>> {
    shape().prop_flat_map(|shape| {
        let len = shape.elements();
        let weights = vec(signal(), len);
        let temperature = (0u8..4).prop_map(Temperature::from_code);
        let temperatures = option::of(vec(temperature, len));
        let usage = option::of((vec(any::<u32>(), len), any::<u64>()));
        let flags = (any::<bool>(), any::<bool>(), any::<u8>());
        (weights, option::of("[a-zä.]{0,9}"), flags, temperatures, usage).prop_map(
            move |(weights, key, (frozen, dirty, activation), temperatures, usage)| {
                let mut register = ColdRegister::new(weights, shape).unwrap();
                register.set_key(key.as_deref());
                register.set_frozen(frozen);
                register.set_activation(activation);
                register.set_temperatures(temperatures).unwrap();
                register.set_usage(usage.map(|(counts, last_tick)| Usage { counts, last_tick }));
                register.set_dirty(dirty);
                Arc::new(register)
            },
        )
    })
}

/// A few entries somewhere in the table.
fn table<T: std::fmt::Debug + Clone>(
    entry: impl Strategy<Value = T>,
) -> impl Strategy<Value = [Option<T>; 64]> {
    btree_map(0usize..64, entry, 0..4)
        .prop_map(|mut entries| std::array::from_fn(|index| entries.remove(&index)))
}

fn numbers() -> impl Strategy<Value = Vec<i32>> {
    vec(any::<i32>(), 0..6)
}

fn contrast() -> impl Strategy<Value = Contrast> {
    let phase = prop_oneof![Just(Phase::Idle), Just(Phase::Free), Just(Phase::Clamped)];
    let records = || table(vec(any::<i64>(), 0..6)).prop_map(Vec::from);
    (phase, records(), records()).prop_map(|(phase, free, clamped)| Contrast { phase, free, clamped })
}

fn models() -> impl Strategy<Value = ModelTable> {
    let binding = || option::of((0u8..64).prop_map(Register::hot));
    let slot = (any::<bool>(), binding(), binding(), option::of(numbers()))
        .prop_map(|(running, input, output, last_output)| ModelSlot { running, input, output, last_output });
    btree_map(any::<u8>(), slot, 0..4).prop_map(|slots| {
        let mut table = ModelTable::default();
        slots.into_iter().for_each(|(number, slot)| table.insert(number, slot));
        table
    })
}

fn tests() -> impl Strategy<Value = TestState> {
    let record = (any::<u8>(), any::<u16>(), option::of(any::<u16>()), any::<u32>(), option::of(".{0,6}"));
    let record = record.prop_map(|(id, begin, end, assertions, failure)| TestRecord {
        id,
        begin: begin.into(),
        end: end.map(usize::from),
        assertions,
        failure,
    });
    (vec(record, 0..3), any::<u32>(), table(numbers()), any::<bool>()).prop_map(
        |(records, outside, snapshots, collect)| TestState {
            records,
            outside,
            snapshots: (0..).zip(snapshots).filter_map(|(index, data)| Some((index, data?))).collect(),
            collect,
        },
    )
}

fn error() -> impl Strategy<Value = Error> {
    let register = option::of(any::<u8>().prop_map(Register::from_byte));
    let place = option::of((any::<u16>(), "[a-z_.]{0,9}"));
    (0..ErrorKind::ALL.len(), register, ".{0,9}", place).prop_map(|(kind, register, message, place)| {
        let error = match register {
            Some(register) => Error::about(ErrorKind::ALL[kind], register, message),
            None => Error::new(ErrorKind::ALL[kind], message),
        };
        match place {
            Some((instruction, mnemonic)) => error.at(instruction.into(), mnemonic),
            None => error,
        }
    })
}

fn status() -> impl Strategy<Value = Status> {
    let op =
        DomainOp::BankQuery { target: Register::hot(4), source: Register::hot(9), bank_slot: 200, top_k: 3 };
    prop_oneof![
        Just(Status::IDLE),
        Just(Status::in_run(Progress::Running)),
        any::<bool>().prop_map(|waited| Status::in_run(Progress::Pending {
            op: CHEM,
            instruction: 2,
            waited
        })),
        any::<bool>().prop_map(|waited| Status::in_run(Progress::Pending {
            op: EXEC,
            instruction: 5,
            waited
        })),
        Just(Status::over(Outcome::Halted)),
        Just(Status::over(Outcome::Ended)),
        Just(Status::over(Outcome::Stopped { op, instruction: 70_000 })),
        Just(Status::over(Outcome::Unfulfilled { op: DomainOp::PoolSave, instruction: 0 })),
        error().prop_map(|error| Status::over(Outcome::Failed(error))),
    ]
}

/// A machine of the program in a random state.
pub(super) fn machine() -> impl Strategy<Value = Machine> {
    let registers = (table(hot()), table(cold()), table(cold()), table(numbers()));
    let scalars = (any::<[i32; 64]>(), any::<[u8; 4]>(), any::<i32>(), 0i32..=255, any::<[u64; 3]>());
    let shapes = table(any_shape());
    let learning = (contrast(), models(), tests());
    let frames = vec(prop_oneof![Just(LOOP), Just(INNER), Just(CALL)], 0..5);
    let run = (0usize..12, any::<u64>(), frames, status());
    let buffers = (numbers(), numbers(), numbers());
    (registers, scalars, shapes, learning, run, buffers).prop_map(
        |(registers, scalars, shapes, learning, run, buffers)| {
            let mut m = fresh();
            let (hot, cold, checkpoints, pressure) = registers;
            m.hot.free(0);
            for (index, register) in hot.into_iter().enumerate() {
                if let Some(register) = register {
                    *m.hot.claim(index) = register;
                }
            }
            (m.cold, m.checkpoints, m.pressure) = (cold, checkpoints, pressure);
            (m.params, m.chemicals, m.current_error, m.babble_scale, [m.babble_phase, m.generator, m.runs]) =
                scalars;
            m.shapes = shapes.map(Option::unwrap_or_default);
            (m.contrast, m.models, m.tests) = learning;
            let frames;
            (m.pc, m.fuel, frames, m.status) = run;
            m.control.restore(frames);
            (m.input, m.output, m.target) = buffers;
            m
        },
    )
}

/// Compares, field by field, what a snapshot without an execution section holds.
pub(super) fn assert_same_state(a: &Machine, b: &Machine) {
    for index in 0..64 {
        let hot = |m: &Machine| m.hot(index).map(|register| (register.shape, register.data.clone()));
        assert_eq!(hot(a), hot(b), "H{index}");
    }
    assert_eq!((&a.cold, &a.checkpoints, &a.pressure), (&b.cold, &b.checkpoints, &b.pressure));
    assert_eq!((a.params, a.shapes, &a.output), (b.params, b.shapes, &b.output));
    assert_eq!((a.chemicals, a.current_error), (b.chemicals, b.current_error));
    assert_eq!((a.babble_scale, a.babble_phase, a.generator), (b.babble_scale, b.babble_phase, b.generator));
    assert_eq!((a.runs, &a.contrast), (b.runs, &b.contrast));
    let slots = |m: &Machine| {
        let slots =
            m.models.iter().map(|(number, slot)| (number, ModelSlot { running: false, ..slot.clone() }));
        slots.collect::<Vec<_>>()
    };
    assert_eq!(slots(a), slots(b));
}

/// Compares, field by field, what an execution section adds.
pub(super) fn assert_same_run(a: &Machine, b: &Machine) {
    assert_eq!((a.pc, a.fuel, &a.status), (b.pc, b.fuel, &b.status));
    assert_eq!(a.control.frames(), b.control.frames());
    assert_eq!((&a.models, &a.tests), (&b.models, &b.tests));
    assert_eq!((&a.input, &a.target), (&b.input, &b.target));
}
