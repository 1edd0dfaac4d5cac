//! What came of the life of a brain, for people.

use crate::text::Column::{Left, Right};
use crate::text::{Table, field};
use std::io::{self, Write};
use ternsig_host::brain::{BrainReport, Score, SleepReport};

pub(super) fn text(report: &BrainReport, stats: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    let micros = |ns: u64| format!("{:.1} µs", ns as f64 / 1000.0);
    let (p50, p99) = (micros(report.tick_p50_ns), micros(report.tick_p99_ns));
    field("ticks", format!("{}, the last is {}; p50 {p50}, p99 {p99}", report.ticks, report.tick), out)?;
    if !report.phases.is_empty() {
        let phases: Vec<_> =
            report.phases.iter().map(|(name, tick)| format!("{name} (tick {tick})")).collect();
        field("phases", phases.join(", "), out)?;
    }
    field("answers", format!("{}; the last {}", score(report.all), score(report.recent)), out)?;
    field("reloads", report.reloads.to_string(), out)?;
    writeln!(out)?;
    sleeps(report, out)?;
    regions(report, stats, out)?;
    programs(report, out)?;
    banks(report, out)?;
    let columns = [Left("operation"), Right("answered"), Right("in place")];
    let rows = report.answered.iter().map(|(name, count)| {
        let in_place = report.in_place.get(name).copied().unwrap_or_default();
        [(*name).to_owned(), count.to_string(), in_place.to_string()]
    });
    Table::new(columns, rows).write("operations", out)?;
    writeln!(out, "{} refused", report.refused)
}

fn score(Score { right, of }: Score) -> String {
    let score = Score { right, of };
    if of == 0 { "none".to_owned() } else { format!("{right} of {of} right ({:.1} %)", score.percent()) }
}

fn sleeps(report: &BrainReport, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Right("from"), Right("until"), Left("answers before"), Left("answers after")];
    let row = |sleep: &SleepReport| {
        let until = sleep.until.map_or_else(|| "-".to_owned(), |tick| tick.to_string());
        [sleep.from.to_string(), until, score(sleep.before), score(sleep.after)]
    };
    Table::new(columns, report.sleeps.iter().map(row)).write("sleeps", out)?;
    writeln!(out)
}

fn regions(report: &BrainReport, stats: bool, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Right("id"), Left("region"), Right("runs"), Right("failures")];
    let rows = report.regions.iter().map(|region| {
        [region.id.to_string(), region.name.clone(), region.runs.to_string(), region.failures.to_string()]
    });
    Table::new(columns, rows).write("regions", out)?;
    for region in &report.regions {
        if let Some(failure) = &region.last_failure {
            writeln!(out, "{} failed last: {failure}", region.name)?;
        }
        if let Some(operation) = &region.waiting {
            writeln!(out, "{} waits for {operation}", region.name)?;
        }
        if let Some(native) = region.native.as_ref().filter(|_| stats) {
            writeln!(out, "{} native: {native}", region.name)?;
        }
    }
    writeln!(out)
}

fn programs(report: &BrainReport, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Left("program"), Right("runs"), Right("failures")];
    let rows = report
        .programs
        .iter()
        .map(|program| [program.name.clone(), program.runs.to_string(), program.failures.to_string()]);
    Table::new(columns, rows).write("programs between two ticks", out)?;
    for program in &report.programs {
        if let Some(failure) = &program.last_failure {
            writeln!(out, "{} failed last: {failure}", program.name)?;
        }
    }
    writeln!(out)
}

fn banks(report: &BrainReport, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Left("bank"),
        Right("entries"),
        Right("hot"),
        Right("warm"),
        Right("cool"),
        Right("cold"),
        Right("links"),
    ];
    let rows = report.banks.iter().map(|bank| {
        let [hot, warm, cool, cold] = bank.temperatures.map(|count| count.to_string());
        [bank.name.clone(), bank.entries.to_string(), hot, warm, cool, cold, bank.links.to_string()]
    });
    Table::new(columns, rows).write("banks", out)?;
    writeln!(out)
}
