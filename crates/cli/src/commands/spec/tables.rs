//! The tables of the specification, by name.

use super::describe;
use super::page::escaped;
use ternsig_bank::EdgeType;
use ternsig_isa::operand::{expectation, form_usage, mnemonic};
use ternsig_isa::table::{STANDARD, Standard, reserved, rows};
use ternsig_isa::{Bank, DomainOpKind, Effect, Field, Form, Inline, Role, Row, Temperature, TypeId, limits};
use ternsig_vm::fuel::WORK_PER_UNIT;
use ternsig_vm::machine::control::MAX_FRAMES;
use ternsig_vm::outcome::OutcomeKind;
use ternsig_vm::{ErrorKind, Limits};

/// The table with this name; `instructions NAME` is that of an extension.
pub(super) fn table(name: &str) -> Option<String> {
    Some(match name {
        "extensions" => extensions(),
        "reserved" => reserved_numbers(),
        "operations" => operations(),
        "devices" => devices(),
        "banks" => banks(),
        "types" => types(),
        "temperatures" => temperatures(),
        "edges" => edges(),
        "limits" => limits_table(),
        "errors" => errors(),
        "outcomes" => outcomes(),
        _ => {
            let name = name.strip_prefix("instructions ")?;
            instructions(STANDARD.iter().find(|extension| extension.name == name)?)
        }
    })
}

/// Lines of cells under a head.
fn lines<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(N));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

fn extensions() -> String {
    lines(
        ["id", "name", "version", "instructions", "what for"],
        STANDARD.iter().map(|extension| {
            let (major, minor, patch) = extension.version;
            [
                format!("0x{:04X}", extension.id),
                format!("`{}`", extension.name),
                format!("{major}.{minor}.{patch}"),
                extension.rows.len().to_string(),
                escaped(extension.doc),
            ]
        }),
    )
}

fn instructions(extension: &Standard) -> String {
    lines(
        ["opcode", "text", "operands", "A", "B", "C", "D", "class", "work", "roles", "meaning"],
        extension
            .rows
            .iter()
            .flat_map(|row| row.forms.iter().enumerate().map(|(i, form)| entry(row, form, i))),
    )
}

/// A line of an instruction; its further forms repeat only what differs.
fn entry(row: &Row, form: &Form, number: usize) -> [String; 11] {
    let [a, b, c, d] = describe::layout(form);
    let operands: Vec<_> = form.fields.iter().map(operand).collect();
    let own = [class(row), row.work.name().to_owned(), roles(row), escaped(row.doc)];
    let [class, work, roles, meaning] = if number == 0 { own } else { own.map(|_| String::new()) };
    let opcode = if number == 0 { format!("0x{:04X}", row.opcode) } else { String::new() };
    let text = format!("`{}`", form_usage(row, form));
    [opcode, text, operands.join("; "), a, b, c, d, class, work, roles, meaning]
}

/// `dst: hot, replaced`
fn operand(field: &Field) -> String {
    let accepts = match field.banks() {
        Some(banks) => banks.describe(),
        None => expectation(field),
    };
    let access = describe::access(field).map(str::to_owned);
    let default = describe::default(field).map(|value| format!("default {value}"));
    let parts = [access, describe::least_length(field), default, describe::encoding_note(field)];
    let parts: Vec<_> = std::iter::once(accepts).chain(parts.into_iter().flatten()).collect();
    format!("{}: {}", field.name, parts.join(", "))
}

fn class(row: &Row) -> String {
    let operation = row.yields.map_or_else(String::new, |kind| format!(" `{}`", kind.name()));
    let inline = match row.effect {
        Effect::Yield(inline @ (Inline::Bank | Inline::Substrate)) => format!(", inline {}", inline.name()),
        _ => String::new(),
    };
    format!("{}{operation}{inline}", row.effect.name())
}

/// The roles that may use it, beside the unrestricted one.
fn roles(row: &Row) -> String {
    if Role::ALL.into_iter().all(|role| row.roles.contains(role)) {
        return "all".to_owned();
    }
    let roles = row.roles.iter().filter(|&role| role != Role::Unrestricted);
    roles.map(Role::name).collect::<Vec<_>>().join(", ")
}

fn reserved_numbers() -> String {
    lines(
        ["opcode", "name"],
        reserved::ROWS.iter().map(|row| [format!("0x{:04X}", row.opcode), row.name.to_owned()]),
    )
}

