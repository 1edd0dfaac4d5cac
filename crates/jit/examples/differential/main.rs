//! Runs many generated programs in the interpreter and in native code side by side, and counts what was executed.
//!
//! ```text
//! cargo run --release -p ternsig-jit --example differential -- --programs 200000 [--seed 7] [--threads 2]
//! ```
//!
//! It ends with an error at the first difference, naming the seed that shows it and the shortest program that still does;
//! and with `--assert-coverage`, or from 200 000 programs on, if an instruction was executed natively less than 1000 times or
//! a guard failed less than 100 times. What is found and counted does not depend on the number of
//! threads, except how many of the programs that are compiled while they run came to native code.
//!
//! A seed that crashes the process is reduced by `--reduce SEED`, which tries each program in a process of its own;
//! `--programs 1 --seed SEED` repeats it. `TERNSIG_DIFFERENTIAL_TRACE` names each seed before it runs.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program for the terminal")]

mod arguments;
#[path = "../../tests/differential/tally.rs"]
mod tally;
#[path = "../../tests/differential/trial.rs"]
mod trial;

use arguments::Arguments;
use std::cell::Cell;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;
use tally::Tally;
use ternsig_isa::Instruction;
use ternsig_program::AssembledProgram;
use trial::Trial;

/// From so many programs on, each native instruction and each guard has to have come up often enough.
const MANY: u64 = 200_000;
const NATIVE: u64 = 1_000;
const FAILED: u64 = 100;

const NOP: Instruction = Instruction { ext: 0, opcode: 0, operands: [0xFF, 0xFF, 0, 0] };

thread_local! {
    /// The seed that is being tried, for the message of a panic.
    static SEED: Cell<u64> = const { Cell::new(0) };
}

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        eprintln!("seed {}:", SEED.get());
        hook(info);
    }));
    match arguments.reduce {
        Some(seed) => reduced(seed),
        None => compare_all(&arguments),
    }
}

/// What the threads share.
#[derive(Default)]
struct Progress {
    next: AtomicU64,
    /// The least number of a program with a difference.
    first: Mutex<Option<(u64, String)>>,
}

impl Progress {
    fn has_failed_before(&self, number: u64) -> bool {
        self.first.lock().unwrap().as_ref().is_some_and(|(first, _)| *first < number)
    }

    fn failed(&self, number: u64, difference: String) {
        let mut first = self.first.lock().unwrap();
        if first.as_ref().is_none_or(|(first, _)| number < *first) {
            *first = Some((number, difference));
        }
    }
}

fn compare_all(arguments: &Arguments) -> ExitCode {
    let (begun, progress) = (Instant::now(), Progress::default());
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let compare = || compare_some(arguments, &progress, begun);
        let workers: Vec<_> = (0..arguments.threads).map(|_| scope.spawn(compare)).collect();
        workers.into_iter().for_each(|worker| tally.merge(worker.join().unwrap()));
    });
    if let Some((number, difference)) = progress.first.into_inner().unwrap() {
        let seed = arguments.seed.wrapping_add(number);
        eprintln!("seed {seed}: {difference}");
        return if arguments.keep.is_none() { reduced(seed) } else { ExitCode::FAILURE };
    }
    println!("{tally}");
    let elapsed = begun.elapsed();
    let rate = arguments.programs as f64 / elapsed.as_secs_f64();
    println!("{} programs in {elapsed:.1?}, {rate:.0} a second, without a difference", arguments.programs);
    if !arguments.assert_coverage && arguments.programs < MANY {
        return ExitCode::SUCCESS;
    }
    let missing = tally.missing(NATIVE, FAILED);
    missing.iter().for_each(|line| println!("{line}"));
    if missing.is_empty() {
        println!("every native instruction at least {NATIVE} times, every guard at least {FAILED} times");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

/// Takes one program after the other until there is none left, or one before them showed a difference.
fn compare_some(arguments: &Arguments, progress: &Progress, begun: Instant) -> Tally {
    let mut tally = Tally::default();
    loop {
        let number = progress.next.fetch_add(1, Ordering::Relaxed);
        if number >= arguments.programs || progress.has_failed_before(number) {
            return tally;
        }
        if let Err(difference) = compare(arguments, arguments.seed.wrapping_add(number), &mut tally) {
            progress.failed(number, difference);
        }
        if (number + 1).is_multiple_of(10_000) {
            eprintln!("{} programs, {:.0?}", number + 1, begun.elapsed());
        }
    }
}

fn compare(arguments: &Arguments, seed: u64, tally: &mut Tally) -> Result<(), String> {
    if std::env::var_os("TERNSIG_DIFFERENTIAL_TRACE").is_some() {
        eprintln!("{seed}");
    }
    SEED.set(seed);
    let trial = Trial::drawn(seed);
    let kept = arguments.keep.as_ref().map(|keep| {
        let mut words = trial.generated().program.instructions;
        (0..words.len()).filter(|index| !keep.contains(index)).for_each(|index| words[index] = NOP);
        words
    });
    if let Some((end, native)) = trial.run(kept.as_deref())? {
        tally.add(&trial, &end, &native);
    }
    Ok(())
}

/// Shows the shortest program that still fails; each is tried in a process of its own, which may crash.
fn reduced(seed: u64) -> ExitCode {
    let fails = |program: &AssembledProgram| {
        let kept = program.instructions.iter().enumerate().filter(|&(_, &word)| word != NOP);
        let kept: Vec<String> = kept.map(|(index, _)| index.to_string()).collect();
        let Ok(own) = std::env::current_exe() else { return false };
        let child = Command::new(own)
            .args(["--programs", "1", "--seed", &seed.to_string(), "--keep", &kept.join(",")])
            .output();
        child.is_ok_and(|output| !output.status.success())
    };
    let trial = Trial::drawn(seed);
    println!("{trial:?}\n{}", trial.reduced(fails).1);
    ExitCode::FAILURE
}
