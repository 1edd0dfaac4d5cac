//! Round trips and refusals.

use crate::disk::{Disk, Fault};
use crate::script::{SESSION, register};
use std::path::Path;
use ternsig_host::Store;
use ternsig_host::store::{
    Blobs, Change, Layer, ModelContent, ModelSource, RecordKind, StoreErrorKind, StoreExport,
};
use ternsig_isa::{Shape, Signal};
use ternsig_vm::{Error, ErrorKind};

const CHANGE: Change<'_> = Change::new(100, "test", 5);

fn message(error: impl ToString) -> String {
    error.to_string()
}

fn after_session() -> Store {
    let mut store = Store::in_memory().unwrap();
    SESSION.iter().for_each(|step| step(&mut store).unwrap());
    store
}

#[test]
fn weights_survive_reopening_with_everything_about_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("weights.store");
    let (saved, grown) = (register(3, 1), register(4, 3));
    let mut store = Store::create(&path).unwrap();
    store.save("net.c0", &saved, &CHANGE).unwrap();
    store.save("net.c1", &register(2, 2), &CHANGE).unwrap();
    store.save("net.c1", &grown, &Change { tick: 9, ..CHANGE }).unwrap();
    drop(store);

    let store = Store::open(&path).unwrap();
    assert_eq!(store.keys().unwrap(), ["net.c0", "net.c1"]);
    let entry = store.load("net.c0").unwrap().unwrap();
    assert_eq!(entry.weights.to_register().unwrap(), saved);
    assert_eq!(
        (entry.standing.layer, entry.standing.strength, entry.standing.updates, entry.standing.tick),
        (Layer::Hot, 100, 1, 5)
    );
    let entry = store.load("net.c1").unwrap().unwrap();
    assert_eq!(entry.weights.to_register().unwrap(), grown);
    assert_eq!((entry.standing.strength, entry.standing.updates, entry.standing.tick), (110, 2, 9));
    assert_eq!(store.architecture("net.c1").unwrap().unwrap().shape, Shape::matrix(4, 4));
    assert_eq!(store.architecture("net.c0").unwrap(), None);
    assert_eq!(store.load("net.c2").unwrap(), None);
}

