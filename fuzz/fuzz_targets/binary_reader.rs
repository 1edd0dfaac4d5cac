//! Bytes of any kind: no file makes a reader panic, and what is accepted is written and read again as the same. Checksums
//! are mended, since no mutation finds them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use ternsig_isa::InstructionSet;
use ternsig_program::binary::{self, BinaryErrorKind, Loaded, WriteOptions};
use ternsig_program::{ValidatedProgram, card};
use ternsig_vm::snapshot::SnapshotErrorKind;
use ternsig_vm::{Limits, Machine};

static SET: LazyLock<InstructionSet> = LazyLock::new(InstructionSet::standard);

/// The machine that snapshots are restored into.
static MACHINE: LazyLock<Machine> = LazyLock::new(|| {
    let text = include_str!("../snapshot.ternsig");
    let program = ternsig_asm::assemble(text, &SET).program.expect("the program assembles");
    let program = ValidatedProgram::new(program, &SET).expect("the program is valid");
    let limits = Limits { register_elements: 1 << 12, total_elements: 1 << 14, ..Limits::default() };
    Machine::with_limits(program, limits).expect("the registers fit")
});

fuzz_target!(|data: &[u8]| {
    if data.starts_with(&ternsig_vm::snapshot::MAGIC) {
        snapshot(data);
    } else {
        if let Ok(card) = card::read(data) {
            program(&card.payload);
            let written = card::write(&card).expect("what was read can be written");
            assert_eq!(card::read(&written), Ok(card));
        }
        program(data);
    }
});

fn program(data: &[u8]) {
    let Some(Loaded { program, .. }) = read(data) else { return };
    // Legacy files may say what the format cannot.
    if let Ok(written) = binary::write(&program, WriteOptions::default()) {
        let again = binary::read(&written).expect("what was written can be read").program;
        assert_eq!(again.instructions, program.instructions);
        assert_eq!(again.registers, program.registers);
    }
    let _ = ternsig_asm::disassemble(&program, &SET);
    let _ = ValidatedProgram::new(program, &SET);
}

fn read(data: &[u8]) -> Option<Loaded> {
    let error = match binary::read(data) {
        Ok(loaded) => return Some(loaded),
        Err(error) => error,
    };
    let BinaryErrorKind::Checksum { computed, .. } = error.kind else { return None };
    binary::read(&mended(data, error.offset, computed)).ok()
}

fn snapshot(data: &[u8]) {
    let mut machine = MACHINE.clone();
    let Err(error) = machine.restore(data) else { return restored(&machine, data) };
    let SnapshotErrorKind::Checksum { computed, .. } = error.kind else { return };
    let data = mended(data, error.offset, computed);
    if machine.restore(&data).is_ok() {
        restored(&machine, &data);
    }
}

/// Where the state begins, behind the header with its checksum and the fingerprint of the program.
const STATE: usize = ternsig_vm::snapshot::HEADER_SIZE + 8;

/// State has exactly one encoding. A snapshot of another program may fit too.
fn restored(machine: &Machine, data: &[u8]) {
    // Bit 0 of the flags tells whether the run is in it.
    let written = if data[6] & 1 == 1 { machine.suspend() } else { machine.snapshot() };
    assert_eq!(written[STATE..], data[STATE..]);
}

fn mended(data: &[u8], offset: usize, checksum: u64) -> Vec<u8> {
    let mut bytes = data.to_vec();
    bytes[offset..offset + 8].copy_from_slice(&checksum.to_le_bytes());
    bytes
}
