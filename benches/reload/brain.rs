//! A brain that is awake and whose programs are edited while it ticks: how long until the new version has run, and what that does
//! to the ticks.

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
/// Ticks without reloads, for each save.
const QUIET: usize = 100;
/// From a version that has run to the next save.
const PAUSE: Duration = Duration::from_millis(20);

/// The table of both waits.
pub(crate) fn print(saves: usize) -> io::Result<()> {
    println!(
        "{:9} {:>8}   {:24} {:24} {:24}",
        "debounce", "", "ticks without reloads", "ticks between reloads", "ticks with a swap"
    );
    for debounce in [Duration::ZERO, DEBOUNCE] {
        let Measured { reloads, mut quiet, mut between, mut swaps } = measure(debounce, saves)?;
        [&mut quiet, &mut between, &mut swaps].into_iter().for_each(|ticks| ticks.sort_by(f64::total_cmp));
        let late = quantile(&quiet, 0.99) + 1000.0;
        let [quiet, between, swaps] = [quiet, between, swaps].map(|ticks| summary(&ticks, late));
        let debounce = format!("{} ms", debounce.as_millis());
        println!("{debounce:9} {:>8.0}   {quiet:24} {between:24} {swaps:24}", median(reloads));
    }
    println!(
        "(µs; the median of {saves} saves, from before each to the end of the first tick with it; ticks: how many, p50, p99, longest, and"
    );
    println!(
        "how many took 1 ms more than the p99 without reloads; without ticks that wrote to the store)\n"
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
    /// Ticks without a swap while the program is edited.
    between: Vec<f64>,
    /// Ticks with a swap, which is part of the time.
    swaps: Vec<f64>,
}

/// A tick that was measured, in µs.
enum Tick {
    Plain(f64),
    Swap(f64),
    /// It wrote to the store, which takes as long as the disk does.
    Stored,
}

fn measure(debounce: Duration, saves: usize) -> io::Result<Measured> {
    let firmware = copy_of_firmware()?;
    let path = firmware.path().join("brain.toml");
    let mut manifest = BrainManifest::parse(&fs::read_to_string(&path)?, &path).map_err(io::Error::other)?;
    // Most regions do not run while it sleeps.
    manifest.programs.retain(|program| program.name != "fall asleep");
    let registry = Arc::new(ExtensionRegistry::standard());
    let mut brain = Brain::boot(manifest, &registry, Mode::Auto).map_err(io::Error::other)?;
    brain.watch(debounce, &registry).map_err(io::Error::other)?;
    for _ in 0..WARM {
        brain.tick().map_err(io::Error::other)?;
    }
    let mut quiet = Vec::with_capacity(saves * QUIET);
    for _ in 0..saves * QUIET {
        if let Tick::Plain(took) = timed_tick(&mut brain)? {
            quiet.push(took);
        }
    }
    let (saved, saves_seen) = channel();
    let (seen, next) = channel();
    let program = firmware.path().join(REGION.0);
    let editor = thread::spawn(move || edit(&program, saves, &saved, &next));
    let mut measured =
        Measured { reloads: Vec::with_capacity(saves), quiet, between: Vec::new(), swaps: Vec::new() };
    let lived = (1..=saves).try_for_each(|version| {
        let (start, end) = await_version(&mut brain, version, &saves_seen, &mut measured)?;
        measured.reloads.push(us(end.duration_since(start)));
        let _ = seen.send(());
        Ok(())
    });
    drop(seen);
    // If it could not save, nothing was seen.
    editor.join().map_err(|_| io::Error::other("the editor stopped"))??;
    lived.map(|()| measured)
}

/// Ticks until a version has run; when its save began, and when that tick ended.
fn await_version(
    brain: &mut Brain,
    version: usize,
    saves: &Receiver<Instant>,
    measured: &mut Measured,
) -> io::Result<(Instant, Instant)> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        match timed_tick(brain)? {
            Tick::Plain(took) => measured.between.push(took),
            Tick::Swap(took) => measured.swaps.push(took),
            Tick::Stored => {}
        }
        let mark = brain.machine(REGION.1, |machine| machine.hot(MARK).map(|hot| hot.data().to_vec()));
        if mark.flatten().is_some_and(|mark| mark == [version as i32]) {
            let end = Instant::now();
            return Ok((saves.recv().map_err(io::Error::other)?, end));
        }
    }
    Err(io::Error::from(io::ErrorKind::TimedOut))
}

/// A tick and what comes before it.
fn timed_tick(brain: &mut Brain) -> io::Result<Tick> {
    let commits = brain.memory().store().commits();
    let start = Instant::now();
    let reloads = brain.reload_changed();
    brain.tick().map_err(io::Error::other)?;
    let took = us(start.elapsed());
    let has_swapped = !reloads.is_empty();
    for reload in reloads {
        reload.result.map_err(io::Error::other)?;
    }
    Ok(match (brain.memory().store().commits() == commits, has_swapped) {
        (false, _) => Tick::Stored,
        (true, false) => Tick::Plain(took),
        (true, true) => Tick::Swap(took),
    })
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
