//! The signatures that hosts written for 1.3 rely on. That this file compiles is most of the test.

use crate::assembled;
use ternsig::{
    BankAccess, DomainOp, ExecutionContext, Interpreter, Register, StepResult, Substrate, SubstrateHandle,
};

struct Bank;

impl BankAccess for Bank {
    fn query(&self, bank_slot: u8, query: &[i32], top_k: usize) -> Option<Vec<(i64, i32)>> {
        let (_, _, _): (u8, &[i32], usize) = (bank_slot, query, top_k);
        None
    }
    fn load(&self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> Option<Vec<i32>> {
        let (_, _, _): (u8, i32, i32) = (bank_slot, entry_id_high, entry_id_low);
        None
    }
    fn count(&self, bank_slot: u8) -> Option<i32> {
        Some(i32::from(bank_slot))
    }
    fn write(&mut self, bank_slot: u8, vector: &[i32]) -> Option<(i32, i32)> {
        let (_, _): (u8, &[i32]) = (bank_slot, vector);
        None
    }
    fn touch(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) {
        let (_, _, _): (u8, i32, i32) = (bank_slot, entry_id_high, entry_id_low);
    }
    fn delete(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> bool {
        let (_, _, _): (u8, i32, i32) = (bank_slot, entry_id_high, entry_id_low);
        false
    }
}

struct Brain {
    dopamine: i32,
}

impl SubstrateHandle for Brain {
    fn read_chemical(&self, chem_id: u8) -> i32 {
        if chem_id == 0 { self.dopamine } else { 0 }
    }
    fn write_chemical(&mut self, chem_id: u8, value: i32) {
        if chem_id == 0 {
            self.dopamine = value;
        }
    }
    fn read_field(&self, field_id: u8, index: usize) -> i32 {
        i32::from(field_id) + index as i32
    }
    fn write_field(&mut self, field_id: u8, index: usize, value: i32) {
        let (_, _, _): (u8, usize, i32) = (field_id, index, value);
    }
    fn read_convergence(&self) -> i32 {
        0
    }
    fn read_stimulation(&self, stim_id: u8) -> i32 {
        i32::from(stim_id)
    }
    fn read_temperature(&self, cold_reg: u8, index: usize) -> i32 {
        i32::from(cold_reg) + index as i32
    }
    fn boot_phase(&self) -> u8 {
        3
    }
    fn tick_count(&self) -> u64 {
        4
    }
    fn neuronal_level(&self) -> u8 {
        5
    }
}

const fn requires_send<T: Send + ?Sized>() {}
const fn requires_send_sync<T: Send + Sync + ?Sized>() {}

#[test]
fn the_traits_demand_what_the_seeds_say() {
    const { requires_send::<dyn BankAccess>() };
    const { requires_send_sync::<dyn SubstrateHandle>() };
}

#[test]
fn a_bank_cache_is_set_and_cleared() {
    let program = assembled(
        ".requires\n    bank\n.program\n    bank.bank_count H0, 7\n    store_output H0\n    halt\n",
    );
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    let set: fn(&mut Interpreter, Box<dyn BankAccess>) = Interpreter::set_bank_cache;
    let clear: fn(&mut Interpreter) = Interpreter::clear_bank_cache;
    set(&mut interpreter, Box::new(Bank));
    assert!(interpreter.run().is_complete());
    assert_eq!(interpreter.machine().output(), [7]);
    clear(&mut interpreter);
    assert_eq!(interpreter.run().name(), "unfulfilled");
}

#[test]
fn a_substrate_is_set_and_cleared() {
    let program = assembled(
        ".requires\n    neuro\n.program\n    neuro.chem_read H0, 0\n    store_output H0\n    halt\n",
    );
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    interpreter.set_substrate(Box::new(Brain { dopamine: 200 }));
    assert!(interpreter.run().is_complete());
    assert_eq!(interpreter.machine().output(), [200]);
    let boxed: Box<dyn SubstrateHandle> = Box::new(Brain { dopamine: 90 });
    interpreter.set_substrate(boxed);
    assert!(interpreter.run().is_complete());
    assert_eq!(interpreter.machine().output(), [90]);
    let substrate: &mut Substrate = &mut Substrate::new();
    interpreter.set_substrate(substrate);
    assert!(interpreter.run().is_complete());
    interpreter.clear_substrate();
    assert_eq!(interpreter.run().name(), "unfulfilled");
}

#[test]
fn a_context_has_a_bank_cache_and_a_substrate() {
    let mut machine = crate::machine("    H0: i32[1]");
    let (mut bank, mut brain) = (Bank, Brain { dopamine: 1 });
    let mut ctx = ExecutionContext::new(&mut machine);
    let bank_cache: Option<&mut dyn BankAccess> = Some(&mut bank);
    let substrate: Option<&mut dyn SubstrateHandle> = Some(&mut brain);
    ctx.bank_cache = bank_cache;
    ctx.substrate = substrate;
    assert_eq!(ctx.bank_cache.as_ref().and_then(|bank| bank.count(2)), Some(2));
    assert_eq!(ctx.substrate.as_ref().map(|brain| brain.read_chemical(0)), Some(1));
}

#[test]
fn steps_end_as_the_seeds_say() {
    let stepping = |source| Interpreter::from_program(&assembled(source)).unwrap();
    let mut halting = stepping(".program\n    nop\n    halt\n");
    assert_eq!(halting.step(), StepResult::Continue);
    assert_eq!(halting.step(), StepResult::Halt);
    let mut ending = stepping(".program\n    nop\n");
    assert_eq!(ending.step(), StepResult::Continue);
    assert_eq!(ending.step(), StepResult::Ended);
}

#[test]
fn the_operations_of_the_seeds_have_their_fields() {
    let (target, source, bank_slot) = (Register::hot(0), Register::hot(1), 2);
    let operations = [
        DomainOp::FieldSliceRead { target, field_id: 1, slice_index: 2 },
        DomainOp::FieldSliceWrite { source, field_id: 1, slice_index: 2 },
        DomainOp::CoActivation { source_a: target, source_b: source },
        DomainOp::CoActivationRead { target, source },
        DomainOp::CoActivationReset,
        DomainOp::BankPromote { source, bank_slot },
        DomainOp::BankDemote { source, bank_slot },
        DomainOp::BankEvict { bank_slot, count: 3 },
        DomainOp::BankCompact { bank_slot },
    ];
    let names = operations.map(|op| op.name());
    let expected = [
        "FieldSliceRead",
        "FieldSliceWrite",
        "CoActivation",
        "CoActivationRead",
        "CoActivationReset",
        "BankPromote",
        "BankDemote",
        "BankEvict",
        "BankCompact",
    ];
    assert_eq!(names, expected);
}
