//! `ternsig run --store`: what survives a run.

use crate::support::Folder;
use serde_json::Value;

/// Counts its runs in a bank, and saves weights under a key that it knows by number.
const REMEMBERS: &str = "\
.requires
    lifecycle 0x0008
    bank 0x000B
.registers
    C0: ternary[2] key=\"own\"
    H0: i32[2]
    H1: i32[1]
.program
    load_input H0
    ternary.quantize C0, H0
    bank.bank_write H1, H0, 4
    bank.bank_count H1, 4
    lifecycle.store_weights C0, 0
    store_output H1
    halt
";

const READS: &str = "\
.registers
    C0: ternary[2] key=\"own\"
.program
    halt
";

const LEARNS: &str = "\
.registers
    C0: ternary[2, 2] key=\"w\"
    H0: i32[2]
.program
    load_input H0
    store_output H0
    halt
";

const MANIFEST: &str = "\
[run]
seeds = [1, 2]

[[region]]
name = \"larger\"
program = \"larger.ternsig\"
fill = { registers = [\"C0\"], with = \"init_random\" }

[region.source]
kind = \"csv\"
path = \"pairs.csv\"
label = \"last\"
holdout = 10
epochs = 2
";

fn json(out: &str) -> Value {
    serde_json::from_str(out).unwrap()
}

#[test]
fn weights_and_banks_survive_the_run_of_a_program() {
    let width_64: Vec<String> = (0..64).map(|number| (number - 32).to_string()).collect();
    let source = REMEMBERS.replace("ternary[2]", "ternary[64]").replace("H0: i32[2]", "H0: i32[64]");
    let folder = Folder::new(&[("p.ternsig", &source), ("input.txt", &width_64.join(" "))]);
    let arguments = [
        "run",
        "p.ternsig",
        "--store",
        "p.store",
        "--key",
        "0=by number",
        "--bank",
        "4=things",
        "--input-file",
        "input.txt",
        "--format",
        "json",
        "--runs",
        "3",
    ];
    for count in [3, 6] {
        let ran = folder.run(&arguments);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        assert_eq!(json(&ran.out)["output"], serde_json::json!([count]));
    }
    // The register's own weights were saved, too.
    folder.write("r.ternsig", READS.replace("ternary[2]", "ternary[64]"));
    let ran = folder.run(&["run", "r.ternsig", "--store", "p.store", "--format", "json"]);
    let state = json(&ran.out);
    assert_eq!(state["cold"]["C0"]["polarity"][0], -1);
}

#[test]
fn a_run_without_a_store_answers_nothing() {
    let folder = Folder::new(&[("p.ternsig", REMEMBERS)]);
    let ran = folder.run(&["run", "p.ternsig", "--input=1,2"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("outcome  unfulfilled"), "{}", ran.out);
}

#[test]
fn transactions_that_are_left_open_are_rolled_back_and_reported() {
    let source = ".requires\n    lifecycle 0x0008\n.registers\n    C0: ternary[2] key=\"own\"\n.program\n    \
                  lifecycle.txn_begin 3\n    lifecycle.save_thermo C0\n    halt\n";
    let folder = Folder::new(&[("p.ternsig", source)]);
    let ran = folder.run(&["run", "p.ternsig", "--store", "p.store"]);
    assert_eq!(ran.status, 0);
    assert_eq!(ran.err, "warning: p.ternsig: the run ended inside transaction 3, which was rolled back\n");
}

#[test]
fn weights_that_do_not_fit_are_refused_and_stay() {
    let folder = Folder::new(&[("one.ternsig", READS)]);
    assert_eq!(folder.run(&["run", "one.ternsig", "--store", "p.store"]).status, 0);
    folder.write("two.ternsig", READS.replace("ternary[2]", "ternary[3]"));
    let ran = folder.run(&["run", "two.ternsig", "--store", "p.store"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.err.contains("C0 (own): 2 weights are stored, but the register has 3"), "{}", ran.err);
    assert_eq!(folder.run(&["run", "one.ternsig", "--store", "p.store"]).status, 0);
}

#[test]
fn what_is_no_store_is_refused_and_stays() {
    let folder = Folder::new(&[("one.ternsig", READS), ("p.store", "not a store, but a text")]);
    let ran = folder.run(&["run", "one.ternsig", "--store", "p.store"]);
    assert_eq!((ran.status, folder.read("p.store").as_str()), (2, "not a store, but a text"));
    assert!(ran.err.contains("p.store"), "{}", ran.err);
    for option in [["--key", "1=a"], ["--bank", "1=a"]] {
        assert_eq!(folder.run(&[&["run", "one.ternsig"][..], &option].concat()).status, 2);
    }
    let ran = folder.run(&["run", "one.ternsig", "--store", "q.store", "--bank", "256=a"]);
    assert!(ran.status == 2 && ran.err.contains("256"), "{}", ran.err);
}

#[test]
fn each_seed_of_a_manifest_goes_on_with_its_own_weights() {
    let pairs: Vec<_> = (0..100)
        .map(|i| if i % 2 == 0 { format!("{},1,first", i + 2) } else { format!("1,{i},second") })
        .collect();
    let folder =
        Folder::new(&[("m.toml", MANIFEST), ("larger.ternsig", LEARNS), ("pairs.csv", &pairs.join("\n"))]);
    let ran = folder.run(&["run", "m.toml", "--store", "m.store"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("seed 1 began anew and is kept in m.store\nseed 2 began anew"), "{}", ran.out);
    let ran = folder.run(&["run", "m.toml", "--store", "m.store"]);
    assert!(ran.out.contains("seed 2 began with the weights of 1 registers from m.store\n"), "{}", ran.out);
    let ran = folder.run(&["run", "m.toml", "--store", "m.store", "--format", "json", "--quiet"]);
    assert_eq!(json(&ran.out)["seeds"][1]["loaded"], 1);
    // A seed that is new begins anew.
    folder.write("m.toml", MANIFEST.replace("[1, 2]", "[2, 3]"));
    let ran = folder.run(&["run", "m.toml", "--store", "m.store"]);
    assert!(ran.out.contains("seed 2 began with the weights of 1 registers"), "{}", ran.out);
    assert!(ran.out.contains("seed 3 began anew"), "{}", ran.out);
}
