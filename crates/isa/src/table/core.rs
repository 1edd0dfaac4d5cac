//! Extension 0x0000: the core instruction set.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the core.
    CoreOp 0x0000;
    0x0000 Nop "nop" [] PURE Unit FORWARD () null(0, 1) "nothing";
    0x0001 Halt "halt" [] CONTROL Unit FORWARD () null(0, 1) "ends the run";
    0x0003 Reset "reset" [] CONTROL Unit FORWARD () "pc = 0, all control stacks cleared";
    0x1000 AllocTensor "alloc_tensor" [] STATE Created BOOT (storage(0, "register"), u8_(1, "dim0"), u16_(2, "dim1").or(0)) "allocates zeros: [dim0] if dim1 = 0, else [dim0, dim1]";
    0x1001 FreeTensor "free_tensor" [] STATE Unit BOOT (storage(0, "register")) "the register becomes unallocated";
    0x1004 CopyReg "copy_reg" ["copy", "mov"] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "dst = src, data and shape";
    0x1006 ZeroReg "zero_reg" ["zero"] PURE Elements FORWARD (hot_rw(0, "register")) null(1) "every element = 0, shape kept";
    0x1007 LoadInput "load_input" [] PURE Elements FORWARD (hot_w(0, "dst")) null(1) "dst = input buffer, shape [len]";
    0x1008 StoreOutput "store_output" [] PURE Elements FORWARD (hot(1, "src")) null(0) "output buffer = src";
    0x1009 LoadTarget "load_target" [] PURE Elements FORWARD (hot_w(0, "dst")) null(1) "dst = target buffer, shape [len]";
    0x2003 WireForward "wire_forward" [] PURE Product BOOT (hot_w(0, "dst"), cold(1, "weights"), hot(2, "input")) "dst[o] = sat(sum of weight*input), no temperature gating";
    0x2004 WireSkip "wire_skip" [] PURE Elements BOOT (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst[i] = sat(src[i mod len] + other[i mod len]), the shorter one repeated";
    0x2008 GrowNeuron "grow_neuron" [] STATE Created EVOLUTION (cold_rw(0, "weights"), hot(1, "count").at_least(1), u8_(3, "seed").or(0)) [2 = 0] (cold_rw(0, "weights"), u8_(2, "count").within(1, 255), u8_(3, "seed").or(0)) (cold_rw(0, "weights"), filler(1), u8_(2, "count").within(1, 255)) "appends count elements (rank 1) or rows (rank 2) of generated weights";
    0x2009 PruneNeuron "prune_neuron" [] STATE Elements EVOLUTION (cold_rw(0, "weights"), u8_(2, "index")) [3 = 0] (cold_rw(0, "weights"), hot(1, "index").at_least(1)) [3 = 1] (cold_rw(0, "weights"), hot(1, "index").at_least(1), word("row")) [3 = 2] (cold_rw(0, "weights"), filler(1), u8_(2, "index")) [3 = 0] "removes an element (rank 1) or a row (rank 2); by register, a flat weight index or a row";
    0x200A InitRandom "init_random" [] STATE Elements BOOT (cold_rw(0, "weights"), u16_(2, "seed").or(0)) "every weight from the generator that begins at seed";
    0x3001 Add "add" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), hot_or_cold(2, "other")) "dst[i] = sat(src[i] + other[i]), or + 255*weight[i]; elements beyond other are copied";
    0x3002 Mul "mul" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst[i] = low 32 bits of (src[i]*other[i]) >> 8";
    0x3003 Relu "relu" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "dst[i] = max(src[i], 0)";
    0x3004 Sigmoid "sigmoid" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), gain(3, "gain").or(64)) "dst[i] = clamp(((src[i]*G) >> 10) + 128, 0, 255), G = 16*gain";
    0x3005 Tanh "tanh" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "c = clamp(src[i], 0, 255) - 128; dst[i] = clamp(64*c / (64 + |c|/2) + 128, 0, 255)";
    0x3006 Softmax "softmax" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "e = 256 - distance from the maximum, at least 1; dst[i] = 255*e[i] / sum";
    0x3007 Gelu "gelu" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "q = clamp((((src[i]*435) >> 8) >> 10) + 128, 0, 255); dst[i] = (src[i]*q) >> 8";
    0x3009 Shift "shift" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "amount")) "dst[i] = src[i] >> amount, arithmetic; amounts above 31 act as 31";
    0x300A Clamp "clamp" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "lo"), u8_(3, "hi")) "dst[i] = clamp(src[i], lo, hi), unsigned bounds";
    0x300E Sub "sub" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst[i] = sat(src[i] - other[i]), shortest length";
    0x300F CmpGt "cmp_gt" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst[i] = src[i] > other[i] ? 255 : 0";
    0x3010 MaxReduce "max_reduce" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "dst = [maximum], 0 if empty";
    0x3011 Set "set" [] PURE Unit FORWARD (hot_w(0, "dst"), u16_(2, "value")) "dst = [value]";
    0x4000 TernaryMatmul "ternary_matmul" [] PURE Product FORWARD (hot_w(0, "dst"), cold(1, "weights"), hot(2, "input")) "dst[o] = sat(sum of weight*input); with temperatures each product is gated and scaled by conductance/255";
    0x4002 Dequantize "dequantize" [] PURE Elements FORWARD (hot_name(0, "dst"), hot(1, "src"), u16_(2, "scale")) "output buffer = src[i] >> scale (0 means 8, above 31 acts as 31); dst is not written";
    0x4009 TernaryAddBias "ternary_add_bias" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), cold(2, "bias")) "dst[i] = sat(src[i] + 256*bias[i]); elements beyond bias are copied";
    0x400A EmbedLookup "embed_lookup" [] PURE Created FORWARD (hot_w(0, "dst"), cold(1, "table"), hot(2, "indices")) "row of the table for each index; negative index row 0, too large a zero row";
    0x400B ReduceAvg "reduce_avg" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "start"), u8_(3, "count")) "dst = [mean of src[start .. start+count]], truncating; 0 if there is none";
    0x400C Slice "slice" ["narrow"] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "start"), u8_(3, "len")) "dst = src[start .. min(start+len, src.len)]";
    0x400D Argmax "argmax" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "dst = [index of the maximum], the last of equals; 0 if empty";
    0x400E Concat "concat" ["cat"] PURE Created FORWARD (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst = src followed by other, shape [len]";
    0x400F Squeeze "squeeze" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "dim").or(0)) "removes dimension dim if its size is 1";
    0x4010 Unsqueeze "unsqueeze" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "dim").or(0)) "inserts a dimension of size 1 at dim";
    0x4011 Transpose "transpose" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "dim0").or(0), u8_(3, "dim1").or(1)) "swaps two dimensions and permutes the data";
    0x4012 GateUpdate "gate_update" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "gate"), hot(2, "update"), hot(3, "state")) "g = clamp(gate[i], 0, 255); dst[i] = (g*update[i] + (255-g)*state[i]) / 255";
    0x4013 TernaryBatchMatmul "ternary_batch_matmul" [] PURE Product FORWARD (hot_w(0, "dst"), cold(1, "weights"), hot(2, "input")) "ternary_matmul of each row of the input";
    0x4014 EmbedSequence "embed_sequence" [] PURE Created FORWARD (hot_w(0, "dst"), cold(1, "table"), u8_(2, "count")) "the first count rows of the table";
    0x4015 ReduceMean "reduce_mean" ["mean_dim"] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "dim")) "mean over dimension 0 or 1; of everything below rank 2";
    0x5000 MarkEligibility "mark_eligibility" ["mark_elig"] PURE Unit FORWARD (hot_name(0, "output"), hot_name(1, "input"), u8_(2, "layer")) "nothing; the operands are kept for older programs";
    0x5004 AddBabble "add_babble" [] STATE Elements FORWARD (hot_rw(0, "register"), u8_(2, "layer")) null(1) "adds deterministic noise of the babble scale and phase";
    0x5012 MasteryUpdate "mastery_update" [] STATE Elements LEARNING (cold_name(0, "weights"), hot(1, "activity"), hot(2, "direction"), u8_(3, "scale").or(15), always("threshold_div", 4)) "adds peak-relative activity, signed by direction[0], to the pressure of weights";
    0x5013 MasteryCommit "mastery_commit" [] STATE Elements LEARNING (cold_rw(0, "weights"), u8_(3, "threshold").or(50), usually(2, "step", 5)) null(1) "weights whose pressure reached the threshold take a step and lose it";
    0x6000 Loop "loop" [] CONTROL Unit FORWARD (u16_(2, "count")) null(0, 1) "runs the body count times; 0 skips it";
    0x6001 EndLoop "end_loop" [] CONTROL Unit FORWARD () null(0, 1) "ends the body of the innermost loop";
    0x6002 Break "break" [] CONTROL Unit FORWARD () null(0, 1) "leaves the innermost loop";
    0x6006 Call "call" [] CONTROL Unit FORWARD (label(2, "target")) "continues at the label until return";
    0x6007 Return "return" [] CONTROL Unit FORWARD () "goes back behind the last call; without one, halts";
    0x6008 Jump "jump" [] CONTROL Unit FORWARD (label(2, "target")) "continues at the label";
    0x6009 IfZero "if_zero" [] CONTROL Elements FORWARD (hot(0, "condition"), label(2, "target")) "continues at the label if all elements are 0";
    0x600A IfNonzero "if_nonzero" [] CONTROL Elements FORWARD (hot(0, "condition"), label(2, "target")) "continues at the label if any element is not 0";
}
