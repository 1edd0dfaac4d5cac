//! Numbers of the core that are kept free.

use crate::machine;
use ternsig::isa::table::reserved::ROWS;
use ternsig::{
    AssembledProgram, Checks, ErrorKind, ExecutionContext, ExtensionRegistry, Instruction, InstructionSet,
    Interpreter, Level, StepResult, assemble, validate,
};

/// A program with this word in second place.
fn program(opcode: u16) -> AssembledProgram {
    let word = |opcode| Instruction { ext: 0, opcode, operands: [0; 4] };
    AssembledProgram { instructions: vec![word(0), word(opcode), word(1)], ..AssembledProgram::default() }
}

#[test]
fn the_validator_names_index_and_name() {
    let set = InstructionSet::standard();
    for row in &ROWS {
        let report = validate(&program(row.opcode), &set, Checks::required());
        let errors: Vec<_> = report.findings.iter().filter(|finding| finding.level == Level::Error).collect();
        assert_eq!(errors.len(), 1, "{}: {errors:?}", row.name);
        assert_eq!((errors[0].code, errors[0].instruction), ("reserved-opcode", Some(1)));
        assert!(errors[0].message.contains(row.name), "{}", errors[0].message);
        assert!(Interpreter::from_program(&program(row.opcode)).is_err());
    }
}

#[test]
fn dispatching_one_is_an_error() {
    let registry = ExtensionRegistry::standard();
    for row in &ROWS {
        let mut machine = machine("    H0: i32[1]");
        let mut ctx = ExecutionContext::new(&mut machine);
        match registry.dispatch(row.ext, row.opcode, [0; 4], &mut ctx) {
            StepResult::Error(error) => {
                assert_eq!(error.kind(), ErrorKind::UnknownInstruction);
                assert!(error.message().contains(row.name), "{}", error.message());
            }
            result => panic!("{}: {result:?}", row.name),
        }
    }
}

#[test]
fn none_has_a_mnemonic() {
    let set = InstructionSet::standard();
    for row in &ROWS {
        let assembly = assemble(&format!(".program\n    {}\n", row.name), &set);
        assert!(assembly.program.is_none(), "{}", row.name);
    }
}
