//! Storage keys: each for one register.

use super::codes;
use super::sink::Sink;
use super::subject::Subject;
use std::collections::BTreeMap;

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let mut owners = BTreeMap::new();
    for decl in &subject.program.registers {
        let Some(key) = &decl.key else { continue };
        let owner = *owners.entry(key).or_insert(decl.register);
        if owner != decl.register {
            let message = format!("{} has the key \"{key}\" of {owner}", decl.register);
            let finding = codes::SHARED_KEY.finding(message).about(decl.register);
            sink.push(finding.help("storing one of them overwrites the other"));
        }
    }
}
