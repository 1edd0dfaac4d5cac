//! The sampling extension.

use super::core::map;
use super::{Flow, Word};
use crate::arith::{self, filter};
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::table::sampling::SamplingOp;
use ternsig_isa::{Bank, Register};

/// The temperature that leaves logits as they are.
const UNIT_TEMPERATURE: i32 = 256;

pub(super) fn execute(m: &mut Machine, op: SamplingOp, word: Word) -> Result<Flow, Fault> {
    match op {
        SamplingOp::Temperature => temperature(m, word)?,
        SamplingOp::TopK => top_k(m, word)?,
        SamplingOp::TopP => top_p(m, word)?,
        SamplingOp::RepPenalty => rep_penalty(m, word)?,
        SamplingOp::Sample => sample(m, word)?,
    }
    Ok(Flow::Next)
}

/// A param register, or element 0 of a hot one; `None` if that is empty.
fn first(m: &Machine, byte: u8) -> Result<Option<i32>, Fault> {
    let register = Register::from_byte(byte);
    match register.bank() {
        Bank::Param => Ok(Some(m.param(register.index()))),
        _ => m.data(byte).map(|data| data.first().copied()),
    }
}

fn temperature(m: &mut Machine, [d, s, t, _]: Word) -> Result<(), Fault> {
    let temperature = first(m, t)?.unwrap_or(UNIT_TEMPERATURE);
    map(m, d, s, |x| filter::tempered(x, temperature))
}

fn top_k(m: &mut Machine, [d, s, k, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let logits = m.source(s)?;
        let count = first(m, k)?.map_or(logits.data.len(), |k| k.max(1) as usize);
        filter::keep_best(&logits.data, count, out);
        Ok(logits.shape.fitted(out.len()))
    })
}

fn top_p(m: &mut Machine, [d, s, p, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let logits = m.source(s)?;
        let share = first(m, p)?.unwrap_or(255).clamp(1, 255) as u8;
        filter::keep_best(&logits.data, filter::nucleus(&logits.data, share), out);
        Ok(logits.shape.fitted(out.len()))
    })
}

/// Each occurrence in the history counts; elements that are no index are skipped.
fn rep_penalty(m: &mut Machine, [d, s, h, q]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (logits, history) = (m.source(s)?, m.data(h)?);
        let penalty = first(m, q)?.unwrap_or(0);
        out.extend_from_slice(&logits.data);
        for &index in history {
            if let Some(logit) = usize::try_from(index).ok().and_then(|index| out.get_mut(index)) {
                *logit = logit.saturating_sub(penalty);
            }
        }
        Ok(logits.shape.fitted(out.len()))
    })
}

/// The generator advances only if there is something to choose from.
fn sample(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    let logits = m.data(s)?;
    let (index, generator) = match filter::draw(logits, m.generator) {
        Some(drawn) => drawn,
        None => (arith::argmax(logits), m.generator),
    };
    m.generator = generator;
    m.put_scalar(d, index as i32);
    Ok(())
}
