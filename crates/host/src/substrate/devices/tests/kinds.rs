//! Devices that are replaced, and devices that have nothing to act on.

use super::*;

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
