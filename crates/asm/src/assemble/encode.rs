//! From the lines of code to words.

use super::labels::Labels;
use super::lookup::{Found, find};
use super::operands::{Operands, read_operands};
use super::unknown::{explain, unknown};
use super::{InstructionPlace, OperandPlace, bounds, compat, complaint::complaint, words::word};
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::suggest::did_you_mean;
use crate::syntax::{File, Instr, Text};
use ternsig_isa::operand::Packed;
use ternsig_isa::{ExtensionSyntax, Instruction, InstructionSet, Kind, Operand, Register, Row};
use ternsig_program::{RegisterDecl, Requirement};

/// How many mistakes are searched for what was meant.
const MOST_SUGGESTIONS: usize = 200;

/// One word and what is known about it.
#[derive(Debug)]
pub(crate) struct Encoded<'s> {
    /// The word; without meaning if there was an error.
    pub(crate) instruction: Instruction,
    /// Its row; `None` if it was given by numbers or could not be found.
    pub(crate) row: Option<&'static Row>,
    /// The line it stands on.
    pub(crate) line: u32,
    /// Where it stands.
    pub(crate) place: InstructionPlace,
    /// The labels that it uses.
    pub(crate) labels: Vec<Text<'s>>,
}

/// The registers that a word names.
pub(crate) fn uses(word: &Encoded<'_>) -> impl Iterator<Item = Register> {
    let bytes = word.instruction.operands;
    word.row.into_iter().flat_map(move |row| {
        row.form_of(bytes).fields.iter().filter_map(move |field| {
            let layer = layer_register(field.kind, field.extract(bytes));
            field.register_in(bytes).or(layer)
        })
    })
}

/// The register that a layer number or layer register stands for.
fn layer_register(kind: Kind, byte: i64) -> Option<Register> {
    matches!(kind, Kind::Layer).then(|| Register::cold((byte & 0x3F) as u8))
}

/// Encodes every instruction. One that cannot be encoded keeps its place, so that labels stay right.
pub(super) fn encode<'s>(
    file: &File<'s>,
    set: &InstructionSet,
    labels: &Labels<'_>,
    registers: &[RegisterDecl],
    requires: &[Requirement],
    report: &mut Report,
) -> Vec<Encoded<'s>> {
    let declared = registers.iter().map(|decl| decl.register).collect();
    let mut encoder = Encoder { set, labels, declared, requires, report };
    let code = file.code().filter_map(|(node, code)| Some((node.line.number, code.instr.as_ref()?)));
    let encoded: Vec<_> = code.map(|(line, instr)| encoder.instruction(line, instr)).collect();
    if let Some(&first) = encoded.iter().flat_map(|word| &word.labels).next() {
        labels.check_length(first, report);
    }
    encoded
}

struct Encoder<'a> {
    set: &'a InstructionSet,
    labels: &'a Labels<'a>,
    declared: Vec<Register>,
    requires: &'a [Requirement],
    report: &'a mut Report,
}

impl Encoder<'_> {
    fn instruction<'s>(&mut self, line: u32, instr: &Instr<'s>) -> Encoded<'s> {
        let nothing = Instruction { ext: 0, opcode: 0, operands: [0; 4] };
        let mut encoded =
            Encoded { instruction: nothing, row: None, line, place: place(instr), labels: Vec::new() };
        match find(instr.mnemonic.text, self.set) {
            Some(Found::Instruction(ext, row)) => self.known(instr, ext, row, &mut encoded),
            Some(Found::Word) => match word(instr) {
                Ok(instruction) => encoded.instruction = instruction,
                Err(errors) => self.report.extend(errors),
            },
            None if self.suggests() => self.report.push(explain(instr.mnemonic, self.set, self.requires)),
            None => self.report.push(unknown(instr.mnemonic)),
        }
        encoded
    }

    /// Whether to search for what was meant: a file with very many mistakes is no program, and searching takes time.
    fn suggests(&self) -> bool {
        self.report.count() < MOST_SUGGESTIONS
    }

    fn known<'s>(
        &mut self,
        instr: &Instr<'s>,
        ext: &dyn ExtensionSyntax,
        row: &'static Row,
        encoded: &mut Encoded<'s>,
    ) {
        encoded.row = Some(row);
        let suggests = self.suggests();
        let label = |name: Text<'s>| {
            self.labels.index(name.text).ok_or_else(|| self.labels.undefined(name, suggests))
        };
        let Operands { values, labels } = match read_operands(&instr.operands, row, &label) {
            Ok(operands) => operands,
            Err(errors) => return self.unreadable(errors),
        };
        encoded.labels = labels;
        match ext.assemble_operands(row.opcode, &values) {
            Ok(Packed { bytes, surplus }) => {
                encoded.instruction = Instruction { ext: row.ext, opcode: row.opcode, operands: bytes };
                self.surplus(instr, &values, surplus);
                bounds::check(encoded, row, self.report);
                compat::check(encoded, row, &values, self.report);
            }
            Err(error) => self.report.push(complaint(error, row, &values, instr, &self.declared)),
        }
    }

    /// Reports operands that cannot be read; of registers that do not exist, names the nearest declared one.
    fn unreadable(&mut self, errors: Vec<Diagnostic>) {
        for error in errors {
            let text = if error.code == "bad-register" { error.message.split(' ').next() } else { None };
            let names = self.declared.iter().map(ToString::to_string);
            let help = text.and_then(|text| did_you_mean(text, names));
            self.report.push(error.maybe_help(help));
        }
    }

    fn surplus(&mut self, instr: &Instr<'_>, values: &[Operand], surplus: usize) {
        let unnamed = instr.operands.iter().zip(values).filter(|(_, v)| !matches!(v, Operand::Named(..)));
        let unnamed: Vec<_> = unnamed.map(|(text, _)| text.span()).collect();
        let extra = &unnamed[unnamed.len().saturating_sub(surplus)..];
        if let (Some(first), Some(last)) = (extra.first(), extra.last()) {
            let message = format!("{} has too many operands", instr.mnemonic.text);
            let diagnostic = Diagnostic::warning("surplus-operand", message);
            self.report.push(diagnostic.labelled(first.to(*last), "ignored"));
        }
    }
}

fn place(instr: &Instr<'_>) -> InstructionPlace {
    let operands = instr.operands.iter();
    let operands = operands.map(|text| OperandPlace { span: text.span(), register: text.text.parse().ok() });
    InstructionPlace { span: instr.span(), mnemonic: instr.mnemonic.span(), operands: operands.collect() }
}
