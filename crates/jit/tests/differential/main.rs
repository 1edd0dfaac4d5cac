//! Native code against the reference interpreter: equal machines, equal hosts, one engine each. At every pause and at the
//! end the whole machine, the outcome and what the devices were asked must be the same.
//!
//! `TERNSIG_DIFFERENTIAL_CASES` sets the number of programs of each kind; `TERNSIG_DIFFERENTIAL_TRACE` names each before it
//! runs, for one that ends the process. The example `differential` runs many more.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod tally;
mod trial;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::num::NonZero;
use tally::Tally;
use ternsig_jit::Features;
use trial::{Begin, Interrupts, Kind, Trial};

/// How many programs.
fn asked() -> Option<u32> {
    std::env::var("TERNSIG_DIFFERENTIAL_CASES").ok().and_then(|cases| cases.parse().ok())
}

/// Programs of each kind.
fn cases() -> ProptestConfig {
    // The bytes are a seed: a smaller one gives another program, so shrinking finds nothing smaller.
    ProptestConfig {
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::with_cases(asked().unwrap_or(300))
    }
}

fn seeds() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..8), prop::collection::vec(any::<u8>(), 0..400)]
}

/// Runs both engines. The message of a difference shows the shortest program that still has it.
fn check(trial: &Trial) -> Result<(), TestCaseError> {
    if std::env::var_os("TERNSIG_DIFFERENTIAL_TRACE").is_some() {
        eprintln!("{trial:?}");
    }
    let Err(difference) = trial.run(None) else { return Ok(()) };
    let (least, text) = trial.reduced(|program| trial.run(Some(&program.instructions)).is_err());
    let shorter = trial.run(Some(&least.instructions)).err().unwrap_or_default();
    Err(TestCaseError::fail(format!("{difference}; reduced: {shorter}\n{text}")))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_programs_run_alike(bytes in seeds(), length in 1usize..60) {
        check(&Trial::new(Kind::Random, bytes, length))?;
    }

    #[test]
    fn random_programs_with_devices_run_alike(bytes in seeds(), length in 1usize..60, seed in any::<u64>()) {
        check(&Trial { devices: Some(seed), ..Trial::new(Kind::Random, bytes, length) })?;
    }

    #[test]
    fn random_programs_run_alike_in_small_portions_of_fuel(bytes in seeds(), portion in 1u64..60) {
        check(&Trial { portion: Some(portion), ..Trial::new(Kind::Random, bytes, 30) })?;
    }

    #[test]
    fn random_programs_run_alike_again_and_again(bytes in seeds(), changes in any::<u64>()) {
        check(&Trial { rounds: 4, changes: Some(changes), ..Trial::new(Kind::Random, bytes, 30) })?;
    }

    #[test]
    fn networks_run_alike(bytes in seeds(), length in 1usize..120) {
        check(&Trial::new(Kind::Network, bytes, length))?;
    }

    #[test]
    fn networks_run_alike_in_small_portions_of_fuel(bytes in seeds(), portion in 1u64..400) {
        check(&Trial { portion: Some(portion), ..Trial::new(Kind::Network, bytes, 60) })?;
    }

    #[test]
    fn networks_run_alike_again_and_again(bytes in seeds(), length in 1usize..80, changes in any::<u64>()) {
        check(&Trial { rounds: 6, changes: Some(changes), ..Trial::new(Kind::Network, bytes, length) })?;
    }

    #[test]
    fn networks_run_alike_on_what_they_learned(bytes in seeds(), length in 1usize..40) {
        check(&Trial { rounds: 8, ..Trial::new(Kind::Network, bytes, length) })?;
    }

    #[test]
    fn networks_run_alike_with_portable_code(bytes in seeds(), length in 1usize..60, changes in any::<u64>()) {
        let features = Features::Portable;
        let trial = Trial::new(Kind::Network, bytes, length);
        check(&Trial { features, rounds: 2, changes: Some(changes), ..trial })?;
    }

    #[test]
    fn networks_run_alike_whenever_their_code_is_ready(bytes in seeds(), portion in 1u64..60, pause in 0usize..6) {
        let begin = Begin::AtPause(pause);
        check(&Trial { begin, portion: Some(portion), rounds: 2, ..Trial::new(Kind::Network, bytes, 40) })?;
    }

    #[test]
    fn programs_run_alike_when_pauses_interrupt_them(bytes in seeds(), portion in 1u64..90, every in 1usize..4) {
        let interrupts = Interrupts { pauses: NonZero::new(every), ..Interrupts::default() };
        for kind in [Kind::Random, Kind::Network] {
            let trial = Trial::new(kind, bytes.clone(), 30);
            check(&Trial { interrupts, portion: Some(portion), rounds: 2, ..trial })?;
        }
    }

    #[test]
    fn programs_run_alike_when_devices_interrupt_them(bytes in seeds(), seed in any::<u64>(), every in 1usize..6) {
        let interrupts = Interrupts { calls: NonZero::new(every), ..Interrupts::default() };
        for kind in [Kind::Random, Kind::Network] {
            check(&Trial { interrupts, devices: Some(seed), rounds: 2, ..Trial::new(kind, bytes.clone(), 30) })?;
        }
    }

    #[test]
    fn networks_run_alike_when_interrupted_at_any_time(bytes in seeds(), length in 1usize..60) {
        let interrupts = Interrupts { any_time: true, ..Interrupts::default() };
        check(&Trial { interrupts, rounds: 4, ..Trial::new(Kind::Network, bytes, length) })?;
    }
}

/// Of 200 000 programs, 1000 natively executed instructions of each row and 100 failures of each guard are asked.
#[test]
fn every_native_instruction_is_executed_and_every_guard_fails() {
    let programs = u64::from(asked().unwrap_or(300)) * 4;
    let mut tally = Tally::default();
    for seed in 0..programs {
        let trial = Trial::drawn(seed);
        if let Some((end, native)) = trial.run(None).unwrap_or_else(|error| panic!("seed {seed}: {error}")) {
            tally.add(&trial, &end, &native);
        }
    }
    let missing = tally.missing((programs / 200).max(1), (programs / 2000).max(1));
    assert!(missing.is_empty(), "{}\n{tally}", missing.join("\n"));
}
