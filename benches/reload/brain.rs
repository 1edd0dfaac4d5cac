//! A brain whose programs are edited while it ticks: how long until the new version has run, and what that does to the ticks.

use crate::measure::median;
use crate::{PATIENCE, save, us};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io};
use tempfile::TempDir;
use ternsig_host::brain::{Brain, Mode};
use ternsig_host::manifest::BrainManifest;
use ternsig_host::watch::DEBOUNCE;
use ternsig_vm::ExtensionRegistry;

/// The region that is edited: the one that learns, with the largest weights.
const REGION: (&str, u8) = ("regions/language/region.ternsig", 3);
/// A register that the region does not use. Each version writes its number there when it runs.
const MARK: usize = 60;
/// Ticks before anything is measured: the regions have loaded their models, and what pays is compiled.
const WARM: usize = 300;
/// Ticks without reloads.
const QUIET: usize = 10_000;
/// From a version that has run to the next save.
const PAUSE: Duration = Duration::from_millis(20);

/// The table of both waits.
pub(crate) fn print(saves: usize) -> io::Result<()> {
    println!(
        "{:10} {:>18}   {:30} {:30}",
        "debounce", "median, longest", "ticks without reloads", "ticks with reloads"
    );
    for debounce in [Duration::ZERO, DEBOUNCE] {
        let Measured { reloads, mut quiet, mut edited } = measure(debounce, saves)?;
        quiet.sort_by(f64::total_cmp);
        edited.sort_by(f64::total_cmp);
        let longest = reloads.iter().copied().fold(0.0, f64::max);
        let late = quantile(&quiet, 0.99) + 1000.0;
        println!(
            "{:10} {:>18}   {:30} {:30}",
            format!("{} ms", debounce.as_millis()),
            format!("{:.0}, {longest:.0}", median(reloads)),
            summary(&quiet, late),
            summary(&edited, late),
        );
    }
    println!(
        "(µs; {saves} saves, from before each to the end of the first tick with it; ticks: how many, p50, p99, longest, and how many"
    );
    println!(
        "took 1 ms more than the p99 without reloads; without ticks that wrote to the store, and without sleep)\n"
    );
    Ok(())
}

/// How many, the 50th and the 99th percentile, the longest, and how many took longer than this.
fn summary(sorted: &[f64], late: f64) -> String {
    let [p50, p99, longest] = [0.5, 0.99, 1.0].map(|share| quantile(sorted, share));
    let late = sorted.iter().filter(|took| **took > late).count();
    format!("{}: {p50:.0} {p99:.0} {longest:.0}, {late}", sorted.len())
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted.get((sorted.len().saturating_sub(1) as f64 * share) as usize).copied().unwrap_or_default()
}

/// What was measured, in µs.
struct Measured {
    /// From before the save to the end of the first tick with the new version.
    reloads: Vec<f64>,
    /// Ticks without reloads.
    quiet: Vec<f64>,
    /// Ticks while the program is edited, with what is done between them.
    edited: Vec<f64>,
}

fn measure(debounce: Duration, saves: usize) -> io::Result<Measured> {
    let firmware = copy_of_firmware()?;
    let path = firmware.path().join("brain.toml");
    let manifest = BrainManifest::parse(&fs::read_to_string(&path)?, &path).map_err(io::Error::other)?;
    let registry = Arc::new(ExtensionRegistry::standard());
    let mut brain = Brain::boot(manifest, &registry, Mode::Auto).map_err(io::Error::other)?;
    brain.watch(debounce, &registry).map_err(io::Error::other)?;
    for _ in 0..WARM {
        brain.tick().map_err(io::Error::other)?;
    }
    let mut quiet = Vec::with_capacity(QUIET);
    for _ in 0..QUIET {
        quiet.extend(timed_tick(&mut brain)?);
    }
    let (saved, saves_seen) = channel();
    let (seen, next) = channel();
    let program = firmware.path().join(REGION.0);
    let editor = thread::spawn(move || edit(&program, saves, &saved, &next));
    let (mut reloads, mut edited) = (Vec::with_capacity(saves), Vec::new());
    for version in 1..=saves {
        let (start, ticks) = await_version(&mut brain, version, &saves_seen, &mut edited)?;
        reloads.push(us(ticks.duration_since(start)));
        let _ = seen.send(());
    }
    editor.join().map_err(|_| io::Error::other("the editor stopped"))??;
    Ok(Measured { reloads, quiet, edited })
}

/// Ticks until a version has run; when its save began, and when that tick ended.
fn await_version(
    brain: &mut Brain,
    version: usize,
    saves: &Receiver<Instant>,
    edited: &mut Vec<f64>,
) -> io::Result<(Instant, Instant)> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        edited.extend(timed_tick(brain)?);
        let mark = brain.machine(REGION.1, |machine| machine.hot(MARK).map(|hot| hot.data().to_vec()));
        if mark.flatten().is_some_and(|mark| mark == [version as i32]) {
            let end = Instant::now();
            return Ok((saves.recv().map_err(io::Error::other)?, end));
        }
    }
    Err(io::Error::from(io::ErrorKind::TimedOut))
}

/// A tick and what comes before it, in µs; nothing if it wrote to the store, which takes as long as the disk does, or if the brain
/// rested: then programs do in a tick what they please.
fn timed_tick(brain: &mut Brain) -> io::Result<Option<f64>> {
    let commits = brain.memory().store().commits();
    let start = Instant::now();
    for reload in brain.reload_changed() {
        reload.result.map_err(io::Error::other)?;
    }
    brain.tick().map_err(io::Error::other)?;
    let took = us(start.elapsed());
    Ok((brain.memory().store().commits() == commits && !brain.clock().resting).then_some(took))
}

/// Saves version after version, each when the one before has run.
fn edit(path: &Path, saves: usize, saved: &Sender<Instant>, next: &Receiver<()>) -> io::Result<()> {
    let source = fs::read_to_string(path)?;
    for version in 1..=saves {
        let text = source.replacen(".program\n", &format!(".program\n    set H{MARK}, {version}\n"), 1);
        let start = Instant::now();
        save(path, &text)?;
        let _ = saved.send(start);
        if next.recv().is_err() {
            break;
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

fn copy_of_firmware() -> io::Result<TempDir> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware");
    let to = tempfile::tempdir()?;
    fs::copy(from.join("brain.toml"), to.path().join("brain.toml"))?;
    for folder in ["boot", "digits", "evolve", "regions", "sleep"] {
        copy(&from.join(folder), &to.path().join(folder))?;
    }
    Ok(to)
}

fn copy(from: &Path, to: &PathBuf) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
