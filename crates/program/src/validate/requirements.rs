//! The `.requires` section against what the program uses.

use super::codes;
use super::sink::Sink;
use super::subject::Subject;
use std::collections::BTreeMap;

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let used = first_uses(subject);
    let requires = &subject.program.requires;
    for (&ext, &index) in &used {
        if !requires.iter().any(|requirement| requirement.ext == ext) {
            let name = subject.set.extension_name(ext);
            let finding =
                codes::MISSING_REQUIREMENT.finding(format!("{name} is used but not required")).at(index);
            sink.push(finding.help(format!("add \"{name} 0x{ext:04X}\" to .requires")));
        }
    }
    for requirement in requires {
        if !used.contains_key(&requirement.ext) && !uses_twin(subject, requirement.ext) {
            let message = format!("{} is required but not used", requirement.name);
            sink.push(codes::UNUSED_REQUIREMENT.finding(message).help("remove its line from .requires"));
        }
    }
}

/// Each registered extension that is used, with the first instruction of it.
fn first_uses(subject: &Subject<'_>) -> BTreeMap<u16, usize> {
    let mut used = BTreeMap::new();
    for word in subject.words().filter(|word| word.is_extension()) {
        used.entry(word.instruction.ext).or_insert(word.index);
    }
    used
}

/// Whether a core instruction is used that has the name of one of the extension's: then the requirement tells what the
/// program is about, although it needs nothing of the extension.
fn uses_twin(subject: &Subject<'_>, ext: u16) -> bool {
    let Some(extension) = subject.set.extension(ext) else { return true };
    let mut core = subject.words().filter(|word| !word.is_extension());
    core.any(|word| extension.rows().iter().any(|row| row.name == word.row.name))
}
