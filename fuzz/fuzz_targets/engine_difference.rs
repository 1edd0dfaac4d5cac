//! Generated programs in the interpreter and in native code side by side: at every pause the machines are the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use ternsig_isa::InstructionSet;
use ternsig_jit::{Jit, Mode, Options};
use ternsig_program::generate::Entropy;
use ternsig_vm::generate::{between_runs, lockstep, network, random};

static JIT: LazyLock<Jit> =
    LazyLock::new(|| Jit::new(Options::default()).expect("there is a code generator for this processor"));

fuzz_target!(|data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let generate = if kind & 3 == 0 { random } else { network };
    let length = [12, 40, 60, 120][usize::from(kind >> 2 & 3)];
    let portion = (kind & 0x30 == 0).then_some(1 + u64::from(kind >> 6) * 37);
    let [mut reference, mut native] =
        [0, 1].map(|_| generate(bytes, length).expect("generated programs can be loaded"));
    JIT.equip(&mut native.interpreter, Mode::Jit);
    for round in 0..3 {
        if let Err(difference) = lockstep(&mut reference, &mut native, portion) {
            let text = ternsig_asm::disassemble(&reference.program, &InstructionSet::standard());
            panic!("run {round}, {difference}\n{text}");
        }
        for generated in [&mut reference, &mut native] {
            between_runs(generated.interpreter.machine_mut(), &mut Entropy::new(&[kind, round]));
        }
    }
});
