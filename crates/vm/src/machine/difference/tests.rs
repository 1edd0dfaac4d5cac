use super::*;
use crate::machine::cold::{ColdRegister, Usage};
use crate::machine::control::Frame;
use crate::machine::learning::Phase;
use crate::machine::models::ModelSlot;
use crate::machine::test_state::TestRecord;
use crate::outcome::Outcome;
use std::sync::Arc;
use ternsig_isa::{DomainOp, InstructionSet, Register, Shape, Signal, Temperature};
use ternsig_program::{AssembledProgram, ValidatedProgram};

fn machine() -> Machine {
    let program = ValidatedProgram::new(AssembledProgram::default(), &InstructionSet::standard()).unwrap();
    let mut m = Machine::new(program).unwrap();
    m.set_hot(3, &[1, 2, 3, 4, 5, 6], Shape::matrix(2, 3)).unwrap();
    let mut weights = ColdRegister::new(vec![Signal::from_i32(7); 4], Shape::vector(4)).unwrap();
    weights.set_temperatures(Some(vec![Temperature::Warm; 4])).unwrap();
    weights.enable_usage();
    m.set_cold(9, Arc::new(weights)).unwrap();
    m.set_pressure(9, Some(vec![1, 2]));
    m.models.load(6);
    m
}

fn weights(m: &mut Machine, change: impl FnOnce(&mut ColdRegister)) {
    change(m.cold_mut(9).unwrap());
    m.cold_mut(9).unwrap().set_dirty(true);
}

/// What is said about a machine that was changed, either way round.
fn said(change: impl FnOnce(&mut Machine)) -> String {
    let mut original = machine();
    original.cold_mut(9).unwrap().set_dirty(true);
    let mut changed = original.clone();
    assert_eq!(original.difference(&changed), None);
    change(&mut changed);
    assert!(changed.difference(&original).is_some());
    original.difference(&changed).unwrap()
}

#[test]
fn hot_registers_differ_in_elements_shape_and_allocation() {
    assert_eq!(said(|m| m.hot_mut(3).unwrap().data_mut()[4] = 6), "H3[4] is 5 in one and 6 in the other");
    assert_eq!(
        said(|m| m.hot_mut(3).unwrap().shape = Shape::matrix(3, 2)),
        "the shape of H3 is [2, 3] in one and [3, 2] in the other"
    );
    assert_eq!(said(|m| m.hot_mut(3).unwrap().data.push(0)), "H3 has 6 elements in one and 7 in the other");
    assert_eq!(said(|m| assert!(m.free_hot(3))), "H3 is there in one and not in the other");
    assert_eq!(said(|m| m.put_scalar(0, 0)), "H0 is not there in one and is in the other");
    // What a freed register last held is nobody's business.
    let (mut a, mut b) = (machine(), machine());
    a.put_scalar(0, 1);
    a.free_hot(0);
    assert_eq!(a.difference(&b), None);
    b.put_scalar(0, 1);
    a.put_scalar(0, 1);
    assert_eq!(a.difference(&b), None);
}

#[test]
fn cold_registers_differ_in_everything_but_their_version() {
    let signal = |m: &mut Machine| weights(m, |w| w.edit().set(2, Signal::from_i32(-7)));
    assert_eq!(said(signal), "C9[2] is +7 in one and -7 in the other");
    // A change and its undoing leave another version, and nothing else.
    let (mut one, mut other) = (machine(), machine());
    one.cold_mut(9).unwrap().edit().set(2, Signal::ZERO);
    one.cold_mut(9).unwrap().edit().set(2, Signal::from_i32(7));
    one.cold_mut(9).unwrap().set_dirty(false);
    other.cold_mut(9).unwrap().set_dirty(false);
    assert_eq!(one.difference(&other), None);
    assert_eq!(
        said(|m| weights(m, |w| w.set_temperature(1, Temperature::Cool))),
        "the temperature of C9[1] is Warm in one and Cool in the other"
    );
    assert_eq!(
        said(|m| weights(m, |w| w.set_temperatures(None).unwrap())),
        "the temperature list of C9 is there in one and not in the other"
    );
    assert_eq!(
        said(|m| weights(m, |w| w.set_key(Some("k")))),
        "the key of C9 is None in one and Some(\"k\") in the other"
    );
    assert_eq!(
        said(|m| weights(m, |w| w.set_frozen(true))),
        "whether C9 is frozen is false in one and true in the other"
    );
    assert_eq!(
        said(|m| m.cold_mut(9).unwrap().set_dirty(false)),
        "whether C9 is dirty is true in one and false in the other"
    );
    assert_eq!(
        said(|m| weights(m, |w| w.record_usage([3], 0))),
        "the usage of C9[3] is 0 in one and 1 in the other"
    );
    assert_eq!(
        said(|m| weights(m, |w| w.set_usage(Some(Usage { counts: vec![0; 4], last_tick: 8 })))),
        "the last use of C9 is 0 in one and 8 in the other"
    );
    assert_eq!(
        said(|m| weights(m, ColdRegister::disable_usage)),
        "the usage of C9 is there in one and not in the other"
    );
    assert_eq!(
        said(|m| weights(m, |w| w.set_activation(4))),
        "the activation of C9 is 0 in one and 4 in the other"
    );
    assert_eq!(
        said(|m| {
            let reshaped = ColdRegister::new(vec![Signal::from_i32(7); 4], Shape::matrix(2, 2)).unwrap();
            m.set_cold(9, Arc::new(reshaped)).unwrap();
        }),
        "the shape of C9 is [4] in one and [2, 2] in the other"
    );
    assert_eq!(said(|m| assert!(m.cold[9].take().is_some())), "C9 is there in one and not in the other");
    assert_eq!(
        said(|m| m.checkpoints[9] = m.cold[9].clone()),
        "the checkpoint of C9 is not there in one and is in the other"
    );
}

