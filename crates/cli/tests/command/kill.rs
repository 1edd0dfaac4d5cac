//! A learning run and a brain that are killed again and again, and go on from what they have saved.
//!
//! `TERNSIG_KILLS=100` kills it so often.

use crate::support::{Folder, repository};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

const RUN: [&str; 5] = ["run", "digits.toml", "--store", "digits.store", "--quiet"];

/// xorshift64*, so that every loop draws the same instants.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    }
}

/// What may never go back: commits, records, and the updates of each key.
#[derive(Debug, Default, Clone, PartialEq)]
struct Standing {
    commits: u64,
    tick: u64,
    records: u64,
    updates: BTreeMap<String, u64>,
}

impl Standing {
    fn read(folder: &Folder, store: &str) -> Standing {
        let ran = folder.run(&["store", "ls", store, "--format", "json"]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        let list: Value = serde_json::from_str(&ran.out).unwrap();
        let number = |value: &Value| value.as_u64().unwrap();
        let keys = list["keys"].as_array().unwrap().iter();
        Standing {
            commits: number(&list["commits"]),
            tick: number(&list["tick"]),
            records: number(&list["records"]),
            updates: keys
                .map(|key| (key["key"].as_str().unwrap().to_owned(), number(&key["updates"])))
                .collect(),
        }
    }

    fn has_lost(&self, before: &Standing) -> bool {
        let updates = |key| self.updates.get(key).copied().unwrap_or_default();
        self.commits < before.commits
            || self.tick < before.tick
            || self.records < before.records
            || before.updates.iter().any(|(key, before)| updates(key) < *before)
    }
}

/// The number of commits in the header of a store that somebody has open; 0 if there is none yet.
fn counted(path: &Path) -> u64 {
    let copy = |at: u64| -> std::io::Result<u64> {
        let (mut file, mut commits) = (File::open(path)?, [0; 8]);
        file.seek(SeekFrom::Start(at + 24))?;
        file.read_exact(&mut commits)?;
        Ok(u64::from_le_bytes(commits))
    };
    [0, 4096].map(|at| copy(at).unwrap_or_default()).into_iter().max().unwrap_or_default()
}

/// Waits for an instant: any, or, each second time, one right behind a commit, where others are likely.
fn wait(kill: u64, child: &mut Child, path: &Path, random: &mut Random) {
    if kill.is_multiple_of(2) {
        return sleep(Duration::from_millis(random.below(1500)));
    }
    let until = counted(path) + 1 + random.below(6);
    while counted(path) < until && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_micros(200));
    }
    sleep(Duration::from_micros(random.below(4000)));
}

/// How often something is killed.
fn kills() -> u64 {
    std::env::var("TERNSIG_KILLS").map_or(6, |kills| kills.parse().unwrap())
}

#[test]
fn a_run_that_is_killed_again_and_again_loses_nothing_that_it_saved() {
    let kills = kills();
    let folder = Folder::new(&[]);
    for file in ["digits.toml", "digits.ternsig", "classify.ternsig", "digits.csv.gz"] {
        folder.write(file, fs::read(repository("firmware/digits").join(file)).unwrap());
    }
    let path = folder.path("digits.store");
    let (mut random, mut before, mut lost) = (Random(0x7E51_57ED), Standing::default(), Vec::new());
    let (mut done, mut ended) = (0, 0);
    while done < kills {
        let mut child = folder.command(&RUN).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait(done, &mut child, &path, &mut random);
        // One that has ended by itself was not killed.
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            ended += 1;
        } else {
            child.kill().unwrap();
            child.wait().unwrap();
            done += 1;
        }
        if !path.exists() {
            continue;
        }
        let durable = counted(&path);
        let verified = folder.run(&["store", "verify", "digits.store"]);
        if verified.status != 0 {
            lost.push((done, verified.err));
            break;
        }
        let now = Standing::read(&folder, "digits.store");
        if now.has_lost(&before) || now.commits < durable {
            lost.push((done, format!("{before:?}, then {now:?}, of {durable} commits")));
        }
        before = now;
    }
    let updates: u64 = before.updates.values().sum();
    println!(
        "{done} kills, {} losses; {ended} runs ended by themselves; {} commits, {updates} updates",
        lost.len(),
        before.commits
    );
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(updates > kills / 2);
    let ended = folder.run(&["store", "verify", "digits.store"]);
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
}

#[test]
fn a_brain_that_is_killed_again_and_again_goes_on_each_time() {
    let folder = Folder::new(&[]);
    let manifest = repository("firmware/brain.toml").display().to_string();
    let live = ["run", &manifest, "--store", "brain.store", "--quiet"];
    let path = folder.path("brain.store");
    let (mut random, mut before, mut tick) = (Random(0xB2A1), Standing::default(), 0);
    let kills = kills();
    for kill in 0..kills {
        let mut child = folder.command(&live).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait(kill, &mut child, &path, &mut random);
        child.kill().unwrap();
        child.wait().unwrap();
        if !path.exists() {
            continue;
        }
        let durable = counted(&path);
        let verified = folder.run(&["store", "verify", "brain.store"]);
        assert_eq!((verified.status, verified.err.as_str()), (0, ""), "after kill {kill}");
        let now = Standing::read(&folder, "brain.store");
        assert!(
            !now.has_lost(&before) && now.commits >= durable,
            "{before:?}, then {now:?}, of {durable} commits"
        );
        let next = folder.run(&["run", &manifest, "--store", "brain.store", "--quiet", "--ticks", "1"]);
        assert_eq!(next.status, 0, "{}", next.err);
        let begun = next.out.lines().next().unwrap().to_owned();
        let after = begun
            .split_once("goes on after tick ")
            .map_or(0, |(_, rest)| rest.split(' ').next().unwrap().parse::<u64>().unwrap());
        assert!(after >= tick, "{begun}, after tick {tick}");
        tick = after + 1;
        before = Standing::read(&folder, "brain.store");
    }
    println!("{kills} kills, 0 losses; the brain has come to tick {tick}, {} commits", before.commits);
    assert!(tick > kills);
}
