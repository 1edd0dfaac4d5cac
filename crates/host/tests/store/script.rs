//! A session that uses everything, step by step.

use ternsig_host::Store;
use ternsig_host::store::{Blobs, Change, ModelContent, ModelSource, Result, bank_entry_key, bank_key};
use ternsig_isa::{Shape, Signal, Temperature};
use ternsig_vm::ColdRegister;

/// A step of the session.
pub(crate) type Step = fn(&mut Store) -> Result<()>;

/// A register of `rows` × 4 weights that depend on `seed`.
pub(crate) fn register(rows: usize, seed: u8) -> ColdRegister {
    let signal = |i: usize| {
        let polarity = [-1, 0, 1][(i + usize::from(seed)) % 3];
        Signal::new(polarity, if polarity == 0 { 0 } else { (i as u8).wrapping_mul(seed).max(1) }).unwrap()
    };
    let mut register =
        ColdRegister::new((0..rows * 4).map(signal).collect(), Shape::matrix(rows, 4)).unwrap();
    if seed % 2 == 1 {
        register.set_temperature(usize::from(seed) % (rows * 4), Temperature::Cool);
    }
    register.set_dirty(false);
    register
}

fn save(store: &mut Store, key: &str, rows: usize, seed: u8, tick: u64) -> Result<()> {
    store.save(key, &register(rows, seed), &Change::new(200, "session", tick))
}

/// Saves, a checkpoint, passes, nested transactions, a rollback, a delete.
pub(crate) const SESSION: &[Step] = &[
    |store| save(store, "net.c0", 3, 1, 1),
    |store| save(store, "net.c1", 40, 2, 1),
    |store| store.checkpoint_save("net.c0", &register(3, 1)),
    |store| save(store, "net.c0", 5, 3, 2),
    |store| store.begin(0),
    |store| save(store, "net.c2", 2, 4, 3),
    |store| store.begin(7),
    |store| save(store, "net.c0", 6, 5, 3),
    |store| store.checkpoint_save("net.c1", &register(40, 2)),
    |store| store.commit(7),
    |store| store.put_blob(Blobs::BankEntries, &bank_entry_key(9, 1), &[7; 300]),
    |store| store.commit(0),
    |store| store.advance_to(10).map(drop),
    |store| store.begin(1),
    |store| store.delete("net.c1", "session", 11).map(drop),
    |store| save(store, "net.c9", 2, 6, 11),
    |store| store.rollback(1),
    |store| store.put_blob(Blobs::Banks, &bank_key(9), b"bank"),
    |store| {
        let content = ModelContent::Text("halt\n".to_owned());
        store.put_model("3", &ModelSource { path: Some("m.ternsig".to_owned()), content })
    },
    |store| store.delete("net.c1", "session", 12).map(drop),
    |store| store.checkpoint_discard("net.c0").map(drop),
    |store| store.advance_to(100).map(drop),
    |store| store.consolidate("session", 100).map(drop),
    |store| store.put_blob(Blobs::Snapshots, b"machine", &[3; 9000]),
    |store| store.merge("net.c2", &register(2, 8), &Change::new(90, "session", 101)),
];
