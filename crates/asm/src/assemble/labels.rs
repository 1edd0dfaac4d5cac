//! Labels and the instructions they stand at.

use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::source::Span;
use crate::suggest::did_you_mean;
use crate::syntax::{File, LabelDef, Text};
use std::collections::BTreeMap;

/// The largest instruction index that a word can name.
const FARTHEST: u32 = u16::MAX as u32;

/// All labels of a source.
#[derive(Debug, Default)]
pub(super) struct Labels<'s> {
    by_name: BTreeMap<&'s str, (u32, Span)>,
    /// How many instructions the program has.
    instructions: u32,
}

/// Assigns every label the index of the next instruction.
pub(super) fn read<'s>(file: &File<'s>, report: &mut Report) -> Labels<'s> {
    let mut labels = Labels::default();
    for (_, code) in file.code() {
        for label in &code.labels {
            labels.define(label, report);
        }
        labels.instructions = labels.instructions.saturating_add(u32::from(code.instr.is_some()));
    }
    labels
}

impl<'s> Labels<'s> {
    fn define(&mut self, label: &LabelDef<'s>, report: &mut Report) {
        let name = label.name;
        if self.instructions > FARTHEST {
            report.push(
                Diagnostic::error("label-too-far", format!("the label {} stands too far behind", name.text))
                    .labelled(name.span(), format!("at instruction {}", self.instructions))
                    .help(format!("a label can stand at instruction {FARTHEST} at most")),
            );
        }
        match self.by_name.get(name.text) {
            Some(&(_, first)) => report.push(
                Diagnostic::error("duplicate-label", format!("the label {} is defined twice", name.text))
                    .labelled(name.span(), "defined again")
                    .also(first, "first defined here")
                    .help("give one of them another name"),
            ),
            None => {
                self.by_name.insert(name.text, (self.instructions, name.span()));
            }
        }
    }

    /// The index of a label. Of one that stands too far behind, which has been reported, the nearest possible.
    pub(super) fn index(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).map(|&(index, _)| index.min(FARTHEST))
    }

    /// What to say about a label that is not defined; with `suggest`, what was probably meant.
    pub(super) fn undefined(&self, name: Text<'_>, suggest: bool) -> Diagnostic {
        let help = suggest.then(|| did_you_mean(name.text, self.by_name.keys())).flatten();
        Diagnostic::error("undefined-label", format!("there is no label {}", name.text))
            .labelled(name.span(), "not defined in this program")
            .help("a label is a name and a colon before the instruction it stands for")
            .maybe_help(help)
    }

    /// Complains if labels are used although some instructions cannot be named.
    pub(super) fn check_length(&self, first_use: Text<'_>, report: &mut Report) {
        if self.instructions > FARTHEST + 1 {
            let message = format!("a program with labels has at most {} instructions", FARTHEST + 1);
            report.push(
                Diagnostic::error("program-too-long", message)
                    .labelled(first_use.span(), "a label is used here")
                    .help(format!("this one has {}", self.instructions)),
            );
        }
    }

    /// The labels as they stand in a program.
    pub(super) fn into_indexes(self) -> BTreeMap<String, u32> {
        self.by_name.into_iter().map(|(name, (index, _))| (name.to_owned(), index)).collect()
    }
}
