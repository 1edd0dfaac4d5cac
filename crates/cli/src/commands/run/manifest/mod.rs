//! Running the regions of a manifest.

mod report;

use super::Run;
use super::progress::Shown;
use crate::arguments::Format;
use crate::problem::{Problem, Status};
use crate::program::{Program, refused};
use crate::terminal::{colour, complain};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use ternsig_host::curve::CurveError;
use ternsig_host::manifest::{ManifestErrorKind, ManifestFile, ReportEntry};
use ternsig_host::source::SourceErrorKind;
use ternsig_host::{Manifest, ManifestError, RunError, RunReport, curve};
use ternsig_vm::ExtensionRegistry;

/// Runs the manifest and reports what came of it.
pub(super) fn run(command: &Run, manifest: Manifest, out: &mut dyn Write) -> Result<Status, Problem> {
    let manifest = adjusted(command, manifest);
    let registry = Arc::new(ExtensionRegistry::standard());
    let keep = command.keep.open()?;
    let mut progress = Shown::new(command.quiet);
    let report = ternsig_host::run(&manifest, &registry, keep.as_ref(), &mut progress).map_err(failed)?;
    let wanted = manifest.regions.first().map(|region| region.report.clone()).unwrap_or_default();
    // A picture that cannot be written must not keep the report from being seen.
    let drawn = draw(&report, &wanted);
    let curve = drawn.as_ref().ok().copied().flatten();
    match command.format {
        Format::Text => {
            report::text(&report, &wanted, curve, out)?;
            if let Some(path) = &command.keep.store {
                report::kept(&report, path, out)?;
            }
            if command.stats {
                report::native(&report, out)?;
            }
        }
        Format::Json => writeln!(out, "{}", report::json(&report, curve))?,
    }
    drawn.map(|_| Status::Success)
}

/// Reads a manifest of any kind.
pub(super) fn read(path: &Path) -> Result<ManifestFile, Problem> {
    ManifestFile::read(path).map_err(unusable)
}

/// The manifest, with what the arguments change in it.
fn adjusted(command: &Run, mut manifest: Manifest) -> Manifest {
    manifest.run.fuel = command.fuel.or(manifest.run.fuel);
    if let Some(engine) = command.engine {
        manifest.regions.iter_mut().for_each(|region| region.engine = engine);
    }
    manifest
}

fn unusable(error: ManifestError) -> Problem {
    match error.kind {
        ManifestErrorKind::Io(_) => Problem::invocation(error.to_string()),
        _ => Problem::Program(error.render(colour())),
    }
}

/// Draws the curve where it is wanted; the result is the file.
fn draw<'w>(report: &RunReport, wanted: &'w ReportEntry) -> Result<Option<&'w Path>, Problem> {
    let Some(path) = wanted.curve.as_deref() else { return Ok(None) };
    match curve::write(report, path) {
        Ok(()) => Ok(Some(path)),
        Err(CurveError::NoPoints) => {
            complain(format_args!("warning: {}: {}", path.display(), CurveError::NoPoints));
            Ok(None)
        }
        Err(error) => Err(Problem::file(path, error)),
    }
}

/// Why the run ended early, at the place in a program's source where that is known.
fn failed(error: RunError) -> Problem {
    match error {
        RunError::Load(error) => refused(error),
        RunError::Engine(_) => Problem::invocation(error.to_string()),
        RunError::Source(error) => match error.kind {
            SourceErrorKind::Io(_) => Problem::invocation(error.to_string()),
            _ => Problem::Program(format!("error: {error}")),
        },
        RunError::Invalid { ref path, error: ref invalid } => {
            explained(path, &error, |program| Some(program.explain_invalid(invalid)))
        }
        RunError::Program { ref path, ref outcome, .. } => {
            let explained = explained(path, &error, |program| program.explain_outcome(outcome));
            Problem::Program(format!("{explained}\nnote: {error}"))
        }
        error => Problem::Program(error.render(colour())),
    }
}

fn explained(path: &Path, error: &RunError, explain: impl FnOnce(&Program) -> Option<String>) -> Problem {
    let explanation = Program::load_quietly(path).ok().and_then(|program| explain(&program));
    Problem::Program(explanation.unwrap_or_else(|| error.render(colour())))
}
