//! Whatever a host changes between two runs, or while it answers a yield, native code sees.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use ternsig_isa::{InstructionSet, Shape, Signal, Temperature};
use ternsig_jit::{Jit, Mode, Options};
use ternsig_vm::{Answer, ColdRegister, Interpreter, Limits, Machine};

/// Keeps a sum, answers by two layers, and asks the host between them.
const SOURCE: &str = "
.meta
    name \"changes\"
    input_dim 8

.requires
    neuro

.registers
    C0: ternary[16, 8] key=\"first\"
    C1: ternary[16, 16] key=\"second\"
    H0: i32[8]
    H1: i32[16]
    H2: i32[16]
    H3: i32[1]
    H4: i32[4]

.program
    load_input H0
    ternary_matmul H1, C0, H0
    shift H1, H1, 6
    add H2, H2, H1
    neuro.chem_read H3, 0
    ternary_matmul H1, C1, H2
    load_target H4
    store_output H1
    halt
";

/// What a host does to a machine, by number.
fn change(machine: &mut Machine, number: usize) {
    // Where a limit is in the way, both machines stay as they are.
    let _ = try_to_change(machine, number);
}

fn try_to_change(machine: &mut Machine, number: usize) -> Option<()> {
    match number {
        0 => machine.hot_mut(2)?.data_mut().fill(77),
        1 => machine.set_hot(2, &[5; 12], Shape::vector(12)).ok()?,
        2 => machine.set_hot(2, &vec![-3; 4000], Shape::vector(4000)).ok()?,
        3 => drop(machine.free_hot(2)),
        4 => machine.set_hot(2, &[9; 16], Shape::vector(16)).ok()?,
        5 => machine.cold_mut(0)?.edit().set(3, Signal::from_i32(-200)),
        6 => machine.set_cold(1, Arc::new(weights(&[16, 16], 40))).ok()?,
        7 => machine.set_cold(1, Arc::new(weights(&[12, 16], 90))).ok()?,
        8 => machine.cold_mut(0)?.fill_temperatures(Temperature::Warm),
        9 => machine.cold_mut(0)?.set_temperatures(None).ok()?,
        10 => drop(machine.free_cold(1)),
        11 => machine.clone_cold(0, 1).ok()?,
        12 => machine.set_cold(1, Arc::new(weights(&[16, 16], 7))).ok()?,
        13 => machine.set_limits(Limits { total_elements: 40, ..Limits::default() }),
        14 => machine.set_limits(Limits::default()),
        15 => machine.wire_skip(2, 2, 1).ok()?,
        16 => drop(machine.alloc_hot(Shape::vector(300)).ok()?),
        17 => machine.set_pressure(0, Some(vec![1; 128])),
        18 => machine.init_random(1, 99).ok()?,
        19 => machine.restore(&machine.suspend()).ok()?,
        20 => *machine = machine.clone(),
        21 => machine.set_input(&[1, 2, 3]),
        22 => machine.set_input(&[4; 5000]),
        23 => machine.set_target(&[5; 5000]),
        24 => machine.set_target(&[]),
        _ => machine.set_output(&[6; 5000]),
    }
    Some(())
}

/// The first of those that change the input, the target or the output.
const FIRST_OF_BUFFERS: usize = 21;
/// One more than the last number.
const CHANGES: usize = 26;

fn weights(shape: &[u32], magnitude: i32) -> ColdRegister {
    let shape = Shape::new(shape).unwrap();
    let signals = (0..shape.elements())
        .map(|index| Signal::from_i32(if index % 3 == 0 { magnitude } else { -magnitude }));
    ColdRegister::new(signals.collect(), shape).unwrap()
}

/// The interpreter alone, and with native code.
fn machines() -> [Interpreter; 2] {
    let program = ternsig_asm::assemble(SOURCE, &InstructionSet::standard()).into_result().unwrap();
    let [plain, mut native] = [0; 2].map(|_| {
        let mut interpreter = Interpreter::from_program(&program).unwrap();
        for (index, shape) in [[16, 8], [16, 16]].iter().enumerate() {
            interpreter.machine_mut().set_cold(index, Arc::new(weights(shape, 100))).unwrap();
        }
        interpreter
    });
    Jit::new(Options::default()).unwrap().equip(&mut native, Mode::Jit);
    [plain, native]
}

/// A run in which the host does something when it is asked.
fn run(machine: &mut Interpreter, input: &[i32], answer: impl Fn(&mut Machine)) {
    machine.machine_mut().set_input(input);
    machine.machine_mut().set_target(&input[..4]);
    machine.run_with_host(|_, ctx| {
        answer(ctx.machine_mut());
        Ok(Answer::Done)
    });
}

fn assert_same([plain, native]: &[Interpreter; 2], when: &str) {
    assert_eq!(plain.machine().difference(native.machine()), None, "{when}");
}

#[test]
fn changes_between_runs_are_seen() {
    let mut machines = machines();
    for (round, number) in (0..CHANGES).chain((0..CHANGES).rev()).enumerate() {
        for machine in &mut machines {
            run(machine, &[round as i32; 8], |_| {});
            run(machine, &[3; 8], |_| {});
            change(machine.machine_mut(), number);
            run(machine, &[4; 8], |_| {});
        }
        assert_same(&machines, &format!("round {round}, change {number}"));
    }
}

