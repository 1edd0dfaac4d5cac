//! One test for each kind of finding, named after it, with the shortest program that causes it.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod errors;
mod infos;
mod warnings;

use common::{program, word};
use std::sync::Arc;
use ternsig_isa::field::{hot, u8_};
use ternsig_isa::{
    DomainOp, DomainOpKind, Effect, ExtensionSyntax, Form, Inline, InstructionSet, Register, Role, RoleSet,
    Row, Work,
};
use ternsig_program::validate::codes;
use ternsig_program::{
    AssembledProgram, Checks, Finding, Level, Report, Requirement, StepOp, ValidatedProgram, validate,
};

fn full(program: &AssembledProgram) -> Report {
    validate(program, &InstructionSet::standard(), Checks::full())
}

/// All findings with this code.
fn found(program: &AssembledProgram, code: &str) -> Vec<Finding> {
    let findings = full(program).findings.into_iter();
    findings.filter(|finding| finding.code == code).collect()
}

/// The only finding with this code: the instruction and the message. An error must be found by the required checks too,
/// and keep the program from running; anything else must not.
fn finding(program: &AssembledProgram, code: &str) -> (Option<usize>, String) {
    let [finding] = &found(program, code)[..] else { panic!("{:?}", full(program).findings) };
    let declared = codes::ALL.iter().find(|known| known.name == code).unwrap();
    assert_eq!(finding.level, declared.level);
    let valid = ValidatedProgram::new(program.clone(), &InstructionSet::standard());
    let needs_shapes = code == "shape-mismatch";
    assert_eq!(
        valid.is_err(),
        finding.level == Level::Error && !needs_shapes,
        "{:?}",
        full(program).findings
    );
    (finding.instruction, finding.message.clone())
}

fn none(program: &AssembledProgram, code: &str) {
    assert_eq!(found(program, code), []);
}

fn at(index: usize, message: &str) -> (Option<usize>, String) {
    (Some(index), message.to_owned())
}

fn whole(message: &str) -> (Option<usize>, String) {
    (None, message.to_owned())
}

/// Every kind of finding has a test of its name in this file.
#[test]
fn every_code_has_its_test() {
    let tests = [include_str!("errors.rs"), include_str!("warnings.rs"), include_str!("infos.rs")].concat();
    for code in codes::ALL {
        let test = format!("fn {}()", code.name.replace('-', "_"));
        assert!(tests.contains(&test), "there is no test called {test}");
    }
}

#[test]
fn a_plain_program_has_no_findings() {
    let plain = program(&["H0 2", "H1 2"], &["load_input H0", "relu H1, H0", "store_output H1", "halt"]);
    assert_eq!(full(&plain), Report::default());
    let mut relay = common::relay();
    assert_eq!(full(&relay), Report::default());
    // Names of core instructions count as a use of the extension that has them too.
    none(&relay, "unused-requirement");
    relay.requires.clear();
    assert_eq!(full(&relay), Report::default());
}

#[test]
fn jumping_into_a_loop_is_left_to_the_run() {
    let entered = program(&[], &["jump @2", "loop 2", "nop", "end_loop", "halt"]);
    assert!(ValidatedProgram::new(entered, &InstructionSet::standard()).is_ok());
}

#[test]
fn a_validated_program_knows_the_partner_of_each_loop() {
    let nested = program(&[], &["loop 2", "loop 3", "end_loop", "end_loop", "halt"]);
    let valid = ValidatedProgram::new(nested, &InstructionSet::standard()).unwrap();
    let partners: Vec<_> = valid.steps().iter().map(|step| step.partner).collect();
    assert_eq!(partners, [3, 2, 1, 0, 0]);
}

