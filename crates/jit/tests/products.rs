//! Products in both engines: with weights, with temperatures, of batches, of activations.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::Write;
use std::sync::Arc;
use ternsig_isa::{Bank, InstructionSet, Shape, Temperature};
use ternsig_jit::{Features, Jit, Mode, Options, statistics};
use ternsig_vm::arith::{next_random, random_signals};
use ternsig_vm::{ColdRegister, Interpreter, Outcome};

/// Inputs that are special in some way; all of 32 bits otherwise.
const SPECIAL: [i32; 18] = [
    i32::MIN,
    i32::MAX,
    i32::MIN + 1,
    0,
    1,
    -1,
    14,
    15,
    -15,
    59,
    60,
    119,
    120,
    255,
    32767,
    32768,
    -32768,
    -32769,
];

/// Numbers of so many bits, or special ones.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = next_random(self.0);
        self.0 >> 33
    }

    fn value(&mut self, bits: u32) -> i32 {
        if bits == 0 {
            return SPECIAL[self.next() as usize % SPECIAL.len()];
        }
        self.0 = next_random(self.0);
        (self.0 >> 32) as i32 >> (32 - bits)
    }
}

/// Whether the weights have temperatures.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Heat {
    None,
    Hot,
    Mixed,
}

fn temperatures(heat: Heat, count: usize, random: &mut Random) -> Option<Vec<Temperature>> {
    let mut one = || match heat {
        Heat::Mixed => Temperature::ALL[random.next() as usize % 4],
        _ => Temperature::Hot,
    };
    (heat != Heat::None).then(|| (0..count).map(|_| one()).collect())
}

/// A machine for a program, its weights random.
fn machine(source: &str, heat: Heat, extreme: bool) -> Interpreter {
    let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    let mut random = Random(77);
    for decl in program.registers.iter().filter(|decl| decl.register.bank() == Bank::Cold) {
        let count = decl.shape.elements();
        let mut signals: Vec<_> = random_signals(decl.register.index() as u64 + 5).take(count).collect();
        if extreme {
            signals.fill(ternsig_isa::Signal::from_i32(-255));
        }
        let mut register = ColdRegister::new(signals, decl.shape).unwrap();
        register.set_temperatures(temperatures(heat, count, &mut random)).unwrap();
        interpreter.machine_mut().set_cold(decl.register.index(), Arc::new(register)).unwrap();
    }
    interpreter
}

/// A program with an interpreter and a native machine.
struct Pair {
    source: String,
    reference: Interpreter,
    native: Interpreter,
}

impl Pair {
    fn new(jit: &Jit, source: String, heat: Heat, extreme: bool) -> Pair {
        let reference = machine(&source, heat, extreme);
        let mut native = machine(&source, heat, extreme);
        jit.equip(&mut native, Mode::Jit);
        Pair { source, reference, native }
    }

    /// Sets the declared hot registers to random numbers, runs both and compares.
    fn round(&mut self, random: &mut Random, bits: u32) {
        let declared: Vec<_> = self.reference.machine().program().program().registers.clone();
        for decl in declared.iter().filter(|decl| decl.register.bank() == Bank::Hot) {
            let data: Vec<i32> = (0..decl.shape.elements()).map(|_| random.value(bits)).collect();
            for interpreter in [&mut self.reference, &mut self.native] {
                interpreter.machine_mut().set_hot(decl.register.index(), &data, decl.shape).unwrap();
            }
        }
        self.compare(bits);
    }

    fn compare(&mut self, bits: u32) {
        let expected = self.reference.forward_i32(&[]).unwrap().to_vec();
        assert_eq!(self.native.forward_i32(&[]).unwrap(), expected, "{}", self.source);
        assert_eq!(self.native.machine().fuel(), self.reference.machine().fuel(), "{}", self.source);
        for index in 0..64 {
            let content = |i: &Interpreter| i.machine().hot(index).map(|h| (h.data().to_vec(), h.shape()));
            let [native, reference] = [&self.native, &self.reference].map(content);
            assert_eq!(native, reference, "H{index}, {bits} bits:\n{}", self.source);
        }
    }

