//! The ternary extension.

use super::plan::{Planned, by_effect};
use super::{batch, elementwise, embedding, packing, product, quantise};
use crate::analysis::facts::View;
use crate::packs::Form;
use ternsig_isa::Op;
use ternsig_isa::table::ternary::TernaryOp;

pub(crate) fn plan(op: TernaryOp, word: [u8; 4], view: &View<'_>) -> Planned {
    match op {
        TernaryOp::TernaryMatmul => product::plan(view, word, Form::PerWeight),
        TernaryOp::TernaryBatchMatmul => batch::plan(view, word, Form::PerWeight),
        TernaryOp::TernaryAddBias => elementwise::add_weights(view, word, 256),
        TernaryOp::Dequantize => elementwise::map(view, word, elementwise::dequantizing(word)),
        TernaryOp::EmbedLookup => embedding::lookup(view, word),
        TernaryOp::EmbedSequence => embedding::sequence(view, word),
        TernaryOp::GateUpdate => elementwise::gate_update(view, word),
        TernaryOp::Quantize => quantise::plan(view, word),
        TernaryOp::PackTernary => packing::pack_ternary(view, word),
        TernaryOp::AccumulatePressure => elementwise::accumulate(view, word),
        _ => Ok(by_effect(Op::Ternary(op))),
    }
}
