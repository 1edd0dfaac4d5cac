use super::*;
use crate::device::{Device, Devices};
use proptest::prelude::*;
use ternsig_bank::{BankId, Config, EdgeType, EntryId, codec};
use ternsig_isa::{InstructionSet, Shape};
use ternsig_vm::{Answer, BankAccess, Interpreter, Outcome, StepResult};

const FIRST: BankId = BankId(1);
const SECOND: BankId = BankId(2);
const NOWHERE: BankId = BankId(99);

/// Two banks with some entries and links, in slots 0, 1 and 7; slot 3 is bound to a bank that is not there.
fn handle() -> BankHandle {
    let banks = Banks::new();
    banks
        .change(|cluster, _| {
            let small = Config { width: 4, max_entries: 5, max_edges: 2, ..Config::default() };
            cluster.create(FIRST, "first", small)?;
            cluster.create(SECOND, "second", Config { width: 2, ..small })?;
            for number in 0..4 {
                cluster.write(FIRST, &[number, 10 - number, 100, -number * 20], Temperature::Warm, 5)?;
                cluster.write(SECOND, &[number * 50, 3], Temperature::Cool, 6)?;
            }
            let at = |bank, entry| EntryRef { bank, entry: EntryId(entry) };
            cluster.link(at(FIRST, 5 << 22), EdgeType::IsA, at(SECOND, 6 << 22), 9, 6)?;
            cluster.link(at(SECOND, 6 << 22), EdgeType::IsA, at(FIRST, (5 << 22) + 1), 9, 6)
        })
        .unwrap();
    banks.set_tick(20);
    let mut slots = Slots::new();
    for (slot, bank) in [(0, FIRST), (1, SECOND), (3, NOWHERE), (7, FIRST)] {
        slots.bind(slot, bank);
    }
    banks.handle(slots)
}

/// How the operations of a program are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In place where that is possible, else by the handler of a run.
    Inline,
    /// By the handler of a run.
    Handler,
    /// By a host that goes from yield to yield.
    Steps,
}

/// Runs a program on banks of its own.
fn run(body: &str, registers: &[Vec<i32>], way: Way) -> (Interpreter, BankHandle, String) {
    let declared: String = (0..8).map(|index| format!("    H{index}: i32[1]\n")).collect();
    let source = format!(".requires\n    bank 0x000B\n.registers\n{declared}.program\n{body}\n    halt\n");
    let program = ternsig_asm::assemble(&source, &InstructionSet::standard()).into_result().unwrap();
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    for (index, data) in registers.iter().enumerate() {
        interpreter.machine_mut().set_hot(index, data, Shape::vector(data.len())).unwrap();
    }
    let handle = handle();
    let mut devices = Devices::new();
    devices.attach("bank", handle.clone());
    if way == Way::Inline {
        interpreter.set_bank_cache(Box::new(handle.clone()));
    }
    let outcome = match way {
        Way::Inline | Way::Handler => interpreter.run_with_host(|op, ctx| devices.answer(op, ctx)),
        Way::Steps => go_by_steps(&mut interpreter, &mut devices),
    };
    (interpreter, handle, outcome.to_string())
}

fn go_by_steps(interpreter: &mut Interpreter, devices: &mut Devices) -> Outcome {
    loop {
        match interpreter.run_until_yield() {
            StepResult::Yield(op) => match devices.answer(&op, &mut interpreter.context()) {
                Ok(answer) => assert_eq!(answer, Answer::Done),
                Err(error) => return interpreter.fail(error).unwrap(),
            },
            _ => return interpreter.machine().last_outcome().unwrap().clone(),
        }
    }
}

/// Everything that a run changed, in each way: the same.
fn same(body: &str, registers: &[Vec<i32>]) -> (Interpreter, BankHandle, String) {
    let ways = [Way::Inline, Way::Handler, Way::Steps].map(|way| run(body, registers, way));
    let [inline, others @ ..] = &ways;
    for other in others {
        assert_eq!(inline.0.machine().difference(other.0.machine()), None, "{body}");
        assert_eq!((&inline.2, contents(&inline.1)), (&other.2, contents(&other.1)), "{body}");
        assert_eq!(inline.1.banks.statistics(), other.1.banks.statistics(), "{body}");
    }
    let [inline, ..] = ways;
    inline
}

fn contents(handle: &BankHandle) -> Vec<ternsig_bank::Entry> {
    handle.banks.read(|cluster| {
        cluster
            .banks()
            .flat_map(|bank| bank.ids().filter_map(|id| bank.entry(id)).collect::<Vec<_>>())
            .collect()
    })
}

