//! Running a brain.

mod report;
mod status;

use super::Run;
use crate::arguments::Format;
use crate::problem::{Problem, Status};
use crate::terminal::complain;
use clap::Args;
use status::StatusLine;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use ternsig_host::brain::{Begun, Brain, BrainError, Mode, Reload};
use ternsig_host::manifest::BrainManifest;
use ternsig_host::telemetry::{LOOPBACK, SpoolOptions};
use ternsig_host::watch::DEBOUNCE;
use ternsig_vm::ExtensionRegistry;

/// Options that only brains take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for brains")]
pub(super) struct BrainOptions {
    /// How many ticks it lives through; until Ctrl-C without it.
    #[arg(long, value_name = "N")]
    pub(super) ticks: Option<u64>,
    /// Run regions one after the other, and do not look at files that are saved meanwhile.
    #[arg(long)]
    pub(super) deterministic: bool,
    /// The seed, in place of the manifest's.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// How long a file has to be quiet before it is looked at after it was saved, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = DEBOUNCE.as_millis() as u64)]
    pub(super) debounce: u64,
    #[arg(
        long,
        value_name = "ADDRESS",
        num_args = 0..=1,
        help = format!("Serve the counts of all regions as text for Prometheus, at {LOOPBACK} unless an address is given")
    )]
    pub(super) metrics: Option<Option<SocketAddr>>,
    /// Log what happens into this file, a line of JSON each, and into a second one when it is full.
    #[arg(long, value_name = "FILE")]
    pub(super) spool: Option<PathBuf>,
}

