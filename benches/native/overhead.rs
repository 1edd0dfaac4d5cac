//! What a run costs besides its work: beginning and ending it, and a yield that the host answers.

use crate::engine;
use crate::engines::{Original, Ours};
use crate::extras;
use crate::measure::{Work, medians};
use crate::programs::{EMPTY, YIELD};
use std::hint::black_box;

/// Measures and prints ns per run.
pub(crate) fn print() {
    println!("{:47} {:>9} {:>11} {:>8} {:>8}", "overhead", "original", "interpreter", "call", "native");
    print_empty();
    print_yield();
    println!();
}

/// An empty program, and a call of an empty function through a pointer: less is not possible.
fn print_empty() {
    let (mut original, mut interpreter) = (Original::new(EMPTY), Ours::new(EMPTY));
    let mut native = engine::native(EMPTY);
    let function = black_box(nothing as extern "C" fn(usize) -> usize);
    let call = Work::new(move || {
        black_box(function(black_box(1)));
    });
    let works = [original.work(&[]), interpreter.work(&[]), call, native.work(&[])];
    let [original, interpreter, call, native] = medians(works);
    println!("{:47} {original:>9.1} {interpreter:>11.1} {call:>8.1} {native:>8.1}", EMPTY.shape);
}

#[inline(never)]
extern "C" fn nothing(argument: usize) -> usize {
    argument
}

fn print_yield() {
    let (mut original, mut interpreter) = (Original::new(YIELD), Ours::new(YIELD));
    let mut native = engine::native(YIELD);
    let works = [
        Work::new(|| extras::answer_original(&mut original)),
        Work::new(|| extras::answer(&mut interpreter)),
        Work::new(|| extras::answer(&mut native)),
    ];
    let [original, interpreter, native] = medians(works);
    println!("{:47} {original:>9.1} {interpreter:>11.1} {:>8} {native:>8.1}", YIELD.shape, "");
}
