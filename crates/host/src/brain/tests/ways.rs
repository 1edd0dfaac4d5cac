//! Every instruction that yields does the same in place, through a handler and from yield to yield.

use super::*;
use std::collections::BTreeSet;
use ternsig_isa::operand::mnemonic;
use ternsig_isa::row::{Effect, Inline};
use ternsig_isa::table::rows;
use ternsig_isa::{Row, Shape, Temperature};
use ternsig_vm::{Answer, Outcome, StepResult};

/// How the operations of a run are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In place where that is possible, else by the handler of a run.
    Inline,
    /// By the handler of a run.
    Handler,
    /// By a host that goes from yield to yield.
    Steps,
}

/// What an instruction needs before it can run, one per line; the last line is the instruction itself.
///
/// Before the run `H0` has as many elements as are written here, `H1` is `[hi, lo, 0, hi, lo, 100]` with the ids of two entries in
/// bank slot 0, `H2` is `[1]`, `H3` is `[1, 2, 3, 4]`; `C0` has the key "own", `C1` none. Region 0 has field 0 of width 4,
/// model slot 0, key 1 and a message from region 1, and is the only party of barrier 1.
struct Case(usize, &'static [&'static str]);

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case(1, &["neuro.chem_read H0, 2"]),
    Case(1, &["neuro.chem_set H3, 2"]),
    Case(1, &["neuro.chem_inject H3, 2"]),
    Case(4, &["neuro.field_write H3, 0", "neuro.field_read H0, 0"]),
    Case(4, &["neuro.field_write H3, 0"]),
    Case(1, &["neuro.field_write H3, 0", "neuro.field_tick 0"]),
    Case(256, &["neuro.stim_read H0"]),
    Case(2, &["neuro.valence_read H0"]),
    Case(1, &["neuro.conv_read H0"]),
    Case(1, &["neuro.field_write H3, 0", "neuro.field_decay 0, 200, 3"]),
    Case(1, &["neuro.field_write H3, 0", "neuro.lateral_inhibit H3, 40"]),
    Case(1, &["neuro.field_write H3, 0", "neuro.exhaustion_boost H3, 40"]),
    Case(4, &["neuro.novelty_score H0, H3"]),
    Case(4, &["neuro.field_slice_read H0, 0, 1"]),
    Case(1, &["neuro.field_slice_write H3, 0, 1"]),
    Case(1, &["neuro.coact_record H3, H3"]),
    Case(4, &["neuro.coact_record H3, H3", "neuro.coact_read H0, H3"]),
    Case(1, &["neuro.coact_record H3, H3", "neuro.coact_reset"]),
    Case(1, &["neuro.snn_set_axes H3"]),
    Case(1, &["neuro.snn_step_axes H3"]),
    Case(1, &["neuro.snn_read_activation H0"]),
    Case(1, &["neuro.snn_read_neuron_count H0"]),
    Case(1, &["neuro.snn_read_outputs H0"]),
    Case(1, &["neuro.snn_read_timestep H0"]),
    Case(1, &["neuro.snn_grow_neurons H3, H0"]),
    Case(1, &["neuro.snn_prune_neurons H3, H0"]),
    Case(1, &["neuro.snn_read_activities H0"]),
    Case(1, &["lifecycle.save_thermo C0", "neuro.thermo_prune_hot H2, H0"]),
    Case(1, &["lifecycle.save_thermo C0", "neuro.thermo_valence_credit H2, H0"]),

    Case(1, &["orchestration.model_load H0, 0"]),
    Case(4, &["orchestration.model_load H0, 0", "orchestration.model_input H3, 0", "orchestration.model_exec H0, 0"]),
    Case(1, &["orchestration.model_load H0, 0", "orchestration.model_reload 0"]),
    Case(1, &["orchestration.route_input H3, 1"]),
    Case(4, &["orchestration.route_input H3, 2", "orchestration.region_fire H0, 2"]),
    Case(9, &["orchestration.collect_outputs H0"]),
    Case(1, &["orchestration.region_status H0, 1"]),
    Case(1, &["orchestration.region_disable 1", "orchestration.region_enable 1"]),
    Case(1, &["orchestration.region_disable 1"]),

    Case(1, &["lifecycle.phase_read H0"]),
    Case(1, &["lifecycle.tick_read H0"]),
    Case(1, &["lifecycle.level_read H0"]),
    Case(1, &["lifecycle.init_thermo C0"]),
    Case(1, &["lifecycle.save_thermo C0"]),
    Case(1, &["lifecycle.save_thermo C0", "lifecycle.load_thermo C0"]),
    Case(1, &["lifecycle.log_event H3, 4"]),
    Case(1, &["lifecycle.halt_region 1"]),
    Case(1, &["lifecycle.txn_begin 3", "lifecycle.save_thermo C0"]),
    Case(1, &["lifecycle.txn_begin 3", "lifecycle.save_thermo C0", "lifecycle.txn_commit 3"]),
    Case(1, &["lifecycle.txn_begin 3", "lifecycle.save_thermo C0", "lifecycle.txn_rollback 3"]),
    Case(1, &["lifecycle.txn_begin 3"]),
    Case(1, &["lifecycle.store_weights C0, P1", "lifecycle.load_weights C1, P1"]),
    Case(1, &["lifecycle.store_weights C0, P1"]),
    Case(1, &["lifecycle.level_write H2"]),
    Case(1, &["lifecycle.phase_write H2"]),
    Case(1, &["lifecycle.rest_write H2"]),
    Case(1, &["lifecycle.rest_write H2", "lifecycle.consolidation_req H2"]),
    Case(1, &["lifecycle.coherence_singular_write H3"]),
    Case(1, &["lifecycle.coherence_multimodal_write H3"]),
    Case(7, &["lifecycle.coherence_singular_write H3", "lifecycle.coherence_singular_read H0"]),

    Case(1, &["ipc.send_signal H3, 1"]),
    Case(4, &["ipc.recv_signal H0, 1"]),
    Case(1, &["ipc.broadcast H3, 5"]),
    Case(1, &["ipc.subscribe H0, 1"]),
    Case(5, &["ipc.mailbox_peek H0, 1"]),
    Case(5, &["ipc.mailbox_pop H0, 1"]),
    Case(1, &["ipc.barrier_wait 1"]),
    Case(1, &["set H0, 0", "set H4, 9", "ipc.atomic_cas H0, H0, H4"]),

    Case(1, &["arch.alloc_dynamic H0, hot, 3"]),
    Case(1, &["arch.free_dynamic H3"]),
    Case(1, &["learning.checkpoint_weights C0"]),
    Case(1, &["learning.checkpoint_weights C0", "learning.rollback_weights C0"]),
    Case(1, &["learning.consolidate"]),
    Case(1, &["learning.checkpoint_weights C0", "learning.discard_checkpoint C0"]),

    Case(4, &["bank.bank_query H0, H3, 0, 1"]),
    Case(2, &["bank.bank_write H0, H3, 0"]),
    Case(4, &["bank.bank_load H0, H1, 0"]),
    Case(1, &["bank.bank_link H1, 3, 0"]),
    Case(4, &["bank.bank_link H1, 3, 0", "bank.bank_traverse H0, H1, 0, 0x31"]),
    Case(1, &["bank.bank_touch H1, 0"]),
    Case(1, &["bank.bank_delete H1, 0"]),
    Case(1, &["bank.bank_count H0, 0"]),
    Case(1, &["bank.bank_promote H1, 0"]),
    Case(1, &["bank.bank_demote H1, 0"]),
    Case(1, &["bank.bank_evict 0, 1"]),
    Case(1, &["bank.bank_compact 0"]),

    Case(1, &["pool.pool_tick H3"]),
    Case(1, &["pool.pool_save"]),
    Case(1, &["pool.pool_load"]),
    Case(1, &["pool.pool_inject H3, start=0, end=4"]),
    Case(1, &["pool.pool_read_output H0, start=0, end=4"]),
    Case(1, &["pool.pool_read_stats H0"]),
    Case(1, &["pool.pool_modulate H0"]),
    Case(1, &["pool.pool_prune_dead H0"]),
    Case(1, &["pool.pool_synaptogenesis H0"]),
    Case(1, &["pool.pool_inject_direct H3, start=0, end=4"]),
    Case(1, &["pool.pool_read_output_direct H0, start=0, end=4"]),
];

