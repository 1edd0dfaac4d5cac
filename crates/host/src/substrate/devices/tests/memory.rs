//! Sleep and credit: what a substrate's programs do to memory.

use super::*;
use crate::store::{Change, Layer};
use ternsig_bank::{BankId, Config};
use ternsig_isa::Temperature;
use ternsig_vm::ColdRegister;

const FULL: BankId = BankId(3);
const SMALL: BankId = BankId(4);
const UNBOUND: BankId = BankId(5);

/// Three banks, the first too full, and weights of different strength.
fn with_memory() -> RegionParts {
    let memory = memory();
    let config =
        Config { width: 1, max_entries: 16, promote_accesses: 1, promote_age: 0, ..Config::default() };
    let fill = |cluster: &mut ternsig_bank::Cluster, now| {
        for (bank, entries) in [(FULL, 16), (SMALL, 2), (UNBOUND, 2)] {
            cluster.create(bank, &format!("bank {}", bank.0), config)?;
            for value in 0..entries {
                cluster.write(bank, &[value], Temperature::Hot, now)?;
            }
        }
        Ok(())
    };
    memory.banks().change(fill).unwrap();
    let first = memory.banks().read(|cluster| cluster.bank(SMALL).unwrap().ids().next().unwrap());
    memory
        .banks()
        .change(|cluster, now| Ok(cluster.touch(ternsig_bank::EntryRef { bank: SMALL, entry: first }, now)))
        .unwrap();
    let register = ColdRegister::zeros(Shape::vector(2));
    for (key, strength, updates) in [("dim", 12, 1), ("faint", 13, 1), ("strong", 250, 6)] {
        for _ in 0..updates {
            memory.store().save(key, &register, &Change::new(strength, "test", 0)).unwrap();
        }
    }
    let mut slots = Slots::new();
    slots.bind(9, FULL);
    slots.bind(0, SMALL);
    slots.bind(1, SMALL);
    RegionParts { memory: Some((memory, slots)), ..parts() }
}

fn resting(urgency: i32) -> impl Fn(&mut Machine, &mut Substrate) {
    move |m, substrate| {
        substrate.set_resting(true);
        set(m, 2, &[urgency]);
    }
}

fn memory_of(parts: &RegionParts) -> &Memory {
    &parts.memory.as_ref().unwrap().0
}

fn lens(parts: &RegionParts) -> [usize; 3] {
    memory_of(parts)
        .banks()
        .read(|cluster| [FULL, SMALL, UNBOUND].map(|bank| cluster.bank(bank).unwrap().len()))
}

fn standing(parts: &RegionParts, key: &str) -> Option<(Layer, u8)> {
    let standing = memory_of(parts).store().standing(key).unwrap();
    standing.map(|standing| (standing.layer, standing.strength))
}

#[test]
fn sleep_consolidates_the_banks_that_are_bound_and_the_weights() {
    for (urgency, left) in [(0, 16), (-5, 16), (128, 15), (255, 14), (i32::MAX, 14)] {
        let body = "    lifecycle.consolidation_req H2";
        let (_, parts, outcome) = every_way(body, with_memory, resting(urgency));
        assert_eq!(outcome, Outcome::Halted);
        assert_eq!(lens(&parts), [left, 2, 2]);
        let statistics = memory_of(&parts).banks().statistics();
        // The entry that was touched, once, though its bank has two slots.
        assert_eq!((statistics.promoted, statistics.evicted), (1, 16 - left as u64));
        assert_eq!(standing(&parts, "strong"), Some((Layer::Warm, 255)));
        assert_eq!(memory_of(&parts).store().open_transactions(), Vec::<u8>::new());
    }
}

#[test]
fn a_consolidation_belongs_to_the_transaction_that_is_open() {
    let parts = with_memory();
    let memory = memory_of(&parts).clone();
    let before = memory.store().export().unwrap();
    memory.begin(0).unwrap();
    let mut interpreter = machine("    lifecycle.consolidation_req H2");
    resting(255)(interpreter.machine_mut(), &mut parts.substrate.clone());
    assert_eq!(run(&mut interpreter, &parts, Way::Handler), Outcome::Halted);
    assert_eq!((lens(&parts), memory.store().open_transactions()), ([14, 2, 2], vec![0]));
    assert_eq!(memory.end_run(), [0]);
    assert_eq!(lens(&parts), [16, 2, 2]);
    assert_eq!(memory.store().export().unwrap(), before);
}

