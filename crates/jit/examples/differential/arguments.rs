//! The command line.

use std::thread;

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Arguments {
    pub(crate) programs: u64,
    pub(crate) seed: u64,
    pub(crate) threads: usize,
    pub(crate) assert_coverage: bool,
    /// The seed to reduce.
    pub(crate) reduce: Option<u64>,
    /// The words to keep of the program, if not all of them.
    pub(crate) keep: Option<Vec<usize>>,
}

impl Arguments {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Arguments, String> {
        let mut arguments = Arguments {
            programs: 10_000,
            seed: 0,
            threads: thread::available_parallelism().map_or(1, usize::from),
            assert_coverage: false,
            reduce: None,
            keep: None,
        };
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            if word == "--assert-coverage" {
                arguments.assert_coverage = true;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            if word == "--keep" {
                arguments.keep = Some(value.split(',').filter_map(|word| word.parse().ok()).collect());
                continue;
            }
            let number = value.parse::<u64>().map_err(|_| format!("{word} needs a number, not {value}"))?;
            match word.as_str() {
                "--programs" => arguments.programs = number,
                "--seed" => arguments.seed = number,
                "--threads" => arguments.threads = number.max(1) as usize,
                "--reduce" => arguments.reduce = Some(number),
                _ => return Err(format!("{word} is none of {OPTIONS}")),
            }
        }
        Ok(arguments)
    }
}

const OPTIONS: &str = "--programs, --seed, --threads, --assert-coverage, --reduce, --keep";
