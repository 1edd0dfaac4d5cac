//! Extensions that a host registers.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use ternsig_asm::{Assembly, assemble, check, disassemble, format};
use ternsig_isa::field::{cold, hot, hot_w, i8_, label, u8_, u16_};
use ternsig_isa::{Effect, ExtensionSyntax, Form, Instruction, InstructionSet, RoleSet, Row, Work};
use ternsig_program::Checks;

const fn row(opcode: u16, name: &'static str, forms: &'static [Form]) -> Row {
    Row {
        ext: 0x0100,
        opcode,
        name,
        aliases: &[],
        forms,
        effect: Effect::State,
        work: Work::Unit,
        roles: RoleSet::ALL,
        yields: None,
        doc: "",
    }
}

static ROWS: [Row; 4] = [
    row(0, "Step", &[Form { fields: &[hot_w(0, "dst"), i8_(1, "speed")], fixed: &[], null_bytes: &[] }]),
    row(
        1,
        "branch",
        &[
            Form { fields: &[hot(0, "sensor"), label(2, "target")], fixed: &[], null_bytes: &[] },
            Form { fields: &[cold(0, "weights"), cold(1, "other")], fixed: &[], null_bytes: &[] },
        ],
    ),
    row(2, "limit", &[Form { fields: &[u8_(0, "min"), u8_(1, "max")], fixed: &[], null_bytes: &[] }]),
    row(3, "wide", &[Form { fields: &[u16_(1, "amount").or(7)], fixed: &[], null_bytes: &[] }]),
];

struct Motor;

impl ExtensionSyntax for Motor {
    fn id(&self) -> u16 {
        0x0100
    }
    fn name(&self) -> &'static str {
        "Motor"
    }
    fn rows(&self) -> &'static [Row] {
        &ROWS
    }
}

fn set() -> InstructionSet {
    let mut set = InstructionSet::standard();
    set.register(Arc::new(Motor)).unwrap();
    set
}

fn words(source: &str) -> Vec<Instruction> {
    assemble(source, &set()).into_result().unwrap_or_else(|errors| panic!("{errors:#?}")).instructions
}

fn code(source: &str) -> &'static str {
    let Assembly { diagnostics, .. } = assemble(source, &set());
    diagnostics.first().unwrap_or_else(|| panic!("{source} is accepted")).code
}

#[test]
fn names_are_found_in_any_case_with_and_without_the_prefix() {
    let expected = Instruction { ext: 0x0100, opcode: 0, operands: [3, 0xFE, 0, 0] };
    assert_eq!(words(".program\nmotor.step H3, -2\nTVMR.MOTOR.STEP t3, speed=-2\n"), [expected; 2]);
}

#[test]
fn a_registered_name_needs_no_id_and_tolerates_no_other() {
    let program = assemble(".requires\nmotor\n", &set()).into_result().unwrap();
    assert_eq!((program.requires[0].ext, program.requires[0].name.as_str()), (0x0100, "Motor"));
    assert_eq!(code(".requires\nmotor 0x0101\n"), "contradictory-requirement");
    assert_eq!(code(".requires\nengine 0x0100\n"), "contradictory-requirement");
}

#[test]
fn labels_are_recognised_by_the_fields_of_the_forms() {
    let source = ".program\nnop\nC1:\nmotor.branch H0, C1\nmotor.branch C0, C2\nmotor.branch H0, target=C1\n";
    let operands: Vec<_> = words(source).iter().map(|word| word.operands).collect();
    assert_eq!(operands[1..], [[0, 0, 0, 1], [0x40, 0x42, 0, 0], [0, 0, 0, 1]]);
    assert_eq!(code(".program\nmotor.branch H0, nowhere\n"), "bad-operand");
}

#[test]
fn names_of_fields_mean_nothing_special_and_no_other_encoding_is_known() {
    assert_eq!(assemble(".program\nmotor.limit 9, 3\nmotor.wide 300\n", &set()).diagnostics, []);
}

#[test]
fn unregistered_it_has_no_table() {
    let source = ".requires\nmotor 0x0100\n.program\nmotor.step H0, 1\n";
    let found = assemble(source, &InstructionSet::standard()).diagnostics;
    assert_eq!(found[0].code, "no-instruction-table");
    let required = assemble(".requires\nmotor 0x0100\n", &InstructionSet::standard());
    assert!(required.program.is_some());
    let checked = check(".requires\nmotor 0x0100\n", &InstructionSet::standard(), Checks::required());
    assert!(checked.program.is_none(), "the validator refuses what no machine can run");
}

#[test]
fn programs_survive_being_written_with_and_without_the_extension() {
    let source = ".requires\nmotor\n.registers\nH0: i32\n.program\nmotor.step H0, 1\nmotor.branch H0, end\nmotor.wide\nend:\nhalt\n";
    let program = assemble(source, &set()).into_result().unwrap();
    let text = disassemble(&program, &set());
    assert!(text.contains("    motor.branch H0, end\n"), "{text}");
    assert_eq!(assemble(&text, &set()).into_result().unwrap().instructions, program.instructions);
    let standard = InstructionSet::standard();
    let text = disassemble(&program, &standard);
    assert!(text.contains("    word 0x0100, 0x0000, 0, 1, 0, 0\n"), "{text}");
    let again = assemble(&text, &standard).into_result().unwrap();
    assert_eq!((&again.instructions, &again.requires), (&program.instructions, &program.requires));
    assert_eq!(format(&text).as_ref(), Ok(&text));
}
