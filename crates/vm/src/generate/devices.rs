//! Devices that keep what they are told, answer from what they are asked, and log it.

use crate::devices::{BankAccess, SubstrateHandle};
use crate::interpreter::{Interpreter, InterruptHandle};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The slot that the bank leaves to the host.
const DECLINED: u8 = 2;
/// Calls that are logged one by one; of the others only the number is kept.
const LOGGED: usize = 4096;

/// What a device was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    name: &'static str,
    arguments: [i64; 3],
    data: Vec<i32>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?} {:?}", self.name, self.arguments, self.data)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Log {
    calls: Vec<Call>,
    count: usize,
}

impl Log {
    fn add(&mut self, name: &'static str, arguments: [i64; 3], data: &[i32]) {
        self.count += 1;
        if self.calls.len() < LOGGED {
            self.calls.push(Call { name, arguments, data: data.to_vec() });
        }
    }

    fn difference(&self, other: &Log) -> Option<String> {
        let different = self.calls.iter().zip(&other.calls).position(|(a, b)| a != b);
        if let Some(at) = different {
            let (one, other) = (&self.calls[at], &other.calls[at]);
            return Some(format!("device call {at} is {one} in one and {other} in the other"));
        }
        let (one, other) = (self.count, other.count);
        (one != other).then(|| format!("there were {one} device calls in one and {other} in the other"))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct State {
    seed: u64,
    log: Log,
    chemicals: BTreeMap<u8, i32>,
    fields: BTreeMap<(u8, usize), i32>,
    entries: BTreeMap<(u8, i64), Vec<i32>>,
    touched: BTreeMap<(u8, i64), u32>,
    next_id: i64,
}

#[derive(Debug, Default)]
struct Device {
    state: Mutex<State>,
    /// Who is interrupted by every so many calls.
    interrupts: OnceLock<(usize, InterruptHandle)>,
}

type Shared = Arc<Device>;

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The state after a call.
fn asked<'a>(
    shared: &'a Shared,
    name: &'static str,
    arguments: [i64; 3],
    data: &[i32],
) -> MutexGuard<'a, State> {
    let mut state = lock(shared);
    state.log.add(name, arguments, data);
    if let Some((every, handle)) = shared.interrupts.get()
        && state.log.count.is_multiple_of(*every)
    {
        handle.interrupt();
    }
    state
}

/// A number that follows from the seed and two arguments.
fn derived(seed: u64, a: u64, b: u64) -> i32 {
    let mixed = (seed ^ a << 32 ^ b).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as i32 - (1 << 23)
}

fn id(high: i32, low: i32) -> i64 {
    i64::from(high) << 32 | i64::from(low as u32)
}

/// A bank and a substrate with a common log.
#[derive(Debug, Clone)]
pub struct MockDevices(Shared);

impl MockDevices {
    /// Empty ones. What was never written reads as numbers that follow from the seed.
    #[must_use]
    pub fn new(seed: u64) -> MockDevices {
        let state = Mutex::new(State { seed, ..State::default() });
        MockDevices(Arc::new(Device { state, ..Device::default() }))
    }

    /// Attaches both to an interpreter, in place of those that are attached.
    pub fn attach_to(&self, interpreter: &mut Interpreter) {
        interpreter.set_bank_cache(Box::new(self.bank()));
        interpreter.set_substrate(Box::new(self.substrate()));
    }

    /// The bank, sharing state and log.
    #[must_use]
    pub fn bank(&self) -> MockBank {
        MockBank(Arc::clone(&self.0))
    }

    /// The substrate, sharing state and log.
    #[must_use]
    pub fn substrate(&self) -> MockSubstrate {
        MockSubstrate(Arc::clone(&self.0))
    }

    /// Has every so many calls interrupt the run of an interpreter. It stays at the first that is named.
    pub fn interrupt(&self, every: usize, interpreter: &Interpreter) {
        let _ = self.0.interrupts.set((every, interpreter.interrupt_handle()));
    }

    /// The first difference in what two devices were asked or keep.
    #[must_use]
    pub fn difference(&self, other: &MockDevices) -> Option<String> {
        if Arc::ptr_eq(&self.0, &other.0) {
            return None;
        }
        let one = lock(&self.0).clone();
        let other = lock(&other.0);
        one.log
            .difference(&other.log)
            .or_else(|| (one != *other).then(|| "the devices keep something different".to_owned()))
    }
}

/// An in-memory bank; slot 2 declines, so that the operation is yielded.
#[derive(Debug, Clone)]
pub struct MockBank(Shared);

