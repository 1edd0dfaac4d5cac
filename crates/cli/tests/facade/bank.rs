//! Bank operations with and without an attached cache.

use crate::machine;
use ternsig::isa::table::bank::BankOp;
use ternsig::{
    BankAccess, DomainOp, ExecutionContext, ExtensionRegistry, Machine, Register, Shape, StepResult,
};

/// A cache with fixed answers, which writes down what it was asked.
#[derive(Default)]
struct Cache {
    calls: Vec<String>,
}

impl BankAccess for Cache {
    fn query(&self, bank_slot: u8, query: &[i32], top_k: usize) -> Option<Vec<(i64, i32)>> {
        assert_eq!((bank_slot, query, top_k), (5, &[7, 8, 9, 10, 11, 12][..], 2));
        Some(vec![(0x0000_0001_0000_0002, 200), (-1, 100)])
    }
    fn load(&self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> Option<Vec<i32>> {
        assert_eq!((bank_slot, entry_id_high, entry_id_low), (5, 7, 8));
        Some(vec![31, 32, 33])
    }
    fn count(&self, bank_slot: u8) -> Option<i32> {
        assert_eq!(bank_slot, 5);
        Some(41)
    }
    fn write(&mut self, bank_slot: u8, vector: &[i32]) -> Option<(i32, i32)> {
        self.calls.push(format!("write {bank_slot} {vector:?}"));
        Some((51, 52))
    }
    fn touch(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) {
        self.calls.push(format!("touch {bank_slot} {entry_id_high} {entry_id_low}"));
    }
    fn delete(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> bool {
        self.calls.push(format!("delete {bank_slot} {entry_id_high} {entry_id_low}"));
        true
    }
}

const T: Register = Register::hot(1);
const S: Register = Register::hot(2);

/// Every instruction: the operand bytes, the operation that it yields, and whether a cache answers it in place.
fn instructions() -> [(BankOp, [u8; 4], DomainOp, bool); 12] {
    use BankOp as Op;
    let (target, source, bank_slot) = (T, S, 5);
    [
        (Op::BankQuery, [1, 2, 5, 2], DomainOp::BankQuery { target, source, bank_slot, top_k: 2 }, true),
        (Op::BankWrite, [1, 2, 5, 0], DomainOp::BankWrite { target, source, bank_slot }, true),
        (Op::BankLoad, [1, 2, 5, 0], DomainOp::BankLoad { target, source, bank_slot }, true),
        (Op::BankLink, [2, 3, 5, 0], DomainOp::BankLink { source, edge_type: 3, bank_slot }, false),
        (
            Op::BankTraverse,
            [1, 2, 5, 0x34],
            DomainOp::BankTraverse { target, source, bank_slot, edge_type: 3, depth: 4 },
            false,
        ),
        (Op::BankTouch, [2, 5, 0, 0], DomainOp::BankTouch { source, bank_slot }, true),
        (Op::BankDelete, [2, 5, 0, 0], DomainOp::BankDelete { source, bank_slot }, true),
        (Op::BankCount, [1, 5, 0, 0], DomainOp::BankCount { target, bank_slot }, true),
        (Op::BankPromote, [2, 5, 0, 0], DomainOp::BankPromote { source, bank_slot }, false),
        (Op::BankDemote, [2, 5, 0, 0], DomainOp::BankDemote { source, bank_slot }, false),
        (Op::BankEvict, [5, 9, 0, 0], DomainOp::BankEvict { bank_slot, count: 9 }, false),
        (Op::BankCompact, [5, 0, 0, 0], DomainOp::BankCompact { bank_slot }, false),
    ]
}

fn with_source() -> Machine {
    let mut machine = machine("    H2: i32[6]");
    machine.set_hot(2, &[7, 8, 9, 10, 11, 12], Shape::vector(6)).unwrap();
    machine
}

fn dispatch(op: BankOp, operands: [u8; 4], ctx: &mut ExecutionContext<'_>) -> StepResult {
    ExtensionRegistry::standard().dispatch(BankOp::EXT, op.row().opcode, operands, ctx)
}

#[test]
fn the_list_covers_the_extension() {
    let listed: Vec<_> = instructions().map(|(op, ..)| op).to_vec();
    assert_eq!(listed, BankOp::ALL);
}

#[test]
fn without_a_cache_every_operation_yields() {
    for (op, operands, expected, _) in instructions() {
        let mut machine = with_source();
        let mut ctx = ExecutionContext::new(&mut machine);
        assert!(ctx.bank_cache.is_none());
        assert_eq!(dispatch(op, operands, &mut ctx), StepResult::Yield(expected), "{op:?}");
        assert!(machine.hot(1).is_none(), "{op:?} writes nothing");
    }
}

#[test]
fn with_a_cache_the_simple_operations_continue_and_the_others_yield() {
    for (op, operands, expected, inline) in instructions() {
        let mut machine = with_source();
        let mut cache = Cache::default();
        let mut ctx = ExecutionContext::new(&mut machine);
        ctx.bank_cache = Some(&mut cache);
        let expected = if inline { StepResult::Continue } else { StepResult::Yield(expected) };
        assert_eq!(dispatch(op, operands, &mut ctx), expected, "{op:?}");
    }
}

#[test]
fn what_the_cache_answers_stands_in_the_target() {
    let target = |op: BankOp| {
        let mut machine = with_source();
        let mut cache = Cache::default();
        let mut ctx = ExecutionContext::new(&mut machine);
        ctx.bank_cache = Some(&mut cache);
        let operands = instructions().into_iter().find(|(other, ..)| *other == op).unwrap().1;
        assert_eq!(dispatch(op, operands, &mut ctx), StepResult::Continue);
        (machine.hot(1).map(|register| register.data().to_vec()), cache.calls.join("; "))
    };
    assert_eq!(target(BankOp::BankQuery).0.unwrap(), [2, 200, 1, 2, 100, -1, -1]);
    assert_eq!(target(BankOp::BankLoad).0.unwrap(), [31, 32, 33]);
    assert_eq!(target(BankOp::BankCount).0.unwrap(), [41]);
    assert_eq!(target(BankOp::BankWrite), (Some(vec![51, 52]), "write 5 [7, 8, 9, 10, 11, 12]".to_owned()));
    assert_eq!(target(BankOp::BankTouch), (None, "touch 5 7 8".to_owned()));
    assert_eq!(target(BankOp::BankDelete), (None, "delete 5 7 8".to_owned()));
}