    fn assert_native(&self) {
        let statistics = statistics(&self.native).unwrap();
        assert!(statistics.entered > 0, "{}", self.source);
        assert!(statistics.fallbacks.is_empty(), "{:?}\n{}", statistics.fallbacks, self.source);
        assert!(statistics.helped.is_empty(), "{:?}\n{}", statistics.helped, self.source);
    }
}

fn engines() -> [Jit; 3] {
    [Features::Host, Features::Narrow, Features::Portable]
        .map(|features| Jit::new(Options { features, ..Options::default() }).unwrap())
}

fn check(jit: &Jit, source: &str, heat: Heat, extreme: bool) {
    let mut pair = Pair::new(jit, source.to_owned(), heat, extreme);
    let mut random = Random(3);
    for bits in [8, 15, 16, 17, 24, 32, 0] {
        pair.round(&mut random, bits);
        pair.round(&mut random, bits);
    }
    pair.assert_native();
}

fn program(registers: &[(&str, &[usize])], code: &str) -> String {
    let mut source = String::from(".requires\n    ternary\n    tensor\n\n.registers\n");
    for (name, dims) in registers {
        let kind = if name.starts_with('C') { "ternary" } else { "i32" };
        let dims: Vec<String> = dims.iter().map(usize::to_string).collect();
        writeln!(source, "    {name}: {kind}[{}]", dims.join(", ")).unwrap();
    }
    write!(source, "\n.program\n{code}\n    halt\n").unwrap();
    source
}

const SIZES: [usize; 14] = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100];

#[test]
fn products_with_weights_agree() {
    for (jit, step) in engines().iter().zip([1, 3, 2]) {
        for (number, &rows) in SIZES.iter().enumerate().step_by(step) {
            for &columns in SIZES[number % 2..].iter().step_by(2).chain(&[300]) {
                for heat in [Heat::None, Heat::Hot, Heat::Mixed] {
                    let given = if number % 3 == 0 { columns.div_ceil(2) } else { columns + number % 3 - 1 };
                    let registers: [(&str, &[usize]); 2] =
                        [("C0", &[rows, columns]), ("H0", &[given.max(1)])];
                    let code = "    ternary_matmul H1, C0, H0\n    shift H2, H1, 3\n    relu H2, H2\n\
                        \x20   ternary.ternary_matmul H3, C0, H0\n    wire_forward H4, C0, H0\n\
                        \x20   ternary.ternary_matmul H0, C0, H0\n    store_output H0";
                    check(jit, &program(&registers, code), heat, number == 5);
                }
            }
        }
    }
}

#[test]
fn batches_agree() {
    for (jit, step) in engines().iter().zip([1, 3, 2]) {
        for (number, &rows) in [1, 3, 4, 5, 17, 33].iter().enumerate().step_by(step) {
            for columns in [1, 2, 4, 7, 8, 33, 300] {
                for batch in [1, 2, 5, 9] {
                    let heat = [Heat::None, Heat::Mixed][(number + batch) % 2];
                    let shape: &[usize] = if batch == 5 { &[batch * columns] } else { &[batch, columns] };
                    let registers: [(&str, &[usize]); 2] = [("C0", &[rows, columns]), ("H0", shape)];
                    let code = "    ternary_batch_matmul H1, C0, H0\n    shift H2, H1, 3\n\
                        \x20   ternary.ternary_batch_matmul H3, C0, H0\n\
                        \x20   ternary_batch_matmul H0, C0, H0";
                    check(jit, &program(&registers, code), heat, batch == 2);
                }
            }
        }
    }
}

