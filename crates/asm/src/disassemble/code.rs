//! The instructions.

use super::labels::Labels;
use crate::assemble::{Operands, WORD, crossed, read_operands, row_of, split_name};
use crate::diagnostic::Diagnostic;
use crate::syntax::Text;
use std::fmt::Write;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Instruction, InstructionSet, Kind, Op, Row};
use ternsig_program::AssembledProgram;

/// The `.program` section.
pub(super) fn program(program: &AssembledProgram, set: &InstructionSet, text: &mut String) {
    let labels = Labels::of(program, set);
    let words = &program.instructions;
    let mut lines: Vec<_> = words.iter().map(|&word| instruction(word, set, &labels)).collect();
    drop_unpaired(words, &mut lines);
    text.push_str(".program\n");
    for (i, (&word, line)) in words.iter().zip(lines).enumerate() {
        write_labels(labels.at(u32::try_from(i).unwrap_or(u32::MAX)), text);
        let line = line.unwrap_or_else(|| numbers(word, set));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {line}");
    }
    write_labels(labels.at(u32::try_from(words.len()).unwrap_or(u32::MAX)), text);
}

fn write_labels(names: &[String], text: &mut String) {
    for name in names {
        let _ = writeln!(text, "{name}:");
    }
}

/// An instruction as text, if that assembles to exactly this word.
fn instruction(word: Instruction, set: &InstructionSet, labels: &Labels) -> Option<String> {
    let ext = set.extension(word.ext)?;
    let row = ext.row(word.opcode)?;
    let operands = name_targets(&ext.disassemble(word.opcode, word.operands)?, row, word.operands, labels)?;
    let mnemonic = set.mnemonic(word.ext, word.opcode);
    let found = row_of(&mnemonic, set)?;
    let is_same = (found.ext, found.opcode) == (word.ext, word.opcode) && !row.is_reserved();
    let is_line = !operands.contains([';', '"', '\n', '\r', ':']);
    if !is_same || !is_line || crossed(row, word.operands).is_some() {
        return None;
    }
    let resolve = |name: Text<'_>| {
        labels.index(name.text).ok_or_else(|| Diagnostic::error("undefined-label", name.text))
    };
    let texts = Text::new(&operands, 0).split_commas();
    let Operands { values, .. } = read_operands(&texts, row, &resolve).ok()?;
    let packed = ext.assemble_operands(word.opcode, &values).ok()?;
    let assembles = packed.bytes == word.operands && packed.surplus == 0;
    assembles.then(|| format!("{mnemonic} {operands}").trim_end().to_owned())
}

/// Puts the names of labels in the place of `L` and the index. `None` if an index has no label.
fn name_targets(operands: &str, row: &Row, bytes: [u8; 4], labels: &Labels) -> Option<String> {
    let fields = row.form_of(bytes).fields.iter().filter(|field| matches!(field.kind, Kind::Label));
    let targets: Vec<u32> = fields.filter_map(|field| u32::try_from(field.extract(bytes)).ok()).collect();
    if targets.is_empty() {
        return Some(operands.to_owned());
    }
    let rename = |text: &str| match targets.iter().find(|target| text == format!("L{target}")) {
        Some(&target) => labels.name(target).map(str::to_owned),
        None => Some(text.to_owned()),
    };
    let pieces = Text::new(operands, 0).split_commas().into_iter().map(|piece| match split_name(piece) {
        Some((name, value)) => Some(format!("{}={}", name.text, rename(value.text)?)),
        None => rename(piece.text),
    });
    Some(pieces.collect::<Option<Vec<_>>>()?.join(", "))
}

/// A word by its numbers, with the name of what it encodes if that is known.
fn numbers(word: Instruction, set: &InstructionSet) -> String {
    let [a, b, c, d] = word.operands;
    let line = format!("{WORD} 0x{:04X}, 0x{:04X}, {a}, {b}, {c}, {d}", word.ext, word.opcode);
    match set.row(word.ext, word.opcode) {
        Some(_) => {
            let name = set.mnemonic(word.ext, word.opcode);
            format!("{line} ; {}", name.replace(char::is_control, " "))
        }
        None => line,
    }
}

/// Drops the text of loops, loop ends and breaks that the assembler would refuse. Given by numbers, they do not count in
/// the pairing of the others; so if one end of a loop must be, the other is too.
fn drop_unpaired(words: &[Instruction], lines: &mut [Option<String>]) {
    let control: Vec<(usize, CoreOp)> = words
        .iter()
        .enumerate()
        .filter_map(|(i, word)| match Op::lookup(word.ext, word.opcode)? {
            Op::Core(op @ (CoreOp::Loop | CoreOp::EndLoop | CoreOp::Break)) => Some((i, op)),
            _ => None,
        })
        .collect();
    let mut open = Vec::new();
    for &(i, op) in &control {
        match op {
            CoreOp::Loop => open.push(i),
            CoreOp::EndLoop => match open.pop() {
                Some(start) if lines[start].is_some() && lines[i].is_some() => {}
                Some(start) => (lines[start], lines[i]) = (None, None),
                None => lines[i] = None,
            },
            _ => {}
        }
    }
    for unclosed in open {
        lines[unclosed] = None;
    }
    let mut depth = 0usize;
    for (i, op) in control {
        match op {
            _ if lines[i].is_none() => {}
            CoreOp::Loop => depth += 1,
            CoreOp::EndLoop => depth = depth.saturating_sub(1),
            _ if depth == 0 => lines[i] = None,
            _ => {}
        }
    }
}
