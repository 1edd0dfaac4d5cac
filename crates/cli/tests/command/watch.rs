//! `ternsig watch`.

use crate::support::Folder;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Longer than any machine needs to tell of a change.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command that goes on, and the lines that it writes, to either output. It is killed in the end.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn begin(folder: &Folder, arguments: &[&str]) -> Watching {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ternsig"));
        command.arg("watch").args(arguments).current_dir(folder.path("."));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let outputs: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for output in outputs {
            let sender = sender.clone();
            thread::spawn(move || {
                let lines = BufReader::new(output).lines().map_while(Result::ok);
                lines.take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
            });
        }
        Watching { child, lines }
    }

    /// Waits for a line that contains this.
    fn expect(&self, expected: &str) {
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            if line.contains(expected) {
                return;
            }
            seen.push(line);
        }
        panic!("{expected:?} is not in {seen:#?}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that puts out a number.
fn program(number: i32) -> String {
    format!(".registers\n    H0: i32[1]\n.program\n    set H0, {number}\n    store_output H0\n    halt\n")
}

fn test(number: i32) -> String {
    format!(
        ".requires\n    test\n.program\n    test.test_begin {number}\n    set H0, 1\n    test.assert_active H0\n    \
         test.test_end\n    halt\n"
    )
}

#[test]
fn a_program_runs_again_when_it_is_saved_and_after_mistakes() {
    let folder = Folder::new(&[("a.ternsig", &program(41))]);
    let watching = Watching::begin(&folder, &["a.ternsig"]);
    watching.expect("41");
    folder.write("a.ternsig", program(42));
    watching.expect("a.ternsig has changed");
    watching.expect("42");
    folder.write("a.ternsig", ".program\n    hlat\n");
    watching.expect("a.ternsig:2:5");
    folder.write("a.ternsig", program(43).replace("store_output H0", "store_output H9"));
    watching.expect("a.ternsig:5:18");
    std::fs::remove_file(folder.path("a.ternsig")).unwrap();
    folder.write("a.ternsig", program(44));
    watching.expect("44");
}

#[test]
fn what_a_run_reads_beside_the_program_is_watched_too() {
    let attached = ".program\n    load_input H0\n    store_output H0\n    halt\n";
    let folder = Folder::new(&[("on/m.ternsig", &program(1)), ("in.txt", "71"), ("a.ternsig", attached)]);
    let arguments = ["a.ternsig", "--on", "on/m.ternsig", "--input-file", "in.txt", "--debounce", "10"];
    let watching = Watching::begin(&folder, &arguments);
    watching.expect("71");
    folder.write("in.txt", "72");
    watching.expect("72");
    folder.write("on/m.ternsig", program(2).replace("H0: i32[1]", "H0: i32[1"));
    watching.expect("m.ternsig:2:");
}

#[test]
fn a_test_program_is_tested_even_if_it_becomes_one() {
    let folder = Folder::new(&[("t.ternsig", &program(5))]);
    let watching = Watching::begin(&folder, &["t.ternsig"]);
    watching.expect("halt");
    folder.write("t.ternsig", test(17));
    watching.expect("test 17: passed (1 assertion)");
    watching.expect("1 passed, 0 failed");
    folder.write("t.state.json", r#"{"inputs": []}"#);
    watching.expect("t.state.json: ");
}

#[test]
fn a_manifest_is_run_with_whatever_files_it_names_now() {
    let manifest = |name: &str| {
        format!(
            "[[region]]\nname = \"{name}\"\nprogram = \"{name}/p.ternsig\"\n[region.source]\nkind = \"csv\"\n\
             path = \"d.csv\"\nlabel = \"last\"\n"
        )
    };
    let larger = ".registers\n    H0: i32[2]\n.program\n    load_input H0\n    store_output H0\n    halt\n";
    let files = [("m.toml", &*manifest("one")), ("one/p.ternsig", larger), ("two/p.ternsig", larger)];
    let folder = Folder::new(&files);
    folder.write("d.csv", "2,1,a\n1,2,b\n");
    let watching = Watching::begin(&folder, &["m.toml", "--quiet"]);
    watching.expect("region one: 2 samples");
    folder.write("m.toml", manifest("two"));
    watching.expect("region two: 2 samples");
    folder.write("two/p.ternsig", larger.replace("store_output H0", "store_output H7"));
    watching.expect("two/p.ternsig:5:18");
    folder.write("two/p.ternsig", larger);
    watching.expect("region two: 2 samples");
    folder.write("d.csv", "2,1,a\n1,2,b\n1,3,b\n");
    watching.expect("region two: 3 samples");
    folder.write("m.toml", "[[region]]\nnames = 1\n");
    watching.expect("m.toml:2:1");
    folder.write("m.toml", manifest("one"));
    watching.expect("region one: 3 samples");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_with_success() {
    let endless = ".program\n    loop 2000000000\n    nop\n    end_loop\n    halt\n";
    let folder = Folder::new(&[("a.ternsig", &program(41))]);
    for is_running in [false, true] {
        let mut watching = Watching::begin(&folder, &["a.ternsig", "--fuel", "9000000000000"]);
        watching.expect("41");
        if is_running {
            folder.write("a.ternsig", endless);
            watching.expect("a.ternsig has changed");
        }
        let id = watching.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(watching.child.wait().unwrap().code(), Some(0), "{is_running}");
    }
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let folder = Folder::new(&[("t.ternsig", &test(1))]);
    let ran = folder.run(&["watch", "none/a.ternsig"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("error: none/a.ternsig cannot be watched: "), "{}", ran.err);
    let watching = Watching::begin(&folder, &["t.ternsig", "--input", "1"]);
    watching.expect("t.ternsig: --input is not for tests");
}
