//! The device `coherence`.

use super::bad_operand;
use crate::device::{Device, elements, no_device, put};
use crate::substrate::effect::Effect;
use crate::substrate::{DIVISIONS, Pair, Substrate};
use ternsig_isa::DomainOp;
use ternsig_vm::{Answer, Error, ExecutionContext};

/// Answers the operations of the device `coherence`.
pub struct CoherenceDevice {
    substrate: Substrate,
}

impl CoherenceDevice {
    /// The coherence of a substrate.
    #[must_use]
    pub const fn new(substrate: Substrate) -> CoherenceDevice {
        CoherenceDevice { substrate }
    }
}

impl Device for CoherenceDevice {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::CoherenceSingularWrite { source } => {
                let source = elements(m, source, 2)?;
                let effect = Effect::Singular { division: division(source[0])?, value: level(source[1]) };
                self.substrate.lock().perform(effect);
            }
            DomainOp::CoherenceMultimodalWrite { source } => {
                let source = elements(m, source, 3)?;
                let (a, b) = (division(source[0])?, division(source[1])?);
                let same = || bad_operand(format!("both divisions are {a}, a pair has two"));
                let pair = Pair::new(a, b).ok_or_else(same)?;
                self.substrate.lock().perform(Effect::Multimodal { pair, value: level(source[2]) });
            }
            DomainOp::CoherenceSingularRead { target } => {
                put(m, target, &self.substrate.coherence().singular.map(i32::from))?;
            }
            _ => return Err(no_device(op)),
        }
        Ok(Answer::Done)
    }
}

fn division(value: i32) -> Result<usize, Error> {
    let known = usize::try_from(value).ok().filter(|&division| division < DIVISIONS);
    let last = DIVISIONS - 1;
    known.ok_or_else(|| bad_operand(format!("there is no division {value}, there are 0 to {last}")))
}

fn level(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}
