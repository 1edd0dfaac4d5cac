//! A yield and its answer, a learning step.

use crate::engines::{Original, Ours};
use crate::programs::LEARN;
use ternsig_vm::{Answer, Outcome};

/// Runs a program whose yields the host answers with 128 in H0.
pub(crate) fn answer(reference: &mut Ours) {
    let outcome = reference.0.run_with_host(|_, ctx| {
        ctx.machine_mut().set_hot(0, &[128], ternsig_isa::Shape::vector(1))?;
        Ok(Answer::Done)
    });
    assert_eq!(outcome, Outcome::Halted);
}

/// The same with the original.
pub(crate) fn answer_original(original: &mut Original) {
    original.0.set_pc(0);
    let outcome = original.0.run_with_host(|_, ctx| {
        if let Some(Some(register)) = ctx.hot_regs.get_mut(0) {
            register.data[0] = 128;
        }
        Ok(true)
    });
    assert_eq!(outcome, Ok(()));
}

/// A layer that learns, and its input. A third of its outputs is to rise, a third to fall, a third to stay.
pub(crate) fn learner() -> (Ours, Vec<i32>) {
    let mut reference = Ours::new(LEARN);
    let directions: Vec<i32> = (0..64).map(|i| i % 3 - 1).collect();
    reference.0.machine_mut().set_target(&directions);
    (reference, LEARN.typical_input())
}