fn id(bank: u64, number: i32) -> Vec<i32> {
    vec![0, ((4 + bank as i32) << 22) + number]
}

fn hot(interpreter: &Interpreter, index: usize) -> Vec<i32> {
    interpreter.machine().hot(index).unwrap().data().to_vec()
}

#[test]
fn queries_give_scores_and_ids_best_first() {
    let (run, _, outcome) = same("    bank.bank_query H0, H1, 0, 2", &[vec![0], vec![10, 10]]);
    assert_eq!(outcome, "halted");
    // (3, 7) and (2, 8): 100·256 / ⌊√(200·58)⌋ and / ⌊√(200·68)⌋.
    assert_eq!(hot(&run, 0), [vec![2, 239], id(1, 3), vec![220], id(1, 2)].concat());
    let (run, ..) = same("    bank.bank_query H0, H1, 0, 0", &[vec![5], vec![1]]);
    assert_eq!(hot(&run, 0), [0]);
}

#[test]
fn written_vectors_are_loaded_and_counted() {
    let body = "    bank.bank_write H0, H1, 0\n    bank.bank_load H2, H0, 7\n    bank.bank_count H3, 0";
    let (run, ..) = same(body, &[vec![], vec![300, -300, 7, 0]]);
    assert_eq!(
        (hot(&run, 0), hot(&run, 2), hot(&run, 3)),
        (vec![0, (20 << 22) + 4], vec![255, -255, 7, 0], vec![5])
    );
}

#[test]
fn a_full_bank_evicts_before_it_takes_a_vector() {
    let body = "    bank.bank_write H0, H1, 0\n    bank.bank_write H0, H1, 0\n    bank.bank_count H3, 0";
    let (run, handle, _) = same(body, &[vec![], vec![1, 2, 3, 4]]);
    assert_eq!(hot(&run, 3), [5]);
    // The first of the two is Hot: 10 + 500 + 128. The others are Warm, of 15 ticks ago: 50 + 485 + 128.
    assert!(handle.vector(0, EntryId((20 << 22) + 4)).is_err());
    assert!(handle.vector(0, EntryId((20 << 22) + 5)).is_ok());
}

#[test]
fn links_lead_across_banks_and_back() {
    let link = [id(1, 1), vec![1], id(2, 3), vec![999]].concat();
    let body = "    bank.bank_link H1, 0, 0\n    bank.bank_traverse H0, H2, 0, edge=0, depth=3";
    let (run, handle, outcome) = same(body, &[vec![], link, id(1, 0)]);
    assert_eq!(outcome, "halted");
    let refs = [(1, id(2, 0)), (0, id(1, 1)), (1, id(2, 3))];
    let packed = refs.iter().flat_map(|(slot, id)| [vec![*slot], id.clone()].concat());
    assert_eq!(hot(&run, 0), [3].into_iter().chain(packed).collect::<Vec<_>>());
    let at = EntryRef { bank: FIRST, entry: EntryId((5 << 22) + 1) };
    assert_eq!(handle.banks.read(|cluster| cluster.entry(at).unwrap()).record.edges[0].weight, 255);
    let (run, ..) = same("    bank.bank_traverse H0, H2, 0, edge=0, depth=0", &[vec![], vec![], id(1, 0)]);
    assert_eq!(hot(&run, 0), [0]);
}

#[test]
fn custom_links_have_a_nibble_of_their_own() {
    let link = [id(1, 0), vec![7], id(1, 2), vec![-1]].concat();
    let body = "    bank.bank_link H1, 255, 0\n    bank.bank_traverse H0, H2, 0, edge=15, depth=15";
    let (run, ..) = same(body, &[vec![], link, id(1, 0)]);
    assert_eq!(hot(&run, 0), [vec![1, 0], id(1, 2)].concat());
}

#[test]
fn entries_in_banks_without_a_slot_are_left_out_and_counted() {
    let banks = handle().banks;
    let mut slots = Slots::new();
    slots.bind(0, FIRST);
    let handle = banks.handle(slots);
    let start = EntryRef { bank: FIRST, entry: EntryId(5 << 22) };
    assert_eq!(handle.reach(start, EdgeType::IsA, 9).unwrap(), [(0, EntryId((5 << 22) + 1))]);
    assert_eq!(banks.statistics().left_out, 1);
}

