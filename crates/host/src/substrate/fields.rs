//! Fields: integers in slices of equal width, one slice for each region.

use std::fmt;
use ternsig_isa::limits::MAX_ELEMENTS;

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    width: usize,
    data: Vec<i32>,
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

impl Field {
    /// A field of zeros.
    ///
    /// # Errors
    /// It would hold more elements than a register can.
    pub fn new(slices: usize, width: usize) -> Result<Field, FieldError> {
        let elements = slices.checked_mul(width).filter(|&elements| elements <= MAX_ELEMENTS);
        let elements = elements.ok_or(FieldError::TooLarge { slices, width })?;
        Ok(Field { width, data: vec![0; elements] })
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

    fn range(&self, slice: usize) -> Option<std::ops::Range<usize>> {
        let start = slice.checked_mul(self.width)?;
        Some(start..start.checked_add(self.width)?)
    }
}