#[test]
fn loading_keeps_what_is_the_registers_own_and_refuses_another_size() {
    let mut store = Store::in_memory().unwrap();
    store.save("k", &register(3, 1), &CHANGE).unwrap();
    let weights = store.load("k").unwrap().unwrap().weights;
    let mut own = register(3, 2);
    own.set_key(Some("own"));
    own.set_frozen(true);
    own.set_dirty(true);
    weights.load_into(&mut own).unwrap();
    assert_eq!((own.key(), own.is_frozen(), own.is_dirty()), (Some("own"), true, false));
    assert_eq!(own.signals(), register(3, 1).signals());
    let mut other = register(2, 2);
    let error = weights.load_into(&mut other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert_eq!(error.message(), "12 weights are stored, but the register has 8");
    assert_eq!(other, register(2, 2));
}

#[test]
fn merging_init_and_deleting() {
    let mut store = Store::in_memory().unwrap();
    assert!(store.init("k", Shape::vector(3), &CHANGE).unwrap());
    assert_eq!(store.load("k").unwrap().unwrap().weights.signals(), [Signal::ZERO; 3]);
    assert!(!store.init("k", Shape::vector(9), &CHANGE).unwrap());
    store.merge("k", &register(1, 1), &Change { strength: 201, ..CHANGE }).unwrap();
    assert_eq!(store.standing("k").unwrap().unwrap().strength, ((3 * 100 + 7 * 201) / 10) as u8);
    assert!(store.delete("k", "test", 6).unwrap());
    assert!(!store.delete("k", "test", 7).unwrap());
    assert_eq!((store.load("k").unwrap(), store.architecture("k").unwrap()), (None, None));
    let kinds: Vec<_> = store.chain(0).unwrap().iter().map(|record| record.kind).collect();
    assert_eq!(kinds, [RecordKind::Create, RecordKind::Merge, RecordKind::Delete]);
}

#[test]
fn checkpoints_are_replaced_kept_and_discarded() {
    let mut store = Store::in_memory().unwrap();
    assert!(!store.checkpoint_discard("k").unwrap());
    let missing = store.checkpoint_restore("k").unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert_eq!(message(missing), "the store: there is no checkpoint \"k.checkpoint\"");
    store.checkpoint_save("k", &register(3, 1)).unwrap();
    store.checkpoint_save("k", &register(2, 3)).unwrap();
    for _ in 0..2 {
        assert_eq!(store.checkpoint_restore("k").unwrap().to_register().unwrap(), register(2, 3));
    }
    assert_eq!(store.checkpoint_keys().unwrap(), ["k"]);
    assert!(store.checkpoint_discard("k").unwrap());
    assert!(store.checkpoint_restore("k").is_err());
}

#[test]
fn models_snapshots_and_banks_are_kept() {
    let mut store = Store::in_memory().unwrap();
    let binary = ModelSource { path: None, content: ModelContent::Binary(vec![0, 255]) };
    store.put_model("7", &binary).unwrap();
    assert_eq!(store.model("7").unwrap(), Some(binary));
    assert_eq!(store.model_names().unwrap(), ["7"]);
    assert!(store.delete_model("7").unwrap());
    for (bank, entry) in [(1, 2), (1, 1), (2, 1)] {
        let key = ternsig_host::store::bank_entry_key(bank, entry);
        store.put_blob(Blobs::BankEntries, &key, &[bank as u8, entry as u8]).unwrap();
    }
    let first = store.blobs(Blobs::BankEntries, &ternsig_host::store::bank_key(1)).unwrap();
    assert_eq!(first.into_values().collect::<Vec<_>>(), [[1, 1], [1, 2]]);
    assert_eq!(store.blob(Blobs::Snapshots, b"none").unwrap(), None);
    assert!(!store.delete_blob(Blobs::Banks, b"none").unwrap());
}

#[test]
fn the_chain_links_and_refuses_a_wrong_hash() {
    let mut store = after_session();
    let change = Change { observations: Some(3), custom: Some(b"own"), ..CHANGE };
    store.save("last", &register(1, 1), &change).unwrap();
    store.verify().unwrap();
    let chain = store.chain(0).unwrap();
    assert_eq!(store.chain_len().unwrap(), chain.len() as u64);
    let mut before = None;
    for record in &chain {
        record.verify(before).unwrap();
        before = Some(record);
    }
    let last = chain.last().unwrap();
    assert_eq!((last.observations, last.custom.as_deref()), (Some(3), Some(b"own".as_slice())));
    let previous = chain.get(chain.len() - 2);
    let spoiled = [
        {
            let mut r = last.clone();
            r.hash[0] ^= 1;
            r
        },
        {
            let mut r = last.clone();
            r.previous = None;
            r.hash = r.computed_hash();
            r
        },
        {
            let mut r = last.clone();
            r.sequence += 1;
            r.hash = r.computed_hash();
            r
        },
        {
            let mut r = last.clone();
            r.observations = None;
            r
        },
        {
            let mut r = last.clone();
            r.custom = Some(Vec::new());
            r
        },
        {
            let mut r = last.clone();
            r.source.push('x');
            r
        },
    ];
    for record in spoiled {
        assert_eq!(record.verify(previous).unwrap_err().kind(), ErrorKind::Storage, "{record:?}");
    }
}

#[test]
fn consolidation_records_the_state_it_leaves() {
    let mut store = after_session();
    store.consolidate("sleep", 7).unwrap();
    let record = store.chain(0).unwrap().pop().unwrap();
    assert_eq!((record.kind, record.key.as_str(), record.tick), (RecordKind::Consolidation, "", 7));
    assert_eq!(record.digest, store.state_digest().unwrap());
}

#[test]
fn an_export_comes_back_whole_as_json_and_in_binary() {
    let export = after_session().export().unwrap();
    let json = serde_json::to_string(&export).unwrap();
    assert_eq!(serde_json::from_str::<StoreExport>(&json).unwrap(), export);
    let bytes = export.to_bytes().unwrap();
    assert_eq!(StoreExport::from_bytes(&bytes).unwrap(), export);
    let mut other = Store::in_memory().unwrap();
    other.import(&export).unwrap();
    other.verify().unwrap();
    assert_eq!(other.export().unwrap(), export);
    assert_eq!(other.import(&export).unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn a_file_is_made_from_an_export_as_a_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.store");
    let files = || std::fs::read_dir(directory.path()).unwrap().count();
    let export = after_session().export().unwrap();
    let mut spoiled = export.clone();
    spoiled.weights.pop_first();
    let error = Store::create_from(&path, &spoiled).unwrap_err();
    assert_eq!((error.kind(), files()), (ErrorKind::Storage, 0));
    assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
    let store = Store::create_from(&path, &export).unwrap();
    assert_eq!((store.export().unwrap(), files()), (export.clone(), 1));
    assert_eq!(store.architecture_keys().unwrap(), export.architecture.keys().cloned().collect::<Vec<_>>());
    assert_eq!(Store::create_from(&path, &export).unwrap_err().kind(), ErrorKind::Conflict);
    let json = serde_json::to_vec(&export).unwrap();
    for bytes in [json, export.to_bytes().unwrap()] {
        assert_eq!(StoreExport::read(&bytes).unwrap(), export);
    }
    for bytes in [b"".as_slice(), b"{\"format\": 1}", b"a text"] {
        assert_eq!(StoreExport::read(bytes).unwrap_err().kind(), ErrorKind::Storage);
    }
}

#[test]
fn spoiled_exports_are_refused() {
    let export = after_session().export().unwrap();
    let spoil: [fn(&mut StoreExport); 9] = [
        |e| e.format = 2,
        |e| e.chain[1].hash = e.chain[0].hash.clone(),
        |e| drop(e.chain.pop()),
        |e| drop(e.chain.remove(0)),
        |e| e.weights.values_mut().for_each(|w| w.value.polarity.iter_mut().for_each(|p| *p = -*p)),
        |e| drop(e.weights.pop_first()),
        |e| e.weights.values_mut().for_each(|w| w.value.shape = vec![u32::MAX; 8]),
        |e| drop(e.banks.insert("xyz".to_owned(), String::new())),
        |e| e.models.values_mut().for_each(|model| model.text = None),
    ];
    for (number, spoil) in spoil.into_iter().enumerate() {
        let mut spoiled = export.clone();
        spoil(&mut spoiled);
        let mut store = Store::in_memory().unwrap();
        if let Err(error) = store.import(&spoiled) {
            assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
            assert_eq!(store.keys().unwrap(), [""; 0]);
        } else {
            // Without its newest record a chain still holds, if that record is about no weights.
            assert_eq!(number, 2);
        }
    }
    let bytes = export.to_bytes().unwrap();
    for at in (0..bytes.len()).step_by(31) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        assert!(StoreExport::from_bytes(&flipped).is_err());
        assert!(StoreExport::from_bytes(&bytes[..at]).is_err());
    }
}

#[test]
fn keys_are_checked() {
    let mut store = Store::in_memory().unwrap();
    for key in [String::new(), "k".repeat(256)] {
        let error = store.save(&key, &register(1, 1), &CHANGE).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadOperand);
        assert!(store.checkpoint_save(&key, &register(1, 1)).is_err());
        assert!(store.set_architecture(&key, Shape::vector(1), 0).is_err());
    }
    let huge = Shape::new(&[u32::MAX, u32::MAX]).unwrap();
    assert_eq!(store.init("k", huge, &CHANGE).unwrap_err().kind(), ErrorKind::BadOperand);
    let error = Error::from(store.save("", &register(1, 1), &CHANGE).unwrap_err());
    assert_eq!(error.message(), "the store: a key of 0 bytes is not allowed; keys have 1 to 255");
}

