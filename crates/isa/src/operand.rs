//! Operands as they are written, and their packing into the four operand bytes.

use crate::field::{Field, Kind, Slot};
use crate::register::{Bank, Register};
use crate::row::{Form, Row};
use std::fmt;

/// One operand of an instruction's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A register name.
    Register(Register),
    /// A whole number.
    Integer(i64),
    /// A decimal number: `digits` · 10^−`places`.
    Decimal {
        /// All digits, without the point.
        digits: i64,
        /// How many digits stand behind the point.
        places: u32,
    },
    /// `_`: a byte that is not used.
    Unused,
    /// A label that has been resolved to an instruction index.
    Target(u32),
    /// Any other word.
    Word(String),
    /// `name=value`.
    Named(String, Box<Operand>),
}

/// Why operands cannot be packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperandError {
    /// The operand at fault, counted from 0; `None` when one is missing.
    pub operand: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl OperandError {
    fn at(operand: usize, message: impl Into<String>) -> OperandError {
        OperandError { operand: Some(operand), message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> OperandError {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for OperandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}

impl std::error::Error for OperandError {}

/// The bytes of packed operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The operand bytes.
    pub bytes: [u8; 4],
    /// How many written operands had no place; only core instructions tolerate them.
    pub surplus: usize,
}

/// Packs written operands into the bytes of one of the row's forms. Four plain operands that fit no form are taken as
/// the four bytes themselves, for every extension but the core.
///
/// # Errors
/// The complaint of the form that came closest.
pub fn pack(row: &Row, operands: &[Operand]) -> Result<Packed, OperandError> {
    let mut closest: Option<((bool, usize), OperandError)> = None;
    let mut loose = None;
    for form in row.forms {
        match pack_form(row, form, operands) {
            Ok(packed) if packed.surplus == 0 => return Ok(packed),
            Ok(packed) => loose = loose.or(Some(packed)),
            Err(error) => {
                let closeness = (takes(form, operands.len()), error.operand.unwrap_or(operands.len()));
                if closest.as_ref().is_none_or(|(best, _)| closeness > *best) {
                    closest = Some((closeness, error));
                }
            }
        }
    }
    if let Some(packed) = loose {
        return Ok(packed);
    }
    if row.ext != 0
        && !row.forms.iter().any(names_four_bytes)
        && let Some(bytes) = raw_bytes(operands)
    {
        let bytes = bytes?;
        check_banks(row, bytes)?;
        return Ok(Packed { bytes, surplus: 0 });
    }
    Err(closest
        .map_or_else(|| OperandError::at(0, format!("{} cannot be written", row.name)), |(_, error)| error))
}

/// Whether a form can be written with this many operands.
fn takes(form: &Form, operands: usize) -> bool {
    let required = form.fields.iter().filter(|field| field.default.is_none()).count();
    (required..=form.fields.len()).contains(&operands)
}

/// Whether four plain operands of this form are its four bytes.
fn names_four_bytes(form: &Form) -> bool {
    form.fields.len() == 4
        && form.fields.iter().all(|f| !f.named_only && matches!(f.slot, Slot::Byte(_) | Slot::Bit(_)))
}

fn pack_form(row: &Row, form: &Form, operands: &[Operand]) -> Result<Packed, OperandError> {
    let mut values: Vec<Option<i64>> = vec![None; form.fields.len()];
    let mut next = 0;
    let mut surplus = 0;
    for (i, operand) in operands.iter().enumerate() {
        let (index, operand, by_name) = match operand {
            Operand::Named(name, value) => {
                let position = form.fields.iter().position(|f| is_named(f, name));
                let index = position.ok_or_else(|| {
                    OperandError::at(i, format!("{} has no operand called {name}", row.name)).help(usage(row))
                })?;
                (index, value.as_ref(), true)
            }
            operand => {
                while form.fields.get(next).is_some_and(|f| f.named_only) {
                    next += 1;
                }
                if next >= form.fields.len() {
                    if row.ext == 0 {
                        surplus += 1;
                        continue;
                    }
                    return Err(
                        OperandError::at(i, format!("{} has too many operands", row.name)).help(usage(row))
                    );
                }
                next += 1;
                (next - 1, operand, false)
            }
        };
        if values[index].is_some() {
            let name = form.fields[index].name;
            return Err(OperandError::at(i, format!("operand {name} is given twice")));
        }
        let value = value_of(row, &form.fields[index], operand, by_name);
        values[index] = Some(value.map_err(|e| OperandError { operand: Some(i), ..e })?);
    }
    let mut bytes = form.template();
    for (field, value) in form.fields.iter().zip(values) {
        let value = value.or(field.default).ok_or_else(|| OperandError {
            operand: None,
            message: format!("{} is missing its operand {}", row.name, field.name),
            help: Some(usage(row)),
        })?;
        field.insert(encoded(field, value), &mut bytes);
    }
    Ok(Packed { bytes, surplus })
}

fn is_named(field: &Field, name: &str) -> bool {
    field.name.eq_ignore_ascii_case(name) || field.op_name.eq_ignore_ascii_case(name)
}

fn encoded(field: &Field, value: i64) -> i64 {
    match field.kind {
        Kind::UsuallyZero(usual) if value == usual => 0,
        _ => value,
    }
}

/// The value of a written operand for a field.
fn value_of(row: &Row, field: &Field, operand: &Operand, by_name: bool) -> Result<i64, OperandError> {
    let wrong = |found: &str| {
        OperandError::at(0, format!("operand {} of {} cannot be {found}", field.name, row.name))
            .help(format!("expected {}", expectation(field)))
    };
    match (field.kind, operand) {
        (Kind::Register(banks), Operand::Register(register))
        | (Kind::OptionalRegister(banks), Operand::Register(register)) => {
            if banks.contains(register.bank()) {
                Ok(i64::from(register.byte()))
            } else {
                Err(wrong(&format!("the {} register {register}", register.bank().name())))
            }
        }
        (Kind::OptionalRegister(_), Operand::Unused) => Ok(i64::from(Register::NULL.byte())),
        (Kind::ParamIndex, Operand::Register(r)) if r.bank() == Bank::Param => Ok(r.index() as i64),
        (Kind::Layer, Operand::Register(r)) if r.bank() == Bank::Cold => Ok(i64::from(r.byte())),
        (Kind::Layer, Operand::Integer(v)) => in_range(row, field, *v, (0, 63)),
        (Kind::Filler, Operand::Unused | Operand::Integer(0)) => Ok(0),
        (Kind::Label, Operand::Target(index)) => in_range(row, field, i64::from(*index), field.range),
        (Kind::Word(word), Operand::Word(text)) if text.eq_ignore_ascii_case(word) => Ok(0),
        (Kind::Named(names), Operand::Word(text)) => names
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|&(_, value)| i64::from(value))
            .ok_or_else(|| wrong(&format!("\"{text}\""))),
        (Kind::Gain, Operand::Integer(v)) => gain(field, *v, 0).ok_or_else(|| wrong(&v.to_string())),
        (Kind::Gain, Operand::Decimal { digits, places }) => {
            gain(field, *digits, *places).ok_or_else(|| wrong(&decimal(*digits, *places)))
        }
        (Kind::Centered, Operand::Integer(v)) if by_name => Ok(in_range(row, field, *v, (-128, 127))? + 128),
        (
            Kind::Unsigned
            | Kind::Signed
            | Kind::Centered
            | Kind::Blocks
            | Kind::ParamIndex
            | Kind::UsuallyZero(_)
            | Kind::Named(_),
            Operand::Integer(v),
        ) => in_range(row, field, *v, field.range),
        (_, Operand::Register(register)) => Err(wrong(&format!("the register {register}"))),
        (_, Operand::Integer(v)) => Err(wrong(&format!("the number {v}"))),
        (_, Operand::Decimal { .. }) => Err(wrong("a decimal number")),
        (_, Operand::Unused) => Err(wrong("left out with \"_\"")),
        (_, Operand::Target(_)) => Err(wrong("a label")),
        (_, Operand::Word(text)) => Err(wrong(&format!("\"{text}\""))),
        (_, Operand::Named(..)) => Err(wrong("a nested name")),
    }
}

fn in_range(row: &Row, field: &Field, value: i64, (least, most): (i64, i64)) -> Result<i64, OperandError> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let allowed =
        if least == most { format!("only {least} is possible") } else { format!("it is {least} to {most}") };
    Err(OperandError::at(0, format!("operand {} of {} is out of range: {value}", field.name, row.name))
        .help(allowed))
}

