//! What several test files use.
#![allow(dead_code, reason = "each test file uses its own part")]

use ternsig_isa::operand::{self, Operand};
use ternsig_isa::{Instruction, InstructionSet, Shape, TypeId};
use ternsig_program::binary::{self, WriteOptions};
use ternsig_program::{AssembledProgram, RegisterDecl, Requirement, checksum};

/// Bytes from hexadecimal text with white space.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// A declaration: `H0 4`, `C1 2x3 key=name frozen`.
pub(crate) fn decl(text: &str) -> RegisterDecl {
    let mut words = text.split_whitespace();
    let register = words.next().unwrap().parse().unwrap();
    let dims: Vec<u32> = words.next().unwrap_or("1").split('x').map(|dim| dim.parse().unwrap()).collect();
    let mut decl = RegisterDecl {
        register,
        ty: TypeId::I32,
        shape: Shape::new(&dims).unwrap(),
        key: None,
        frozen: false,
    };
    if register.bank() == ternsig_isa::Bank::Cold {
        decl.ty = TypeId::SIGNAL;
    }
    for attribute in words {
        match attribute.strip_prefix("key=") {
            Some(key) => decl.key = Some(key.to_owned()),
            None => decl.frozen = attribute == "frozen",
        }
    }
    decl
}

/// An instruction: `relu H1, H0`, `jump @3`, or `raw` and the eight bytes in hexadecimal.
pub(crate) fn word(text: &str) -> Instruction {
    if let Some(bytes) = text.strip_prefix("raw ") {
        return Instruction::from_bytes(hex(bytes).try_into().unwrap());
    }
    let (mnemonic, operands) = text.split_once(' ').unwrap_or((text, ""));
    let set = InstructionSet::standard();
    let (extension, name) = mnemonic.split_once('.').unwrap_or(("core", mnemonic));
    let extension = set.by_name(extension).unwrap();
    let row = extension.rows().iter().find(|row| row.is_called(name)).expect(text);
    let operands: Vec<_> =
        operands.split(',').map(str::trim).filter(|t| !t.is_empty()).map(operand_of).collect();
    let operands = operand::pack(row, &operands).expect(text).bytes;
    Instruction { ext: row.ext, opcode: row.opcode, operands }
}

fn operand_of(text: &str) -> Operand {
    if let Some(target) = text.strip_prefix('@') {
        Operand::Target(target.parse().unwrap())
    } else if let Ok(register) = text.parse() {
        Operand::Register(register)
    } else if let Ok(number) = text.parse() {
        Operand::Integer(number)
    } else if text == "_" {
        Operand::Unused
    } else {
        Operand::Word(text.to_owned())
    }
}

/// A program from declarations and instructions; it requires what it uses.
pub(crate) fn program(registers: &[&str], instructions: &[&str]) -> AssembledProgram {
    let set = InstructionSet::standard();
    let instructions: Vec<_> = instructions.iter().map(|text| word(text)).collect();
    let mut used: Vec<u16> = instructions.iter().map(|word| word.ext).filter(|&ext| ext != 0).collect();
    used.sort_unstable();
    used.dedup();
    AssembledProgram {
        requires: used.into_iter().map(|ext| Requirement { ext, name: set.extension_name(ext) }).collect(),
        registers: registers.iter().map(|text| decl(text)).collect(),
        instructions,
        ..AssembledProgram::default()
    }
}

/// The program of the reference file.
pub(crate) fn relay() -> AssembledProgram {
    let mut program = program(
        &["C0 4x2 key=t.w frozen", "H0 2", "H1 4"],
        &["load_input H0", "ternary_matmul H1, C0, H0", "store_output H1", "halt"],
    );
    program.requires = vec![Requirement { ext: 2, name: "ternary".to_owned() }];
    program
}

/// The TVMR bytes of a program.
pub(crate) fn tvmr(program: &AssembledProgram) -> Vec<u8> {
    binary::write(program, WriteOptions::default()).unwrap()
}

/// Replaces bytes.
pub(crate) fn patch(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

/// Replaces the checksum of a TVMR file by the right one, for the parts that its header names.
pub(crate) fn resum(bytes: Vec<u8>) -> Vec<u8> {
    let field = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (start, end) = (field(0x08), field(0x18) + 8 * field(0x1C));
    let sum = checksum(&bytes[start..end]);
    patch(bytes, 0x20, &sum.to_le_bytes())
}

/// A TVMR file of these parts, with a right header.
pub(crate) fn parts(
    extensions: &[u8],
    registers: &[u8],
    register_count: u32,
    instructions: &[u8],
) -> Vec<u8> {
    let registers_at = 48 + extensions.len() as u32;
    let instructions_at = registers_at + registers.len() as u32;
    let mut bytes = b"TVMR\x01\0\0\0".to_vec();
    let fields = [
        48,
        extensions.len() as u32 / 8,
        registers_at,
        register_count,
        instructions_at,
        instructions.len() as u32 / 8,
    ];
    bytes.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
    bytes.resize(48, 0);
    bytes.extend([extensions, registers, instructions].concat());
    resum(bytes)
}

/// A TERN file of form A.
pub(crate) fn tern(counts: [u8; 4], registers: &[u8], words: &[u8]) -> Vec<u8> {
    let mut bytes = b"TERN\x02\0\0\0".to_vec();
    bytes.extend(counts);
    bytes.extend((words.len() as u32 / 8).to_le_bytes());
    bytes.extend((registers.len() as u32).to_le_bytes());
    let content = [registers, words].concat();
    bytes.extend(checksum(&content).to_le_bytes());
    bytes.resize(32, 0);
    bytes.extend(content);
    bytes
}
