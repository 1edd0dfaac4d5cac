//! Cold registers: weights.

pub use super::usage::Usage;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use ternsig_isa::{Shape, Signal, Temperature};

/// Weights with their values side by side: products read the values, learning changes both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Weights {
    signals: Vec<Signal>,
    values: Vec<i16>,
}

impl Weights {
    fn new(signals: Vec<Signal>) -> Weights {
        let values = signals.iter().map(|signal| signal.value()).collect();
        Weights { signals, values }
    }

    fn set(&mut self, index: usize, signal: Signal) {
        self.signals[index] = signal;
        self.values[index] = signal.value();
    }
}

/// The rows that the newest change of weights or temperatures touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastEdit {
    /// The version before the change.
    pub previous_version: u64,
    /// The first touched row.
    pub first_row: usize,
    /// The row behind the last touched one.
    pub end_row: usize,
}

/// A register of weights. Weights and the product of the shape always agree, and so does every list beside them.
///
/// Every change of weights, shape or temperatures takes a new process-unique version, and so does a clone: equal
/// versions mean equal content.
#[derive(Debug)]
pub struct ColdRegister {
    weights: Weights,
    shape: Shape,
    key: Option<Arc<str>>,
    frozen: bool,
    temperatures: Option<Vec<Temperature>>,
    dirty: bool,
    usage: Option<Usage>,
    activation: u8,
    version: u64,
    last_edit: Option<LastEdit>,
}

/// Weights whose number is not the product of their shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LengthMismatch {
    /// How many there are.
    pub found: usize,
    /// How many the shape asks for.
    pub expected: usize,
}

impl std::fmt::Display for LengthMismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} elements do not fit a shape of {}", self.found, self.expected)
    }
}

impl std::error::Error for LengthMismatch {}

fn next_version() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Clone for ColdRegister {
    fn clone(&self) -> ColdRegister {
        ColdRegister {
            weights: self.weights.clone(),
            shape: self.shape,
            key: self.key.clone(),
            frozen: self.frozen,
            temperatures: self.temperatures.clone(),
            dirty: self.dirty,
            usage: self.usage.clone(),
            activation: self.activation,
            version: next_version(),
            last_edit: None,
        }
    }
}

impl PartialEq for ColdRegister {
    /// Compares the content, not the version.
    fn eq(&self, other: &ColdRegister) -> bool {
        self.weights.signals == other.weights.signals
            && self.shape == other.shape
            && self.key == other.key
            && self.frozen == other.frozen
            && self.temperatures == other.temperatures
            && self.dirty == other.dirty
            && self.usage == other.usage
            && self.activation == other.activation
    }
}

impl ColdRegister {
    /// Weights of value 0 in this shape: no key, not frozen, no temperatures, clean.
    #[must_use]
    pub fn zeros(shape: Shape) -> ColdRegister {
        let signals = vec![Signal::ZERO; shape.elements()];
        ColdRegister {
            weights: Weights::new(signals),
            shape,
            key: None,
            frozen: false,
            temperatures: None,
            dirty: false,
            usage: None,
            activation: 0,
            version: next_version(),
            last_edit: None,
        }
    }

    /// These weights in this shape.
    ///
    /// # Errors
    /// Their number is not the product of the shape.
    pub fn new(signals: Vec<Signal>, shape: Shape) -> Result<ColdRegister, LengthMismatch> {
        let mut register = ColdRegister::zeros(Shape::vector(0));
        register.replace(signals, shape)?;
        register.dirty = false;
        Ok(register)
    }

    /// The weights, row-major.
    #[must_use]
    #[inline]
    pub fn signals(&self) -> &[Signal] {
        &self.weights.signals
    }

    /// The value of each weight, −255…255.
    #[must_use]
    #[inline]
    pub fn values(&self) -> &[i16] {
        &self.weights.values
    }

    /// How many weights.
    #[must_use]
    pub fn len(&self) -> usize {
        self.weights.signals.len()
    }

    /// Whether there is no weight.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shape.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// The storage key.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Sets the storage key.
    pub fn set_key(&mut self, key: Option<&str>) {
        self.key = key.map(Arc::from);
    }

