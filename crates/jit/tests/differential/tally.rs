//! What many programs executed, and who did.

use crate::trial::{Begin, Trial};
use std::collections::BTreeMap;
use std::fmt;
use ternsig_isa::{operand, table};
use ternsig_jit::{Coverage, Features, Guard, coverage, statistics};
use ternsig_vm::StepResult;
use ternsig_vm::generate::Generated;

/// How often an instruction was written, and executed by whom.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    written: u64,
    native: u64,
    helped: u64,
    interpreted: u64,
}

/// Sums over programs. They do not depend on the order.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    rows: BTreeMap<(u16, u16), Counts>,
    /// Failures of guards.
    guards: BTreeMap<&'static str, u64>,
    /// How the last runs ended, and what the programs were tried with.
    ends: BTreeMap<&'static str, u64>,
    kinds: BTreeMap<&'static str, u64>,
    programs: u64,
}

impl Tally {
    /// Adds a program that was run.
    pub(crate) fn add(&mut self, trial: &Trial, end: &StepResult, native: &Generated) {
        self.programs += 1;
        *self.ends.entry(name(end)).or_default() += 1;
        let kinds = [
            ("in portions of fuel", trial.portion.is_some()),
            ("with devices", native.devices.is_some()),
            ("interrupted at pauses", trial.interrupts.pauses.is_some()),
            ("interrupted by devices", trial.interrupts.calls.is_some() && native.devices.is_some()),
            ("with portable code", trial.features == Features::Portable),
            ("without kernels", trial.features == Features::Narrow),
            ("compiled while they ran", trial.begin != Begin::Compiled),
        ];
        for (kind, _) in kinds.iter().filter(|(_, is)| *is) {
            *self.kinds.entry(kind).or_default() += 1;
        }
        for word in &native.program.instructions {
            self.rows.entry((word.ext, word.opcode)).or_default().written += 1;
        }
        let Some(statistics) = statistics(&native.interpreter) else { return };
        if trial.begin != Begin::Compiled {
            // How much of these is native depends on how fast the compiler was.
            *self.kinds.entry("of these in native code at last").or_default() +=
                u64::from(statistics.entered > 0);
            return;
        }
        let mut add = |counts: &BTreeMap<usize, u64>, field: fn(&mut Counts) -> &mut u64| {
            for (&at, &count) in counts {
                if let Some(word) = native.program.instructions.get(at) {
                    *field(self.rows.entry((word.ext, word.opcode)).or_default()) += count;
                }
            }
        };
        add(&statistics.retired, |counts| &mut counts.native);
        add(&statistics.helped, |counts| &mut counts.helped);
        add(&statistics.fallbacks, |counts| &mut counts.interpreted);
        for (guard, count) in statistics.guards {
            *self.guards.entry(guard).or_default() += count;
        }
    }

    /// Adds those of others.
    #[allow(dead_code, reason = "the test has one thread")]
    pub(crate) fn merge(&mut self, other: Tally) {
        let Tally { rows, guards, ends, kinds, programs } = other;
        for (row, counts) in rows {
            let sum = self.rows.entry(row).or_default();
            sum.written += counts.written;
            sum.native += counts.native;
            sum.helped += counts.helped;
            sum.interpreted += counts.interpreted;
        }
        for (sums, counts) in [(&mut self.guards, guards), (&mut self.ends, ends), (&mut self.kinds, kinds)] {
            counts.into_iter().for_each(|(name, count)| *sums.entry(name).or_default() += count);
        }
        self.programs += programs;
    }

    /// The native instructions that were executed natively less often than `least_native`, and the guards that failed less
    /// often than `least_failed`.
    pub(crate) fn missing(&self, least_native: u64, least_failed: u64) -> Vec<String> {
        let native = coverage().into_iter().filter(|(_, coverage)| *coverage == Coverage::Native);
        let rows = native.filter_map(|(row, _)| {
            let count = self.rows.get(&(row.ext, row.opcode)).map_or(0, |counts| counts.native);
            (count < least_native).then(|| {
                format!("{} was executed natively {count} times, not {least_native}", operand::mnemonic(row))
            })
        });
        let guards = Guard::ALL.iter().filter_map(|guard| {
            let count = self.guards.get(guard.name()).copied().unwrap_or_default();
            let missing = || format!("the guard {} failed {count} times, not {least_failed}", guard.name());
            (count < least_failed).then(missing)
        });
        rows.chain(guards).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let coverage: BTreeMap<_, _> =
            coverage().into_iter().map(|(row, coverage)| ((row.ext, row.opcode), coverage)).collect();
        let titles = ["instruction", "executed by", "written", "native", "helper", "interpreter"];
        let [instruction, by, rest @ ..] = titles;
        write!(f, "{instruction:<34} {by:<11}")?;
        rest.iter().try_for_each(|title| write!(f, " {title:>12}"))?;
        for row in table::rows().filter(|row| !row.is_reserved()) {
            let key = (row.ext, row.opcode);
            let Counts { written, native, helped, interpreted } =
                self.rows.get(&key).copied().unwrap_or_default();
            let by = coverage.get(&key).map_or("", |by| by.name());
            write!(f, "\n{:<34} {by:<11}", operand::mnemonic(row))?;
            [written, native, helped, interpreted].iter().try_for_each(|count| write!(f, " {count:>12}"))?;
        }
        let rows = table::rows().filter(|row| !row.is_reserved()).count();
        writeln!(f, "\n\n{} of {rows} instructions were written", self.rows.len())?;
        for guard in Guard::ALL {
            let count = self.guards.get(guard.name()).copied().unwrap_or_default();
            writeln!(f, "{count:>9} times the guard {} failed", guard.name())?;
        }
        for (kind, count) in &self.kinds {
            writeln!(f, "{count:>9} of {} programs {kind}", self.programs)?;
        }
        for (end, count) in &self.ends {
            writeln!(f, "{count:>9} of {} programs ended: {end}", self.programs)?;
        }
        Ok(())
    }
}

fn name(end: &StepResult) -> &'static str {
    match end {
        StepResult::Halt => "halted",
        StepResult::Ended => "ended",
        StepResult::Error(error) => error.kind().name(),
        StepResult::OutOfFuel => "out of fuel",
        StepResult::Yield(_) => "answer refused",
        _ => "left alone",
    }
}
