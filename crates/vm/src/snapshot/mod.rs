//! Snapshots: a machine's state as bytes.
//!
//! There is one format, written byte by byte in `docs/snapshot-format.md`. [`Machine::snapshot`] writes all state that
//! outlives a run, [`Machine::suspend`] also the run that is going on, and [`Machine::restore`] takes both; a machine
//! that yielded in one process can so be resumed in another. A snapshot has exactly one encoding: bytes that are
//! accepted are the bytes that the restored machine writes.
//!
//! [`ColdSnapshot`] holds the weights alone, in memory, and costs next to nothing.

mod cold;
mod error;
mod execution;
mod reader;
mod registers;
mod state;
#[cfg(test)]
mod tests;
mod values;
mod wire;

pub use cold::ColdSnapshot;
pub use error::{SnapshotError, SnapshotErrorKind};

use crate::interpreter::Interpreter;
use crate::machine::{Limits, Machine};
use execution::Execution;
use reader::Reader;
use state::State;
use ternsig_program::{ValidatedProgram, checksum};
use wire::Wire;

/// The bytes that begin every snapshot.
pub const MAGIC: [u8; 4] = *b"TSNP";
/// The format version that is written and read.
pub const VERSION: u16 = 1;
/// Bytes of the header: magic, version, flags, checksum of everything behind it.
pub const HEADER_SIZE: usize = 16;

/// The flag of a snapshot with an execution section.
const WITH_EXECUTION: u16 = 1;

impl Machine {
    /// All state that outlives a run: registers, output buffer, pressure, chemicals, learning and babble state,
    /// checkpoints and model bindings. Program, limits and devices are the host's.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        write(self, false)
    }

    /// The same with the run that is going on, or the outcome of the last one: program counter, control stack, fuel,
    /// outstanding operation, input and target buffers, test records.
    #[must_use]
    pub fn suspend(&self) -> Vec<u8> {
        write(self, true)
    }

    /// Takes over a snapshot. With an execution section the machine goes on where the other one was suspended; without
    /// one it has no run, and keeps its input and target buffers.
    ///
    /// A snapshot of the loaded program fits always. One of another program fits if it has every cold register that the
    /// loaded program declares, in that shape, and no execution section.
    ///
    /// # Errors
    /// The bytes are damaged, exceed the machine's limits or do not fit the loaded program; nothing is changed then.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        let (state, execution) = read(bytes, &self.program, self.limits)?;
        self.make_unknown();
        state.apply(self);
        match execution {
            Some(execution) => execution.apply(self),
            None => execution::clear(self),
        }
        Ok(())
    }
}

impl Interpreter {
    /// See [`Machine::snapshot`].
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        self.machine().snapshot()
    }

    /// See [`Machine::suspend`].
    #[must_use]
    pub fn suspend(&self) -> Vec<u8> {
        self.machine().suspend()
    }

    /// See [`Machine::restore`]. Devices stay attached.
    ///
    /// # Errors
    /// The bytes are damaged, exceed the machine's limits or do not fit the loaded program; nothing is changed then.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        self.machine_mut().restore(bytes)
    }
}

fn write(machine: &Machine, with_execution: bool) -> Vec<u8> {
    let mut body = Vec::new();
    state::encode(machine, &mut body);
    if with_execution {
        execution::encode(machine, &mut body);
    }
    let mut bytes = Vec::with_capacity(HEADER_SIZE + body.len());
    bytes.extend_from_slice(&MAGIC);
    VERSION.encode(&mut bytes);
    (if with_execution { WITH_EXECUTION } else { 0 }).encode(&mut bytes);
    checksum(&body).encode(&mut bytes);
    bytes.append(&mut body);
    bytes
}

fn read(
    bytes: &[u8],
    program: &ValidatedProgram,
    limits: Limits,
) -> Result<(State, Option<Execution>), SnapshotError> {
    let mut input = Reader::new(bytes, limits);
    let flags = read_header(&mut input)?;
    let state = State::decode(&mut input, program)?;
    let execution = match flags & WITH_EXECUTION {
        0 => None,
        _ => Some(Execution::decode(&mut input, program, &state)?),
    };
    input.finish()?;
    Ok((state, execution))
}

/// Checks the header against what follows it and returns the flags.
fn read_header(input: &mut Reader<'_>) -> Result<u16, SnapshotError> {
    let magic = input.array()?;
    if magic != MAGIC {
        return Err(input.error(0, SnapshotErrorKind::UnknownMagic(magic)));
    }
    let at = input.at();
    let found = u16::decode(input)?;
    if found != VERSION {
        return Err(input.error(at, SnapshotErrorKind::Version { found, supported: VERSION }));
    }
    let at = input.at();
    let flags = u16::decode(input)?;
    if flags & !WITH_EXECUTION != 0 {
        return Err(input.error(at, SnapshotErrorKind::UnknownFlags(flags)));
    }
    let at = input.at();
    let stored = u64::decode(input)?;
    let computed = checksum(input.rest());
    if stored != computed {
        return Err(input.error(at, SnapshotErrorKind::Checksum { stored, computed }));
    }
    Ok(flags)
}
