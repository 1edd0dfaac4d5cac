//! A case on disk: the program, the machine when the accelerator was entered, and what was found.

use std::io;
use std::path::{Path, PathBuf};
use ternsig_program::binary::{WriteOptions, write};
use ternsig_program::checksum;
use ternsig_vm::Machine;

/// What is saved.
pub(super) struct Case<'a> {
    pub(super) machine: &'a Machine,
    pub(super) report: &'a str,
}

impl Case<'_> {
    /// Saves it in a folder of its own; the same case has the same folder. The result is the folder.
    pub(super) fn save_in(&self, directory: &Path) -> io::Result<PathBuf> {
        let program = self.machine.program().program();
        let program = write(program, WriteOptions::default()).map_err(io::Error::other)?;
        let machine = self.machine.suspend();
        let name = checksum(&program) ^ checksum(&machine).rotate_left(1);
        let folder = directory.join(format!("ternsig-crosscheck-{name:016x}"));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("program.tvmr"), program)?;
        std::fs::write(folder.join("machine.tsnp"), machine)?;
        std::fs::write(folder.join("report.txt"), self.report)?;
        Ok(folder)
    }
}
