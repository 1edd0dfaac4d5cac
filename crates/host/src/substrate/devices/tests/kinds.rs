//! Which device answers which kind of operation.

use super::*;
use crate::memory::KeyTable;
use std::collections::BTreeSet;
use ternsig_isa::domain_op::DomainOpKind;

/// The devices of memory.
const MEMORY: [&str; 5] = ["weights", "checkpoints", "txn", "registers", "bank"];
/// The devices of a substrate.
const SUBSTRATE: [&str; 8] =
    ["chemicals", "fields", "senses", "coactivation", "clock", "coherence", "log", "thermo"];
/// The devices of a host of several regions, which are not attached here.
const BRAIN: [&str; 3] = ["ipc", "models", "regions"];
/// The devices that only a host can bring.
const NONE: [&str; 3] = ["snn", "pool", "sensor"];

#[test]
fn every_kind_of_operation_has_a_device_of_which_we_know_whose_it_is() {
    let known: BTreeSet<_> = MEMORY.into_iter().chain(SUBSTRATE).chain(BRAIN).chain(NONE).collect();
    assert_eq!(DomainOpKind::ALL.iter().map(|kind| kind.device()).collect::<BTreeSet<_>>(), known);
    let memory = memory();
    let mut devices = memory.devices("p", KeyTable::new(), Slots::new());
    RegionParts { memory: Some((memory, Slots::new())), ..parts() }.attach(&mut devices);
    for kind in DomainOpKind::ALL {
        // Registers have not what most operations need: what matters is who says so.
        let op = kind.build(|_| 0);
        let mut interpreter = machine("");
        let answer = devices.answer(&op, &mut interpreter.context());
        let is_missing = answer.is_err_and(|error| error.message().contains("the host has no device"));
        let is_attached = MEMORY.contains(&kind.device()) || SUBSTRATE.contains(&kind.device());
        assert_eq!(is_missing, !is_attached, "{op}");
    }
}

#[test]
fn a_device_can_be_replaced() {
    struct Fixed;
    impl Device for Fixed {
        fn answer(
            &mut self,
            _: &ternsig_isa::DomainOp,
            _: &mut ternsig_vm::ExecutionContext<'_>,
        ) -> Result<Answer, Error> {
            Ok(Answer::Stop)
        }
    }
    let mut devices = Devices::new();
    parts().attach(&mut devices);
    devices.attach("senses", Fixed);
    let mut interpreter = machine("    neuro.chem_read H2, 0\n    neuro.valence_read H5");
    let outcome = interpreter.run_with_host(|op, ctx| devices.answer(op, ctx));
    assert_eq!(outcome.to_string(), "stopped by the host at instruction 1: ValenceRead { target: H5 }");
}

#[test]
fn without_a_memory_there_is_nothing_to_consolidate_or_credit() {
    let resting = |_: &mut Machine, substrate: &mut Substrate| substrate.set_resting(true);
    let (_, _, outcome) = every_way("    lifecycle.consolidation_req H2", parts, resting);
    assert_eq!(failed(&outcome), (ErrorKind::NoDevice, "the host has no memory to consolidate"));
    let (_, _, outcome) = every_way("    neuro.thermo_prune_hot H2, H5", parts, resting);
    assert_eq!(failed(&outcome).0, ErrorKind::NoDevice);
}
