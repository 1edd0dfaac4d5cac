//! The index of the reference.

use super::describe::fuel;
use super::page::{REFRESH, escaped, file_name};
use ternsig_isa::table::{STANDARD, reserved, rows};
use ternsig_isa::{Role, Row, Work};

/// The index's file.
pub(super) const FILE_NAME: &str = "README.md";

/// The index: every extension, and how the pages are to be read.
pub(super) fn index() -> String {
    let executable = rows().filter(|row| !row.is_reserved()).count();
    let mut text = format!(
        "# Instructions\n\n{REFRESH}\n\n\
         {executable} instructions in the core and {} extensions; {} more numbers of the core are reserved.\n\n\
         | id | extension | version | instructions | what for |\n|---|---|---|---|---|\n",
        STANDARD.len() - 1,
        reserved::ROWS.len(),
    );
    for extension in STANDARD {
        let (major, minor, patch) = extension.version;
        text.push_str(&format!(
            "| 0x{:04X} | [{}]({}) | {major}.{minor}.{patch} | {} | {} |\n",
            extension.id,
            extension.name,
            file_name(extension),
            extension.rows.len(),
            escaped(extension.doc),
        ));
    }
    text.push_str(&format!(
        "\n[{0}]({0}) says which of them native code executes.\n",
        super::native::FILE_NAME
    ));
    text.push_str(READING);
    for work in [Work::Unit, Work::Elements, Work::Product, Work::Created] {
        text.push_str(&format!("| {} | {} |\n", work.name(), fuel(work)));
    }
    text.push_str(ROLES);
    for role in Role::ALL {
        let count = rows().filter(|row| grants(role, row)).count();
        text.push_str(&format!("| {} | {count} |\n", role.name()));
    }
    text
}

/// Whether a program with only this role may use the instruction.
fn grants(role: Role, row: &Row) -> bool {
    !row.is_reserved() && row.roles.contains(role)
}

const READING: &str = "
## How to read the pages

An instruction is 8 bytes: the extension's id and the opcode, two bytes each, high byte first, and the operand bytes A, B,
C and D. A register is one byte, bank × 64 + index: hot H0–H63, cold C0–C63, param P0–P63, shape S0–S63.

Operands in brackets may be left out. Every operand can be written by its name too, `name=value`; those that end in `=`
only so. An instruction of an extension can also be written with four plain operands, which are its four bytes. What an
instruction does with a register is one of

| use | meaning |
|---|---|
| read | it must be allocated and stays as it is |
| replaced | data and shape are new; it is allocated if it was not |
| changed | it must be allocated and is changed in place |
| extended | it is changed in place, and allocated first if it was not |
| named | it is allocated, freed, bound or looked up |

Each instruction is of one class:

| class | meaning |
|---|---|
| Pure | reads registers and buffers, writes hot registers and buffers |
| Control | changes the program counter or the control stack |
| State | touches other machine state: weights, pressure, temperatures, the generator, … |
| Yield | hands an operation to the host; an attached device may answer it in place |

Fuel is charged before an instruction executes, by what it works on:

| work | fuel |
|---|---|
";

const ROLES: &str = "
A program that asks for no role may use what it is granted; `.meta role` narrows that. A row of the table names the
roles that may use it:

| role | instructions |
|---|---|
";
