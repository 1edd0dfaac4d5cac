//! What is compared must do the same.

use crate::engine;
use crate::engines::{Ours, Pair};
use crate::peers::{Plain, Tuned, peer_of};
use crate::programs::Program;

/// Stops with the first input on which an engine or a peer differs from the interpreter.
pub(crate) fn assert_equal(program: &Program) {
    let Pair { mut reference, mut original } = Pair::new(program);
    let (mut native, mut narrow) = (engine::native(program), engine::narrow(program));
    let peers = [peer_of::<Plain>(program), peer_of::<Tuned>(program)];
    for input in &program.inputs() {
        let expected = reference.run(input);
        assert_eq!(original.run(input), expected, "the original of {} on {input:?}", program.name);
        assert_eq!(native.run(input), expected, "native {} on {input:?}", program.name);
        assert_eq!(narrow.run(input), expected, "narrow {} on {input:?}", program.name);
        for peer in &peers {
            assert_eq!(peer.answer(input), expected, "a peer of {} on {input:?}", program.name);
        }
    }
    assert_same_machine(&reference, &native, program.name);
    assert_same_machine(&reference, &narrow, program.name);
}

/// Stops if two machines differ in anything.
pub(crate) fn assert_same_machine(reference: &Ours, native: &Ours, name: &str) {
    let same = reference.0.machine().suspend() == native.0.machine().suspend();
    assert!(same, "after {name}, the native engine has left another machine than the interpreter");
}
