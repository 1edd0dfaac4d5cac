//! What the readers allocate is bounded by the size of their input. A test of its own: the allocator counts for the
//! whole process.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::{parts, patch, program, resum, tern, tvmr};
use peak_alloc::PeakAlloc;
use ternsig_program::binary::WriteOptions;
use ternsig_program::{AssembledProgram, Card, binary, card, meta_text};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const KIB: usize = 1024;

/// Runs a reader and asserts that it needed at most `multiple` times the size of its input and `constant` bytes.
fn measure<T>(name: &str, size: usize, (multiple, constant): (usize, usize), read: impl FnOnce() -> T) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let result = read();
    let needed = ALLOCATOR.peak_usage() - before;
    drop(result);
    let most = multiple * size + constant;
    assert!(needed <= most, "{name}: {needed} bytes for an input of {size}, more than {most}");
}

/// As the documentation of [`binary`] says.
fn measure_binary(name: &str, bytes: &[u8]) {
    measure(name, bytes.len(), (16, 64 * KIB), || binary::read(bytes));
}

/// As the documentation of [`card::read`] says.
fn measure_card(name: &str, bytes: &[u8]) {
    measure(name, bytes.len(), (1, 12 * 1024 * KIB), || card::read(bytes));
}

/// As the documentation of [`meta_text::read`] says.
fn measure_text(name: &str, text: &str) {
    measure(name, text.len(), (16, 64 * KIB), || meta_text::read(text));
}

/// The largest tables that small entries can make.
fn large_files() -> Vec<(&'static str, Vec<u8>)> {
    let extensions: Vec<u8> =
        (1..=u16::MAX).flat_map(|id| [id.to_le_bytes(), [0; 2], [0; 2], [0; 2]]).flatten().collect();
    let shortest = |byte: u8| [byte, 7, 0, 0, 0, 0];
    let registers: Vec<u8> = (0..=254).flat_map(shortest).collect();
    let legacy: Vec<u8> = (0..=254u8).flat_map(|byte| [byte, 1, 0, 0, 0]).collect();
    let words = [0x00, 0x00, 0x30, 0x03, 0, 0, 0, 0].repeat(20_000);
    let old_words = [0x30, 0x03, 0, 0, 0, 0, 1, 1].repeat(20_000);
    vec![
        ("extensions", parts(&extensions, &[], 0, &[])),
        ("registers", parts(&[], &registers, 255, &[])),
        ("instructions", parts(&[], &[], 0, &words)),
        ("everything", parts(&extensions, &registers, 255, &words)),
        ("legacy", tern([64, 64, 64, 63], &legacy, &words)),
        ("legacy, old words", tern([64, 64, 64, 63], &legacy, &old_words)),
    ]
}

/// Files whose counts claim more than there is.
fn liars() -> Vec<(&'static str, Vec<u8>)> {
    let small = tvmr(&program(&["H0 4"], &["halt"]));
    let claim = |at: usize| patch(small.clone(), at, &u32::MAX.to_le_bytes());
    let legacy = tern([1, 0, 0, 0], &[0, 1, 1, 1, 4, 0, 0], &[0, 0, 0, 1, 0xFF, 0xFF, 0, 0]);
    vec![
        ("extension count", claim(0x0C)),
        ("register count", claim(0x14)),
        ("instruction count", claim(0x1C)),
        ("elements", resum(patch(small.clone(), 48 + 4, &[8]))),
        ("legacy counts", patch(legacy.clone(), 0x08, &[255; 4])),
        ("legacy instructions", patch(legacy.clone(), 0x0C, &[255; 4])),
        ("legacy definitions", patch(legacy, 0x10, &[255; 4])),
    ]
}

/// Metadata made of the shortest lines that leave something behind.
fn large_texts() -> Vec<(&'static str, String)> {
    vec![
        ("projections", ".projection\ntarget a\nbundle b\n".repeat(4000)),
        ("unknown keys", format!(".meta\n{}", "x\n".repeat(50_000))),
        ("a long value", format!(".meta\nname \"{}\"\n", "x".repeat(100_000))),
        ("a bad value", format!(".meta\nversion {}\n", "x".repeat(100_000))),
        ("roles", format!(".meta\nrole {}\n", "test,".repeat(20_000))),
    ]
}

fn file_with_metadata(text: &str) -> Vec<u8> {
    let mut bytes = binary::write(&AssembledProgram::default(), WriteOptions { metadata: true }).unwrap();
    bytes.truncate(48);
    bytes.extend(b"META");
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(ternsig_program::checksum(text.as_bytes()).to_le_bytes());
    bytes
}

/// A card whose `ext` is this JSON.
fn card_with(ext: &str) -> Vec<u8> {
    let json = format!("{{\"id\":\"\",\"payload_size\":48,\"ext\":{ext}}}");
    let mut bytes = b"TVMR\x01\0\0\0".to_vec();
    bytes.extend((json.len() as u32).to_le_bytes());
    bytes.extend(json.as_bytes());
    bytes.extend(tvmr(&AssembledProgram::default()));
    bytes
}

#[test]
fn readers_allocate_in_proportion_to_their_input() {
    for (name, bytes) in large_files().into_iter().chain(liars()) {
        measure_binary(name, &bytes);
        measure_card(name, &bytes);
    }
    for (name, text) in large_texts() {
        measure_text(name, &text);
        measure_binary(name, &file_with_metadata(&text));
    }
    let distinct: Vec<_> = (0..7000).map(|i| format!("\"{i:x}\":0")).collect();
    let exts = [
        format!("[{}0]", "0,".repeat(32_000)),
        format!("[{}[]]", "[],".repeat(21_000)),
        format!("[{}{{}}]", "{},".repeat(21_000)),
        format!("[{}{{}}]", "{\"\":0},".repeat(9_000)),
        format!("[{}0]", format!("{}0{},", "{\"\":".repeat(120), "}".repeat(120)).repeat(105)),
        format!("{}{}", "[".repeat(120), "]".repeat(120)),
        format!("{{{}}}", distinct.join(",")),
        format!("\"{}\"", "x".repeat(60_000)),
    ];
    for ext in exts {
        let bytes = card_with(&ext);
        assert!(card::read(&bytes).is_ok());
        measure_card(&ext[..12], &bytes);
    }
    let large = Card::new("large", tvmr(&program(&[], &["halt"; 50_000])));
    measure_card("a large payload", &card::write(&large).unwrap());
}