    /// Whether learning and structural changes are refused.
    #[must_use]
    #[inline]
    pub const fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Sets the frozen flag.
    pub const fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// Whether weights, shape or temperatures changed since the host last cleared this.
    #[must_use]
    pub const fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Sets or clears the dirty flag.
    pub const fn set_dirty(&mut self, dirty: bool) {
        self.dirty = dirty;
    }

    /// One temperature a weight; `None` means that all are Hot.
    #[must_use]
    pub fn temperatures(&self) -> Option<&[Temperature]> {
        self.temperatures.as_deref()
    }

    /// The temperature of a weight; Hot without a list.
    #[must_use]
    pub fn temperature(&self, index: usize) -> Temperature {
        self.temperatures.as_ref().and_then(|list| list.get(index)).copied().unwrap_or_default()
    }

    /// The activation that `arch.wire_forward` applies: 0 none, 1 relu, 2 sigmoid, 3 tanh, 4 softmax, 5 gelu.
    #[must_use]
    pub const fn activation(&self) -> u8 {
        self.activation
    }

    /// Sets the activation id.
    pub const fn set_activation(&mut self, id: u8) {
        self.activation = id;
    }

    /// The version of weights, shape and temperatures.
    #[must_use]
    #[inline]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The newest change, if it left the shape as it was.
    #[must_use]
    pub const fn last_edit(&self) -> Option<LastEdit> {
        self.last_edit
    }

    /// Changes single weights through a guard that keeps track of them.
    pub fn edit(&mut self) -> Edit<'_> {
        Edit { register: self, first: usize::MAX, end: 0 }
    }

    /// Replaces weights and shape together; the temperature list and usage counts are dropped.
    ///
    /// # Errors
    /// Their number is not the product of the shape; nothing is changed then.
    pub fn replace(&mut self, signals: Vec<Signal>, shape: Shape) -> Result<(), LengthMismatch> {
        let expected = shape.elements();
        if signals.len() != expected {
            return Err(LengthMismatch { found: signals.len(), expected });
        }
        self.weights = Weights::new(signals);
        self.temperatures = None;
        if let Some(usage) = &mut self.usage {
            usage.counts = vec![0; expected];
        }
        if expected > 0 && self.shape == shape {
            self.touched(0, self.rows());
        } else {
            self.shape = shape;
            self.reshaped();
        }
        Ok(())
    }

    /// Replaces the temperature list; `None` makes all weights Hot.
    ///
    /// # Errors
    /// The list does not have one entry a weight.
    pub fn set_temperatures(&mut self, list: Option<Vec<Temperature>>) -> Result<(), LengthMismatch> {
        if let Some(list) = &list
            && list.len() != self.len()
        {
            return Err(LengthMismatch { found: list.len(), expected: self.len() });
        }
        self.temperatures = list;
        self.touched(0, self.rows());
        Ok(())
    }

    /// Sets the temperature of one weight, creating the list if needed; an index out of range is ignored.
    pub fn set_temperature(&mut self, index: usize, temperature: Temperature) {
        if index >= self.len() {
            return;
        }
        let len = self.len();
        self.temperatures.get_or_insert_with(|| vec![Temperature::Hot; len])[index] = temperature;
        let row = index / self.row_len();
        self.touched(row, row + 1);
    }

    /// Sets every temperature.
    pub fn fill_temperatures(&mut self, temperature: Temperature) {
        let len = self.len();
        let list = self.temperatures.get_or_insert_default();
        list.clear();
        list.resize(len, temperature);
        self.touched(0, self.rows());
    }

    /// Appends rows (elements at rank 1) of weights; new temperatures are Hot and new usage counts 0.
    pub(crate) fn append_rows(&mut self, rows: usize, signals: impl Iterator<Item = Signal>) {
        for signal in signals {
            self.weights.signals.push(signal);
            self.weights.values.push(signal.value());
        }
        let len = self.len();
        if let Some(list) = &mut self.temperatures {
            list.resize(len, Temperature::Hot);
        }
        if let Some(usage) = &mut self.usage {
            usage.counts.resize(len, 0);
        }
        let first = self.shape.dim(0).unwrap_or(0);
        self.shape = self.shape.with_dim(0, first + rows);
        self.reshaped();
    }

    /// Removes a row (an element at rank 1) that exists.
    pub(crate) fn remove_row(&mut self, row: usize) {
        let rows = self.shape.dim(0).unwrap_or(1);
        let width = self.len() / rows;
        let gone = row * width..(row + 1) * width;
        self.weights.signals.drain(gone.clone());
        self.weights.values.drain(gone.clone());
        if let Some(list) = &mut self.temperatures {
            list.drain(gone.clone());
        }
        if let Some(usage) = &mut self.usage {
            usage.counts.drain(gone);
        }
        self.shape = self.shape.with_dim(0, rows - 1);
        self.reshaped();
    }

    /// The usage counts, if they are tracked.
    #[must_use]
    #[inline]
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    pub(crate) fn usage_mut(&mut self) -> Option<&mut Usage> {
        self.usage.as_mut()
    }

    pub(crate) fn set_usage(&mut self, usage: Option<Usage>) {
        self.usage = usage;
    }

    /// Elements of one row: of everything behind the first dimension; 1 below rank 2. Never 0.
    fn row_len(&self) -> usize {
        match self.shape.dims() {
            [] | [_] => 1,
            // Beside a dimension of 0 the others may be of any size.
            [_, inner @ ..] => inner.iter().fold(1, |n: usize, &d| n.saturating_mul(d as usize)).max(1),
        }
    }

    fn rows(&self) -> usize {
        self.len() / self.row_len()
    }

    fn touched(&mut self, first_row: usize, end_row: usize) {
        self.last_edit = Some(LastEdit { previous_version: self.version, first_row, end_row });
        self.version = next_version();
        self.dirty = true;
    }

    fn reshaped(&mut self) {
        self.last_edit = None;
        self.version = next_version();
        self.dirty = true;
    }
}

