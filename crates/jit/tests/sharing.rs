//! Machines of one program share its code and, where they share weights, what is packed of them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::thread;
use ternsig_isa::Signal;
use ternsig_jit::{Jit, Mode, Options, Totals, code_in_memory, statistics};
use ternsig_vm::Interpreter;

const MACHINES: usize = 1000;

/// An interpreter that shares all its weights with another one.
fn twin(source: &str, of: &mut Interpreter) -> Interpreter {
    let (mut twin, _) = common::interpreter(source);
    for index in 0..64 {
        if let Some(weights) = of.machine_mut().share_cold(index) {
            twin.machine_mut().set_cold(index, weights).unwrap();
        }
    }
    twin
}

fn run_all(machines: &mut [Interpreter], input: &[i32], output: &[i32]) {
    let half = machines.len().div_ceil(2);
    thread::scope(|scope| {
        for machines in machines.chunks_mut(half) {
            scope.spawn(|| {
                for machine in machines {
                    assert_eq!(machine.forward_i32(input).unwrap(), output);
                }
            });
        }
    });
}

// One test, since the machine code in memory is that of the whole process.
#[test]
fn a_thousand_machines_share_one_copy_of_their_code() {
    let (_, source) = common::PROGRAMS[3];
    let (mut reference, len) = common::interpreter(source);
    let input: Vec<i32> = (0..len as i32).map(|x| x * 7 - 90).collect();
    let output = reference.forward_i32(&input).unwrap().to_vec();

    let jit = Jit::new(Options::default()).unwrap();
    assert_eq!((jit.totals(), code_in_memory()), (Totals::default(), 0));
    let mut machines: Vec<Interpreter> = (0..MACHINES).map(|_| twin(source, &mut reference)).collect();
    machines.iter_mut().for_each(|machine| jit.equip(machine, Mode::Jit));
    run_all(&mut machines, &input, &output);

    let all = jit.totals();
    assert!(all.bytes > 0 && all.packs > 0);
    assert_eq!(all, Totals { programs: 1, versions: 1, compiling: 0, ..all });
    assert_eq!(all.bytes, code_in_memory());
    for machine in &machines {
        let own = statistics(machine).unwrap();
        assert_eq!((own.compiled, own.bytes, own.entered), (1, all.bytes, 1));
        assert!(own.fallbacks.is_empty());
    }

    // Who learns has packed weights of its own from then on.
    let weights = machines[0].machine_mut().cold_mut(0).unwrap();
    let other = if weights.signals()[0] == Signal::ZERO { Signal::positive(1) } else { Signal::ZERO };
    weights.edit().set(0, other);
    machines[0].forward_i32(&input).unwrap();
    assert_eq!(jit.totals(), Totals { packs: all.packs + 1, ..all });
    run_all(&mut machines[1..], &input, &output);

    machines.truncate(1);
    assert_eq!((jit.totals().bytes, code_in_memory()), (all.bytes, all.bytes));
    machines.clear();
    assert_eq!((jit.totals(), code_in_memory()), (Totals::default(), 0));
}
