//! What generated machines hold.

use crate::arith::mastery::LEARNING_DOPAMINE;
use crate::machine::Machine;
use crate::machine::cold::ColdRegister;
use std::sync::Arc;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Shape, Signal, Temperature};
use ternsig_program::generate::Entropy;

/// Content without any plan: the program finds what it finds.
pub fn random_content(machine: &mut Machine, entropy: &mut Entropy<'_>) {
    for index in 0..REGISTERS_PER_BANK {
        if let Some(register) = machine.hot_mut(index) {
            register.data_mut().fill_with(|| entropy.value());
        }
        if let Some(register) = machine.cold_mut(index) {
            let any = |entropy: &mut Entropy<'_>| signal(entropy, 255);
            set_signals(register, entropy, any);
            if entropy.one_in(2) {
                heat(register, entropy, |entropy| Temperature::from_code(entropy.byte() % 4));
            }
            register.set_dirty(false);
        }
        machine.set_param(index, entropy.value());
    }
    let buffer: Vec<_> = (0..entropy.below(9)).map(|_| entropy.value()).collect();
    machine.set_input(&buffer);
    machine.set_target(&buffer[buffer.len() / 2..]);
    machine.set_chemical(0, entropy.byte());
    machine.set_babble_scale(entropy.value());
    machine.set_current_error(entropy.value());
}

/// Content as networks meet it, and at the edges of what engines treat alike: the ranges of packed inputs and weights,
/// thresholds of learning, frozen and tempered registers, an input of another length than declared.
pub fn network_content(machine: &mut Machine, entropy: &mut Entropy<'_>) {
    for index in 0..REGISTERS_PER_BANK {
        if let Some(register) = machine.hot_mut(index)
            && !entropy.one_in(3)
        {
            let range = Range::drawn(entropy);
            register.data_mut().fill_with(|| range.value(entropy));
        }
        if let Some(register) = machine.cold_mut(index) {
            let len = register.len();
            fill_weights(register, entropy);
            if entropy.one_in(3) {
                machine.set_pressure(index, Some(pressure(entropy, len)));
            }
        }
    }
    for index in 0..8 {
        machine.set_param(index, if entropy.one_in(4) { entropy.value() } else { entropy.below(9) as i32 });
    }
    let meta = &machine.program().program().meta;
    let (input, target) = (meta.input_dim.unwrap_or(1), meta.output_dim.unwrap_or(1));
    input_buffer(machine, entropy, input);
    let range = Range::drawn(entropy);
    let data: Vec<_> = (0..target).map(|_| range.value(entropy)).collect();
    machine.set_target(&data);
    let edge = LEARNING_DOPAMINE;
    machine.set_chemical(0, entropy.pick(&[128, 128, 255, edge, edge - 1, 0, edge + 64]));
    machine.set_chemical(2, entropy.byte());
    machine.set_babble_scale(i32::from(entropy.byte()));
    machine.set_babble_phase(u64::from(entropy.byte()));
    machine.set_generator(u64::from(entropy.byte()));
    machine.set_current_error(entropy.value());
}

/// Replaces the input buffer; now and then by one of another length than this.
pub(super) fn input_buffer(machine: &mut Machine, entropy: &mut Entropy<'_>, len: usize) {
    let len = match entropy.below(24) {
        0 => entropy.pick(&[0, 1, 2 * len, len.saturating_sub(1)]),
        1 => len + 1,
        _ => len,
    };
    let range = Range::drawn(entropy);
    let data: Vec<_> = (0..len).map(|_| range.value(entropy)).collect();
    machine.set_input(&data);
}

/// A range of activations.
#[derive(Debug, Clone, Copy)]
pub(super) enum Range {
    Zero,
    Byte,
    Small,
    Sparse,
    /// Around these numbers.
    Edge(&'static [i32]),
    Bits(u32),
}

/// Where packed products change their form.
const EDGES: &[&[i32]] = &[
    &[-32768, 32767, -32769, 32768, 0, 1],
    &[-32768, 32767, 0],
    &[-8_388_608, 8_388_607, 8_388_608, -8_388_609],
    &[i32::MIN, i32::MAX, -1, 0],
    &[127, 128, -128, -129, 255, 256],
];

impl Range {
    pub(super) fn drawn(entropy: &mut Entropy<'_>) -> Range {
        match entropy.below(12) {
            0 => Range::Zero,
            1..=3 => Range::Byte,
            4 => Range::Small,
            5 => Range::Sparse,
            6 | 7 => Range::Edge(entropy.pick(EDGES)),
            8 => Range::Bits(32),
            _ => Range::Bits(entropy.pick(&[8, 12, 15, 16, 20, 23, 24])),
        }
    }

