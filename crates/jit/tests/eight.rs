//! The eight benchmark programs in both engines.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{PROGRAMS, interpreter};
use ternsig_jit::{Jit, Mode, Options, statistics};
use ternsig_vm::Interpreter;
use ternsig_vm::arith::next_random;

#[test]
fn the_eight_agree() {
    let jit = Jit::new(Options::default()).unwrap();
    for (name, source) in PROGRAMS {
        let (mut reference, len) = interpreter(source);
        let (mut native, _) = interpreter(source);
        jit.equip(&mut native, Mode::Jit);
        let mut state = 1;
        for bits in [8, 9, 15, 16, 17, 24, 32, 8] {
            for _ in 0..20 {
                let input: Vec<i32> = (0..len)
                    .map(|_| {
                        state = next_random(state);
                        (state >> 32) as i32 >> (32 - bits)
                    })
                    .collect();
                let expected = reference.forward_i32(&input).unwrap().to_vec();
                assert_eq!(native.forward_i32(&input).unwrap(), expected, "{name} {bits} {input:?}");
                assert_eq!(native.machine().fuel(), reference.machine().fuel(), "{name}");
                for index in 0..64 {
                    let content =
                        |i: &Interpreter| i.machine().hot(index).map(|h| (h.data().to_vec(), h.shape()));
                    assert_eq!(content(&native), content(&reference), "{name} H{index}");
                }
            }
        }
        eprintln!("{name}: {:?}", statistics(&native));
    }
}
