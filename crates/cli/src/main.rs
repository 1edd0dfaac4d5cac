//! The `ternsig` command.
#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod files;
mod problem;
mod program;
mod progress;
mod stored;
mod terminal;
mod text;

use clap::Parser;
use commands::Command;
use problem::Problem;
use std::io;
use std::process::ExitCode;

const EXIT_STATUS: &str = "\
Exit status: 0 success; 1 a program, a manifest, a data set, a store or an export is at fault; 2 the arguments are, or a \
file cannot be read or written.";

/// Assembles, checks and runs small ternary neural programs.
#[derive(Debug, Parser)]
#[command(name = "ternsig", version, max_term_width = 100)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Ternsig {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let ternsig = Ternsig::parse();
    match ternsig.command.execute(&mut io::stdout().lock()) {
        Ok(status) => status.into(),
        Err(Problem::Closed) => ExitCode::SUCCESS,
        Err(problem) => {
            terminal::complain(&problem);
            problem.exit_code()
        }
    }
}
