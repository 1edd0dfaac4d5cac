//! What came of the run of a manifest.

use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;
use ternsig_host::RunReport;
use ternsig_host::manifest::ReportEntry;
use ternsig_host::run::{Score, SeedReport};

/// Writes what the manifest wants to be told, and where the curve is, for people.
pub(super) fn text(
    report: &RunReport,
    wanted: &ReportEntry,
    curve: Option<&Path>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let RunReport { region, training, holdout, .. } = report;
    let epochs = report.seeds.first().map_or(0, |seed| seed.epochs.len());
    let rounds = if epochs == 1 { "one epoch".to_owned() } else { format!("each of {epochs} epochs") };
    writeln!(out, "region {region}: {training} samples learned in {rounds}, {holdout} held out")?;
    // Without held-out samples there is nothing to tell about them.
    let is_tested = *holdout > 0;
    if wanted.accuracy && is_tested {
        accuracy(report, out)?;
    }
    if wanted.confusion && is_tested {
        writeln!(out, "\nheld-out samples of all seeds, a row for each class, a column for each answer:\n")?;
        write!(out, "{}", report.confusion().table(&report.classes))?;
    }
    writeln!(out, "\n{:.0} samples learned per second", report.samples_per_second())?;
    match curve {
        Some(path) => writeln!(out, "accuracy curve: {}", path.display()),
        None => Ok(()),
    }
}

/// Writes which seeds began with the weights of an earlier run.
pub(super) fn kept(report: &RunReport, store: &Path, out: &mut dyn Write) -> io::Result<()> {
    let store = store.display();
    for SeedReport { seed, loaded, .. } in &report.seeds {
        match loaded.unwrap_or_default() {
            0 => writeln!(out, "seed {seed} began anew and is kept in {store}")?,
            loaded => writeln!(out, "seed {seed} began with the weights of {loaded} registers from {store}")?,
        }
    }
    Ok(())
}

/// Writes what native code did.
pub(super) fn native(report: &RunReport, out: &mut dyn Write) -> io::Result<()> {
    for seed in &report.seeds {
        for (part, native) in [("learning", &seed.native), ("held-out samples", &seed.native_holdout)] {
            if let Some(native) = native {
                writeln!(out, "native code, seed {}, {part}: {native}", seed.seed)?;
            }
        }
    }
    Ok(())
}

fn accuracy(report: &RunReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\naccuracy on held-out samples:\n")?;
    for seed in &report.seeds {
        writeln!(out, "    {:<9}{}", format!("seed {}", seed.seed), seed.confusion.score())?;
    }
    for (name, accuracy) in [("mean", report.mean()), ("minimum", report.minimum())] {
        if let Some(accuracy) = accuracy {
            writeln!(out, "    {name:<9}{:.2} %", accuracy * 100.0)?;
        }
    }
    Ok(())
}

/// All of it, for other programs.
pub(super) fn json(report: &RunReport, curve: Option<&Path>) -> Value {
    let confusion = report.confusion();
    json!({
        "region": report.region,
        "engine": report.engine.name(),
        "classes": report.classes,
        "training": report.training,
        "holdout": report.holdout,
        "mean": report.mean(),
        "minimum": report.minimum(),
        "samples_per_second": report.samples_per_second(),
        "confusion": (0..confusion.classes()).map(|class| confusion.row(class)).collect::<Vec<_>>(),
        "curve": curve.map(Path::to_string_lossy),
        "seeds": report.seeds.iter().map(seed).collect::<Vec<_>>(),
    })
}

fn seed(report: &SeedReport) -> Value {
    let scored =
        |learned: u64, Score { right, of }: Score| json!({ "learned": learned, "right": right, "of": of });
    json!({
        "seed": report.seed,
        "loaded": report.loaded,
        "accuracy": report.accuracy(),
        "learned": report.learned,
        "seconds": report.elapsed.as_secs_f64(),
        "epochs": report.epochs.iter().map(|epoch| scored(epoch.learned, epoch.holdout)).collect::<Vec<_>>(),
        "native": { "learning": report.native, "holdout": report.native_holdout },
        "online": report.online.iter().map(|point| scored(point.learned, point.recent)).collect::<Vec<_>>(),
    })
}
