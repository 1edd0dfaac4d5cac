//! Each reason to refuse a snapshot, with the message that it gives.

use super::support::{CALL, CHEM, LOOP, assembled, core, declare, fresh, load, sign};
use crate::machine::control::Frame;
use crate::machine::models::ModelSlot;
use crate::machine::status::{Progress, Status};
use crate::machine::{Limits, Machine};
use crate::snapshot::HEADER_SIZE;
use std::sync::Arc;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{DomainOp, Register, Shape, Temperature};

/// Where the parts of a snapshot of the test program begin. Only hot register 0 (6 elements) and cold register 0 (4
/// weights) are allocated.
const HOT: usize = HEADER_SIZE + 8;
const COLD: usize = HOT + 8 + 9 + 4 + 24;
const COLD_REGISTER: usize = COLD + 8;
const PARAMS: usize = COLD_REGISTER + 9 + 4 + 8 + 6;
const SHAPES: usize = PARAMS + 256;
const OUTPUT: usize = SHAPES + 64;
const PRESSURE: usize = OUTPUT + 4;
const SCALARS: usize = PRESSURE + 8;
const CONTRAST: usize = SCALARS + 4 + 4 + 4 + 24;
const CHECKPOINTS: usize = CONTRAST + 17;
const MODELS: usize = CHECKPOINTS + 8;
const EXECUTION: usize = MODELS + 4;

fn refusal(bytes: &[u8], mut machine: Machine) -> String {
    let before = machine.suspend();
    let error = machine.restore(bytes).unwrap_err();
    assert_eq!(machine.suspend(), before);
    error.to_string()
}

/// A snapshot with an execution section in which these bytes are replaced.
fn patched(offset: usize, new: &[u8]) -> String {
    let mut bytes = fresh().suspend();
    bytes[offset..offset + new.len()].copy_from_slice(new);
    sign(&mut bytes);
    refusal(&bytes, fresh())
}

/// The message of an error at this offset.
fn at(offset: usize, message: &str) -> String {
    format!("byte {offset} {message}")
}

fn suspended(change: impl FnOnce(&mut Machine)) -> Vec<u8> {
    let mut machine = fresh();
    change(&mut machine);
    machine.suspend()
}

#[test]
fn headers_of_something_else() {
    let mut bytes = fresh().suspend();
    bytes[HEADER_SIZE] ^= 1;
    let stored = u64::from_le_bytes(*bytes[8..].first_chunk().unwrap());
    let computed = ternsig_program::checksum(&bytes[HEADER_SIZE..]);
    let expected =
        format!("byte 8 (header): the header has the checksum {stored:016x}, the content {computed:016x}");
    assert_eq!(refusal(&bytes, fresh()), expected);
    assert_eq!(refusal(b"", fresh()), "byte 0 (header): at least 4 bytes are needed, 0 are left");
    assert_eq!(refusal(b"TVMR", fresh()), "byte 0 (header): \"TVMR\" begins no snapshot");
    assert_eq!(patched(4, &[9]), "byte 4 (header): format version 9 is not supported, only version 1");
    assert_eq!(patched(6, &[7]), "byte 6 (header): unknown header flags 0x0007");
}

#[test]
fn ends_in_the_wrong_place() {
    let whole = fresh().suspend();
    let mut bytes = whole[..HOT + 3].to_vec();
    sign(&mut bytes);
    assert_eq!(refusal(&bytes, fresh()), "byte 24 (hot registers): at least 8 bytes are needed, 3 are left");
    let mut bytes = whole.clone();
    bytes.push(0);
    sign(&mut bytes);
    let end = whole.len();
    assert_eq!(refusal(&bytes, fresh()), format!("byte {end} (test records): 1 bytes are left over"));
    // The checksum does not see the flags.
    assert!(patched(6, &[0]).ends_with("bytes are left over"));
}

#[test]
fn lists_longer_than_the_rest() {
    let left = fresh().suspend().len() - OUTPUT - 4;
    let expected = "(output buffer): at least 17179869180 bytes are needed";
    assert_eq!(patched(OUTPUT, &[0xFF; 4]), format!("byte {} {expected}, {left} are left", OUTPUT + 4));
}

#[test]
fn values_out_of_range() {
    assert_eq!(patched(HOT + 8, &[9]), "byte 32 (hot registers): 9 is no rank");
    assert_eq!(patched(COLD_REGISTER + 13, &[2]), "byte 90 (cold registers): 2 is no polarity");
    assert_eq!(patched(COLD_REGISTER + 13, &[0x80]), "byte 90 (cold registers): -128 is no polarity");
    assert_eq!(patched(COLD_REGISTER + 22, &[2]), "byte 99 (cold registers): 2 is no flag");
    assert_eq!(
        patched(SCALARS + 8, &256i32.to_le_bytes()),
        at(SCALARS + 8, "(scalars): 256 is no babble scale")
    );
    assert_eq!(patched(CONTRAST, &[3]), at(CONTRAST, "(contrastive recordings): 3 is no phase"));
    assert_eq!(patched(EXECUTION + 20, &[9]), at(EXECUTION + 20, "(run status): 9 is no run status"));
}