impl Case {
    fn name(&self) -> &'static str {
        self.1.last().and_then(|line| line.split_whitespace().next()).unwrap()
    }

    fn row(&self) -> &'static Row {
        rows().find(|row| mnemonic(row) == self.name()).unwrap()
    }

    fn program(&self) -> String {
        let Case(elements, lines) = self;
        format!(
            ".registers\n    C0: ternary[2, 2] key=\"own\"\n    C1: ternary[2, 2]\n    H0: i32[{elements}]\n    H1: i32[6]\n    \
             H2: i32[1]\n    H3: i32[4]\n    H4: i32[1]\n.program\n    {}\n    halt\n",
            lines.join("\n    ")
        )
    }
}

/// What a run came to.
struct Came {
    brain: Brain,
    outcome: String,
    yields: usize,
}

/// Runs a case on a brain of its own.
fn run(case: &Case, way: Way) -> Came {
    let manifest = [
        "[brain]\nphases = [\"one\", \"two\", \"three\"]\nsave_every = 1000\n[[field]]\nid = 0\nwidth = 4\n\
         [[bank]]\nname = \"things\"\nwidth = 4\n[[barrier]]\nid = 1\nparties = [\"tested\"]\n"
            .to_owned(),
        region(
            0,
            "tested",
            "fired = true\nchemicals = true\nmodels = { 0 = \"copies.ternsig\" }\nbanks = { 0 = \"things\" }\n\
             keys = { 1 = \"words\" }\nparams = { P1 = 1 }",
        ),
        region(1, "other", ""),
        region(2, "copies", "fired = true"),
    ]
    .concat();
    let copies = program("", "    load_input H0\n    store_output H0\n").replace("H0: i32[1]", "H0: i32[4]");
    let other = program(IPC, "    set H0, 7\n    ipc.send_signal H0, 0\n    store_output H0\n");
    let own = case.program();
    let programs = [("tested.ternsig", &own), ("other.ternsig", &other), ("copies.ternsig", &copies)];
    let firmware = Firmware::new(&manifest, &programs.map(|(name, text)| (name, text.as_str())));
    let mut brain = firmware.boot(Mode::Sequential).unwrap();
    brain.tick().unwrap();
    brain.exchange().unwrap();
    let ids = fill_bank(&brain);
    prepare(&mut lock(&brain.cells[0]), ids, way);
    let mut yields = 0;
    let outcome = loop {
        let mut cell = lock(&brain.cells[0]);
        let outcome = match way {
            Way::Inline | Way::Handler => by_handler(&mut cell, &mut yields),
            Way::Steps => by_steps(&mut cell, &mut yields),
        };
        drop(cell);
        let moved = brain.exchange().unwrap();
        if !moved || !matches!(outcome, Outcome::Waiting { .. }) {
            break outcome;
        }
    };
    brain.save().unwrap();
    Came { brain, outcome: outcome.to_string(), yields }
}