fn opening(path: &Path) -> (ErrorKind, String) {
    let error = Store::open(path).unwrap_err();
    (error.kind(), error.to_string().replace(&path.display().to_string(), "FILE"))
}

#[test]
fn files_are_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.store");
    let message = "FILE: there is no such file; create a store first";
    assert_eq!(opening(&path), (ErrorKind::NotFound, message.to_owned()));

    for content in [Vec::new(), b"# a text\n".repeat(2000), vec![0; 20_000]] {
        std::fs::write(&path, &content).unwrap();
        let message = "FILE: this is not a Ternsig store; name another file, or create one";
        assert_eq!(opening(&path), (ErrorKind::Storage, message.to_owned()));
        assert_eq!(std::fs::read(&path).unwrap(), content);
        assert_eq!(Store::create(&path).unwrap_err().kind(), ErrorKind::Conflict);
    }
    std::fs::remove_file(&path).unwrap();

    let store = Store::create(&path).unwrap();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    let (kind, text) = opening(&path);
    assert_eq!(kind, ErrorKind::Conflict, "{text}");
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    for len in [100, 8192, 9000, whole.len() - 4096] {
        std::fs::write(&path, &whole[..len]).unwrap();
        let (kind, text) = opening(&path);
        assert_eq!(kind, ErrorKind::Storage);
        assert!(text.contains("damaged"), "{text}");
    }
    std::fs::write(&path, &whole).unwrap();
    assert!(Store::open_or_create(&path).is_ok());
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let disk = Disk::default();
    drop(Store::with_backend(disk.clone()).unwrap());
    let bytes = ternsig_host_format(&disk.bytes());
    let disk = Disk::holding(bytes.clone());
    let error = Store::with_backend(disk.clone()).unwrap_err();
    assert!(matches!(error.cause(), StoreErrorKind::Newer { found: 2, known: 1 }), "{error}");
    assert_eq!(disk.bytes(), bytes);
}

