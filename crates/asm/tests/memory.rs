//! What the assembler allocates is bounded by the size of the source. A test of its own: the allocator counts for the
//! whole process.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use peak_alloc::PeakAlloc;
use ternsig_asm::{Colour, assemble, check, format, render_all};
use ternsig_isa::InstructionSet;
use ternsig_program::Checks;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// As the documentation of [`assemble()`], [`check()`] and [`format()`] says.
const MULTIPLE: usize = 256;
const CONSTANT: usize = 4 << 20;

fn measure<T>(what: &str, source: &str, run: impl FnOnce() -> T) -> T {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let result = run();
    let needed = ALLOCATOR.peak_usage() - before;
    let most = MULTIPLE * source.len() + CONSTANT;
    let begin: String = source.chars().take(40).collect();
    assert!(needed <= most, "{what} of {begin:?}: {needed} bytes for {}, more than {most}", source.len());
    result
}

/// Lines that cost much and weigh little, for each section.
const LINES: [(&str, &[&str]); 5] = [
    (
        ".program",
        &[
            "",
            "a",
            "a:",
            ":",
            "1:",
            "x y",
            ".x",
            "\"",
            ";",
            "nop",
            "add",
            "word",
            "loop 1",
            "end_loop",
            "break",
            "jump a",
            "relu",
            "relu H0,H0",
            "relu C0,,",
            "add 1,2,3,4",
            "a.b",
            "tensor.a",
            "include",
            "arch.init_random C0,1",
            "neuro.chem_read H1,9",
        ],
    ),
    (".registers", &["", "a", "H", "H0:", "H0:i32", "Q:", "H0:i32[", "H0:i32 x", "H0:i32 a=b"]),
    (".requires", &["a", "a 1", "tensor", "a 300"]),
    (".meta", &["a", "name", "version", "role a", "skull_x 1"]),
    (".projection", &["a", "weight", ".projection", "target a\nbundle b\n.projection"]),
];

/// One line that fills the source.
fn long_lines(size: usize) -> Vec<String> {
    let line = |begin: &str, piece: &str| format!(".program\n{begin}{}", piece.repeat(size / piece.len()));
    let shape = |piece: &str| format!(".registers\nH0: i32[{}]", piece.repeat(size / piece.len()));
    vec![
        line("", "x"),
        line("", "a:"),
        line("relu ", ","),
        line("relu ", "_,"),
        line("relu ", "a=1,"),
        line("relu ", "dst=,"),
        line("jump ", "a,"),
        line("", " "),
        shape("1,"),
        shape(","),
        format!(".registers\nH0: i32 {}", "a=\"\" ".repeat(size / 5)),
    ]
}

/// Whole sources of about this size.
fn sources(size: usize) -> Vec<String> {
    let repeated = LINES.iter().flat_map(|(section, lines)| {
        lines
            .iter()
            .map(move |line| format!("{section}\n{}", format!("{line}\n").repeat(size / (line.len() + 1))))
    });
    let pairs = size / "loop 1\nend_loop\n".len();
    let labels = size / "L12345:jump L12345\n".len();
    let others = [
        format!(".program\n{}{}", "loop 1\n".repeat(pairs), "end_loop\n".repeat(pairs)),
        format!(
            ".program\n{}",
            (0..labels).map(|i| format!("L{i}:jump L{}\n", labels - i - 1)).collect::<String>()
        ),
        format!(".requires\n{}", (0..size / 9).map(|i| format!("a {}\n", 256 + i)).collect::<String>()),
        format!(".program\n{} ;\n{}", "x".repeat(size / 2), "nop ;\n".repeat(size / 12)),
    ];
    repeated.chain(long_lines(size)).chain(others).collect()
}

#[test]
fn sources_cost_memory_in_proportion_to_their_size() {
    let set = InstructionSet::standard();
    for source in [1 << 10, 1 << 16].into_iter().flat_map(sources) {
        drop(measure("assembling", &source, || assemble(&source, &set)));
        let checked = measure("checking", &source, || check(&source, &set, Checks::full()));
        drop(measure("formatting", &source, || format(&source)));
        // Rendering only has to come to an end; it takes what the text takes.
        drop(render_all(&checked.diagnostics, "source", &source, Colour::Plain));
    }
}
