//! Learning in both engines: pressure, weights, their versions and what products see of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::sync::Arc;
use ternsig_isa::{Bank, InstructionSet, Shape, Signal, Temperature};
use ternsig_jit::{Features, Jit, Mode, Options, statistics};
use ternsig_vm::arith::{next_random, random_signals};
use ternsig_vm::{ColdRegister, Interpreter};

/// A generator of what to try.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = next_random(self.0);
        self.0 >> 16
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// A number of any size, with a liking for the edges.
    fn number(&mut self) -> i32 {
        match self.below(8) {
            0 => self.of(&[i32::MIN, i32::MAX, i32::MIN + 1, 0, 1, -1]),
            1 => 0,
            2 => self.next() as i32,
            _ => (self.next() as i32) >> self.of(&[16, 20, 23, 24]),
        }
    }

    fn numbers(&mut self, len: usize) -> Vec<i32> {
        if self.one_in(4) {
            let zeros = 1 + self.below(8);
            return (0..len).map(|_| if self.one_in(zeros + 1) { self.number() } else { 0 }).collect();
        }
        (0..len).map(|_| self.number()).collect()
    }

    fn pressure(&mut self) -> i32 {
        match self.below(6) {
            0 => self.of(&[i32::MIN, i32::MAX, i32::MAX - 700, i32::MIN + 700]),
            1 => self.of(&[24, 25, 26, -24, -25, -26, 49, 50, 99, 100, 127, -127, 1, -1]),
            2 => self.number(),
            _ => 0,
        }
    }

    fn signal(&mut self) -> Signal {
        let magnitude = self.of(&[0, 1, 4, 5, 6, 250, 254, 255, 77]);
        Signal::new(self.of(&[-1, 0, 1]), magnitude).unwrap()
    }
}

/// A machine with only the interpreter and an equal one with native code.
struct Pair {
    reference: Interpreter,
    native: Interpreter,
}

impl Pair {
    fn new(source: &str, options: Options) -> Pair {
        let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
        let [reference, mut native] = [0, 1].map(|_| Interpreter::from_program(&program).unwrap());
        Jit::new(options).unwrap().equip(&mut native, Mode::Jit);
        Pair { reference, native }
    }

    fn both(&mut self, mut change: impl FnMut(&mut Interpreter)) {
        change(&mut self.reference);
        change(&mut self.native);
    }

    fn run(&mut self, input: &[i32], what: &str) {
        let versions = self.versions();
        let outputs: [_; 2] = [&mut self.reference, &mut self.native].map(|interpreter| {
            interpreter.forward_i32(input).map(<[i32]>::to_vec).map_err(|e| e.to_string())
        });
        assert_eq!(outputs[1], outputs[0], "{what}");
        self.compare(what);
        let now = self.versions();
        for (index, (old, new)) in versions.iter().zip(&now).enumerate() {
            // Copying what is shared takes a new version too, and is left to each engine.
            assert_eq!(old[0] == new[0], old[1] == new[1], "{what} version of C{index}");
        }
    }

    fn versions(&self) -> Vec<[u64; 2]> {
        let version = |i: &Interpreter, index| i.machine().cold(index).map_or(0, ColdRegister::version);
        (0..64).map(|index| [version(&self.reference, index), version(&self.native, index)]).collect()
    }

    fn compare(&self, what: &str) {
        let (reference, native) = (self.reference.machine(), self.native.machine());
        assert_eq!(native.fuel(), reference.fuel(), "{what} fuel");
        assert_eq!(native.pc(), reference.pc(), "{what} pc");
        for index in 0..64 {
            assert_eq!(native.pressure(index), reference.pressure(index), "{what} pressure of C{index}");
            assert_eq!(native.cold(index), reference.cold(index), "{what} C{index}");
            let rows = |register: &ColdRegister| {
                (register.values().to_vec(), register.last_edit().map(|edit| (edit.first_row, edit.end_row)))
            };
            assert_eq!(
                native.cold(index).map(rows),
                reference.cold(index).map(rows),
                "{what} edit of C{index}"
            );
            let content = |i: &ternsig_vm::Machine| i.hot(index).map(|h| (h.data().to_vec(), h.shape()));
            assert_eq!(content(native), content(reference), "{what} H{index}");
        }
    }