/// The same store with format 2 in its header pages.
fn ternsig_host_format(bytes: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    let mut bytes = bytes.to_vec();
    for at in [0, 4096] {
        bytes[at + 16] = 2;
        let digest = sha2::Sha256::digest(&bytes[at..at + 32]);
        bytes[at + 32..at + 48].copy_from_slice(&digest[..16]);
    }
    bytes
}

#[test]
fn storage_that_holds_something_else_is_not_taken_for_empty() {
    let disk = Disk::default();
    drop(Store::with_backend(disk.clone()).unwrap());
    let mut wiped = disk.bytes();
    wiped[..8192].fill(0);
    for bytes in [wiped, b"a text".to_vec(), vec![0; 8193]] {
        let disk = Disk::holding(bytes.clone());
        let error = Store::with_backend(disk.clone()).unwrap_err();
        assert!(matches!(error.cause(), StoreErrorKind::NotAStore), "{error}");
        assert_eq!(disk.bytes(), bytes);
    }
}

#[test]
fn after_a_failed_write_the_store_refuses_until_it_is_opened_again() {
    let disk = Disk::default();
    let mut store = Store::with_backend(disk.clone()).unwrap();
    store.save("k", &register(1, 1), &CHANGE).unwrap();
    let (all, _) = disk.operations();
    let disk = disk.failing(Fault::Forever(all));
    let error = store.save("k", &register(1, 3), &CHANGE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.to_string().contains("injected"), "{error}");
    let error = store.load("k").unwrap_err();
    assert!(matches!(error.cause(), StoreErrorKind::Unusable));
    drop(store);
    let store = Store::with_backend(Disk::holding(disk.bytes())).unwrap();
    assert_eq!(store.load("k").unwrap().unwrap().weights.to_register().unwrap(), register(1, 1));
}

#[test]
fn stores_go_to_other_threads() {
    fn is_send<T: Send>() {}
    is_send::<Store>();
}
