//! Pressure, recordings and model slots.

use super::debug;
use super::registers::{elements, presence};
use crate::machine::learning::Contrast;
use crate::machine::models::ModelTable;
use ternsig_isa::limits::REGISTERS_PER_BANK;

type Lists<T> = [Option<Vec<T>>];

fn lists<T: PartialEq + std::fmt::Display>(what: &str, one: &Lists<T>, other: &Lists<T>) -> Option<String> {
    one.iter().zip(other).enumerate().find_map(|(index, (a, b))| {
        let name = format_args!("the {what} of C{index}");
        match (a, b) {
            (Some(first), Some(second)) => elements(name, first, second),
            _ => presence(name, a.as_ref(), b.as_ref()),
        }
    })
}

pub(super) fn pressure(
    one: &[Option<Vec<i32>>; REGISTERS_PER_BANK],
    other: &[Option<Vec<i32>>; REGISTERS_PER_BANK],
) -> Option<String> {
    lists("pressure", one, other)
}

pub(super) fn contrast(one: &Contrast, other: &Contrast) -> Option<String> {
    let Contrast { phase, free, clamped } = one;
    debug("the contrastive phase", phase, &other.phase)
        .or_else(|| lists("free recording", free, &other.free))
        .or_else(|| lists("clamped recording", clamped, &other.clamped))
}

pub(super) fn models(one: &ModelTable, other: &ModelTable) -> Option<String> {
    if one == other {
        return None;
    }
    (0..=u8::MAX)
        .find_map(|slot| debug(format_args!("model slot {slot}"), &one.slot(slot), &other.slot(slot)))
}
