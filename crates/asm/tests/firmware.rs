//! The listings under `firmware/seeds`: they assemble, and only the warnings that are due come up.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use ternsig_asm::{assemble, check};
use ternsig_isa::InstructionSet;
use ternsig_program::{AssembledProgram, Checks};

fn source(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/seeds");
    fs::read_to_string(root.join(name).with_extension("ternsig")).unwrap()
}

/// Assembles a listing; the text under each warning is returned beside the program.
fn assembled(name: &str) -> (AssembledProgram, Vec<(&'static str, String)>) {
    let source = source(name);
    let assembly = assemble(&source, &InstructionSet::standard());
    let warnings = assembly.diagnostics.iter().map(|d| {
        let span = d.primary.as_ref().unwrap().span;
        (d.code, source[span.range()].to_owned())
    });
    let warnings = warnings.collect();
    let program = assembly.program.unwrap_or_else(|| panic!("{name}: {:#?}", assembly.diagnostics));
    assert_eq!(program.meta.name, name);
    (program, warnings)
}

fn bytes(program: &AssembledProgram, index: usize) -> [u8; 4] {
    program.instructions[index].operands
}

#[test]
fn representation_assembles_without_warnings() {
    let (program, warnings) = assembled("representation");
    assert_eq!(warnings, []);
    assert_eq!((program.requires.len(), program.registers.len(), program.instructions.len()), (4, 4, 8));
    assert_eq!(program.registers[0].key.as_deref(), Some("region.w1"));
    assert_eq!(program.input_shape().elements(), 12);
}

#[test]
fn boot_topology_allocates_what_it_says() {
    let (program, warnings) = assembled("boot_topology");
    let differs = |text: &str| ("encoding-differs", text.to_owned());
    assert_eq!(warnings, [differs("arch.alloc_tensor C0, 32, 12"), differs("arch.alloc_tensor C1, 64, 32")]);
    assert_eq!(bytes(&program, 0), [0x40, 32, 0, 12]);
    assert!(program.is_attached());
}

#[test]
fn test_representation_assembles_without_warnings() {
    let (program, warnings) = assembled("test_representation");
    assert_eq!(warnings, []);
    assert_eq!(bytes(&program, 5), [1, 0, 255, 0]);
}

#[test]
fn evolve_prune_prunes_by_register() {
    let (program, warnings) = assembled("evolve_prune");
    assert_eq!(warnings, [("encoding-differs", "arch.prune_neuron C0, H1".to_owned())]);
    assert_eq!(bytes(&program, 2), [0x40, 1, 0, 1]);
}

#[test]
fn orchestrator_assembles_without_warnings() {
    let (program, warnings) = assembled("orchestrator");
    assert_eq!(warnings, []);
    assert_eq!(program.instructions.len(), 7);
}

#[test]
fn the_requirement_that_evolve_prune_lacks_is_reported() {
    let source = source("evolve_prune");
    let checked = check(&source, &InstructionSet::standard(), Checks::all());
    let missing = checked.diagnostics.iter().find(|d| d.code == "missing-requirement").unwrap();
    assert_eq!(missing.help.as_deref(), Some("add \"tensor 0x0001\" to .requires"));
}
