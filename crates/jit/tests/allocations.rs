//! A warmed-up run of native code allocates nothing, and neither does the way in and out.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use allocation_counter::measure;
use std::hint::black_box;
use ternsig_jit::{Features, Jit, Mode, Options, statistics};

#[test]
fn a_warmed_up_forward_pass_allocates_nothing() {
    for features in [Features::Host, Features::Narrow, Features::Portable] {
        let jit = Jit::new(Options { features, ..Options::default() }).unwrap();
        for (name, source) in common::PROGRAMS {
            let (mut interpreter, len) = common::interpreter(source);
            jit.equip(&mut interpreter, Mode::Jit);
            let inputs: Vec<Vec<i32>> = [8, 16, 31]
                .iter()
                .map(|bits| (0..len as i32).map(|x| (x - 3) << (bits - 8)).collect())
                .collect();
            for input in &inputs {
                interpreter.forward_i32(input).unwrap();
            }
            for input in &inputs {
                let made = measure(|| drop(black_box(interpreter.forward_i32(black_box(input)))));
                assert_eq!(made.count_total, 0, "{name}");
            }
            let statistics = statistics(&interpreter).unwrap();
            assert_eq!((statistics.entered, statistics.fallbacks.len()), (6, 0), "{name}");
        }
    }
}

#[test]
fn an_answered_yield_allocates_nothing() {
    let source =
        ".registers\n H0: i32[8]\n.program\n relu H0, H0\n neuro.field_tick 0\n relu H0, H0\n halt\n";
    let (mut interpreter, _) = common::interpreter(source);
    Jit::new(Options::default()).unwrap().equip(&mut interpreter, Mode::Jit);
    let mut run = || {
        let outcome = interpreter.run_with_host(|_, _| Ok(ternsig_vm::Answer::Done));
        assert!(outcome.is_complete(), "{outcome}");
    };
    (0..3).for_each(|_| run());
    assert_eq!(measure(&mut run).count_total, 0);
    assert_eq!(statistics(&interpreter).unwrap().entered, 8);
}

#[test]
fn learning_allocates_nothing() {
    let source = include_str!("../../../benches/programs/learning_loop.ternsig");
    let (mut interpreter, len) = common::interpreter(source);
    Jit::new(Options::default()).unwrap().equip(&mut interpreter, Mode::Jit);
    let input: Vec<i32> = (0..len as i32).map(|x| x * 4).collect();
    interpreter.machine_mut().set_target(&[100; 32]);
    let mut learn = || drop(black_box(interpreter.forward_i32(&input)));
    (0..3).for_each(|_| learn());
    assert_eq!(measure(|| (0..50).for_each(|_| learn())).count_total, 0);
}
