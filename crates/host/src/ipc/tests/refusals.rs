use super::*;

/// The kind and the text of the error with which region 0 fails, in both timings: the same.
fn refused(topology: &Topology, body: &str, prepare: impl Fn(&mut Brain)) -> (ErrorKind, String) {
    let [one, other] = TIMINGS.map(|timing| {
        let mut brain = both(topology, timing, &[body, "ipc.mailbox_pop H0, 0"], |brain| {
            prepare(brain);
            let before = brain.minds[0].interpreter.machine().clone();
            let sent = brain.transport.save();
            brain.run(0);
            // What fails has no effect.
            let after = brain.minds[0].interpreter.machine();
            (0..6).for_each(|index| {
                assert_eq!(before.hot(index).map(|hot| hot.data()), after.hot(index).map(|hot| hot.data()));
            });
            assert_eq!(sent, brain.transport.save());
        });
        let outcome = brain.minds.swap_remove(0).interpreter.machine().last_outcome().unwrap().clone();
        match outcome {
            Outcome::Failed(error) => (error.kind(), error.to_string()),
            outcome => panic!("{outcome:?}"),
        }
    });
    assert_eq!(one, other);
    one
}

fn is_refused(topology: &Topology, body: &str, kind: ErrorKind, text: &str) {
    assert_eq!(refused(topology, body, |_| {}), (kind, text.to_owned()));
}

#[test]
fn who_and_what_does_not_exist_is_not_found() {
    let text = "instruction 0 (ipc.send_signal): there is no region 9";
    is_refused(&Topology::of([0, 1]), "ipc.send_signal H0, 9", ErrorKind::NotFound, text);
    let text = "instruction 0 (ipc.barrier_wait): there is no barrier 4";
    is_refused(&Topology::of([0, 1]), "ipc.barrier_wait 4", ErrorKind::NotFound, text);
    // A region that is none itself.
    for op in [
        "send_signal H0, 1",
        "recv_signal H0, 1",
        "broadcast H0, 1",
        "subscribe H0, 1",
        "mailbox_peek H0, 1",
        "mailbox_pop H0, 1",
        "barrier_wait 1",
        "atomic_cas H0, H1, H2",
    ] {
        let transport = Arc::new(InProcess::new(Topology::of([1]), Timing::Rounds));
        let mut mind = Mind::new(0, &format!("ipc.{op}"), &transport);
        let begun = mind.ipc.begin_run(mind.interpreter.machine_mut()).unwrap_err();
        assert_eq!(begun.to_string(), "there is no region 0");
        let outcome = mind.interpreter.run_with_host(|op, ctx| mind.devices.answer(op, ctx));
        let name = op.split(' ').next().unwrap();
        assert_eq!(outcome.to_string(), format!("instruction 0 (ipc.{name}): there is no region 0"));
        assert_eq!(mind.interpreter.machine().hot(0).unwrap().data(), [0]);
    }
}

#[test]
fn rules_deny() {
    let mut topology = Topology::of([0, 1]);
    topology.barriers.insert(4, [1].into());
    topology.allowed = Some([(1, 0)].into());
    let text = "instruction 0 (ipc.barrier_wait): region 0 is not a party of barrier 4";
    is_refused(&topology, "ipc.barrier_wait 4", ErrorKind::Denied, text);
    let text = "instruction 0 (ipc.send_signal): region 0 may not send to region 1";
    is_refused(&topology, "ipc.send_signal H0, 1", ErrorKind::Denied, text);
    // The others are not affected, nor is what a region sends itself.
    let transport = InProcess::new(topology, Timing::Immediate);
    transport.send(1, 0, &[1]).unwrap();
    transport.send(0, 0, &[1]).unwrap();
    // A broadcast reaches those to whom its sender may send.
    transport.subscribe(0, 9, ternsig_isa::Register::hot(0)).unwrap();
    transport.subscribe(1, 9, ternsig_isa::Register::hot(0)).unwrap();
    transport.broadcast(0, 9, &[5]).unwrap();
    transport.broadcast(1, 9, &[6]).unwrap();
    let mut message = Vec::new();
    assert!(!transport.peek(1, 9, &mut message).unwrap());
    assert!(transport.peek(0, 9, &mut message).unwrap());
    assert_eq!(message, [6]);
}

