//! Devices whose answers are counted.

use super::recorder::Recorder;
use crate::device::Device;
use ternsig_isa::DomainOp;
use ternsig_vm::{Answer, Error, ExecutionContext};

/// A device, or a set of them, with the recorder of the region that it answers. Each answer is a span of `tracing`, at the level
/// of traces.
///
/// What a model asks for while another program executes it is counted, too, and its time is part of that program's operation as well.
#[derive(Debug)]
pub struct Measured<D> {
    device: D,
    recorder: Recorder,
}

impl<D> Measured<D> {
    /// Has a recorder count what a device answers.
    #[must_use]
    pub const fn new(device: D, recorder: Recorder) -> Measured<D> {
        Measured { device, recorder }
    }

    /// The device.
    #[must_use]
    pub const fn device(&self) -> &D {
        &self.device
    }

    /// The device, to be changed between runs.
    pub const fn device_mut(&mut self) -> &mut D {
        &mut self.device
    }

    /// The recorder.
    #[must_use]
    pub const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The recorder, for what else happens to the region.
    pub const fn recorder_mut(&mut self) -> &mut Recorder {
        &mut self.recorder
    }
}

impl<D: Device> Device for Measured<D> {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        self.device.answer_measured(op, ctx, &mut self.recorder)
    }
}
