//! Regions that do whatever comes, beside plain queues that say what has to come of it.

use super::*;
use proptest::prelude::*;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use ternsig_isa::{DomainOp, Register};
use ternsig_program::AssembledProgram;
use ternsig_vm::ExecutionContext;

const REGIONS: u8 = 3;
const CHANNELS: u8 = 5;
const MOST: usize = 3;

#[derive(Debug, Clone)]
enum Act {
    /// Region, operation.
    Do(u8, Operation),
    /// A run of a region begins.
    Begin(u8),
    Settle,
    /// Another process goes on.
    Restart,
}

#[derive(Debug, Clone, Copy)]
enum Operation {
    Send { to: u8, value: i32, len: usize },
    Receive { mailbox: u8 },
    Broadcast { channel: u8, value: i32 },
    Subscribe { channel: u8, register: u8 },
    Peek { mailbox: u8 },
    Pop { mailbox: u8 },
    Barrier { barrier: u8 },
    Swap { cell: u8, expected: i32, desired: i32 },
}

fn operation() -> impl Strategy<Value = Operation> {
    let channel = || 0..CHANNELS;
    prop_oneof![
        6 => (0..=REGIONS, any::<i32>(), 1..4_usize).prop_map(|(to, value, len)| Operation::Send { to, value, len }),
        3 => channel().prop_map(|mailbox| Operation::Receive { mailbox }),
        4 => (channel(), any::<i32>()).prop_map(|(channel, value)| Operation::Broadcast { channel, value }),
        2 => (channel(), 10..13_u8).prop_map(|(channel, register)| Operation::Subscribe { channel, register }),
        1 => channel().prop_map(|mailbox| Operation::Peek { mailbox }),
        3 => channel().prop_map(|mailbox| Operation::Pop { mailbox }),
        4 => (0..3_u8).prop_map(|barrier| Operation::Barrier { barrier }),
        1 => (0..2_u8, 0..3_i32, 0..3_i32)
            .prop_map(|(cell, expected, desired)| Operation::Swap { cell, expected, desired }),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        20 => (0..REGIONS, operation()).prop_map(|(region, operation)| Act::Do(region, operation)),
        2 => (0..REGIONS).prop_map(Act::Begin),
        3 => Just(Act::Settle),
        1 => Just(Act::Restart),
    ]
}

fn topology() -> Topology {
    let mut topology = Topology::of(0..REGIONS);
    topology.barriers = [(0, [0, 1, 2].into()), (1, [0, 2].into())].into();
    topology.allowed = Some([(0, 1), (0, 2), (1, 0), (1, 2), (2, 0)].into());
    topology.mailbox_messages = MOST;
    topology
}

/// What a region has in the model.
#[derive(Debug, Default)]
struct Plain {
    mailboxes: BTreeMap<u8, VecDeque<Vec<i32>>>,
    /// What each mailbox held when the round began.
    held: BTreeMap<u8, usize>,
    /// The newest message since the last run, by channel.
    subscriptions: BTreeMap<u8, Option<Vec<i32>>>,
    /// Registers of subscriptions, which are there before their messages are.
    registers: BTreeMap<u8, u8>,
    pending: Vec<(u8, Operation)>,
    at: BTreeMap<u8, At>,
    hot: BTreeMap<u8, Vec<i32>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    OnTheWay,
    Waits,
    MayGo,
}

/// The model: every rule in the simplest words.
struct Model {
    regions: Vec<Plain>,
    cells: [i32; 2],
    is_immediate: bool,
}

fn message(value: i32, len: usize) -> Vec<i32> {
    (0..len as i32).map(|index| value.wrapping_add(index)).collect()
}

impl Model {
    fn do_(&mut self, me: u8, operation: Operation) -> Result<Answer, ErrorKind> {
        let answer = self.try_(me, operation)?;
        if self.is_immediate {
            self.settle();
        }
        // All may have arrived just now.
        match operation {
            Operation::Barrier { barrier } if answer == Answer::Wait => Ok(self.leave(me, barrier)),
            _ => Ok(answer),
        }
    }

