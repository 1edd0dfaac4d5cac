//! Roles: a program may contain only instructions that its roles allow.

use super::codes;
use super::sink::Sink;
use super::subject::Subject;
use ternsig_isa::{Role, RoleSet};

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let granted = subject.granted;
    if let Some(asked) = subject.program.meta.roles
        && !asked.is_within(granted)
    {
        let message = format!("the program asks for the roles {asked}, but is granted {granted}");
        sink.push(codes::ROLE_NOT_GRANTED.finding(message).help("grant the role, or ask for less"));
    }
    let effective = effective(granted, subject.program.meta.roles);
    if effective.contains(Role::Unrestricted) {
        return;
    }
    for word in
        subject.known().filter(|word| !word.row.is_reserved() && !effective.intersects(word.row.roles))
    {
        let name = subject.mnemonic(&word.instruction);
        let allowed = word.row.roles.iter().filter(|&role| role != Role::Unrestricted);
        let allowed = allowed.map(Role::name).collect::<Vec<_>>().join(" or ");
        let message = format!("{name} needs the role {allowed}, the program has {effective}");
        let finding = codes::ROLE_DENIED.finding(message).at(word.index);
        sink.push(finding.help("grant the role and name it in .meta role, or remove the instruction"));
    }
}

/// What the program may use: what it is granted, narrowed by what it asks for. Every role includes the forward set.
fn effective(granted: RoleSet, asked: Option<RoleSet>) -> RoleSet {
    let holds = |role| granted.contains(role) || granted.contains(Role::Unrestricted);
    let asked = asked.unwrap_or(granted);
    asked.iter().filter(|&role| holds(role)).fold(RoleSet::NONE.with(Role::Forward), RoleSet::with)
}