#[test]
fn temperatures_go_by_steps_and_stop_at_the_ends() {
    let body =
        "    bank.bank_promote H1, 0\n".repeat(4) + "    bank.bank_demote H2, 0\n    bank.bank_demote H2, 0";
    let (_, handle, outcome) = same(&body, &[vec![], id(1, 0), id(1, 1)]);
    assert_eq!(outcome, "halted");
    let entries = contents(&handle);
    assert_eq!(entries[0].record.temperature, Temperature::Cold);
    assert_eq!(entries[1].record.temperature, Temperature::Hot);
    let statistics = handle.banks.statistics();
    assert_eq!((statistics.promoted, statistics.demoted), (2, 1));
}

#[test]
fn what_is_not_there_is_touched_and_deleted_in_vain() {
    let body = "    bank.bank_touch H1, 0\n    bank.bank_touch H2, 0\n    bank.bank_touch H1, 9\n    \
                bank.bank_delete H2, 0\n    bank.bank_delete H2, 3\n    bank.bank_delete H1, 0";
    let (_, handle, outcome) = same(body, &[vec![], id(1, 1), vec![5, 5]]);
    assert_eq!(outcome, "halted");
    let statistics = handle.banks.statistics();
    assert_eq!((statistics.missed_touches, statistics.missed_deletions), (2, 2));
    assert!(handle.vector(0, EntryId((5 << 22) + 1)).is_err());
}

#[test]
fn evicting_and_compacting_are_counted() {
    let body = "    bank.bank_evict 0, 2\n    bank.bank_evict 0, 0\n    bank.bank_compact 0\n    bank.bank_count H0, 0";
    let (run, handle, _) = same(body, &[]);
    assert_eq!(hot(&run, 0), [2]);
    assert_eq!(handle.banks.statistics().evicted, 2);
}

#[test]
fn refusals_say_why() {
    let link = |slot: i32| [id(1, 0), vec![slot], id(1, 1), vec![1]].concat();
    for (body, register, said) in [
        ("bank_count H0, 9", vec![0], "bank slot 9 is not bound to a bank"),
        ("bank_count H0, 3", vec![0], "there is no bank 0000000000000063"),
        ("bank_query H0, H1, 1, 2", vec![1, 2, 3], "a vector of 3 elements does not fit a bank of width 2"),
        ("bank_write H0, H1, 0", vec![1, 2, 3], "a vector of 3 elements does not fit a bank of width 4"),
        ("bank_load H0, H1, 0", vec![1, 2], "there is no entry 0000000100000002 in bank 0000000000000001"),
        ("bank_load H0, H1, 0", vec![1], "H1 has 1 elements, at least 2 are needed"),
        ("bank_promote H1, 0", vec![1, 2], "there is no entry 0000000100000002 in bank 0000000000000001"),
        (
            "bank_traverse H0, H1, 0, 0x35",
            vec![1, 2],
            "there is no entry 0000000100000002 in bank 0000000000000001",
        ),
        ("bank_link H1, 3, 0", vec![1; 5], "H1 has 5 elements, at least 6 are needed"),
        ("bank_link H1, 3, 0", link(256), "the target's bank slot is 256, allowed are 0 to 255"),
        ("bank_link H1, 77, 0", link(0), "unknown edge type 77, known are 0 to 11 and 255 (custom)"),
        ("bank_evict 9, 1", vec![], "bank slot 9 is not bound to a bank"),
        ("bank_compact 3", vec![], "there is no bank 0000000000000063"),
    ] {
        let (_, _, outcome) = same(&format!("    bank.{body}"), &[vec![], register]);
        assert!(outcome.ends_with(said), "{body}: {outcome}");
        assert!(outcome.contains("instruction 0 (bank.bank_"), "{outcome}");
    }
    let body = "    bank.bank_link H1, 1, 0\n    bank.bank_link H1, 2, 0";
    let (_, _, outcome) = same(body, &[vec![], link(0)]);
    assert!(outcome.ends_with("has 2 links already, as many as it may"), "{outcome}");
}

#[test]
fn a_host_without_the_device_says_so() {
    let mut devices = Devices::new();
    let program =
        ".requires\n bank 0x000B\n.registers\n H0: i32[1]\n.program\n bank.bank_count H0, 2\n halt\n";
    let program = ternsig_asm::assemble(program, &InstructionSet::standard()).into_result().unwrap();
    let outcome =
        Interpreter::from_program(&program).unwrap().run_with_host(|op, ctx| devices.answer(op, ctx));
    let Outcome::Failed(error) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.kind(), ErrorKind::NoDevice);
    assert!(error.to_string().contains("the host has no device \"bank\""), "{error}");
}

