//! The brain ends, and begins again.

use crate::{Folder, output};
use ternsig::host::banks::WritePolicy;
use ternsig::{Answer, DomainOpKind, Engine, Interpreter, Machine, Outcome, Shape};
use ternsig_downstream::Substrate;
use ternsig_downstream::brain::registry;

#[test]
fn the_age_of_the_cortex_outlives_the_process() {
    let folder = Folder::new();
    let mut brain = folder.begin(Engine::Interpreter);
    for _ in 0..3 {
        brain.tick().unwrap();
    }
    // Another process cannot have the store meanwhile.
    assert!(ternsig::Memory::open(folder.path("brain.store"), WritePolicy::Through).is_err());
    drop(brain);

    let mut brain = folder.begin(Engine::Interpreter);
    assert_eq!(brain.cortex.machine().cold(0).unwrap().values(), [3]);
    brain.tick().unwrap();
    assert_eq!(output(brain.cortex.machine()), [0, 50, 4]);
}

#[test]
fn a_machine_in_the_midst_of_a_run_goes_on_elsewhere() {
    let folder = Folder::new();
    let mut brain = folder.begin(Engine::Interpreter);
    brain.tick().unwrap();
    let suspended = brain.motor.machine().suspend();

    let mut machine = Machine::new(brain.motor.machine().program().clone()).unwrap();
    assert_eq!(machine.pending(), None);
    machine.restore(&suspended).unwrap();
    let mut elsewhere = Interpreter::from_machine(machine, registry().unwrap());
    elsewhere.set_substrate(&mut Substrate::default());
    let outcome = elsewhere.run_with_host(|op, ctx| {
        assert_eq!(op.kind(), DomainOpKind::RecvSignal);
        ctx.machine_mut().set_hot(0, &[8], Shape::vector(1))?;
        Ok(Answer::Done)
    });
    assert_eq!((outcome, output(elsewhere.machine())), (Outcome::Halted, vec![8]));
}
