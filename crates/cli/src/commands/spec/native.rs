//! The page that says which instructions native code executes.

use super::page::{REFRESH, file_name};
use std::collections::BTreeMap;
use ternsig_isa::operand::mnemonic;
use ternsig_isa::table::STANDARD;
use ternsig_jit::{Coverage, coverage};

/// The page's file.
pub(super) const FILE_NAME: &str = "native.md";

/// What is known of each instruction, by extension and opcode.
pub(super) fn covered() -> BTreeMap<(u16, u16), Coverage> {
    coverage().into_iter().map(|(row, coverage)| ((row.ext, row.opcode), coverage)).collect()
}

/// The page.
pub(super) fn page() -> String {
    let covered = covered();
    let count = |name: &str| covered.values().filter(|coverage| coverage.name() == name).count();
    let mut text = format!(
        "# Native code\n\n{REFRESH}\n\n{READING}\n\
         {} instructions are native, {} are helped with, {} are left to the interpreter.\n",
        count("native"),
        count("helper"),
        count("interpreter"),
    );
    for extension in STANDARD {
        text.push_str(&format!("\n## {}\n\n| instruction | executed by |\n|---|---|\n", extension.name));
        for row in extension.rows {
            let name = mnemonic(row);
            let (file, anchor) = (file_name(extension), name.replace('.', ""));
            if let Some(coverage) = covered.get(&(row.ext, row.opcode)) {
                text.push_str(&format!("| [{name}]({file}#{anchor}) | {coverage} |\n"));
            }
        }
    }
    text
}

const READING: &str = "\
Who executes an instruction when the engine is `jit`, `auto` or `crosscheck`, and shapes and operands suit native code:

| executed by | meaning |
|---|---|
| native | machine code; with other shapes or operands a helper, or the interpreter |
| helper | the interpreter's own function, called from machine code |
| interpreter | machine code ends before it and begins again behind it; `yields`: it hands an operation to the host |

The results are the same everywhere. `ternsig explain FILE` says what becomes of each instruction of a program, and why.
";
