//! Objects, linked into a C program and executed: natively, and for aarch64 under emulation. What the code leaves must be
//! what the interpreter leaves at the same boundary, whole machines at a time.
//!
//! `TERNSIG_OBJECT_PROGRAMS` sets the number of generated programs; with `TERNSIG_REQUIRE_AARCH64` a machine that has no
//! tools for aarch64 fails instead of passing over it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod cases;
mod example;
mod programs;
mod toolchain;
mod words;

use cases::{Case, Counts, Fate};
use programs::{Program, generated, shapes};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use ternsig_isa::InstructionSet;
use ternsig_jit::{Coverage, ObjectTarget};
use toolchain::Toolchain;
use words::{Reader, Writer};

/// Generated programs of the ordinary test, and how many of them are linked into one runner.
const PROGRAMS: u64 = 600;
const AT_ONCE: usize = 100;
/// Least cases of all in which the code executed something.
const LEAST: usize = 5_000;
const RUNNER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/objects/runner.c");

#[test]
fn code_for_x86_64_leaves_what_the_interpreter_leaves() {
    compare(ObjectTarget::X86_64Linux);
}

#[test]
fn code_for_aarch64_leaves_what_the_interpreter_leaves() {
    compare(ObjectTarget::Aarch64Linux);
}

fn compare(target: ObjectTarget) {
    let Some(tools) = Toolchain::find(target) else { return };
    let begun = Instant::now();
    let asked = std::env::var("TERNSIG_OBJECT_PROGRAMS").ok().and_then(|count| count.parse().ok());
    let count = asked.unwrap_or(PROGRAMS);
    let mut fates: BTreeMap<String, usize> = BTreeMap::new();
    let (mut executed, mut objects, mut counts) = (0, 0, Counts::new());
    let firmware = run(&tools, shapes(target), &mut counts);
    let mut programs = (0..count).filter_map(|seed| generated(seed, target)).peekable();
    let mut results = vec![firmware];
    while programs.peek().is_some() {
        results.push(run(&tools, programs.by_ref().take(AT_ONCE).collect(), &mut counts));
    }
    for (number, results) in results.into_iter().enumerate() {
        objects += results.len();
        for (name, list) in results {
            let done = list.iter().filter(|fate| matches!(fate, Fate::Left | Fate::Halted)).count();
            executed += done;
            list.iter().for_each(|fate| *fates.entry(format!("{fate:?}")).or_default() += 1);
            // Firmware's shapes are native from the first instruction to the last.
            if number == 0 {
                assert!(list.iter().all(|fate| *fate == Fate::Halted), "{name}: {list:?}");
            }
        }
    }
    let time = begun.elapsed();
    eprintln!(
        "{target}: {executed} cases of {objects} programs executed, 0 differences, {time:.1?}: {fates:?}"
    );
    let never = never(&counts);
    let total: u64 = counts.values().sum();
    eprintln!("{total} instructions of {} kinds; never executed: {never:?}", counts.len());
    if asked.is_none() {
        assert!(executed >= LEAST, "only {executed} cases");
        assert!(never.is_empty(), "{never:?} were never executed");
    }
}

/// The instructions that can be native and were not.
fn never(counts: &Counts) -> Vec<String> {
    let native = ternsig_jit::coverage().into_iter().filter(|(_, coverage)| *coverage == Coverage::Native);
    // The runner has no hooks for learning.
    let native = native.filter(|(row, _)| !row.name.starts_with("mastery_") && row.name != "quantize");
    let missing = native.filter(|(row, _)| !counts.contains_key(&(row.ext, row.opcode)));
    missing.map(|(row, _)| ternsig_isa::operand::mnemonic(row)).collect()
}

/// What became of the cases of each program.
fn run(tools: &Toolchain, mut programs: Vec<Program>, counts: &mut Counts) -> Vec<(String, Vec<Fate>)> {
    let folder = tempfile::tempdir().unwrap();
    let program = tools.link(folder.path(), &files(folder.path(), &programs));
    let mut cases = Vec::new();
    for (number, program) in programs.iter_mut().enumerate() {
        cases.extend(program.cases(number));
    }
    let results = results(tools, folder.path(), &program, &cases);
    let mut results = Reader(&results);
    let mut fates: Vec<_> = programs.iter().map(|program| (program.name.clone(), Vec::new())).collect();
    for (number, case) in cases.iter().enumerate() {
        let (name, list) = &mut fates[case.object];
        match case.check(&mut results, counts) {
            Ok(fate) => list.push(fate),
            Err(difference) => {
                let program = case.machine.program().program();
                let text = ternsig_asm::disassemble(program, &InstructionSet::standard());
                panic!("{name}, case {number}, entered at {}: {difference}\n{text}", case.machine.pc());
            }
        }
    }
    assert!(results.0.is_empty(), "the runner found more than there was");
    fates
}

/// Writes the objects with their headers, and the list of them.
fn files(folder: &Path, programs: &[Program]) -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from(RUNNER)];
    let (mut includes, mut list) = (String::new(), String::new());
    for Program { name, object, .. } in programs {
        std::fs::write(folder.join(format!("{name}.h")), &object.header).unwrap();
        files.push(folder.join(format!("{name}.o")));
        std::fs::write(folder.join(format!("{name}.o")), &object.bytes).unwrap();
        let _ = writeln!(includes, "#include \"{name}.h\"");
        let _ = writeln!(list, "    &{name},");
    }
    let text = format!("{includes}\nstatic const ternsig_program *const programs[] = {{\n{list}}};\n");
    std::fs::write(folder.join("programs.h"), text).unwrap();
    files
}

fn results(tools: &Toolchain, folder: &Path, program: &Path, cases: &[Case]) -> Vec<u8> {
    let (input, output) = (folder.join("cases"), folder.join("results"));
    let mut words = Writer::default();
    cases.iter().for_each(|case| case.write(&mut words));
    std::fs::write(&input, words.0).unwrap();
    tools.run(program, &[input.as_os_str(), output.as_os_str()]);
    std::fs::read(&output).unwrap()
}
