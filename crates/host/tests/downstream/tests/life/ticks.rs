//! What the brain does, and what it refuses.

use crate::{Folder, engines, output};
use ternsig::{DomainOp, Engine, ErrorKind, Outcome, Transport};
use ternsig_downstream::brain::{CORTEX, MOTOR};

#[test]
fn every_engine_lives_the_same_life() {
    for engine in engines() {
        let folder = Folder::new();
        let mut brain = folder.begin(engine);
        let mut seen = Vec::new();
        for tick in 1..=5 {
            let [motor, cortex] = brain.tick().unwrap();
            assert_eq!(cortex, Outcome::Halted, "{engine}");
            let waits = matches!(motor, Outcome::Waiting { op: DomainOp::RecvSignal { .. }, instruction: 0 });
            assert_eq!(waits, tick == 1, "{engine}: {motor}");
            let [motor, cortex] = [&brain.motor, &brain.cortex].map(|region| output(region.machine()));
            seen.push((motor, cortex, output(brain.reflex.machine())));
        }
        // What the cortex decides in a tick, the motor does in the next; the chemistry sums it up.
        let expected = [
            (vec![], vec![0, 50, 1], vec![100, 1]),
            (vec![30], vec![0, 40, 2], vec![130, 2]),
            (vec![20], vec![0, 30, 3], vec![150, 3]),
            (vec![10], vec![0, 20, 4], vec![160, 4]),
            (vec![0], vec![0, 10, 5], vec![160, 5]),
        ];
        assert_eq!(seen, expected, "{engine}");
        assert_eq!((brain.substrate.chemical(2), brain.substrate.tick()), (160, 5));
        assert_eq!(brain.radio.waiting(MOTOR, CORTEX), 1);
    }
}

#[test]
fn what_fails_says_where_and_changes_nothing() {
    let folder = Folder::new();
    folder.edit("cortex.ternsig", "sonar.ping H0, 0", "sonar.ping H0, 7");
    let mut brain = folder.begin(Engine::Interpreter);
    let [_, cortex] = brain.tick().unwrap();
    assert_eq!(cortex.to_string(), "instruction 0 (sonar.ping): there is no sonar array 7");
    assert_eq!(brain.cortex.machine().hot(0).unwrap().data(), [0, 0]);

    let folder = Folder::new();
    folder.edit("cortex.ternsig", "sonar.nearest H1, H0", "sonar.nearest H1, H9");
    let [_, cortex] = folder.begin(Engine::Interpreter).tick().unwrap();
    assert_eq!(cortex.to_string(), "instruction 1 (sonar.nearest): H9 holds no distances");

    let folder = Folder::new();
    folder.edit("cortex.ternsig", "ipc.send_signal H2, 0", "ipc.barrier_wait 3");
    let [_, cortex] = folder.begin(Engine::Interpreter).tick().unwrap();
    let Outcome::Failed(error) = cortex else { unreachable!("{cortex}") };
    assert_eq!((error.kind(), error.mnemonic()), (ErrorKind::NotFound, "ipc.barrier_wait"));
}

#[test]
fn the_radio_keeps_what_a_transport_promises() {
    let radio = ternsig_downstream::Radio::new([1, 2]);
    let register = ternsig::Register::hot(4);
    radio.subscribe(2, 9, register).unwrap();
    radio.broadcast(1, 9, &[5]).unwrap();
    radio.broadcast(1, 9, &[6, 7]).unwrap();
    // As in each run of a program: what has arrived by then is not lost.
    radio.subscribe(2, 9, register).unwrap();
    assert!(radio.settle().unwrap() && !radio.settle().unwrap());
    let mut delivered = Vec::new();
    for _ in 0..2 {
        radio
            .begin_run(2, &mut |register, message| {
                delivered.push((register, message.to_vec()));
                Ok(())
            })
            .unwrap();
    }
    assert_eq!(delivered, [(register, vec![6, 7])]);
    let mut front = Vec::new();
    assert!(radio.peek(2, 9, &mut front).unwrap());
    radio.pop(2, 9).unwrap();
    assert_eq!((front, radio.waiting(2, 9)), (vec![5], 1));
    for _ in 0..8 {
        radio.send(1, 2, &[0]).unwrap();
    }
    assert_eq!(radio.send(1, 2, &[0]).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(radio.send(1, 3, &[0]).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!((radio.compare_and_swap(1, 0, 0, 4), radio.compare_and_swap(1, 0, 0, 5)), (Ok(0), Ok(4)));
}
