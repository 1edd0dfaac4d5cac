//! Devices with fixed answers.

use crate::format::{Bank, Substrate};
use std::sync::{Arc, Mutex};
use ternsig_isa::Register;
use ternsig_vm::{BankAccess, SubstrateHandle};

#[derive(Clone)]
pub(crate) struct MockSubstrate(pub(crate) Arc<Mutex<Substrate>>);

impl MockSubstrate {
    fn read<T>(&self, read: impl FnOnce(&Substrate) -> T) -> T {
        read(&self.0.lock().unwrap())
    }
}

fn at(list: &[i32], index: usize) -> i32 {
    list.get(index).copied().unwrap_or(0)
}

impl SubstrateHandle for MockSubstrate {
    fn read_chemical(&self, chem_id: u8) -> i32 {
        self.read(|s| at(&s.chemicals, usize::from(chem_id)))
    }
    fn write_chemical(&mut self, chem_id: u8, value: i32) {
        self.0.lock().unwrap().chemicals[usize::from(chem_id)] = value;
    }
    fn read_field(&self, field_id: u8, index: usize) -> i32 {
        self.read(|s| s.fields.get(&field_id.to_string()).map_or(0, |field| at(field, index)))
    }
    fn write_field(&mut self, field_id: u8, index: usize, value: i32) {
        let mut substrate = self.0.lock().unwrap();
        let field = substrate.fields.entry(field_id.to_string()).or_default();
        if field.len() <= index {
            field.resize(index + 1, 0);
        }
        field[index] = value;
    }
    fn read_convergence(&self) -> i32 {
        self.read(|s| s.convergence)
    }
    fn read_stimulation(&self, stim_id: u8) -> i32 {
        self.read(|s| at(&s.stimulation, usize::from(stim_id)))
    }
    fn read_temperature(&self, cold_reg: u8, index: usize) -> i32 {
        let name = Register::cold(cold_reg).to_string();
        self.read(|s| s.temperatures.get(&name).map_or(0, |list| at(list, index)))
    }
    fn boot_phase(&self) -> u8 {
        self.read(|s| s.phase)
    }
    fn tick_count(&self) -> u64 {
        self.read(|s| s.tick)
    }
    fn neuronal_level(&self) -> u8 {
        self.read(|s| s.level)
    }
}

pub(crate) struct MockBank {
    pub(crate) answers: Bank,
    pub(crate) calls: Arc<Mutex<Vec<String>>>,
}

impl MockBank {
    fn log(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }
}

impl BankAccess for MockBank {
    fn query(&self, slot: u8, query: &[i32], top_k: usize) -> Option<Vec<(i64, i32)>> {
        self.log(format!("query {slot} {query:?} {top_k}"));
        self.answers.query.clone().map(|found| found.into_iter().take(top_k).collect())
    }
    fn load(&self, slot: u8, high: i32, low: i32) -> Option<Vec<i32>> {
        self.log(format!("load {slot} {high} {low}"));
        self.answers.load.clone()
    }
    fn count(&self, slot: u8) -> Option<i32> {
        self.log(format!("count {slot}"));
        self.answers.count
    }
    fn write(&mut self, slot: u8, vector: &[i32]) -> Option<(i32, i32)> {
        self.log(format!("write {slot} {vector:?}"));
        self.answers.write
    }
    fn touch(&mut self, slot: u8, high: i32, low: i32) {
        self.log(format!("touch {slot} {high} {low}"));
    }
    fn delete(&mut self, slot: u8, high: i32, low: i32) -> bool {
        self.log(format!("delete {slot} {high} {low}"));
        self.answers.delete.unwrap_or(false)
    }
}
