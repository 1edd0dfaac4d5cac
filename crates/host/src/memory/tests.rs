use super::*;
use crate::device::Device;
use ternsig_bank::{Config, EntryId, EntryRef};
use ternsig_isa::{InstructionSet, Shape, Signal, Temperature};
use ternsig_vm::{Answer, ColdRegister, ErrorKind, Interpreter, Machine, Outcome, StepResult};

const BANK: BankId = BankId(3);

/// Storage that outlives stores: what is opened again is what was durable.
#[derive(Debug, Clone, Default)]
struct Disk(Arc<redb::backends::InMemoryBackend>);

impl redb::StorageBackend for Disk {
    fn len(&self) -> std::io::Result<u64> {
        self.0.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        self.0.read(offset, out)
    }
    fn set_len(&self, len: u64) -> std::io::Result<()> {
        self.0.set_len(len)
    }
    fn sync_data(&self) -> std::io::Result<()> {
        self.0.sync_data()
    }
    fn write(&self, offset: u64, data: &[u8]) -> std::io::Result<()> {
        self.0.write(offset, data)
    }
}

impl Disk {
    fn open(&self) -> Memory {
        Memory::new(Store::with_backend(self.clone()).unwrap(), WritePolicy::Through).unwrap()
    }
}

/// How operations are answered: by the handler of a run, or from yield to yield.
#[derive(Debug, Clone, Copy)]
enum Way {
    Handler,
    Steps,
}

fn machine(body: &str) -> Interpreter {
    let source = format!(
        ".requires\n    learning 0x0004\n    arch 0x0006\n    lifecycle 0x0008\n    bank 0x000B\n.registers\n    \
         C0: ternary[2, 2] key=\"a\"\n    C1: ternary[3] key=\"b\"\n    C2: ternary[2]\n    H0: i32[1]\n    \
         H1: i32[2]\n    H2: i32[1]\n.program\n{body}\n    halt\n"
    );
    let program = ternsig_asm::assemble(&source, &InstructionSet::standard()).into_result().unwrap();
    Interpreter::from_program(&program).unwrap()
}

fn weights(shape: &[u32], first: i32) -> ColdRegister {
    let shape = Shape::new(shape).unwrap();
    let signals = (0..shape.elements() as i32).map(|index| Signal::from_i32(first + index)).collect();
    ColdRegister::new(signals, shape).unwrap()
}

fn set(m: &mut Machine, index: usize, first: i32) {
    let shape = m.cold(index).unwrap().shape();
    let values = weights(shape.dims(), first).signals().to_vec();
    m.cold_mut(index).unwrap().replace(values, shape).unwrap();
}

fn first(m: &Machine, index: usize) -> i16 {
    m.cold(index).unwrap().values()[0]
}

fn run(interpreter: &mut Interpreter, memory: &Memory, way: Way) -> Outcome {
    let keys = KeyTable::from([(0, "zero".to_owned()), (7, "seven".to_owned())]);
    let mut slots = Slots::new();
    slots.bind(0, BANK);
    let mut devices = memory.devices("p", keys, slots);
    match way {
        Way::Handler => interpreter.run_with_host(|op, ctx| devices.answer(op, ctx)),
        Way::Steps => loop {
            match interpreter.run_until_yield() {
                StepResult::Yield(op) => match devices.answer(&op, &mut interpreter.context()) {
                    Ok(answer) => assert_eq!(answer, Answer::Done),
                    Err(error) => return interpreter.fail(error).unwrap(),
                },
                _ => return interpreter.machine().last_outcome().unwrap().clone(),
            }
        },
    }
}

/// Runs a program that is prepared alike in both ways, with memories that are prepared alike. What it did has to be the same.
fn both(body: &str, prepare: impl Fn(&mut Machine, &Memory)) -> (Interpreter, Memory, Outcome, Disk) {
    let [one, other] = [Way::Handler, Way::Steps].map(|way| {
        let disk = Disk::default();
        let (memory, mut interpreter) = (disk.open(), machine(body));
        prepare(interpreter.machine_mut(), &memory);
        let outcome = run(&mut interpreter, &memory, way);
        (interpreter, memory, outcome, disk)
    });
    assert_eq!(one.0.machine().difference(other.0.machine()), None);
    assert_eq!(one.2.to_string(), other.2.to_string());
    assert_eq!(exported(&one.1), exported(&other.1));
    one
}

fn exported(memory: &Memory) -> Vec<u8> {
    memory.store().export().unwrap().to_bytes().unwrap()
}

