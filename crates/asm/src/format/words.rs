//! The canonical form of single lines.

use super::layout::Layout;
use crate::assemble::{short_name, split_name};
use crate::syntax::number::integer;
use crate::syntax::{Code, Instr, LineKind, Pair, RegisterLine, Require, Text};
use std::collections::BTreeSet;
use ternsig_isa::Register;
use ternsig_isa::table::STANDARD;

/// Keys of `.meta` and `.projection` whose values are texts.
const TEXT_KEYS: [&str; 7] = ["name", "domain", "role", "target", "bundle", "mapping", "modulator"];

/// A line other than a directive or code.
pub(super) fn line(kind: &LineKind<'_>, content: &str) -> String {
    match kind {
        LineKind::Meta(pair) | LineKind::Projection(pair) => self::pair(pair),
        LineKind::Require(require) => self::require(require),
        LineKind::Register(declaration) => register_line(declaration),
        _ => content.to_owned(),
    }
}

fn pair(pair: &Pair<'_>) -> String {
    let key = pair.key.text.to_ascii_lowercase();
    let value = pair.value.text;
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_text = TEXT_KEYS.contains(&key.as_str());
    let quotes = match pair.quoted {
        true => is_text || !is_number,
        false => is_text && !value.is_empty() && !value.contains('"'),
    };
    let value = if quotes { format!("\"{value}\"") } else { value.to_owned() };
    join([key.as_str(), &value, pair.trailing.text])
}

fn require(require: &Require<'_>) -> String {
    let short = short_name(require.name.text);
    let standard = STANDARD.iter().find(|ext| ext.name.eq_ignore_ascii_case(short));
    let name = standard.map_or(require.name.text, |ext| ext.name);
    let id = require.id.map_or("", |id| id.text);
    let number = integer(id).ok().and_then(|id| u16::try_from(id).ok());
    let id = number.map_or(id.to_owned(), |id| format!("0x{id:04X}"));
    join([name, &id, require.trailing.text])
}

fn register_line(line: &RegisterLine<'_>) -> String {
    let dims = line.dims.as_ref().map_or(String::new(), |dims| {
        let dims: Vec<_> = dims.iter().map(|dim| dim.text).collect();
        format!("[{}]", dims.join(", "))
    });
    let mut text = format!("{}: {}{dims}", register(line.register.text), line.ty.text.to_ascii_lowercase());
    for attribute in &line.attributes {
        let quote = if attribute.quoted { "\"" } else { "" };
        text.push_str(&format!(" {}={quote}{}{quote}", attribute.name.text, attribute.value.text));
    }
    join([&text, line.trailing.map_or("", |trailing| trailing.text)])
}

/// The words that are not empty, separated by spaces.
fn join<const N: usize>(words: [&str; N]) -> String {
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// A register's name with an upper-case letter and a decimal index; other texts as they are.
fn register(text: &str) -> String {
    match (text.parse::<Register>(), text.chars().next()) {
        (Ok(register), Some(letter)) => format!("{}{}", letter.to_ascii_uppercase(), register.index()),
        _ => text.to_owned(),
    }
}

/// Labels at the margin, the instruction below them.
pub(super) fn code(code: &Code<'_>, comment: Option<&str>, labels: &BTreeSet<&str>, layout: &mut Layout) {
    let instr = code.instr.as_ref().map(|instr| instruction(instr, labels));
    let names: Vec<_> = code.labels.iter().map(|label| format!("{}:", label.name.text)).collect();
    if !can_split(code) {
        let mut words = names;
        words.extend(instr);
        return layout.margin(&words.join(" "), comment);
    }
    let last = names.len().saturating_sub(1);
    for (i, name) in names.iter().enumerate() {
        layout.margin(name, comment.filter(|_| i == last && instr.is_none()));
    }
    if let Some(instr) = instr {
        layout.content(&instr, comment);
    }
}

/// Whether labels and instruction mean the same on lines of their own. Words that would begin another kind of line
/// stay where they are.
fn can_split(code: &Code<'_>) -> bool {
    let mnemonic = code.instr.as_ref().map_or("", |instr| instr.mnemonic.text);
    let is_plain = code.labels.iter().all(|label| label.usual);
    code.labels.is_empty() || is_plain && !mnemonic.starts_with('.') && mnemonic != "include"
}

fn instruction(instr: &Instr<'_>, labels: &BTreeSet<&str>) -> String {
    let mnemonic = instr.mnemonic.text;
    let short = short_name(mnemonic);
    let mnemonic = if short.contains('.') { short } else { mnemonic };
    let operands: Vec<_> = instr.operands.iter().map(|&text| operand(text, labels)).collect();
    join([&mnemonic.to_ascii_lowercase(), &operands.join(", ")])
}

/// An operand. A label may look like a register; its case matters.
fn operand(text: Text<'_>, labels: &BTreeSet<&str>) -> String {
    let value = |text: &str| if labels.contains(text) { text.to_owned() } else { register(text) };
    match split_name(text) {
        Some((name, inner)) => format!("{}={}", name.text, value(inner.text)),
        None => value(text.text),
    }
}
