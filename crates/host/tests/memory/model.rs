//! Memory against plain maps: after every operation both hold the same, and what is opened again, in peace or after a crash,
//! is what the maps say is durable.

use crate::disk::{Disk, Fault, Loss, losses};
use crate::plain::{Plain, State};
use crate::reference::open;
use proptest::prelude::*;
use ternsig_bank::{BankId, Config, EdgeType};
use ternsig_host::Memory;
use ternsig_host::banks::{Slots, WritePolicy};
use ternsig_host::store::Change;
use ternsig_isa::{Shape, Signal, Temperature};
use ternsig_vm::{BankAccess as _, ColdRegister};

/// Entries by number, keys by letter.
#[derive(Debug, Clone)]
enum Op {
    Save(char, u8),
    Delete(char),
    Checkpoint(char, u8),
    Discard(char),
    Write(usize, [i16; 2]),
    Remove(usize),
    Touch(usize),
    Promote(usize),
    Link(usize, usize, u8),
    Begin(u8),
    Commit,
    RollBack(usize),
    Pass(u64),
    Flush,
    Reopen,
    /// Power goes now.
    Crash(Loss),
    /// Power goes after so many more changes of the disk.
    CrashIn(u64, Loss),
}

const BANKS: [BankId; 2] = [BankId(3), BankId(70)];

fn loss() -> impl Strategy<Value = Loss> {
    let torn = (prop_oneof![Just(512), Just(4096)], any::<u64>());
    prop_oneof![Just(Loss::All), Just(Loss::Nothing), torn.prop_map(|(block, seed)| Loss::Torn(block, seed))]
}

fn op() -> impl Strategy<Value = Op> {
    let key = || prop::char::range('a', 'c');
    let entry = || 0..6_usize;
    prop_oneof![
        6 => (key(), any::<u8>()).prop_map(|(key, seed)| Op::Save(key, seed)),
        1 => key().prop_map(Op::Delete),
        2 => (key(), any::<u8>()).prop_map(|(key, seed)| Op::Checkpoint(key, seed)),
        1 => key().prop_map(Op::Discard),
        8 => (0..BANKS.len(), prop::array::uniform2(-255..256_i16))
            .prop_map(|(bank, vector)| Op::Write(bank, vector)),
        3 => entry().prop_map(Op::Remove),
        5 => entry().prop_map(Op::Touch),
        3 => entry().prop_map(Op::Promote),
        5 => (entry(), entry(), any::<u8>()).prop_map(|(from, to, weight)| Op::Link(from, to, weight)),
        4 => (0..4_u8).prop_map(Op::Begin),
        4 => Just(Op::Commit),
        2 => (0..4_usize).prop_map(Op::RollBack),
        3 => (0..15_u64).prop_map(Op::Pass),
        1 => Just(Op::Flush),
        1 => Just(Op::Reopen),
        1 => loss().prop_map(Op::Crash),
        3 => (0..40_u64, loss()).prop_map(|(after, loss)| Op::CrashIn(after, loss)),
    ]
}

fn register(seed: u8) -> ColdRegister {
    let signals = (0..4).map(|i| Signal::from_i32((i32::from(seed) - 100) * (i + 1))).collect();
    let mut register = ColdRegister::new(signals, Shape::matrix(2, 2)).unwrap();
    if seed % 2 == 1 {
        register.set_temperature(3, Temperature::Cool);
    }
    register.set_dirty(false);
    register
}

/// A memory and the maps, on a disk that may lose power.
struct Both {
    policy: WritePolicy,
    disk: Disk,
    memory: Memory,
    plain: Plain,
    loss: Loss,
}

impl Both {
    fn new(policy: WritePolicy) -> Both {
        let disk = Disk::default();
        let memory = open(disk.clone(), policy).unwrap();
        let config = Config { width: 2, ..Config::default() };
        for bank in BANKS {
            memory.banks().change(|cluster, _| cluster.create(bank, "bank", config)).unwrap();
        }
        memory.banks().flush().unwrap();
        let plain = Plain::new(policy, State::of(&memory));
        Both { policy, disk, memory, plain, loss: Loss::All }
    }

    fn step(&mut self, op: &Op) {
        let before = self.plain.clone();
        match op {
            Op::Crash(loss) => return self.open(self.disk.after(*loss), before),
            Op::Reopen => return self.reopen(before),
            Op::CrashIn(after, loss) => {
                let at = self.disk.operations().1 + after;
                (self.disk, self.loss) = (self.disk.clone().failing(Fault::Crash(at)), *loss);
            }
            op => {
                let agreed = self.apply(op);
                if self.disk.is_down() {
                    return self.open(self.disk.after(self.loss), before);
                }
                assert!(agreed);
            }
        }
        assert_eq!(State::of(&self.memory), *self.plain.live());
    }

