//! Extension 0x0001: tensor.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the tensor extension.
    TensorOp 0x0001;
    0x0000 Matmul "matmul" [] PURE Product FORWARD (hot_w(0, "dst"), hot(1, "left"), hot(2, "right"), u8_(3, "shift").or(0)) "dst = sat((left x right) >> shift); rank-1 operands are a row and a column";
    0x0001 Add "add" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), hot_or_cold(2, "other")) "dst[i] = sat(src[i] + other[i]), absent elements 0; a cold other adds 256*weight to src";
    0x0002 Sub "sub" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst[i] = sat(src[i] - other[i]), absent elements 0";
    0x0003 Mul "mul" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst[i] = sat((src[i]*other[i]) >> 8)";
    0x0004 Scale "scale" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u16_(2, "scale")) "dst[i] = sat(src[i]*scale / 256)";
    0x0005 Shift "shift" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "amount")) "dst[i] = src[i] >> amount, arithmetic; amounts above 31 act as 31";
    0x0006 Clamp "clamp" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), centered(2, "min"), centered(3, "max")) "dst[i] = clamp(src[i], (min-128)*256, (max-128)*256) of the raw bytes";
    0x0007 CmpGt "cmp_gt" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), hot(2, "other")) "dst[i] = src[i] > other[i] ? 1 : 0";
    0x0008 MaxReduce "max_reduce" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "dst = [maximum], 0 if empty";
    0x0009 Negate "negate" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "dst[i] = sat(-src[i])";
    0x000A ReduceAvg "reduce_avg" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "start"), u8_(3, "count")) "dst = [mean of src[start .. start+count]], truncating; 0 if there is none";
    0x000B ReduceMeanDim "reduce_mean_dim" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "dim")) "mean over dimension 0 or 1; of everything below rank 2";
    0x000C Slice "slice" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "start"), u8_(3, "len")) "dst = src[start .. min(start+len, src.len)]";
    0x000D Argmax "argmax" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "dst = [index of the maximum], the last of equals; 0 if empty";
    0x000E Concat "concat" [] PURE Created FORWARD (hot_w(0, "dst"), hot(1, "src"), hot(2, "other"), u8_(3, "flat").within(0, 1).or(0)) "rank 2 with equal rows: side by side, unless flat; else src followed by other";
    0x000F Squeeze "squeeze" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "dim").or(0)) "removes axis dim if its size is 1; 255 removes all of size 1";
    0x0010 Unsqueeze "unsqueeze" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "dim").or(0)) "inserts an axis of size 1 at dim";
    0x0011 Transpose "transpose" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "dim0").or(0), u8_(3, "dim1").or(0)) "swaps two axes and permutes the data; 0, 0 means 0, 1";
    0x0012 Attn "attn" [] PURE Product FORWARD (hot(0, "q"), hot(1, "k"), hot(2, "v"), hot_w(3, "dst")) "attention whose scores lie within 252..256";
    0x0013 RopeApply "rope_apply" [] PURE Elements FORWARD (hot_rw(0, "register"), u8_(1, "dim"), u8_(2, "pos"), u8_(3, "by_row").within(0, 1).or(0)) "rotates pairs of each row by position, in place";
    0x0014 Layernorm "layernorm" [] PURE Elements FORWARD (hot(0, "src"), hot_w(1, "dst"), hot_or_cold(2, "scale").optional(), hot_or_cold(3, "bias").optional()) "each row to mean 0 and deviation 256, times scale/255, plus bias";
    0x0015 Rmsnorm "rmsnorm" [] PURE Elements FORWARD (hot(0, "src"), hot_w(1, "dst"), hot_or_cold(2, "scale").optional()) "each row to root mean square 256, times scale/255";
    0x0016 KvAppend "kv_append" [] PURE Elements FORWARD (hot_extend(0, "cache"), hot(1, "kv").at_least(1), u8_(2, "pos"), u8_(3, "len").or(0)) "row pos of the cache = the first row of kv";
    0x0017 KvRead "kv_read" [] PURE Elements FORWARD (hot(0, "cache"), u8_(1, "pos"), hot_w(2, "dst"), u8_(3, "len").or(0)) "dst = row pos of the cache, zeros past the end";
    0x0018 KvClear "kv_clear" [] PURE Unit FORWARD (hot_w(0, "cache")) "an empty cache of shape [0, 0]";
    0x0019 KvAppendPos "kv_append_pos" [] PURE Elements FORWARD (hot_extend(0, "cache"), hot(1, "kv").at_least(1), position(2, "pos").at_least(1), u8_(3, "len").or(0)) "kv_append at max(0, pos[0])";
    0x001A KvReadPos "kv_read_pos" [] PURE Elements FORWARD (hot(0, "cache"), position(1, "pos").at_least(1), hot_w(2, "dst"), u8_(3, "len").or(0)) "kv_read at max(0, pos[0])";
    0x001B AttnSharp "attn_sharp" [] PURE Product FORWARD (hot(0, "q"), hot(1, "k"), hot(2, "v"), hot_w(3, "dst")) "attention whose scores fall by 1 per 256 below the best";
}