fn failed(outcome: &Outcome) -> (ErrorKind, String) {
    match outcome {
        Outcome::Failed(error) => (error.kind(), error.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn weights_are_kept_under_their_own_key_and_under_keys_by_number() {
    let body =
        "    lifecycle.save_thermo C0\n    lifecycle.store_weights C1, 3\n    lifecycle.save_thermo C2";
    let (run_, memory, outcome, disk) = both(body, |m, _| {
        m.set_param(3, 7);
        (0..3).for_each(|index| set(m, index, 10 * index as i32 - 5));
        m.cold_mut(1).unwrap().fill_temperatures(Temperature::Cool);
    });
    assert_eq!(outcome, Outcome::Halted);
    assert_eq!(memory.store().keys().unwrap(), ["a", "p.c2", "seven"]);
    assert_eq!(run_.machine().cold(2).unwrap().key(), Some("p.c2"));
    assert!(run_.machine().cold(0).is_some_and(|register| !register.is_dirty()));
    drop(memory);
    let stored = disk.open().store().load("seven").unwrap().unwrap().weights;
    assert_eq!(stored.to_register().unwrap().values(), [5, 6, 7]);
    assert_eq!(stored.temperatures(), Some(&[Temperature::Cool; 3][..]));
}

#[test]
fn weights_come_back_with_their_temperatures() {
    let body = "    lifecycle.load_thermo C0\n    lifecycle.load_weights C1, P4";
    let (run_, ..) = both(body, |m, memory| {
        let change = crate::store::Change::new(9, "test", 0);
        let mut warm = weights(&[2, 2], 40);
        warm.fill_temperatures(Temperature::Warm);
        memory.store().save("a", &warm, &change).unwrap();
        memory.store().save("zero", &weights(&[3], -3), &change).unwrap();
        m.set_param(4, 0);
        m.cold_mut(0).unwrap().set_dirty(true);
    });
    let m = run_.machine();
    assert_eq!((first(m, 0), first(m, 1)), (40, -3));
    assert_eq!(m.cold(0).unwrap().temperature(3), Temperature::Warm);
    assert!(!m.cold(0).unwrap().is_dirty());
    assert_eq!(m.cold(1).unwrap().key(), Some("b"));
}

#[test]
fn an_entry_is_made_once() {
    let body = "    lifecycle.init_thermo C0\n    lifecycle.init_thermo C2\n    learning.consolidate";
    let (_, memory, outcome, _) = both(body, |m, memory| {
        set(m, 0, 77);
        let change = crate::store::Change::new(9, "test", 0);
        memory.store().save("a", &weights(&[2, 2], 40), &change).unwrap();
    });
    assert_eq!(outcome, Outcome::Halted);
    let store = memory.store();
    assert_eq!(store.load("a").unwrap().unwrap().weights.signals()[0].value(), 40);
    assert_eq!(store.load("p.c2").unwrap().unwrap().weights.shape(), Shape::vector(2));
    assert_eq!(store.chain(0).unwrap().last().unwrap().kind, crate::store::RecordKind::Consolidation);
}

#[test]
fn refusals_of_weights_say_why() {
    for (body, kind, said) in [
        ("load_thermo C0", ErrorKind::NotFound, "there are no weights with key \"a\""),
        ("load_thermo C2", ErrorKind::NotFound, "C2 has no key"),
        ("load_weights C0, 5", ErrorKind::NotFound, "there is no key with number 99"),
        ("store_weights C0, 5", ErrorKind::NotFound, "there is no key with number 99"),
        ("load_thermo C1", ErrorKind::Storage, "4 weights are stored, but the register has 3"),
    ] {
        let (run_, _, outcome, _) = both(&format!("    lifecycle.{body}"), |m, memory| {
            m.set_param(5, 99);
            let change = crate::store::Change::new(9, "test", 0);
            memory.store().save("b", &weights(&[2, 2], 40), &change).unwrap();
        });
        let (found, message) = failed(&outcome);
        assert_eq!(found, kind, "{message}");
        assert!(message.ends_with(said), "{message}");
        assert_eq!(first(run_.machine(), 0), 0);
    }
}

#[test]
fn checkpoints_survive_the_machine() {
    let (run_, memory, ..) =
        both("    learning.checkpoint_weights C0\n    learning.checkpoint_weights C2", |m, _| set(m, 0, 5));
    assert_eq!(memory.store().checkpoint_keys().unwrap(), ["a"]);
    // The machine's own copy is not needed.
    let mut again = machine("    learning.rollback_weights C0");
    assert_eq!(run(&mut again, &memory, Way::Handler), Outcome::Halted);
    assert_eq!(first(again.machine(), 0), first(run_.machine(), 0));
    let mut unkeyed = machine("    learning.rollback_weights C2");
    let (kind, message) = failed(&run(&mut unkeyed, &memory, Way::Steps));
    assert_eq!(kind, ErrorKind::NotFound, "{message}");
    let mut discard = machine("    learning.discard_checkpoint C0\n    learning.discard_checkpoint C0");
    assert_eq!(run(&mut discard, &memory, Way::Handler), Outcome::Halted);
    let (kind, message) = failed(&run(&mut machine("    learning.rollback_weights C0"), &memory, Way::Steps));
    assert_eq!(kind, ErrorKind::NotFound, "{message}");
}

/// A bank with room for two-dimensional vectors.
fn with_bank(memory: &Memory) {
    let config = Config { width: 2, ..Config::default() };
    memory.banks().change(|cluster, _| cluster.create(BANK, "things", config)).unwrap();
}

#[test]
fn a_transaction_keeps_weights_and_banks_together() {
    let body = "    lifecycle.txn_begin 1\n    lifecycle.save_thermo C0\n    bank.bank_write H0, H1, 0\n    \
                lifecycle.txn_begin 2\n    lifecycle.save_thermo C1\n    bank.bank_write H2, H1, 0\n    \
                lifecycle.txn_rollback 2\n    bank.bank_touch H0, 0\n    lifecycle.txn_commit 1";
    let (_, memory, outcome, disk) = both(body, |m, memory| {
        with_bank(memory);
        set(m, 0, 3);
    });
    assert_eq!(outcome, Outcome::Halted);
    assert_eq!(memory.end_run(), Vec::<u8>::new());
    drop(memory);
    let memory = disk.open();
    assert_eq!(memory.store().keys().unwrap(), ["a"]);
    let entry = memory.banks().read(|cluster| {
        let bank = cluster.bank(BANK).unwrap();
        assert_eq!(bank.len(), 1);
        bank.entry(bank.ids().next().unwrap()).unwrap()
    });
    assert_eq!((entry.record.access_count, entry.vector), (1, vec![0, 0]));
}

#[test]
fn a_run_that_ends_inside_transactions_leaves_nothing_of_them() {
    let body = "    lifecycle.save_thermo C1\n    lifecycle.txn_begin 9\n    lifecycle.save_thermo C0\n    \
                bank.bank_write H0, H1, 0\n    lifecycle.txn_begin 4\n    bank.bank_write H0, H1, 0";
    let (run_, memory, outcome, disk) = both(body, |m, memory| {
        with_bank(memory);
        set(m, 0, 3);
        m.cold_mut(0).unwrap().set_dirty(true);
    });
    assert_eq!(outcome, Outcome::Halted);
    // It may have to be saved again.
    assert!(run_.machine().cold(0).unwrap().is_dirty());
    assert_eq!(memory.end_run(), [9, 4]);
    let len = |memory: &Memory| memory.banks().read(|cluster| cluster.bank(BANK).unwrap().len());
    assert_eq!((memory.store().keys().unwrap(), len(&memory)), (vec!["b".to_owned()], 0));
    drop(memory);
    let memory = disk.open();
    assert_eq!((memory.store().keys().unwrap(), len(&memory)), (vec!["b".to_owned()], 0));
}

#[test]
fn transactions_are_refused_out_of_order() {
    for (body, kind, said) in [
        ("txn_begin 1\n    lifecycle.txn_begin 1", ErrorKind::Conflict, "transaction 1 is open already"),
        ("txn_commit 1", ErrorKind::NotFound, "there is no open transaction 1"),
        ("txn_rollback 1", ErrorKind::NotFound, "there is no open transaction 1"),
        (
            "txn_begin 1\n    lifecycle.txn_begin 2\n    lifecycle.txn_commit 1",
            ErrorKind::Conflict,
            "transaction 2 is open inside transaction 1",
        ),
    ] {
        let (_, _, outcome, _) = both(&format!("    lifecycle.{body}"), |_, _| {});
        let (found, message) = failed(&outcome);
        assert_eq!(found, kind);
        assert!(message.contains(said), "{message}");
    }
    // Rolling back an outer one rolls back what is inside.
    let body = "    lifecycle.txn_begin 1\n    lifecycle.txn_begin 2\n    lifecycle.txn_rollback 1\n    lifecycle.txn_begin 2\n    \
                lifecycle.txn_commit 2";
    let (_, memory, outcome, _) = both(body, |_, _| {});
    assert_eq!((outcome, memory.end_run()), (Outcome::Halted, Vec::new()));
}

#[test]
fn an_access_outlives_the_transaction_that_it_was_made_in() {
    let disk = Disk::default();
    let memory = disk.open();
    with_bank(&memory);
    let entry =
        memory.banks().change(|cluster, now| cluster.write(BANK, &[1, 2], Temperature::Hot, now)).unwrap();
    let mut program =
        machine("    lifecycle.txn_begin 1\n    bank.bank_promote H1, 0\n    bank.bank_touch H1, 0");
    let halves = <[i32; 2]>::from(entry.halves());
    program.machine_mut().set_hot(1, &halves, Shape::vector(2)).unwrap();
    assert_eq!(run(&mut program, &memory, Way::Handler), Outcome::Halted);
    drop(memory);
    let kept = disk.open().banks().read(|cluster| cluster.entry(EntryRef { bank: BANK, entry }).unwrap());
    assert_eq!((kept.record.access_count, kept.record.temperature), (1, Temperature::Hot));
}

#[test]
fn registers_are_handed_out_and_taken_back() {
    let body = "    arch.alloc_dynamic H0, 0, 300\n    arch.alloc_dynamic H1, 1, 5\n    arch.alloc_dynamic H2, 2, 0\n    \
                arch.alloc_dynamic H4, 3, 6\n    arch.free_dynamic C3";
    let (run_, ..) = both(body, |_, _| {});
    let m = run_.machine();
    let given = |index: usize| m.hot(index).unwrap().data().to_vec();
    assert_eq!([given(0), given(1), given(2), given(4)].concat(), [3, 0x43, 0xBF, 0xFF]);
    assert_eq!(m.hot(3).unwrap().data().len(), 300);
    assert!(m.cold(3).is_none());
    assert_eq!(m.shape(63), Shape::vector(6));
    let (_, _, outcome, _) = both("    arch.free_dynamic P7", |_, _| {});
    assert_eq!(failed(&outcome).0, ErrorKind::NotFound);
}

#[test]
fn the_bridge_stores_what_changed_and_loads_what_fits() {
    let memory = Disk::default().open();
    let mut interpreter = machine("");
    let m = interpreter.machine_mut();
    assert_eq!(memory.load_registers(m).keys, Vec::<String>::new());
    assert_eq!(memory.store_registers(m, 100, false).keys, ["a", "b"]);
    set(m, 1, 8);
    m.cold_mut(1).unwrap().set_dirty(true);
    assert_eq!(memory.store_registers(m, 100, false).keys, ["b"]);
    assert_eq!(memory.store_registers(m, 100, false).keys, Vec::<String>::new());
    assert_eq!(memory.store_registers(m, 100, true).keys, ["a", "b"]);
    let mut again = machine("");
    assert_eq!(memory.load_registers(again.machine_mut()).keys, ["a", "b"]);
    assert_eq!(first(again.machine(), 1), 8);
    // Other numbers of weights are refused one by one, unless the register was grown.
    let change = crate::store::Change::new(9, "test", 0);
    let mut other = Disk::default().open();
    other.store().save("a", &weights(&[9], 1), &change).unwrap();
    other.store().save("b", &weights(&[3], 6), &change).unwrap();
    let bridged = other.load_registers(again.machine_mut());
    assert_eq!(
        (bridged.keys, bridged.failed.len(), bridged.failed[0].key.as_str()),
        (vec!["b".to_owned()], 1, "a")
    );
    other = Disk::default().open();
    other.store().save("a", &weights(&[2, 2], 1), &change).unwrap();
    other.store().save("a", &weights(&[3, 2], 1), &change).unwrap();
    assert_eq!(other.load_registers(again.machine_mut()).keys, ["a"]);
    assert_eq!(again.machine().cold(0).unwrap().shape().dims(), [3, 2]);
    assert_eq!(again.machine().cold(0).unwrap().key(), Some("a"));
}

#[test]
fn ticks_are_those_of_entries_and_passes() {
    let memory = Disk::default().open();
    with_bank(&memory);
    memory.advance_to(40).unwrap();
    let entry =
        memory.banks().change(|cluster, now| cluster.write(BANK, &[1, 2], Temperature::Hot, now)).unwrap();
    assert_eq!((entry, memory.store().tick()), (EntryId(40 << 22), 40));
}
