//! The `.meta` section.

use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::source::Span;
use crate::suggest::did_you_mean;
use crate::syntax::{File, LineKind, Pair, Text};
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Bank, Register, Shape};
use ternsig_program::meta_text::{MetaDraft, MetaTextError};
use ternsig_program::{AssembledProgram, Meta};

const KEYS: [&str; 9] =
    ["name", "version", "domain", "input_dim", "output_dim", "skull_x", "skull_y", "skull_z", "role"];

/// Where the dimensions are given that are compared with the declared registers.
#[derive(Debug, Default)]
pub(super) struct Dims {
    input: Option<Span>,
    output: Option<Span>,
}

/// Reads all `.meta` sections.
pub(super) fn read(file: &File<'_>, report: &mut Report) -> (Meta, Dims) {
    let mut draft = MetaDraft::default();
    let mut dims = Dims::default();
    let mut skull: Option<Span> = None;
    let before = report.errors();
    for node in &file.nodes {
        let LineKind::Meta(pair) = node.kind else { continue };
        match pair.key.text.to_ascii_lowercase().as_str() {
            "input_dim" => dims.input = Some(pair.value.span()),
            "output_dim" => dims.output = Some(pair.value.span()),
            key if key.starts_with("skull_") => skull = Some(pair.key.span()),
            _ => {}
        }
        match draft.set(pair.key.text, pair.value.text) {
            Ok(true) => {}
            Ok(false) => report.push(unknown_key(pair.key, ".meta", &KEYS)),
            Err(error) => report.push(bad_value(&pair, &error)),
        }
    }
    let had_errors = report.errors() > before;
    let meta = draft.finish().unwrap_or_else(|error| {
        // A coordinate that could not be read has been reported.
        if let Some(span) = skull.filter(|_| !had_errors) {
            report.push(
                Diagnostic::error("partial-skull", error.to_string())
                    .labelled(span, "given here")
                    .help("give all three coordinates, or none"),
            );
        }
        Meta::default()
    });
    (meta, dims)
}

/// A line of `.meta` or `.projection` whose value does not fit its key.
pub(super) fn bad_value(pair: &Pair<'_>, error: &MetaTextError) -> Diagnostic {
    let place = if pair.value.is_empty() { pair.key } else { pair.value };
    let (code, label) = match error {
        MetaTextError::UnknownRole(_) | MetaTextError::NoRole => {
            ("bad-role", "expected role names".to_owned())
        }
        MetaTextError::BadNumber { expected, .. } => ("bad-number", format!("expected {expected}")),
        _ => ("bad-value", String::new()),
    };
    let message = match error {
        MetaTextError::BadNumber { key, .. } if pair.value.is_empty() => format!("{key} has no value"),
        MetaTextError::BadNumber { key, value, .. } => format!("{key} cannot be \"{value}\""),
        other => other.to_string(),
    };
    let diagnostic = Diagnostic::error(code, message).labelled(place.span(), label);
    match error {
        MetaTextError::Unquotable(_) => diagnostic.help("write the whole text between two double quotes"),
        _ => diagnostic,
    }
}

/// A key of `.meta` or `.projection` that has no meaning.
pub(super) fn unknown_key(key: Text<'_>, section: &str, keys: &[&str]) -> Diagnostic {
    Diagnostic::warning("unknown-key", format!("{section} has no key {}", key.text))
        .labelled(key.span(), "ignored")
        .maybe_help(did_you_mean(key.text, keys))
}

impl Dims {
    /// Compares the dimensions with the declared registers that the program loads its input into and stores its output
    /// from. Without such a declaration there is nothing to compare with.
    pub(super) fn check(&self, program: &AssembledProgram, report: &mut Report) {
        let meta = &program.meta;
        let sides = [
            (self.input, meta.input_dim, CoreOp::LoadInput, 0, program.input_shape(), "input"),
            (self.output, meta.output_dim, CoreOp::StoreOutput, 1, program.output_shape(), "output"),
        ];
        for (span, dim, op, byte, shape, side) in sides {
            let (Some(span), Some(dim)) = (span, dim) else { continue };
            if dim != shape.elements() && is_inferred(program, op, byte) {
                report.push(mismatch(span, dim, shape, side));
            }
        }
    }
}

fn is_inferred(program: &AssembledProgram, op: CoreOp, byte: usize) -> bool {
    program.instructions.iter().filter(|word| word.ext == 0 && word.opcode == op.row().opcode).any(|word| {
        let register = Register::from_byte(word.operands[byte]);
        register.bank() == Bank::Hot && program.declaration(register).is_some()
    })
}

fn mismatch(span: Span, dim: usize, shape: Shape, side: &str) -> Diagnostic {
    let elements = shape.elements();
    Diagnostic::warning(
        "dimension-mismatch",
        format!("{side}_dim is {dim}, but the {side} register {shape} has {elements} elements"),
    )
    .at(span)
    .help("change the number, or the declaration of the register")
}
