//! What is said about a difference.

use super::follow::{Executed, Followed};
use super::stretch::Stretch;
use std::fmt;
use ternsig_isa::operand::unpack;
use ternsig_isa::table;
use ternsig_program::ValidatedProgram;
use ternsig_vm::Machine;

/// A difference with the ways that led to it.
pub(super) struct Report<'a> {
    /// The machine when the accelerator was entered.
    pub(super) before: &'a Machine,
    /// The whole way of the interpreter.
    pub(super) followed: &'a Followed,
    /// The accelerator's way to the first fault; empty if that does not show again.
    pub(super) stretches: &'a [Stretch],
}

impl Report<'_> {
    /// The instruction behind which the machines differ.
    pub(super) fn instruction(&self) -> usize {
        let wrong = self.stretches.last().and_then(|stretch| stretch.trace.last());
        let last = wrong.or_else(|| self.followed.trace.back());
        last.map_or(self.before.pc(), |executed| executed.at)
    }

    /// In one line.
    pub(super) fn summary(&self) -> String {
        let whole = self.followed.difference.as_deref().unwrap_or_default();
        match self.stretches.last() {
            Some(stretch) => {
                let difference = stretch.difference.as_deref().unwrap_or(whole);
                format!("{difference}; native code went from instruction {} to {}", stretch.from, stretch.to)
            }
            None => format!("{whole}; entered anew, native code does not repeat it"),
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = self.before.program();
        let entry = self.before.pc();
        writeln!(f, "Native code and the interpreter disagree.\n")?;
        writeln!(f, "{}\n", self.summary())?;
        let name = &program.program().meta.name;
        if !name.is_empty() {
            writeln!(f, "program      {name}")?;
        }
        writeln!(f, "fingerprint  {:016x}", program.hash())?;
        writeln!(f, "entered at   {entry}, with {} units of fuel", self.before.fuel())?;
        writeln!(f, "to repeat    ternsig run program.tvmr --resume machine.tsnp --engine crosscheck")?;
        let (shown, all) = (self.followed.trace.len(), self.followed.executed);
        writeln!(f, "\nThe interpreter, the last {shown} of {all} instructions since then:\n")?;
        let trace = &self.followed.trace;
        trace.iter().try_for_each(|executed| line(f, program, executed))?;
        writeln!(f, "\nNative code, from one boundary to the next, up to the first fault:")?;
        if self.stretches.is_empty() {
            writeln!(f, "\n    entered anew it does not repeat the fault")?;
        }
        for stretch in self.stretches {
            writeln!(f, "\n    from {} to {}", stretch.from, stretch.to)?;
            stretch.trace.iter().try_for_each(|executed| line(f, program, executed))?;
            match &stretch.difference {
                Some(difference) => writeln!(f, "    wrong: {difference}")?,
                None => writeln!(f, "    right")?,
            }
        }
        Ok(())
    }
}

/// Index, text, and the fuel that was left before.
fn line(f: &mut fmt::Formatter<'_>, program: &ValidatedProgram, executed: &Executed) -> fmt::Result {
    let Executed { at, fuel } = *executed;
    writeln!(f, "    {at:>6}  {:<48} fuel {fuel}", text(program, at))
}

/// An instruction as it is written.
pub(crate) fn text(program: &ValidatedProgram, at: usize) -> String {
    let Some(word) = program.program().instructions.get(at) else { return "(end)".to_owned() };
    let Some(row) = table::row(word.ext, word.opcode) else {
        return format!("ext_{:04X}.{:#06x} {:?}", word.ext, word.opcode, word.operands);
    };
    let mnemonic = ternsig_isa::operand::mnemonic(row);
    match unpack(row, word.operands) {
        Some(operands) => format!("{mnemonic} {operands}").trim_end().to_owned(),
        None => format!("{mnemonic} {:?}", word.operands),
    }
}
