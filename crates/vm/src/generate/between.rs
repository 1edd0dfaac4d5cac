//! What a host may do to a machine between two runs.

use super::content::{Range, fill_weights, input_buffer, reshaped, temper};
use crate::machine::Machine;
use std::sync::Arc;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Shape, Signal};
use ternsig_program::generate::Entropy;

/// Changes a machine between two runs in a few of the ways in which a host may: another input, other weights,
/// temperatures, usage counts, shapes, allocations and levels. The same choices change equal machines alike.
pub fn between_runs(machine: &mut Machine, entropy: &mut Entropy<'_>) {
    let len = machine.program().program().meta.input_dim.unwrap_or(1);
    input_buffer(machine, entropy, len);
    for _ in 0..entropy.below(4) {
        change(machine, entropy);
    }
}

fn change(machine: &mut Machine, entropy: &mut Entropy<'_>) {
    match entropy.below(14) {
        0 | 1 => reshape_hot(machine, entropy),
        2 => {
            if let Some(index) = allocated(entropy, |index| machine.hot(index).is_some()) {
                machine.free_hot(index);
            }
        }
        3 => machine.set_chemical(0, entropy.pick(&[0, 75, 76, 128, 255])),
        4 => machine.set_babble_scale(i32::from(entropy.byte())),
        5 => machine.set_param(entropy.below(8), entropy.value()),
        6 => {
            let fuel = if entropy.one_in(3) { entropy.below(500) as u64 } else { 60_000 };
            let limits = crate::machine::Limits { fuel, ..machine.limits() };
            machine.set_limits(limits);
        }
        _ => change_weights(machine, entropy),
    }
}

fn allocated(entropy: &mut Entropy<'_>, is: impl Fn(usize) -> bool) -> Option<usize> {
    let open: Vec<usize> = (0..REGISTERS_PER_BANK).filter(|&index| is(index)).collect();
    if open.is_empty() { None } else { Some(entropy.pick(&open)) }
}

/// The same elements in another shape, or others.
fn reshape_hot(machine: &mut Machine, entropy: &mut Entropy<'_>) {
    let Some(index) = allocated(entropy, |index| machine.hot(index).is_some()) else { return };
    let Some(register) = machine.hot(index) else { return };
    let old = register.data().to_vec();
    if old.len().is_multiple_of(2) && entropy.one_in(2) {
        // What exceeds a limit stays as it was.
        let _ = machine.set_hot(index, &old, Shape::matrix(old.len() / 2, 2));
        return;
    }
    let range = Range::drawn(entropy);
    let data: Vec<_> = (0..entropy.below(40)).map(|_| range.value(entropy)).collect();
    let _ = machine.set_hot(index, &data, Shape::vector(data.len()));
}

fn change_weights(machine: &mut Machine, entropy: &mut Entropy<'_>) {
    let Some(index) = allocated(entropy, |index| machine.cold(index).is_some()) else { return };
    if entropy.one_in(8) {
        let Some(old) = machine.cold(index) else { return };
        let register = reshaped(old, entropy);
        let _ = machine.set_cold(index, register);
        return;
    }
    if entropy.one_in(8) {
        // Shared with another machine: the next change copies it first.
        let shared = machine.share_cold(index);
        let other = entropy.below(REGISTERS_PER_BANK);
        if let Some(shared) = shared.filter(|_| machine.cold(other).is_none()) {
            let _ = machine.set_cold(other, Arc::clone(&shared));
        }
        return;
    }
    if entropy.one_in(6) {
        machine.set_pressure(index, None);
    }
    let Some(register) = machine.cold_mut(index) else { return };
    match entropy.below(7) {
        0 => fill_weights(register, entropy),
        1 => temper(register, entropy),
        2 => {
            // One entry a weight always fits.
            let _ = register.set_temperatures(None);
        }
        3 => register.enable_usage(),
        4 => register.disable_usage(),
        5 => register.set_frozen(!register.is_frozen()),
        _ => {
            let at = entropy.below(register.len().max(1));
            register.edit().set(at, Signal::from_i32(entropy.value()));
        }
    }
}