#[test]
fn a_consolidation_that_fails_changes_nothing() {
    let mut parts = with_memory();
    if let Some((_, slots)) = &mut parts.memory {
        slots.bind(77, BankId(99));
    }
    let before = memory_of(&parts).store().export().unwrap();
    let mut interpreter = machine("    lifecycle.consolidation_req H2");
    resting(255)(interpreter.machine_mut(), &mut parts.substrate.clone());
    let outcome = run(&mut interpreter, &parts, Way::Handler);
    assert_eq!(failed(&outcome).0, ErrorKind::NotFound);
    assert_eq!(memory_of(&parts).store().export().unwrap(), before);
    assert_eq!((lens(&parts), memory_of(&parts).store().open_transactions()), ([16, 2, 2], Vec::new()));
    // Nor does one for which there is no room among the transactions.
    (0..=u8::MAX).for_each(|id| memory_of(&parts).begin(id).unwrap());
    let error = memory_of(&parts).consolidate([FULL], 255).unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Limit, "all 256 transactions are open; close one first")
    );
}

#[test]
fn weak_hot_entries_are_pruned_if_the_gate_is_open() {
    let body = "    neuro.thermo_prune_hot H2, H5";
    let (run, parts, _) = every_way(body, with_memory, |m, _| set(m, 2, &[1]));
    assert_eq!(hot(&run, 5), [1]);
    assert_eq!(memory_of(&parts).store().keys().unwrap(), ["faint", "strong"]);
    let (run, parts, _) = every_way(body, with_memory, |m, _| set(m, 2, &[0]));
    assert_eq!((hot(&run, 5), standing(&parts, "dim")), (&[0][..], Some((Layer::Hot, 12))));
    let (run, parts, _) = every_way(
        body,
        || {
            let parts = with_memory();
            // Warm entries stay, however weak they are.
            memory_of(&parts).store().transition().unwrap();
            for _ in 0..300 {
                memory_of(&parts).store().decay().unwrap();
            }
            parts
        },
        |m, _| set(m, 2, &[1]),
    );
    assert_eq!((hot(&run, 5), standing(&parts, "strong")), (&[2][..], Some((Layer::Warm, 1))));
}

#[test]
fn reward_strengthens_and_stress_weakens() {
    let credit = |gate: i32, dopamine: u8, cortisol: u8| {
        let (run, parts, _) =
            every_way("    neuro.thermo_valence_credit H2, H5", with_memory, |m, substrate| {
                substrate.set_chemical(0, dopamine);
                substrate.set_chemical(4, cortisol);
                set(m, 2, &[gate]);
            });
        (hot(&run, 5)[0], ["dim", "faint", "strong"].map(|key| standing(&parts, key).unwrap().1))
    };
    assert_eq!(credit(0, 255, 255), (0, [12, 13, 255]));
    assert_eq!(credit(1, 140, 60), (0, [12, 13, 255]));
    assert_eq!(credit(1, 143, 63), (0, [12, 13, 255]));
    // (180 − 140)/4 = 10.
    assert_eq!(credit(1, 180, 0), (2, [22, 23, 255]));
    // (112 − 60)/4 = 13.
    assert_eq!(credit(9, 0, 112), (3, [1, 1, 242]));
    // 28 more and 7 less.
    assert_eq!(credit(1, 255, 90), (3, [33, 34, 248]));
}

#[test]
fn entries_that_are_settled_are_not_credited() {
    let parts = with_memory();
    let mut store = memory_of(&parts).store();
    let register = ColdRegister::zeros(Shape::vector(2));
    (0..30).for_each(|_| store.save("strong", &register, &Change::new(255, "test", 0)).unwrap());
    for layer in [Layer::Warm, Layer::Cool] {
        store.transition().unwrap();
        assert_eq!(store.standing("strong").unwrap().unwrap().layer, layer);
    }
    assert_eq!(store.credit(0, 5).unwrap(), 2);
    assert_eq!(store.standing("strong").unwrap().unwrap().strength, 255);
}
