//! Extension 0x0003: activation.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the activation extension.
    ActivationOp 0x0003;
    0x0000 Relu "relu" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "dst[i] = max(0, src[i])";
    0x0001 Sigmoid "sigmoid" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) [3 = 0] (hot_w(0, "dst"), hot(1, "src"), gain(3, "gain")) "y = clamp(src[i], -2048, 2048); dst[i] = clamp(128 + 32*y / (256+|y|), 0, 255); with a gain, the core formula";
    0x0002 Tanh "tanh" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "y = clamp(src[i], -2048, 2048); dst[i] = clamp(127*y / (128+|y|), -127, 127)";
    0x0003 Softmax "softmax" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src"), u8_(2, "rows").within(0, 1).or(0)) "z = 256 - distance from the maximum, at least 1; dst[i] = 255*z[i] / sum; over all elements, or by rows";
    0x0004 Gelu "gelu" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "src")) "g = 128 + clamp(54*src[i] / 256, -128, 127); dst[i] = src[i]*g / 256";
}