impl BrainOptions {
    /// Where counts are to be served, if anywhere.
    fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.map(|given| given.unwrap_or(LOOPBACK))
    }

    /// One of these options that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let given = [
            ("--ticks", self.ticks.is_some()),
            ("--deterministic", self.deterministic),
            ("--seed", self.seed.is_some()),
            ("--metrics", self.metrics.is_some()),
            ("--spool", self.spool.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Lets the brain live, and reports what came of it.
pub(super) fn run(
    command: &Run,
    mut manifest: BrainManifest,
    out: &mut dyn Write,
) -> Result<Status, Problem> {
    adjust(command, &mut manifest);
    let options = &command.brain;
    let mode = if options.deterministic { Mode::Sequential } else { Mode::Auto };
    let registry = Arc::new(ExtensionRegistry::standard());
    let (rate, store) = (manifest.brain.rate, manifest.brain.store.clone());
    let mut brain = Brain::boot(manifest, &registry, mode).map_err(failed)?;
    if !options.deterministic {
        let watched = brain.watch(command.debounce(), &registry);
        watched.map_err(|error| Problem::invocation(error.to_string()))?;
    }
    observe(options, &mut brain)?;
    if command.format == Format::Text {
        let begun = match brain.begun() {
            Begun::Anew => format!("begins anew and is kept in {}", store.display()),
            Begun::After(tick) => format!("goes on after tick {tick} from {}", store.display()),
        };
        writeln!(out, "a brain of {} regions {begun}", brain.manifest().regions.len())?;
    }
    // Another handler ends the process, which the store survives.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
    let mut status = StatusLine::new(options.ticks, command.quiet);
    let lived = live(&mut brain, command, rate, &mut status, out);
    status.end();
    let saved = brain.save();
    let report = brain.report();
    match command.format {
        Format::Text => report::text(&report, command.stats, out)?,
        Format::Json => {
            serde_json::to_writer(&mut *out, &report).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    }
    lived?;
    saved.map_err(failed)?;
    Ok(Status::success_if(!report.has_failures()))
}

fn adjust(command: &Run, manifest: &mut BrainManifest) {
    let brain = &mut manifest.brain;
    brain.fuel = command.fuel.or(brain.fuel);
    brain.seed = command.brain.seed.unwrap_or(brain.seed);
    if let Some(store) = &command.keep.store {
        brain.store.clone_from(store);
    }
    if let Some(engine) = command.engine {
        manifest.regions.iter_mut().for_each(|region| region.engine = engine);
    }
}

/// Lets others know what happens.
fn observe(options: &BrainOptions, brain: &mut Brain) -> Result<(), Problem> {
    if let Some(address) = options.metrics_address() {
        let served = brain.serve_metrics(address);
        let address = served.map_err(|error| Problem::invocation(format!("{address}: {error}")))?;
        complain(format_args!("metrics: http://{address}/metrics"));
    }
    if let Some(path) = &options.spool {
        let opened = brain.log_events(&SpoolOptions::new(path));
        opened.map_err(|error| Problem::invocation(error.to_string()))?;
    }
    Ok(())
}

/// Ticks until there have been enough, or Ctrl-C.
fn live(
    brain: &mut Brain,
    command: &Run,
    rate: Option<u32>,
    status: &mut StatusLine,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    let between = rate.map(|rate| Duration::from_secs(1) / rate.max(1));
    let mut next = Instant::now();
    let mut lived = 0;
    // Only phases that it enters from now on are told.
    let mut phase = match brain.begun() {
        Begun::Anew => String::new(),
        Begun::After(_) => brain.phase().to_owned(),
    };
    while command.brain.ticks.is_none_or(|ticks| lived < ticks) && !INTERRUPTED.load(Ordering::Relaxed) {
        brain.reload_changed().iter().for_each(tell);
        brain.tick().map_err(failed)?;
        lived += 1;
        if phase != brain.phase() && command.format == Format::Text {
            phase = brain.phase().to_owned();
            status.suspend(|| writeln!(out, "tick {}: phase {phase}", brain.clock().tick))?;
        }
        status.show(brain);
        if let Some(between) = between {
            next += between;
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    }
    Ok(())
}

fn tell(reload: &Reload) {
    let path = reload.path.display();
    match &reload.result {
        Ok(swapped) => {
            let took = reload.took.as_secs_f64() * 1000.0;
            complain(format_args!("{path}: reloaded in {} ({took:.1} ms)", swapped.parts.join(", ")));
            for (part, dropped) in &swapped.dropped {
                let key = dropped.key.as_deref().map_or_else(String::new, |key| format!(" (key \"{key}\")"));
                complain(format_args!("note: {part}: {}{key} lost its weights", dropped.register));
            }
        }
        Err(error) => complain(format_args!("{path}: the old program stays: {error}")),
    }
}

fn failed(error: BrainError) -> Problem {
    match error {
        BrainError::Store(_) => Problem::invocation(error.to_string()),
        _ => Problem::Program(format!("error: {error}")),
    }
}

/// The files of the programs of a brain.
pub(super) fn files(manifest: &BrainManifest) -> impl Iterator<Item = &Path> {
    let regions = manifest.regions.iter();
    let programs = regions.flat_map(|region| region.models.values().chain([&region.program]));
    programs.chain(manifest.programs.iter().map(|program| &program.program)).map(|path| path.as_path())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        brain: BrainOptions,
    }

    #[test]
    fn metrics_are_served_on_loopback_unless_an_address_is_given() {
        let address = |arguments: &[&str]| {
            let arguments = ["run"].iter().chain(arguments);
            Command::try_parse_from(arguments).map(|command| command.brain.metrics_address())
        };
        assert_eq!(address(&[]).unwrap(), None);
        assert_eq!(address(&["--metrics"]).unwrap(), Some(LOOPBACK));
        assert_eq!(address(&["--metrics", "--ticks", "3"]).unwrap(), Some(LOOPBACK));
        let any = SocketAddr::from(([0, 0, 0, 0], 9000));
        assert_eq!(address(&["--metrics", "0.0.0.0:9000"]).unwrap(), Some(any));
        assert!(address(&["--metrics", "nowhere"]).is_err());
    }
}
