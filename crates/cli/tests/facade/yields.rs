//! Slice, co-activation and consolidation operations reach the host with their fields, cache or not.

use crate::machine;
use ternsig::isa::table::bank::BankOp;
use ternsig::isa::table::neuro::NeuroOp;
use ternsig::{DomainOp, ExecutionContext, ExtensionRegistry, Register, StepResult, SubstrateHandle};

/// A substrate in which everything reads 0.
struct Flat;

impl SubstrateHandle for Flat {
    fn read_chemical(&self, _: u8) -> i32 {
        0
    }
    fn write_chemical(&mut self, _: u8, _: i32) {}
    fn read_field(&self, _: u8, _: usize) -> i32 {
        0
    }
    fn write_field(&mut self, _: u8, _: usize, _: i32) {}
    fn read_convergence(&self) -> i32 {
        0
    }
    fn read_stimulation(&self, _: u8) -> i32 {
        0
    }
    fn read_temperature(&self, _: u8, _: usize) -> i32 {
        0
    }
    fn boot_phase(&self) -> u8 {
        0
    }
    fn tick_count(&self) -> u64 {
        0
    }
    fn neuronal_level(&self) -> u8 {
        0
    }
}

#[test]
fn operations_of_1_3_yield_with_their_fields() {
    let [target, source, source_a, source_b] = [1, 2, 2, 3].map(Register::hot);
    let expected = [
        (
            NeuroOp::EXT,
            0x000F,
            [1, 6, 7, 0],
            DomainOp::FieldSliceRead { target, field_id: 6, slice_index: 7 },
        ),
        (
            NeuroOp::EXT,
            0x0010,
            [2, 6, 7, 0],
            DomainOp::FieldSliceWrite { source, field_id: 6, slice_index: 7 },
        ),
        (NeuroOp::EXT, 0x0011, [2, 3, 0, 0], DomainOp::CoActivation { source_a, source_b }),
        (NeuroOp::EXT, 0x0012, [1, 2, 0, 0], DomainOp::CoActivationRead { target, source }),
        (NeuroOp::EXT, 0x0013, [0, 0, 0, 0], DomainOp::CoActivationReset),
        (BankOp::EXT, 0x0008, [2, 4, 0, 0], DomainOp::BankPromote { source, bank_slot: 4 }),
        (BankOp::EXT, 0x0009, [2, 4, 0, 0], DomainOp::BankDemote { source, bank_slot: 4 }),
        (BankOp::EXT, 0x000A, [4, 9, 0, 0], DomainOp::BankEvict { bank_slot: 4, count: 9 }),
        (BankOp::EXT, 0x000B, [4, 0, 0, 0], DomainOp::BankCompact { bank_slot: 4 }),
    ];
    let registry = ExtensionRegistry::standard();
    for attached in [false, true] {
        for (ext, opcode, operands, op) in expected {
            let mut machine = machine("    H2: i32[2]\n    H3: i32[2]");
            let mut substrate = Flat;
            let mut ctx = ExecutionContext::new(&mut machine);
            if attached {
                ctx.substrate = Some(&mut substrate);
            }
            assert_eq!(registry.dispatch(ext, opcode, operands, &mut ctx), StepResult::Yield(op));
        }
    }
}
