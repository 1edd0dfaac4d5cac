//! Power that goes and storage that fails, at every operation of a session: what was committed is there afterwards, and
//! nothing else.

use crate::disk::{Disk, Fault, Loss, losses};
use crate::script::{SESSION, register};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use ternsig_host::store::{Change, StoreExport};
use ternsig_host::{Store, StoreError};

/// The committed state before the session and after each step.
struct Reference {
    committed: Vec<StoreExport>,
    /// Operations until the store was there, and in all: all, and those that change the disk.
    created: (u64, u64),
    ended: (u64, u64),
}

fn reference() -> Reference {
    let disk = Disk::default();
    let mut store = Store::with_backend(disk.clone()).unwrap();
    let created = disk.operations();
    let mut committed = vec![store.export().unwrap()];
    for step in SESSION {
        step(&mut store).unwrap();
        let state = match store.open_transactions().as_slice() {
            [] => store.export().unwrap(),
            _ => committed.last().unwrap().clone(),
        };
        committed.push(state);
    }
    drop(store);
    Reference { committed, created, ended: disk.operations() }
}

/// Runs the session until a step fails; says how many were done. `None` if there never was a store.
fn session(disk: &Disk) -> Option<usize> {
    let mut store = Store::with_backend(disk.clone()).ok()?;
    let failed = SESSION.iter().position(|step| step(&mut store).is_err());
    Some(failed.unwrap_or(SESSION.len()))
}

impl Reference {
    /// Whether a state is what `done` steps committed, or what the step after them commits.
    fn allows(&self, done: Option<usize>, found: &Result<StoreExport, StoreError>) -> bool {
        let Ok(found) = found else {
            return false;
        };
        let done = done.unwrap_or_default();
        *found == self.committed[done] || self.committed.get(done + 1) == Some(found)
    }
}

fn reopened(disk: Disk) -> Result<StoreExport, StoreError> {
    Store::with_backend(disk)?.export()
}

#[test]
fn a_crash_loses_nothing_committed_and_shows_nothing_else() {
    let reference = reference();
    let (mut points, mut images, mut lost) = (0, 0, Vec::new());
    for at in 0..reference.ended.1 {
        let disk = Disk::default().failing(Fault::Crash(at));
        let done = session(&disk);
        points += 1;
        assert!(disk.is_down());
        for loss in losses() {
            images += 1;
            let found = reopened(Disk::holding(disk.after(loss)));
            if !reference.allows(done, &found) {
                lost.push((at, loss, done, found.map(drop).map_err(|error| error.to_string())));
            }
        }
    }
    println!("{points} points, {images} images, {} losses; created by {}", lost.len(), reference.created.1);
    assert!(lost.is_empty(), "{lost:#?}");
}

/// The crash comes while the store opens after a crash.
#[test]
fn a_crash_during_recovery_loses_nothing_either() {
    let reference = reference();
    let (mut points, mut images, mut lost) = (0, 0, Vec::new());
    for at in (reference.created.1..reference.ended.1).step_by(23) {
        let disk = Disk::default().failing(Fault::Crash(at));
        let done = session(&disk);
        let image = disk.after(Loss::Torn(512, at));
        for second in 0.. {
            let disk = Disk::holding(image.clone()).failing(Fault::Crash(second));
            let whole = Store::with_backend(disk.clone()).map(drop);
            if !disk.is_down() {
                whole.unwrap();
                break;
            }
            points += 1;
            for loss in [Loss::All, Loss::Torn(512, second), Loss::Torn(4096, second + 1)] {
                images += 1;
                let found = reopened(Disk::holding(disk.after(loss)));
                if !reference.allows(done, &found) {
                    lost.push((at, second, loss, found.map(drop).map_err(|error| error.to_string())));
                }
            }
        }
    }
    println!("{points} points, {images} images, {} losses", lost.len());
    assert!(points > 50);
    assert!(lost.is_empty(), "{lost:#?}");
}

/// Storage that fails once or for ever makes an error, never a panic; a store that goes on after it shows a committed state.
#[test]
fn failing_storage_is_an_error_and_loses_nothing() {
    let reference = reference();
    let (mut points, mut lost) = (0, Vec::new());
    for at in 0..reference.ended.0 {
        for fault in [Fault::Once(at), Fault::Forever(at)] {
            points += 1;
            let disk = Disk::default().failing(fault);
            let done = session(&disk);
            let found = reopened(Disk::holding(disk.bytes()));
            if !reference.allows(done, &found) {
                lost.push((fault, done, found.map(drop).map_err(|error| error.to_string())));
            }
        }
    }
    println!("{points} points, {} losses", lost.len());
    assert!(lost.is_empty(), "{lost:#?}");
}

/// Where the process that is to be killed writes.
const FILE: &str = "TERNSIG_STORE_OF_A_KILLED_PROCESS";

/// Two keys a transaction, and a line once it is committed.
#[test]
#[ignore = "is run, and killed, by another test"]
fn write_until_killed() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let mut store = Store::open(path).unwrap();
    for round in 0..100_000 {
        store.begin(0).unwrap();
        for key in ["a", "b"] {
            store.save(key, &register(3, round as u8), &Change::new(1, "child", round)).unwrap();
        }
        store.commit(0).unwrap();
        println!("committed {round}");
    }
}

#[test]
fn a_killed_process_leaves_whole_transactions() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("killed.store");
    drop(Store::create(&path).unwrap());
    for rounds in [1, 2, 5, 11, 30] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "crash::write_until_killed"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let committed = lines.filter(|line| line.contains("committed ")).take(rounds).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let committed: u64 = committed.rsplit(' ').next().unwrap().parse().unwrap();
        let store = Store::open(&path).unwrap();
        let [a, b] = ["a", "b"].map(|key| store.load(key).unwrap().unwrap());
        assert_eq!(a, b);
        assert!(a.standing.tick >= committed);
    }
}