#[test]
fn products_of_activations_agree() {
    let shapes: [(&[usize], &[usize]); 22] = [
        (&[1], &[1]),
        (&[5, 1], &[1]),
        (&[1024, 1], &[1]),
        (&[33, 1], &[1, 1]),
        (&[1, 7], &[7]),
        (&[7], &[7]),
        (&[64], &[64]),
        (&[1, 300], &[300]),
        (&[9, 17], &[17]),
        (&[9, 17], &[17, 1]),
        (&[2, 2], &[2, 2]),
        (&[3, 5], &[5, 4]),
        (&[4, 4], &[4, 3]),
        (&[1, 8], &[8, 9]),
        (&[8], &[8, 33]),
        (&[7, 1], &[1, 16]),
        (&[16, 16], &[16, 16]),
        (&[5, 31], &[31, 17]),
        (&[17, 3], &[3, 64]),
        (&[2, 100], &[100, 100]),
        (&[64, 64], &[64, 17]),
        (&[3, 9], &[9, 2]),
    ];
    for jit in engines() {
        for (number, (left, right)) in shapes.into_iter().enumerate() {
            let shift = [0, 1, 8, 31, 200][number % 5];
            let code = format!(
                "    tensor.matmul H2, H0, H1, {shift}\n    tensor.matmul H3, H0, H1, 5\n\
                 \x20   tensor.matmul {}, H0, H1, {shift}",
                ["H0", "H1"][number % 2]
            );
            check(&jit, &program(&[("H0", left), ("H1", right)], &code), Heat::None, false);
        }
    }
}

#[test]
fn sums_of_the_largest_numbers_are_exact() {
    let jit = Jit::new(Options::default()).unwrap();
    for terms in [1usize, 2, 3, 4, 5, 300] {
        for (left, right) in
            [(i32::MIN, i32::MIN), (i32::MIN, i32::MAX), (i32::MAX, i32::MAX), (46341, -46341)]
        {
            for shift in [0, 1, 31] {
                let code =
                    format!("    tensor.matmul H2, H0, H1, {shift}\n    tensor.matmul H3, H0, H4, {shift}");
                let registers: [(&str, &[usize]); 3] =
                    [("H0", &[3, terms]), ("H1", &[terms]), ("H4", &[terms, 5])];
                let mut pair = Pair::new(&jit, program(&registers, &code), Heat::None, false);
                for interpreter in [&mut pair.reference, &mut pair.native] {
                    let machine = interpreter.machine_mut();
                    machine.set_hot(0, &vec![left; 3 * terms], Shape::matrix(3, terms)).unwrap();
                    machine.set_hot(1, &vec![right; terms], Shape::vector(terms)).unwrap();
                    machine.set_hot(4, &vec![right; terms * 5], Shape::matrix(terms, 5)).unwrap();
                }
                pair.compare(32);
                pair.assert_native();
            }
        }
    }
}

/// Programs of one long instruction each.
fn long_programs() -> Vec<(String, Heat)> {
    let one = |registers: &[(&str, &[usize])], code: &str| program(registers, &format!("    {code}"));
    let mut programs = Vec::new();
    for heat in [Heat::None, Heat::Mixed] {
        for (rows, columns) in
            [(300, 300), (3, 30_000), (2, 65_535), (65_535, 1), (65_535, 2), (17, 9001), (40_000, 3)]
        {
            let registers: [(&str, &[usize]); 3] =
                [("C0", &[rows, columns]), ("H0", &[columns]), ("H1", &[2])];
            programs.push((one(&registers, "ternary_matmul H1, C0, H0"), heat));
            programs.push((one(&registers, "ternary.ternary_matmul H0, C0, H0"), heat));
            let registers: [(&str, &[usize]); 2] = [("C0", &[rows, columns]), ("H0", &[2, columns])];
            programs.push((one(&registers, "ternary_batch_matmul H1, C0, H0"), heat));
        }
    }
    let shapes: [(&[usize], &[usize]); 5] = [
        (&[100, 100], &[100, 100]),
        (&[2, 65_535], &[65_535]),
        (&[2, 40_000], &[40_000, 2]),
        (&[65_535, 2], &[2]),
        (&[3, 9], &[9, 9000]),
    ];
    for (left, right) in shapes {
        programs.push((one(&[("H0", left), ("H1", right)], "tensor.matmul H1, H0, H1, 3"), Heat::None));
    }
    programs
}

