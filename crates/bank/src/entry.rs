//! What a bank remembers of one vector.

use crate::edge::Edge;
use crate::id::{BankId, EntryId};
use ternsig_isa::Temperature;

/// The confidence of a new entry.
pub const FIRST_CONFIDENCE: u8 = 128;

/// An entry without its vector, which its bank keeps together with those of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id in the bank.
    pub id: EntryId,
    /// The bank that it was first written to.
    pub origin: BankId,
    /// How proven it is: Hot is new, Cold stays longest.
    pub temperature: Temperature,
    /// The tick at which it was written.
    pub created: u64,
    /// The tick of the last access.
    pub last_accessed: u64,
    /// How often it was accessed.
    pub access_count: u32,
    /// How often since its temperature changed.
    pub accesses_since: u32,
    /// The tick at which its temperature changed; that at which it was written if it did not.
    pub settled: u64,
    /// How sure the host is of it, 0–255.
    pub confidence: u8,
    /// A name for people.
    pub tag: Option<String>,
    /// Its links, in the order in which they were made.
    pub edges: Vec<Edge>,
}

impl Record {
    /// An entry that is written to a bank now.
    #[must_use]
    pub const fn new(id: EntryId, origin: BankId, temperature: Temperature, now: u64) -> Record {
        Record {
            id,
            origin,
            temperature,
            created: now,
            last_accessed: now,
            access_count: 0,
            accesses_since: 0,
            settled: now,
            confidence: FIRST_CONFIDENCE,
            tag: None,
            edges: Vec::new(),
        }
    }

    /// Counts an access.
    pub(crate) const fn touch(&mut self, now: u64) {
        self.access_count = self.access_count.saturating_add(1);
        self.accesses_since = self.accesses_since.saturating_add(1);
        self.last_accessed = now;
    }

    /// Gives it another temperature. False if it has it already.
    pub(crate) fn settle(&mut self, temperature: Temperature, now: u64) -> bool {
        if self.temperature == temperature {
            return false;
        }
        (self.temperature, self.settled, self.accesses_since) = (temperature, now, 0);
        true
    }
}

/// An entry with its vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// All but the vector.
    pub record: Record,
    /// As many elements as the bank is wide, −255…255 each.
    pub vector: Vec<i16>,
}

/// One step colder; Cold stays.
#[must_use]
pub const fn colder(temperature: Temperature) -> Temperature {
    match temperature {
        Temperature::Hot => Temperature::Warm,
        Temperature::Warm => Temperature::Cool,
        Temperature::Cool | Temperature::Cold => Temperature::Cold,
    }
}

/// One step hotter; Hot stays.
#[must_use]
pub const fn hotter(temperature: Temperature) -> Temperature {
    match temperature {
        Temperature::Hot | Temperature::Warm => Temperature::Hot,
        Temperature::Cool => Temperature::Warm,
        Temperature::Cold => Temperature::Cool,
    }
}
