//! How numbers, options, lists and tables stand in a snapshot.

use super::error::{SnapshotError, SnapshotErrorKind};
use super::reader::Reader;
use ternsig_isa::limits::REGISTERS_PER_BANK;

/// A value with one encoding: what `decode` accepts is exactly what `encode` writes.
pub(super) trait Wire: Sized {
    /// The fewest bytes that a value takes.
    const LEAST: usize;

    fn encode(&self, out: &mut Vec<u8>);

    fn decode(input: &mut Reader<'_>) -> Result<Self, SnapshotError>;
}

/// One optional entry for each register of a bank.
pub(super) type Table<T> = [Option<T>; REGISTERS_PER_BANK];

macro_rules! little_endian {
    ($($ty:ty),*) => {$(
        impl Wire for $ty {
            const LEAST: usize = size_of::<$ty>();

            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn decode(input: &mut Reader<'_>) -> Result<$ty, SnapshotError> {
                input.array().map(<$ty>::from_le_bytes)
            }
        }
    )*};
}
little_endian!(u8, u16, u32, u64, i32, i64);

impl Wire for usize {
    const LEAST: usize = u64::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        (*self as u64).encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<usize, SnapshotError> {
        let at = input.at();
        let value = u64::decode(input)?;
        usize::try_from(value).map_err(|_| input.bad_value(at, "index", value as i64))
    }
}

impl Wire for bool {
    const LEAST: usize = 1;

    fn encode(&self, out: &mut Vec<u8>) {
        u8::from(*self).encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<bool, SnapshotError> {
        let at = input.at();
        match u8::decode(input)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(input.bad_value(at, "flag", other)),
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    const LEAST: usize = bool::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        self.is_some().encode(out);
        if let Some(value) = self {
            value.encode(out);
        }
    }

    fn decode(input: &mut Reader<'_>) -> Result<Option<T>, SnapshotError> {
        bool::decode(input)?.then(|| T::decode(input)).transpose()
    }
}

impl<T: Wire> Wire for Vec<T> {
    const LEAST: usize = u32::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        encode_list(self, out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Vec<T>, SnapshotError> {
        let len = input.list_len(T::LEAST)?;
        let mut list = Vec::with_capacity(len);
        for _ in 0..len {
            list.push(T::decode(input)?);
        }
        Ok(list)
    }
}

impl Wire for String {
    const LEAST: usize = u32::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        encode_text(self, out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<String, SnapshotError> {
        let at = input.at();
        let len = input.list_len(1)?;
        let bytes = input.slice(len)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(input.error(at, SnapshotErrorKind::NotUtf8)),
        }
    }
}

/// A length beyond 32 bits is written as the greatest one: no reader takes such a snapshot for whole.
fn encode_len(len: usize, out: &mut Vec<u8>) {
    u32::try_from(len).unwrap_or(u32::MAX).encode(out);
}

pub(super) fn encode_list<T: Wire>(list: &[T], out: &mut Vec<u8>) {
    encode_len(list.len(), out);
    out.reserve(list.len() * T::LEAST);
    list.iter().for_each(|value| value.encode(out));
}

pub(super) fn encode_text(text: &str, out: &mut Vec<u8>) {
    encode_len(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

/// A bit for each index, set for those that have an entry, then these entries.
pub(super) fn encode_table<'a, T: Wire + 'a>(out: &mut Vec<u8>, get: impl Fn(usize) -> Option<&'a T>) {
    let present = (0..REGISTERS_PER_BANK).filter(|&index| get(index).is_some());
    present.fold(0u64, |mask, index| mask | 1 << index).encode(out);
    (0..REGISTERS_PER_BANK).filter_map(get).for_each(|entry| entry.encode(out));
}

pub(super) fn decode_table<T: Wire>(input: &mut Reader<'_>) -> Result<Table<T>, SnapshotError> {
    let mask = u64::decode(input)?;
    let mut table = std::array::from_fn(|_| None);
    for (index, entry) in table.iter_mut().enumerate() {
        if mask >> index & 1 == 1 {
            *entry = Some(T::decode(input)?);
        }
    }
    Ok(table)
}
