//! What the engine keeps with each machine: the frame, the packed weights, the versions in use, the counts.

use crate::analysis::facts::Weights;
use crate::door::Way;
use crate::entry;
use crate::frame::Frame;
use crate::mastery::Learning;
use crate::packs::{Form, Kept, Packs};
use crate::statistics::{Counts, Guard};
use crate::version::{ColdUse, Version};
use std::ops::Range;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_kernels::Lanes32;
use ternsig_vm::machine::native::Visit;
use ternsig_vm::{ColdRegister, Machine};

/// What is derived from one cold register.
#[derive(Debug, Default)]
pub(crate) struct ColdMemory {
    /// The version of the weights that the rest belongs to; 0 for none.
    pub(crate) version: u64,
    /// The version of the code that was found to fit.
    admitted: u64,
    facts: Option<Weights>,
    /// By form.
    pub(crate) packs: [Option<Kept>; Form::ALL.len()],
}

impl ColdMemory {
    /// After weights have moved in place since this version, of which the packed forms have been told but for a rest.
    pub(crate) fn learned(&mut self, before: u64, register: &ColdRegister, rest: Option<Range<usize>>) {
        for kept in self.packs.iter_mut().flatten() {
            kept.finish(before, register, rest.clone());
        }
        if self.version == before {
            self.version = register.version();
        }
    }
}

/// What the engine keeps of an interpreter's machine.
#[derive(Debug)]
pub(crate) struct Instance {
    /// When the frame was pointed to a machine.
    pub(crate) visit: Visit,
    pub(crate) frame: Box<Frame>,
    /// The version of the code whose working memory and counters the frame points to.
    pub(crate) attached: u64,
    /// The buffer of each hot register that the machine has, by its number in that version's table; 0 if the code has
    /// written nothing.
    pub(crate) contents: Box<[u64; REGISTERS_PER_BANK]>,
    pub(crate) scratch: Lanes32,
    pub(crate) cold: Box<[ColdMemory; REGISTERS_PER_BANK]>,
    pub(crate) learning: Learning,
    /// The counters of each version's code.
    pub(crate) counters: Vec<Vec<u64>>,
    pub(crate) counts: Counts,
}

impl Instance {
    pub(crate) fn new(program_len: usize) -> Instance {
        Instance {
            visit: Visit::NEVER,
            frame: Box::new(Frame::empty()),
            attached: 0,
            contents: Box::new([0; REGISTERS_PER_BANK]),
            scratch: Lanes32::zeroed(0),
            cold: Box::new(std::array::from_fn(|_| ColdMemory::default())),
            learning: Learning::default(),
            counters: Vec::new(),
            counts: Counts::new(program_len),
        }
    }

    /// Makes room for what the code of one more version works on.
    pub(crate) fn prepare(&mut self, version: &Version) {
        (self.attached, self.visit) = (0, Visit::NEVER);
        self.counters.push(vec![0; version.plans.counted.len()]);
        if self.scratch.len() * 4 < version.plans.scratch {
            self.scratch = Lanes32::zeroed(version.plans.scratch / 4 + 16);
        }
    }

    /// Whether the frame points to the machine as it is, for this version.
    #[inline(always)]
    pub(crate) fn knows(&self, machine: &Machine, version: &Version) -> bool {
        self.attached == version.id && machine.is_known(&self.visit)
    }

    /// Says that the frame points to the machine as it is, and to no other.
    pub(crate) fn learn(&mut self, machine: &mut Machine) {
        self.visit = machine.make_known();
    }

    /// Whether a version may be entered there with the machine as it is; packed weights are up to date then.
    pub(crate) fn admits(
        &mut self,
        version: &Version,
        entry: u32,
        machine: &mut Machine,
        packs: &Packs,
    ) -> Result<(), Guard> {
        let known = self.knows(machine, version);
        if !known {
            // What the code has left there may have been changed since.
            self.contents.fill(0);
        }
        self.admits_known(version, entry, machine)?;
        if known { Ok(()) } else { self.admits_unknown(version, machine, packs) }
    }

    /// Whether the code may be entered as it was before.
    pub(crate) fn finds_open(&self, way: &Way, machine: &mut Machine) -> bool {
        let Way { version, entry, .. } = way;
        self.knows(machine, version) && self.admits_known(version, *entry, machine).is_ok()
    }

    /// Whether a version may be entered there with a machine that is known.
    fn admits_known(&self, version: &Version, entry: u32, machine: &mut Machine) -> Result<(), Guard> {
        let state = machine.native_state();
        if state.input.len() != version.facts.input_len && version.plans.reads_input
            || state.target.len() != version.facts.target_len && version.plans.reads_target
        {
            return Err(Guard::Input);
        }
        for need in &version.entry_point(entry).needed {
            if need.number != 0 && self.contents[need.register] == need.number {
                continue;
            }
            match (state.hot.allocated(need.register), &need.buffer) {
                (Some(hot), Some(buffer))
                    if hot.data().len() == buffer.len && hot.shape() == buffer.shape => {}
                (None, None) => {}
                _ => return Err(Guard::Shape),
            }
        }
        Ok(())
    }

    /// The same for what only others can have changed. Native code itself cannot exceed the limits as long as there was room
    /// for all that it can write.
    fn admits_unknown(
        &mut self,
        version: &Version,
        machine: &mut Machine,
        packs: &Packs,
    ) -> Result<(), Guard> {
        if !machine.has_room_for(version.plans.largest, version.added) {
            return Err(Guard::Room);
        }
        let state = machine.native_state();
        for weights in &version.cold {
            let register = state.cold[weights.register].as_deref().ok_or(Guard::Weights)?;
            let memory = &self.cold[weights.register];
            let same = memory.version == register.version() && memory.admitted == version.id;
            if !same || register.usage().is_some() != weights.facts.tracked {
                self.refresh(version, weights, register, packs)?;
            }
        }
        Ok(())
    }

    #[cold]
    fn refresh(
        &mut self,
        version: &Version,
        weights: &ColdUse,
        register: &ColdRegister,
        packs: &Packs,
    ) -> Result<(), Guard> {
        let memory = &mut self.cold[weights.register];
        let tracked = register.usage().is_some();
        let facts = match memory.facts {
            Some(facts) if memory.version == register.version() && facts.tracked == tracked => facts,
            _ => Weights::of(register),
        };
        (memory.version, memory.facts) = (register.version(), Some(facts));
        let mut forms = weights.forms.iter();
        let fits = facts == weights.facts
            && forms.all(|form| packs.refresh(register, form, &mut memory.packs[form as usize]));
        memory.admitted = if fits { version.id } else { 0 };
        if !fits {
            return Err(Guard::Weights);
        }
        entry::point_to(&mut self.frame.cold[weights.register], &self.cold[weights.register], register);
        Ok(())
    }
}
