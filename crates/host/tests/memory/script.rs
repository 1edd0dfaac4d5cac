//! A session that learns, remembers, forgets and sleeps, one operation after the other.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use ternsig_asm::assemble;
use ternsig_bank::{BankError, BankId, Cluster, Config, FullEdges};
use ternsig_host::banks::Slots;
use ternsig_host::memory::KeyTable;
use ternsig_host::store::{Blobs, ModelContent, ModelSource};
use ternsig_host::{Device, Devices, Memory};
use ternsig_isa::{DomainOp, InstructionSet};
use ternsig_program::AssembledProgram;
use ternsig_vm::{Answer, Error, Interpreter, Outcome, StepResult};

/// What has to be known of an operation to say what is durable after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It changes something, or nothing.
    Change,
    /// An access to an entry, which belongs to no transaction.
    Touch,
    Commit,
    RollBack,
    /// Time goes by: passes of the store, and changes of banks that have waited for long enough.
    Advance,
    /// Saves the banks.
    Flush,
}

enum Act {
    /// Runs a program with this input. Each of its operations is one of the session.
    Run(&'static str, [i32; 16]),
    Host(Deed, fn(&Memory) -> Result<(), Error>),
    Advance(u64),
}

pub(crate) const WORDS: BankId = BankId(0x0102_0304_0506_0708);
const SOUNDS: BankId = BankId(9);

const HEAD: &str = "
.requires
    learning 0x0004
    lifecycle 0x0008
    bank 0x000B
.registers
    C0: ternary[16, 16] key=\"words\"
    C1: ternary[16] key=\"mean\"
    C2: ternary[3]
    H0: i32[16]
    H6: i32[1]
    H7: i32[1]
.program
    load_input H0
    slice H1, H0, 0, 4
    slice H2, H0, 2, 2
";

const LEARN: &str = "
    learning.mastery_outer C0, H0, H0, scale=40
    learning.mastery_commit C0, threshold=1, step=9
    learning.mastery_update C1, H0, H1, scale=40
    learning.mastery_commit C1, threshold=1, step=3
    lifecycle.save_thermo C0
    lifecycle.save_thermo C1
    halt
";

const CHECKPOINT: &str = "
    lifecycle.load_thermo C0
    learning.checkpoint_weights C0
    lifecycle.init_thermo C2
    halt
";

/// Its own machine has no copy of the checkpoint.
const RESTORE: &str = "
    learning.rollback_weights C0
    lifecycle.save_thermo C0
    halt
";

const DISCARD: &str = "
    learning.discard_checkpoint C0
    halt
";

const WRITE: &str = "
    bank.bank_write H3, H1, 0
    halt
";

/// Writes to both banks, and links what it wrote with each other and with what is most like it.
const ASSOCIATE: &str = "
    bank.bank_write H3, H1, 0
    bank.bank_write H5, H2, 1
    set H6, 1
    set H7, 90
    concat H8, H3, H6
    concat H8, H8, H5
    concat H8, H8, H7
    bank.bank_link H8, 5, 0
    bank.bank_touch H5, 1
    bank.bank_query H4, H1, 0, 2
    slice H5, H4, 5, 2
    set H6, 0
    concat H8, H3, H6
    concat H8, H8, H5
    concat H8, H8, H7
    bank.bank_link H8, 4, 0
    bank.bank_touch H3, 0
    bank.bank_promote H3, 0
    bank.bank_touch H5, 0
    halt
";

/// A transaction in which one is rolled back and one is committed; what there was before is touched in each.
const NESTED: &str = "
    lifecycle.load_thermo C0
    bank.bank_query H4, H1, 0, 1
    slice H3, H4, 2, 2
    lifecycle.txn_begin 1
    learning.mastery_outer C0, H0, H0, scale=40
    learning.mastery_commit C0, threshold=1, step=5
    lifecycle.save_thermo C0
    bank.bank_write H5, H1, 0
    bank.bank_promote H3, 0
    lifecycle.txn_begin 200
    lifecycle.save_thermo C1
    bank.bank_delete H3, 0
    bank.bank_write H5, H2, 1
    bank.bank_touch H5, 1
    lifecycle.txn_rollback 200
    bank.bank_touch H3, 0
    lifecycle.txn_begin 3
    learning.checkpoint_weights C1
    bank.bank_write H5, H2, 1
    bank.bank_touch H3, 0
    lifecycle.txn_commit 3
    bank.bank_demote H3, 0
    lifecycle.txn_commit 1
    halt
";

/// A transaction that comes to nothing, but for an access.
const ABANDON: &str = "
    bank.bank_query H4, H1, 0, 2
    slice H3, H4, 2, 2
    slice H5, H4, 5, 2
    lifecycle.txn_begin 7
    lifecycle.txn_begin 8
    lifecycle.save_thermo C1
    bank.bank_delete H5, 0
    bank.bank_promote H3, 0
    bank.bank_touch H3, 0
    bank.bank_evict 0, 2
    lifecycle.txn_rollback 7
    halt
";

const FORGET: &str = "
    bank.bank_query H4, H1, 0, 2
    slice H3, H4, 2, 2
    slice H5, H4, 5, 2
    bank.bank_promote H5, 0
    bank.bank_demote H5, 0
    bank.bank_delete H3, 0
    bank.bank_evict 0, 1
    bank.bank_compact 0
    halt
";

const FALL_ASLEEP: &str = "
    lifecycle.txn_begin 0
    bank.bank_query H4, H1, 0, 1
    slice H3, H4, 2, 2
    bank.bank_promote H3, 0
    bank.bank_touch H3, 0
    learning.consolidate
    halt
";

const WAKE_UP: &str = "
    bank.bank_evict 0, 1
    bank.bank_compact 0
    lifecycle.load_thermo C0
    lifecycle.save_thermo C0
    lifecycle.txn_commit 0
    halt
";

const fn input(a: i32, b: i32, c: i32, d: i32) -> [i32; 16] {
    [a, b, c, d, 0, 90, 0, -40, 60, 0, 0, 10, -200, 0, 30, 7]
}

fn change<R>(
    memory: &Memory,
    change: impl FnOnce(&mut Cluster, u64) -> Result<R, BankError>,
) -> Result<(), Error> {
    memory.banks().change(change).map(drop)
}

const CONFIG: Config = Config {
    width: 4,
    max_entries: 6,
    max_edges: 3,
    full_edges: FullEdges::DropWeakest,
    protect_cold: true,
    promote_accesses: 1,
    promote_age: 2,
    demote_below: 64,
};

const SESSION: &[Act] = &[
    Act::Host(Deed::Change, |memory| change(memory, |cluster, _| cluster.create(WORDS, "words", CONFIG))),
    Act::Host(Deed::Change, |memory| {
        change(memory, |cluster, _| cluster.create(SOUNDS, "sounds", Config { width: 2, ..CONFIG }))
    }),
    Act::Run(LEARN, input(200, 10, -30, 100)),
    Act::Advance(3),
    Act::Run(LEARN, input(-100, 90, 255, 3)),
    Act::Run(CHECKPOINT, input(0, 0, 0, 0)),
    Act::Run(WRITE, input(5, 6, -7, 0)),
    Act::Run(ASSOCIATE, input(5, 6, -7, 8)),
    Act::Run(ASSOCIATE, input(5, 7, 9, -8)),
    Act::Advance(9),
    Act::Run(LEARN, input(1, 90, 2, 3)),
    Act::Run(NESTED, input(5, 7, 9, 100)),
    Act::Run(WRITE, input(50, -50, 9, 1)),
    // A decay, and for what waits to be written back it was not long enough yet.
    Act::Advance(12),
    Act::Run(ASSOCIATE, input(-5, 0, 100, 8)),
    Act::Run(ABANDON, input(5, 7, 9, 100)),
    Act::Run(RESTORE, input(0, 0, 0, 0)),
    Act::Run(WRITE, input(255, 255, 1, 3)),
    // Long enough, and a decay on the way.
    Act::Advance(40),
    Act::Run(WRITE, input(12, 0, 0, 9)),
    Act::Run(FORGET, input(5, 7, 9, 50)),
    Act::Host(Deed::Flush, |memory| memory.banks().flush()),
    Act::Run(WRITE, input(-77, 1, 0, 9)),
    Act::Host(Deed::Change, |memory| {
        let content = ModelContent::Text(LEARN.to_owned());
        Ok(memory.store().put_model("3", &ModelSource { path: None, content })?)
    }),
    Act::Host(Deed::Change, |memory| {
        Ok(memory.store().put_blob(Blobs::Snapshots, b"machine", &[3; 9000])?)
    }),
    Act::Advance(52),
    Act::Run(FALL_ASLEEP, input(12, 0, 0, 9)),
    Act::Host(Deed::Change, |memory| change(memory, |cluster, now| cluster.consolidate(WORDS, 200, now))),
    Act::Advance(100),
    Act::Run(WAKE_UP, input(0, 0, 0, 0)),
    Act::Run(ASSOCIATE, input(1, 2, 3, 4)),
    Act::Advance(103),
    Act::Host(Deed::Change, |memory| change(memory, |cluster, now| cluster.consolidate(WORDS, 255, now))),
    Act::Host(Deed::Change, |memory| Ok(memory.store().consolidate("session", 103).map(drop)?)),
    Act::Run(DISCARD, input(0, 0, 0, 0)),
    Act::Host(Deed::Change, |memory| Ok(memory.store().delete("mean", "session", 104).map(drop)?)),
    Act::Host(Deed::Change, |memory| change(memory, |cluster, _| cluster.remove(SOUNDS))),
    Act::Run(LEARN, input(0, 9, 0, 4)),
    // What is still to be written back in the end.
    Act::Run(WRITE, input(31, -1, 4, 15)),
];

/// The programs by their bodies.
static PROGRAMS: LazyLock<BTreeMap<&str, AssembledProgram>> = LazyLock::new(|| {
    let bodies =
        SESSION.iter().filter_map(|act| if let Act::Run(body, _) = act { Some(*body) } else { None });
    let program =
        |body| assemble(&format!("{HEAD}{body}"), &InstructionSet::standard()).into_result().unwrap();
    bodies.map(|body| (body, program(body))).collect()
});

/// Plays the session, and tells of each operation that is done, until one fails.
pub(crate) fn play(memory: &Memory, mut done: impl FnMut(Deed)) -> Result<(), Error> {
    let mut slots = Slots::new();
    slots.bind(0, WORDS);
    slots.bind(1, SOUNDS);
    let mut devices = memory.devices("session", KeyTable::new(), slots);
    let mut machines = BTreeMap::new();
    for act in SESSION {
        match act {
            Act::Host(deed, work) => {
                work(memory)?;
                done(*deed);
            }
            Act::Advance(tick) => {
                memory.advance_to(*tick)?;
                done(Deed::Advance);
            }
            Act::Run(body, input) => {
                let machine = machines
                    .entry(*body)
                    .or_insert_with(|| Interpreter::from_program(&PROGRAMS[body]).unwrap());
                machine.machine_mut().set_input(input);
                run(machine, &mut devices, &mut done)?;
            }
        }
    }
    Ok(())
}

fn run(machine: &mut Interpreter, devices: &mut Devices, done: &mut impl FnMut(Deed)) -> Result<(), Error> {
    while let StepResult::Yield(op) = machine.run_until_yield() {
        assert_eq!(devices.answer(&op, &mut machine.context())?, Answer::Done);
        done(match op {
            DomainOp::BankTouch { .. } => Deed::Touch,
            DomainOp::TxnCommit { .. } => Deed::Commit,
            DomainOp::TxnRollback { .. } => Deed::RollBack,
            _ => Deed::Change,
        });
    }
    assert_eq!(machine.machine().last_outcome(), Some(&Outcome::Halted));
    Ok(())
}
