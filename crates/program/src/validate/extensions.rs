//! Every word must be an instruction that the machine knows, and every required extension must be registered.

use super::codes;
use super::sink::Sink;
use super::subject::Subject;
use std::collections::BTreeSet;
use ternsig_isa::Instruction;

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    requirements(subject, sink);
    let mut reported = BTreeSet::new();
    for (index, word) in subject.instructions().iter().enumerate() {
        match subject.row(index) {
            Some(row) if row.is_reserved() => {
                let message = format!("{} ({:#06x}) is reserved and has no meaning", row.name, row.opcode);
                sink.push(
                    codes::RESERVED_OPCODE.finding(message).at(index).help(substitute(subject, row.name)),
                );
            }
            Some(_) => {}
            None if subject.set.extension(word.ext).is_some() => {
                sink.push(unknown_opcode(subject, word).at(index))
            }
            None if reported.insert(word.ext) => sink.push(unknown_extension(word.ext).at(index)),
            None => {}
        }
    }
}

fn requirements(subject: &Subject<'_>, sink: &mut Sink) {
    for requirement in &subject.program.requires {
        if subject.set.extension(requirement.ext).is_none() {
            let message =
                format!("the extension {} ({:#06x}) is not registered", requirement.name, requirement.ext);
            sink.push(codes::UNAVAILABLE_REQUIREMENT.finding(message).help(REGISTER));
        }
    }
}

const REGISTER: &str = "register the extension before loading the program";

fn unknown_extension(ext: u16) -> super::Finding {
    codes::UNKNOWN_EXTENSION.finding(format!("the extension {ext:#06x} is not registered")).help(REGISTER)
}

fn unknown_opcode(subject: &Subject<'_>, word: &Instruction) -> super::Finding {
    let name = subject.set.extension_name(word.ext);
    codes::UNKNOWN_OPCODE
        .finding(format!("{name} has no opcode {:#06x}", word.opcode))
        .help("the program needs a version of the extension that has it")
}

/// Most reserved core words have a counterpart of the same name in an extension.
fn substitute(subject: &Subject<'_>, name: &str) -> String {
    let mut extensions = subject.set.extensions().skip(1);
    let same = extensions.find_map(|ext| ext.rows().iter().find(|row| row.is_called(name)));
    same.map_or_else(
        || "remove it".to_owned(),
        |row| format!("use {}", subject.set.mnemonic(row.ext, row.opcode)),
    )
}