    fn try_(&mut self, me: u8, operation: Operation) -> Result<Answer, ErrorKind> {
        let allowed = |to| topology().allows(me, to);
        match operation {
            Operation::Send { to: REGIONS, .. } => return Err(ErrorKind::NotFound),
            Operation::Send { to, .. } if !allowed(to) => return Err(ErrorKind::Denied),
            Operation::Send { to, .. } => {
                let own = |op: &Operation| matches!(op, Operation::Send { to: other, .. } if *other == to);
                let mut full = self.held(to, me) + self.pending(me, own);
                if self.hears(me, to, me) {
                    full += self.pending_on(me, me);
                }
                if full >= MOST {
                    return Err(ErrorKind::Conflict);
                }
                self.put_off(me, operation);
            }
            Operation::Broadcast { channel, .. } => {
                if self.pending_on(me, channel) >= MOST {
                    return Err(ErrorKind::Conflict);
                }
                for to in (0..REGIONS).filter(|&to| self.hears(me, to, channel)) {
                    let own =
                        |op: &Operation| matches!(op, Operation::Send { to: other, .. } if *other == to);
                    let sent = if channel == me { self.pending(me, own) } else { 0 };
                    if self.held(to, channel) + self.pending_on(me, channel) + sent >= MOST {
                        return Err(ErrorKind::Conflict);
                    }
                }
                self.put_off(me, operation);
            }
            Operation::Subscribe { channel, register } => {
                let region = &mut self.regions[usize::from(me)];
                region.registers.insert(channel, register);
                region.hot.insert(register, vec![0]);
                self.put_off(me, operation);
            }
            Operation::Receive { mailbox } => match self.front(me, mailbox) {
                None => return Ok(Answer::Wait),
                Some(front) => {
                    self.regions[usize::from(me)].hot.insert(0, front);
                    self.remove(me, mailbox);
                }
            },
            Operation::Peek { mailbox } | Operation::Pop { mailbox } => {
                let front = self.front(me, mailbox).unwrap_or_default();
                let seen = [vec![front.len() as i32], front].concat();
                self.regions[usize::from(me)].hot.insert(0, seen);
                if matches!(operation, Operation::Pop { .. }) {
                    self.remove(me, mailbox);
                }
            }
            Operation::Barrier { barrier: 2 } => return Err(ErrorKind::NotFound),
            Operation::Barrier { barrier: 1 } if me == 1 => return Err(ErrorKind::Denied),
            Operation::Barrier { barrier } => {
                if let Entry::Vacant(at) = self.regions[usize::from(me)].at.entry(barrier) {
                    at.insert(At::OnTheWay);
                    self.put_off(me, operation);
                }
                return Ok(Answer::Wait);
            }
            Operation::Swap { cell, expected, desired } => {
                let old = self.cells[usize::from(cell)];
                if old == expected {
                    self.cells[usize::from(cell)] = desired;
                }
                self.regions[usize::from(me)].hot.insert(cell, vec![old]);
            }
        }
        Ok(Answer::Done)
    }

    fn put_off(&mut self, me: u8, operation: Operation) {
        self.regions[usize::from(me)].pending.push((me, operation));
    }

    fn pending(&self, me: u8, which: impl Fn(&Operation) -> bool) -> usize {
        self.regions[usize::from(me)].pending.iter().filter(|(_, op)| which(op)).count()
    }

    fn pending_on(&self, me: u8, on: u8) -> usize {
        self.pending(me, |op| matches!(op, Operation::Broadcast { channel, .. } if *channel == on))
    }

    fn held(&self, region: u8, mailbox: u8) -> usize {
        self.regions[usize::from(region)].held.get(&mailbox).copied().unwrap_or(0)
    }

    fn hears(&self, from: u8, to: u8, channel: u8) -> bool {
        from != to
            && topology().allows(from, to)
            && self.regions[usize::from(to)].subscriptions.contains_key(&channel)
    }

    fn front(&self, me: u8, mailbox: u8) -> Option<Vec<i32>> {
        self.regions[usize::from(me)].mailboxes.get(&mailbox)?.front().cloned()
    }

    fn remove(&mut self, me: u8, mailbox: u8) {
        if let Some(mailbox) = self.regions[usize::from(me)].mailboxes.get_mut(&mailbox) {
            mailbox.pop_front();
        }
    }

    fn leave(&mut self, me: u8, barrier: u8) -> Answer {
        let at = &mut self.regions[usize::from(me)].at;
        if at.get(&barrier) == Some(&At::MayGo) {
            at.remove(&barrier);
            return Answer::Done;
        }
        Answer::Wait
    }

    fn begin(&mut self, me: u8) {
        let Plain { at, subscriptions, hot, registers, pending, .. } = &mut self.regions[usize::from(me)];
        at.clear();
        pending.retain(|(_, operation)| !matches!(operation, Operation::Barrier { .. }));
        for (channel, newest) in subscriptions {
            hot.extend(newest.take().map(|message| (registers[channel], message)));
        }
    }

    fn settle(&mut self) -> bool {
        let pending: Vec<_> = self.regions.iter_mut().flat_map(|region| region.pending.drain(..)).collect();
        for &(me, operation) in &pending {
            match operation {
                Operation::Send { to, value, len } => self.arrive(to, me, message(value, len)),
                Operation::Broadcast { channel, value } => {
                    for to in (0..REGIONS).filter(|&to| self.hears(me, to, channel)).collect::<Vec<_>>() {
                        self.arrive(to, channel, vec![value]);
                    }
                }
                Operation::Subscribe { channel, .. } => {
                    self.regions[usize::from(me)].subscriptions.entry(channel).or_insert(None);
                }
                Operation::Barrier { barrier } => {
                    self.regions[usize::from(me)].at.insert(barrier, At::Waits);
                    let parties = topology().barriers[&barrier].clone();
                    let waits =
                        |party: &u8| self.regions[usize::from(*party)].at.get(&barrier) == Some(&At::Waits);
                    if parties.iter().all(waits) {
                        for party in parties {
                            self.regions[usize::from(party)].at.insert(barrier, At::MayGo);
                        }
                    }
                }
                _ => {}
            }
        }
        for region in &mut self.regions {
            region.held = region.mailboxes.iter().map(|(id, mailbox)| (*id, mailbox.len())).collect();
        }
        !pending.is_empty()
    }

