//! Ways of finding the best entries, side by side.

use crate::bank::Bank;
use crate::measure::{ROUNDS, Work, medians};
use crate::top::TOP;
use std::hint::black_box;

/// Prints what the columns are.
pub(crate) fn print_head() {
    println!(
        "\n{:32} {:>10} {:>10} {:>8} {:>12} {:>9} {:>12} {:>9}",
        format!("best {TOP} of"),
        "stream",
        "ours",
        "×stream",
        "plain",
        "×ours",
        "original",
        "×ours"
    );
}

/// Measures and prints ns. The slow ones have turns of their own, after which little is left in the caches.
pub(crate) fn print(bank: &Bank) {
    let ours = || {
        let mut number = 0;
        Work::new(move || {
            number += 1;
            black_box(bank.ours(number));
        })
    };
    let (mut number, mut other) = (0, 0);
    let stream = Work::new(|| {
        black_box(bank.stream());
    });
    let plain = Work::new(|| {
        number += 1;
        black_box(bank.plain(number));
    });
    let original = Work::new(|| {
        other += 1;
        black_box(bank.original(other));
    });
    let [stream, quick] = medians([stream, ours()]);
    let [plain, original, slow] = medians([plain, original, ours()]);
    let (over, to_plain, to_original) = (quick / stream, plain / slow, original / slow);
    println!(
        "{:32} {stream:>10.0} {quick:>10.0} {over:>7.2}× {plain:>12.0} {to_plain:>8.1}× {original:>12.0} {to_original:>8.1}×",
        bank.name
    );
}

/// Prints what the figures are.
pub(crate) fn print_foot() {
    println!("(ns, medians of {ROUNDS} turns; stream is one pass over the bytes of the entries)\n");
}
