//! A disk in memory that fails or loses power where a test says so.
#![allow(dead_code, reason = "no test uses all of it")]

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use ternsig_host::store::StorageBackend;

/// What happens at which operation, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fault {
    #[default]
    None,
    /// This operation fails; reads count.
    Once(u64),
    /// This operation and all after it fail; reads count.
    Forever(u64),
    /// Power is lost during this write, resize or flush; reads do not count.
    Crash(u64),
}

#[derive(Debug, Clone)]
enum Operation {
    Write(u64, Vec<u8>),
    SetLen(u64),
}

#[derive(Debug, Default)]
struct State {
    now: Vec<u8>,
    flushed: Vec<u8>,
    /// Since the last flush.
    unflushed: Vec<Operation>,
    all: u64,
    changing: u64,
    fault: Fault,
    down: bool,
}

/// A disk; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

/// xorshift64*, so that every run tears the same blocks.
struct Random(u64);

impl Random {
    fn coin(&mut self) -> bool {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 63 == 1
    }
}

/// What becomes of the blocks that were not flushed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss {
    All,
    Nothing,
    /// Each block of this many bytes is kept or lost, by this seed.
    Torn(usize, u64),
}

/// Everything is lost, or nothing, or what chance says, in sectors and in pages.
pub(crate) fn losses() -> Vec<Loss> {
    let torn =
        [512, 4096].into_iter().flat_map(|block| (1..=3).map(move |seed| Loss::Torn(block, seed * 7919)));
    [Loss::All, Loss::Nothing].into_iter().chain(torn).collect()
}

fn apply(bytes: &mut Vec<u8>, operation: &Operation) {
    match operation {
        Operation::SetLen(len) => bytes.resize(*len as usize, 0),
        Operation::Write(at, data) => write(bytes, *at as usize, data),
    }
}

fn write(bytes: &mut Vec<u8>, at: usize, data: &[u8]) {
    if bytes.len() < at + data.len() {
        bytes.resize(at + data.len(), 0);
    }
    bytes[at..at + data.len()].copy_from_slice(data);
}

impl Disk {
    pub(crate) fn holding(bytes: Vec<u8>) -> Disk {
        let state = State { flushed: bytes.clone(), now: bytes, ..State::default() };
        Disk(Arc::new(Mutex::new(state)))
    }

    /// Flips bits beneath whoever has the disk open.
    pub(crate) fn flip(&self, at: usize, mask: u8) {
        self.state().now[at] ^= mask;
    }

    pub(crate) fn failing(self, fault: Fault) -> Disk {
        self.state().fault = fault;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.state().now.clone()
    }

    /// Operations so far: all, and those that change the disk.
    pub(crate) fn operations(&self) -> (u64, u64) {
        let state = self.state();
        (state.all, state.changing)
    }

    pub(crate) fn is_down(&self) -> bool {
        self.state().down
    }

    /// What is found after power has come back.
    pub(crate) fn after(&self, loss: Loss) -> Vec<u8> {
        let state = self.state();
        match loss {
            Loss::All => state.flushed.clone(),
            Loss::Nothing => state.now.clone(),
            Loss::Torn(block, seed) => torn(&state, block, &mut Random(seed | 1)),
        }
    }
}

fn torn(state: &State, block: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = state.flushed.clone();
    for operation in &state.unflushed {
        match operation {
            Operation::SetLen(_) if random.coin() => apply(&mut bytes, operation),
            Operation::SetLen(_) => {}
            Operation::Write(at, data) => {
                let mut from = 0;
                while from < data.len() {
                    let place = *at as usize + from;
                    let to = data.len().min(from + block - place % block);
                    if random.coin() {
                        write(&mut bytes, place, &data[from..to]);
                    }
                    from = to;
                }
            }
        }
    }
    bytes
}

impl State {
    fn count(&mut self, changing: bool) -> io::Result<()> {
        let (all, own) = (self.all, self.changing);
        self.all += 1;
        self.changing += u64::from(changing);
        match self.fault {
            Fault::Crash(at) if changing && own == at => self.down = true,
            Fault::Once(at) if all == at => return Err(io::Error::other("injected")),
            Fault::Forever(at) if all >= at => return Err(io::Error::other("injected")),
            _ => {}
        }
        Ok(())
    }

    /// A change that was under way when power went may be there or not, like all that was not flushed.
    fn change(&mut self, operation: Operation) -> io::Result<()> {
        let was_down = self.down;
        self.count(true)?;
        if was_down {
            return Err(io::Error::other("no power"));
        }
        apply(&mut self.now, &operation);
        self.unflushed.push(operation);
        if self.down { Err(io::Error::other("no power")) } else { Ok(()) }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut state = self.state();
        state.count(false)?;
        let from = offset as usize;
        let Some(data) = state.now.get(from..from + out.len()) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        out.copy_from_slice(data);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.state().change(Operation::SetLen(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.count(true)?;
        if state.down {
            return Err(io::Error::other("no power"));
        }
        state.flushed = state.now.clone();
        state.unflushed.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.state().change(Operation::Write(offset, data.to_vec()))
    }
}
