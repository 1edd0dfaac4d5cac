//! One machine in both engines.

use std::sync::Arc;
use ternsig_isa::{InstructionSet, Shape, Signal};
use ternsig_jit::{Features, Jit, Mode, Options, statistics};
use ternsig_vm::arith::next_random;
use ternsig_vm::{ColdRegister, Interpreter};

/// Lengths around the width of vectors and of written-out loops.
pub(crate) const LENGTHS: [usize; 16] = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 300];

/// Inputs at which something overflows, saturates or changes sign.
const EXTREMES: [i32; 24] = [
    i32::MIN,
    i32::MIN + 1,
    -(1 << 30),
    -(1 << 24),
    -(1 << 23) - 1,
    -(1 << 18) - 1,
    -65536,
    -32769,
    -32768,
    -2049,
    -257,
    -256,
    -1,
    0,
    1,
    127,
    255,
    256,
    32767,
    32768,
    1 << 18,
    (1 << 23) + 1,
    i32::MAX - 1,
    i32::MAX,
];

/// Numbers of every size, some of them extreme.
pub(crate) fn numbers(len: usize, seed: u64) -> Vec<i32> {
    let mut state = next_random(next_random(seed ^ 0x5DEE_CE66));
    let mut next = || {
        state = next_random(state);
        (state >> 33) as u32
    };
    let mut number = || match next() % 4 {
        0 => EXTREMES[next() as usize % EXTREMES.len()],
        _ => ((next() << 1 | next() & 1) as i32) >> (next() % 32),
    };
    (0..len).map(|_| number()).collect()
}

/// What a program finds.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) hot: Vec<(usize, Vec<i32>, Shape)>,
    pub(crate) cold: Vec<(usize, Vec<Signal>, Shape)>,
    pub(crate) input: Vec<i32>,
    pub(crate) target: Vec<i32>,
}

impl State {
    pub(crate) fn hot(mut self, index: usize, data: Vec<i32>) -> State {
        let shape = Shape::vector(data.len());
        self.hot.push((index, data, shape));
        self
    }

    pub(crate) fn shaped(mut self, index: usize, dims: &[u32], seed: u64) -> State {
        let shape = Shape::new(dims).unwrap();
        self.hot.push((index, numbers(shape.elements(), seed), shape));
        self
    }

    pub(crate) fn cold(mut self, index: usize, dims: &[u32], seed: u64) -> State {
        let shape = Shape::new(dims).unwrap();
        let bytes = numbers(shape.elements(), seed);
        let signals = bytes.iter().map(|&x| Signal::with_sign(x % 3, (x >> 8) as u8)).collect();
        self.cold.push((index, signals, shape));
        self
    }

    fn apply(&self, interpreter: &mut Interpreter) {
        let machine = interpreter.machine_mut();
        for (index, data, shape) in &self.hot {
            machine.set_hot(*index, data, *shape).unwrap();
        }
        for (index, signals, shape) in &self.cold {
            let register = ColdRegister::new(signals.clone(), *shape).unwrap();
            machine.set_cold(*index, Arc::new(register)).unwrap();
        }
        machine.set_input(&self.input);
        machine.set_target(&self.target);
    }
}

/// A program of these lines.
pub(crate) fn interpreter(lines: &str, state: &State) -> Interpreter {
    let source = format!(
        ".requires\n tensor 0x0001\n ternary 0x0002\n activation 0x0003\n arch 0x0006\n.program\n{lines}\n halt\n"
    );
    let assembled = ternsig_asm::assemble(&source, &InstructionSet::standard());
    let program = assembled.into_result().unwrap_or_else(|errors| panic!("{lines}: {errors:?}"));
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    state.apply(&mut interpreter);
    interpreter
}

/// Both engines leave the same machine; unless the program fails, every instruction is executed natively.
pub(crate) fn agree(lines: &str, state: &State) {
    for features in [Features::Host, Features::Narrow, Features::Portable] {
        let (mut reference, mut native) = (interpreter(lines, state), interpreter(lines, state));
        let jit = Jit::new(Options { features, ..Options::default() }).unwrap();
        jit.equip(&mut native, Mode::Jit);
        let (expected, found) = (reference.run(), native.run());
        assert_eq!(format!("{found}"), format!("{expected}"), "{lines} with {state:?}");
        if let Some(difference) = reference.machine().difference(native.machine()) {
            panic!("{lines} with {state:?}: {difference}");
        }
        if matches!(expected, ternsig_vm::Outcome::Halted) {
            let statistics = statistics(&native).unwrap();
            assert!(statistics.fallbacks.is_empty(), "{lines} with {state:?}: {statistics:?}");
            assert!(statistics.helped.is_empty(), "{lines} with {state:?}: {statistics:?}");
        }
    }
}
