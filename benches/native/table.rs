//! The eight programs in six forms.

use crate::engine;
use crate::engines::Pair;
use crate::measure::{ROUNDS, medians};
use crate::peers::{Plain, Tuned, peer_of};
use crate::programs::{EIGHT, Program};
use std::fmt;

/// How many times faster the native engine is: than the original with vectors of 128 bits alone, and than the others with
/// whatever this processor has.
struct Ratios {
    narrow: f64,
    original: f64,
    plain: f64,
    tuned: f64,
}

/// Measures and prints ns per forward pass and ratios.
pub(crate) fn print() {
    let cpu = if cfg!(target_feature = "avx2") || cfg!(target_arch = "aarch64") {
        ""
    } else {
        "; the peers lack this CPU's vector instructions: RUSTFLAGS=\"-C target-cpu=native\" gives them"
    };
    println!(
        "\n{:14} {:32} {:>9} {:>11} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>7} {:>7}",
        "program",
        "shape",
        "original",
        "interpreter",
        "plain",
        "tuned",
        "128 bits",
        "native",
        "×original",
        "×original",
        "×plain",
        "×tuned"
    );
    let ratios: Vec<Ratios> = EIGHT.iter().map(print_program).collect();
    print_summary("geometric mean", &ratios, geometric_mean);
    print_summary("minimum", &ratios, |ratios| ratios.fold(f64::INFINITY, f64::min));
    println!("(ns per forward, medians of {ROUNDS} turns{cpu})\n");
}

fn print_program(program: &Program) -> Ratios {
    let Pair { reference: mut interpreter, mut original } = Pair::new(program);
    let (mut narrow, mut native) = (engine::narrow(program), engine::native(program));
    let (plain, tuned) = (peer_of::<Plain>(program), peer_of::<Tuned>(program));
    let input = program.typical_input();
    let works = [
        original.work(&input),
        interpreter.work(&input),
        plain.work(&input),
        tuned.work(&input),
        narrow.work(&input),
        native.work(&input),
    ];
    let [original, interpreter, plain, tuned, narrow, native] = medians(works);
    let ratios = Ratios {
        narrow: original / narrow,
        original: original / native,
        plain: plain / native,
        tuned: tuned / native,
    };
    println!(
        "{:14} {:32} {original:>9.1} {interpreter:>11.1} {plain:>8.1} {tuned:>8.1} {narrow:>8.1} {native:>8.1} {ratios}",
        program.name, program.shape
    );
    ratios
}

fn print_summary(name: &str, ratios: &[Ratios], summary: impl Fn(&mut dyn Iterator<Item = f64>) -> f64) {
    let of = |ratio: fn(&Ratios) -> f64| summary(&mut ratios.iter().map(ratio));
    let summed = Ratios {
        narrow: of(|ratios| ratios.narrow),
        original: of(|ratios| ratios.original),
        plain: of(|ratios| ratios.plain),
        tuned: of(|ratios| ratios.tuned),
    };
    println!("{name:104} {summed}");
}

impl fmt::Display for Ratios {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ratios { narrow, original, plain, tuned } = self;
        write!(f, "{narrow:>8.2}× {original:>8.2}× {plain:>6.2}× {tuned:>6.2}×")
    }
}

fn geometric_mean(values: &mut dyn Iterator<Item = f64>) -> f64 {
    let (count, logarithms) = values.fold((0, 0.0), |(count, sum), value| (count + 1, sum + value.ln()));
    (logarithms / f64::from(count)).exp()
}
