//! The brain lives: what it does in each tick, to the digit.
#![allow(clippy::unwrap_used, reason = "tests")]

mod manifest;
mod reload;
mod restart;
mod ticks;

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use ternsig::{Engine, Machine};
use ternsig_downstream::Brain;

/// A copy of the firmware that a test may edit, with room for stores.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        let firmware = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware");
        for entry in fs::read_dir(firmware).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.path(entry.file_name().to_str().unwrap())).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts text in place of other text of a file, as an editor does that never leaves half of one.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        fs::write(self.path("unfinished"), text.replace(from, to)).unwrap();
        fs::rename(self.path("unfinished"), self.path(name)).unwrap();
    }

    fn begin(&self, engine: Engine) -> Brain {
        Brain::begin(self.0.path(), &self.path("brain.store"), engine).unwrap()
    }
}

/// The engines that this processor has.
fn engines() -> impl Iterator<Item = Engine> {
    Engine::ALL.into_iter().filter(|engine| engine.check().is_ok())
}

fn output(machine: &Machine) -> Vec<i32> {
    machine.output().to_vec()
}