fn instruction() -> impl Strategy<Value = String> {
    let slot = || prop_oneof![8 => Just(0), 6 => Just(1), 2 => Just(7), 1 => Just(3), 1 => Just(200)];
    let source = || 0..8_u8;
    prop_oneof![
        (source(), source(), slot(), 0..6_u8)
            .prop_map(|(t, s, slot, k)| format!("query H{t}, H{s}, {slot}, {k}")),
        (source(), source(), slot()).prop_map(|(t, s, slot)| format!("write H{t}, H{s}, {slot}")),
        (source(), source(), slot()).prop_map(|(t, s, slot)| format!("load H{t}, H{s}, {slot}")),
        (source(), 0..13_u8, slot()).prop_map(|(s, kind, slot)| format!("link H{s}, {kind}, {slot}")),
        (source(), source(), slot(), 0..12_u8, 0..4_u8).prop_map(|(t, s, slot, edge, depth)| format!(
            "traverse H{t}, H{s}, {slot}, edge={edge}, depth={depth}"
        )),
        (source(), slot()).prop_map(|(s, slot)| format!("touch H{s}, {slot}")),
        (source(), slot()).prop_map(|(s, slot)| format!("delete H{s}, {slot}")),
        (source(), slot()).prop_map(|(t, slot)| format!("count H{t}, {slot}")),
        (source(), slot()).prop_map(|(s, slot)| format!("promote H{s}, {slot}")),
        (source(), slot()).prop_map(|(s, slot)| format!("demote H{s}, {slot}")),
        (slot(), 0..3_u8).prop_map(|(slot, count)| format!("evict {slot}, {count}")),
        slot().prop_map(|slot| format!("compact {slot}")),
    ]
}

fn register() -> impl Strategy<Value = Vec<i32>> {
    let number = || 0..5_i32;
    prop_oneof![
        3 => (1..3_u64, number()).prop_map(|(bank, number)| id(bank, number)),
        2 => (1..3_u64, number(), 0..2_i32, 1..3_u64, number(), -5..300)
            .prop_map(|(bank, from, slot, to, target, weight)| {
                [id(bank, from), vec![slot], id(to, target), vec![weight]].concat()
            }),
        2 => prop::collection::vec(-300..300_i32, 4),
        2 => prop::collection::vec(-300..300_i32, 2),
        1 => prop::collection::vec(any::<i32>(), 1..7),
    ]
}

proptest! {
    #[test]
    fn attaching_a_cache_changes_nothing(
        body in prop::collection::vec(instruction(), 1..12),
        registers in prop::collection::vec(register(), 8),
    ) {
        let body: String = body.iter().map(|line| format!("    bank.bank_{line}\n")).collect();
        same(&body, &registers);
    }
}

/// A store that keeps what it is given, and fails when it is told to.
#[derive(Clone, Default)]
struct Kept {
    kept: Arc<Mutex<Saved>>,
    saves: Arc<Mutex<usize>>,
    fails: Arc<Mutex<bool>>,
}

impl BankStore for Kept {
    fn save(&mut self, saved: Saved) -> Result<(), Error> {
        if *self.fails.lock().unwrap() {
            return Err(Error::new(ErrorKind::Storage, "no room"));
        }
        *self.saves.lock().unwrap() += 1;
        let mut kept = self.kept.lock().unwrap();
        for (id, bytes) in saved.banks {
            kept.banks.retain(|(other, _)| *other != id);
            kept.banks.extend(bytes.map(|bytes| (id, Some(bytes))));
        }
        for (at, bytes) in saved.entries {
            kept.entries.retain(|(other, _)| *other != at);
            kept.entries.extend(bytes.map(|bytes| (at, Some(bytes))));
        }
        Ok(())
    }
}

impl Kept {
    /// What a host that begins anew finds.
    fn cluster(&self) -> Vec<ternsig_bank::Entry> {
        let kept = self.kept.lock().unwrap();
        let mut cluster = Cluster::new();
        for (_, bytes) in &kept.banks {
            cluster.restore_head(codec::decode_head(bytes.as_ref().unwrap()).unwrap()).unwrap();
        }
        for (at, bytes) in &kept.entries {
            cluster.restore_entry(at.bank, codec::decode_entry(bytes.as_ref().unwrap()).unwrap()).unwrap();
        }
        contents(
            &Banks::stored(cluster, Box::new(Kept::default()), WritePolicy::Through).handle(Slots::new()),
        )
    }
}