/// The lists of a register whose weights are being changed. Whoever changes them keeps each value that of its signal, and
/// tells the [`Edit`] with [`Edit::mark`] which have changed.
#[derive(Debug)]
pub struct WeightLists<'a> {
    /// The weights, row-major.
    pub signals: &'a mut [Signal],
    /// The value of each weight.
    pub values: &'a mut [i16],
    /// One temperature a weight; `None` means that all are Hot.
    pub temperatures: Option<&'a [Temperature]>,
}

/// A change of single weights; dropping it takes a new version if anything was set.
#[derive(Debug)]
pub struct Edit<'a> {
    register: &'a mut ColdRegister,
    first: usize,
    end: usize,
}

impl Edit<'_> {
    /// The weights as they are now.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.register.weights.signals
    }

    /// The temperature of a weight.
    #[must_use]
    pub fn temperature(&self, index: usize) -> Temperature {
        self.register.temperature(index)
    }

    /// All weights, for changes of many at once: see [`WeightLists`].
    pub fn lists(&mut self) -> WeightLists<'_> {
        let ColdRegister { weights: Weights { signals, values }, temperatures, .. } = &mut *self.register;
        WeightLists { signals, values, temperatures: temperatures.as_deref() }
    }

    /// Says that some of the weights in this range have been changed in their lists.
    pub fn mark(&mut self, changed: Range<usize>) {
        let end = changed.end.min(self.register.len());
        if changed.start < end {
            self.first = self.first.min(changed.start);
            self.end = self.end.max(end);
        }
    }

    /// Sets a weight; an index out of range is ignored, and so is a weight that already has this signal.
    pub fn set(&mut self, index: usize, signal: Signal) {
        if self.register.weights.signals.get(index).is_some_and(|&old| old != signal) {
            self.register.weights.set(index, signal);
            self.first = self.first.min(index);
            self.end = self.end.max(index + 1);
        }
    }
}

impl Drop for Edit<'_> {
    fn drop(&mut self) {
        if self.end > 0 {
            let width = self.register.row_len();
            self.register.touched(self.first / width, (self.end - 1) / width + 1);
        }
    }
}
