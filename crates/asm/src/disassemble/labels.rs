//! Names for the instructions that others jump to.

use crate::syntax::parse::is_usual_label;
use std::collections::{BTreeMap, BTreeSet};
use ternsig_isa::{InstructionSet, Kind};
use ternsig_program::AssembledProgram;

/// Labels can name only so many instructions.
const MOST_WORDS: usize = 1 << 16;

/// Every label of the text, by index and by name.
#[derive(Debug, Default)]
pub(super) struct Labels {
    by_index: BTreeMap<u32, Vec<String>>,
    by_name: BTreeMap<String, u32>,
}

impl Labels {
    /// The program's own labels, and new ones for the targets that have none. None at all for a program that is too
    /// long for labels.
    pub(super) fn of(program: &AssembledProgram, set: &InstructionSet) -> Labels {
        let mut labels = Labels::default();
        let words = program.instructions.len();
        if words > MOST_WORDS {
            return labels;
        }
        let can_stand_at = |index: u32| index as usize <= words && index <= u32::from(u16::MAX);
        for (name, &index) in &program.labels {
            if is_usual_label(name) && can_stand_at(index) {
                labels.add(name.clone(), index);
            }
        }
        for target in targets(program, set).into_iter().filter(|&target| can_stand_at(target)) {
            if labels.name(target).is_none() {
                labels.add(labels.new_name(target), target);
            }
        }
        labels
    }

    fn add(&mut self, name: String, index: u32) {
        self.by_index.entry(index).or_default().push(name.clone());
        self.by_name.insert(name, index);
    }

    fn new_name(&self, index: u32) -> String {
        let plain = format!("L{index}");
        let numbered = (1..).map(|n: u64| format!("L{index}_{n}"));
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        names.find(|name| !self.by_name.contains_key(name)).unwrap_or(plain)
    }

    /// The labels that stand at an index.
    pub(super) fn at(&self, index: u32) -> &[String] {
        self.by_index.get(&index).map_or(&[], Vec::as_slice)
    }

    /// A label of an index.
    pub(super) fn name(&self, index: u32) -> Option<&str> {
        self.at(index).first().map(String::as_str)
    }

    /// The index of a label.
    pub(super) fn index(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }
}

/// Every index that an instruction names.
fn targets(program: &AssembledProgram, set: &InstructionSet) -> BTreeSet<u32> {
    let mut targets = BTreeSet::new();
    for word in &program.instructions {
        let Some(row) = set.row(word.ext, word.opcode) else { continue };
        let fields = row.form_of(word.operands).fields.iter();
        let labels = fields.filter(|field| matches!(field.kind, Kind::Label));
        targets.extend(labels.filter_map(|field| u32::try_from(field.extract(word.operands)).ok()));
    }
    targets
}
