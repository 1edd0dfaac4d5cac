//! One version of a program's code: compiled for certain shapes.

use crate::analysis::facts::{Facts, Used, Weights};
use crate::analysis::flow::Flow;
use crate::code_memory::Code;
use crate::error::JitError;
use crate::lower::function::{self, Settings};
use crate::lower::requirements::{EntryPoint, Plans};
use crate::packs::Forms;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_frontend::FunctionBuilderContext;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use ternsig_program::ValidatedProgram;

/// The number of no entry.
const NONE: u32 = u32::MAX;

/// A cold register that the code reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColdUse {
    pub(crate) register: usize,
    pub(crate) facts: Weights,
    /// The packed forms that are needed.
    pub(crate) forms: Forms,
}

/// Compiled code with everything that has to be checked and prepared before it is entered.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) code: Code,
    pub(crate) facts: Facts,
    pub(crate) plans: Plans,
    pub(crate) cold: Vec<ColdUse>,
    /// Tells it from all others.
    pub(crate) id: u64,
    entry_at: Vec<u32>,
    /// The same without those that only call a helper.
    begin_at: Vec<u32>,
    /// Rooms as a list, and the elements of all registers that can be written.
    pub(crate) rooms: Vec<(usize, usize)>,
    pub(crate) added: usize,
    pub(crate) compile_time: Duration,
}

impl Version {
    /// Compiles a program for these facts.
    pub(crate) fn compile(
        program: &ValidatedProgram,
        flow: &Flow,
        used: &Used,
        facts: Facts,
        isa: &OwnedTargetIsa,
        settings: Settings,
    ) -> Result<Version, JitError> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let begin = Instant::now();
        let mut context = FunctionBuilderContext::new();
        let (function, plans) = function::build(program, flow, &facts, isa.as_ref(), settings, &mut context);
        let code = Code::compile(isa, function)?;
        let mut entry_at = vec![NONE; program.steps().len() + 1];
        let mut begin_at = entry_at.clone();
        for (number, entry) in plans.entries.iter().enumerate() {
            entry_at[entry.at] = number as u32;
            if !entry.is_helper {
                begin_at[entry.at] = number as u32;
            }
        }
        let cold = (0..facts.cold.len()).filter(|&register| used.cold(register)).filter_map(|register| {
            let forms = plans.packed.get(&register).copied().unwrap_or_default();
            Some(ColdUse { register, facts: facts.cold[register]?, forms })
        });
        let cold = cold.collect();
        let rooms: Vec<_> = plans.rooms.iter().map(|(&register, &room)| (register, room)).collect();
        let added = plans.written.iter().filter_map(|register| plans.rooms.get(register)).sum();
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Version {
            code,
            facts,
            plans,
            cold,
            id,
            entry_at,
            begin_at,
            rooms,
            added,
            compile_time: begin.elapsed(),
        })
    }

    /// The number of the entry at an instruction where the interpreter hands over.
    #[inline]
    pub(crate) fn begin(&self, at: usize) -> Option<u32> {
        self.begin_at.get(at).copied().filter(|&number| number != NONE)
    }

    /// The number of the entry at an instruction.
    pub(crate) fn entry(&self, at: usize) -> Option<u32> {
        self.entry_at.get(at).copied().filter(|&number| number != NONE)
    }

    /// Whether the code at an instruction only calls a helper.
    pub(crate) fn is_helper(&self, at: usize) -> bool {
        self.entry(at).is_some_and(|number| self.entry_point(number).is_helper)
    }

    pub(crate) fn entry_point(&self, number: u32) -> &EntryPoint {
        &self.plans.entries[number as usize]
    }

    /// Whether any instruction is executed natively or with help.
    pub(crate) fn is_useful(&self) -> bool {
        !self.plans.entries.is_empty()
    }
}
