//! A walk over the instruction table: nothing that a row promises may be missing.

use crate::machine;
use std::path::Path;
use ternsig::isa::operand::mnemonic;
use ternsig::isa::table::{self, STANDARD, rows};
use ternsig::{
    AssembledProgram, ErrorKind, ExecutionContext, ExtensionRegistry, Instruction, InstructionSet,
    StepResult, assemble, disassemble,
};

fn executable() -> impl Iterator<Item = &'static ternsig::isa::Row> {
    rows().filter(|row| !row.is_reserved())
}

/// The row's word with every operand at its least value.
fn word(row: &ternsig::isa::Row) -> Instruction {
    let form = &row.forms[0];
    let mut operands = form.template();
    for field in form.fields {
        let register = field.banks().and_then(|banks| {
            ternsig::isa::Bank::ALL
                .into_iter()
                .find(|&bank| banks.contains(bank))
                .map(|bank| i64::from(bank as u8) << 6)
        });
        field.insert(register.unwrap_or(field.range.0), &mut operands);
    }
    Instruction { ext: row.ext, opcode: row.opcode, operands }
}

#[test]
fn every_executable_row_has_a_meaning() {
    let registry = ExtensionRegistry::standard();
    for row in executable() {
        let mut machine = machine("    H0: i32[8]\n    C0: ternary[8]");
        let Instruction { ext, opcode, operands } = word(row);
        let result = registry.dispatch(ext, opcode, operands, &mut ExecutionContext::new(&mut machine));
        if let StepResult::Error(error) = result {
            assert_ne!(error.kind(), ErrorKind::UnknownInstruction, "{}: {error}", mnemonic(row));
        }
    }
}

#[test]
fn every_executable_row_can_be_written() {
    let set = InstructionSet::standard();
    for row in executable().filter(|row| !["loop", "end_loop", "break"].contains(&row.name) || row.ext != 0) {
        let program = AssembledProgram { instructions: vec![word(row)], ..AssembledProgram::default() };
        let text = disassemble(&program, &set);
        assert!(text.contains(&mnemonic(row)), "{text}");
        let back =
            assemble(&text, &set).into_result().unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
        assert_eq!(back.instructions, program.instructions, "{text}");
        assert_eq!(disassemble(&back, &set), text);
    }
}

#[test]
fn every_executable_row_is_documented_and_has_a_case_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for extension in STANDARD {
        let page = root.join(format!("../../docs/isa/{}.md", extension.name));
        let page = std::fs::read_to_string(&page).unwrap();
        for row in extension.rows {
            assert!(page.contains(&format!("\n## {}\n", mnemonic(row))), "{}", row.name);
            let case = root.join(format!("tests/cases/{}/{}.toml", extension.name, row.name));
            assert!(case.is_file(), "{}", case.display());
            assert_eq!(table::row(row.ext, row.opcode), Some(row));
        }
    }
}
