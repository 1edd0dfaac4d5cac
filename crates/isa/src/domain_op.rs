//! The operations that a program hands to its host.

use crate::register::Register;
use std::fmt;

/// The value of one field of a [`DomainOp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldValue {
    /// A register name.
    Register(Register),
    /// A number.
    Number(i64),
    /// A flag.
    Flag(bool),
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldValue::Register(register) => register.fmt(f),
            FieldValue::Number(number) => number.fmt(f),
            FieldValue::Flag(flag) => flag.fmt(f),
        }
    }
}

/// A type that a field of an operation can have.
trait FieldType: Copy {
    fn from_value(value: i64) -> Self;
    fn to_value(self) -> FieldValue;
}

impl FieldType for Register {
    fn from_value(value: i64) -> Register {
        Register::from_byte(value as u8)
    }
    fn to_value(self) -> FieldValue {
        FieldValue::Register(self)
    }
}

impl FieldType for bool {
    fn from_value(value: i64) -> bool {
        value != 0
    }
    fn to_value(self) -> FieldValue {
        FieldValue::Flag(self)
    }
}

macro_rules! number_fields {
    ($($ty:ty),*) => {$(
        impl FieldType for $ty {
            fn from_value(value: i64) -> $ty {
                value as $ty
            }
            fn to_value(self) -> FieldValue {
                FieldValue::Number(i64::from(self))
            }
        }
    )*};
}
number_fields!(u8, u16, i32);

macro_rules! domain_ops {
    ($(#[doc = $doc:literal] $variant:ident $({ $($field:ident: $ty:ty),+ })? $device:literal;)*) => {
        /// An operation that a program cannot do by itself.
        ///
        /// It carries register numbers and immediates, never data: the host reads sources from, and writes results
        /// into, the machine between the yield and the resumption. `target` and `result` are written by the host,
        /// `source`, `expected` and `desired` are read, `register` is a cold register that is read or replaced whole.
        /// A host must answer a variant that it does not know with "no device".
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "the fields follow one naming rule, stated above")]
        pub enum DomainOp {
            $(#[doc = $doc] $variant $({ $($field: $ty),+ })?,)*
        }

        /// A [`DomainOp`] without its fields.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum DomainOpKind {
            $(#[doc = $doc] $variant,)*
        }

        impl DomainOpKind {
            /// Every kind, in the order of the declaration.
            pub const ALL: &'static [DomainOpKind] = &[$(DomainOpKind::$variant),*];

            /// The variant's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(DomainOpKind::$variant => stringify!($variant),)* }
            }

            /// What it asks for, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(DomainOpKind::$variant => $doc.trim_ascii(),)* }
            }

            /// The device that answers it.
            #[must_use]
            pub const fn device(self) -> &'static str {
                match self { $(DomainOpKind::$variant => $device,)* }
            }

            /// The names of its fields.
            #[must_use]
            pub const fn field_names(self) -> &'static [&'static str] {
                match self { $(DomainOpKind::$variant => &[$($(stringify!($field)),+)?],)* }
            }

            /// The types of its fields: `Register`, `bool` or a number's.
            #[must_use]
            pub const fn field_types(self) -> &'static [&'static str] {
                match self { $(DomainOpKind::$variant => &[$($(stringify!($ty)),+)?],)* }
            }

            /// The operation whose fields have these values, in the order of the declaration.
            #[allow(unused_mut, unused_variables, reason = "operations without fields")]
            pub fn build(self, value: impl FnMut(usize) -> i64) -> DomainOp {
                let mut values = (0..).map(value);
                let mut next = || values.next().unwrap_or_default();
                match self {
                    $(DomainOpKind::$variant => DomainOp::$variant {
                        $($($field: <$ty as FieldType>::from_value(next())),+)?
                    },)*
                }
            }
        }

        impl DomainOp {
            /// The operation without its fields.
            #[must_use]
            pub const fn kind(&self) -> DomainOpKind {
                match self { $(DomainOp::$variant { .. } => DomainOpKind::$variant,)* }
            }

            /// Its fields by name, in the order of the declaration.
            #[must_use]
            pub fn fields(&self) -> Vec<(&'static str, FieldValue)> {
                match *self {
                    $(DomainOp::$variant { $($($field),+)? } => {
                        vec![$($((stringify!($field), $field.to_value())),+)?]
                    })*
                }
            }
        }
    };
}