#[test]
fn an_empty_message_cannot_be_sent() {
    for name in ["send_signal", "broadcast"] {
        let (kind, text) = refused(&Topology::of([0, 1]), &format!("ipc.{name} H0, 1"), |brain| {
            brain.set(0, 0, &[]);
        });
        assert_eq!(kind, ErrorKind::BadRegister);
        assert_eq!(text, format!("instruction 0 (ipc.{name}): H0 has 0 elements, at least 1 are needed"));
        // Asked for by a host instead of a program.
        let transport = Arc::new(InProcess::new(Topology::of([0, 1]), Timing::Immediate));
        let mut mind = Mind::new(0, "", &transport);
        mind.interpreter.machine_mut().set_hot(0, &[], Shape::vector(0)).unwrap();
        let source = ternsig_isa::Register::hot(0);
        let op = match name {
            "broadcast" => ternsig_isa::DomainOp::Broadcast { source, channel: 1 },
            _ => ternsig_isa::DomainOp::SendSignal { source, region_id: 1 },
        };
        let error = mind.devices.answer(&op, &mut mind.interpreter.context()).unwrap_err();
        assert_eq!(error.to_string(), "H0 has 0 elements, at least 1 are needed");
        assert_eq!(error.kind(), ErrorKind::BadRegister);
    }
}

#[test]
fn a_full_mailbox_takes_nothing() {
    let mut topology = Topology::of([0, 1]);
    let text = "instruction 0 (ipc.send_signal): mailbox 0 of region 1 is full: 1024 messages are in it or on their way, \
                allowed are 1024";
    let fill = |brain: &mut Brain| (0..1024).for_each(|n| brain.transport.send(0, 1, &[n]).unwrap());
    assert_eq!(refused(&topology, "ipc.send_signal H0, 1", fill), (ErrorKind::Conflict, text.to_owned()));
    topology.mailbox_messages = 2;
    let text = "instruction 0 (ipc.broadcast): mailbox 3 of region 1 is full: 2 messages are in it or on their way, \
                allowed are 2";
    let fill = |brain: &mut Brain| {
        brain.transport.subscribe(1, 3, ternsig_isa::Register::hot(0)).unwrap();
        brain.transport.settle().unwrap();
        (0..2).for_each(|n| brain.transport.broadcast(0, 3, &[n]).unwrap());
        brain.transport.settle().unwrap();
    };
    assert_eq!(refused(&topology, "ipc.broadcast H0, 3", fill), (ErrorKind::Conflict, text.to_owned()));
    topology.mailbox_elements = 5;
    let text = "instruction 0 (ipc.send_signal): mailbox 0 of region 1 is full: 4 elements are in it or on their way, with \
                2 more there would be more than 5";
    let fill = |brain: &mut Brain| {
        brain.set(0, 0, &[1, 2]);
        brain.transport.send(0, 1, &[0; 4]).unwrap();
    };
    assert_eq!(refused(&topology, "ipc.send_signal H0, 1", fill), (ErrorKind::Conflict, text.to_owned()));
    // Alone, a message may be as long as it likes.
    InProcess::new(topology, Timing::Immediate).send(0, 1, &[0; 9]).unwrap();
}

#[test]
fn what_nobody_hears_yet_is_limited_too() {
    let topology = Topology { mailbox_messages: 2, ..Topology::of([0, 1]) };
    let transport = InProcess::new(topology, Timing::Rounds);
    (0..2).for_each(|n| transport.broadcast(0, 3, &[n]).unwrap());
    assert_eq!(
        transport.broadcast(0, 3, &[2]).unwrap_err().to_string(),
        "channel 3 is full: 2 messages are in it or on their way, allowed are 2"
    );
    transport.settle().unwrap();
    transport.broadcast(0, 3, &[2]).unwrap();
}