#[test]
fn long_products_agree() {
    let jit = Jit::new(Options::default()).unwrap();
    for (source, heat) in long_programs() {
        let mut pair = Pair::new(&jit, source, heat, false);
        let mut random = Random(3);
        for bits in [15, 24, 32, 0] {
            pair.round(&mut random, bits);
        }
        pair.assert_native();
    }
}

#[test]
fn a_long_product_is_abandoned_without_effect() {
    let jit = Jit::new(Options::default()).unwrap();
    let (mut abandoned, mut random) = (0, Random(9));
    let mut programs = long_programs();
    // These take long enough to be interrupted while they work.
    let large: [(&str, &[usize]); 3] = [("H0", &[400, 400]), ("H1", &[400, 400]), ("H2", &[3])];
    programs.push((program(&large, "    tensor.matmul H2, H0, H1"), Heat::None));
    let large: [(&str, &[usize]); 3] = [("C0", &[400, 400]), ("H0", &[400, 400]), ("H2", &[3])];
    for heat in [Heat::None, Heat::Mixed] {
        programs.push((program(&large, "    ternary_batch_matmul H2, C0, H0"), heat));
    }
    for (source, heat) in programs {
        let mut pair = Pair::new(&jit, source, heat, false);
        pair.round(&mut random, 0);
        let before = contents(&pair.native);
        let handle = pair.native.interrupt_handle();
        let other = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(2));
            handle.interrupt();
        });
        let mut outcome = pair.native.run();
        other.join().unwrap();
        while let Outcome::Interrupted { instruction } = outcome {
            if instruction == 0 {
                abandoned += 1;
                assert_eq!(contents(&pair.native), before, "{}", pair.source);
            }
            outcome = pair.native.run();
        }
        assert_eq!(outcome, pair.reference.run(), "{}", pair.source);
        assert_eq!(contents(&pair.native), contents(&pair.reference), "{}", pair.source);
        assert_eq!(pair.native.machine().fuel(), pair.reference.machine().fuel(), "{}", pair.source);
    }
    assert!(abandoned > 0);
}

type Contents = Vec<Option<(Vec<i32>, Shape)>>;

fn contents(interpreter: &Interpreter) -> Contents {
    let hot = |index| interpreter.machine().hot(index).map(|h| (h.data().to_vec(), h.shape()));
    (0..64).map(hot).collect()
}

#[test]
fn changed_weights_and_temperatures_are_seen() {
    let jit = Jit::new(Options::default()).unwrap();
    let shapes: [(&[usize], &[usize]); 2] = [(&[9, 33], &[33]), (&[3, 5, 2], &[5])];
    for (weights, input) in shapes {
        let code = "    ternary_matmul H1, C0, H0\n    ternary.ternary_matmul H2, C0, H0\n    wire_forward H3, C0, H0";
        let source = program(&[("C0", weights), ("H0", input)], code);
        let mut pair = Pair::new(&jit, source, Heat::Mixed, false);
        let mut random = Random(5);
        let count: usize = weights.iter().product();
        for round in 0..40 {
            pair.round(&mut random, [8, 16, 0][round % 3]);
            let (index, value) = (random.next() as usize % count, random.value(9).clamp(-255, 255));
            for interpreter in [&mut pair.reference, &mut pair.native] {
                let register = interpreter.machine_mut().cold_mut(0).unwrap();
                match round % 3 {
                    0 => register.edit().set(index, ternsig_isa::Signal::from_i32(value)),
                    1 => register.set_temperature(index, Temperature::ALL[round % 4]),
                    _ => register.set_temperatures(register.temperatures().map(<[_]>::to_vec)).unwrap(),
                }
            }
        }
        pair.assert_native();
    }
}
