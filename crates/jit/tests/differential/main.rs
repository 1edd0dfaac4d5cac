//! Native code against the reference interpreter: equal machines, equal hosts, one engine each. At every pause and at the
//! end the whole machine, the outcome and what the devices were asked must be the same.
//!
//! `TERNSIG_DIFFERENTIAL_CASES` sets the number of programs of each kind; `TERNSIG_DIFFERENTIAL_TRACE` names each before it
//! runs, for one that ends the process.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod pairs;

use pairs::{Kind, Plan};
use proptest::prelude::*;

/// Programs of each kind.
fn cases() -> ProptestConfig {
    let asked = std::env::var("TERNSIG_DIFFERENTIAL_CASES").ok().and_then(|cases| cases.parse().ok());
    // The bytes are a seed: a smaller one gives another program, so shrinking finds nothing smaller.
    ProptestConfig {
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::with_cases(asked.unwrap_or(300))
    }
}

fn seeds() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..8), prop::collection::vec(any::<u8>(), 0..400)]
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_programs_run_alike(bytes in seeds(), length in 1usize..60) {
        Plan::new(Kind::Random, &bytes, length).check()?;
    }

    #[test]
    fn random_programs_with_devices_run_alike(bytes in seeds(), length in 1usize..60, seed in any::<u64>()) {
        Plan { devices: Some(seed), ..Plan::new(Kind::Random, &bytes, length) }.check()?;
    }

    #[test]
    fn random_programs_run_alike_in_small_portions_of_fuel(bytes in seeds(), portion in 1u64..60) {
        Plan { portion: Some(portion), ..Plan::new(Kind::Random, &bytes, 30) }.check()?;
    }

    #[test]
    fn random_programs_run_alike_again_and_again(bytes in seeds(), changes in any::<u64>()) {
        Plan { rounds: 4, changes: Some(changes), ..Plan::new(Kind::Random, &bytes, 30) }.check()?;
    }

    #[test]
    fn networks_run_alike(bytes in seeds(), length in 1usize..120) {
        Plan::new(Kind::Network, &bytes, length).check()?;
    }

    #[test]
    fn networks_run_alike_in_small_portions_of_fuel(bytes in seeds(), portion in 1u64..400) {
        Plan { portion: Some(portion), ..Plan::new(Kind::Network, &bytes, 60) }.check()?;
    }

    #[test]
    fn networks_run_alike_again_and_again(bytes in seeds(), length in 1usize..80, changes in any::<u64>()) {
        Plan { rounds: 6, changes: Some(changes), ..Plan::new(Kind::Network, &bytes, length) }.check()?;
    }

    #[test]
    fn networks_run_alike_on_what_they_learned(bytes in seeds(), length in 1usize..40) {
        Plan { rounds: 8, ..Plan::new(Kind::Network, &bytes, length) }.check()?;
    }
}