#[test]
fn a_region_without_others_does_not_wait() {
    let mut topology = Topology::of([0]);
    topology.barriers.insert(1, [0, 5].into());
    for (body, op) in [
        ("nop\n    ipc.recv_signal H1, 3", "RecvSignal { target: H1, region_id: 3 }"),
        ("nop\n    ipc.barrier_wait 1", "BarrierWait { barrier_id: 1 }"),
    ] {
        let brain = both(&topology, Timing::Immediate, &[body], |brain| {
            brain.run(0);
            // It has not arrived anywhere either.
            assert_eq!(brain.transport.save(), InProcess::new(topology.clone(), Timing::Immediate).save());
        });
        let mnemonic = body.split_whitespace().nth(1).unwrap();
        assert_eq!(
            brain.outcomes,
            [format!(
                "instruction 1 ({mnemonic}): no region can go on: region 0 waits at instruction 1 for {op}"
            )]
        );
        // In rounds, it is the scheduler that knows.
        let brain = both(&topology, Timing::Rounds, &[body], |brain| {
            brain.run(0);
        });
        assert_eq!(brain.outcomes, [format!("waiting at instruction 1 for {op}")]);
    }
}

#[test]
fn a_deadlock_names_everyone_who_waits() {
    let bodies = ["ipc.recv_signal H1, 1", "nop\n    ipc.recv_signal H2, 0"];
    let brain = both(&Topology::of([0, 1]), Timing::Rounds, &bodies, |brain| {
        brain.run(0);
        brain.run(1);
        assert!(!brain.transport.settle().unwrap());
    });
    let waiting: Vec<_> = (0_u8..)
        .zip(brain.minds.iter().zip(["senses", ""]))
        .map(|(region, (mind, name))| {
            let (op, instruction) = mind.interpreter.machine().pending().unwrap();
            Waiting { region, name, op, instruction }
        })
        .collect();
    let error = deadlock(&waiting);
    assert_eq!(
        error.to_string(),
        "no region can go on: region 0 (senses) waits at instruction 0 for RecvSignal { target: H1, region_id: 1 }; \
         region 1 waits at instruction 1 for RecvSignal { target: H2, region_id: 0 }"
    );
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

#[test]
fn what_the_machine_cannot_hold_stays_where_it_is() {
    let transport = Arc::new(InProcess::new(Topology::of([0, 1]), Timing::Immediate));
    transport.subscribe(0, 1, ternsig_isa::Register::hot(5)).unwrap();
    transport.send(1, 0, &[1, 2, 3]).unwrap();
    let saved = transport.save();
    for op in ["recv_signal H1, 1", "mailbox_pop H1, 1", "mailbox_peek H1, 1"] {
        let mut mind = Mind::new(0, &format!("ipc.{op}"), &transport);
        let limits = mind.interpreter.machine().limits();
        mind.interpreter.set_limits(ternsig_vm::machine::Limits { register_elements: 2, ..limits });
        let begun = mind.ipc.begin_run(mind.interpreter.machine_mut()).unwrap_err();
        assert_eq!(begun.kind(), ErrorKind::Limit);
        let outcome = mind.interpreter.run_with_host(|op, ctx| mind.devices.answer(op, ctx));
        assert!(matches!(outcome, Outcome::Failed(error) if error.kind() == ErrorKind::Limit));
        assert_eq!(transport.save(), saved);
    }
    // Nor is anything done whose result would have no room.
    for op in ["subscribe H1, 7", "atomic_cas H1, H2, H3"] {
        let mut mind = Mind::new(0, &format!("ipc.{op}"), &transport);
        mind.interpreter.machine_mut().set_hot(3, &[9], Shape::vector(1)).unwrap();
        let limits = mind.interpreter.machine().limits();
        mind.interpreter.set_limits(ternsig_vm::machine::Limits { register_elements: 0, ..limits });
        let outcome = mind.interpreter.run_with_host(|op, ctx| mind.devices.answer(op, ctx));
        assert!(matches!(outcome, Outcome::Failed(error) if error.kind() == ErrorKind::Limit));
        assert_eq!(transport.save(), saved);
    }
}
