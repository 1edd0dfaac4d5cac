//! What is written is read back, whole.

use super::support::{assert_same_run, assert_same_state, fresh, machine};
use crate::machine::status::Status;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_suspended_machine_is_restored_whole(original in machine()) {
        let bytes = original.suspend();
        let mut restored = fresh();
        restored.restore(&bytes).unwrap();
        assert_same_state(&original, &restored);
        assert_same_run(&original, &restored);
        prop_assert_eq!(restored.suspend(), bytes);
    }

    #[test]
    fn without_an_execution_section_no_run_is_left_and_the_buffers_stay(original in machine(), other in machine()) {
        let bytes = original.snapshot();
        let mut restored = other.clone();
        restored.restore(&bytes).unwrap();
        assert_same_state(&original, &restored);
        prop_assert_eq!(restored.snapshot(), bytes);
        prop_assert_eq!((&restored.input, &restored.target), (&other.input, &other.target));
        prop_assert_eq!((restored.pc, &restored.status), (0, &Status::IDLE));
        prop_assert_eq!(restored.fuel, restored.limits.fuel);
        prop_assert!(restored.control.frames().is_empty() && restored.tests.records.is_empty());
        prop_assert!(restored.models.iter().all(|(_, slot)| !slot.running));
    }

    #[test]
    fn restored_weights_take_new_versions(original in machine()) {
        let mut restored = original.clone();
        restored.restore(&original.snapshot()).unwrap();
        for (old, new) in original.cold.iter().zip(&restored.cold) {
            if let (Some(old), Some(new)) = (old, new) {
                prop_assert!(new.version() > old.version());
            }
        }
    }
}

#[test]
fn a_call_left_behind_counts_against_the_limit_of_calls() {
    let mut original = fresh();
    original.control.restore(vec![super::support::CALL; 3]);
    let mut restored = fresh();
    restored.restore(&original.suspend()).unwrap();
    assert!(restored.control.call(0, 3).is_err());
    assert!(restored.control.call(0, 4).is_ok());
}
