//! The device `senses`.

use crate::device::{Device, elements, no_device, put};
use crate::substrate::{STIMULATIONS, Substrate, Valence};
use ternsig_isa::DomainOp;
use ternsig_vm::arith::sat_wide;
use ternsig_vm::{Answer, Error, ExecutionContext};

/// Answers the operations of the device `senses`.
pub struct Senses {
    substrate: Substrate,
    scores: Vec<i32>,
}

impl Senses {
    /// The senses of a substrate.
    #[must_use]
    pub const fn new(substrate: Substrate) -> Senses {
        Senses { substrate, scores: Vec::new() }
    }
}

impl Device for Senses {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::StimRead { target } => {
                let inner = self.substrate.lock();
                // Empty until the first level is set.
                match inner.state.stimulations.part.as_slice() {
                    [] => put(m, target, &[0; STIMULATIONS]),
                    levels => put(m, target, levels),
                }
            }
            DomainOp::ValenceRead { target } => {
                let Valence { reward, punishment } = self.substrate.valence();
                put(m, target, &[reward, punishment])
            }
            DomainOp::ConvRead { target } => put(m, target, &[self.substrate.convergence()]),
            DomainOp::NoveltyScore { target, source } => {
                score(elements(m, source, 0)?, &mut self.scores);
                put(m, target, &self.scores)
            }
            _ => Err(no_device(op)),
        }?;
        Ok(Answer::Done)
    }
}

/// By how many 256ths of a deviation each energy is above the mean, everything rounded toward 0. The deviation is that of a
/// sample, and at least 1.
fn score(energies: &[i32], scores: &mut Vec<i32>) {
    scores.clear();
    let count = energies.len() as i128;
    if count == 0 {
        return;
    }
    let mean = energies.iter().map(|&energy| i128::from(energy)).sum::<i128>() / count;
    let distances = || energies.iter().map(|&energy| i128::from(energy) - mean);
    let squares: i128 = distances().map(|distance| distance * distance).sum();
    let deviation = (squares / (count - 1).max(1)).isqrt().max(1);
    let deviation = if count == 1 { 1 } else { deviation };
    scores.extend(distances().map(|distance| sat_wide(distance * 256 / deviation)));
}
