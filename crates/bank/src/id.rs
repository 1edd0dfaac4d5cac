//! The names of banks and entries.

use std::fmt;

/// Bits of an id that hold a sequence number below its time.
const ENTRY_SEQUENCE_BITS: u32 = 22;
/// The largest tick that fits an entry's id.
const ENTRY_TICKS: u64 = (1 << (u64::BITS - ENTRY_SEQUENCE_BITS)) - 1;

/// A bank: `[seconds: 32][tag of its region: 24][sequence number: 8]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankId(pub u64);

impl BankId {
    /// The id of a region's bank that came into being at this second, the `sequence`th of its region and second.
    #[must_use]
    pub fn new(seconds: u32, region: &str, sequence: u8) -> BankId {
        let tag = u64::from(fnv1a(region.as_bytes()) & 0x00FF_FFFF);
        BankId(u64::from(seconds) << 32 | tag << 8 | u64::from(sequence))
    }
}

impl fmt::Display for BankId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// 32-bit FNV-1a; offset basis and prime are those of its authors (Fowler, Noll and Vo).
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// An entry of a bank: `[tick: 42][sequence number: 22]`. Later entries of a bank have larger ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u64);

impl EntryId {
    /// The id of an entry of this tick; the bank has numbered so many before. Only the low bits of both count.
    pub(crate) const fn new(tick: u64, numbered: u64) -> EntryId {
        let sequence = numbered & ((1 << ENTRY_SEQUENCE_BITS) - 1);
        EntryId((tick & ENTRY_TICKS) << ENTRY_SEQUENCE_BITS | sequence)
    }

    /// The id of these halves, as registers hold them.
    #[must_use]
    pub const fn from_halves(high: i32, low: i32) -> EntryId {
        EntryId((high.cast_unsigned() as u64) << 32 | low.cast_unsigned() as u64)
    }

    /// High and low half, as registers hold them.
    #[must_use]
    pub const fn halves(self) -> (i32, i32) {
        ((self.0 >> 32) as i32, self.0 as i32)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// An entry wherever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryRef {
    /// Its bank.
    pub bank: BankId,
    /// Its id there.
    pub entry: EntryId,
}

impl fmt::Display for EntryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.bank, self.entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_parts_in_place() {
        // FNV-1a of "a" is 0xE40C292C.
        assert_eq!(BankId::new(0x0102_0304, "a", 5).0, 0x0102_0304_0C29_2C05);
        assert_eq!(EntryId::new(3, 5).0, 3 << 22 | 5);
        assert_eq!(EntryId::new(1 << 42 | 7, 1 << 22 | 9).0, 7 << 22 | 9);
    }

    #[test]
    fn halves_hold_every_bit() {
        for id in [0, 1, u64::MAX, 0x8000_0000, 0xFFFF_FFFF_0000_0001, 1 << 63] {
            let (high, low) = EntryId(id).halves();
            assert_eq!(EntryId::from_halves(high, low), EntryId(id));
        }
        assert_eq!(EntryId(0xFFFF_FFFF_0000_0002).halves(), (-1, 2));
    }
}
