//! Registers that are used without having been declared.
//!
//! A read is reported if on no path to it the register is declared or written, so a register that is written on one of
//! two paths is not. Attached programs declare nothing and are left out.

use super::codes;
use super::fixed::{allocates, named};
use super::flow::{Exits, Flow};
use super::reachable::reachable;
use super::sink::Sink;
use super::subject::{Subject, Word};
use std::collections::VecDeque;
use ternsig_isa::field::Access;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::learning::LearningOp;
use ternsig_isa::table::orchestration::OrchestrationOp;
use ternsig_isa::{Bank, Op, Register};

/// A set of hot and cold registers. Param and shape registers always exist.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Registers(u128);

impl Registers {
    fn bit(register: Register) -> u128 {
        match register.bank() {
            Bank::Hot => 1 << register.index(),
            Bank::Cold => 1 << (64 + register.index()),
            Bank::Param | Bank::Shape => 0,
        }
    }

    pub(super) fn insert(&mut self, register: Register) {
        self.0 |= Registers::bit(register);
    }

    pub(super) fn contains(self, register: Register) -> bool {
        self.0 & Registers::bit(register) != 0
    }

    pub(super) fn or(self, other: Registers) -> Registers {
        Registers(self.0 | other.0)
    }
}

impl FromIterator<Register> for Registers {
    fn from_iter<I: IntoIterator<Item = Register>>(registers: I) -> Registers {
        let mut set = Registers::default();
        registers.into_iter().for_each(|register| set.insert(register));
        set
    }
}

/// The registers that exist after a word because of it.
pub(super) fn written(word: &Word) -> Registers {
    let creates = |access| matches!(access, Access::Write | Access::Extend | Access::ReadWrite);
    let mut set: Registers =
        word.row.registers(word.bytes()).filter(|(field, _)| creates(field.access)).map(|(_, r)| r).collect();
    let creates_named = word.op().is_some_and(|op| {
        allocates(op)
            || matches!(
                op,
                Op::Learning(LearningOp::RollbackWeights) | Op::Orchestration(OrchestrationOp::ModelOutput)
            )
    });
    if let Some(register) = named(word).filter(|_| creates_named) {
        set.insert(register);
    }
    set
}

fn declared(subject: &Subject<'_>) -> Registers {
    subject.program.registers.iter().map(|decl| decl.register).collect()
}

/// Reads of registers that nothing can have allocated. Where the host chooses a register to allocate, it can be any.
pub(super) fn reads(subject: &Subject<'_>, sink: &mut Sink) {
    let allocates_any = |word: Word| matches!(word.op(), Some(Op::Arch(ArchOp::AllocDynamic)));
    if subject.program.is_attached() || subject.words().any(allocates_any) {
        return;
    }
    let declared = declared(subject);
    let flow = Flow::of(subject);
    let reached = reachable(&flow, subject.instructions().len());
    let existing = existing(subject, &flow, declared, &reached);
    let mut reported = Registers::default();
    for word in subject.words().filter(|word| reached[word.index]) {
        for (field, register) in word.row.registers(word.bytes()) {
            let reads = matches!(field.access, Access::Read | Access::ReadWrite);
            let known = existing[word.index].or(reported);
            if reads && is_storage(register) && !known.contains(register) {
                reported.insert(register);
                let name = subject.mnemonic(&word.instruction);
                let message =
                    format!("{name} reads {register}, which is neither declared nor written before");
                let finding = codes::UNDECLARED_READ.finding(message).at(word.index).about(register);
                sink.push(finding.help(format!("declare {register} in .registers")));
            }
        }
    }
}

pub(super) fn destinations(subject: &Subject<'_>, sink: &mut Sink) {
    if subject.program.is_attached() {
        return;
    }
    let allocated = subject.words().filter(|word| word.op().is_some_and(allocates));
    let mut known = allocated.filter_map(|word| named(&word)).collect::<Registers>().or(declared(subject));
    for word in subject.words() {
        for (field, register) in word.row.registers(word.bytes()) {
            let writes = matches!(field.access, Access::Write | Access::Extend);
            if writes && is_storage(register) && !known.contains(register) {
                known.insert(register);
                let name = subject.mnemonic(&word.instruction);
                let message = format!("{name} writes {register}, which is not declared");
                let finding = codes::UNDECLARED_DESTINATION.finding(message).at(word.index).about(register);
                sink.push(finding.help(format!("declare {register} in .registers")));
            }
        }
    }
}

fn is_storage(register: Register) -> bool {
    matches!(register.bank(), Bank::Hot | Bank::Cold)
}

/// For each word that is reached the registers that exist before it on some path. Behind a call, those that exist at some `return`.
fn existing(subject: &Subject<'_>, flow: &Flow<'_>, declared: Registers, reached: &[bool]) -> Vec<Registers> {
    let len = subject.instructions().len();
    let mut before = vec![declared; len];
    let mut at_return = declared;
    let behind_calls: Vec<usize> = (0..len).filter_map(|index| flow.exits(index).behind_call).collect();
    let mut queued = reached.to_vec();
    let mut queue: VecDeque<usize> = (0..len).filter(|&index| reached[index]).collect();
    while let Some(index) = queue.pop_front() {
        queued[index] = false;
        let created = subject.word(index).map(|word| written(&word)).unwrap_or_default();
        let after = before[index].or(created);
        let Exits { to, returns, .. } = flow.exits(index);
        let mut flow_into = |target: usize, set: Registers| {
            let merged = before[target].or(set);
            if merged != before[target] {
                before[target] = merged;
                if !std::mem::replace(&mut queued[target], true) {
                    queue.push_back(target);
                }
            }
        };
        to.into_iter().flatten().for_each(|target| flow_into(target, after));
        if returns && at_return.or(after) != at_return {
            at_return = at_return.or(after);
            behind_calls.iter().for_each(|&target| flow_into(target, at_return));
        }
    }
    before
}