#[test]
fn lengths_that_disagree() {
    let expected = "byte 32 (hot registers): 6 elements are given, 8 are needed";
    assert_eq!(patched(HOT + 9, &[2, 0, 0, 0, 4]), expected);
    let expected = "byte 77 (cold registers): 4 weights are given, 6 are needed";
    assert_eq!(patched(COLD_REGISTER + 1, &[2, 0, 0, 0, 3]), expected);
    let expected = "byte 32 (hot registers): 6 elements are given, 18446744073709551615 are needed";
    let mut bytes = fresh().snapshot();
    bytes.splice(HOT + 8..HOT + 17, [vec![8], vec![0xFF; 32]].concat());
    sign(&mut bytes);
    assert_eq!(refusal(&bytes, fresh()), expected);
}

#[test]
fn lists_beside_the_weights() {
    let mut bytes = suspended(|m| {
        let register = m.cold_mut(0).unwrap();
        register.set_temperatures(Some(vec![Temperature::Cool; 4])).unwrap();
        register.enable_usage();
    });
    let temperatures = COLD_REGISTER + 25;
    assert_eq!(bytes[temperatures..temperatures + 9], [1, 4, 0, 0, 0, 2, 2, 2, 2]);
    bytes[temperatures + 8] = 4;
    sign(&mut bytes);
    let expected = at(temperatures + 8, "(cold registers): 4 is no temperature");
    assert_eq!(refusal(&bytes, fresh()), expected);
    bytes.splice(temperatures + 1..temperatures + 9, [3, 0, 0, 0, 2, 2, 2]);
    sign(&mut bytes);
    let expected = at(temperatures, "(cold registers): 3 temperatures are given, 4 are needed");
    assert_eq!(refusal(&bytes, fresh()), expected);
    bytes.splice(temperatures..temperatures + 8, [0]);
    bytes.splice(temperatures + 10..temperatures + 18, [1, 0, 0, 0]);
    sign(&mut bytes);
    let expected = at(temperatures + 1, "(cold registers): 1 usage counts are given, 4 are needed");
    assert_eq!(refusal(&bytes, fresh()), expected);
}

#[test]
fn names_and_texts() {
    let mut bytes = suspended(|m| {
        m.status = Status::in_run(Progress::Pending { op: CHEM, instruction: 2, waited: false })
    });
    bytes[EXECUTION + 25] = b'X';
    sign(&mut bytes);
    let expected = at(EXECUTION + 21, "(run status): \"XhemRead\" is no operation");
    assert_eq!(refusal(&bytes, fresh()), expected);
    bytes[EXECUTION + 25] = 0xFF;
    sign(&mut bytes);
    assert_eq!(refusal(&bytes, fresh()), at(EXECUTION + 21, "(run status): the text is not UTF-8"));
    bytes[EXECUTION + 25] = b'C';
    bytes[EXECUTION + 33 + 8..][..8].copy_from_slice(&256i64.to_le_bytes());
    sign(&mut bytes);
    assert_eq!(refusal(&bytes, fresh()), at(EXECUTION + 41, "(run status): 256 is no field of an operation"));
}

#[test]
fn model_slots_out_of_order() {
    let loaded = |numbers: [u8; 2]| {
        let mut bytes = suspended(|m| {
            m.models.insert(3, ModelSlot::default());
            m.models.insert(5, ModelSlot::default());
        });
        (bytes[EXECUTION], bytes[EXECUTION + 4]) = (numbers[0], numbers[1]);
        sign(&mut bytes);
        bytes
    };
    assert!(fresh().restore(&loaded([3, 5])).is_ok());
    for numbers in [[5, 5], [6, 5]] {
        let expected = at(MODELS + 8, "(model slots): number 5 does not follow in ascending order");
        assert_eq!(refusal(&loaded(numbers), fresh()), expected);
    }
    let cold = suspended(|m| {
        m.models.insert(3, ModelSlot { input: Some(Register::cold(1)), ..ModelSlot::default() })
    });
    assert_eq!(refusal(&cold, fresh()), at(MODELS + 5, "(model slots): 65 is no hot register"));
}

#[test]
fn models_that_run_without_being_loaded() {
    let mut bytes = suspended(|m| m.models.insert(3, ModelSlot { running: true, ..ModelSlot::default() }));
    let running = EXECUTION + 4 + 21;
    assert_eq!(bytes[running..running + 5], [1, 0, 0, 0, 3]);
    bytes[running + 4] = 4;
    sign(&mut bytes);
    assert_eq!(refusal(&bytes, fresh()), at(EXECUTION + 25, "(running models): 4 is no loaded model slot"));
}

