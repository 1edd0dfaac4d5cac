//! The page of one extension.

use super::describe::{self, BYTES};
use ternsig_isa::operand::{expectation, form_usage, mnemonic};
use ternsig_isa::table::{Standard, reserved};
use ternsig_isa::{DomainOpKind, Field, Form, Kind, RoleSet, Row};

/// What stands at the top of every generated file.
pub(super) const REFRESH: &str =
    "<!-- Generated from the instruction table: `cargo run -- spec --write docs/isa` writes it again. -->";

/// The file that an extension's page is kept in.
pub(super) fn file_name(extension: &Standard) -> String {
    format!("{}.md", extension.name)
}

/// The page.
pub(super) fn page(extension: &Standard) -> String {
    let (major, minor, patch) = extension.version;
    let mut text = format!(
        "# {}\n\n{REFRESH}\n\nExtension 0x{:04X}, version {major}.{minor}.{patch}. {}\n\n\
         | opcode | instruction | meaning |\n|---|---|---|\n",
        extension.name, extension.id, extension.doc,
    );
    for row in extension.rows {
        let name = mnemonic(row);
        let anchor = name.replace('.', "");
        text.push_str(&format!("| 0x{:04X} | [{name}](#{anchor}) | {} |\n", row.opcode, escaped(row.doc)));
    }
    extension.rows.iter().for_each(|row| text.push_str(&entry(row)));
    if extension.id == 0 {
        text.push_str(&reserved_numbers());
    }
    text
}

/// The section of one instruction.
fn entry(row: &Row) -> String {
    let mut text = format!("\n## {}\n\n{}\n", mnemonic(row), escaped(row.doc));
    row.forms.iter().for_each(|form| text.push_str(&form_text(row, form)));
    text.push_str(&format!("\n- opcode: 0x{:04X}\n", row.opcode));
    if !row.aliases.is_empty() {
        text.push_str(&format!("- also called: {}\n", row.aliases.join(", ")));
    }
    text.push_str(&format!("- class: {}\n", describe::effect(row)));
    if let Some(kind) = row.yields {
        text.push_str(&format!("- operation: `{}`, device `{}`\n", operation(row, kind), kind.device()));
    }
    text.push_str(&format!("- fuel: {}\n", describe::fuel(row.work)));
    let roles = if row.roles == RoleSet::ALL { "all".to_owned() } else { row.roles.to_string() };
    text.push_str(&format!("- roles: {roles}\n"));
    text
}

fn form_text(row: &Row, form: &Form) -> String {
    let mut text = format!("\n```ternsig\n{}\n```\n\n", form_usage(row, form));
    if !form.fields.is_empty() {
        text.push_str("| operand | accepts | use | place |\n|---|---|---|---|\n");
        form.fields.iter().for_each(|field| text.push_str(&operand(field)));
        text.push('\n');
    }
    text.push_str(&format!("| {} |\n|---|---|---|---|\n", BYTES.map(String::from).join(" | ")));
    text.push_str(&format!("| {} |\n", describe::layout(form).join(" | ")));
    text
}

fn operand(field: &Field) -> String {
    let name = if matches!(field.kind, Kind::Filler) { "_" } else { field.name };
    let default = describe::default(field).map(|value| format!("default {value}"));
    let accepts: Vec<_> = std::iter::once(expectation(field)).chain(default).collect();
    let uses = describe::access(field).map(str::to_owned).into_iter().chain(describe::least_length(field));
    let place = std::iter::once(describe::place(field)).chain(describe::encoding_note(field));
    format!(
        "| {name} | {} | {} | {} |\n",
        accepts.join("; "),
        uses.collect::<Vec<_>>().join("; "),
        place.collect::<Vec<_>>().join("; "),
    )
}

/// `ChemRead { target, chem_id: chem }`: the operation with the operand that each field carries, where the names differ.
fn operation(row: &Row, kind: DomainOpKind) -> String {
    let fields = kind.field_names().iter().map(|&name| match describe::carried(row, name) {
        Some(operand) if operand != name => format!("{name}: {operand}"),
        _ => name.to_owned(),
    });
    let fields: Vec<_> = fields.collect();
    if fields.is_empty() {
        kind.name().to_owned()
    } else {
        format!("{} {{ {} }}", kind.name(), fields.join(", "))
    }
}

fn reserved_numbers() -> String {
    let mut text =
        "\n## Reserved numbers\n\nThey have names, so that messages can speak of them, and no meaning. The \
                    validator refuses a program that contains one, and executing one is an error.\n\n\
                    | opcode | name |\n|---|---|\n"
            .to_owned();
    for row in &reserved::ROWS {
        text.push_str(&format!("| 0x{:04X} | {} |\n", row.opcode, row.name));
    }
    text
}

/// Plain text as Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '|' | '<' | '`') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
