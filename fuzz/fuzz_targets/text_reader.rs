//! Text of any kind: no source makes the assembler, the lints, the formatter or the messages panic, and what is accepted
//! survives formatting and disassembly.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use ternsig_asm::{Colour, apply_fixes, assemble, check, disassemble, format, render_all};
use ternsig_isa::InstructionSet;
use ternsig_program::{Checks, ValidatedProgram};

static SET: LazyLock<InstructionSet> = LazyLock::new(InstructionSet::standard);

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let checked = check(&text, &SET, Checks::full());
    let _ = render_all(&checked.diagnostics, "fuzz.ternsig", &text, Colour::Plain);
    let _ = apply_fixes(&text, &checked.diagnostics);
    let assembled = assemble(&text, &SET).program;
    if let Ok(formatted) = format(&text) {
        assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "formatting twice changes the text");
        let again = assemble(&formatted, &SET).program;
        assert_eq!(again.is_some(), assembled.is_some(), "formatting changes whether the text is a program");
        if let (Some(again), Some(assembled)) = (again, &assembled) {
            assert_eq!(again.instructions, assembled.instructions);
            assert_eq!(again.registers, assembled.registers);
            assert_eq!(again.labels, assembled.labels);
        }
    }
    let Some(program) = assembled else { return };
    let back = assemble(&disassemble(&program, &SET), &SET);
    let back = back.program.expect("what was disassembled is a program");
    assert_eq!(back.registers, program.registers);
    assert_eq!(back.instructions, program.instructions);
    let _ = ValidatedProgram::new(program, &SET);
});