domain_ops! {
    /// Replace a cold register by the entry of a key table id.
    LoadWeights { register: Register, key_id: i32 } "weights";
    /// Store a cold register under the key of a key table id.
    StoreWeights { register: Register, key_id: i32 } "weights";
    /// Move stored weights to colder layers.
    Consolidate "weights";
    /// Reserved: no instruction yields it.
    ComputeError { target: i32, output: i32 } "sensor";
    /// Create an empty entry for a register's key.
    InitThermo { register: Register } "weights";
    /// Store a register under its own key.
    SaveThermo { register: Register } "weights";
    /// Replace a register by the entry of its own key.
    LoadThermo { register: Register } "weights";
    /// Keep a durable copy of a register.
    CheckpointSave { register: Register } "checkpoints";
    /// Replace a register by its durable copy.
    CheckpointRestore { register: Register } "checkpoints";
    /// Delete the durable copy.
    CheckpointDiscard { register: Register } "checkpoints";
    /// Open a transaction.
    TxnBegin { txn_id: u8 } "txn";
    /// Make a transaction's writes durable, all or none.
    TxnCommit { txn_id: u8 } "txn";
    /// Drop a transaction's writes.
    TxnRollback { txn_id: u8 } "txn";
    /// Allocate any free register of a bank: 0 hot, 1 cold, 2 param, 3 shape.
    AllocRegister { target: Register, bank: u8, size: u16 } "registers";
    /// Give a register back.
    FreeRegister { register: Register } "registers";
    /// Read a chemical level.
    ChemRead { target: Register, chem_id: u8 } "chemicals";
    /// Set a chemical level.
    ChemSet { source: Register, chem_id: u8 } "chemicals";
    /// Add to a chemical level.
    ChemInject { source: Register, chem_id: u8, elem_idx: u8, signed: bool } "chemicals";
    /// Read the caller's slice of a field.
    FieldRead { target: Register, field_id: u8 } "fields";
    /// Write the caller's slice of a field.
    FieldWrite { source: Register, field_id: u8 } "fields";
    /// Age a field by one tick.
    FieldTick { field_id: u8 } "fields";
    /// Decay a whole field.
    FieldDecay { field_id: u8, retention: u8, fatigue_boost: u8 } "fields";
    /// Read a named slice of a field into the target register.
    FieldSliceRead { target: Register, field_id: u8, slice_index: u8 } "fields";
    /// Write the source register to a named slice of a field.
    FieldSliceWrite { source: Register, field_id: u8, slice_index: u8 } "fields";
    /// Read all stimulation levels.
    StimRead { target: Register } "senses";
    /// Read reward and punishment.
    ValenceRead { target: Register } "senses";
    /// Read the convergence state.
    ConvRead { target: Register } "senses";
    /// Let the dominant slice suppress the others.
    LateralInhibit { source: Register, strength: u8 } "fields";
    /// Decay slices of sustained activity further.
    ExhaustionBoost { source: Register, factor: u8 } "fields";
    /// Score energies as deviations from their mean.
    NoveltyScore { target: Register, source: Register } "senses";
    /// Count that the active elements of two registers fired together.
    CoActivation { source_a: Register, source_b: Register } "coactivation";
    /// Read co-activation counts for a set of neurons.
    CoActivationRead { target: Register, source: Register } "coactivation";
    /// Reset the co-activation counters.
    CoActivationReset "coactivation";
    /// Set the target of a spiking network's axes.
    SNNSetAxes { source: Register } "snn";
    /// Move the axes toward their target.
    SNNStepAxes { source: Register } "snn";
    /// Read the mean output.
    SNNReadActivation { target: Register } "snn";
    /// Read the number of neurons.
    SNNReadNeuronCount { target: Register } "snn";
    /// Read every output.
    SNNReadOutputs { target: Register } "snn";
    /// Read the step counter.
    SNNReadTimestep { target: Register } "snn";
    /// Add neurons.
    SNNGrowNeurons { source: Register, result: Register } "snn";
    /// Remove neurons.
    SNNPruneNeurons { source: Register, result: Register } "snn";
    /// Read spike counts.
    SNNReadActivities { target: Register } "snn";
    /// Drop weak entries of the hottest layer.
    ThermoPruneHot { source: Register, result: Register } "thermo";
    /// Strengthen or weaken entries by reward and stress.
    ThermoValenceCredit { source: Register, result: Register } "thermo";
    /// Load the program bound to a slot.
    ModelLoad { target: Register, slot: u8 } "models";
    /// Run the model in a slot.
    ModelExec { target: Register, slot: u8 } "models";
    /// Read a slot's program again.
    ModelReload { slot: u8 } "models";
    /// Set a region's input.
    RouteInput { source: Register, region_id: u8 } "regions";
    /// Run a region.
    RegionFire { target: Register, region_id: u8 } "regions";
    /// Collect all pending outputs.
    CollectOutputs { target: Register } "regions";
    /// Read a region's state: 0 idle, 1 active, 2 firing.
    RegionStatus { target: Register, region_id: u8 } "regions";
    /// Let a region take part in routing.
    RegionEnable { region_id: u8 } "regions";
    /// Take a region out of routing.
    RegionDisable { region_id: u8 } "regions";
    /// Stop a region.
    HaltRegion { region_id: u8 } "regions";
    /// Read the boot phase.
    PhaseRead { target: Register } "clock";
    /// Read the tick counter.
    TickRead { target: Register } "clock";
    /// Read the neuronal level.
    LevelRead { target: Register } "clock";
    /// Raise the neuronal level.
    LevelWrite { source: Register } "clock";
    /// Enter the next boot phase.
    PhaseWrite { source: Register } "clock";
    /// Enter or leave rest.
    RestWrite { source: Register } "clock";
    /// Start sleep consolidation.
    ConsolidationRequest { source: Register } "clock";
    /// Record an event.
    LogEvent { source: Register, event_type: u8 } "log";
    /// Write the coherence of one division.
    CoherenceSingularWrite { source: Register } "coherence";
    /// Write the coherence of a pair of divisions.
    CoherenceMultimodalWrite { source: Register } "coherence";
    /// Read the coherence of every division.
    CoherenceSingularRead { target: Register } "coherence";
    /// Send a register's content to a region.
    SendSignal { source: Register, region_id: u8 } "ipc";
    /// Receive from a region; may wait.
    RecvSignal { target: Register, region_id: u8 } "ipc";
    /// Send to every subscriber of a channel.
    Broadcast { source: Register, channel: u8 } "ipc";
    /// Subscribe a register to a region's channel.
    Subscribe { target: Register, region_id: u8 } "ipc";
    /// Read the front of a mailbox.
    MailboxPeek { target: Register, mailbox_id: u8 } "ipc";
    /// Remove the front of a mailbox.
    MailboxPop { target: Register, mailbox_id: u8 } "ipc";
    /// Wait until all parties have arrived.
    BarrierWait { barrier_id: u8 } "ipc";
    /// Compare and swap a shared cell.
    AtomicCas { target: Register, expected: Register, desired: Register } "ipc";
    /// Find the entries most like a cue.
    BankQuery { target: Register, source: Register, bank_slot: u8, top_k: u8 } "bank";
    /// Insert a vector.
    BankWrite { target: Register, source: Register, bank_slot: u8 } "bank";
    /// Read an entry's vector.
    BankLoad { target: Register, source: Register, bank_slot: u8 } "bank";
    /// Add an edge between two entries.
    BankLink { source: Register, edge_type: u8, bank_slot: u8 } "bank";
    /// Follow edges breadth-first.
    BankTraverse { target: Register, source: Register, bank_slot: u8, edge_type: u8, depth: u8 } "bank";
    /// Count an access to an entry.
    BankTouch { source: Register, bank_slot: u8 } "bank";
    /// Remove an entry.
    BankDelete { source: Register, bank_slot: u8 } "bank";
    /// Count the entries.
    BankCount { target: Register, bank_slot: u8 } "bank";
    /// Move an entry one temperature colder.
    BankPromote { source: Register, bank_slot: u8 } "bank";
    /// Move an entry one temperature hotter.
    BankDemote { source: Register, bank_slot: u8 } "bank";
    /// Remove up to `count` lowest-scored entries.
    BankEvict { bank_slot: u8, count: u8 } "bank";
    /// Rebuild a bank's indexes.
    BankCompact { bank_slot: u8 } "bank";
    /// Advance the neuron pool by one tick; the source register receives the spike count.
    PoolTick { source: Register } "pool";
    /// Save the pool.
    PoolSave "pool";
    /// Load the pool.
    PoolLoad "pool";
    /// Add currents to neurons `range_start..range_end`; 0, 0 is the whole pool.
    PoolInject { source: Register, range_start: u16, range_end: u16 } "pool";
    /// Read the spikes of neurons `range_start..range_end`; 0, 0 is the whole pool.
    PoolReadOutput { target: Register, range_start: u16, range_end: u16 } "pool";
    /// Read spike, synapse and tick counts.
    PoolReadStats { target: Register } "pool";
    /// Apply three-factor plasticity.
    PoolModulate { result: Register } "pool";
    /// Remove synapses that were never used.
    PoolPruneDead { result: Register } "pool";
    /// Create synapses between co-active neurons.
    PoolSynaptogenesis { result: Register } "pool";
}

impl DomainOpKind {
    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<DomainOpKind> {
        DomainOpKind::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl DomainOp {
    /// The variant's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// The device that answers it.
    #[must_use]
    pub const fn device(&self) -> &'static str {
        self.kind().device()
    }
}

impl fmt::Display for DomainOp {
    /// `ChemRead { target: H2, chem_id: 0 }`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        for (i, (name, value)) in self.fields().iter().enumerate() {
            write!(f, "{}{name}: {value}", if i == 0 { " { " } else { ", " })?;
        }
        f.write_str(if self.fields().is_empty() { "" } else { " }" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_94_operations() {
        assert_eq!(DomainOpKind::ALL.len(), 94);
    }

    #[test]
    fn operations_are_built_from_their_field_values() {
        let op = DomainOpKind::ChemInject.build(|field| [3, 7, 2, 1][field]);
        assert_eq!(
            op,
            DomainOp::ChemInject { source: Register::hot(3), chem_id: 7, elem_idx: 2, signed: true }
        );
        assert_eq!(op.to_string(), "ChemInject { source: H3, chem_id: 7, elem_idx: 2, signed: true }");
        assert_eq!(DomainOp::PoolSave.to_string(), "PoolSave");
    }
}
