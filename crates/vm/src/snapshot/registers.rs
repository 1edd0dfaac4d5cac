//! How registers stand in a snapshot.

use super::error::{SnapshotError, SnapshotErrorKind};
use super::reader::Reader;
use super::wire::{Wire, encode_list, encode_text};
use crate::machine::cold::{ColdRegister, LengthMismatch};
use crate::machine::hot::HotRegister;
use crate::machine::usage::Usage;
use ternsig_isa::{Shape, Signal, Temperature};

impl Wire for HotRegister {
    const LEAST: usize = Shape::LEAST + u32::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        self.shape.encode(out);
        self.data.encode(out);
    }

    /// There may be more elements than the shape says, not fewer.
    fn decode(input: &mut Reader<'_>) -> Result<HotRegister, SnapshotError> {
        let at = input.at();
        let register = HotRegister { shape: Shape::decode(input)?, data: Vec::decode(input)? };
        let (found, expected) = (register.data.len(), register.shape.elements());
        input.check_elements(at, found)?;
        input.check_len(at, "elements", found.min(expected), expected)?;
        Ok(register)
    }
}

impl Wire for Usage {
    const LEAST: usize = u64::LEAST + u32::LEAST;

    fn encode(&self, out: &mut Vec<u8>) {
        self.last_tick.encode(out);
        self.counts.encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Usage, SnapshotError> {
        Ok(Usage { last_tick: u64::decode(input)?, counts: Vec::decode(input)? })
    }
}

impl Wire for ColdRegister {
    const LEAST: usize = Shape::LEAST + u32::LEAST + 6;

    fn encode(&self, out: &mut Vec<u8>) {
        self.shape().encode(out);
        encode_list(self.signals(), out);
        self.key().is_some().encode(out);
        if let Some(key) = self.key() {
            encode_text(key, out);
        }
        self.is_frozen().encode(out);
        self.is_dirty().encode(out);
        self.activation().encode(out);
        self.temperatures().is_some().encode(out);
        if let Some(list) = self.temperatures() {
            encode_list(list, out);
        }
        self.usage().is_some().encode(out);
        if let Some(usage) = self.usage() {
            usage.encode(out);
        }
    }

    /// The register takes a new version, as every new register does.
    fn decode(input: &mut Reader<'_>) -> Result<ColdRegister, SnapshotError> {
        let at = input.at();
        let shape = Shape::decode(input)?;
        let signals = Vec::<Signal>::decode(input)?;
        input.check_elements(at, signals.len())?;
        let mut register =
            ColdRegister::new(signals, shape).map_err(|e| mismatch(input, at, "weights", e))?;
        register.set_key(Option::<String>::decode(input)?.as_deref());
        register.set_frozen(bool::decode(input)?);
        let dirty = bool::decode(input)?;
        register.set_activation(u8::decode(input)?);
        let at = input.at();
        let list = Option::<Vec<Temperature>>::decode(input)?;
        register.set_temperatures(list).map_err(|e| mismatch(input, at, "temperatures", e))?;
        let at = input.at();
        let usage = Option::<Usage>::decode(input)?;
        if let Some(usage) = &usage {
            input.check_len(at, "usage counts", usage.counts.len(), register.len())?;
        }
        register.set_usage(usage);
        register.set_dirty(dirty);
        Ok(register)
    }
}

fn mismatch(input: &Reader<'_>, offset: usize, what: &'static str, lengths: LengthMismatch) -> SnapshotError {
    let LengthMismatch { found, expected } = lengths;
    input.error(offset, SnapshotErrorKind::Length { what, found, expected })
}