/// `digits` · 10^−`places` as text.
fn decimal(digits: i64, places: u32) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let places = places as usize;
    let digits = format!("{:0>width$}", digits.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// ⌊16 · digits · 10^−places⌋ if that is a legal gain byte.
fn gain(field: &Field, digits: i64, places: u32) -> Option<i64> {
    let sixteenths = digits.checked_mul(16)? / 10i64.checked_pow(places)?;
    (field.range.0..=field.range.1).contains(&sixteenths).then_some(sixteenths)
}

/// Four operands that are bytes by themselves; `None` if there are not four, or one is no plain number or register.
fn raw_bytes(operands: &[Operand]) -> Option<Result<[u8; 4], OperandError>> {
    let mut bytes = [0; 4];
    if operands.len() != bytes.len() {
        return None;
    }
    for (i, (byte, operand)) in bytes.iter_mut().zip(operands).enumerate() {
        *byte = match operand {
            Operand::Register(register) => register.byte(),
            Operand::Unused => 0,
            Operand::Integer(value) => match u8::try_from(*value) {
                Ok(value) => value,
                Err(_) => {
                    let error = OperandError::at(i, format!("{value} is out of range for an operand byte"));
                    return Some(Err(error.help("four plain operands are the four bytes, 0 to 255 each")));
                }
            },
            _ => return None,
        };
    }
    Some(Ok(bytes))
}

fn check_banks(row: &Row, bytes: [u8; 4]) -> Result<(), OperandError> {
    for (field, register) in row.registers(bytes) {
        let Slot::Byte(i) = field.slot else { continue };
        if field.banks().is_some_and(|banks| !banks.contains(register.bank())) {
            let message = format!("operand {} of {} cannot be the register {register}", field.name, row.name);
            return Err(
                OperandError::at(usize::from(i), message).help(format!("expected {}", expectation(field)))
            );
        }
    }
    Ok(())
}

/// What a field accepts, for a message.
#[must_use]
pub fn expectation(field: &Field) -> String {
    match field.kind {
        Kind::Register(banks) => format!("a {} register", banks.describe()),
        Kind::OptionalRegister(banks) => format!("a {} register or _", banks.describe()),
        Kind::ParamIndex => "a param register".to_owned(),
        Kind::Layer => "a cold register or a layer number 0 to 63".to_owned(),
        Kind::Label => "a label".to_owned(),
        Kind::Gain => "a gain from 0.0625 to 15.9375".to_owned(),
        Kind::Word(word) => format!("the word {word}"),
        Kind::Filler => "0 or _".to_owned(),
        Kind::Named(names) => {
            let names: Vec<_> = names.iter().map(|(name, value)| format!("{name} ({value})")).collect();
            format!("one of {}", names.join(", "))
        }
        Kind::Unsigned | Kind::Signed | Kind::Centered | Kind::Blocks | Kind::UsuallyZero(_) => {
            format!("a number {} to {}", field.range.0, field.range.1)
        }
    }
}

/// How an instruction is written: `grow_neuron weights, count [, seed]`, its forms separated by "or".
#[must_use]
pub fn usage(row: &Row) -> String {
    let forms = row.forms.iter().filter(|form| form.fields.iter().all(|f| !matches!(f.kind, Kind::Filler)));
    let forms: Vec<_> = forms.map(|form| form_usage(row, form)).collect();
    forms.join(" or ")
}

/// How an instruction is written in one of its forms.
#[must_use]
pub fn form_usage(row: &Row, form: &Form) -> String {
    let mut text = mnemonic(row);
    let mut open = 0;
    for (i, field) in form.fields.iter().enumerate() {
        if field.default.is_some() {
            text.push_str(" [");
            open += 1;
        }
        let separator = match (i, open) {
            (0, 0) => " ",
            (0, _) => "",
            _ => ", ",
        };
        text.push_str(separator);
        text.push_str(field.name);
        text.push_str(if field.named_only { "=" } else { "" });
    }
    text.push_str(&"]".repeat(open));
    text
}

/// The mnemonic as it is written: with its extension's name, unless it is a core instruction.
#[must_use]
pub fn mnemonic(row: &Row) -> String {
    match crate::table::STANDARD.iter().find(|ext| ext.id == row.ext) {
        Some(ext) if ext.id != 0 => format!("{}.{}", ext.name, row.name),
        _ => row.name.to_owned(),
    }
}

/// The operands that packing turns into exactly these bytes; `None` if no text does.
///
/// Labels are written as `L` and the instruction index.
#[must_use]
pub fn unpack(row: &Row, bytes: [u8; 4]) -> Option<String> {
    let form = row.form_of(bytes);
    let written = write_form(form, bytes).filter(|written| {
        let operands: Vec<_> = written.iter().map(|(operand, _)| operand.clone()).collect();
        pack(row, &operands).is_ok_and(|packed| packed.bytes == bytes)
    });
    if let Some(written) = written {
        let texts: Vec<_> = written.into_iter().map(|(_, text)| text).collect();
        return Some(texts.join(", "));
    }
    let raw = bytes.map(|byte| Operand::Integer(i64::from(byte)));
    let named: Vec<_> = (0u8..4)
        .map(|i| {
            let register =
                form.fields.iter().find(|f| f.slot == Slot::Byte(i)).and_then(|f| f.register_in(bytes));
            register.map_or_else(|| bytes[usize::from(i)].to_string(), |register| register.to_string())
        })
        .collect();
    let packs = row.ext != 0 && pack(row, &raw).is_ok_and(|packed| packed.bytes == bytes);
    packs.then(|| named.join(", "))
}

fn write_form(form: &Form, bytes: [u8; 4]) -> Option<Vec<(Operand, String)>> {
    let mut written = Vec::new();
    let mut skipped = false;
    for field in form.fields {
        let value = field.extract(bytes);
        let usual = matches!(field.kind, Kind::UsuallyZero(_)) && value == 0;
        if usual
            || matches!(field.slot, Slot::None) && !matches!(field.kind, Kind::Word(_))
            || field.default == Some(value)
        {
            skipped = true;
            continue;
        }
        let (operand, text) = write_value(field, value)?;
        if skipped || field.named_only {
            let value =
                if matches!(field.kind, Kind::Centered) { Operand::Integer(value - 128) } else { operand };
            let text = if matches!(field.kind, Kind::Centered) {
                (field.extract(bytes) - 128).to_string()
            } else {
                text
            };
            written.push((
                Operand::Named(field.name.to_owned(), Box::new(value)),
                format!("{}={text}", field.name),
            ));
        } else {
            written.push((operand, text));
        }
    }
    Some(written)
}

fn write_value(field: &Field, value: i64) -> Option<(Operand, String)> {
    let number = || (Operand::Integer(value), value.to_string());
    Some(match field.kind {
        Kind::Register(_) => {
            let register = Register::from_byte(value as u8);
            (Operand::Register(register), register.to_string())
        }
        Kind::OptionalRegister(_) => match Register::from_byte(value as u8) {
            Register::NULL => (Operand::Unused, "_".to_owned()),
            register => (Operand::Register(register), register.to_string()),
        },
        Kind::ParamIndex => {
            let register = Register::new(Bank::Param, u8::try_from(value).ok().filter(|&v| v < 64)?);
            (Operand::Register(register), register.to_string())
        }
        Kind::Layer if value >= 64 => {
            let register = Register::from_byte(value as u8);
            (Operand::Register(register), register.to_string())
        }
        Kind::Label => (Operand::Target(value as u32), format!("L{value}")),
        Kind::Gain => {
            let digits = value * 10_000 / 16;
            let text = format!("{}.{:04}", digits / 10_000, digits % 10_000);
            (
                Operand::Decimal { digits, places: 4 },
                text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            )
        }
        Kind::Word(word) => (Operand::Word(word.to_owned()), word.to_owned()),
        Kind::Named(names) => match names.iter().find(|&&(_, v)| i64::from(v) == value) {
            Some((name, _)) => (Operand::Word((*name).to_owned()), (*name).to_owned()),
            None => number(),
        },
        _ => number(),
    })
}
