//! Registers and buffers.

use super::Word;
use crate::error::Fault;
use crate::machine::{Machine, slot};

pub(super) fn copy_reg(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let src = m.source(s)?;
        out.extend_from_slice(&src.data);
        Ok(src.shape)
    })
}

pub(super) fn zero_reg(m: &mut Machine, [r, ..]: Word) -> Result<(), Fault> {
    m.modified(r)?.data.fill(0);
    Ok(())
}

pub(super) fn load_input(m: &mut Machine, [d, ..]: Word) -> Result<(), Fault> {
    m.check_room(m.input.len())?;
    let input = std::mem::take(&mut m.input);
    m.put_vector(d, &input);
    m.input = input;
    Ok(())
}

pub(super) fn store_output(m: &mut Machine, [_, s, ..]: Word) -> Result<(), Fault> {
    let Machine { hot, output, .. } = m;
    let src = hot.get(slot(s)).ok_or_else(|| Fault::unallocated(ternsig_isa::Register::from_byte(s)))?;
    output.clear();
    output.extend_from_slice(&src.data);
    Ok(())
}

pub(in crate::semantics) fn load_target(m: &mut Machine, [d, ..]: Word) -> Result<(), Fault> {
    m.check_room(m.target.len())?;
    let target = std::mem::take(&mut m.target);
    m.put_vector(d, &target);
    m.target = target;
    Ok(())
}
