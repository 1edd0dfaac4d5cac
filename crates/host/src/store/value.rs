//! Weights as they are stored.

use super::codec::{Reader, Writer};
use super::error::StoreErrorKind;
use crate::state::ColdState;
use sha2::{Digest as _, Sha256};
use ternsig_isa::limits::MAX_ELEMENTS;
use ternsig_isa::{Shape, Signal, Temperature};
use ternsig_vm::{ColdRegister, Error, ErrorKind};

/// A SHA-256.
pub type Digest = [u8; 32];

/// The weights of a register: as many signals, and temperatures if there are any, as the shape has elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    shape: Shape,
    signals: Vec<Signal>,
    temperatures: Option<Vec<Temperature>>,
}

impl Weights {
    /// The weights of a register.
    #[must_use]
    pub fn of(register: &ColdRegister) -> Weights {
        Weights {
            shape: register.shape(),
            signals: register.signals().to_vec(),
            temperatures: register.temperatures().map(<[Temperature]>::to_vec),
        }
    }

    /// The dimensions.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// Polarity and magnitude of each weight, row-major.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// One temperature a weight; `None` means that all are Hot.
    #[must_use]
    pub fn temperatures(&self) -> Option<&[Temperature]> {
        self.temperatures.as_deref()
    }

    /// A register with these weights: no key, not frozen, clean.
    ///
    /// # Errors
    /// Lists and shape disagree, which those of a store never do.
    pub fn to_register(&self) -> Result<ColdRegister, Error> {
        let mut register = ColdRegister::zeros(Shape::vector(0));
        self.replace(&mut register)?;
        Ok(register)
    }

    /// Replaces weights, shape and temperatures of a register and clears its dirty flag; key, frozen flag and activation id
    /// stay.
    ///
    /// # Errors
    /// The register has another number of weights (Storage); it is left as it was.
    pub fn load_into(&self, register: &mut ColdRegister) -> Result<(), Error> {
        if register.len() != self.signals.len() {
            let (stored, own) = (self.signals.len(), register.len());
            let message = format!("{stored} weights are stored, but the register has {own}");
            return Err(Error::new(ErrorKind::Storage, message));
        }
        self.replace(register)
    }

    /// The same whatever the register holds.
    ///
    /// # Errors
    /// Lists and shape disagree, which those of a store never do.
    pub(crate) fn replace(&self, register: &mut ColdRegister) -> Result<(), Error> {
        let replaced = register.replace(self.signals.clone(), self.shape);
        let replaced = replaced.and_then(|()| register.set_temperatures(self.temperatures.clone()));
        replaced.map_err(|error| Error::new(ErrorKind::Storage, error.to_string()))?;
        register.set_dirty(false);
        Ok(())
    }

    /// The SHA-256 of the encoded weights, which the chain records.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(&self.encode())
    }

    /// The weights as JSON has them.
    #[must_use]
    pub fn to_state(&self) -> ColdState {
        ColdState {
            shape: self.shape.dims().to_vec(),
            polarity: self.signals.iter().map(|signal| signal.polarity()).collect(),
            magnitude: self.signals.iter().map(|signal| signal.magnitude()).collect(),
            temperature: self.temperatures.as_ref().map(|list| list.iter().map(|t| t.code()).collect()),
            key: None,
            frozen: None,
        }
    }

    /// Rank u8, dimensions u32; polarity and magnitude of each signal; flag, and a code for each temperature.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = encode_shape(Writer::default(), self.shape).finish();
        out.reserve(self.signals.len() * 3 + 1);
        out.extend(self.signals.iter().flat_map(|signal| [signal.polarity() as u8, signal.magnitude()]));
        out.push(u8::from(self.temperatures.is_some()));
        out.extend(self.temperatures.iter().flatten().map(|temperature| temperature.code()));
        out
    }

    pub(super) fn decode(bytes: &[u8], what: &str) -> Result<Weights, StoreErrorKind> {
        let mut reader = Reader::new(bytes, what);
        let shape = decode_shape(&mut reader)?;
        let len = shape.elements();
        if len > MAX_ELEMENTS {
            return Err(reader.wrong("has a shape of too many elements"));
        }
        let pairs = reader.raw(2 * len)?.as_chunks::<2>().0;
        let signals = pairs.iter().map(|&[polarity, magnitude]| Signal::new(polarity as i8, magnitude));
        let signals: Result<Vec<Signal>, _> = signals.collect();
        let signals = signals.map_err(|_| reader.wrong("holds a polarity that is none of -1, 0 and 1"))?;
        let temperatures = match reader.u8()? {
            0 => None,
            1 => Some(decode_temperatures(&mut reader, len)?),
            _ => return Err(reader.wrong("holds a flag that is neither 0 nor 1")),
        };
        reader.end()?;
        Ok(Weights { shape, signals, temperatures })
    }
}

fn decode_temperatures(reader: &mut Reader<'_>, len: usize) -> Result<Vec<Temperature>, StoreErrorKind> {
    let codes = reader.raw(len)?;
    let known: Option<Vec<_>> =
        codes.iter().map(|&code| Temperature::ALL.get(usize::from(code)).copied()).collect();
    known.ok_or_else(|| reader.wrong("holds a temperature code above 3"))
}

pub(super) fn encode_shape(out: Writer, shape: Shape) -> Writer {
    shape.dims().iter().fold(out.u8(shape.rank() as u8), |out, &dim| out.u32(dim))
}

pub(super) fn decode_shape(reader: &mut Reader<'_>) -> Result<Shape, StoreErrorKind> {
    let rank = reader.u8()?;
    let dims: Result<Vec<u32>, _> = (0..rank).map(|_| reader.u32()).collect();
    Shape::new(&dims?).map_err(|_| reader.wrong("has a shape of too many dimensions"))
}

/// What the chain records of an encoded value.
pub(super) fn digest(value: &[u8]) -> Digest {
    Sha256::digest(value).into()
}
