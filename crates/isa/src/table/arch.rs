//! Extension 0x0006: arch.

use super::instructions;
use crate::field::*;

/// The activations that [`ArchOp::SetActivation`] knows, by name.
pub const ACTIVATIONS: &[(&str, u8)] =
    &[("none", 0), ("relu", 1), ("sigmoid", 2), ("tanh", 3), ("softmax", 4), ("gelu", 5)];
const BANKS: &[(&str, u8)] = &[("hot", 0), ("cold", 1), ("param", 2), ("shape", 3)];
const FREEZE: &[(&str, u8)] = &[("temperatures", 0), ("flag", 1)];

#[rustfmt::skip]
instructions! {
    /// An instruction of the arch extension.
    ArchOp 0x0006;
    0x0000 AllocTensor "alloc_tensor" [] STATE Created BOOT (storage(0, "register"), u8_(1, "dim0"), u16_(2, "dim1").or(0)) "allocates zeros: [dim0] if dim1 = 0, else [dim0, dim1]";
    0x0001 FreeTensor "free_tensor" [] STATE Unit BOOT (storage(0, "register")) "the register becomes unallocated";
    0x0002 WireForward "wire_forward" [] PURE Product BOOT (hot_w(0, "dst"), cold(1, "weights"), hot(2, "input")) "dst[o] = sat(sum of weight*input), no temperature gating, then the weights' activation";
    0x0003 WireSkip "wire_skip" [] PURE Elements BOOT (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst[i] = sat(src[i mod len] + other[i mod len]), the shorter one repeated";
    0x0004 GrowNeuron "grow_neuron" [] STATE Created EVOLUTION (cold_rw(0, "weights"), hot(1, "count").at_least(1), u8_(3, "seed").or(0)) [2 = 0] (cold_rw(0, "weights"), u8_(2, "count").within(1, 255), u8_(3, "seed").or(0)) (cold_rw(0, "weights"), filler(1), u8_(2, "count").within(1, 255)) "appends count elements (rank 1) or rows (rank 2) of generated weights";
    0x0005 PruneNeuron "prune_neuron" [] STATE Elements EVOLUTION (cold_rw(0, "weights"), u8_(2, "index")) [3 = 0] (cold_rw(0, "weights"), hot(1, "index").at_least(1)) [3 = 1] (cold_rw(0, "weights"), hot(1, "index").at_least(1), word("row")) [3 = 2] (cold_rw(0, "weights"), filler(1), u8_(2, "index")) [3 = 0] "removes an element (rank 1) or a row (rank 2); by register, a flat weight index or a row";
    0x0006 InitRandom "init_random" [] STATE Elements BOOT (cold_rw(0, "weights"), u16_(2, "seed").or(0)) "every weight from the generator that begins at seed";
    0x0007 DefineLayer "define_layer" [] STATE Created BOOT (layer(0, "layer"), u8_(1, "in_dim").within(1, 255), u16_(2, "out_dim").within(1, 65535)) "allocates zero weights of shape [out_dim, in_dim]";
    0x0008 FreezeLayer "freeze_layer" [] STATE Elements EVOLUTION (cold_rw(0, "weights"), named(1, "mode", FREEZE).or(0)) "all temperatures Cold; with flag, only sets the frozen flag";
    0x0009 UnfreezeLayer "unfreeze_layer" [] STATE Elements EVOLUTION (cold_rw(0, "weights"), named(1, "mode", FREEZE).or(0)) "all temperatures Hot; with flag, only clears the frozen flag";
    0x000A SetActivation "set_activation" [] STATE Unit BOOT (cold_rw(0, "weights"), named(1, "activation", ACTIVATIONS)) "the activation that wire_forward applies to these weights' result";
    0x000B AllocDynamic "alloc_dynamic" [] YIELD Unit BOOT_EVOLUTION => AllocRegister (hot_w(0, "target"), named(1, "bank", BANKS), u16_(2, "size")) "allocates any free register of the bank; target = [register byte]";
    0x000C FreeDynamic "free_dynamic" [] YIELD Unit BOOT_EVOLUTION => FreeRegister (any_name(0, "register")) "gives a register back";
}