    fn set_weights(&mut self, index: usize, register: &ColdRegister) {
        self.both(|interpreter| {
            interpreter.machine_mut().set_cold(index, Arc::new(register.clone())).unwrap();
        });
    }
}

fn options(chance: &mut Chance) -> Options {
    let features = if chance.one_in(3) { Features::Portable } else { Features::Host };
    Options { features, ..Options::default() }
}

fn register(chance: &mut Chance, shape: Shape, temperatures: bool) -> ColdRegister {
    let signals = (0..shape.elements()).map(|_| chance.signal()).collect();
    let mut register = ColdRegister::new(signals, shape).unwrap();
    if temperatures {
        let list = (0..shape.elements()).map(|_| chance.of(&Temperature::ALL)).collect();
        register.set_temperatures(Some(list)).unwrap();
    }
    register.set_frozen(chance.one_in(8));
    register
}

const LENGTHS: [usize; 16] = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100];

/// A program that learns on C0 from the input and directions in H1 and asks what it has learned in between.
fn program(chance: &mut Chance, rows: usize, columns: usize, directions: usize) -> String {
    let mut source = format!(
        ".meta\n    name \"learner\"\n    input_dim {columns}\n.requires\n    learning 0x0004\n    ternary 0x0002\n.registers\n    \
         C0: ternary[{rows},{columns}]\n    C1: ternary[{rows},{columns}]\n    H0: i32[{columns}]\n    H1: i32[{directions}]\n    \
         H2: i32[{rows}]\n    H3: i32[{rows}]\n    H4: i32[1]\n.program\n    load_input H0\n"
    );
    for _ in 0..2 + chance.below(7) {
        let (scale, threshold, step) =
            (chance.of(&[1, 15, 40, 255]), chance.of(&[1, 2, 50, 255]), chance.of(&[1, 255, 5]));
        let register = chance.of(&["C0", "C0", "C1"]);
        let line = match chance.below(10) {
            0..=2 => format!("learning.mastery_outer {register}, H0, H1, scale={scale}"),
            3 | 4 => format!("learning.mastery_commit {register}, threshold={threshold}, step={step}"),
            5 => format!("mastery_commit {register}, threshold={threshold}, step={step}"),
            6 => format!("learning.mastery_update {register}, H0, H1, scale={scale}"),
            7 => format!("ternary_matmul H2, {register}, H0\n    store_output H2"),
            8 => format!("ternary_matmul H3, {register}, H0\n    add H2, H2, H3\n    store_output H2"),
            _ => "loop 2\n    learning.mastery_outer C0, H0, H1\n    learning.mastery_commit C0, threshold=3\n    ternary_matmul H3, C0, H0\n    store_output H3\n    end_loop".to_owned(),
        };
        writeln!(source, "    {line}").unwrap();
    }
    source.push_str("    ternary_matmul H3, C0, H0\n    store_output H3\n    halt\n");
    source
}

#[test]
fn learners_agree() {
    let mut chance = Chance(7);
    for case in 0..400 {
        let (rows, columns) = (chance.of(&LENGTHS).min(40), chance.of(&LENGTHS));
        let directions = if chance.one_in(3) { 1 } else { rows };
        let source = program(&mut chance, rows, columns, directions);
        let mut pair = Pair::new(&source, options(&mut chance));
        let temperatures = chance.one_in(3);
        for index in 0..2 {
            let weights = register(&mut chance, Shape::matrix(rows, columns), temperatures);
            pair.set_weights(index, &weights);
        }
        for tick in 0..6 {
            change(&mut pair, &mut chance, rows, columns, directions);
            let input = chance.numbers(columns);
            pair.run(&input, &format!("case {case} tick {tick} {rows}×{columns}\n{source}"));
        }
    }
}