#[test]
fn findings_stand_in_the_order_of_the_instructions() {
    let mut program = program(&["H0 1", "H0 1"], &["jump @9", "raw 00 00 30 03 00 41 00 00", "nop"]);
    program.instructions.push(word("raw 00 00 00 02 00 00 00 00"));
    let report = full(&program);
    let errors = report.findings.iter().filter(|finding| finding.level == Level::Error);
    let order: Vec<_> = errors.map(|finding| (finding.instruction, finding.code)).collect();
    let expected = [
        (None, "duplicate-register"),
        (Some(0), "target-beyond-end"),
        (Some(1), "wrong-bank"),
        (Some(3), "reserved-opcode"),
    ];
    assert_eq!(order, expected);
}

#[test]
fn a_flood_of_findings_is_cut() {
    let mut flooded = program(&["H0 1"], &[]);
    flooded.instructions = vec![word("raw 00 00 30 03 00 41 00 00"); 5000];
    let report = full(&flooded);
    assert_eq!(report.findings.iter().filter(|finding| finding.code == "wrong-bank").count(), 1000);
    assert!(report.omitted >= 4000);
    assert!(!report.is_valid());
}

/// An extension of a host: `vision.blink H`, and `vision.recognise H, H, slot`, which asks the host for a bank's answer.
struct Vision;

static VISION: [Row; 2] = [
    Row {
        ext: 0x0100,
        opcode: 7,
        name: "blink",
        aliases: &[],
        forms: &[Form { fields: &[hot(0, "eye")], fixed: &[], null_bytes: &[] }],
        effect: Effect::State,
        work: Work::Unit,
        roles: RoleSet::UNRESTRICTED.with(Role::Regulation),
        yields: None,
        doc: "closes the eye",
    },
    Row {
        ext: 0x0100,
        opcode: 9,
        name: "recognise",
        aliases: &[],
        forms: &[Form {
            fields: &[hot(0, "face"), hot(1, "seen"), u8_(2, "slot")],
            fixed: &[],
            null_bytes: &[],
        }],
        effect: Effect::Yield(Inline::None),
        work: Work::Unit,
        roles: RoleSet::ALL,
        yields: Some(DomainOpKind::BankLoad),
        doc: "face = who it is",
    },
];

impl ExtensionSyntax for Vision {
    fn id(&self) -> u16 {
        0x0100
    }

    fn name(&self) -> &str {
        "vision"
    }

    fn rows(&self) -> &'static [Row] {
        &VISION
    }
}

#[test]
fn registered_extensions_are_checked_like_the_standard_ones() {
    let mut set = InstructionSet::standard();
    set.register(Arc::new(Vision)).unwrap();
    let mut blinks = program(&["H0 1"], &["raw 01 00 00 07 00 00 00 00", "halt"]);
    blinks.requires = vec![Requirement { ext: 0x0100, name: "vision".to_owned() }];
    assert_eq!(validate(&blinks, &set, Checks::required()), Report::default());
    let valid = ValidatedProgram::new(blinks.clone(), &set).unwrap();
    assert_eq!(valid.steps()[0].op, StepOp::User { ext: 0x0100, opcode: 7 });

    let codes = |program: &AssembledProgram| {
        validate(program, &set, Checks::required())
            .findings
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>()
    };
    blinks.meta.roles = Some(RoleSet::NONE.with(Role::Learning));
    assert_eq!(codes(&blinks), ["role-denied"]);
    assert_eq!(codes(&program(&[], &["raw 01 00 00 08 00 00 00 00", "halt"])), ["unknown-opcode"]);
    assert_eq!(codes(&program(&[], &["raw 01 00 00 07 40 00 00 00", "halt"])), ["wrong-bank"]);
}

#[test]
fn what_registered_extensions_yield_is_known_before_the_run() {
    let mut set = InstructionSet::standard();
    set.register(Arc::new(Vision)).unwrap();
    let words = ["raw 01 00 00 07 00 00 00 00", "raw 01 00 00 09 02 03 05 00", "halt"];
    let valid = ValidatedProgram::new(program(&["H0 1"], &words), &set).unwrap();
    let op = DomainOp::BankLoad { target: Register::hot(2), source: Register::hot(3), bank_slot: 5 };
    assert_eq!(valid.operations(|_| 0).collect::<Vec<_>>(), [(1, op)]);
}
