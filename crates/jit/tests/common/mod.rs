//! The benchmark programs with generated weights.

use std::sync::Arc;
use ternsig_isa::{Bank, InstructionSet};
use ternsig_vm::arith::random_signals;
use ternsig_vm::{ColdRegister, Interpreter};

/// The eight shapes of firmware, and an empty program.
pub(crate) const PROGRAMS: [(&str, &str); 9] = [
    ("rule_encoder", include_str!("../../../../benches/programs/rule_encoder.ternsig")),
    ("state_encoder", include_str!("../../../../benches/programs/state_encoder.ternsig")),
    ("violation", include_str!("../../../../benches/programs/violation.ternsig")),
    ("classifier", include_str!("../../../../benches/programs/classifier.ternsig")),
    ("compare", include_str!("../../../../benches/programs/compare.ternsig")),
    ("diff", include_str!("../../../../benches/programs/diff.ternsig")),
    ("gate", include_str!("../../../../benches/programs/gate.ternsig")),
    ("merge", include_str!("../../../../benches/programs/merge.ternsig")),
    ("empty", include_str!("../../../../benches/programs/empty.ternsig")),
];

/// An interpreter with weights, and how many elements its input has.
pub(crate) fn interpreter(source: &str) -> (Interpreter, usize) {
    let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    for decl in program.registers.iter().filter(|decl| decl.register.bank() == Bank::Cold) {
        let signals = random_signals(decl.register.index() as u64 + 5).take(decl.shape.elements()).collect();
        let register = ColdRegister::new(signals, decl.shape).unwrap();
        interpreter.machine_mut().set_cold(decl.register.index(), Arc::new(register)).unwrap();
    }
    let input = if program.meta.input_dim.is_none() { 0 } else { program.input_shape().elements() };
    (interpreter, input)
}
