//! The arch extension.

use super::yields::yield_op;
use super::{Flow, Word, structure};
use crate::arith;
use crate::error::{ErrorKind, Fault};
use crate::machine::{Machine, slot};
use ternsig_isa::table::arch::{ACTIVATIONS, ArchOp};
use ternsig_isa::{Bank, Register, Shape, Temperature};

pub(super) fn execute(m: &mut Machine, op: ArchOp, word: Word) -> Result<Flow, Fault> {
    match op {
        ArchOp::AllocTensor => structure::alloc_tensor(m, word)?,
        ArchOp::FreeTensor => structure::free_tensor(m, word)?,
        ArchOp::WireForward => wire_forward(m, word)?,
        ArchOp::WireSkip => structure::wire_skip(m, word)?,
        ArchOp::GrowNeuron => structure::grow_neuron(m, word)?,
        ArchOp::PruneNeuron => structure::prune_neuron(m, word)?,
        ArchOp::InitRandom => structure::init_random(m, word)?,
        ArchOp::DefineLayer => define_layer(m, word)?,
        ArchOp::FreezeLayer => set_frozen(m, word, true)?,
        ArchOp::UnfreezeLayer => set_frozen(m, word, false)?,
        ArchOp::SetActivation => set_activation(m, word)?,
        ArchOp::AllocDynamic => return alloc_dynamic(m, word),
        ArchOp::FreeDynamic => return free_dynamic(m, word),
    }
    Ok(Flow::Next)
}

/// The core's product, then the activation of the weights register.
fn wire_forward(m: &mut Machine, word: Word) -> Result<(), Fault> {
    structure::wire_forward(m, word)?;
    let activation = m.weights(word[1])?.activation();
    let data = &mut m.modified(word[0])?.data;
    match activation {
        1 => data.iter_mut().for_each(|x| *x = (*x).max(0)),
        2 => data.iter_mut().for_each(|x| *x = arith::soft_sigmoid(*x)),
        3 => data.iter_mut().for_each(|x| *x = arith::soft_tanh(*x)),
        4 => arith::softmax(data),
        5 => data.iter_mut().for_each(|x| *x = arith::soft_gelu(*x)),
        _ => {}
    }
    Ok(())
}

fn define_layer(m: &mut Machine, [layer, inputs, high, low]: Word) -> Result<(), Fault> {
    let (inputs, outputs) = (usize::from(inputs), usize::from(u16::from_be_bytes([high, low])));
    if inputs == 0 || outputs == 0 {
        return Err(Fault::operand(format!("a layer of {outputs} by {inputs} has no weights")));
    }
    structure::allocate(m, structure::layer_register(layer), Shape::matrix(outputs, inputs))
}

/// Mode 0 acts through the temperatures, mode 1 only on the frozen flag.
fn set_frozen(m: &mut Machine, [c, mode, ..]: Word, frozen: bool) -> Result<(), Fault> {
    match mode {
        0 => {
            let temperature = if frozen { Temperature::Cold } else { Temperature::Hot };
            structure::fill_temperatures(m, c, temperature)
        }
        1 => {
            m.modified_weights(c)?.set_frozen(frozen);
            Ok(())
        }
        _ => Err(Fault::operand(format!("unknown freeze mode {mode}, known are 0 and 1"))),
    }
}

/// The shape register of the same index is written too, as older programs expect.
fn set_activation(m: &mut Machine, [c, id, ..]: Word) -> Result<(), Fault> {
    if usize::from(id) >= ACTIVATIONS.len() {
        return Err(Fault::operand(format!(
            "unknown activation {id}, known are 0 to {}",
            ACTIVATIONS.len() - 1
        )));
    }
    m.modified_weights(c)?.set_activation(id);
    m.shapes[slot(c)] = Shape::vector(usize::from(id));
    Ok(())
}

fn alloc_dynamic(m: &mut Machine, word: Word) -> Result<Flow, Fault> {
    yield_op(m, ArchOp::AllocDynamic.row(), word)
}

fn free_dynamic(m: &mut Machine, word: Word) -> Result<Flow, Fault> {
    let register = Register::from_byte(word[0]);
    let allocated = match register.bank() {
        Bank::Hot => m.hot(register.index()).is_some(),
        Bank::Cold => m.cold(register.index()).is_some(),
        Bank::Param | Bank::Shape => true,
    };
    if !allocated {
        return Err(Fault::about(ErrorKind::BadRegister, register, "is not allocated"));
    }
    yield_op(m, ArchOp::FreeDynamic.row(), word)
}