#[test]
fn weights_made_of_activations_agree() {
    let source = ".requires\n    ternary\n.registers\n    C0: ternary[40]\n    H0: i32[40]\n    H1: i32[40]\n.program\n    \
                  load_input H0\n    ternary.quantize C0, H0\n    ternary_add_bias H1, H0, C0\n    store_output H1\n    halt\n";
    let mut chance = Chance(13);
    for case in 0..60 {
        let mut pair = Pair::new(source, options(&mut chance));
        for tick in 0..8 {
            let what = format!("case {case} tick {tick}");
            if chance.one_in(4) {
                let shape = chance.of(&[Shape::vector(40), Shape::vector(39), Shape::matrix(1, 40)]);
                let temperatures = chance.one_in(3);
                let weights = register(&mut chance, shape, temperatures);
                pair.set_weights(0, &weights);
            }
            // What is shared is copied before it changes.
            let shared = pair.native.machine().share_cold(0).filter(|_| chance.one_in(4));
            let before = shared.as_ref().map(|register| register.values().to_vec());
            let len = if chance.one_in(8) { 41 } else { 40 };
            let input = chance.numbers(len);
            pair.run(&input, &what);
            assert_eq!(shared.map(|register| register.values().to_vec()), before, "{what}");
        }
    }
    let mut pair = Pair::new(source, Options::default());
    for tick in 0..10 {
        let input = chance.numbers(40);
        pair.run(&input, &format!("tick {tick}"));
    }
    let statistics = statistics(&pair.native).unwrap();
    assert!(statistics.helped.is_empty() && statistics.fallbacks.is_empty(), "{statistics:?}");
}

/// What a host does between two runs.
fn change(pair: &mut Pair, chance: &mut Chance, rows: usize, columns: usize, directions: usize) {
    let list: Vec<i32> = (0..directions).map(|_| chance.of(&[-7, -1, 0, 1, 3, i32::MIN, i32::MAX])).collect();
    pair.both(|i| i.machine_mut().set_hot(1, &list, Shape::vector(directions)).unwrap());
    let index = chance.below(2);
    match chance.below(10) {
        0 => {
            let level = chance.of(&[0, 75, 76, 139, 140, 204, 255, 128]);
            pair.both(|i| i.machine_mut().set_chemical(0, level));
        }
        1 | 2 => {
            let len = if chance.one_in(4) { chance.of(&LENGTHS) } else { rows * columns };
            let list: Vec<i32> = (0..len).map(|_| chance.pressure()).collect();
            pair.both(|i| i.machine_mut().set_pressure(index, Some(list.clone())));
        }
        3 => pair.both(|i| i.machine_mut().set_pressure(index, None)),
        4 => {
            let (at, signal) = (chance.below(rows * columns + 1), chance.signal());
            pair.both(|i| i.machine_mut().cold_mut(index).unwrap().edit().set(at, signal));
        }
        5 => {
            let weights = register(chance, Shape::matrix(rows, columns), chance_of_temperatures(pair, index));
            pair.set_weights(index, &weights);
        }
        6 => pair.both(|i| i.machine_mut().cold_mut(index).unwrap().set_dirty(false)),
        7 => {
            let frozen = chance.one_in(3);
            pair.both(|i| i.machine_mut().cold_mut(index).unwrap().set_frozen(frozen));
        }
        8 => {
            let temperature = chance.of(&Temperature::ALL);
            let at = chance.below(rows * columns + 1);
            pair.both(|i| i.machine_mut().cold_mut(index).unwrap().set_temperature(at, temperature));
        }
        _ => {}
    }
}

/// Mostly as before, so that the code stays the same.
fn chance_of_temperatures(pair: &Pair, index: usize) -> bool {
    pair.reference.machine().cold(index).is_some_and(|register| register.temperatures().is_some())
}

const SMALL: &str = ".meta\n    name \"small\"\n    input_dim 40\n.requires\n    learning 0x0004\n.registers\n    C0: ternary[9,40]\n    \
    H0: i32[40]\n    H1: i32[9]\n    H2: i32[9]\n.program\n    load_input H0\n    learning.mastery_outer C0, H0, H1, scale=90\n    \
    learning.mastery_commit C0, threshold=20, step=30\n    ternary_matmul H2, C0, H0\n    store_output H2\n    halt\n";

fn small(chance: &mut Chance) -> Pair {
    let mut pair = Pair::new(SMALL, Options::default());
    let signals = random_signals(3).take(360).collect();
    pair.set_weights(0, &ColdRegister::new(signals, Shape::matrix(9, 40)).unwrap());
    let directions: Vec<i32> = (0..9).map(|_| chance.below(3) as i32 - 1).collect();
    pair.both(|i| i.machine_mut().set_hot(1, &directions, Shape::vector(9)).unwrap());
    pair
}