fn operations() -> String {
    lines(
        ["operation", "fields", "device", "yielded by", "asks the host to"],
        DomainOpKind::ALL.iter().map(|&kind| {
            let fields = kind.field_names().iter().zip(kind.field_types());
            let fields: Vec<_> = fields.map(|(name, ty)| format!("{name}: {ty}")).collect();
            let yielding = rows().filter(|row| row.yields == Some(kind));
            let yielding: Vec<_> = yielding
                .map(|row| format!("`{}` (0x{:04X} 0x{:04X})", mnemonic(row), row.ext, row.opcode))
                .collect();
            [
                format!("`{}`", kind.name()),
                fields.join(", "),
                kind.device().to_owned(),
                yielding.join(", "),
                escaped(kind.meaning()),
            ]
        }),
    )
}

fn devices() -> String {
    let mut names: Vec<_> = DomainOpKind::ALL.iter().map(|kind| kind.device()).collect();
    names.sort_unstable();
    names.dedup();
    lines(
        ["device", "operations"],
        names.into_iter().map(|name| {
            let own = DomainOpKind::ALL.iter().filter(|kind| kind.device() == name);
            let own: Vec<_> = own.map(|kind| format!("`{}`", kind.name())).collect();
            [format!("`{name}`"), own.join(", ")]
        }),
    )
}

fn banks() -> String {
    lines(
        ["bank", "bits", "registers", "bytes"],
        Bank::ALL.into_iter().map(|bank| {
            let (number, last) = (bank as usize, limits::REGISTERS_PER_BANK - 1);
            let first = number * limits::REGISTERS_PER_BANK;
            [
                bank.name().to_owned(),
                format!("{number:02b}"),
                format!("{0}0–{0}{last}", bank.letter()),
                format!("0x{first:02X}–0x{:02X}", first + last),
            ]
        }),
    )
}

fn types() -> String {
    lines(
        ["id", "type", "bytes", "registers"],
        (0..=u16::MAX).map(TypeId).filter_map(|id| {
            Some([
                format!("0x{:04X}", id.0),
                format!("`{}`", id.name()?),
                id.size()?.to_string(),
                id.register_name().map_or_else(String::new, |name| format!("as `{name}`")),
            ])
        }),
    )
}

fn temperatures() -> String {
    lines(
        ["code", "temperature", "conductance", "threshold of activation", "factor of the commit threshold"],
        Temperature::ALL.into_iter().map(|t| {
            [
                t.code().to_string(),
                format!("{t:?}"),
                t.conductance().to_string(),
                t.activation_threshold().to_string(),
                t.commit_multiplier().map_or_else(|| "never".to_owned(), |factor| factor.to_string()),
            ]
        }),
    )
}

fn edges() -> String {
    lines(["code", "edge"], EdgeType::ALL.into_iter().map(|edge| [edge.code().to_string(), edge.to_string()]))
}

fn limits_table() -> String {
    let Limits { fuel, register_elements, total_elements, calls, .. } = Limits::default();
    let line = |what: &str, most: u64, settable: bool| {
        [what.to_owned(), most.to_string(), if settable { "by the host" } else { "no" }.to_owned()]
    };
    lines(
        ["limit", "value", "can be set"],
        [
            line("registers of a bank", limits::REGISTERS_PER_BANK as u64, false),
            line("dimensions of a shape", limits::MAX_RANK as u64, false),
            line("declared dimension", u64::from(limits::MAX_DECLARED_DIM), false),
            line("bytes of a storage key", limits::MAX_KEY_BYTES as u64, false),
            line("declared elements of a register", limits::MAX_ELEMENTS as u64, false),
            line("elements of a register while it runs", register_elements as u64, true),
            line("elements of everything together", total_elements as u64, true),
            line("pending calls", calls as u64, true),
            line("active loops and pending calls", MAX_FRAMES as u64, false),
            line("fuel of a run", fuel, true),
            line("work for one unit of fuel", WORK_PER_UNIT, false),
        ],
    )
}

fn errors() -> String {
    lines(
        ["error", "meaning"],
        ErrorKind::ALL.iter().map(|kind| [format!("`{}`", kind.name()), escaped(kind.meaning())]),
    )
}

fn outcomes() -> String {
    lines(
        ["outcome", "how the run ended or paused", "running again"],
        OutcomeKind::ALL.iter().map(|kind| {
            let next = if kind.goes_on() { "goes on" } else { "begins a run" };
            [format!("`{}`", kind.name()), kind.meaning().to_owned(), next.to_owned()]
        }),
    )
}
