//! Operands that do not fit an instruction, as diagnostics.

use super::operands::positional;
use crate::diagnostic::Diagnostic;
use crate::suggest::did_you_mean;
use crate::syntax::Instr;
use ternsig_isa::operand::usage;
use ternsig_isa::{Field, Kind, Operand, OperandError, Register, Row};

/// More operands than any form has.
const MOST_OPERANDS: usize = 16;

/// What to say about operands that could not be packed.
pub(super) fn complaint(
    error: OperandError,
    row: &Row,
    operands: &[Operand],
    instr: &Instr<'_>,
    declared: &[Register],
) -> Diagnostic {
    let usage = format!("usage: {}", usage(row));
    let Some((at, text)) = error.operand.and_then(|at| Some((at, instr.operands.get(at)?))) else {
        return Diagnostic::error("missing-operand", error.message)
            .labelled(instr.span(), "an operand is missing")
            .help(usage);
    };
    let fields = fields_of(row, operands, at);
    let code = code(row, operands, at, &fields);
    let help = match operands.get(at).and_then(|operand| likely(operand, row, &fields, declared)) {
        Some(likely) => format!("{likely} ({usage})"),
        None => usage.clone(),
    };
    let expected = error.help.filter(|help| !usage.ends_with(help.as_str()));
    let expected = expected
        .map(|text| text.strip_prefix("it is ").map_or(text.clone(), |range| format!("expected {range}")));
    let label = match (expected, error.message.contains(value_text(text.text))) {
        (Some(expected), true) => expected,
        // The message describes the value without naming it.
        (Some(expected), false) => format!("found {}, {expected}", text.text),
        (None, _) if code == "unknown-operand" => "no such operand".to_owned(),
        (None, _) => "not possible here".to_owned(),
    };
    Diagnostic::error(code, error.message).labelled(text.span(), label).help(help)
}

fn value_text(operand: &str) -> &str {
    operand.split_once('=').map_or(operand, |(_, value)| value.trim_start())
}

/// The fields, form by form, that an operand stands for.
fn fields_of(row: &Row, operands: &[Operand], at: usize) -> Vec<&'static Field> {
    match operands.get(at) {
        Some(Operand::Named(name, _)) => row.forms.iter().filter_map(|form| form.field(name)).collect(),
        _ => {
            let before =
                operands.iter().take(at).filter(|operand| !matches!(operand, Operand::Named(..))).count();
            positional(row, before).flatten().collect()
        }
    }
}

fn code(row: &Row, operands: &[Operand], at: usize, fields: &[&Field]) -> &'static str {
    let Some(operand) = operands.get(at) else { return "bad-operand" };
    if fields.is_empty() {
        return if matches!(operand, Operand::Named(..)) { "unknown-operand" } else { "surplus-operand" };
    }
    // No form has as many operands; those beyond are surplus.
    let is_repeated = (0..at.min(MOST_OPERANDS))
        .any(|other| fields_of(row, operands, other).iter().any(|f| fields.contains(f)));
    if is_repeated {
        return "repeated-operand";
    }
    let is_number = |field: &&Field| {
        use Kind::{Blocks, Centered, Filler, Gain, Layer, Named, ParamIndex, Signed, Unsigned, UsuallyZero};
        matches!(
            field.kind,
            Unsigned
                | Signed
                | Centered
                | Blocks
                | Gain
                | Layer
                | Named(_)
                | ParamIndex
                | UsuallyZero(_)
                | Filler
        )
    };
    match value_of(operand) {
        Operand::Register(_) if fields.iter().any(|field| takes_register(field)) => "wrong-bank",
        Operand::Integer(_) | Operand::Decimal { .. } if fields.iter().any(is_number) => "out-of-range",
        _ => "bad-operand",
    }
}

fn value_of(operand: &Operand) -> &Operand {
    match operand {
        Operand::Named(_, value) => value,
        other => other,
    }
}

fn takes_register(field: &Field) -> bool {
    field.banks().is_some() || matches!(field.kind, Kind::ParamIndex | Kind::Layer)
}

/// The register, word or name that a wrong one was probably meant to be.
fn likely(operand: &Operand, row: &Row, fields: &[&Field], declared: &[Register]) -> Option<String> {
    if let (Operand::Named(name, _), []) = (operand, fields) {
        let names = row.forms.iter().flat_map(|form| form.fields.iter().map(|field| field.name));
        return did_you_mean(name, names);
    }
    let Operand::Word(word) = value_of(operand) else { return None };
    let mut names: Vec<String> = Vec::new();
    for field in fields {
        match field.kind {
            Kind::Named(named) => names.extend(named.iter().map(|(name, _)| (*name).to_owned())),
            Kind::Word(only) => names.push(only.to_owned()),
            _ => {}
        }
        let fitting =
            declared.iter().filter(|register| field.banks().is_some_and(|b| b.contains(register.bank())));
        names.extend(fitting.map(ToString::to_string));
    }
    did_you_mean(word, names)
}
