//! The instruction words of legacy TERN files.
//!
//! An old word is `[action: u16 BE][target][source][aux][mod0][mod1][mod2]`, where the action is a core opcode.

use super::error::{BinaryError, BinaryErrorKind};
use super::legacy_banks::Encoding;
use super::warning::{BinaryWarning, BinaryWarningKind};
use ternsig_isa::table::{self, core::CoreOp};
use ternsig_isa::{Instruction, Row, Slot};

type Word = [u8; Instruction::SIZE];

/// Reads words of either layout into words of the present one.
pub(super) fn read(
    bytes: &[u8],
    start: usize,
    encoding: Encoding,
    warnings: &mut Vec<BinaryWarning>,
) -> Result<Vec<Instruction>, BinaryError> {
    let (words, _) = bytes.as_chunks::<{ Instruction::SIZE }>();
    let to_present: Convert = match layout(words) {
        Some(Layout::Present) => {
            |word| Ok(Converted { instruction: Instruction::from_bytes(word), dropped: false })
        }
        Some(Layout::Old) => convert,
        None => return Err(BinaryErrorKind::LegacyLayout.at(start)),
    };
    let mut instructions = Vec::with_capacity(words.len());
    let mut shortened = None;
    let mut count = 0;
    for (index, &word) in words.iter().enumerate() {
        let at = start + index * Instruction::SIZE;
        let Converted { mut instruction, dropped } = to_present(word).map_err(|kind| kind.at(at))?;
        if dropped {
            shortened = shortened.or(Some(index));
            count += 1;
        }
        translate(&mut instruction, encoding).map_err(|kind| kind.at(at))?;
        instructions.push(instruction);
    }
    if let Some(first) = shortened {
        let at = start + first * Instruction::SIZE;
        warnings.push(BinaryWarningKind::LegacyBytesDropped { first, count }.at(at));
    }
    Ok(instructions)
}

enum Layout {
    Present,
    Old,
}

/// Present words begin with extension 0, old ones with a core opcode. Opcodes 0x00xx have no operands, so an old word of
/// theirs holds only fillers; a present word of an extension, which begins alike, does not.
fn layout(words: &[Word]) -> Option<Layout> {
    let is_core = |high, low| table::row(0, u16::from_be_bytes([high, low])).is_some();
    let is_present = |word: &Word| word[..2] == [0, 0] && is_core(word[2], word[3]);
    let only_fillers = |word: &Word| word[2..].iter().all(|byte| matches!(byte, 0 | 0xFF));
    let is_old = |word: &Word| is_core(word[0], word[1]) && (word[0] != 0 || only_fillers(word));
    if words.iter().all(is_present) {
        Some(Layout::Present)
    } else if words.iter().all(is_old) {
        Some(Layout::Old)
    } else {
        None
    }
}

struct Converted {
    instruction: Instruction,
    /// Whether bytes had no place in the present word.
    dropped: bool,
}

type Convert = fn(Word) -> Result<Converted, BinaryErrorKind>;

fn convert([high, low, target, source, aux, mod0, mod1, mod2]: Word) -> Result<Converted, BinaryErrorKind> {
    let opcode = u16::from_be_bytes([high, low]);
    // The old assembler filled an unused aux with the null register.
    let aux_unused = matches!(aux, 0 | 0xFF);
    let modifiers = [mod0, mod1, mod2];
    let (operands, kept_all) = match (CoreOp::from_opcode(opcode), opcode) {
        (Some(CoreOp::Dequantize), _) | (_, 0x3008 | 0x6000..=0x60FF) => {
            ([target, source, mod0, mod1], aux_unused && mod2 == 0)
        }
        (Some(CoreOp::AllocTensor), _) => ([target, mod0, mod1, mod2], true),
        (Some(CoreOp::GrowNeuron), _) => ([target, source, aux, seed(modifiers)?], true),
        (Some(CoreOp::InitRandom), _) => ([target, source, 0, seed(modifiers)?], aux_unused),
        // Its last byte has become the mode; then it had no meaning.
        (Some(CoreOp::PruneNeuron), _) => ([target, source, aux, 0], modifiers == [0; 3]),
        (Some(CoreOp::MasteryUpdate), _) => match mod1 {
            0 | 4 => ([target, source, aux, mod0], mod2 == 0),
            divisor => return Err(BinaryErrorKind::LegacyDivisor(divisor)),
        },
        (Some(CoreOp::MasteryCommit), _) => {
            let step = if mod1 == 5 { 0 } else { mod1 };
            ([target, source, step, mod0], aux_unused && mod2 == 0)
        }
        _ => ([target, source, aux, mod0], mod1 == 0 && mod2 == 0),
    };
    let mut instruction = Instruction { ext: 0, opcode, operands };
    clear_unused(&mut instruction);
    Ok(Converted { instruction, dropped: !kept_all })
}

fn seed([mod0, mod1, mod2]: [u8; 3]) -> Result<u8, BinaryErrorKind> {
    let seed = u32::from_be_bytes([0, mod0, mod1, mod2]);
    u8::try_from(seed).map_err(|_| BinaryErrorKind::LegacySeed(seed))
}

/// Gives operand bytes that mean nothing the value that the assembler writes there, instead of the old fillers.
fn clear_unused(instruction: &mut Instruction) {
    let Some(form) = executable(instruction).map(|row| row.form_of(instruction.operands)) else { return };
    for ((byte, mask), usual) in instruction.operands.iter_mut().zip(form.mask()).zip(form.template()) {
        if mask == 0 {
            *byte = usual;
        }
    }
}

/// Translates the register operands of a word.
fn translate(instruction: &mut Instruction, encoding: Encoding) -> Result<(), BinaryErrorKind> {
    if encoding == Encoding::Present {
        return Ok(());
    }
    let Some(row) = executable(instruction) else { return Ok(()) };
    let operands = instruction.operands;
    for field in row.form_of(operands).fields {
        if let (Some(_), Slot::Byte(i)) = (field.banks(), field.slot) {
            let i = usize::from(i);
            let byte = operands[i];
            let register = encoding.register(byte).ok_or(BinaryErrorKind::LegacyRegister(byte))?;
            instruction.operands[i] = register.byte();
        }
    }
    Ok(())
}

/// The row of a core instruction that can be executed; the reserved ones have no operands to speak of.
fn executable(instruction: &Instruction) -> Option<&'static Row> {
    table::row(0, instruction.opcode).filter(|row| !row.is_reserved())
}
