//! Bytes that nobody wrote.

use super::support::{assembled, fresh, machine, sign};
use crate::interpreter::Interpreter;
use crate::machine::{Limits, Machine};
use crate::outcome::Answer;
use crate::snapshot::{HEADER_SIZE, MAGIC, VERSION};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use ternsig_isa::Shape;

/// Restores into a machine that has a state of its own. Either nothing changes, or what the machine now writes is what
/// it took, and it can run.
fn check(bytes: &[u8], into: &Machine) -> Result<(), TestCaseError> {
    let mut machine = into.clone();
    let before = machine.suspend();
    if machine.restore(bytes).is_err() {
        prop_assert_eq!(machine.suspend(), before);
        return Ok(());
    }
    let written = if bytes[6] == 1 { machine.suspend() } else { machine.snapshot() };
    prop_assert_eq!(&written, bytes);
    run(machine);
    Ok(())
}

fn run(mut machine: Machine) {
    machine.set_limits(Limits { fuel: 200, register_elements: 1 << 12, ..Limits::default() });
    machine.set_fuel(200);
    let mut interpreter = Interpreter::from_program(&assembled()).unwrap();
    *interpreter.machine_mut() = machine;
    for _ in 0..2 {
        interpreter.run_with_host(|_, ctx| {
            ctx.machine_mut().set_hot(2, &[1], Shape::vector(1))?;
            Ok(Answer::Done)
        });
    }
}

#[derive(Debug, Clone)]
enum Damage {
    Set(u8),
    Flip(u8),
    Remove,
    Insert(u8),
    Truncate,
    Word(u32),
}

fn damage() -> impl Strategy<Value = (Index, Damage)> {
    let interesting = prop_oneof![Just(0u8), Just(1), Just(2), Just(0x7F), Just(0xFF), any::<u8>()];
    let word = prop_oneof![Just(u32::MAX), Just(0x8000_0000), 0u32..9, any::<u32>()];
    let damage = prop_oneof![
        5 => interesting.clone().prop_map(Damage::Set),
        5 => (0u8..8).prop_map(Damage::Flip),
        1 => Just(Damage::Remove),
        1 => interesting.prop_map(Damage::Insert),
        1 => Just(Damage::Truncate),
        5 => word.prop_map(Damage::Word),
    ];
    (any::<Index>(), damage)
}

fn apply((at, damage): &(Index, Damage), bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    match damage {
        Damage::Set(byte) => bytes[at] = *byte,
        Damage::Flip(bit) => bytes[at] ^= 1 << bit,
        Damage::Remove => drop(bytes.remove(at)),
        Damage::Insert(byte) => bytes.insert(at, *byte),
        Damage::Truncate => bytes.truncate(at),
        Damage::Word(word) => {
            bytes.iter_mut().skip(at).zip(word.to_le_bytes()).for_each(|(old, new)| *old = new);
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_change_nothing(bytes in vec(any::<u8>(), 0..200)) {
        let mut machine = fresh();
        let before = machine.suspend();
        prop_assert!(machine.restore(&bytes).is_err());
        prop_assert_eq!(machine.suspend(), before);
    }

    #[test]
    fn arbitrary_content_behind_a_good_header_changes_nothing(body in vec(any::<u8>(), 0..200), flags in 0u8..2) {
        let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &[flags, 0], &[0; 8], &body].concat();
        sign(&mut bytes);
        check(&bytes, &fresh())?;
    }

    #[test]
    fn damage_is_found(original in machine(), damages in vec(damage(), 1..4)) {
        let mut bytes = original.suspend();
        damages.iter().for_each(|damage| apply(damage, &mut bytes));
        check(&bytes, &fresh())?;
    }

    #[test]
    fn damage_with_a_good_checksum_is_found_or_means_another_state(
        original in machine(),
        into in machine(),
        damages in vec(damage(), 1..4),
        with_execution in any::<bool>(),
    ) {
        let mut bytes = if with_execution { original.suspend() } else { original.snapshot() };
        damages.iter().for_each(|damage| apply(damage, &mut bytes));
        if bytes.len() >= HEADER_SIZE {
            sign(&mut bytes);
            check(&bytes, &into)?;
        }
    }

    #[test]
    fn every_truncation_is_found(original in machine(), at in any::<Index>()) {
        let mut bytes = original.suspend();
        bytes.truncate(at.index(bytes.len()));
        prop_assert!(fresh().restore(&bytes).is_err());
        sign(&mut bytes);
        prop_assert!(fresh().restore(&bytes).is_err());
    }
}