#[test]
fn learning_is_native_once_the_pressure_list_exists() {
    let mut chance = Chance(1);
    let mut pair = small(&mut chance);
    for tick in 0..20 {
        let input = chance.numbers(40);
        pair.run(&input, &format!("tick {tick}"));
    }
    let statistics = statistics(&pair.native).unwrap();
    assert!(statistics.fallbacks.values().all(|&count| count <= 1), "{statistics:?}");
    assert!(
        statistics.helped.is_empty() && statistics.guards.values().all(|&count| count == 0),
        "{statistics:?}"
    );
    assert!(statistics.entered <= 22, "{statistics:?}");
}

#[test]
fn machines_that_share_weights_learn_for_themselves() {
    let mut chance = Chance(2);
    let mut pair = small(&mut chance);
    let input = chance.numbers(40);
    pair.run(&input, "first");
    let shared = pair.native.machine().share_cold(0).unwrap();
    let before = shared.signals().to_vec();
    let mut other = small(&mut chance);
    other.native.machine_mut().set_cold(0, Arc::clone(&shared)).unwrap();
    other.reference.machine_mut().set_cold(0, Arc::clone(&shared)).unwrap();
    for tick in 0..10 {
        let input = chance.numbers(40);
        pair.run(&input, &format!("sharing {tick}"));
        other.run(&input, &format!("shared {tick}"));
    }
    assert_eq!(shared.signals(), before);
    assert_ne!(pair.native.machine().cold(0).unwrap().signals(), before);
    let mut copy = pair.native.machine().clone();
    let kept = copy.cold(0).unwrap().signals().to_vec();
    (0..5).for_each(|tick| pair.run(&chance.numbers(40), &format!("copied {tick}")));
    assert_eq!(copy.cold_mut(0).unwrap().signals(), kept);
}

#[test]
fn digits_learn_alike() {
    let source = include_str!("../../../firmware/digits/digits.ternsig");
    let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
    let mut pair = Pair::new(source, Options::default());
    let shape = program.registers.iter().find(|r| r.register.bank() == Bank::Cold).unwrap().shape;
    let hidden = ColdRegister::new(random_signals(11).take(shape.elements()).collect(), shape).unwrap();
    pair.set_weights(0, &hidden);
    let mut chance = Chance(5);
    for tick in 0..120 {
        let class = chance.below(10);
        let input: Vec<i32> = (0..64)
            .map(|pixel| {
                if (pixel + class * 5) % 7 < 2 {
                    chance.below(17) as i32 * 16
                } else {
                    chance.below(3) as i32 * 16
                }
            })
            .collect();
        let target: Vec<i32> = (0..10).map(|index| if index == class { 255 } else { 0 }).collect();
        pair.both(|i| i.machine_mut().set_target(if tick % 9 == 0 { &[0; 10] } else { &target }));
        pair.run(&input, &format!("tick {tick}"));
    }
    assert!(pair.native.machine().cold(1).unwrap().values().iter().any(|&value| value != 0));
}

/// A layer that answers, learns and answers again.
fn layer(shape: &str, inputs: usize, outputs: usize, [scale, threshold, step]: [u8; 3]) -> String {
    format!(
        ".meta\n    name \"layer\"\n    input_dim {inputs}\n.requires\n    learning 0x0004\n    ternary 0x0002\n.registers\n    \
         C0: ternary[{shape}]\n    H0: i32[{inputs}]\n    H1: i32[{outputs}]\n    H2: i32[{outputs}]\n.program\n    \
         load_input H0\n    load_target H1\n    ternary_matmul H2, C0, H0\n    store_output H2\n    \
         learning.mastery_outer C0, H0, H1, scale={scale}\n    \
         learning.mastery_commit C0, threshold={threshold}, step={step}\n    \
         ternary_matmul H2, C0, H0\n    store_output H2\n    halt\n"
    )
}

