//! Operands as they are written.

use crate::diagnostic::Diagnostic;
use crate::syntax::Text;
use crate::syntax::number::{NotANumber, fraction, integer};
use ternsig_isa::register::RegisterNameError;
use ternsig_isa::{Field, Kind, Operand, Register, Row};

/// A line of nothing but mistakes must not fill the memory.
const MOST_ERRORS: usize = 16;

/// The operands of an instruction, and which labels they use.
pub(crate) struct Operands<'s> {
    pub(crate) values: Vec<Operand>,
    pub(crate) labels: Vec<Text<'s>>,
}

/// Reads operands. `label` gives the index of a label.
pub(crate) fn read_operands<'s>(
    texts: &[Text<'s>],
    row: &Row,
    label: &dyn Fn(Text<'s>) -> Result<u32, Diagnostic>,
) -> Result<Operands<'s>, Vec<Diagnostic>> {
    let mut reader = Reader { row, label, position: 0, labels: Vec::new(), errors: Vec::new() };
    let values: Vec<_> = texts.iter().filter_map(|&text| reader.operand(text)).collect();
    let Reader { labels, errors, .. } = reader;
    if errors.is_empty() { Ok(Operands { values, labels }) } else { Err(errors) }
}

struct Reader<'r, 's> {
    row: &'r Row,
    label: &'r dyn Fn(Text<'s>) -> Result<u32, Diagnostic>,
    /// How many operands without a name there were.
    position: usize,
    labels: Vec<Text<'s>>,
    errors: Vec<Diagnostic>,
}

impl<'s> Reader<'_, 's> {
    fn operand(&mut self, text: Text<'s>) -> Option<Operand> {
        let read = match split_name(text) {
            Some((name, value)) => {
                let fields = self.row.forms.iter().map(|form| form.field(name.text));
                let label = label_use(fields);
                self.value(value, label).map(|value| Operand::Named(name.text.to_owned(), Box::new(value)))
            }
            None => {
                let label = label_use(positional(self.row, self.position));
                self.position += 1;
                self.value(text, label)
            }
        };
        match read {
            Ok(operand) => return Some(operand),
            Err(error) if self.errors.len() < MOST_ERRORS => self.errors.push(error),
            Err(_) => {}
        }
        None
    }

    fn value(&mut self, text: Text<'s>, label: LabelUse) -> Result<Operand, Diagnostic> {
        if label == LabelUse::Never || text.is_empty() {
            return value(text);
        }
        match (self.label)(text) {
            Ok(index) => {
                self.labels.push(text);
                Ok(Operand::Target(index))
            }
            Err(_) if label == LabelUse::Perhaps => value(text),
            Err(undefined) => Err(undefined),
        }
    }
}

/// Whether an operand is a label. Labels may be called like registers, so this decides before the text does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LabelUse {
    Always,
    Perhaps,
    Never,
}

fn label_use<'f>(fields: impl Iterator<Item = Option<&'f Field>>) -> LabelUse {
    let (mut labels, mut others) = (false, false);
    for field in fields.flatten() {
        let is_label = matches!(field.kind, Kind::Label);
        labels |= is_label;
        others |= !is_label;
    }
    match (labels, others) {
        (true, false) => LabelUse::Always,
        (true, true) => LabelUse::Perhaps,
        (false, _) => LabelUse::Never,
    }
}

/// The field of each form that an operand without a name stands for.
pub(super) fn positional(row: &Row, position: usize) -> impl Iterator<Item = Option<&'static Field>> {
    row.forms.iter().map(move |form| form.fields.iter().filter(|field| !field.named_only).nth(position))
}

/// `name=value`, with spaces around the sign if there are any.
pub(crate) fn split_name(text: Text<'_>) -> Option<(Text<'_>, Text<'_>)> {
    let (name, value) = text.split_once(b'=')?;
    let name = name.trim_end();
    let is_name = !name.is_empty() && name.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| (name, value.trim_start()))
}

/// A value that is no label.
fn value(text: Text<'_>) -> Result<Operand, Diagnostic> {
    match text.text {
        "" => {
            return Err(Diagnostic::error("empty-operand", "an operand is empty")
                .labelled(text.span(), "nothing stands here")
                .help("operands are separated by single commas"));
        }
        "_" => return Ok(Operand::Unused),
        _ => {}
    }
    match text.text.parse::<Register>() {
        Ok(register) => return Ok(Operand::Register(register)),
        Err(RegisterNameError::Malformed) => {}
        Err(error) => {
            return Err(Diagnostic::error("bad-register", format!("{} is not a register", text.text))
                .labelled(text.span(), format!("{error}"))
                .help("registers are H0 to H63, C0 to C63, P0 to P63 and S0 to S62"));
        }
    }
    match integer(text.text) {
        Ok(number) => return Ok(Operand::Integer(number)),
        Err(NotANumber::Malformed) => {}
        Err(NotANumber::TooLarge) => {
            return Err(Diagnostic::error("out-of-range", format!("the number {} is too large", text.text))
                .labelled(text.span(), "expected a number that fits the operand"));
        }
    }
    if let Some((digits, places)) = fraction(text.text) {
        return Ok(Operand::Decimal { digits, places });
    }
    if !text.text.starts_with('"') && text.text.contains(char::is_whitespace) {
        return Err(missing_comma(text));
    }
    Ok(Operand::Word(text.text.to_owned()))
}

fn missing_comma(text: Text<'_>) -> Diagnostic {
    let diagnostic = Diagnostic::error("missing-comma", "operands are separated by commas")
        .labelled(text.span(), "a comma is missing here");
    if text.text.contains('=') {
        return diagnostic;
    }
    let words: Vec<_> = text.text.split_whitespace().collect();
    let commas = words.join(", ");
    diagnostic.help(format!("write {commas}")).fix(text.span(), commas)
}
