//! `ternsig explain`: what native code makes of a program.

use crate::problem::{Problem, Status};
use crate::program::Program;
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use ternsig_jit::{Executor, Explanation, JitError, explain};

/// Says who executes each instruction of a program when native code is used, and shows that code.
///
/// The code is made for registers and buffers of the declared shapes.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The program.
    file: PathBuf,
    /// The program whose machine a program without registers runs on.
    #[arg(long, value_name = "PROGRAM")]
    on: Option<PathBuf>,
    /// Show the code generator's input, Cranelift IR.
    #[arg(long)]
    clif: bool,
    /// Show the machine code.
    #[arg(long)]
    asm: bool,
    /// The processor that the code is for, e.g. aarch64-unknown-linux-gnu. [default: this one]
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
}

impl Explain {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let program = Program::load(&self.file)?;
        let base = self.on.as_deref().map(Program::load).transpose()?;
        let interpreter = program.interpreter(base.as_ref(), None)?;
        let explanation = explain(interpreter.machine(), self.target.as_deref()).map_err(refused)?;
        if self.clif {
            write!(out, "{}", explanation.clif)?;
        }
        if self.asm {
            write!(out, "{}", explanation.assembly)?;
        }
        if self.clif || self.asm {
            left(&explanation, out)?;
        } else {
            table(&explanation, out)?;
        }
        Ok(Status::Success)
    }
}

fn refused(error: JitError) -> Problem {
    Problem::invocation(error.to_string())
}

/// Every instruction with its executor.
fn table(explanation: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    let width = explanation.instructions.iter().map(|explained| explained.text.len()).max().unwrap_or(0);
    for (at, explained) in explanation.instructions.iter().enumerate() {
        writeln!(out, "{at:>5}  {:width$}  {}", explained.text, explained.executor)?;
    }
    let count = |is: fn(&Executor) -> bool| {
        explanation.instructions.iter().filter(|explained| is(&explained.executor)).count()
    };
    let native = count(|executor| matches!(executor, Executor::Native(_)));
    let helped = count(|executor| matches!(executor, Executor::Helper));
    let left = count(|executor| matches!(executor, Executor::Interpreter(_)));
    let Explanation { bytes, target, .. } = explanation;
    writeln!(
        out,
        "{native} native, {helped} helped, {left} left to the interpreter; {bytes} bytes for {target}"
    )
}

/// What is left to the interpreter, as comments behind code.
fn left(explanation: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    for (at, explained) in explanation.instructions.iter().enumerate() {
        if matches!(explained.executor, Executor::Helper | Executor::Interpreter(_)) {
            writeln!(out, "; {at} {}: {}", explained.text, explained.executor)?;
        }
    }
    Ok(())
}
