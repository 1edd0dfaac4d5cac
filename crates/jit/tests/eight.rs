//! The eight benchmark programs in both engines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use ternsig_isa::{Bank, InstructionSet};
use ternsig_jit::{Jit, Mode, Options, statistics};
use ternsig_vm::arith::{next_random, random_signals};
use ternsig_vm::{ColdRegister, Interpreter};

const PROGRAMS: [(&str, &str); 9] = [
    ("rule_encoder", include_str!("../../../benches/programs/rule_encoder.ternsig")),
    ("state_encoder", include_str!("../../../benches/programs/state_encoder.ternsig")),
    ("violation", include_str!("../../../benches/programs/violation.ternsig")),
    ("classifier", include_str!("../../../benches/programs/classifier.ternsig")),
    ("compare", include_str!("../../../benches/programs/compare.ternsig")),
    ("diff", include_str!("../../../benches/programs/diff.ternsig")),
    ("gate", include_str!("../../../benches/programs/gate.ternsig")),
    ("merge", include_str!("../../../benches/programs/merge.ternsig")),
    ("empty", include_str!("../../../benches/programs/empty.ternsig")),
];

fn interpreter(source: &str) -> (Interpreter, usize) {
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

#[test]
fn the_eight_agree() {
    let jit = Jit::new(Options::default()).unwrap();
    for (name, source) in PROGRAMS {
        let (mut reference, len) = interpreter(source);
        let (mut native, _) = interpreter(source);
        jit.equip(&mut native, Mode::Jit);
        let mut state = 1;
        for bits in [8, 9, 15, 16, 17, 24, 32, 8] {
            for _ in 0..20 {
                let input: Vec<i32> = (0..len)
                    .map(|_| {
                        state = next_random(state);
                        (state >> 32) as i32 >> (32 - bits)
                    })
                    .collect();
                let expected = reference.forward_i32(&input).unwrap().to_vec();
                assert_eq!(native.forward_i32(&input).unwrap(), expected, "{name} {bits} {input:?}");
                assert_eq!(native.machine().fuel(), reference.machine().fuel(), "{name}");
                for index in 0..64 {
                    let content =
                        |i: &Interpreter| i.machine().hot(index).map(|h| (h.data().to_vec(), h.shape()));
                    assert_eq!(content(&native), content(&reference), "{name} H{index}");
                }
            }
        }
        eprintln!("{name}: {:?}", statistics(&native));
    }
}
