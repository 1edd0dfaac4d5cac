//! Every instruction that yields does the same in place, through a handler and from yield to yield.

mod cases;

use super::*;
use cases::{CASES, Case};
use std::collections::BTreeSet;
use ternsig_isa::operand::mnemonic;
use ternsig_isa::row::{Effect, Inline};
use ternsig_isa::table::rows;
use ternsig_isa::{Shape, Temperature};
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
