//! Parts of the instruction table in words, for every format.

use ternsig_isa::{Access, Effect, Field, Form, Inline, Kind, MinLen, Row, Slot, Work};

/// The names of the operand bytes.
pub(super) const BYTES: [char; 4] = ['A', 'B', 'C', 'D'];

/// What the instruction does with a register operand; nothing for other operands.
pub(super) const fn access(field: &Field) -> Option<&'static str> {
    if !matches!(field.kind, Kind::Register(_) | Kind::OptionalRegister(_)) {
        return None;
    }
    Some(match field.access {
        Access::Read => "read",
        Access::Write => "replaced",
        Access::ReadWrite => "changed",
        Access::Extend => "extended",
        Access::Name => "named",
    })
}

/// How long a source must be; nothing if any length will do.
pub(super) fn least_length(field: &Field) -> Option<String> {
    match field.min_len {
        MinLen::Fixed(0) => None,
        MinLen::Fixed(1) => Some("at least 1 element".to_owned()),
        MinLen::Fixed(len) => Some(format!("at least {len} elements")),
        MinLen::Beyond(other) => Some(format!("more elements than {other}")),
    }
}

/// The value of an operand that is left out, as it would be written.
pub(super) fn default(field: &Field) -> Option<String> {
    let value = field.default?;
    Some(match field.kind {
        Kind::OptionalRegister(_) => "_".to_owned(),
        Kind::Gain => format!("{}", value as f64 / 16.0),
        Kind::Named(names) => {
            let name = names.iter().find(|(_, number)| i64::from(*number) == value);
            name.map_or_else(|| value.to_string(), |(name, _)| (*name).to_owned())
        }
        _ => value.to_string(),
    })
}

/// Where an operand stands among the operand bytes.
pub(super) fn place(field: &Field) -> String {
    let byte = |i: u8| BYTES[usize::from(i) % BYTES.len()];
    match field.slot {
        Slot::Byte(i) => byte(i).to_string(),
        Slot::Wide(i) => format!("{}{}, big-endian", byte(i), byte(i + 1)),
        Slot::High(i) => format!("{}, high 4 bits", byte(i)),
        Slot::Low(i) => format!("{}, low 4 bits", byte(i)),
        Slot::Bit(i) => format!("{}, bit 0", byte(i)),
        Slot::None => "not encoded".to_owned(),
    }
}

/// What is peculiar about the encoding of an operand.
pub(super) fn encoding_note(field: &Field) -> Option<String> {
    match field.kind {
        Kind::Gain => Some("in sixteenths".to_owned()),
        Kind::Centered => Some("the byte itself by position; by name −128 to 127, 128 added".to_owned()),
        Kind::UsuallyZero(value) => Some(format!("{value} is encoded as 0")),
        Kind::Blocks => Some("in blocks of 256".to_owned()),
        _ => None,
    }
}

/// What each operand byte of a form holds.
pub(super) fn layout(form: &Form) -> [String; 4] {
    std::array::from_fn(|i| {
        let parts: Vec<_> = form.fields.iter().filter_map(|field| part(field, i)).collect();
        if parts.is_empty() { form.template()[i].to_string() } else { parts.join(", ") }
    })
}

/// What a field contributes to operand byte `i`.
fn part(field: &Field, i: usize) -> Option<String> {
    if field.mask()[i] == 0 || matches!(field.kind, Kind::Filler) {
        return None;
    }
    Some(match field.slot {
        Slot::Wide(first) if usize::from(first) == i => format!("{}, high byte", field.name),
        Slot::Wide(_) => format!("{}, low byte", field.name),
        Slot::High(_) => format!("{} << 4", field.name),
        Slot::Low(_) | Slot::Bit(_) | Slot::Byte(_) | Slot::None => field.name.to_owned(),
    })
}

/// The effect class in a sentence.
pub(super) fn effect(row: &Row) -> &'static str {
    match row.effect {
        Effect::Pure => "Pure: reads registers and buffers, writes hot registers and buffers",
        Effect::Control => "Control: changes the program counter or the control stack",
        Effect::State => "State: touches other machine state",
        Effect::Yield(Inline::None) => "Yield: hands an operation to the host",
        Effect::Yield(Inline::Bank) => {
            "Yield: hands an operation to the host, unless an attached bank cache answers it in place"
        }
        Effect::Yield(Inline::Substrate) => {
            "Yield: hands an operation to the host, unless an attached substrate answers it in place"
        }
        Effect::Reserved => "Reserved: executing it is an error",
    }
}

/// What an instruction costs.
pub(super) const fn fuel(work: Work) -> &'static str {
    match work {
        Work::Unit => "1",
        Work::Elements => {
            "1 + ⌈n / 1024⌉ for n elements of the longest register or buffer that it reads or changes"
        }
        Work::Product => "1 + ⌈n / 1024⌉ for n multiply-accumulates",
        Work::Created => "1 + ⌈n / 1024⌉ for n elements that it creates",
    }
}

/// The fields of the yielded operation, with the operand that each one carries.
pub(super) fn carried(row: &Row, name: &str) -> Option<&'static str> {
    row.forms
        .iter()
        .find_map(|form| form.fields.iter().find(|field| field.op_name == name))
        .map(|field| field.name)
}
