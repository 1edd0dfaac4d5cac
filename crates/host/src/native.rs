//! What native code did for a machine, for reports.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use ternsig_jit::statistics;
use ternsig_vm::Interpreter;

/// How often something happened at an instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AtInstruction {
    /// The instruction's index.
    pub instruction: usize,
    /// Its mnemonic; empty behind the last one.
    pub mnemonic: String,
    /// How often.
    pub count: u64,
}

/// What native code did for a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NativeReport {
    /// How many versions of the program's code there are, for different shapes.
    pub compiled: usize,
    /// Their machine code in bytes.
    pub bytes: usize,
    /// What compiling them took, in microseconds. Machines that run the same program share the code.
    pub compile_us: u64,
    /// How often native code was entered.
    pub entered: u64,
    /// How often each guard failed.
    pub guards_failed: BTreeMap<&'static str, u64>,
    /// How often the interpreter executed an instruction, for want of native code or because a guard failed.
    pub fallbacks: Vec<AtInstruction>,
    /// How often native code had an instruction executed by the interpreter's own function.
    pub helped: Vec<AtInstruction>,
}

impl NativeReport {
    /// The report of an interpreter; `None` if native code had nothing to do there.
    #[must_use]
    pub fn of(interpreter: &Interpreter) -> Option<NativeReport> {
        let statistics = statistics(interpreter)?;
        let machine = interpreter.machine();
        let named = |counts: BTreeMap<usize, u64>| {
            let named = counts.into_iter().map(|(instruction, count)| {
                let mnemonic = machine.mnemonic_at(instruction);
                AtInstruction { instruction, mnemonic, count }
            });
            named.collect()
        };
        Some(NativeReport {
            compiled: statistics.compiled,
            bytes: statistics.bytes,
            compile_us: statistics.compile_time.as_micros().try_into().unwrap_or(u64::MAX),
            entered: statistics.entered,
            guards_failed: statistics.guards,
            fallbacks: named(statistics.fallbacks),
            helped: named(statistics.helped),
        })
    }
}

impl fmt::Display for NativeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NativeReport { compiled, bytes, compile_us, entered, .. } = self;
        let versions = if *compiled == 1 { "version" } else { "versions" };
        write!(
            f,
            "{compiled} {versions} of {bytes} bytes compiled in {compile_us} µs, entered {entered} times"
        )?;
        let guards = self.guards_failed.iter().filter(|&(_, &count)| count > 0);
        let guards: Vec<_> = guards.map(|(guard, count)| format!("{guard} {count}")).collect();
        for (what, list) in
            [("guards failed", guards), ("left", listed(&self.fallbacks)), ("helped", listed(&self.helped))]
        {
            if !list.is_empty() {
                write!(f, "; {what}: {}", list.join(", "))?;
            }
        }
        Ok(())
    }
}

/// `3 relu 17`: instruction, mnemonic, how often.
fn listed(counts: &[AtInstruction]) -> Vec<String> {
    let name =
        |at: &AtInstruction| if at.mnemonic.is_empty() { "end".to_owned() } else { at.mnemonic.clone() };
    counts.iter().map(|at| format!("{} {} {}", at.instruction, name(at), at.count)).collect()
}
