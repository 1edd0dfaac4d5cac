//! How long it takes until native code runs.

use crate::engine::compiler;
use crate::engines::Ours;
use crate::measure::median;
use crate::programs::{EIGHT, Program};
use std::hint::black_box;
use std::time::Instant;
use ternsig_jit::{Mode, statistics};
use ternsig_vm::Interpreter;

/// How often each is measured.
const ROUNDS: usize = 51;

/// Measures and prints µs.
pub(crate) fn print() {
    println!("{:47} {:>11} {:>8}", "until the first run is over, µs", "interpreter", "native");
    ["rule_encoder", "state_encoder", "classifier"].map(named).into_iter().for_each(print_program);
    println!("(a new compiler for each; to make one takes {:.1} µs)\n", time(|| (), |()| drop(compiler())));
}

fn named(name: &str) -> &'static Program {
    let program = EIGHT.iter().find(|program| program.name == name);
    program.unwrap_or_else(|| panic!("there is no {name}"))
}

fn print_program(program: &Program) {
    let line = |what: &str, interpreter: f64, native: f64| {
        println!("{:14} {what:32} {interpreter:>11.1} {native:>8.1}", program.name);
    };
    let input = program.typical_input();
    let first = |machine: &mut Ours| {
        black_box(machine.run(&input));
    };
    let interpreter = time(|| Ours::new(program), |mut machine| first(&mut machine));
    let native = time(
        || (Ours::new(program), compiler()),
        |(mut machine, compiler)| {
            compiler.equip(&mut machine.0, Mode::Jit);
            first(&mut machine);
        },
    );
    line("from the loaded program", interpreter, native);
    let interpreter = time(|| (), |()| first(&mut Ours(load(program))));
    let native = time(compiler, |compiler| {
        let mut machine = Ours(load(program));
        compiler.equip(&mut machine.0, Mode::Jit);
        first(&mut machine);
    });
    line("from the text", interpreter, native);
    print_code(program, first);
}

/// What the compiler itself says.
fn print_code(program: &Program, first: impl Fn(&mut Ours)) {
    let mut machine = Ours::new(program);
    compiler().equip(&mut machine.0, Mode::Jit);
    first(&mut machine);
    if let Some(statistics) = statistics(&machine.0) {
        let (time, bytes) = (statistics.compile_time.as_nanos() as f64 / 1000.0, statistics.bytes);
        let what = format!("compiled, {bytes} bytes of code");
        println!("{:14} {what:32} {:>11} {time:>8.1}", program.name, "");
    }
}

/// Parses, assembles, validates and loads a program, whose weights are all 0 then.
fn load(program: &Program) -> Interpreter {
    Interpreter::from_program(&program.assemble()).unwrap_or_else(|error| panic!("{error}"))
}

/// The median in µs. What `prepare` does is not measured.
fn time<T>(prepare: impl Fn() -> T, run: impl Fn(T)) -> f64 {
    let once = || {
        let prepared = prepare();
        let start = Instant::now();
        run(prepared);
        start.elapsed().as_nanos() as f64 / 1000.0
    };
    median((0..ROUNDS).map(|_| once()).collect())
}
