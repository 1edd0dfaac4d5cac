//! The device `thermo`: how stored weights respond to reward, stress and neglect.

use crate::device::{Device, elements, no_device, put};
use crate::memory::Memory;
use crate::substrate::Substrate;
use ternsig_isa::DomainOp;
use ternsig_vm::{Answer, Error, ExecutionContext};

/// The source that the chain names for what is pruned.
const SOURCE: &str = "thermo";
/// Weaker hot entries are pruned.
const PRUNE_BELOW: u8 = 13;
const DOPAMINE: usize = 0;
const CORTISOL: usize = 4;
/// More dopamine than this strengthens.
const REWARD_ABOVE: u8 = 140;
/// More cortisol than this weakens.
const STRESS_ABOVE: u8 = 60;
/// So much of a level that is too high makes 1 of strength.
const PER_STRENGTH: u8 = 4;

/// Answers the operations of the device `thermo`, on all keys of the store.
pub struct Thermo {
    memory: Memory,
    substrate: Substrate,
}

impl Thermo {
    /// Over this memory, by the chemicals of this substrate.
    #[must_use]
    pub const fn new(memory: Memory, substrate: Substrate) -> Thermo {
        Thermo { memory, substrate }
    }

    fn prune(&self) -> Result<u64, Error> {
        let mut store = self.memory.store();
        let tick = store.tick();
        Ok(store.prune_hot(PRUNE_BELOW, SOURCE, tick)?)
    }

    fn credit(&self) -> Result<u64, Error> {
        let above = |id: usize, most: u8| {
            self.substrate.chemical(id).unwrap_or(0).saturating_sub(most) / PER_STRENGTH
        };
        let (gain, loss) = (above(DOPAMINE, REWARD_ABOVE), above(CORTISOL, STRESS_ABOVE));
        Ok(self.memory.store().credit(gain, loss)?)
    }
}

impl Device for Thermo {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        let (source, result) = match *op {
            DomainOp::ThermoPruneHot { source, result }
            | DomainOp::ThermoValenceCredit { source, result } => (source, result),
            _ => return Err(no_device(op)),
        };
        let is_open = elements(m, source, 1)?[0] > 0;
        let count = match op {
            _ if !is_open => 0,
            DomainOp::ThermoPruneHot { .. } => self.prune()?,
            _ => self.credit()?,
        };
        put(m, result, &[i32::try_from(count).unwrap_or(i32::MAX)])?;
        Ok(Answer::Done)
    }
}