    /// Closes the memory, during which power may go, and opens it again.
    fn reopen(&mut self, before: Plain) {
        self.memory = open(Disk::default(), self.policy).unwrap();
        let bytes = if self.disk.is_down() { self.disk.after(self.loss) } else { self.disk.bytes() };
        self.open(bytes, before);
    }

    /// Opens what is left: what was durable before the operation under way, or after it.
    fn open(&mut self, bytes: Vec<u8>, before: Plain) {
        self.disk = Disk::holding(bytes);
        self.memory = open(self.disk.clone(), self.policy).unwrap();
        let (found, tick) = (State::of(&self.memory), self.memory.store().tick());
        // Time that passes is a commit of the layers, if they change, and then one of banks that are due: power may go between.
        let latest = self.plain.now;
        if found != self.plain.durable() {
            assert_eq!(found, before.durable());
            self.plain = before;
        }
        self.plain.end();
        // The tick is that of the last commit.
        assert!(tick <= latest);
        self.plain.now = tick;
    }

    /// Does it to both. Whether they agree on what can be done.
    fn apply(&mut self, op: &Op) -> bool {
        let Both { memory, plain, .. } = self;
        let now = plain.now;
        let banks = memory.banks();
        match op {
            Op::Save(key, seed) => {
                let (key, register) = (key.to_string(), register(*seed));
                plain.save(&key, &register);
                memory.store().save(&key, &register, &Change::new(*seed, "test", now)).is_ok()
            }
            Op::Delete(key) => {
                plain.delete(&key.to_string());
                memory.store().delete(&key.to_string(), "test", now).is_ok()
            }
            Op::Checkpoint(key, seed) => {
                let (key, register) = (key.to_string(), register(*seed));
                plain.checkpoint(&key, Some(&register));
                memory.store().checkpoint_save(&key, &register).is_ok()
            }
            Op::Discard(key) => {
                plain.checkpoint(&key.to_string(), None);
                memory.store().checkpoint_discard(&key.to_string()).is_ok()
            }
            Op::Write(bank, vector) => {
                let bank = BANKS[*bank];
                plain.write(bank, *vector);
                let vector = vector.map(i32::from);
                banks.change(|cluster, now| cluster.write(bank, &vector, Temperature::Hot, now)).is_ok()
            }
            Op::Remove(number) => plain.pick(*number).is_none_or(|at| {
                plain.remove(at);
                banks.change(|cluster, _| Ok(cluster.delete(at))).is_ok()
            }),
            Op::Touch(number) => {
                if let Some(at) = plain.pick(*number) {
                    plain.touch(at);
                    let mut slots = Slots::new();
                    slots.bind(0, at.bank);
                    let (high, low) = at.entry.halves();
                    banks.handle(slots).touch(0, high, low);
                }
                true
            }
            Op::Promote(number) => plain.pick(*number).is_none_or(|at| {
                plain.promote(at);
                banks.change(|cluster, now| cluster.promote(at, now)).is_ok()
            }),
            Op::Link(from, to, weight) => {
                let (Some(from), Some(to)) = (plain.pick(*from), plain.pick(*to)) else { return true };
                plain.link(from, to, *weight);
                banks.change(|cluster, now| cluster.link(from, EdgeType::Causes, to, *weight, now)).is_ok()
            }
            Op::Begin(id) => plain.begin(*id) == memory.begin(*id).is_ok(),
            Op::Commit => plain.innermost().is_none_or(|id| {
                plain.commit();
                memory.commit(id).is_ok()
            }),
            Op::RollBack(number) => plain.open(*number).is_none_or(|id| {
                plain.roll_back(id);
                memory.roll_back(id).is_ok()
            }),
            Op::Pass(ticks) => {
                plain.pass(*ticks);
                memory.advance_to(plain.now).is_ok()
            }
            Op::Flush => {
                plain.flush();
                banks.flush().is_ok()
            }
            Op::Reopen | Op::Crash(_) | Op::CrashIn(..) => true,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn a_memory_holds_and_keeps_what_plain_maps_do(
        back in any::<bool>(),
        ops in prop::collection::vec(op(), 1..80),
    ) {
        let back = back.then_some(WritePolicy::Back { mutations: 6, ticks: 25 });
        let mut both = Both::new(back.unwrap_or_default());
        ops.iter().for_each(|op| both.step(op));
        both.step(&Op::Reopen);
    }
}

#[test]
fn power_goes_between_the_commits_of_an_instant() {
    for after in 0..40 {
        for loss in losses() {
            let mut both = Both::new(WritePolicy::Back { mutations: 6, ticks: 25 });
            let ops = [
                Op::Save('a', 3),
                Op::Write(0, [0, 0]),
                Op::Pass(11),
                Op::CrashIn(after, loss),
                Op::Pass(14),
            ];
            ops.iter().for_each(|op| both.step(op));
            both.step(&Op::Reopen);
        }
    }
}