    fn arrive(&mut self, to: u8, mailbox: u8, message: Vec<i32>) {
        let region = &mut self.regions[usize::from(to)];
        if let Some(newest) = region.subscriptions.get_mut(&mailbox) {
            *newest = Some(message.clone());
        }
        region.mailboxes.entry(mailbox).or_default().push_back(message);
    }
}

/// The real thing.
struct Real {
    transport: Arc<InProcess>,
    timing: Timing,
    minds: Vec<(Interpreter, Ipc)>,
}

impl Real {
    fn do_(&mut self, me: u8, operation: Operation) -> Result<Answer, ErrorKind> {
        let (interpreter, ipc) = &mut self.minds[usize::from(me)];
        let m = interpreter.machine_mut();
        let hot = Register::hot;
        let mut set = |index, data: &[i32]| m.set_hot(index, data, Shape::vector(data.len())).unwrap();
        let op = match operation {
            Operation::Send { to, value, len } => {
                set(20, &message(value, len));
                DomainOp::SendSignal { source: hot(20), region_id: if to == REGIONS { 99 } else { to } }
            }
            Operation::Broadcast { channel, value } => {
                set(20, &[value]);
                DomainOp::Broadcast { source: hot(20), channel }
            }
            Operation::Receive { mailbox } => DomainOp::RecvSignal { target: hot(0), region_id: mailbox },
            Operation::Subscribe { channel, register } => {
                DomainOp::Subscribe { target: hot(register), region_id: channel }
            }
            Operation::Peek { mailbox } => DomainOp::MailboxPeek { target: hot(0), mailbox_id: mailbox },
            Operation::Pop { mailbox } => DomainOp::MailboxPop { target: hot(0), mailbox_id: mailbox },
            Operation::Barrier { barrier } => DomainOp::BarrierWait { barrier_id: barrier },
            Operation::Swap { cell, expected, desired } => {
                set(20, &[expected]);
                set(21, &[desired]);
                DomainOp::AtomicCas { target: hot(cell), expected: hot(20), desired: hot(21) }
            }
        };
        ipc.answer(&op, &mut ExecutionContext::new(m)).map_err(|error| error.kind())
    }

    fn restart(&mut self) {
        let text = serde_json::to_string(&self.transport.save()).unwrap();
        let again = Arc::new(InProcess::new(topology(), self.timing));
        again.restore(&serde_json::from_str(&text).unwrap()).unwrap();
        for (_, ipc) in &mut self.minds {
            *ipc = Ipc::new(ipc.region(), Arc::clone(&again) as Arc<dyn Transport>);
        }
        self.transport = again;
    }
}

fn follow(timing: Timing, acts: &[Act]) {
    let transport = Arc::new(InProcess::new(topology(), timing));
    let minds = (0..REGIONS)
        .map(|region| {
            let interpreter = Interpreter::from_program(&AssembledProgram::default()).unwrap();
            (interpreter, Ipc::new(region, Arc::clone(&transport) as Arc<dyn Transport>))
        })
        .collect();
    let mut real = Real { transport, timing, minds };
    let regions = (0..REGIONS).map(|_| Plain::default()).collect();
    let mut model = Model { regions, cells: [0; 2], is_immediate: timing == Timing::Immediate };
    for act in acts {
        match *act {
            Act::Do(me, operation) => {
                assert_eq!(real.do_(me, operation), model.do_(me, operation), "region {me}: {operation:?}");
            }
            Act::Begin(me) => {
                let (interpreter, ipc) = &mut real.minds[usize::from(me)];
                ipc.begin_run(interpreter.machine_mut()).unwrap();
                model.begin(me);
            }
            Act::Settle => {
                real.transport.settle().unwrap();
                model.settle();
            }
            Act::Restart => real.restart(),
        }
        for (me, region) in model.regions.iter().enumerate() {
            for (&register, data) in &region.hot {
                let hot = real.minds[me].0.machine().hot(usize::from(register)).unwrap();
                assert_eq!((me, register, hot.data()), (me, register, data.as_slice()));
            }
        }
    }
    drained(&mut real, &mut model);
}

/// What is left in all mailboxes, in its order.
fn drained(real: &mut Real, model: &mut Model) {
    real.transport.settle().unwrap();
    model.settle();
    for me in 0..REGIONS {
        for mailbox in 0..CHANNELS {
            while let Some(expected) = model.front(me, mailbox) {
                model.remove(me, mailbox);
                let mut found = Vec::new();
                assert!(real.transport.peek(me, mailbox, &mut found).unwrap());
                real.transport.pop(me, mailbox).unwrap();
                assert_eq!(found, expected);
            }
            assert!(!real.transport.peek(me, mailbox, &mut Vec::new()).unwrap());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn regions_do_as_plain_queues_say(acts in prop::collection::vec(act(), 1..120)) {
        TIMINGS.iter().for_each(|&timing| follow(timing, &acts));
    }
}
