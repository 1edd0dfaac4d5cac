//! The binary form of an export.
//!
//! ```text
//! magic 16 · format u32 · tick u64
//! for each table, in order: rows u64, then for each row its key and its value behind their lengths (u64)
//! SHA-256 of all the above
//! ```

use super::codec::{Reader, Writer};
use super::engine::{FORMAT, Rows};
use super::error::{Result, StoreErrorKind};
use super::export::{StoreExport, Tables};
use super::table::Table;
use super::value::{Digest, digest};

const MAGIC: [u8; 16] = *b"ternsig-export\x1a\n";
/// What stands for the file in messages.
const PLACE: &str = "the export";

type Parsed<T> = std::result::Result<T, StoreErrorKind>;

fn tables() -> impl Iterator<Item = Table> {
    Table::ALL.into_iter().filter(|&table| table != Table::Meta)
}

impl StoreExport {
    /// The binary form: little-endian, behind a magic number and before a checksum.
    ///
    /// # Errors
    /// The export does not agree with itself, which one that a store has made never does.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let rows = self.checked_tables().map_err(|kind| kind.at(PLACE))?;
        let mut out = Writer::default().raw(&MAGIC).u32(FORMAT).u64(self.tick);
        for table in tables() {
            let rows = rows.get(&table);
            out = out.u64(rows.map_or(0, |rows| rows.len() as u64));
            out = rows.into_iter().flatten().fold(out, |out, (key, value)| out.bytes(key).bytes(value));
        }
        let content = out.finish();
        let checksum = digest(&content);
        Ok(Writer::default().raw(&content).raw(&checksum).finish())
    }

    /// The export that these bytes are: in binary form if they begin so, else as JSON.
    ///
    /// # Errors
    /// They are neither, are of a newer format, or are damaged. What a store checks when it imports is not checked yet.
    pub fn read(bytes: &[u8]) -> Result<StoreExport> {
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return StoreExport::from_bytes(bytes);
        }
        let export = serde_json::from_slice(bytes);
        export.map_err(|error| StoreErrorKind::import(error.to_string()).at(PLACE))
    }

    /// The export with this binary form.
    ///
    /// # Errors
    /// These bytes are none, are of a newer format, or are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<StoreExport> {
        let export = content(bytes).and_then(read).and_then(|(rows, tick)| StoreExport::of(&rows, tick));
        export.map_err(|kind| kind.at(PLACE))
    }
}

/// All but the checksum, which fits it.
fn content(bytes: &[u8]) -> Parsed<&[u8]> {
    let wrong = |what: &str| Err(StoreErrorKind::import(what));
    let Some(rest) = bytes.strip_prefix(&MAGIC) else {
        return wrong("it does not begin as an export does");
    };
    let found = Reader::new(rest, PLACE).u32()?;
    if found > FORMAT {
        return Err(StoreErrorKind::Newer { found, known: FORMAT });
    }
    match bytes.split_last_chunk::<{ size_of::<Digest>() }>() {
        None => wrong("it is cut off"),
        Some((content, checksum)) if digest(content) == *checksum => Ok(content),
        Some(_) => wrong("it has a wrong checksum"),
    }
}

fn read(content: &[u8]) -> Parsed<(Tables, u64)> {
    let mut reader = Reader::new(content, PLACE);
    reader.raw(MAGIC.len() + size_of::<u32>())?;
    let tick = reader.u64()?;
    let mut found = Tables::new();
    for table in tables() {
        let mut rows = Rows::new();
        for _ in 0..reader.u64()? {
            let key = reader.bytes()?.to_vec();
            rows.insert(key, reader.bytes()?.to_vec());
        }
        found.insert(table, rows);
    }
    reader.end()?;
    Ok((found, tick))
}
