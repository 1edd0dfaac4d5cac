//! What a brain leaves in its store, and how the next one goes on from there.
//!
//! The weights of registers with a key and the banks are kept as they always are. Beside them stands, in the same
//! transaction, everything else that a tick depends on, so that a brain goes on exactly where it was saved. What a program
//! saved after that, before a crash, is newer than the rest, and stays.

use super::error::BrainError;
use super::routes::Routes;
use super::stream::Position;
use super::{Brain, lock};
use crate::ipc::IpcState;
use crate::store::{Blobs, StoreError};
use serde::{Deserialize, Serialize};
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_vm::{Error, ErrorKind, Machine};

/// How a brain began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// Its store had nothing of it.
    Anew,
    /// It goes on after this tick.
    After(u64),
}

/// How strongly what a brain saves holds.
const STRENGTH: u8 = u8::MAX;

/// The transaction that a brain is saved in. Between two ticks none is open.
const TRANSACTION: u8 = 0;

/// What is kept of the host's own.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    position: Option<Position>,
    phase: Option<u8>,
    /// Which of the last answers were right: the convergence of the ticks to come depends on them.
    #[serde(default)]
    answers: Vec<bool>,
    routes: Routes,
    messages: IpcState,
}

const VERSION: u32 = 1;
const STATE: &[u8] = b"brain/state";
const SUBSTRATE: &[u8] = b"brain/substrate";

fn name(part: &str, region: &str) -> Vec<u8> {
    format!("brain/{part}/{region}").into_bytes()
}

impl Brain {
    /// Keeps everything. A brain that is put together from the same manifest goes on from there.
    ///
    /// # Errors
    /// The store fails; what was kept before stays then.
    pub fn save(&mut self) -> Result<(), BrainError> {
        self.memory.advance_to(self.trunk.clock().tick).map_err(BrainError::Memory)?;
        self.memory.begin(TRANSACTION).map_err(BrainError::Memory)?;
        let written = self.write();
        let ended = match &written {
            Ok(()) => self.memory.commit(TRANSACTION),
            Err(_) => self.memory.roll_back(TRANSACTION),
        };
        written.and(ended).map_err(BrainError::Memory)?;
        self.forget_changes();
        self.saved = self.memory.store().commits();
        self.log_statistics();
        Ok(())
    }

    fn write(&self) -> Result<(), Error> {
        let kept = Kept {
            version: VERSION,
            position: self.stream.as_ref().map(|stream| stream.position()),
            phase: self.phase,
            answers: self.tally.answers(),
            routes: lock(&self.routes).clone(),
            messages: self.transport.save(),
        };
        let unwritable = |error: serde_json::Error| Error::new(ErrorKind::Storage, error.to_string());
        let mut rows = vec![
            (STATE.to_vec(), serde_json::to_vec(&kept).map_err(unwritable)?),
            (SUBSTRATE.to_vec(), self.trunk.to_bytes()),
        ];
        for cell in self.cells.iter() {
            let mut cell = lock(cell);
            let region = cell.name.clone();
            self.memory.store_registers(cell.interpreter.machine_mut(), STRENGTH, false).complete()?;
            rows.push((name("machine", &region), cell.interpreter.suspend()));
            rows.push((name("coactivation", &region), cell.parts.coactivation.to_bytes()));
            for (slot, model) in cell.host.device_mut().models.iter_mut() {
                let interpreter = model.interpreter_mut();
                self.memory.store_registers(interpreter.machine_mut(), STRENGTH, false).complete()?;
                rows.push((name(&format!("model/{slot}"), &region), interpreter.suspend()));
            }
        }
        let rows = rows.into_iter().map(|(key, bytes)| (Blobs::Snapshots, key, Some(bytes)));
        Ok(self.memory.store().put_blobs(rows)?)
    }

    /// What is committed has not changed since then, so that the next time only what has is written.
    fn forget_changes(&self) {
        for cell in self.cells.iter() {
            let mut cell = lock(cell);
            forget_changes(cell.interpreter.machine_mut());
            let models = &mut cell.host.device_mut().models;
            models.iter_mut().for_each(|(_, model)| forget_changes(model.interpreter_mut().machine_mut()));
        }
    }

