use super::*;

/// In both timings, with the end of a round wherever the script asks for it.
fn each(topology: &Topology, bodies: &[&str], script: impl Fn(&mut Brain)) {
    for timing in TIMINGS {
        both(topology, timing, bodies, &script);
    }
}

impl Brain {
    fn settle(&self) {
        self.transport.settle().unwrap();
    }
}

#[test]
fn what_is_sent_is_received_in_order() {
    let send = "ipc.send_signal H0, 1\n    ipc.send_signal H1, 1";
    let receive = "ipc.recv_signal H2, 0\n    ipc.recv_signal H3, 0";
    each(&Topology::of([0, 1]), &[send, receive], |brain| {
        brain.set(0, 0, &[7, -8, 9]);
        brain.set(0, 1, &[4]);
        brain.finish([0]);
        brain.settle();
        brain.finish([1]);
        assert_eq!((brain.hot(1, 2), brain.hot(1, 3)), (vec![7, -8, 9], vec![4]));
    });
}

#[test]
fn a_message_is_a_copy() {
    each(&Topology::of([0, 1]), &["ipc.send_signal H0, 1", "ipc.recv_signal H2, 0"], |brain| {
        brain.set(0, 0, &[7, 1]);
        brain.finish([0]);
        brain.set(0, 0, &[8, 2]);
        brain.settle();
        brain.finish([1]);
        assert_eq!((brain.hot(0, 0), brain.hot(1, 2)), (vec![8, 2], vec![7, 1]));
    });
}

#[test]
fn receiving_waits_for_a_message() {
    let receive = "ipc.recv_signal H2, 0\n    ipc.recv_signal H3, 0";
    each(&Topology::of([0, 1]), &["ipc.send_signal H0, 1", receive], |brain| {
        let first = "waiting at instruction 0 for RecvSignal { target: H2, region_id: 0 }";
        let second = "waiting at instruction 1 for RecvSignal { target: H3, region_id: 0 }";
        brain.set(0, 0, &[5]);
        assert_eq!((brain.run(1), brain.run(1)), (first.to_owned(), first.to_owned()));
        brain.finish([0]);
        brain.settle();
        assert_eq!((brain.run(1), brain.hot(1, 2)), (second.to_owned(), vec![5]));
        brain.set(0, 0, &[6]);
        brain.finish([0]);
        brain.settle();
        brain.finish([1]);
        assert_eq!((brain.hot(1, 2), brain.hot(1, 3)), (vec![5], vec![6]));
    });
}

#[test]
fn a_region_may_send_to_itself() {
    let body = "ipc.send_signal H0, 0\n    ipc.recv_signal H1, 0";
    both(&Topology::of([0]), Timing::Immediate, &[body], |brain| {
        brain.set(0, 0, &[3, 4]);
        brain.finish([0]);
        assert_eq!(brain.hot(0, 1), [3, 4]);
    });
    both(&Topology::of([0]), Timing::Rounds, &[body], |brain| {
        brain.set(0, 0, &[3, 4]);
        brain.run(0);
        brain.settle();
        brain.finish([0]);
        assert_eq!(brain.hot(0, 1), [3, 4]);
    });
}

#[test]
fn looking_into_a_mailbox_says_how_long_its_front_message_is() {
    let body = "ipc.mailbox_peek H0, 1\n    ipc.mailbox_pop H1, 1\n    ipc.mailbox_pop H2, 1\n    \
                ipc.mailbox_peek H3, 1\n    ipc.mailbox_pop H4, 200";
    each(&Topology::of([0, 1]), &[body, "ipc.send_signal H0, 0\n    ipc.send_signal H1, 0"], |brain| {
        brain.set(1, 0, &[0]);
        brain.set(1, 1, &[-1, 2, 3]);
        brain.finish([1]);
        brain.settle();
        brain.finish([0]);
        let seen: Vec<_> = (0..5).map(|register| brain.hot(0, register)).collect();
        assert_eq!(seen, [vec![1, 0], vec![1, 0], vec![3, -1, 2, 3], vec![0], vec![0]]);
    });
}

#[test]
fn a_broadcast_reaches_every_other_subscriber() {
    let subscribe = "ipc.subscribe H1, 7";
    let bodies =
        ["ipc.subscribe H1, 7\n    ipc.broadcast H0, 7", subscribe, "ipc.broadcast H0, 7", subscribe];
    each(&Topology::of([0, 1, 2, 3]), &bodies, |brain| {
        brain.set(2, 0, &[1]);
        brain.set(0, 0, &[2, 2]);
        // Nobody has subscribed.
        brain.finish([2]);
        brain.settle();
        brain.finish([1, 3]);
        brain.settle();
        assert_eq!((brain.hot(1, 1), brain.hot(3, 1)), (vec![0], vec![0]));
        brain.finish([0]);
        brain.settle();
        let mailbox = |region| {
            let mut message = Vec::new();
            brain.transport.peek(region, 7, &mut message).unwrap();
            message
        };
        assert_eq!([0, 1, 2, 3].map(mailbox), [vec![], vec![2, 2], vec![], vec![2, 2]]);
    });
}

