//! The compilers and emulators that objects are tried with.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use ternsig_jit::ObjectTarget;

/// Set where the tools for aarch64 have to be there.
const REQUIRED: &str = "TERNSIG_REQUIRE_AARCH64";

/// What makes programs of objects, and what runs them.
#[derive(Debug)]
pub(crate) struct Toolchain {
    compiler: &'static str,
    emulator: Option<&'static str>,
}

impl Toolchain {
    /// The tools for a target, if this machine has them; it says so otherwise.
    pub(crate) fn find(target: ObjectTarget) -> Option<Toolchain> {
        let native = match target {
            ObjectTarget::X86_64Linux => cfg!(all(target_arch = "x86_64", target_os = "linux")),
            ObjectTarget::Aarch64Linux => cfg!(all(target_arch = "aarch64", target_os = "linux")),
        };
        let tools = match target {
            _ if native => Toolchain { compiler: "cc", emulator: None },
            ObjectTarget::X86_64Linux => {
                Toolchain { compiler: "x86_64-linux-gnu-gcc", emulator: Some("qemu-x86_64") }
            }
            ObjectTarget::Aarch64Linux => {
                Toolchain { compiler: "aarch64-linux-gnu-gcc", emulator: Some("qemu-aarch64") }
            }
        };
        let missing = [Some(tools.compiler), tools.emulator].into_iter().flatten().find(|tool| !exists(tool));
        let Some(missing) = missing else { return Some(tools) };
        let message = format!("objects for {target} are not tried: there is no {missing}");
        let required = target == ObjectTarget::Aarch64Linux && std::env::var_os(REQUIRED).is_some();
        assert!(!required, "{message}, although {REQUIRED} is set");
        eprintln!("SKIPPED: {message}");
        None
    }

    /// Makes a program of sources and objects in a folder.
    pub(crate) fn link(&self, folder: &Path, files: &[PathBuf]) -> PathBuf {
        let program = folder.join("program");
        let list = folder.join("files");
        let names: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
        std::fs::write(&list, names).unwrap();
        let mut command = Command::new(self.compiler);
        command.args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-static"]);
        command.arg("-I").arg(folder).arg("-o").arg(&program).arg(format!("@{}", list.display()));
        succeed(&mut command);
        program
    }

    /// Runs a program.
    pub(crate) fn run(&self, program: &Path, arguments: &[&OsStr]) -> Output {
        let mut command = match self.emulator {
            Some(emulator) => {
                let mut command = Command::new(emulator);
                command.arg(program);
                command
            }
            None => Command::new(program),
        };
        succeed(command.args(arguments))
    }
}

fn exists(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{error}", output.status);
    output
}
