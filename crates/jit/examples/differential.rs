//! Runs many generated programs in the interpreter and in native code side by side, and counts what was executed.
//!
//! ```text
//! cargo run --release -p ternsig-jit --example differential -- --programs 200000 [--seed 7] [--length 60]
//! ```
//!
//! It ends with an error at the first difference, naming the seed that shows it and the shortest program that still does.
//! A seed that crashes the process is reduced by `--reduce SEED`, which tries each program in a process of its own;
//! `--programs 1 --seed SEED` repeats it.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use ternsig_isa::{Instruction, InstructionSet, operand, table};
use ternsig_jit::{Jit, Mode, Options, statistics};
use ternsig_program::AssembledProgram;
use ternsig_program::generate::{Entropy, reduce};
use ternsig_vm::StepResult;
use ternsig_vm::generate::{Generated, between_runs, lockstep, network, random};

/// What is asked for.
struct Arguments {
    programs: u64,
    seed: u64,
    length: usize,
    /// The seed to reduce.
    reduce: Option<u64>,
    /// The words to keep of the program, if not all of them.
    keep: Option<Vec<usize>>,
}

/// The seed that is being tried, for the message of a crash.
static SEED: AtomicU64 = AtomicU64::new(0);

/// How often an instruction was written, and executed by whom.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    written: u64,
    native: u64,
    helped: u64,
    interpreted: u64,
}

type Table = BTreeMap<(u16, u16), Counts>;

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        eprintln!("seed {}:", SEED.load(Ordering::Relaxed));
        hook(info);
    }));
    match arguments.reduce {
        Some(seed) => reduced(seed, &arguments),
        None => compare_all(&arguments),
    }
}

fn compare_all(arguments: &Arguments) -> ExitCode {
    let begun = Instant::now();
    let (mut table, mut ends) = (Table::new(), BTreeMap::new());
    for number in 0..arguments.programs {
        let seed = arguments.seed.wrapping_add(number);
        SEED.store(seed, Ordering::Relaxed);
        match run(seed, arguments, &mut table) {
            Ok(end) => *ends.entry(end).or_insert(0u64) += 1,
            Err(difference) => {
                eprintln!("seed {seed}: {difference}");
                return if arguments.keep.is_none() { reduced(seed, arguments) } else { ExitCode::FAILURE };
            }
        }
        if (number + 1) % 10_000 == 0 {
            eprintln!("{} programs, {:.0?}", number + 1, begun.elapsed());
        }
    }
    report(&table, &ends, arguments);
    ExitCode::SUCCESS
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments { programs: 10_000, seed: 0, length: 60, reduce: None, keep: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        if word == "--keep" {
            arguments.keep = Some(value.split(',').filter_map(|word| word.parse().ok()).collect());
            continue;
        }
        let number = value.parse::<u64>().map_err(|_| format!("{word} needs a number, not {value}"))?;
        match word.as_str() {
            "--programs" => arguments.programs = number,
            "--seed" => arguments.seed = number,
            "--length" => arguments.length = number as usize,
            "--reduce" => arguments.reduce = Some(number),
            _ => return Err(format!("{word} is none of --programs, --seed, --length, --reduce, --keep")),
        }
    }
    Ok(arguments)
}

/// Shows the shortest program that still fails; each is tried in a process of its own, which may crash.
fn reduced(seed: u64, arguments: &Arguments) -> ExitCode {
    let Ok(generated) = generated(seed, arguments.length) else { return ExitCode::FAILURE };
    let nop = Instruction { ext: 0, opcode: 0, operands: [0xFF, 0xFF, 0, 0] };
    let fails = |program: &AssembledProgram| {
        let kept = program.instructions.iter().enumerate().filter(|&(_, &word)| word != nop);
        let kept: Vec<String> = kept.map(|(index, _)| index.to_string()).collect();
        let Ok(own) = std::env::current_exe() else { return false };
        let child = Command::new(own)
            .args(["--programs", "1", "--seed", &seed.to_string(), "--length", &arguments.length.to_string()])
            .args(["--keep", &kept.join(",")])
            .output();
        child.is_ok_and(|output| !output.status.success())
    };
    let set = InstructionSet::standard();
    let least = reduce(&generated.program, &set, fails);
    println!("{}", ternsig_asm::disassemble(&least, &set));
    ExitCode::FAILURE
}

fn generated(seed: u64, length: usize) -> Result<Generated, String> {
    let generate = if seed.is_multiple_of(4) { random } else { network };
    generate(&seed.to_le_bytes(), length).map_err(|error| error.to_string())
}

/// Three runs of one program; how the last one ended.
fn run(seed: u64, arguments: &Arguments, table: &mut Table) -> Result<&'static str, String> {
    let length = arguments.length;
    let (mut reference, mut native) = (generated(seed, length)?, generated(seed, length)?);
    if let Some(keep) = &arguments.keep {
        for generated in [&mut reference, &mut native] {
            let mut words = generated.program.instructions.clone();
            for index in (0..words.len()).filter(|index| !keep.contains(index)) {
                words[index] = Instruction { ext: 0, opcode: 0, operands: [0xFF, 0xFF, 0, 0] };
            }
            if let Err(error) = generated.replace_instructions(&words) {
                eprintln!("{error}");
                return Ok("not loaded");
            }
        }
    }
    let options = Options { count_retired: true, ..Options::default() };
    let jit = Jit::new(options).map_err(|error| error.to_string())?;
    jit.equip(&mut native.interpreter, Mode::Jit);
    let portion = seed.is_multiple_of(5).then_some(1 + seed % 97);
    let mut end = StepResult::Continue;
    for round in 0..3u8 {
        let found = lockstep(&mut reference, &mut native, portion);
        end = found.map_err(|difference| format!("run {round}, {difference}"))?;
        for generated in [&mut reference, &mut native] {
            between_runs(generated.interpreter.machine_mut(), &mut Entropy::new(&[seed as u8, round]));
        }
    }
    count(&native, table);
    Ok(name(&end))
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

fn count(native: &Generated, table: &mut Table) {
    for word in &native.program.instructions {
        table.entry((word.ext, word.opcode)).or_default().written += 1;
    }
    let Some(statistics) = statistics(&native.interpreter) else { return };
    let mut add = |counts: &BTreeMap<usize, u64>, field: fn(&mut Counts) -> &mut u64| {
        for (&at, &count) in counts {
            if let Some(word) = native.program.instructions.get(at) {
                *field(table.entry((word.ext, word.opcode)).or_default()) += count;
            }
        }
    };
    add(&statistics.retired, |counts| &mut counts.native);
    add(&statistics.helped, |counts| &mut counts.helped);
    add(&statistics.fallbacks, |counts| &mut counts.interpreted);
}

fn report(table: &Table, ends: &BTreeMap<&'static str, u64>, arguments: &Arguments) {
    println!(
        "{:<34} {:>12} {:>12} {:>12} {:>12}",
        "instruction", "written", "native", "helper", "interpreter"
    );
    for row in table::rows().filter(|row| !row.is_reserved()) {
        let Counts { written, native, helped, interpreted } =
            table.get(&(row.ext, row.opcode)).copied().unwrap_or_default();
        let mnemonic = operand::mnemonic(row);
        println!("{mnemonic:<34} {written:>12} {native:>12} {helped:>12} {interpreted:>12}");
    }
    let rows = table::rows().filter(|row| !row.is_reserved()).count();
    println!("\n{} of {rows} instructions were written", table.len());
    for (end, count) in ends {
        println!("{count:>9} of {} ended: {end}", arguments.programs);
    }
}