#[test]
fn params_shapes_and_buffers_differ() {
    assert_eq!(said(|m| m.set_param(63, -1)), "P63 is 0 in one and -1 in the other");
    assert_eq!(said(|m| m.set_shape(5, Shape::vector(2))), "S5 is [] in one and [2] in the other");
    assert_eq!(said(|m| m.set_input(&[1])), "input has 0 elements in one and 1 in the other");
    assert_eq!(said(|m| m.set_output(&[1])), "output has 0 elements in one and 1 in the other");
    assert_eq!(said(|m| m.set_target(&[1])), "target has 0 elements in one and 1 in the other");
}

#[test]
fn learning_state_differs() {
    assert_eq!(
        said(|m| m.set_pressure(9, Some(vec![1, 3]))),
        "the pressure of C9[1] is 2 in one and 3 in the other"
    );
    assert_eq!(said(|m| m.set_chemical(2, 9)), "chemical 2 is 128 in one and 9 in the other");
    assert_eq!(said(|m| m.set_current_error(4)), "the current error is 0 in one and 4 in the other");
    assert_eq!(said(|m| m.set_babble_scale(4)), "the babble scale is 0 in one and 4 in the other");
    assert_eq!(said(|m| m.set_babble_phase(4)), "the babble phase is 0 in one and 4 in the other");
    assert_eq!(said(|m| m.set_generator(4)), "the generator is 0 in one and 4 in the other");
    assert_eq!(
        said(|m| m.contrast.phase = Phase::Free),
        "the contrastive phase is Idle in one and Free in the other"
    );
    assert_eq!(
        said(|m| m.contrast.free[2] = Some(vec![])),
        "the free recording of C2 is not there in one and is in the other"
    );
    assert_eq!(
        said(|m| m.contrast.clamped[2] = Some(vec![])),
        "the clamped recording of C2 is not there in one and is in the other"
    );
}

#[test]
fn model_slots_and_tests_differ() {
    let slot = ModelSlot { input: Some(Register::hot(1)), ..ModelSlot::default() };
    assert!(said(|m| m.models.insert(6, slot)).starts_with("model slot 6 is Some(ModelSlot {"));
    let record = TestRecord { id: 1, begin: 2, end: None, assertions: 0, failure: None };
    assert_eq!(said(|m| m.tests.records.push(record)), "the number of tests is 0 in one and 1 in the other");
    assert_eq!(
        said(|m| m.tests.outside = 1),
        "the number of assertions outside tests is 0 in one and 1 in the other"
    );
    assert_eq!(
        said(|m| assert!(m.tests.snapshots.insert(1, vec![]).is_none())),
        "the table of snapshots is {} in one and {1: []} in the other"
    );
    assert_eq!(
        said(|m| m.set_collect_failures(true)),
        "whether failures are collected is false in one and true in the other"
    );
}

#[test]
fn the_run_differs() {
    assert_eq!(said(|m| m.set_pc(4)), "pc is 0 in one and 4 in the other");
    assert_eq!(
        said(|m| m.control.restore(vec![Frame::Call { resume: 3 }])),
        "the control stack is [] in one and [Call { resume: 3 }] in the other"
    );
    assert_eq!(said(|m| m.set_fuel(4)), "the fuel is 1000000000 in one and 4 in the other");
    assert_eq!(said(|m| m.runs = 4), "the number of runs is 0 in one and 4 in the other");
    assert!(said(|m| m.limits.calls = 4).starts_with("the set of limits is Limits {"));
    assert_eq!(
        said(|m| m.status = Status::over(Outcome::Halted)),
        "the run is not begun in one and over (halt: halted) in the other"
    );
    assert_eq!(
        said(|m| m.status =
            Status::in_run(Progress::Pending { op: DomainOp::PoolSave, instruction: 7, waited: true })),
        "the run is not begun in one and behind PoolSave of instruction 7, which is delivered again in the other"
    );
    let program = AssembledProgram {
        instructions: vec![ternsig_isa::Instruction { ext: 0, opcode: 0, operands: [0; 4] }],
        ..AssembledProgram::default()
    };
    let other = ValidatedProgram::new(program, &InstructionSet::standard()).unwrap();
    assert!(said(|m| m.program = other).starts_with("the fingerprint of the program is "));
}
