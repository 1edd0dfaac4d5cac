//! Running a program in both engines.

use std::sync::Arc;
use ternsig_isa::{Bank, InstructionSet, Shape};
use ternsig_jit::{Features, Jit, Mode, Options, explain, statistics};
use ternsig_vm::arith::{next_random, random_signals};
use ternsig_vm::{ColdRegister, Interpreter};

pub(crate) const LENGTHS: [usize; 19] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 257, 300];

/// How the elements of a round are drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Draw {
    Bits(u32),
    Extremes,
    Constant(i32),
}

const DRAWS: [Draw; 13] = [
    Draw::Bits(3),
    Draw::Bits(8),
    Draw::Bits(10),
    Draw::Bits(16),
    Draw::Bits(17),
    Draw::Bits(24),
    Draw::Bits(31),
    Draw::Bits(32),
    Draw::Extremes,
    Draw::Constant(0),
    Draw::Constant(i32::MIN),
    Draw::Constant(i32::MAX),
    Draw::Constant(-7),
];

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> i32 {
        self.0 = next_random(self.0);
        (self.0 >> 32) as i32
    }

    fn draw(&mut self, draw: Draw) -> i32 {
        const EXTREMES: [i32; 11] =
            [i32::MIN, i32::MAX, i32::MIN + 1, 0, 1, -1, 1 << 15, -(1 << 15), 1 << 23, -(1 << 23), 1 << 30];
        match draw {
            Draw::Bits(bits) => self.next() >> (32 - bits),
            Draw::Extremes => EXTREMES[self.next().rem_euclid(11) as usize],
            Draw::Constant(value) => value,
        }
    }

    pub(crate) fn list(&mut self, draw: Draw, len: usize) -> Vec<i32> {
        (0..len).map(|_| self.draw(draw)).collect()
    }
}

pub(crate) fn interpreter(source: &str) -> Interpreter {
    let assembled = ternsig_asm::assemble(source, &InstructionSet::standard());
    let program = assembled.into_result().unwrap_or_else(|error| panic!("{error:?}\n{source}"));
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    for decl in program.registers.iter().filter(|decl| decl.register.bank() == Bank::Cold) {
        let signals = random_signals(decl.register.index() as u64 + 5).take(decl.shape.elements()).collect();
        let register = ColdRegister::new(signals, decl.shape).unwrap();
        interpreter.machine_mut().set_cold(decl.register.index(), Arc::new(register)).unwrap();
    }
    interpreter
}

/// The hot registers that a program declares get new contents for every round.
pub(crate) fn agree(source: &str) {
    let shapes: Vec<(usize, Shape)> = {
        let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
        let hot = program.registers.iter().filter(|decl| decl.register.bank() == Bank::Hot);
        hot.map(|decl| (decl.register.index(), decl.shape)).collect()
    };
    let mut random = Random::new(source.len() as u64);
    let rounds = DRAWS.iter().map(|&draw| {
        shapes.iter().map(|&(index, shape)| (index, shape, random.list(draw, shape.elements()))).collect()
    });
    agree_on(source, rounds.collect());
}

/// What is put into hot registers before a round.
pub(crate) type Contents = Vec<(usize, Shape, Vec<i32>)>;

pub(crate) fn agree_on(source: &str, rounds: Vec<Contents>) {
    agree_except(source, rounds, &[]);
}

/// The same where some instructions are helped with.
pub(crate) fn agree_except(source: &str, rounds: Vec<Contents>, helped: &[usize]) {
    compiles_everywhere(source);
    for features in [Features::Host, Features::Narrow, Features::Portable] {
        let jit = Jit::new(Options { features, ..Options::default() }).unwrap();
        let (mut reference, mut native) = (interpreter(source), interpreter(source));
        for (round, contents) in rounds.iter().enumerate() {
            for (index, shape, data) in contents {
                reference.machine_mut().set_hot(*index, data, *shape).unwrap();
                native.machine_mut().set_hot(*index, data, *shape).unwrap();
            }
            if round == 0 {
                jit.equip(&mut native, Mode::Jit);
            }
            let (expected, outcome) = (reference.run(), native.run());
            assert_eq!(format!("{outcome:?}"), format!("{expected:?}"), "{source}");
            assert_eq!(native.machine().fuel(), reference.machine().fuel(), "{source}");
            for index in 0..64 {
                let content =
                    |i: &Interpreter| i.machine().hot(index).map(|h| (h.data().to_vec(), h.shape()));
                let (got, want) = (content(&native), content(&reference));
                assert!(got == want, "{features:?} H{index} {got:?}, not {want:?}\n{contents:?}\n{source}");
            }
        }
        let statistics = statistics(&native).unwrap();
        assert!(statistics.entered > 0, "{source}");
        assert!(statistics.fallbacks.is_empty(), "{statistics:?}\n{source}");
        let own: Vec<usize> = statistics.helped.iter().map(|(&at, _)| at).collect();
        assert_eq!(own, helped, "{source}");
    }
}

/// There is code for the processors that this one is not, and it calls no function of a library.
fn compiles_everywhere(source: &str) {
    for target in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"] {
        let explanation = explain(interpreter(source).machine(), Some(target)).unwrap();
        assert!(!explanation.assembly.contains("load_ext_name"), "{target}\n{source}");
    }
}

/// A program of these registers and instructions.
pub(crate) fn program(registers: &[String], instructions: &[String]) -> String {
    let mut source = String::from(".requires\n    tensor 0x0001\n    activation 0x0003\n.registers\n");
    registers.iter().for_each(|line| source.push_str(&format!("    {line}\n")));
    source.push_str(".program\n");
    instructions.iter().for_each(|line| source.push_str(&format!("    {line}\n")));
    source.push_str("    halt\n");
    source
}

pub(crate) fn lines(list: &[&str]) -> Vec<String> {
    list.iter().map(|&line| line.to_owned()).collect()
}
