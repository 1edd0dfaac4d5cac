//! An engine with the interpreter beside it: what both leave behind is compared at every boundary.

mod case;
mod follow;
mod report;
mod stretch;

pub(crate) use report::text;

use case::Case;
use follow::Followed;
use report::Report;
use std::any::Any;
use std::path::PathBuf;
use ternsig_vm::{Accelerator, Devices, Entered, Error, ErrorKind, Machine, StepResult};

/// The environment variable that says where cases are saved; without it, in the current directory.
const DIRECTORY: &str = "TERNSIG_CROSSCHECK_DIR";

/// An accelerator that is checked: wherever it stops, the interpreter executes the same instructions on a copy of the
/// machine, and the two machines must be equal. A difference ends the run as an [`ErrorKind::Disagreement`], and a case
/// that shows it again is saved.
///
/// The interpreter uses the same devices, so instructions that change something outside of the machine must be left to it
/// by the accelerator. Those of a [`Jit`](crate::Jit) in [`Mode::Crosscheck`](crate::Mode::Crosscheck) are.
#[derive(Debug)]
pub struct Crosscheck {
    inner: Box<dyn Accelerator>,
    directory: PathBuf,
}

impl Crosscheck {
    /// Checks this accelerator. Cases are saved in the directory that the environment variable `TERNSIG_CROSSCHECK_DIR`
    /// names, or else in the current one.
    #[must_use]
    pub fn new(inner: Box<dyn Accelerator>) -> Crosscheck {
        let directory = std::env::var_os(DIRECTORY).map_or_else(|| PathBuf::from("."), PathBuf::from);
        Crosscheck { inner, directory }
    }

    /// Saves cases in this directory.
    #[must_use]
    pub fn saving_in(self, directory: impl Into<PathBuf>) -> Crosscheck {
        Crosscheck { directory: directory.into(), ..self }
    }

    /// The accelerator that is checked.
    pub(crate) fn inner(&self) -> &dyn Any {
        self.inner.as_ref()
    }

    /// The error that ends the run.
    #[cold]
    fn explain(
        &mut self,
        before: &Machine,
        followed: &Followed,
        spent: u64,
        devices: &mut Devices,
    ) -> Entered {
        let stretches = stretch::last(self.inner.as_mut(), before, spent, devices);
        let report = Report { before, followed, stretches: &stretches };
        let saved = Case { machine: before, report: &report.to_string() }.save_in(&self.directory);
        let message = match saved {
            Ok(path) => format!("{}; the case is saved in {}", report.summary(), path.display()),
            Err(error) => format!("{}; the case cannot be saved: {error}", report.summary()),
        };
        let at = report.instruction();
        let error = Error::new(ErrorKind::Disagreement, message).at(at, before.mnemonic_at(at));
        Entered::Stopped(Box::new(StepResult::Error(error)))
    }
}

impl Accelerator for Crosscheck {
    fn enter(&mut self, machine: &mut Machine, devices: &mut Devices) -> Entered {
        let before = machine.clone();
        let entered = self.inner.enter(machine, devices);
        let followed = Followed::by_interpreter(&before, machine, &entered, devices);
        if followed.difference.is_none() {
            return entered;
        }
        let spent = before.fuel().saturating_sub(machine.fuel());
        self.explain(&before, &followed, spent, devices)
    }
}