#[test]
fn changes_while_a_yield_is_answered_are_seen() {
    let mut machines = machines();
    for (round, number) in (0..CHANGES).chain((0..CHANGES).rev()).enumerate() {
        for machine in &mut machines {
            run(machine, &[round as i32; 8], |_| {});
            run(machine, &[4; 8], |machine| change(machine, number));
            run(machine, &[5; 8], |_| {});
        }
        assert_same(&machines, &format!("round {round}, change {number}"));
    }
}

#[test]
fn exchanged_machines_are_seen() {
    let [mut plain, mut native] = machines();
    let [mut other_plain, mut other] = machines();
    for round in 0..6 {
        for machine in [&mut plain, &mut native, &mut other_plain, &mut other] {
            run(machine, &[round; 8], |_| {});
        }
        std::mem::swap(native.machine_mut(), other.machine_mut());
        std::mem::swap(plain.machine_mut(), other_plain.machine_mut());
        for machine in [&mut plain, &mut native] {
            run(machine, &[100 + round; 8], |_| {});
        }
        assert_eq!(plain.machine().difference(native.machine()), None, "round {round}");
        assert_eq!(other_plain.machine().difference(other.machine()), None, "round {round}");
    }
}

/// Stretches that read buffers and need nothing else: they are entered again without a look at anything but the visit.
const BUFFERS: &str = "
.requires
    neuro 0x0005

.registers
    H0: i32[8]
    H1: i32[4]

.program
    load_input H0
    load_target H1
    neuro.field_tick 0
    load_input H0
    load_target H1
    store_output H0
    halt
";

#[test]
fn changes_of_buffers_are_seen() {
    let program = ternsig_asm::assemble(BUFFERS, &InstructionSet::standard()).into_result().unwrap();
    let [plain, mut native] = [0; 2].map(|_| Interpreter::from_program(&program).unwrap());
    Jit::new(Options::default()).unwrap().equip(&mut native, Mode::Jit);
    let mut machines = [plain, native];
    for (round, number) in (FIRST_OF_BUFFERS..CHANGES).cycle().take(40).enumerate() {
        for machine in &mut machines {
            run(machine, &[round as i32; 8], |_| {});
            run(machine, &[4; 8], |_| {});
            run(machine, &[5; 8], |machine| change(machine, number));
            change(machine.machine_mut(), number);
            machine.run_with_host(|_, _| Ok(Answer::Done));
        }
        assert_same(&machines, &format!("round {round}, change {number}"));
    }
    let entered = ternsig_jit::statistics(&machines[1]).unwrap().entered;
    assert!(entered > 200, "native code was entered {entered} times");
}

/// Yields between two stretches that need nothing of each other.
const APART: &str = "
.meta
    name \"apart\"
    input_dim 8

.requires
    neuro

.registers
    C0: ternary[16, 8] key=\"first\"
    H0: i32[8]
    H1: i32[16]

.program
    load_input H0
    ternary_matmul H1, C0, H0
    neuro.field_tick 0
    load_input H0
    ternary_matmul H1, C0, H0
    store_output H1
    halt
";

fn apart() -> [Interpreter; 2] {
    let program = ternsig_asm::assemble(APART, &InstructionSet::standard()).into_result().unwrap();
    let [plain, mut native] = [0; 2].map(|_| {
        let mut interpreter = Interpreter::from_program(&program).unwrap();
        interpreter.machine_mut().set_cold(0, Arc::new(weights(&[16, 8], 100))).unwrap();
        interpreter
    });
    Jit::new(Options::default()).unwrap().equip(&mut native, Mode::Jit);
    [plain, native]
}

#[test]
fn machines_that_are_exchanged_in_a_run_are_seen() {
    let mut pairs = apart();
    let mut others = apart().map(Interpreter::into_machine);
    for round in 0..4 {
        for (interpreter, other) in pairs.iter_mut().zip(&mut others) {
            interpreter.machine_mut().set_input(&[round; 8]);
            drop(interpreter.run_until_yield());
            std::mem::swap(interpreter.machine_mut(), other);
            interpreter.machine_mut().set_input(&[50 + round; 8]);
            drop(interpreter.run_until_yield());
            std::mem::swap(interpreter.machine_mut(), other);
            drop(interpreter.run_until_yield());
        }
        assert_same(&pairs, &format!("round {round}"));
        assert_eq!(others[0].difference(&others[1]), None, "round {round}");
    }
}

#[test]
fn instructions_that_a_host_executes_are_seen() {
    let mut machines = apart();
    for len in [8, 8, 3000, 8, 20_000, 8] {
        for machine in &mut machines {
            let registry = Arc::clone(machine.registry());
            machine.machine_mut().set_input(&[7; 8]);
            machine.run_with_host(|_, ctx| {
                ctx.machine_mut().set_input(&vec![3; len]);
                // load_input H0
                drop(registry.dispatch(0, 0x1007, [0, 0, 0, 0], ctx));
                ctx.machine_mut().set_input(&[9; 8]);
                Ok(Answer::Done)
            });
        }
        assert_same(&machines, &format!("{len} elements"));
    }
}
