//! What a run left behind, for people.

use std::fmt::{Debug, Display};
use std::io::{self, Write};
use ternsig_isa::{Bank, DomainOp, Register, Shape};
use ternsig_vm::{Machine, Outcome};

/// How many elements of a register are shown.
const SHOWN: usize = 16;

/// Writes the outcome, the output and every allocated register.
pub(super) fn text(machine: &Machine, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let used = machine.limits().fuel.saturating_sub(machine.fuel());
    writeln!(out, "outcome  {}", outcome.name())?;
    if let Outcome::Unfulfilled { op, instruction } = outcome {
        operation(op, *instruction, out)?;
    }
    writeln!(out, "fuel     {used}")?;
    writeln!(out, "output   {}", elements(machine.output()))?;
    let registers = lines(machine);
    let width = |column: fn(&Line) -> &str| registers.iter().map(|line| column(line).len()).max();
    let (names, shapes) = (width(|line| &line.name), width(|line| &line.shape));
    for Line { name, shape, values } in &registers {
        let (names, shapes) = (names.unwrap_or_default(), shapes.unwrap_or_default());
        writeln!(out, "{name:names$}  {shape:shapes$}  {values}")?;
    }
    Ok(())
}

fn operation(op: &DomainOp, instruction: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "asks for {} (device \"{}\", instruction {instruction})", op.name(), op.device())?;
    op.fields().iter().try_for_each(|(name, value)| writeln!(out, "    {name} = {value}"))
}

/// A register in the report.
struct Line {
    name: String,
    shape: String,
    values: String,
}

fn lines(machine: &Machine) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut push = |bank: Bank, index: usize, what: &str, shape: Option<Shape>, values: String| {
        let name = format!("{}{what}", Register::new(bank, index as u8));
        lines.push(Line { name, shape: shape.map_or_else(String::new, |shape| shape.to_string()), values });
    };
    for index in 0..64 {
        if let Some(register) = machine.hot(index) {
            push(Bank::Hot, index, "", Some(register.shape()), elements(register.data()));
        }
    }
    for index in 0..64 {
        if let Some(register) = machine.cold(index) {
            // As `Debug` writes it, which shows the magnitude of a polarity 0 too.
            let values = register.signals().iter().map(|signal| format!("{signal:?}"));
            push(Bank::Cold, index, "", Some(register.shape()), shortened(values, register.len()));
        }
        if let Some(pressure) = machine.pressure(index) {
            push(Bank::Cold, index, " pressure", None, elements(pressure));
        }
    }
    lines
}

fn elements<T: Display + Debug>(values: &[T]) -> String {
    if values.is_empty() {
        return "(empty)".to_owned();
    }
    shortened(values.iter().map(T::to_string), values.len())
}

fn shortened(values: impl Iterator<Item = String>, len: usize) -> String {
    let mut text = values.take(SHOWN).collect::<Vec<_>>().join(" ");
    if len > SHOWN {
        text.push_str(&format!(" … ({len} elements)"));
    }
    text
}
