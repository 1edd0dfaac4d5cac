//! The mean of an update and a state, weighed by a gate: `(γ·u + (255 − γ)·s) / 255`, rounded toward zero, with the gate γ
//! clamped to 0–255.

use crate::arch;

/// The gated means of so many elements: `(gates, updates, states, means, how many)`. The means may lie where any of the
/// others do.
///
/// # Safety
/// There are so many of each. Where they overlap otherwise than element by element, means are unspecified.
pub type MeanFunction = unsafe extern "C" fn(*const i32, *const i32, *const i32, *mut i32, u64);

/// The gated means for this processor, if it has vectors in which they are worth a call.
#[must_use]
pub fn mean_function() -> Option<MeanFunction> {
    arch::mean_function()
}

/// Fills `means`, as far as there is one of everything.
pub fn gated_means(gates: &[i32], updates: &[i32], states: &[i32], means: &mut [i32]) {
    match mean_function() {
        Some(function) => arch::gated_means(function, [gates, updates, states], means),
        None => portable(gates, updates, states, means),
    }
}

fn portable(gates: &[i32], updates: &[i32], states: &[i32], means: &mut [i32]) {
    for (((mean, &gate), &update), &state) in means.iter_mut().zip(gates).zip(updates).zip(states) {
        let gate = i64::from(gate.clamp(0, 255));
        *mean = ((gate * i64::from(update) + (255 - gate) * i64::from(state)) / 255) as i32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mastery::tests::numbers;

    #[test]
    fn both_forms_agree_at_the_ends_and_between() {
        let mut next = numbers(17);
        let ends =
            [i32::MIN, i32::MIN + 1, -256, -255, -254, -1, 0, 1, 254, 255, 256, i32::MAX - 1, i32::MAX];
        for len in (0..70).chain([255, 1000]) {
            let mut drawn = || -> Vec<i32> {
                let one = |_| {
                    let number = next();
                    if number.is_multiple_of(4) {
                        ends[number as usize / 4 % ends.len()]
                    } else {
                        number.cast_signed() >> (next() % 32)
                    }
                };
                (0..len).map(one).collect()
            };
            let (mut gates, updates, states) = (drawn(), drawn(), drawn());
            gates.iter_mut().step_by(2).for_each(|gate| *gate &= 0xFF);
            let (mut expected, mut found) = (vec![1; len + 3], vec![1; len + 3]);
            portable(&gates, &updates, &states, &mut expected);
            gated_means(&gates, &updates, &states, &mut found);
            assert_eq!(found, expected, "{gates:?} {updates:?} {states:?}");
        }
    }

    #[test]
    fn quotients_of_multiples_are_exact() {
        for gate in 0..256 {
            for quotient in [-8_421_504, -70_000, -3, -1, 0, 1, 2, 65_537, 8_421_504] {
                let updates = [-1, 0, 1].map(|more| quotient * 255 + more);
                let (mut expected, mut found) = ([0; 3], [0; 3]);
                portable(&[gate; 3], &updates, &[quotient * 255; 3], &mut expected);
                gated_means(&[gate; 3], &updates, &[quotient * 255; 3], &mut found);
                assert_eq!(found, expected, "{gate} {quotient}");
            }
        }
    }
}