/// Few weights move, many, or all; up to 255 and back through 0, in matrices of one page of weights and of several.
#[test]
fn moves_of_any_density_agree() {
    let mut chance = Chance(11);
    let sizes =
        [(32, 32), (24, 64), (10, 1024), (5, 33), (4, 100), (3, 257), (33, 31), (70, 2), (1, 64), (260, 300)];
    let rules = [[40, 50, 1], [255, 1, 255], [15, 3, 30], [2, 200, 5], [255, 1, 1]];
    for (case, (rows, columns)) in sizes.into_iter().cycle().take(40).enumerate() {
        let source = layer(&format!("{rows}, {columns}"), columns, rows, rules[case % rules.len()]);
        let mut pair = Pair::new(&source, options(&mut chance));
        let mut weights = register(&mut chance, Shape::matrix(rows, columns), case % 4 == 3);
        weights.set_frozen(false);
        pair.set_weights(0, &weights);
        let few = chance.of(&[1, 3, 30]);
        for tick in 0..if rows * columns > 1 << 16 { 4 } else { 12 } {
            let spread = chance.of(&[1, 1, 2, 40]);
            let target: Vec<i32> =
                (0..rows).map(|_| if chance.one_in(few) { chance.of(&[-1, 1]) } else { 0 }).collect();
            let input: Vec<i32> = (0..columns)
                .map(|_| if chance.one_in(spread) { chance.below(256) as i32 } else { 0 })
                .collect();
            pair.both(|i| i.machine_mut().set_target(&target));
            if tick % 5 == 4 {
                let level = chance.of(&[50, 76, 140, 255]);
                pair.both(|i| i.machine_mut().set_chemical(0, level));
            }
            pair.run(&input, &format!("case {case} tick {tick} {rows}×{columns}"));
        }
        let fallbacks: u64 = statistics(&pair.native).unwrap().fallbacks.values().sum();
        assert!(fallbacks <= 1, "case {case}: {fallbacks}");
    }
}

/// Weights that are no matrix move, too, and the newest change says which.
#[test]
fn vectors_and_blocks_of_weights_agree() {
    let mut chance = Chance(13);
    for (shape, dims) in
        [("64", vec![64]), ("300", vec![300]), ("6, 5, 7", vec![6, 5, 7]), ("3, 2, 50", vec![3, 2, 50])]
    {
        let len = dims.iter().product();
        let source = format!(
            ".meta\n    name \"vector\"\n    input_dim {len}\n.requires\n    learning 0x0004\n.registers\n    \
             C0: ternary[{shape}]\n    H0: i32[{len}]\n    H1: i32[1]\n.program\n    load_input H0\n    load_target H1\n    \
             learning.mastery_update C0, H0, H1, scale=90\n    learning.mastery_commit C0, threshold=20, step=9\n    halt\n"
        );
        let mut pair = Pair::new(&source, options(&mut chance));
        let shape = Shape::new(&dims).unwrap();
        for temperatures in [false, true] {
            let mut weights = register(&mut chance, shape, temperatures);
            weights.set_frozen(false);
            pair.set_weights(0, &weights);
            for tick in 0..20 {
                let direction = chance.of(&[-1, 1, 1, 0]);
                pair.both(|i| i.machine_mut().set_target(&[direction]));
                let spread = chance.of(&[1, 20, 300]);
                let input: Vec<i32> = (0..len)
                    .map(|_| if chance.one_in(spread) { chance.below(256) as i32 } else { 0 })
                    .collect();
                pair.run(&input, &format!("{dims:?} tick {tick}"));
            }
        }
    }
}

/// A copy is made only of weights that move, and what others share stays as it is.
#[test]
fn shared_weights_are_left_alone_as_long_as_none_moves() {
    let mut chance = Chance(17);
    let mut pair = small(&mut chance);
    pair.run(&chance.numbers(40), "first");
    let shared = pair.native.machine().share_cold(0).unwrap();
    let quiet = vec![0; 40];
    pair.both(|i| i.machine_mut().set_pressure(0, Some(vec![0; 360])));
    (0..3).for_each(|tick| pair.run(&quiet, &format!("quiet {tick}")));
    let before = shared.signals().to_vec();
    assert!(Arc::ptr_eq(&shared, &pair.native.machine().share_cold(0).unwrap()));
    pair.both(|i| i.machine_mut().set_pressure(0, Some(vec![40; 360])));
    pair.run(&quiet, "loud");
    assert!(!Arc::ptr_eq(&shared, &pair.native.machine().share_cold(0).unwrap()));
    assert_eq!(shared.signals(), before);
}
