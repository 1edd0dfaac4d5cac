//! The reference as JSON.

use super::{describe, native};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use ternsig_isa::operand::{expectation, form_usage, mnemonic};
use ternsig_isa::table::{STANDARD, Standard, reserved};
use ternsig_isa::{Effect, Field, Form, Kind, Role, Row};
use ternsig_jit::Coverage;

/// Everything.
pub(super) fn all() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "extensions": STANDARD.iter().map(extension).collect::<Vec<_>>(),
    })
}

/// One extension.
pub(super) fn extension(extension: &Standard) -> Value {
    let (major, minor, patch) = extension.version;
    let covered = native::covered();
    let reserved = reserved::ROWS.iter().filter(|row| row.ext == extension.id);
    json!({
        "id": extension.id,
        "name": extension.name,
        "version": format!("{major}.{minor}.{patch}"),
        "about": extension.doc,
        "instructions": extension.rows.iter().map(|row| instruction(row, &covered)).collect::<Vec<_>>(),
        "reserved": reserved.map(|row| json!({ "opcode": row.opcode, "name": row.name })).collect::<Vec<_>>(),
    })
}

fn instruction(row: &Row, covered: &BTreeMap<(u16, u16), Coverage>) -> Value {
    let inline = match row.effect {
        Effect::Yield(inline) => Some(inline.name()),
        _ => None,
    };
    let operation = row.yields.map(|kind| {
        let fields = kind.field_names().iter();
        let fields = fields.map(|name| json!({ "name": name, "operand": describe::carried(row, name) }));
        json!({ "name": kind.name(), "device": kind.device(), "fields": fields.collect::<Vec<_>>() })
    });
    json!({
        "opcode": row.opcode,
        "mnemonic": mnemonic(row),
        "aliases": row.aliases,
        "meaning": row.doc,
        "forms": row.forms.iter().map(|f| form(row, f)).collect::<Vec<_>>(),
        "class": row.effect.name(),
        "inline": inline,
        "operation": operation,
        "native": covered.get(&(row.ext, row.opcode)).map(ToString::to_string),
        "work": row.work.name(),
        "roles": row.roles.iter().map(Role::name).collect::<Vec<_>>(),
    })
}

fn form(row: &Row, form: &Form) -> Value {
    json!({
        "usage": form_usage(row, form),
        "operands": form.fields.iter().map(operand).collect::<Vec<_>>(),
        "bytes": describe::layout(form),
    })
}

fn operand(field: &Field) -> Value {
    let banks = field.banks().map(|banks| {
        let banks = ternsig_isa::Bank::ALL.into_iter().filter(move |&bank| banks.contains(bank));
        banks.map(ternsig_isa::Bank::name).collect::<Vec<_>>()
    });
    let is_number =
        !matches!(field.kind, Kind::Register(_) | Kind::OptionalRegister(_) | Kind::Word(_) | Kind::Filler);
    let names = match field.kind {
        Kind::Named(names) => Some(
            names.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect::<Vec<_>>(),
        ),
        _ => None,
    };
    json!({
        "name": field.name,
        "accepts": expectation(field),
        "banks": banks,
        "use": describe::access(field),
        "least_length": describe::least_length(field),
        "range": is_number.then_some([field.range.0, field.range.1]),
        "names": names,
        "default": describe::default(field),
        "only_by_name": field.named_only,
        "place": describe::place(field),
        "note": describe::encoding_note(field),
    })
}
