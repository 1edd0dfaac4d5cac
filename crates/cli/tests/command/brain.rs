//! `ternsig run` with the manifest of a brain.

use crate::support::{Folder, repository};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

fn brain() -> String {
    repository("firmware/brain.toml").display().to_string()
}

#[test]
fn a_brain_lives_is_reported_and_goes_on() {
    let folder = Folder::new(&[]);
    let live = |ticks| folder.run(&["run", &brain(), "--store", "b.store", "--quiet", "--ticks", ticks]);
    let first = live("30");
    assert_eq!((first.status, first.err.as_str()), (0, ""));
    for part in [
        "a brain of 10 regions begins anew and is kept in b.store\n",
        "phase wiring\n",
        "ticks          30, the last is 30; p50 ",
        "phases         boot (tick 0), wiring (tick 0), awake (tick ",
        "regions (10)\n",
        "\n0 refused\n",
    ] {
        assert!(first.out.contains(part), "{part} is not in {}", first.out);
    }
    let second = live("5");
    assert_eq!(second.status, 0);
    assert!(
        second.out.starts_with("a brain of 10 regions goes on after tick 30 from b.store\n"),
        "{}",
        second.out
    );
    assert!(second.out.contains("ticks          5, the last is 35"), "{}", second.out);
    assert_eq!(folder.run(&["store", "verify", "b.store"]).status, 0);
}

#[test]
#[cfg(unix)]
fn an_interrupt_saves_the_brain_and_ends_it_with_success() {
    let folder = Folder::new(&[]);
    let arguments = ["run", &brain(), "--store", "b.store", "--quiet"];
    let mut child = folder.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // It has lived through a tick when it tells of its last phase.
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("phase awake") {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "it ended by itself");
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let mut report = String::new();
    out.read_to_string(&mut report).unwrap();
    assert!(child.wait().unwrap().success());
    let lived = report.lines().find_map(|line| line.strip_prefix("ticks          ")).unwrap();
    let last = lived.split(['.', ';', ' ', ',']).next().unwrap();
    assert_eq!(folder.run(&["store", "verify", "b.store"]).status, 0);
    let next = folder.run(&["run", &brain(), "--store", "b.store", "--quiet", "--ticks", "1"]);
    let begun = format!("a brain of 10 regions goes on after tick {last} from b.store\n");
    assert!(next.out.starts_with(&begun), "{last}: {}", next.out);
}

#[test]
fn one_seed_is_one_life_whether_regions_run_at_once_or_not() {
    let folder = Folder::new(&[]);
    let export = |store: &str, more: &[&str]| {
        let arguments = ["run", &brain(), "--store", store, "--ticks", "120", "--format", "json", "--quiet"];
        let ran = folder.run(&[&arguments, more].concat());
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(report["tick"], 120);
        folder.run(&["store", "export", store]).out
    };
    let expected = export("one.store", &["--deterministic", "--seed", "3"]);
    assert_eq!(export("again.store", &["--deterministic", "--seed", "3"]), expected);
    assert_eq!(export("parallel.store", &["--seed", "3"]), expected);
    assert_ne!(export("other.store", &["--deterministic", "--seed", "4"]), expected);
}

#[test]
fn a_brain_that_does_not_boot_says_everything_that_is_wrong() {
    let manifest = "[brain]\n[[region]]\nid = 1\nname = \"a\"\nprogram = \"a.ternsig\"\n[[region]]\nid = 2\nname = \"b\"\n\
                    program = \"b.ternsig\"\n";
    let a = ".requires\n    ipc 0x0009\n.registers\n    H0: i32[1]\n.program\n    ipc.send_signal H0, 9\n    halt\n";
    let folder = Folder::new(&[("brain.toml", manifest), ("a.ternsig", a)]);
    let ran = folder.run(&["run", "brain.toml"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    for part in
        ["the brain does not boot:", "region \"a\": line 6: there is no region 9", "region \"b\": b.ternsig"]
    {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    assert!(!folder.path("brain.store").exists());
    let misplaced = folder.run(&["run", "a.ternsig", "--ticks", "3"]);
    assert_eq!(misplaced.status, 2);
    assert!(misplaced.err.contains("--ticks is for brains, not for programs"), "{}", misplaced.err);
    folder.write(
        "bad.toml",
        "[brain]\n[[region]]\nid = 1\nname = \"a\"\nprogram = \"../a.ternsig\"\ninput = [\"c\"]\n",
    );
    let ran = folder.run(&["run", "bad.toml"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("leaves the directory of the manifest"), "{}", ran.err);
}

#[test]
fn the_report_says_what_waits_and_what_was_answered_in_place() {
    let manifest = "[brain]\n[[region]]\nid = 1\nname = \"waits\"\nprogram = \"waits.ternsig\"\n[[region]]\nid = 2\n\
                    name = \"reads\"\nprogram = \"reads.ternsig\"\n";
    let program = |requires: &str, body: &str| {
        format!(".requires\n    {requires}\n.registers\n    H0: i32[1]\n.program\n{body}    halt\n")
    };
    let reads = "    neuro.chem_read H0, 0\n    neuro.chem_read H0, 1\n    neuro.coact_reset\n";
    let folder = Folder::new(&[
        ("brain.toml", manifest),
        ("waits.ternsig", &program("ipc 0x0009", "    ipc.recv_signal H0, 2\n")),
        ("reads.ternsig", &program("neuro 0x0005", reads)),
    ]);
    let arguments = ["run", "brain.toml", "--quiet", "--ticks", "5", "--metrics", "127.0.0.1:0"];
    let ran = folder.run(&arguments);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.starts_with("metrics: http://127.0.0.1:"), "{}", ran.err);
    let waiting = "RecvSignal { target: H0, region_id: 2 } at instruction 0";
    assert!(ran.out.contains(&format!("\nwaits waits for {waiting}\n")), "{}", ran.out);
    let words: Vec<Vec<_>> = ran.out.lines().map(|line| line.split_whitespace().collect()).collect();
    for row in [
        ["operation", "answered", "in place"].join(" "),
        "ChemRead 10 10".to_owned(),
        "CoActivationReset 5 0".to_owned(),
    ] {
        assert!(words.iter().any(|words| words.join(" ") == row), "{row} is not in {}", ran.out);
    }
    let ran = folder.run(&["run", "brain.toml", "--quiet", "--ticks", "1", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["regions"][0]["waiting"], waiting);
    assert_eq!((&report["answered"]["ChemRead"], &report["in_place"]["ChemRead"]), (&2.into(), &2.into()));
    let help = folder.run(&["run", "--help"]).out;
    assert!(help.split_whitespace().any(|word| word == "127.0.0.1:9464"), "{help}");
}
