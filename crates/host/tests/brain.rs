//! The brain in `firmware/brain.toml`.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use ternsig_host::banks::WritePolicy;
use ternsig_host::brain::{Brain, Mode};
use ternsig_host::manifest::BrainManifest;
use ternsig_host::{Memory, Store};

fn firmware() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware")
}

fn manifest() -> BrainManifest {
    let path = firmware().join("brain.toml");
    BrainManifest::parse(&std::fs::read_to_string(&path).unwrap(), &path).unwrap()
}

fn boot(mode: Mode) -> Brain {
    let memory = Memory::new(Store::in_memory().unwrap(), WritePolicy::BACK).unwrap();
    Brain::boot_with(manifest(), memory, &Arc::default(), mode).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn probe() {
    let ticks: u64 = std::env::var("TICKS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let mut brain = boot(Mode::Sequential);
    for tick in 1..=ticks {
        brain.tick().unwrap();
        if tick % 200 == 0 {
            let report = brain.report();
            println!(
                "{tick} {:?} refused {} sleeps {:?}",
                report.recent,
                report.refused,
                report.sleeps.len()
            );
        }
    }
    let report = brain.report();
    for region in &report.regions {
        println!("{} {} {} {:?}", region.name, region.runs, region.failures, region.last_failure);
        println!(
            "    {:?}",
            brain.machine(region.id, |m| m.output().iter().take(12).copied().collect::<Vec<_>>())
        );
    }
    println!("{:#?}", report.programs);
    println!(
        "{:?} {:?} {:?} {:?} p50 {} p99 {}",
        report.banks, report.answered, report.sleeps, report.phases, report.tick_p50_ns, report.tick_p99_ns
    );
}
