//! The programs that are compiled, and the machines that they are entered with.

use crate::cases::Case;
use std::sync::Arc;
use ternsig_isa::{Bank, InstructionSet, Temperature};
use ternsig_jit::{JitError, Object, ObjectTarget, object};
use ternsig_program::generate::Entropy;
use ternsig_vm::arith::{next_random, random_signals};
use ternsig_vm::generate::{Generated, answer, between_runs, network, random};
use ternsig_vm::{ColdRegister, Interpreter, Limits, Machine, StepResult};

/// Programs of firmware's shapes.
pub(crate) const SHAPES: [(&str, &str); 8] = [
    ("rule_encoder", include_str!("../../../../benches/programs/rule_encoder.ternsig")),
    ("state_encoder", include_str!("../../../../benches/programs/state_encoder.ternsig")),
    ("violation", include_str!("../../../../benches/programs/violation.ternsig")),
    ("classifier", include_str!("../../../../benches/programs/classifier.ternsig")),
    ("compare", include_str!("../../../../benches/programs/compare.ternsig")),
    ("diff", include_str!("../../../../benches/programs/diff.ternsig")),
    ("gate", include_str!("../../../../benches/programs/gate.ternsig")),
    ("merge", include_str!("../../../../benches/programs/merge.ternsig")),
];

/// What no generated program has: rows so long that the heaviest decides how wide inputs may be, and so many weights
/// that the interrupt flag is looked at meanwhile.
const WIDE: &str = "\
.registers
    C0: ternary[19, 700]
    C1: ternary[3, 700]
    C2: ternary[130, 700]
    H0: i32[700]
.program
    load_input H0
    ternary_matmul H1, C0, H0
    ternary_matmul H2, C1, H0
    ternary_matmul H3, C2, H0
    store_output H3
    halt
";

/// Runs of each generated program, and most cases of one.
const ROUNDS: usize = 6;
const CASES: usize = 24;
/// Most steps of a run.
const STEPS: usize = 1_000;
/// Cases of each of firmware's shapes.
const INPUTS: usize = 40;

/// A program as an object, with machines for it.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) object: Object,
    pub(crate) machines: Vec<Machine>,
}

impl Program {
    /// The cases of the object with this number.
    pub(crate) fn cases(&mut self, object: usize) -> impl Iterator<Item = Case> {
        self.machines.drain(..).map(move |machine| Case { object, machine })
    }
}

/// Firmware's shapes, without and with temperatures.
pub(crate) fn shapes(target: ObjectTarget) -> Vec<Program> {
    let mut programs = Vec::new();
    for (name, source) in SHAPES.into_iter().chain([("wide", WIDE)]) {
        for tempered in [false, true] {
            let name = if tempered { format!("{name}_tempered") } else { name.to_owned() };
            let (mut interpreter, len) = interpreter(source, tempered);
            let object = object(interpreter.machine(), target, &name).unwrap();
            let mut state = 7 + u64::from(tempered);
            let mut input = |bits: u32| {
                let numbers = (0..len).map(|_| {
                    state = next_random(state);
                    (state >> 32) as i32 >> (32 - bits)
                });
                numbers.collect::<Vec<i32>>()
            };
            let mut machines = Vec::new();
            for bits in [8, 9, 14, 15, 16, 17, 24, 32].into_iter().cycle().take(INPUTS) {
                interpreter.machine_mut().set_input(&input(bits));
                interpreter.begin_run();
                machines.push(interpreter.machine().clone());
                interpreter.run();
            }
            programs.push(Program { name, object, machines });
        }
    }
    programs
}

fn interpreter(source: &str, tempered: bool) -> (Interpreter, usize) {
    let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    for decl in program.registers.iter().filter(|decl| decl.register.bank() == Bank::Cold) {
        let index = decl.register.index();
        let signals = random_signals(index as u64 + 5).take(decl.shape.elements()).collect();
        let mut register = ColdRegister::new(signals, decl.shape).unwrap();
        if tempered {
            (0..register.len())
                .for_each(|at| register.set_temperature(at, Temperature::from_code((at * 7 % 11) as u8 % 4)));
        }
        interpreter.machine_mut().set_cold(index, Arc::new(register)).unwrap();
    }
    let input = interpreter.machine().hot(0).map_or(0, |register| register.data().len());
    (interpreter, input)
}

/// The generated program of a seed, unless it has no native code.
pub(crate) fn generated(seed: u64, target: ObjectTarget) -> Option<Program> {
    let generate = if seed.is_multiple_of(4) { random } else { network };
    let mut generated = generate(&seed.to_le_bytes(), 60).unwrap();
    // A host in C has the memory that the header asks for.
    let limits = generated.interpreter.machine().limits();
    generated.interpreter.set_limits(Limits {
        register_elements: 1 << 20,
        total_elements: 1 << 24,
        ..limits
    });
    let name = format!("seed_{seed}");
    let object = match object(generated.interpreter.machine(), target, &name) {
        Ok(object) => object,
        Err(JitError::NothingNative) => return None,
        Err(error) => panic!("seed {seed}: {error}"),
    };
    let bytes = seed.to_be_bytes();
    let mut entropy = Entropy::new(&bytes);
    let mut machines = Vec::new();
    for round in 0..ROUNDS {
        let enough = CASES * (round + 1) / ROUNDS;
        collect(&mut generated, &object, &mut entropy, enough, &mut machines);
        let bytes = (seed ^ (round as u64) << 48).to_le_bytes();
        between_runs(generated.interpreter.machine_mut(), &mut Entropy::new(&bytes));
    }
    Some(Program { name, object, machines })
}

/// The machine where a run begins, and some of those where the code could be entered on its way, until there are enough.
fn collect(
    generated: &mut Generated,
    object: &Object,
    entropy: &mut Entropy<'_>,
    enough: usize,
    machines: &mut Vec<Machine>,
) {
    let interpreter = &mut generated.interpreter;
    interpreter.begin_run();
    let full = interpreter.machine().fuel();
    for _ in 0..STEPS {
        let at = interpreter.machine().pc();
        if object.entries.binary_search(&at).is_ok() && !entropy.one_in(3) {
            let mut machine = interpreter.machine().clone();
            machine.set_fuel(if entropy.one_in(8) { entropy.below(200) as u64 } else { full });
            machines.push(machine);
        }
        if machines.len() >= enough {
            return;
        }
        match interpreter.step() {
            StepResult::Continue | StepResult::Break | StepResult::Return => {}
            StepResult::Yield(op) => {
                if answer(&op, interpreter.machine_mut()).is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}
