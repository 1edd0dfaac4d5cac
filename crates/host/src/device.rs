//! Devices: what answers the operations that programs yield.

use crate::telemetry::Recorder;
use ternsig_isa::domain_op::DomainOpKind;
use ternsig_isa::{DomainOp, Register, Shape};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Machine};

/// Answers operations. It reads their sources from the machine and writes results into it; it fails before it changes
/// anything.
pub trait Device: Send {
    /// The answer to an operation.
    ///
    /// # Errors
    /// Why it has none; the run then fails.
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error>;

    /// The same, [measured](Recorder::measure) by a region's recorder. A device that runs programs on the way hands the recorder on to
    /// what they ask for.
    ///
    /// # Errors
    /// As for [`answer`](Device::answer).
    fn answer_measured(
        &mut self,
        op: &DomainOp,
        ctx: &mut ExecutionContext<'_>,
        recorder: &mut Recorder,
    ) -> Result<Answer, Error> {
        recorder.measure(op.kind(), |_| self.answer(op, ctx))
    }
}

/// The devices of a machine, each answering the operations that belong to its name.
#[derive(Default)]
pub struct Devices {
    devices: Vec<Box<dyn Device>>,
    /// By kind of operation.
    answering: Vec<Option<usize>>,
}

impl Devices {
    /// No devices.
    #[must_use]
    pub fn new() -> Devices {
        Devices { devices: Vec::new(), answering: vec![None; DomainOpKind::ALL.len()] }
    }

    /// Lets a device answer the operations of this name ([`DomainOp::device`]), in place of the one that did.
    pub fn attach(&mut self, name: &str, device: impl Device + 'static) {
        let kinds = DomainOpKind::ALL.iter().filter(|kind| kind.device() == name);
        self.answering.resize(DomainOpKind::ALL.len(), None);
        for kind in kinds {
            self.answering[*kind as usize] = Some(self.devices.len());
        }
        self.devices.push(Box::new(device));
    }
}

impl Device for Devices {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let device = self.answering.get(op.kind() as usize).copied().flatten();
        match device.and_then(|device| self.devices.get_mut(device)) {
            Some(device) => device.answer(op, ctx),
            None => Err(no_device(op)),
        }
    }
}

/// The error of an operation whose device is not there.
#[must_use]
pub fn no_device(op: &DomainOp) -> Error {
    let message = format!("the host has no device \"{}\", which answers {op}", op.device());
    Error::new(ErrorKind::NoDevice, message)
}

/// The elements of a hot register, at least so many.
pub(crate) fn elements(m: &Machine, register: Register, least: usize) -> Result<&[i32], Error> {
    let error = |why: String| Error::about(ErrorKind::BadRegister, register, format!("{register} {why}"));
    let hot = m.hot(register.index()).ok_or_else(|| error("is not allocated".to_owned()))?;
    let (data, len) = (hot.data(), hot.data().len());
    if len < least {
        return Err(error(format!("has {len} elements, at least {least} are needed")));
    }
    Ok(data)
}

/// Replaces a hot register.
pub(crate) fn put(m: &mut Machine, target: Register, data: &[i32]) -> Result<(), Error> {
    m.set_hot(target.index(), data, Shape::vector(data.len()))
}
