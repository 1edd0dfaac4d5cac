//! Banks and entries as bytes, for stores. Numbers are little-endian; texts and lists begin with their length.

use crate::bank::Head;
use crate::config::{Config, FullEdges};
use crate::edge::{Edge, EdgeType};
use crate::entry::{Entry, Record};
use crate::error::BankError;
use crate::id::{BankId, EntryId, EntryRef};
use ternsig_isa::Temperature;

/// The version of the formats below, the first byte of each.
pub const VERSION: u8 = 1;

/// A bank without its entries: version, id, name, settings, how many entries it has numbered, and its largest id.
#[must_use]
pub fn encode_head(head: &Head) -> Vec<u8> {
    let Head { id, name, config, numbered, last } = head;
    let Config {
        width,
        max_entries,
        max_edges,
        full_edges,
        protect_cold,
        promote_accesses,
        promote_age,
        demote_below,
    } = *config;
    let mut out = vec![VERSION];
    out.extend(id.0.to_le_bytes());
    put_text(&mut out, name);
    for number in [width, max_entries, max_edges, promote_accesses] {
        out.extend(number.to_le_bytes());
    }
    out.extend(promote_age.to_le_bytes());
    out.extend([demote_below, u8::from(full_edges == FullEdges::DropWeakest), u8::from(protect_cold)]);
    out.extend(numbered.to_le_bytes());
    out.extend(last.0.to_le_bytes());
    out
}

/// Reads what [`encode_head`] wrote.
///
/// # Errors
/// The bytes are not those of a bank.
pub fn decode_head(bytes: &[u8]) -> Result<Head, BankError> {
    let mut input = Input { rest: bytes };
    input.version()?;
    let id = BankId(input.u64()?);
    let name = input.text()?;
    let [width, max_entries, max_edges, promote_accesses] =
        [input.u32()?, input.u32()?, input.u32()?, input.u32()?];
    let promote_age = input.u64()?;
    let demote_below = input.u8()?;
    let full_edges = if input.flag()? { FullEdges::DropWeakest } else { FullEdges::Refuse };
    let protect_cold = input.flag()?;
    let (numbered, last) = (input.u64()?, EntryId(input.u64()?));
    input.end()?;
    let config = Config {
        width,
        max_entries,
        max_edges,
        full_edges,
        protect_cold,
        promote_accesses,
        promote_age,
        demote_below,
    };
    config.check()?;
    Ok(Head { id, name, config, numbered, last })
}

/// An entry: version, id, origin, temperature, ticks, counts, confidence, tag, links, vector, and the CRC-32 (IEEE) of the
/// vector's bytes.
#[must_use]
pub fn encode_entry(entry: &Entry) -> Vec<u8> {
    let Record {
        id,
        origin,
        temperature,
        created,
        last_accessed,
        access_count,
        accesses_since,
        settled,
        confidence,
        tag,
        edges,
    } = &entry.record;
    let mut out = vec![VERSION];
    for number in [id.0, origin.0, *created, *last_accessed, *settled] {
        out.extend(number.to_le_bytes());
    }
    out.extend(access_count.to_le_bytes());
    out.extend(accesses_since.to_le_bytes());
    out.extend([temperature.code(), *confidence, u8::from(tag.is_some())]);
    if let Some(tag) = tag {
        put_text(&mut out, tag);
    }
    out.extend((edges.len() as u32).to_le_bytes());
    for &Edge { kind, target, weight, created } in edges {
        out.extend([kind.code(), weight]);
        for number in [target.bank.0, target.entry.0, created] {
            out.extend(number.to_le_bytes());
        }
    }
    let vector: Vec<u8> = entry.vector.iter().flat_map(|element| element.to_le_bytes()).collect();
    out.extend((entry.vector.len() as u32).to_le_bytes());
    out.extend(&vector);
    out.extend(crc32fast::hash(&vector).to_le_bytes());
    out
}

/// Reads what [`encode_entry`] wrote.
///
/// # Errors
/// The bytes are not those of an entry.
pub fn decode_entry(bytes: &[u8]) -> Result<Entry, BankError> {
    let mut input = Input { rest: bytes };
    input.version()?;
    let (id, origin) = (EntryId(input.u64()?), BankId(input.u64()?));
    let [created, last_accessed, settled] = [input.u64()?, input.u64()?, input.u64()?];
    let [access_count, accesses_since] = [input.u32()?, input.u32()?];
    let temperature = match input.u8()? {
        code @ 0..=3 => Temperature::from_code(code),
        _ => return Err(BankError::Damaged("no temperature has this code")),
    };
    let confidence = input.u8()?;
    let tag = if input.flag()? { Some(input.text()?) } else { None };
    let edges = (0..input.u32()?).map(|_| edge(&mut input)).collect::<Result<_, _>>()?;
    let vector = vector(&mut input)?;
    input.end()?;
    let record = Record {
        id,
        origin,
        temperature,
        created,
        last_accessed,
        access_count,
        accesses_since,
        settled,
        confidence,
        tag,
        edges,
    };
    Ok(Entry { record, vector })
}

