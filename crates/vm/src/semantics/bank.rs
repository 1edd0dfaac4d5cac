//! The bank extension: an attached cache answers simple operations in place, unless it declines.

use super::yields::{check, yield_op};
use super::{Flow, Word};
use crate::context::ExecutionContext;
use crate::devices::BankAccess;
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::DomainOp;
use ternsig_isa::table::bank::BankOp;

pub(super) fn execute(ctx: &mut ExecutionContext<'_>, op: BankOp, word: Word) -> Result<Flow, Fault> {
    check(ctx.machine(), op.row(), word)?;
    let served = match op {
        BankOp::BankQuery => serve(ctx, word, bank_query)?,
        BankOp::BankWrite => serve(ctx, word, bank_write)?,
        BankOp::BankLoad => serve(ctx, word, bank_load)?,
        BankOp::BankTouch => serve(ctx, word, bank_touch)?,
        BankOp::BankDelete => serve(ctx, word, bank_delete)?,
        BankOp::BankCount => serve(ctx, word, bank_count)?,
        BankOp::BankTraverse => return bank_traverse(ctx.machine_mut(), word),
        BankOp::BankLink
        | BankOp::BankPromote
        | BankOp::BankDemote
        | BankOp::BankEvict
        | BankOp::BankCompact => false,
    };
    if served { Ok(Flow::Next) } else { yield_op(ctx.machine_mut(), op.row(), word) }
}

/// An operation on the cache; `None` means that it declined.
type Operation = fn(&mut Machine, &mut dyn BankAccess, Word) -> Result<Option<()>, Fault>;

/// Lets the cache answer, if there is one.
fn serve(ctx: &mut ExecutionContext<'_>, word: Word, answer: Operation) -> Result<bool, Fault> {
    let Some(cache) = ctx.bank_cache.take() else { return Ok(false) };
    let result = answer(ctx.machine_mut(), cache, word);
    ctx.bank_cache = Some(cache);
    result.map(|answer| answer.is_some())
}

/// The halves of an entry id in the first two elements of a register that is long enough.
fn entry_id(m: &Machine, register: u8) -> Result<(i32, i32), Fault> {
    match m.data(register)? {
        [high, low, ..] => Ok((*high, *low)),
        short => Err(Fault::too_short(ternsig_isa::Register::from_byte(register), short.len(), 2)),
    }
}

fn bank_query(
    m: &mut Machine,
    cache: &mut dyn BankAccess,
    [d, s, slot, k]: Word,
) -> Result<Option<()>, Fault> {
    let Some(matches) = cache.query(slot, m.data(s)?, usize::from(k)) else { return Ok(None) };
    let mut packed = vec![i32::try_from(matches.len()).unwrap_or(i32::MAX)];
    packed.extend(matches.iter().flat_map(|&(id, score)| [score, (id >> 32) as i32, id as i32]));
    m.put_vector(d, &packed);
    Ok(Some(()))
}

fn bank_write(
    m: &mut Machine,
    cache: &mut dyn BankAccess,
    [d, s, slot, _]: Word,
) -> Result<Option<()>, Fault> {
    let Some((high, low)) = cache.write(slot, m.data(s)?) else { return Ok(None) };
    m.put_vector(d, &[high, low]);
    Ok(Some(()))
}

fn bank_load(
    m: &mut Machine,
    cache: &mut dyn BankAccess,
    [d, s, slot, _]: Word,
) -> Result<Option<()>, Fault> {
    let (high, low) = entry_id(m, s)?;
    let Some(vector) = cache.load(slot, high, low) else { return Ok(None) };
    m.check_room(vector.len())?;
    m.put_vector(d, &vector);
    Ok(Some(()))
}

fn bank_touch(m: &mut Machine, cache: &mut dyn BankAccess, [s, slot, ..]: Word) -> Result<Option<()>, Fault> {
    let (high, low) = entry_id(m, s)?;
    cache.touch(slot, high, low);
    Ok(Some(()))
}

/// Deleting a missing entry is a no-op.
fn bank_delete(
    m: &mut Machine,
    cache: &mut dyn BankAccess,
    [s, slot, ..]: Word,
) -> Result<Option<()>, Fault> {
    let (high, low) = entry_id(m, s)?;
    cache.delete(slot, high, low);
    Ok(Some(()))
}

fn bank_count(m: &mut Machine, cache: &mut dyn BankAccess, [d, slot, ..]: Word) -> Result<Option<()>, Fault> {
    let Some(count) = cache.count(slot) else { return Ok(None) };
    m.put_scalar(d, count);
    Ok(Some(()))
}

/// Four bits hold the edge type: 15 stands for Custom (255), 12 to 14 for nothing.
fn bank_traverse(m: &mut Machine, word: Word) -> Result<Flow, Fault> {
    let flow = yield_op(m, BankOp::BankTraverse.row(), word)?;
    if let DomainOp::BankTraverse { edge_type: edge, .. } = &mut m.asked {
        match *edge {
            12..=14 => {
                let message = format!("unknown edge type {edge}, known are 0 to 11 and 15 (custom)");
                return Err(Fault::operand(message));
            }
            15 => *edge = 255,
            _ => {}
        }
    }
    Ok(flow)
}
