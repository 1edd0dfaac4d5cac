//! Extension 0x00C0: sampling.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the sampling extension.
    SamplingOp 0x00C0;
    0x0000 Temperature "temperature" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "logits"), hot_or_param(2, "temperature")) "dst[i] = sat(logits[i]*256 / T), T = max(1, temperature[0])";
    0x0001 TopK "top_k" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "logits"), hot_or_param(2, "k")) "keeps the k largest logits, masks the others";
    0x0002 TopP "top_p" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "logits"), hot_or_param(2, "p")) "keeps the largest logits up to p/255 of the mass, masks the others";
    0x0003 RepPenalty "rep_penalty" [] PURE Elements FORWARD (hot_w(0, "dst"), hot(1, "logits"), hot(2, "history"), hot_or_param(3, "penalty")) "takes penalty[0] off the logit of every element of history";
    0x0004 Sample "sample" [] STATE Elements FORWARD (hot_w(0, "dst"), hot(1, "logits")) "dst = [a candidate drawn by weight from the machine's generator]";
}
