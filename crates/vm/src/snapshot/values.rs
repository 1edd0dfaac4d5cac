//! How the values of the instruction set and errors stand in a snapshot.

use super::error::{SnapshotError, SnapshotErrorKind};
use super::reader::Reader;
use super::wire::{Wire, encode_text};
use crate::error::{Error, ErrorKind};
use ternsig_isa::domain_op::{DomainOpKind, FieldValue};
use ternsig_isa::{DomainOp, Register, Shape, Signal, Temperature};

impl Wire for Signal {
    const LEAST: usize = 2;

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.polarity() as u8, self.magnitude()]);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Signal, SnapshotError> {
        let at = input.at();
        let [polarity, magnitude] = input.array()?;
        let polarity = polarity as i8;
        Signal::new(polarity, magnitude).map_err(|_| input.bad_value(at, "polarity", polarity))
    }
}

impl Wire for Temperature {
    const LEAST: usize = 1;

    fn encode(&self, out: &mut Vec<u8>) {
        self.code().encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Temperature, SnapshotError> {
        let at = input.at();
        let code = u8::decode(input)?;
        let known = Temperature::ALL.get(usize::from(code)).copied();
        known.ok_or_else(|| input.bad_value(at, "temperature", code))
    }
}

impl Wire for Shape {
    const LEAST: usize = 1;

    fn encode(&self, out: &mut Vec<u8>) {
        (self.rank() as u8).encode(out);
        self.dims().iter().for_each(|dim| dim.encode(out));
    }

    fn decode(input: &mut Reader<'_>) -> Result<Shape, SnapshotError> {
        let at = input.at();
        let rank = u8::decode(input)?;
        let dims = input.slice(usize::from(rank) * u32::LEAST)?.as_chunks().0;
        let dims: Vec<u32> = dims.iter().map(|&dim| u32::from_le_bytes(dim)).collect();
        Shape::new(&dims).map_err(|_| input.bad_value(at, "rank", rank))
    }
}

impl Wire for Register {
    const LEAST: usize = 1;

    fn encode(&self, out: &mut Vec<u8>) {
        self.byte().encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Register, SnapshotError> {
        u8::decode(input).map(Register::from_byte)
    }
}

fn number(value: FieldValue) -> i64 {
    match value {
        FieldValue::Register(register) => i64::from(register.byte()),
        FieldValue::Number(number) => number,
        FieldValue::Flag(flag) => i64::from(flag),
    }
}

/// By name, so that the numbering of operations is free to change; then each field as a number.
impl Wire for DomainOp {
    const LEAST: usize = String::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        encode_text(self.name(), out);
        self.fields().iter().for_each(|&(_, value)| number(value).encode(out));
    }

    fn decode(input: &mut Reader<'_>) -> Result<DomainOp, SnapshotError> {
        let at = input.at();
        let name = String::decode(input)?;
        let Some(kind) = DomainOpKind::from_name(&name) else {
            return Err(input.error(at, SnapshotErrorKind::UnknownName { what: "operation", found: name }));
        };
        let at = input.at();
        let values = kind.field_names().iter().map(|_| i64::decode(input)).collect::<Result<Vec<_>, _>>()?;
        let op = kind.build(|index| values.get(index).copied().unwrap_or_default());
        for (i, (&(_, kept), &given)) in op.fields().iter().zip(&values).enumerate() {
            if number(kept) != given {
                return Err(input.bad_value(at + i * i64::LEAST, "field of an operation", given));
            }
        }
        Ok(op)
    }
}

impl Wire for ErrorKind {
    const LEAST: usize = String::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        encode_text(self.name(), out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<ErrorKind, SnapshotError> {
        let at = input.at();
        let name = String::decode(input)?;
        let known = ErrorKind::ALL.iter().copied().find(|kind| kind.name() == name);
        known.ok_or_else(|| {
            input.error(at, SnapshotErrorKind::UnknownName { what: "error kind", found: name })
        })
    }
}

impl Wire for Error {
    const LEAST: usize = ErrorKind::LEAST + String::LEAST + 2 * bool::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        self.kind().encode(out);
        self.register().encode(out);
        encode_text(self.message(), out);
        self.instruction().encode(out);
        if self.instruction().is_some() {
            encode_text(self.mnemonic(), out);
        }
    }

    fn decode(input: &mut Reader<'_>) -> Result<Error, SnapshotError> {
        let kind = ErrorKind::decode(input)?;
        let register = Option::<Register>::decode(input)?;
        let message = String::decode(input)?;
        let error = match register {
            Some(register) => Error::about(kind, register, message),
            None => Error::new(kind, message),
        };
        Ok(match Option::<usize>::decode(input)? {
            Some(instruction) => error.at(instruction, String::decode(input)?),
            None => error,
        })
    }
}
