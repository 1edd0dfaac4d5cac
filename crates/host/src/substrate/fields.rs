//! Fields: integers in slices of equal width, one slice for each region.

use std::fmt;
use ternsig_isa::limits::MAX_ELEMENTS;

/// A field.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    width: usize,
    slices: usize,
    data: Vec<i32>,
    retention: u8,
    age: u64,
}

/// Why a field cannot be created or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldError {
    /// There is no field with this id.
    NoField(u8),
    /// The field has fewer slices.
    NoSlice(usize),
    /// A slice holds another number of elements.
    Width {
        /// How many it holds.
        width: usize,
        /// How many were given.
        given: usize,
    },
    /// The field would hold more elements than a register can.
    TooLarge {
        /// Its slices.
        slices: usize,
        /// The elements of each.
        width: usize,
    },
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldError::NoField(id) => write!(f, "there is no field {id}"),
            FieldError::NoSlice(slice) => write!(f, "the field has no slice {slice}"),
            FieldError::Width { width, given } => {
                write!(f, "a slice of the field holds {width} elements, {given} were given")
            }
            FieldError::TooLarge { slices, width } => {
                write!(f, "{slices} slices of {width} elements exceed the limit of {MAX_ELEMENTS} elements")
            }
        }
    }
}

impl std::error::Error for FieldError {}

impl Clone for Field {
    fn clone(&self) -> Field {
        Field { data: self.data.clone(), ..*self }
    }

    /// Copies into the memory that is there: branches are brought up to date each round.
    fn clone_from(&mut self, other: &Field) {
        let mut data = std::mem::take(&mut self.data);
        data.clone_from(&other.data);
        *self = Field { data, ..*other };
    }
}

impl Field {
    /// A field of zeros that keeps everything when it ages.
    ///
    /// # Errors
    /// It would hold more elements than a register can.
    pub fn new(slices: usize, width: usize) -> Result<Field, FieldError> {
        let elements = slices.checked_mul(width).filter(|&elements| elements <= MAX_ELEMENTS);
        let elements = elements.ok_or(FieldError::TooLarge { slices, width })?;
        Ok(Field { width, slices, data: vec![0; elements], retention: u8::MAX, age: 0 })
    }

    /// A field as it was; `None` if there are not as many elements as its slices hold.
    pub(super) fn restored(
        (slices, width): (usize, usize),
        data: Vec<i32>,
        retention: u8,
        age: u64,
    ) -> Option<Field> {
        let fits = slices.checked_mul(width) == Some(data.len()) && data.len() <= MAX_ELEMENTS;
        fits.then_some(Field { width, slices, data, retention, age })
    }

    /// How many slices there are.
    #[must_use]
    pub const fn slices(&self) -> usize {
        self.slices
    }

    /// How many elements a slice has.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// All elements, slice by slice.
    #[must_use]
    pub fn data(&self) -> &[i32] {
        &self.data
    }

    /// What aging by a tick leaves of each element, in 255ths.
    #[must_use]
    pub const fn retention(&self) -> u8 {
        self.retention
    }

    /// Sets what aging by a tick leaves of each element, in 255ths.
    pub const fn set_retention(&mut self, retention: u8) {
        self.retention = retention;
    }

    /// By how many ticks it aged.
    #[must_use]
    pub const fn age(&self) -> u64 {
        self.age
    }

    /// A slice, if the field has it.
    #[must_use]
    pub fn slice(&self, slice: usize) -> Option<&[i32]> {
        self.data.get(self.range(slice)?)
    }

    /// Replaces the content of a slice.
    ///
    /// # Errors
    /// The field has fewer slices, or they have another width.
    pub fn set_slice(&mut self, slice: usize, values: &[i32]) -> Result<(), FieldError> {
        let (width, given) = (self.width, values.len());
        let target = self.slice_mut(slice).ok_or(FieldError::NoSlice(slice))?;
        if width != given {
            return Err(FieldError::Width { width, given });
        }
        target.copy_from_slice(values);
        Ok(())
    }

    /// A slice to be changed, if the field has it.
    pub fn slice_mut(&mut self, slice: usize) -> Option<&mut [i32]> {
        let range = self.range(slice)?;
        self.data.get_mut(range)
    }

    /// Ages it by a tick: each element keeps its retention, rounded toward 0.
    pub fn tick(&mut self) {
        self.age = self.age.wrapping_add(1);
        self.decay(self.retention);
    }

    /// Leaves so many 255ths of each element, rounded toward 0.
    pub fn decay(&mut self, retention: u8) {
        if retention < u8::MAX {
            self.data.iter_mut().for_each(|value| *value = part_of(*value, retention));
        }
    }

    /// Takes so many 255ths, rounded toward 0, from each element of the slices that are chosen.
    pub fn weaken(&mut self, strength: u8, chosen: impl Fn(usize) -> bool) {
        for slice in (0..self.slices).filter(|&slice| chosen(slice)) {
            let elements = self.slice_mut(slice).into_iter().flatten();
            elements.for_each(|value| *value -= part_of(*value, strength));
        }
    }

    fn range(&self, slice: usize) -> Option<std::ops::Range<usize>> {
        if slice >= self.slices {
            return None;
        }
        let start = slice.checked_mul(self.width)?;
        Some(start..start.checked_add(self.width)?)
    }
}

/// So many 255ths, rounded toward 0.
fn part_of(value: i32, part: u8) -> i32 {
    (i64::from(value) * i64::from(part) / 255) as i32
}