#[test]
fn a_run_of_a_subscriber_begins_with_the_newest_message() {
    let take = "ipc.mailbox_pop H3, 0\n    ipc.mailbox_pop H3, 0";
    let send = "ipc.send_signal H0, 1\n    ipc.send_signal H1, 1";
    each(&Topology::of([0, 1, 2]), &[send, take], |brain| {
        brain.transport.subscribe(1, 0, ternsig_isa::Register::hot(5)).unwrap();
        brain.settle();
        brain.set(0, 0, &[5]);
        brain.set(0, 1, &[6, 7]);
        brain.set(1, 5, &[9]);
        brain.finish([0]);
        brain.settle();
        // Nothing is written before a run begins; delivered messages stay where they are.
        assert_eq!(brain.hot(1, 5), [9]);
        brain.finish([1]);
        assert_eq!((brain.hot(1, 5), brain.hot(1, 3)), (vec![6, 7], vec![2, 6, 7]));
        // Nothing arrived since.
        brain.set(1, 5, &[9]);
        brain.finish([1]);
        assert_eq!(brain.hot(1, 5), [9]);
    });
}

#[test]
fn a_message_that_was_taken_in_the_run_in_which_it_arrived_is_delivered_all_the_same() {
    let body = "ipc.subscribe H5, 0\n    ipc.send_signal H0, 0\n    ipc.mailbox_pop H3, 0";
    both(&Topology::of([0, 1]), Timing::Immediate, &[body], |brain| {
        brain.set(0, 0, &[4, 4]);
        brain.finish([0]);
        assert_eq!((brain.hot(0, 3), brain.hot(0, 5)), (vec![2, 4, 4], vec![0]));
        let mind = &mut brain.minds[0];
        mind.ipc.begin_run(mind.interpreter.machine_mut()).unwrap();
        assert_eq!(brain.hot(0, 5), [4, 4]);
    });
}

#[test]
fn subscribing_again_replaces_the_register() {
    let subscribe = "ipc.subscribe H4, 0\n    ipc.subscribe H5, 0";
    each(&Topology::of([0, 1]), &["ipc.send_signal H0, 1", subscribe], |brain| {
        brain.finish([1]);
        brain.settle();
        brain.set(0, 0, &[1, 2]);
        brain.finish([0]);
        brain.settle();
        let mind = &mut brain.minds[1];
        mind.ipc.begin_run(mind.interpreter.machine_mut()).unwrap();
        assert_eq!((brain.hot(1, 4), brain.hot(1, 5)), (vec![0], vec![1, 2]));
    });
}

#[test]
fn a_barrier_lets_all_go_on_when_the_last_has_arrived() {
    let mut topology = Topology::of([0, 1, 2]);
    topology.barriers.insert(2, [0, 1, 2].into());
    let twice = "ipc.barrier_wait 2\n    ipc.barrier_wait 2";
    let waiting = |at| format!("waiting at instruction {at} for BarrierWait {{ barrier_id: 2 }}");
    both(&topology, Timing::Immediate, &[twice; 3], |brain| {
        // Asking again is no second arrival.
        assert_eq!([0, 0, 1, 0, 1].map(|index| brain.run(index)), [0; 5].map(waiting));
        assert_eq!(brain.run(2), waiting(1));
        // Not before the others have been told does it close for them.
        assert_eq!([2, 0, 0].map(|index| brain.run(index)), [1; 3].map(waiting));
        assert_eq!(brain.run(1), "halted");
        brain.finish([0, 2]);
    });
    both(&topology, Timing::Rounds, &[twice; 3], |brain| {
        for at in [0, 1] {
            assert_eq!([0, 1, 2, 0].map(|index| brain.run(index)), [at; 4].map(waiting));
            assert!(brain.transport.settle().unwrap());
        }
        brain.finish([2, 1, 0]);
        assert!(!brain.transport.settle().unwrap());
    });
}

#[test]
fn a_barrier_of_one_is_open() {
    let mut topology = Topology::of([0]);
    topology.barriers.insert(0, [0].into());
    both(&topology, Timing::Immediate, &["ipc.barrier_wait 0"], |brain| brain.finish([0, 0]));
}

#[test]
fn a_run_that_begins_anew_waits_nowhere() {
    let mut topology = Topology::of([0, 1]);
    topology.barriers.insert(0, [0, 1].into());
    each(&topology, &["ipc.barrier_wait 0", "ipc.barrier_wait 0"], |brain| {
        brain.run(0);
        brain.settle();
        let mind = &mut brain.minds[0];
        mind.ipc.begin_run(mind.interpreter.machine_mut()).unwrap();
        brain.run(1);
        brain.settle();
        assert!(brain.run(1).starts_with("waiting"), "region 0 had left");
        brain.run(0);
        brain.settle();
        brain.finish([1]);
    });
}

#[test]
fn a_cell_is_swapped_if_it_is_what_was_expected() {
    let body = "ipc.atomic_cas H0, H1, H2";
    each(&Topology::of([0, 1]), &[body, "ipc.atomic_cas H0, H0, H2"], |brain| {
        for (region, expected, desired, old) in
            [(0, 0, 5, 0), (0, 0, 6, 5), (1, 5, 7, 5), (0, 7, 8, 7), (1, 0, 1, 8)]
        {
            brain.set(region, if region == 0 { 1 } else { 0 }, &[expected, 99]);
            brain.set(region, 2, &[desired]);
            brain.finish([region]);
            assert_eq!(brain.hot(region, 0), [old]);
        }
        let swapped = brain.transport.compare_and_swap(0, 0, 8, 0).unwrap();
        assert_eq!((swapped, brain.transport.compare_and_swap(1, 63, 0, 1).unwrap()), (8, 0));
    });
}