    pub(super) fn value(self, entropy: &mut Entropy<'_>) -> i32 {
        match self {
            Range::Zero => 0,
            Range::Byte => i32::from(entropy.byte()),
            Range::Small => i32::from(entropy.byte() % 5) - 2,
            Range::Sparse if entropy.one_in(4) => i32::from(entropy.byte()),
            Range::Sparse => 0,
            Range::Edge(values) => entropy.pick(values),
            Range::Bits(bits) => {
                let raw =
                    i32::from_le_bytes([entropy.byte(), entropy.byte(), entropy.byte(), entropy.byte()]);
                raw >> (32 - bits)
            }
        }
    }
}

fn signal(entropy: &mut Entropy<'_>, most: u8) -> Signal {
    let polarity = entropy.below(3) as i32 - 1;
    Signal::with_sign(polarity, if most == u8::MAX { entropy.byte() } else { entropy.byte() % (most + 1) })
}

fn set_signals(
    register: &mut ColdRegister,
    entropy: &mut Entropy<'_>,
    mut draw: impl FnMut(&mut Entropy<'_>) -> Signal,
) {
    let mut edit = register.edit();
    for index in 0..edit.signals().len() {
        edit.set(index, draw(entropy));
    }
}

fn heat(
    register: &mut ColdRegister,
    entropy: &mut Entropy<'_>,
    mut draw: impl FnMut(&mut Entropy<'_>) -> Temperature,
) {
    for index in 0..register.len() {
        register.set_temperature(index, draw(entropy));
    }
}

/// Weights of one of the packings' kinds, sometimes tempered, counted, with an activation, or frozen by the host.
pub(super) fn fill_weights(register: &mut ColdRegister, entropy: &mut Entropy<'_>) {
    let common = entropy.pick(&[1, 30, 127, 128, 255]);
    match entropy.below(8) {
        // Equal magnitudes, or zero.
        0 | 1 => {
            set_signals(register, entropy, |entropy| Signal::with_sign(entropy.below(3) as i32 - 1, common))
        }
        2 | 3 => set_signals(register, entropy, |entropy| signal(entropy, 127)),
        4 => {
            set_signals(register, entropy, |entropy| Signal::with_sign(entropy.below(2) as i32 * 2 - 1, 255))
        }
        5 => set_signals(register, entropy, |entropy| {
            if entropy.one_in(6) { signal(entropy, 255) } else { Signal::ZERO }
        }),
        _ => set_signals(register, entropy, |entropy| signal(entropy, 255)),
    }
    if entropy.one_in(4) {
        temper(register, entropy);
    }
    if entropy.one_in(10) {
        register.enable_usage();
    }
    if entropy.one_in(4) {
        register.set_activation(entropy.below(6) as u8);
    }
    if entropy.one_in(150) {
        register.set_frozen(true);
    }
    register.set_dirty(entropy.one_in(4));
}

/// A temperature list: all alike, or any.
pub(super) fn temper(register: &mut ColdRegister, entropy: &mut Entropy<'_>) {
    if entropy.one_in(2) {
        register.fill_temperatures(entropy.pick(&Temperature::ALL));
    } else {
        heat(register, entropy, |entropy| entropy.pick(&Temperature::ALL));
    }
}

/// Pressure around the thresholds of the commits that networks use.
fn pressure(entropy: &mut Entropy<'_>, len: usize) -> Vec<i32> {
    const EDGES: &[i32] = &[0, 1, 3, 4, 25, 49, 50, 51, 74, 75, 100, 127, 254, 255, 510, i32::MAX];
    let len = if entropy.one_in(6) { entropy.below(len + 3) } else { len };
    (0..len)
        .map(|_| {
            let edge = entropy.pick(EDGES);
            match entropy.below(4) {
                0 => edge,
                1 => -edge,
                2 => edge.wrapping_neg().wrapping_sub(1),
                _ => i32::from(entropy.byte()) - 128,
            }
        })
        .collect()
}

/// Weights in another shape with the same number of columns, if they have any.
pub(super) fn reshaped(old: &ColdRegister, entropy: &mut Entropy<'_>) -> Arc<ColdRegister> {
    let rows = 1 + entropy.below(20);
    let shape = match old.shape().dims() {
        [_, columns] => Shape::matrix(rows, *columns as usize),
        _ => Shape::vector(rows),
    };
    let mut register = ColdRegister::zeros(shape);
    register.set_key(old.key());
    fill_weights(&mut register, entropy);
    Arc::new(register)
}
