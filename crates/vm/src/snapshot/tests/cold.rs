//! Snapshots of the weights alone.

use super::support::fresh;
use crate::machine::cold::ColdRegister;
use crate::machine::usage::Usage;
use std::sync::Arc;
use ternsig_isa::{Shape, Signal, Temperature};

fn weights(values: &[i32]) -> Arc<ColdRegister> {
    let signals = values.iter().map(|&value| Signal::from_i32(value)).collect();
    Arc::new(ColdRegister::new(signals, Shape::vector(values.len())).unwrap())
}

#[test]
fn all_registers_come_back_with_all_they_had() {
    let mut m = fresh();
    m.set_cold(63, weights(&[1, -2])).unwrap();
    let register = m.cold_mut(63).unwrap();
    register.set_key(Some("k"));
    register.set_frozen(true);
    register.set_activation(2);
    register.set_usage(Some(Usage { counts: vec![1, 2], last_tick: 3 }));
    register.set_temperatures(Some(vec![Temperature::Cool; 2])).unwrap();
    register.set_dirty(false);
    let before = m.cold(63).unwrap().clone();
    let snapshot = m.cold_snapshot();
    assert_eq!((snapshot.len(), snapshot.get(63), snapshot.get(1)), (2, Some(&before), None));

    m.set_pressure(63, Some(vec![5, 5]));
    m.set_cold(63, weights(&[7, 7])).unwrap();
    assert_eq!(m.restore_cold(&snapshot), 2);
    let register = m.cold(63).unwrap();
    assert!(register.is_dirty(), "the host may have stored the other weights");
    assert_eq!(m.pressure(63), Some(&[5, 5][..]));
    m.cold_mut(63).unwrap().set_dirty(false);
    assert_eq!(m.cold(63), Some(&before));
}

#[test]
fn other_shapes_and_freed_registers_are_left_alone() {
    let mut m = fresh();
    m.set_cold(1, weights(&[1])).unwrap();
    m.set_cold(2, weights(&[2])).unwrap();
    let snapshot = m.cold_snapshot();
    m.free_cold(1);
    m.set_cold(2, weights(&[3, 3])).unwrap();
    assert_eq!(m.restore_cold(&snapshot), 1);
    assert!(m.cold(1).is_none());
    assert_eq!(m.cold(2).unwrap().values(), [3, 3]);
}

#[test]
fn what_did_not_change_keeps_its_version_and_what_did_takes_a_new_one() {
    let mut m = fresh();
    m.set_cold(1, weights(&[1])).unwrap();
    m.set_cold(2, weights(&[2])).unwrap();
    let snapshot = m.cold_snapshot();
    let versions = [1, 2].map(|index| m.cold(index).unwrap().version());
    m.cold_mut(2).unwrap().edit().set(0, Signal::ZERO);
    let changed = m.cold(2).unwrap().version();
    assert_eq!(snapshot.get(2).unwrap().values(), [2]);
    assert_eq!(m.restore_cold(&snapshot), 3);
    assert_eq!(m.cold(1).unwrap().version(), versions[0]);
    assert!(!m.cold(1).unwrap().is_dirty());
    assert!(m.cold(2).unwrap().version() > changed.max(versions[1]));
    assert_eq!(m.cold(2).unwrap().values(), [2]);
}
