//! Extension 0x0002: ternary.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the ternary extension.
    TernaryOp 0x0002;
    0x0000 TernaryMatmul "ternary_matmul" [] PURE Product FORWARD (hot_w(0, "dst"), cold(1, "weights"), hot(2, "input")) "dst[o] = sat(sum of input times weight*conductance/255, rounded per weight)";
    0x0001 TernaryBatchMatmul "ternary_batch_matmul" [] PURE Product FORWARD (hot_w(0, "dst"), cold(1, "weights"), hot(2, "input")) "ternary_matmul of each row of the input";
    0x0002 TernaryAddBias "ternary_add_bias" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), cold(2, "bias")) "dst[i] = sat(src[i] + 256*bias[i]); elements beyond bias are copied";
    0x0003 Dequantize "dequantize" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u16_(2, "scale")) "dst[i] = src[i] >> scale; 0 means 8, above 31 acts as 31";
    0x0004 EmbedLookup "embed_lookup" [] PURE Created FORWARD (hot_w(0, "dst"), cold(1, "table"), hot(2, "indices")) "row of the table for each index; negative index row 0, too large a zero row";
    0x0005 EmbedSequence "embed_sequence" [] PURE Created FORWARD (hot_w(0, "dst"), cold(1, "table"), u8_(2, "count")) "the first count rows of the table";
    0x0006 GateUpdate "gate_update" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "gate"), hot(2, "update"), hot(3, "state")) "g = clamp(gate[i], 0, 255); dst[i] = (g*update[i] + (255-g)*state[i]) / 255";
    0x0007 Quantize "quantize" [] STATE Elements LEARNING (cold_w(0, "weights"), hot(1, "src")) "weights from activations: sign, magnitude min(|v| >> 8, 255)";
    0x0008 PackTernary "pack_ternary" [] PURE Elements FORWARD (hot_w(0, "dst"), cold(1, "weights")) "four polarities in the low byte of each element";
    0x0009 UnpackTernary "unpack_ternary" [] STATE Elements LEARNING (cold_w(0, "weights"), hot(1, "src")) "four weights of magnitude 128 from the low byte of each element";
    0x000A ApplyPolarity "apply_polarity" [] STATE Elements LEARNING (cold_rw(0, "weights"), hot(1, "src")) "polarity = sign of src[i], unchanged where 0";
    0x000B ApplyMagnitude "apply_magnitude" [] STATE Elements LEARNING (cold_rw(0, "weights"), hot(1, "src")) "magnitude = clamp(src[i], 0, 255)";
    0x000C ThresholdPolarity "threshold_polarity" [] STATE Elements LEARNING (cold_rw(0, "weights"), hot(1, "pressure")) "where |pressure[i]| > 2*magnitude and the sign differs: that sign, magnitude 30";
    0x000D AccumulatePressure "accumulate_pressure" [] PURE Elements FORWARD (hot_extend(0, "dst"), hot(1, "src")) "dst[i] = sat(dst[i] + src[i]) over the shorter length; created as zeros if needed";
}
