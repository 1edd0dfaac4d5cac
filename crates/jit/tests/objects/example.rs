//! The use that the header's guide describes.

use crate::programs::SHAPES;
use crate::toolchain::Toolchain;
use std::path::PathBuf;
use std::sync::Arc;
use ternsig_isa::{InstructionSet, Signal};
use ternsig_jit::{ObjectTarget, object};
use ternsig_vm::{ColdRegister, Interpreter};

const HOST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/objects/example.c");

fn set_weights(interpreter: &mut Interpreter, index: usize, value: impl Fn(i32) -> i32) {
    let machine = interpreter.machine_mut();
    let shape = machine.cold(index).unwrap().shape();
    let signals = (0..shape.elements()).map(|at| Signal::from_i32(value(at as i32))).collect();
    machine.set_cold(index, Arc::new(ColdRegister::new(signals, shape).unwrap())).unwrap();
}

#[test]
fn a_small_host_gets_the_interpreters_output() {
    let (name, source) = SHAPES[0];
    let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    set_weights(&mut interpreter, 0, |at| at * 37 % 511 - 255);
    set_weights(&mut interpreter, 1, |at| at * 5 - 80);
    let input: Vec<i32> = (0..17).map(|at| 100 * at - 700).collect();
    let expected: Vec<_> = interpreter.forward_i32(&input).unwrap().to_vec();
    assert!(expected.iter().any(|&element| element > 0));
    for target in ObjectTarget::ALL {
        let Some(tools) = Toolchain::find(target) else { continue };
        let fresh = Interpreter::from_program(&program).unwrap();
        let object = object(fresh.machine(), target, name).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rule_encoder.h"), &object.header).unwrap();
        let code = folder.path().join("rule_encoder.o");
        std::fs::write(&code, &object.bytes).unwrap();
        let program = tools.link(folder.path(), &[PathBuf::from(HOST), code]);
        let printed = String::from_utf8(tools.run(&program, &[]).stdout).unwrap();
        let output: Vec<i32> = printed.split_whitespace().map(|word| word.parse().unwrap()).collect();
        assert_eq!(output, expected, "{target}");
    }
}
