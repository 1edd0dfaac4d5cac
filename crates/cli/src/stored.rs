//! What the commands about stores and banks have in common.

use crate::problem::Problem;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;
use ternsig_host::banks::WritePolicy;
use ternsig_host::{Memory, Store};
use ternsig_isa::Temperature;

/// By the codes of temperatures and of layers.
pub(crate) const TEMPERATURES: [&str; 4] = ["hot", "warm", "cool", "cold"];

/// How many are of each temperature.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Temperatures {
    pub(crate) hot: usize,
    pub(crate) warm: usize,
    pub(crate) cool: usize,
    pub(crate) cold: usize,
}

impl FromIterator<Temperature> for Temperatures {
    fn from_iter<T: IntoIterator<Item = Temperature>>(temperatures: T) -> Temperatures {
        let mut counts = Temperatures::default();
        for temperature in temperatures {
            *match temperature {
                Temperature::Hot => &mut counts.hot,
                Temperature::Warm => &mut counts.warm,
                Temperature::Cool => &mut counts.cool,
                Temperature::Cold => &mut counts.cold,
            } += 1;
        }
        counts
    }
}

/// Opens a store with its banks, which verifies both.
pub(crate) fn open(file: &Path) -> Result<Memory, Problem> {
    Ok(Memory::new(Store::open(file)?, WritePolicy::Through)?)
}

/// The name of a temperature.
pub(crate) fn temperature_name(temperature: Temperature) -> &'static str {
    TEMPERATURES[usize::from(temperature.code())]
}

/// Lower-case hexadecimal digits, two a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a report as JSON, in one line.
pub(crate) fn write_json(report: &impl Serialize, out: &mut dyn Write) -> Result<(), Problem> {
    serde_json::to_writer(&mut *out, report).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}
