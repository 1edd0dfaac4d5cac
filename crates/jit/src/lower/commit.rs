//! Mastery's commit: one call lets all weights of a register take their steps.

use super::emitter::Emitter;
use super::plan::{Plan, Planned, Routine, RoutinePlan, index, weights};
use crate::analysis::facts::View;
use crate::frame::{ColdSlot, Frame, cold_offset};
use crate::mastery::Commit;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature};
use std::mem::offset_of;

/// Both forms of `mastery_commit`.
pub(super) fn plan(view: &View<'_>, w: u8, threshold: u8, step: u8) -> Planned {
    weights(view, w)?;
    let routine = Box::new(Commit::new(index(w), threshold, step));
    Ok(Plan::Routine(RoutinePlan { reads: Vec::new(), write: None, routine }))
}

impl Routine for Commit {
    fn emit(&self, e: &mut Emitter<'_>) {
        let commit = e.host_function(offset_of!(Frame, commit));
        if let Some(abandon) = e.abandon {
            let exists = e.compare(IntCC::NotEqual, commit, 0);
            e.unless_go(exists, abandon);
        }
        let pressure = e.frame_word(I64, cold_offset(self.register, offset_of!(ColdSlot, pressure)));
        let frozen = e.frame_word(I64, cold_offset(self.register, offset_of!(ColdSlot, frozen)));
        let pressed = e.compare(IntCC::NotEqual, pressure, 0);
        let thawed = e.compare(IntCC::Equal, frozen, 0);
        let open = e.b.ins().band(pressed, thawed);
        e.when(open, |e| {
            let mut signature = Signature::new(e.b.func.signature.call_conv);
            signature.params.extend([I64; 2].map(AbiParam::new));
            let signature = e.b.import_signature(signature);
            let (frame, what) = (e.frame(), e.int(self.word() as i64));
            e.b.ins().call_indirect(signature, commit, &[frame, what]);
        });
        // The weights can lie elsewhere now.
        e.forget_addresses();
    }

    fn pressed(&self) -> Option<usize> {
        Some(self.register)
    }

    fn is_long(&self) -> bool {
        true
    }
}
