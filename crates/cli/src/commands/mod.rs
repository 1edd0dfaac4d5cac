//! The commands, one file each.

mod asm;
mod bank;
mod check;
mod compile;
mod completions;
mod conform;
mod disasm;
mod explain;
mod fmt;
mod run;
mod spec;
mod store;
mod test;
mod watch;

use crate::problem::{Problem, Status};
use clap::Subcommand;
use std::io::Write;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(run::Run),
    Check(check::Check),
    Asm(asm::Asm),
    Disasm(disasm::Disasm),
    Explain(explain::Explain),
    Compile(compile::Compile),
    Fmt(fmt::Fmt),
    Spec(spec::Spec),
    Test(test::Test),
    Watch(watch::Watch),
    Conform(conform::Conform),
    #[command(subcommand)]
    Store(store::Store),
    #[command(subcommand)]
    Bank(bank::Bank),
    Completions(completions::Completions),
}

impl Command {
    /// Does it. Results go to `out`, everything else to the standard error output.
    pub(crate) fn execute(self, out: &mut dyn Write) -> Result<Status, Problem> {
        match self {
            Command::Run(command) => command.execute(out),
            Command::Check(command) => command.execute(out),
            Command::Asm(command) => command.execute(),
            Command::Disasm(command) => command.execute(out),
            Command::Explain(command) => command.execute(out),
            Command::Compile(command) => command.execute(),
            Command::Fmt(command) => command.execute(out),
            Command::Spec(command) => command.execute(out),
            Command::Test(command) => command.execute(out),
            Command::Watch(command) => command.execute(out),
            Command::Conform(command) => command.execute(out),
            Command::Store(command) => command.execute(out),
            Command::Bank(command) => command.execute(out),
            Command::Completions(command) => command.execute(out),
        }
    }
}