#[test]
fn more_than_the_machine_allows() {
    let bytes = fresh().snapshot();
    let limited = |limits: Limits| {
        let mut machine = fresh();
        machine.set_limits(limits);
        machine
    };
    let machine = limited(Limits { register_elements: 5, ..Limits::default() });
    let expected = "byte 32 (hot registers): 6 elements exceed the machine's limit of 5";
    assert_eq!(refusal(&bytes, machine), expected);
    let mut large = fresh();
    large.set_hot(1, &vec![0; 70_000], Shape::vector(70_000)).unwrap();
    let bytes = large.snapshot();
    assert!(large.restore(&bytes).is_ok());
    let machine = limited(Limits { total_elements: 69_999, ..Limits::default() });
    assert!(refusal(&bytes, machine).ends_with("70000 elements exceed the machine's limit of 69999"));
    let calls = suspended(|m| m.control.restore(vec![CALL; 3]));
    let machine = limited(Limits { calls: 2, ..Limits::default() });
    assert!(refusal(&calls, machine).ends_with("more calls are pending than the machine allows"));
}

#[test]
fn registers_of_another_program() {
    let mut program = assembled();
    program.registers[1] = declare(Register::cold(0), &[2, 3]);
    let bytes = fresh().snapshot();
    let expected = "byte 69 (cold registers): C0 has shape [2, 2], the loaded program declares [2, 3]";
    assert_eq!(refusal(&bytes, load(program.clone())), expected);
    program.registers[1] = declare(Register::cold(9), &[2, 2]);
    let expected = "byte 69 (cold registers): C9, which the loaded program declares as [2, 2], is missing";
    assert_eq!(refusal(&bytes, load(program.clone())), expected);
    program.registers[1] = declare(Register::cold(0), &[2, 2]);
    program.instructions.push(core(CoreOp::Nop, [0xFF, 0xFF, 0, 0]));
    let mut other = load(program);
    other.restore(&bytes).unwrap();
    assert!(refusal(&fresh().suspend(), other).contains("cannot be resumed in program"));
}

/// The program itself may have changed its registers: then their shapes are not those that it declares.
#[test]
fn registers_that_the_program_itself_changed_are_restored() {
    let mut grown = fresh();
    grown.set_cold(0, Arc::new(crate::ColdRegister::zeros(Shape::matrix(3, 2)))).unwrap();
    for bytes in [grown.snapshot(), grown.suspend()] {
        let mut machine = fresh();
        machine.restore(&bytes).unwrap();
        assert_eq!(machine.cold(0).unwrap().shape(), Shape::matrix(3, 2));
    }
    grown.free_cold(0);
    let mut machine = fresh();
    machine.restore(&grown.snapshot()).unwrap();
    assert!(machine.cold(0).is_none());
}

#[test]
fn control_stacks_that_the_program_cannot_have() {
    assert!(fresh().restore(&suspended(|m| m.control.restore(vec![LOOP, CALL, LOOP]))).is_ok());
    let foreign = [
        Frame::Loop { start: 1, end: 3, remaining: 0 },
        Frame::Loop { start: 2, end: 3, remaining: 1 },
        Frame::Loop { start: 1, end: 2, remaining: 1 },
        Frame::Loop { start: 0, end: u32::MAX, remaining: 1 },
        Frame::Call { resume: 3 },
        Frame::Call { resume: 0 },
        Frame::Call { resume: u32::MAX },
    ];
    for frame in foreign {
        let message = refusal(&suspended(|m| m.control.restore(vec![LOOP, frame])), fresh());
        let expected = match frame {
            Frame::Loop { .. } => {
                at(EXECUTION + 16, "(control stack): an active loop is none of the program's")
            }
            Frame::Call { .. } => {
                at(EXECUTION + 16, "(control stack): a pending call does not go back behind a call")
            }
        };
        assert_eq!(message, expected, "{frame:?}");
    }
}

#[test]
fn operations_that_the_instruction_does_not_yield() {
    let pending = |op, instruction| {
        suspended(|m| m.status = Status::in_run(Progress::Pending { op, instruction, waited: true }))
    };
    // A number may differ: it may come from a param register.
    let other_chemical = DomainOp::ChemRead { target: Register::hot(1), chem_id: 4 };
    assert!(fresh().restore(&pending(other_chemical, 2)).is_ok());
    let other_register = DomainOp::ChemRead { target: Register::cold(1), chem_id: 3 };
    let expected =
        at(EXECUTION + 20, "(run status): instruction 2 does not yield ChemRead { target: C1, chem_id: 3 }");
    assert_eq!(refusal(&pending(other_register, 2), fresh()), expected);
    for (op, instruction) in [(CHEM, 1), (CHEM, 5), (CHEM, 999), (DomainOp::Consolidate, 2)] {
        let message = refusal(&pending(op, instruction), fresh());
        assert!(message.contains("does not yield"), "{message}");
    }
}
