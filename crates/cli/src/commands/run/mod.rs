//! `ternsig run`: programs and manifests.

mod brain;
mod keep;
mod manifest;
mod once;
mod progress;
mod report;
mod state_file;

pub(crate) use state_file::StateFile;

use brain::BrainOptions;
use keep::{NumberedBank, NumberedKey};

use crate::arguments::{Format, Numbers, require_available};
use crate::commands::test::Test;
use crate::files::has_extension;
use crate::problem::{Problem, Status};
use clap::Args;
use std::io::Write;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ternsig_host::Engine;
use ternsig_host::manifest::ManifestFile;

/// Runs a program, the region of a manifest, or a brain.
///
/// A program is a .ternsig, .tvmr or .card file; what it left behind is reported. A .toml file is a manifest.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The program or manifest.
    file: PathBuf,
    /// The engine: interpreter, jit, auto or crosscheck; without it, what the manifest says, or the interpreter.
    #[arg(long)]
    engine: Option<Engine>,
    /// The fuel of one run of a program.
    #[arg(long, value_name = "UNITS")]
    fuel: Option<u64>,
    /// How the report is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// What native code did, too. The report as JSON says it always.
    #[arg(long)]
    stats: bool,
    /// No warnings and no progress, only the report.
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    keep: KeepOptions,
    #[command(flatten)]
    brain: BrainOptions,
    #[command(flatten)]
    program: ProgramOptions,
}

/// What survives the run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for what is kept")]
struct KeepOptions {
    /// The store, which is made if there is none: registers with a key begin with the weights that it has and are saved to it;
    /// operations on weights, checkpoints, transactions, registers and banks are answered from it.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// A key that programs know by this number, 3=words. May be given several times.
    #[arg(long = "key", value_name = "NUMBER=KEY", requires = "store")]
    keys: Vec<NumberedKey>,
    /// The bank that programs reach through this slot, 0=words. It is made, 64 wide, if the store has none of this name. May be
    /// given several times.
    #[arg(long = "bank", value_name = "SLOT=NAME", requires = "store")]
    banks: Vec<NumberedBank>,
    /// Save what changes in banks together, every 100 changes or 10 000 ticks and at each commit; a crash loses what came after.
    #[arg(long, requires = "store")]
    write_back: bool,
}

/// Options that only programs take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for programs")]
struct ProgramOptions {
    /// The input buffer, e.g. 1,-2,3.
    #[arg(long, value_name = "NUMBERS", allow_hyphen_values = true, conflicts_with = "input_file")]
    input: Option<Numbers>,
    /// A file with the input buffer.
    #[arg(long, value_name = "FILE")]
    input_file: Option<PathBuf>,
    /// The target buffer.
    #[arg(long, value_name = "NUMBERS", allow_hyphen_values = true)]
    target: Option<Numbers>,
    /// The machine's state before the first run, as JSON: a state, a line of a conformance file (its `before`, and its
    /// `runs` unless --runs is given), or an earlier report.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// A suspended machine, whose run goes on; a case that the engine crosscheck saved holds one.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["state", "input", "input_file", "target"])]
    resume: Option<PathBuf>,
    /// The program whose machine a program without registers runs on. It is loaded, not run.
    #[arg(long, value_name = "PROGRAM")]
    on: Option<PathBuf>,
    /// How many times to run, with the same input; registers and weights are kept. Stops at a run that fails. [default: 1]
    #[arg(long, value_name = "N")]
    runs: Option<NonZeroU32>,
}

impl ProgramOptions {
    /// Those of these options that were given.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("--input", self.input.is_some()),
            ("--input-file", self.input_file.is_some()),
            ("--target", self.target.is_some()),
            ("--state", self.state.is_some()),
            ("--resume", self.resume.is_some()),
            ("--on", self.on.is_some()),
            ("--runs", self.runs.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(option, _)| option)
    }
}

impl Run {
    /// The program or manifest.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// How long a file has to be quiet before it is looked at after it was saved.
    pub(crate) const fn debounce(&self) -> Duration {
        Duration::from_millis(self.brain.debounce)
    }

    /// The files that it reads, as far as the manifest can be read that names them.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let ProgramOptions { input_file, state, resume, on, .. } = &self.program;
        let named = [Some(&self.file), input_file.as_ref(), state.as_ref(), resume.as_ref(), on.as_ref()];
        let mut files: Vec<PathBuf> = named.into_iter().flatten().cloned().collect();
        match self.is_manifest().then(|| ManifestFile::read(&self.file).ok()).flatten() {
            Some(ManifestFile::Run(manifest)) => files.extend(manifest.files().map(Path::to_owned)),
            Some(ManifestFile::Brain(manifest)) => files.extend(brain::files(&manifest).map(Path::to_owned)),
            None => {}
        }
        files
    }

    /// The same of a program's tests.
    pub(crate) fn tests(&self) -> Result<Test, Problem> {
        let given = [
            ("--store", self.keep.store.is_some()),
            ("--format", self.format == Format::Json),
            ("--stats", self.stats),
        ];
        let given = given.into_iter().filter(|(_, given)| *given).map(|(option, _)| option);
        match given.chain(self.program.given()).find(|option| *option != "--on") {
            Some(option) => Err(Problem::file(&self.file, format_args!("{option} is not for tests"))),
            None => Ok(Test::of(&self.file, self.program.on.as_deref(), self.engine, self.fuel)),
        }
    }

    fn is_manifest(&self) -> bool {
        has_extension(&self.file, "toml")
    }

    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        self.engine.map_or(Ok(()), require_available)?;
        let misplaced =
            |option: &str, what: &str| Err(Problem::file(&self.file, format_args!("{option} is for {what}")));
        if !self.is_manifest() {
            return match self.brain.given() {
                Some(option) => misplaced(option, "brains, not for programs"),
                None => once::run(self, out),
            };
        }
        if let Some(option) = self.program.given().next() {
            return misplaced(option, "programs, not for manifests");
        }
        match (manifest::read(&self.file)?, self.brain.given()) {
            (ManifestFile::Brain(manifest), _) => brain::run(self, manifest, out),
            (ManifestFile::Run(_), Some(option)) => {
                misplaced(option, "brains, and this manifest has no [brain] section")
            }
            (ManifestFile::Run(manifest), None) => manifest::run(self, manifest, out),
        }
    }
}