    /// Goes on from what the store has of an earlier brain.
    pub(super) fn take_up(&mut self) -> Result<(), BrainError> {
        self.saved = self.memory.store().commits();
        let Some(bytes) = self.row(STATE)? else { return Ok(()) };
        let unreadable = |why: String| {
            BrainError::Memory(Error::new(ErrorKind::Storage, format!("the state of the brain {why}")))
        };
        let kept: Kept =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(format!("is damaged: {error}")))?;
        if kept.version != VERSION {
            return Err(unreadable(format!(
                "has version {}, this program reads version {VERSION}",
                kept.version
            )));
        }
        if let Some(bytes) = self.row(SUBSTRATE)? {
            self.trunk.restore(&bytes)?;
        }
        let messages = self.transport.restore(&kept.messages);
        messages.map_err(|error| unreadable(format!("does not fit the manifest: {error}")))?;
        for route in kept.routes {
            let mut routes = lock(&self.routes);
            if let Some(own) = routes.iter_mut().find(|own| own.id == route.id) {
                *own = route;
            }
        }
        if let (Some(stream), Some(position)) = (&mut self.stream, kept.position) {
            stream.go_to(position);
        }
        self.phase = kept.phase;
        self.tally.go_on(&kept.answers);
        for place in 0..self.cells.len() {
            self.take_up_region(place)?;
        }
        let clock = self.trunk.clock();
        self.memory.banks().advance_to(clock.tick).map_err(BrainError::Memory)?;
        self.exchange()?;
        self.begun = Begun::After(clock.tick);
        Ok(())
    }

    /// A machine whose program has changed meanwhile keeps the weights of its keys, and begins anew otherwise.
    fn take_up_region(&self, place: usize) -> Result<(), BrainError> {
        let mut cell = lock(&self.cells[place]);
        let region = cell.name.clone();
        if let Some(bytes) = self.row(&name("coactivation", &region))? {
            cell.parts.coactivation.restore(&bytes)?;
        }
        let Some(bytes) = self.row(&name("machine", &region))? else { return Ok(()) };
        if cell.interpreter.restore(&bytes).is_err() {
            return Ok(());
        }
        let of = |error: BrainError| match error {
            BrainError::Memory(error) => BrainError::Memory(in_region(&region, &error)),
            other => other,
        };
        self.load(cell.interpreter.machine_mut()).map_err(of)?;
        let loaded: Vec<u8> = cell.interpreter.machine().models().iter().map(|(slot, _)| slot).collect();
        for slot in loaded {
            let filled = cell.host.device_mut().models.fill(slot);
            filled.map_err(|error| BrainError::Memory(in_region(&region, &error)))?;
            let Some((_, model)) =
                cell.host.device_mut().models.iter_mut().find(|(number, _)| *number == slot)
            else {
                continue;
            };
            if let Some(bytes) = self.row(&name(&format!("model/{slot}"), &region))? {
                // The same holds for the machine of a model.
                let _ = model.interpreter_mut().restore(&bytes);
            }
            self.load(model.interpreter_mut().machine_mut()).map_err(of)?;
        }
        Ok(())
    }

    /// What a program saved after the brain was saved is newer.
    fn load(&self, machine: &mut Machine) -> Result<(), BrainError> {
        self.memory.load_registers(machine).complete().map(drop).map_err(BrainError::Memory)
    }

    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.memory.store().blob(Blobs::Snapshots, key)
    }
}

fn forget_changes(machine: &mut Machine) {
    for index in 0..REGISTERS_PER_BANK {
        let is_kept =
            machine.cold(index).is_some_and(|register| register.key().is_some() && register.is_dirty());
        if let Some(register) = machine.cold_mut(index).filter(|_| is_kept) {
            register.set_dirty(false);
        }
    }
}

fn in_region(region: &str, error: &Error) -> Error {
    Error::new(error.kind(), format!("region \"{region}\": {error}"))
}