/// Two entries, as programs name them.
fn fill_bank(brain: &Brain) -> [[i32; 2]; 2] {
    let bank = brain.memory.banks().read(|cluster| cluster.named("things").map(|bank| bank.head().id));
    [[1, 2, 3, 5], [-4, 3, 2, 1]].map(|vector| {
        let banks = brain.memory.banks();
        let id =
            banks.change(|cluster, _| cluster.write(bank.unwrap(), &vector, Temperature::Warm, 1)).unwrap();
        [(id.0 >> 32) as i32, id.0 as i32]
    })
}

fn prepare(cell: &mut Cell, [one, other]: [[i32; 2]; 2], way: Way) {
    if way != Way::Inline {
        cell.interpreter.clear_substrate();
        cell.interpreter.clear_bank_cache();
    }
    let m = cell.interpreter.machine_mut();
    let entries = [one[0], one[1], 0, other[0], other[1], 100];
    for (index, data) in [(1, &entries[..]), (2, &[1]), (3, &[1, 2, 3, 4])] {
        m.set_hot(index, data, Shape::vector(data.len())).unwrap();
    }
    m.init_random(0, 5).unwrap();
    cell.begin().unwrap();
}

/// Begins the run or goes on with it, and counts what it yields.
fn by_handler(cell: &mut Cell, yields: &mut usize) -> Outcome {
    let Cell { interpreter, host, .. } = cell;
    interpreter.run_with_host(|op, ctx| {
        *yields += 1;
        host.answer(op, ctx)
    })
}

