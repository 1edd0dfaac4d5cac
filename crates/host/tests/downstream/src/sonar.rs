//! The device `sensor`: an array of sonars.

use ternsig::host::device::no_device;
use ternsig::{Answer, Device, DomainOp, Error, ErrorKind, ExecutionContext, Shape};

/// How far it moves between two pings.
const STRIDE: i32 = 10;

/// Two sonars on a robot that moves ahead.
#[derive(Debug)]
pub struct Sonar {
    distances: [i32; 2],
}

impl Sonar {
    /// Obstacles are this far away, left and right.
    #[must_use]
    pub const fn new(distances: [i32; 2]) -> Sonar {
        Sonar { distances }
    }
}

impl Device for Sonar {
    /// `target` is the register that receives the distances, `output` the number of the array, of which there is one.
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        match *op {
            DomainOp::ComputeError { target, output: 0 } => {
                let register = usize::try_from(target).unwrap_or(usize::MAX);
                ctx.machine_mut().set_hot(register, &self.distances, Shape::vector(2))?;
                self.distances = self.distances.map(|distance| distance - STRIDE);
                Ok(Answer::Done)
            }
            DomainOp::ComputeError { output, .. } => {
                Err(Error::new(ErrorKind::NotFound, format!("there is no sonar array {output}")))
            }
            _ => Err(no_device(op)),
        }
    }
}