impl BankAccess for MockBank {
    fn query(&self, bank_slot: u8, query: &[i32], top_k: usize) -> Option<Vec<(i64, i32)>> {
        let state = asked(&self.0, "query", [bank_slot.into(), top_k as i64, 0], query);
        if bank_slot == DECLINED {
            return None;
        }
        let entries = state.entries.range((bank_slot, i64::MIN)..=(bank_slot, i64::MAX));
        let score = |vector: &[i32]| {
            let products = vector.iter().zip(query).map(|(&x, &y)| x.wrapping_mul(y));
            products.fold(0i32, i32::wrapping_add)
        };
        let mut found: Vec<(i64, i32)> = entries.map(|(&(_, id), vector)| (id, score(vector))).collect();
        found.sort_by_key(|&(id, score)| (std::cmp::Reverse(score), id));
        found.truncate(top_k);
        Some(found)
    }

    fn load(&self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> Option<Vec<i32>> {
        let state =
            asked(&self.0, "load", [bank_slot.into(), entry_id_high.into(), entry_id_low.into()], &[]);
        state.entries.get(&(bank_slot, id(entry_id_high, entry_id_low))).cloned()
    }

    fn count(&self, bank_slot: u8) -> Option<i32> {
        let state = asked(&self.0, "count", [bank_slot.into(), 0, 0], &[]);
        let count = state.entries.keys().filter(|(slot, _)| *slot == bank_slot).count();
        (bank_slot != DECLINED).then_some(count as i32)
    }

    fn write(&mut self, bank_slot: u8, vector: &[i32]) -> Option<(i32, i32)> {
        let mut state = asked(&self.0, "write", [bank_slot.into(), 0, 0], vector);
        if bank_slot == DECLINED {
            return None;
        }
        state.next_id += 1 << 20;
        let id = state.next_id;
        state.entries.insert((bank_slot, id), vector.to_vec());
        Some(((id >> 32) as i32, id as i32))
    }

    fn touch(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) {
        let mut state =
            asked(&self.0, "touch", [bank_slot.into(), entry_id_high.into(), entry_id_low.into()], &[]);
        *state.touched.entry((bank_slot, id(entry_id_high, entry_id_low))).or_default() += 1;
    }

    fn delete(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> bool {
        let mut state =
            asked(&self.0, "delete", [bank_slot.into(), entry_id_high.into(), entry_id_low.into()], &[]);
        state.entries.remove(&(bank_slot, id(entry_id_high, entry_id_low))).is_some()
    }
}

/// A substrate whose unwritten levels follow from what is asked.
#[derive(Debug, Clone)]
pub struct MockSubstrate(Shared);

impl MockSubstrate {
    fn read(&self, name: &'static str, a: u64, b: u64) -> i32 {
        let state = asked(&self.0, name, [a as i64, b as i64, 0], &[]);
        derived(state.seed, a ^ (name.len() as u64) << 8, b)
    }
}

impl SubstrateHandle for MockSubstrate {
    fn read_chemical(&self, chem_id: u8) -> i32 {
        let unwritten = self.read("chemical", chem_id.into(), 0).rem_euclid(256);
        lock(&self.0).chemicals.get(&chem_id).copied().unwrap_or(unwritten)
    }

    fn write_chemical(&mut self, chem_id: u8, value: i32) {
        let mut state = asked(&self.0, "write chemical", [chem_id.into(), value.into(), 0], &[]);
        state.chemicals.insert(chem_id, value);
    }

    fn read_field(&self, field_id: u8, index: usize) -> i32 {
        let unwritten = self.read("field", field_id.into(), index as u64);
        lock(&self.0).fields.get(&(field_id, index)).copied().unwrap_or(unwritten)
    }

    fn write_field(&mut self, field_id: u8, index: usize, value: i32) {
        let mut state = asked(&self.0, "write field", [field_id.into(), index as i64, value.into()], &[]);
        state.fields.insert((field_id, index), value);
    }

    fn read_convergence(&self) -> i32 {
        self.read("convergence", 0, 0)
    }

    fn read_stimulation(&self, stim_id: u8) -> i32 {
        self.read("stimulation", stim_id.into(), 0)
    }

    fn read_temperature(&self, cold_reg: u8, index: usize) -> i32 {
        self.read("temperature", cold_reg.into(), index as u64).rem_euclid(4)
    }

    fn boot_phase(&self) -> u8 {
        self.read("phase", 0, 0).rem_euclid(8) as u8
    }

    fn tick_count(&self) -> u64 {
        self.read("tick", 0, 0).unsigned_abs().into()
    }

    fn neuronal_level(&self) -> u8 {
        self.read("level", 0, 0).rem_euclid(5) as u8
    }
}