fn by_steps(cell: &mut Cell, yields: &mut usize) -> Outcome {
    let Cell { interpreter, host, .. } = cell;
    let pending = interpreter.machine().pending();
    let mut result = pending.map_or_else(|| interpreter.run_until_yield(), |(op, _)| StepResult::Yield(op));
    while let StepResult::Yield(op) = result {
        *yields += 1;
        result = match host.answer(&op, &mut interpreter.context()) {
            Ok(Answer::Done) => interpreter.run_until_yield(),
            Ok(Answer::Wait) => {
                let (op, instruction) = interpreter.machine().pending().unwrap();
                return Outcome::Waiting { op, instruction };
            }
            Ok(answer @ (Answer::Stop | Answer::Halt)) => panic!("{op} ends the run: {answer:?}"),
            Err(error) => return interpreter.fail(error).unwrap(),
        };
    }
    interpreter.machine().last_outcome().unwrap().clone()
}

/// Everything that a run can have changed beside its machine.
fn shared(brain: &mut Brain) -> (Vec<u8>, Vec<u8>, String) {
    let export = brain.memory.store().export().unwrap().to_bytes().unwrap();
    let routes = serde_json::to_string(&*lock(&brain.routes)).unwrap();
    (brain.trunk.to_bytes(), export, routes)
}

#[test]
fn instructions_that_yield_do_the_same_in_each_way() {
    for case in CASES {
        let row = case.row();
        let [mut inline, mut handler, mut steps] =
            [Way::Inline, Way::Handler, Way::Steps].map(|way| run(case, way));
        let device = row.yields.unwrap().device();
        let refused = telling::NO_DEVICE.contains(&device);
        assert_eq!(inline.outcome.contains("has no device"), refused, "{}: {}", case.name(), inline.outcome);
        assert!(refused || inline.outcome == "halted", "{}: {}", case.name(), inline.outcome);
        // What can be answered in place is yielded only where nothing is attached.
        let is_inline = !matches!(row.effect, Effect::Yield(Inline::None));
        assert!(handler.yields > 0 && handler.yields == steps.yields, "{}", case.name());
        assert_eq!(
            inline.yields < handler.yields,
            is_inline || case.1.iter().any(|line| line.contains("field_write")),
            "{}",
            case.name()
        );
        for other in [&mut handler, &mut steps] {
            assert_eq!(inline.outcome, other.outcome, "{}", case.name());
            for place in 0..inline.brain.cells.len() {
                let (one, other) = (lock(&inline.brain.cells[place]), lock(&other.brain.cells[place]));
                let difference = one.interpreter.machine().difference(other.interpreter.machine());
                assert_eq!(difference, None, "{}: region {place}", case.name());
            }
            assert!(shared(&mut inline.brain) == shared(&mut other.brain), "{}", case.name());
        }
    }
}

#[test]
fn every_instruction_that_yields_has_a_case() {
    let cases: BTreeSet<&str> = CASES.iter().map(Case::name).collect();
    let yielding = rows().filter(|row| row.yields.is_some() && !row.is_reserved());
    let missing: Vec<_> = yielding.map(mnemonic).filter(|name| !cases.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
