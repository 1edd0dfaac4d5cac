//! `ternsig watch`: running again whatever is saved.

use super::run::Run;
use super::test::{is_test, state_beside};
use crate::problem::{Problem, Status};
use crate::program::Program;
use crate::terminal::complain;
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process;
use ternsig_host::watch::{FileWatch, WatchError};

/// Runs a program or a manifest, and again whenever a file that it reads is saved, until Ctrl-C.
///
/// A program that requires the test extension is run as `ternsig test` does, anything else as `ternsig run` does. Errors
/// are shown, and the next save tries again. Exit status 0, unless there is nothing to watch.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    #[command(flatten)]
    run: Run,
}

/// What is watched now.
struct Watched {
    files: Vec<PathBuf>,
    watch: FileWatch,
}

impl Watch {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        // Whatever runs at that time is not worth being waited for, and stores survive it.
        let ended = ctrlc::set_handler(|| process::exit(0));
        ended.map_err(|error| Problem::invocation(format!("Ctrl-C cannot be waited for: {error}")))?;
        let mut watched = self.watch()?;
        loop {
            self.keep_up(&mut watched);
            match self.execute_once(out) {
                Ok(_) => {}
                Err(Problem::Closed) => return Ok(Status::Success),
                Err(problem) => complain(problem),
            }
            let Some(changed) = watched.watch.wait(None) else { return Ok(Status::Success) };
            writeln!(out, "\n{} has changed", changed.path.display())?;
        }
    }

    /// Runs or tests what the file holds now.
    fn execute_once(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        match Program::load_quietly(self.run.file()) {
            Ok(program) if is_test(&program) => self.run.tests()?.execute(out),
            _ => self.run.execute(out),
        }
    }

    /// Watches every file that is read now.
    fn watch(&self) -> Result<Watched, Problem> {
        let files = self.files();
        let watch = self.watch_files(&files);
        Ok(Watched { watch: watch.map_err(|error| Problem::invocation(error.to_string()))?, files })
    }

    /// Other files may be read than before. It is watched before they are, so that no save is missed.
    fn keep_up(&self, watched: &mut Watched) {
        let files = self.files();
        if files == watched.files {
            return;
        }
        match self.watch_files(&files) {
            Ok(watch) => *watched = Watched { files, watch },
            // The old ones are still watched, and the manifest that is to be mended is among them.
            Err(error) => complain(format_args!("warning: {error}")),
        }
    }

    fn watch_files(&self, files: &[PathBuf]) -> Result<FileWatch, WatchError> {
        FileWatch::files(files, self.run.debounce())
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files = self.run.files();
        files.push(state_beside(Path::new(self.run.file())));
        files
    }
}
