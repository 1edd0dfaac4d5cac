//! Weights made of activations: one call sets all of them.

use super::emitter::Emitter;
use super::place::Place;
use super::plan::{Plan, Planned, Routine, RoutinePlan, index, source, weights};
use crate::analysis::facts::View;
use crate::frame::Frame;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature};
use std::mem::offset_of;
use ternsig_isa::Shape;

/// Only weights that keep their shape and have no lists beside them.
pub(crate) fn plan(view: &View<'_>, [c, s, ..]: [u8; 4]) -> Planned {
    let src = source(view, s)?;
    let Ok(old) = weights(view, c) else { return Ok(Plan::Helper) };
    if old.gated || old.tracked || old.shape != Shape::vector(src.len) || src.len == 0 {
        return Ok(Plan::Helper);
    }
    let routine = Box::new(Quantise { weights: index(c), source: index(s), len: src.len });
    Ok(Plan::Routine(RoutinePlan { reads: vec![index(s)], write: None, routine }))
}

#[derive(Debug)]
struct Quantise {
    /// The cold register, by index.
    weights: usize,
    /// The hot register, by index.
    source: usize,
    len: usize,
}

impl Routine for Quantise {
    fn emit(&self, e: &mut Emitter<'_>) {
        let Some(abandon) = e.abandon else { return };
        let quantise = e.host_function(offset_of!(Frame, quantise));
        let exists = e.compare(IntCC::NotEqual, quantise, 0);
        e.unless_go(exists, abandon);
        let mut signature = Signature::new(e.b.func.signature.call_conv);
        signature.params.extend([I64; 4].map(AbiParam::new));
        signature.returns.push(AbiParam::new(I64));
        let signature = e.b.import_signature(signature);
        let (frame, register) = (e.frame(), e.int(self.weights as i64));
        let (elements, count) = (e.base(Place::Hot(self.source)), e.int(self.len as i64));
        let call = e.b.ins().call_indirect(signature, quantise, &[frame, register, elements, count]);
        let refused = e.b.inst_results(call)[0];
        let done = e.compare(IntCC::Equal, refused, 0);
        // The weights can lie elsewhere now.
        e.forget_addresses();
        e.unless_go(done, abandon);
    }

    fn is_long(&self) -> bool {
        true
    }
}
