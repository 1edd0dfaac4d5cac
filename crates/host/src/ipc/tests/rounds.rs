//! In rounds, the order in which regions run makes no difference.

use super::*;
use proptest::prelude::*;
use std::thread;

const REGIONS: usize = 4;

fn line() -> impl Strategy<Value = String> {
    let channel = || 0..6_u8;
    prop_oneof![
        4 => (0..5_u8, 0..REGIONS).prop_map(|(from, to)| format!("ipc.send_signal H{from}, {to}")),
        3 => (0..5_u8, channel()).prop_map(|(from, on)| format!("ipc.broadcast H{from}, {on}")),
        2 => (0..5_u8, channel()).prop_map(|(to, from)| format!("ipc.subscribe H{to}, {from}")),
        2 => (0..5_u8, channel()).prop_map(|(to, from)| format!("ipc.mailbox_pop H{to}, {from}")),
        1 => (0..5_u8, channel()).prop_map(|(to, from)| format!("ipc.mailbox_peek H{to}, {from}")),
        1 => (0..5_u8, channel()).prop_map(|(to, from)| format!("ipc.recv_signal H{to}, {from}")),
        1 => (0..2_u8).prop_map(|barrier| format!("ipc.barrier_wait {barrier}")),
        2 => (0..5_u8, 0..5_u8).prop_map(|(to, from)| format!("add H{to}, H{to}, H{from}")),
    ]
}

/// How the regions of a round are run.
#[derive(Debug, Clone)]
enum Order {
    Ascending,
    Shuffled(Vec<usize>),
    Threads,
}

fn topology() -> Topology {
    let mut topology = Topology::of(0..REGIONS as u8);
    topology.barriers = [(0, [0, 1, 2, 3].into()), (1, [1, 3].into())].into();
    topology.mailbox_messages = 4;
    topology
}

/// How every run ended, and what was under way after each round.
fn run(bodies: &[String], rounds: usize, order: &Order) -> (Vec<Mind>, Vec<String>, Vec<IpcState>) {
    let transport = Arc::new(InProcess::new(topology(), Timing::Rounds));
    let mut minds: Vec<_> =
        (0_u8..).zip(bodies).map(|(region, body)| Mind::new(region, body, &transport)).collect();
    for (index, mind) in (1..).zip(&mut minds) {
        mind.interpreter.machine_mut().set_hot(0, &[index], Shape::vector(1)).unwrap();
    }
    let (mut outcomes, mut states) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut ended = vec![String::new(); REGIONS];
        match order {
            Order::Ascending => {
                (0..REGIONS).for_each(|index| ended[index] = minds[index].run(Way::Handler).to_string());
            }
            Order::Shuffled(order) => {
                order.iter().for_each(|&index| ended[index] = minds[index].run(Way::Handler).to_string());
            }
            Order::Threads => thread::scope(|scope| {
                for (mind, ended) in minds.iter_mut().zip(&mut ended) {
                    scope.spawn(|| *ended = mind.run(Way::Handler).to_string());
                }
            }),
        }
        transport.settle().unwrap();
        outcomes.extend(ended);
        states.push(transport.save());
    }
    (minds, outcomes, states)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn in_any_order_and_in_threads_a_round_comes_to_the_same(
        bodies in prop::collection::vec(
            prop::collection::vec(line(), 1..12).prop_map(|lines| lines.join("\n    ")), REGIONS),
        rounds in 1..8_usize,
        order in Just((0..REGIONS).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let (minds, outcomes, states) = run(&bodies, rounds, &Order::Ascending);
        for order in [Order::Shuffled(order), Order::Threads] {
            let (other, other_outcomes, other_states) = run(&bodies, rounds, &order);
            prop_assert_eq!(&outcomes, &other_outcomes, "{:?}", order);
            prop_assert_eq!(&states, &other_states, "{:?}", order);
            for (one, other) in minds.iter().zip(&other) {
                let (one, other) = (one.interpreter.machine(), other.interpreter.machine());
                prop_assert_eq!(one.difference(other), None);
            }
        }
    }
}

#[test]
fn whether_a_mailbox_is_full_does_not_depend_on_what_the_receiver_takes_in_the_round() {
    let topology = Topology { mailbox_messages: 2, ..Topology::of([0, 1, 2]) };
    let transport = InProcess::new(topology, Timing::Rounds);
    (0..2).for_each(|n| transport.send(0, 1, &[n]).unwrap());
    transport.settle().unwrap();
    transport.pop(1, 0).unwrap();
    assert!(transport.send(0, 1, &[2]).is_err());
    transport.settle().unwrap();
    transport.send(0, 1, &[3]).unwrap();
    assert!(transport.send(0, 1, &[4]).is_err());
}

#[test]
fn what_several_broadcast_in_one_round_all_arrives() {
    let topology = Topology { mailbox_messages: 2, ..Topology::of(0..4) };
    let transport = InProcess::new(topology, Timing::Rounds);
    transport.subscribe(3, 9, ternsig_isa::Register::hot(0)).unwrap();
    transport.settle().unwrap();
    for from in [2, 0, 1] {
        (0..2).for_each(|n| transport.broadcast(from, 9, &[i32::from(from), n]).unwrap());
        assert!(transport.broadcast(from, 9, &[0]).is_err());
    }
    transport.settle().unwrap();
    let mut messages = Vec::new();
    while transport.peek(3, 9, &mut messages).unwrap() {
        transport.pop(3, 9).unwrap();
    }
    assert_eq!(messages, [0, 0, 0, 1, 1, 0, 1, 1, 2, 0, 2, 1]);
}
