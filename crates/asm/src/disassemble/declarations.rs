//! Everything but the instructions.

use crate::assemble::short_name;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use ternsig_isa::limits::{MAX_DECLARED_DIM, MAX_KEY_BYTES};
use ternsig_isa::{Bank, InstructionSet, Register, TypeId};
use ternsig_program::{AssembledProgram, Meta, Projection, RegisterDecl, Requirement, meta_text};

/// The `.meta` section, nothing if it says nothing.
pub(super) fn meta(meta: &Meta) -> String {
    let domain = meta.domain.as_deref().map(quotable);
    meta_text::write(&Meta { name: quotable(&meta.name), domain, ..meta.clone() }, &[])
}

/// A text without the characters that cannot stand between quotes.
fn quotable(text: &str) -> String {
    text.chars().map(|c| if c == '"' || c == '\n' || c == '\r' { '\'' } else { c }).collect()
}

/// The projections that can be written, and comments for the others.
pub(super) fn projections(projections: &[Projection]) -> (Vec<Projection>, String) {
    let mut comments = String::new();
    let mut good = Vec::new();
    for projection in projections {
        let complete = !projection.target.is_empty() && !projection.bundle.is_empty();
        let in_range = (1..=15).contains(&projection.delay) && (0.0..=1.0).contains(&projection.density);
        if complete && in_range {
            good.push(Projection {
                target: quotable(&projection.target),
                bundle: quotable(&projection.bundle),
                mapping: quotable(&projection.mapping),
                modulator: projection.modulator.as_deref().map(quotable),
                ..projection.clone()
            });
        } else {
            comment(&mut comments, &format!("projection to {:?} cannot be written", projection.target));
        }
    }
    (good, comments)
}

/// A line that only people read. Writing to a string cannot fail, here and below.
fn comment(text: &mut String, content: &str) {
    let _ = writeln!(text, "    ; {content}");
}

/// The `.requires` section.
pub(super) fn requires(program: &AssembledProgram, set: &InstructionSet, text: &mut String) {
    if program.requires.is_empty() {
        return;
    }
    text.push_str(".requires\n");
    let mut written = BTreeSet::new();
    for requirement in &program.requires {
        if matches!(requirement.ext, 0 | u16::MAX) || !written.insert(requirement.ext) {
            comment(text, &format!("extension {:#06x} cannot be required here", requirement.ext));
        } else {
            let _ = writeln!(text, "    {} 0x{:04X}", requirement_name(requirement, set), requirement.ext);
        }
    }
}

/// The name that belongs to the id; `ext_XXXX` if it is unknown and cannot be written.
fn requirement_name(requirement: &Requirement, set: &InstructionSet) -> String {
    if let Some(ext) = set.extension(requirement.ext) {
        return ext.name().to_owned();
    }
    let name = requirement.name.as_str();
    let is_plain =
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let is_taken = set.by_name(name).is_some() || short_name(name) != name || name.starts_with('.');
    if is_plain && !is_taken { name.to_owned() } else { format!("ext_{:04X}", requirement.ext) }
}

/// The `.registers` section.
pub(super) fn registers(program: &AssembledProgram, text: &mut String) {
    if program.registers.is_empty() {
        return;
    }
    text.push_str(".registers\n");
    let last: BTreeMap<Register, usize> =
        program.registers.iter().enumerate().map(|(i, decl)| (decl.register, i)).collect();
    for (i, decl) in program.registers.iter().enumerate() {
        if last.get(&decl.register) != Some(&i) {
            comment(text, &format!("{} is declared again below", decl.register));
        } else if decl.register.is_null() {
            comment(text, "the register of byte 0xFF cannot be declared");
        } else {
            register(decl, text);
        }
    }
}

fn register(decl: &RegisterDecl, text: &mut String) {
    let usual = if decl.register.bank() == Bank::Cold { TypeId::SIGNAL } else { TypeId::I32 };
    let ty = decl.ty.register_name().or(usual.register_name()).unwrap_or("i32");
    let dims: Vec<_> = decl.shape.dims().iter().map(|dim| dim.min(&MAX_DECLARED_DIM).to_string()).collect();
    let _ = write!(text, "    {}: {ty}", decl.register);
    if !dims.is_empty() {
        let _ = write!(text, "[{}]", dims.join(", "));
    }
    let key = decl.key.as_deref().filter(|key| is_writable_key(key));
    if let Some(key) = key {
        let _ = write!(text, " key=\"{key}\"");
    }
    if decl.frozen {
        text.push_str(" frozen=true");
    }
    text.push('\n');
    if let (Some(lost), None) = (&decl.key, key) {
        comment(text, &format!("{} has a key that cannot be written: {lost:?}", decl.register));
    }
}

fn is_writable_key(key: &str) -> bool {
    (1..=MAX_KEY_BYTES).contains(&key.len()) && !key.contains(['"', '\n', '\r'])
}