fn edge(input: &mut Input<'_>) -> Result<Edge, BankError> {
    let kind = EdgeType::from_code(input.u8()?).ok_or(BankError::Damaged("no type of link has this code"))?;
    let weight = input.u8()?;
    let target = EntryRef { bank: BankId(input.u64()?), entry: EntryId(input.u64()?) };
    Ok(Edge { kind, target, weight, created: input.u64()? })
}

fn vector(input: &mut Input<'_>) -> Result<Vec<i16>, BankError> {
    let len = input.u32()? as usize;
    let bytes = input.take(len.saturating_mul(2))?;
    if crc32fast::hash(bytes) != input.u32()? {
        return Err(BankError::Damaged("the checksum of a vector is not that of its elements"));
    }
    let elements: Vec<i16> =
        bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    if elements.iter().any(|element| !(-255..=255).contains(element)) {
        return Err(BankError::Damaged("an element is not in −255…255"));
    }
    Ok(elements)
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

/// What is left to read.
struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], BankError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(BankError::Damaged("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BankError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(BankError::Damaged("it ends too early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn version(&mut self) -> Result<(), BankError> {
        if self.u8()? == VERSION { Ok(()) } else { Err(BankError::Damaged("of a version that is not known")) }
    }

    fn u8(&mut self) -> Result<u8, BankError> {
        self.array().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Result<u32, BankError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, BankError> {
        self.array().map(u64::from_le_bytes)
    }

    fn flag(&mut self) -> Result<bool, BankError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(BankError::Damaged("a flag is neither 0 nor 1")),
        }
    }

    fn text(&mut self) -> Result<String, BankError> {
        let len = self.u32()? as usize;
        let bytes = self.take(len)?.to_vec();
        String::from_utf8(bytes).map_err(|_| BankError::Damaged("a text is not UTF-8"))
    }

    fn end(&self) -> Result<(), BankError> {
        if self.rest.is_empty() { Ok(()) } else { Err(BankError::Damaged("it goes on behind its end")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let mut record = Record::new(EntryId(77), BankId(5), Temperature::Cool, 900);
        record.tag = Some("a café".to_owned());
        record.edges = [EdgeType::IsA, EdgeType::Custom]
            .map(|kind| Edge {
                kind,
                target: EntryRef { bank: BankId(u64::MAX), entry: EntryId(3) },
                weight: 200,
                created: 12,
            })
            .to_vec();
        (record.access_count, record.accesses_since, record.confidence) = (9, 4, 255);
        Entry { record, vector: vec![-255, 0, 1, 255] }
    }

    fn head() -> Head {
        let config = Config { protect_cold: true, full_edges: FullEdges::DropWeakest, ..Config::default() };
        Head { id: BankId(9), name: "words".to_owned(), config, numbered: 1000, last: EntryId(1 << 40) }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(decode_entry(&encode_entry(&entry())), Ok(entry()));
        assert_eq!(decode_head(&encode_head(&head())), Ok(head()));
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_refused() {
        let (entry, head) = (encode_entry(&entry()), encode_head(&head()));
        assert!((0..entry.len()).all(|len| decode_entry(&entry[..len]).is_err()));
        assert!((0..head.len()).all(|len| decode_head(&head[..len]).is_err()));
        assert!(decode_entry(&[&entry[..], &[0]].concat()).is_err());
        assert!(decode_head(&[&head[..], &[0]].concat()).is_err());
    }

    #[test]
    fn a_flipped_element_is_noticed() {
        let good = encode_entry(&entry());
        for at in good.len() - 12..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 4;
            assert!(decode_entry(&bad).is_err(), "byte {at}");
        }
    }

    #[test]
    fn lengths_that_claim_too_much_allocate_nothing() {
        let mut bytes = encode_entry(&entry());
        let edges = bytes.len() - 4 - 8 - 4 - 2 * 26 - 4;
        bytes[edges..edges + 4].fill(0xFF);
        assert_eq!(decode_entry(&bytes), Err(BankError::Damaged("it ends too early")));
    }
}