/// Banks of one bank that are kept.
fn kept(policy: WritePolicy) -> (Kept, BankHandle) {
    let kept = Kept::default();
    let banks = Banks::stored(Cluster::new(), Box::new(kept.clone()), policy);
    let config = Config { width: 1, ..Config::default() };
    banks.change(|cluster, _| cluster.create(FIRST, "first", config)).unwrap();
    let mut slots = Slots::new();
    slots.bind(0, FIRST);
    (kept, banks.handle(slots))
}

#[test]
fn what_is_written_through_is_kept_at_once() {
    let (kept, handle) = kept(WritePolicy::Through);
    let one = handle.insert(0, &[1]).unwrap();
    assert_eq!(kept.cluster(), contents(&handle));
    handle.access(0, one).unwrap();
    assert_eq!(kept.cluster()[0].record.access_count, 1);
    handle.remove(0, one).unwrap();
    assert_eq!(kept.cluster(), []);
}

#[test]
fn a_store_that_fails_leaves_everything_as_it_was() {
    let (kept, mut handle) = kept(WritePolicy::Through);
    let one = handle.insert(0, &[1]).unwrap();
    *kept.fails.lock().unwrap() = true;
    assert_eq!(handle.insert(0, &[2]).unwrap_err().kind(), ErrorKind::Storage);
    assert_eq!(BankAccess::write(&mut handle, 0, &[2]), None);
    assert_eq!(handle.remove(0, one).unwrap_err().to_string(), "no room");
    assert_eq!((contents(&handle).len(), kept.cluster().len()), (1, 1));
    // An access stays counted, and is kept with the next change.
    BankAccess::touch(&mut handle, 0, one.halves().0, one.halves().1);
    *kept.fails.lock().unwrap() = false;
    handle.insert(0, &[3]).unwrap();
    assert_eq!(kept.cluster(), contents(&handle));
    assert_eq!(kept.cluster()[0].record.access_count, 1);
}

#[test]
fn transactions_are_kept_whole_when_the_outermost_is_committed() {
    let (kept, handle) = kept(WritePolicy::Through);
    let one = handle.insert(0, &[1]).unwrap();
    let banks = &handle.banks;
    banks.begin();
    handle.insert(0, &[2]).unwrap();
    banks.begin();
    handle.remove(0, one).unwrap();
    banks.roll_back();
    banks.begin();
    handle.insert(0, &[3]).unwrap();
    banks.commit().unwrap();
    // An access is kept at once, with the entry as it was.
    handle.access(0, one).unwrap();
    assert_eq!((kept.cluster().len(), kept.cluster()[0].record.access_count), (1, 1));
    *kept.fails.lock().unwrap() = true;
    assert!(banks.commit().is_err());
    *kept.fails.lock().unwrap() = false;
    banks.commit().unwrap();
    assert_eq!(kept.cluster(), contents(&handle));
    assert_eq!(kept.cluster().len(), 3);
}

#[test]
fn what_is_written_back_is_kept_when_it_is_due() {
    let (kept, handle) = kept(WritePolicy::Back { mutations: 4, ticks: 10 });
    let saves = || *kept.saves.lock().unwrap();
    // The bank and an entry of it: two.
    let one = handle.insert(0, &[1]).unwrap();
    handle.access(0, one).unwrap();
    handle.insert(0, &[2]).unwrap();
    assert_eq!(saves(), 0);
    handle.insert(0, &[3]).unwrap();
    assert_eq!((saves(), kept.cluster().len()), (1, 3));
    handle.insert(0, &[4]).unwrap();
    handle.banks.set_tick(9);
    handle.access(0, one).unwrap();
    assert_eq!(saves(), 1);
    handle.banks.set_tick(10);
    handle.access(0, one).unwrap();
    assert_eq!((saves(), kept.cluster()), (2, contents(&handle)));
    // Time alone is enough.
    handle.access(0, one).unwrap();
    handle.banks.advance_to(19).unwrap();
    assert_eq!(saves(), 2);
    handle.banks.begin();
    handle.remove(0, one).unwrap();
    handle.banks.advance_to(20).unwrap();
    handle.banks.roll_back();
    assert_eq!((saves(), kept.cluster()), (3, contents(&handle)));
    // Committing a transaction keeps what was not kept before, too.
    handle.insert(0, &[5]).unwrap();
    handle.banks.begin();
    handle.banks.commit().unwrap();
    assert_eq!((saves(), kept.cluster()), (4, contents(&handle)));
    handle.insert(0, &[6]).unwrap();
    handle.banks.begin();
    handle.insert(0, &[7]).unwrap();
    handle.banks.flush().unwrap();
    assert_eq!((saves(), kept.cluster().len()), (5, 6));
}
