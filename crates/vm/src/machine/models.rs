//! The machine's side of the model table: what is loaded in a slot and which registers are bound to it.

use std::collections::BTreeMap;
use ternsig_isa::Register;

/// One slot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelSlot {
    /// Whether the model is being executed right now.
    pub running: bool,
    /// The hot register whose content is the model's input.
    pub input: Option<Register>,
    /// The hot register that receives the model's output.
    pub output: Option<Register>,
    /// The output of the last execution.
    pub last_output: Option<Vec<i32>>,
}

/// The 256 slots; a slot that is not in the table is empty.
#[derive(Debug, Clone, Default)]
pub struct ModelTable {
    slots: BTreeMap<u8, ModelSlot>,
    /// Whether a slot may have been marked as running since none was: most runs end without looking at the slots.
    may_run: bool,
}

impl PartialEq for ModelTable {
    fn eq(&self, other: &ModelTable) -> bool {
        self.slots == other.slots
    }
}

impl Eq for ModelTable {}

impl ModelTable {
    /// A loaded slot.
    #[must_use]
    pub fn slot(&self, slot: u8) -> Option<&ModelSlot> {
        self.slots.get(&slot)
    }

    /// Every loaded slot with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &ModelSlot)> {
        self.slots.iter().map(|(&number, slot)| (number, slot))
    }

    pub(crate) fn slot_mut(&mut self, slot: u8) -> Option<&mut ModelSlot> {
        self.may_run = true;
        self.slots.get_mut(&slot)
    }

    /// Marks a slot loaded, without bindings and output.
    pub(crate) fn load(&mut self, slot: u8) {
        self.slots.insert(slot, ModelSlot::default());
    }

    pub(crate) fn insert(&mut self, number: u8, slot: ModelSlot) {
        self.may_run |= slot.running;
        self.slots.insert(number, slot);
    }

    pub(crate) fn unload(&mut self, slot: u8) {
        self.slots.remove(&slot);
    }

    #[inline]
    pub(crate) fn stop_all(&mut self) {
        if self.may_run {
            self.stop_each();
        }
    }

    #[cold]
    fn stop_each(&mut self) {
        self.slots.values_mut().for_each(|slot| slot.running = false);
        self.may_run = false;
    }
}
