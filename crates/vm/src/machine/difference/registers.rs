//! Registers and lists of elements.

use super::{debug, value};
use crate::machine::cold::ColdRegister;
use crate::machine::hot::HotBank;
use std::fmt::Display;
use std::sync::Arc;
use ternsig_isa::limits::REGISTERS_PER_BANK;

/// The first element that differs, or the lengths.
pub(super) fn elements<T: PartialEq + Display>(what: impl Display, one: &[T], other: &[T]) -> Option<String> {
    if one == other {
        return None;
    }
    match one.iter().zip(other).position(|(a, b)| a != b) {
        Some(at) => value(format_args!("{what}[{at}]"), &one[at], &other[at]),
        None => {
            let (one, other) = (one.len(), other.len());
            Some(format!("{what} has {one} elements in one and {other} in the other"))
        }
    }
}

/// The first that differs of things that have a number for a name.
pub(super) fn numbered<T: PartialEq + Display>(name: &str, one: &[T], other: &[T]) -> Option<String> {
    let at = one.iter().zip(other).position(|(a, b)| a != b)?;
    value(format_args!("{name}{at}"), &one[at], &other[at])
}

/// Something that only one of the two has.
pub(super) fn presence<T>(what: impl Display, one: Option<T>, other: Option<T>) -> Option<String> {
    match (one, other) {
        (Some(_), None) => Some(format!("{what} is there in one and not in the other")),
        (None, Some(_)) => Some(format!("{what} is not there in one and is in the other")),
        _ => None,
    }
}

pub(super) fn hot_bank(one: &HotBank, other: &HotBank) -> Option<String> {
    (0..REGISTERS_PER_BANK).find_map(|index| {
        let (a, b) = (one.get(index), other.get(index));
        let (Some(first), Some(second)) = (a, b) else {
            return presence(format_args!("H{index}"), a, b);
        };
        let shapes = || value(format_args!("the shape of H{index}"), &first.shape, &second.shape);
        elements(format_args!("H{index}"), &first.data, &second.data).or_else(shapes)
    })
}

type ColdBank = [Option<Arc<ColdRegister>>; REGISTERS_PER_BANK];

/// Cold registers or their copies; `name` stands before the index.
pub(super) fn cold_bank(name: &str, one: &ColdBank, other: &ColdBank) -> Option<String> {
    one.iter().zip(other).enumerate().find_map(|(index, (a, b))| match (a, b) {
        (Some(first), Some(second)) if Arc::ptr_eq(first, second) => None,
        (Some(first), Some(second)) => cold(&format!("{name}{index}"), first, second),
        _ => presence(format_args!("{name}{index}"), a.as_ref(), b.as_ref()),
    })
}

fn cold(name: &str, one: &ColdRegister, other: &ColdRegister) -> Option<String> {
    elements(name, one.signals(), other.signals())
        .or_else(|| elements(format_args!("the value of {name}"), one.values(), other.values()))
        .or_else(|| value(format_args!("the shape of {name}"), &one.shape(), &other.shape()))
        .or_else(|| debug(format_args!("the key of {name}"), &one.key(), &other.key()))
        .or_else(|| value(format_args!("whether {name} is frozen"), &one.is_frozen(), &other.is_frozen()))
        .or_else(|| temperatures(name, one, other))
        .or_else(|| value(format_args!("whether {name} is dirty"), &one.is_dirty(), &other.is_dirty()))
        .or_else(|| usage(name, one, other))
        .or_else(|| value(format_args!("the activation of {name}"), &one.activation(), &other.activation()))
}

fn temperatures(name: &str, one: &ColdRegister, other: &ColdRegister) -> Option<String> {
    let what = format!("the temperature list of {name}");
    let (a, b) = (one.temperatures(), other.temperatures());
    let (Some(first), Some(second)) = (a, b) else { return presence(what, a, b) };
    if first == second {
        return None;
    }
    let at = first.iter().zip(second).position(|(a, b)| a != b)?;
    debug(format_args!("the temperature of {name}[{at}]"), &first[at], &second[at])
}

fn usage(name: &str, one: &ColdRegister, other: &ColdRegister) -> Option<String> {
    let (a, b) = (one.usage(), other.usage());
    let (Some(first), Some(second)) = (a, b) else {
        return presence(format_args!("the usage of {name}"), a, b);
    };
    elements(format_args!("the usage of {name}"), &first.counts, &second.counts)
        .or_else(|| value(format_args!("the last use of {name}"), &first.last_tick, &second.last_tick))
}
