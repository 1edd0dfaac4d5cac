//! The instruction table: every instruction once, one file per extension.
//!
//! Each file declares an enum with one variant per executable instruction, so that an engine's `match` over it does not
//! compile until every instruction has its meaning, and the rows that everything else is derived from.

pub mod activation;
pub mod arch;
pub mod bank;
pub mod core;
pub mod ipc;
pub mod learning;
pub mod lifecycle;
pub mod neuro;
pub mod orchestration;
pub mod pool;
pub mod reserved;
pub mod sampling;
pub mod tensor;
pub mod ternary;
pub mod test;

use crate::row::{Effect, Inline, Row};

const PURE: Effect = Effect::Pure;
const CONTROL: Effect = Effect::Control;
const STATE: Effect = Effect::State;
const YIELD: Effect = Effect::Yield(Inline::None);
const BANK: Effect = Effect::Yield(Inline::Bank);
const SUBSTRATE: Effect = Effect::Yield(Inline::Substrate);

/// The role columns of the rows.
mod roles {
    use crate::role::{Role, RoleSet};

    const fn only(role: Role) -> RoleSet {
        RoleSet::UNRESTRICTED.with(role)
    }

    pub(super) const FORWARD: RoleSet = RoleSet::ALL;
    pub(super) const LEARNING: RoleSet = only(Role::Learning);
    pub(super) const EVOLUTION: RoleSet = only(Role::Evolution);
    pub(super) const LEARNING_EVOLUTION: RoleSet = only(Role::Learning).with(Role::Evolution);
    pub(super) const REGULATION: RoleSet = only(Role::Regulation);
    pub(super) const BOOT: RoleSet = only(Role::Boot);
    pub(super) const BOOT_EVOLUTION: RoleSet = only(Role::Boot).with(Role::Evolution);
    pub(super) const TEST: RoleSet = only(Role::Test);
}

/// Declares one extension. A row reads:
///
/// `opcode Variant "mnemonic" [aliases] EFFECT Work ROLES => DomainOp (operands) [fixed bytes] null(bytes) "meaning";`
///
/// with `=> DomainOp` only for rows that yield, and one parenthesis for each form of the text.
macro_rules! instructions {
    (
        $(#[$meta:meta])* $ty:ident $ext:literal;
        $($code:literal $variant:ident $name:literal [$($alias:literal),*] $effect:ident $work:ident $roles:ident
          $(=> $op:ident)?
          $( ( $($field:expr),* ) $([$($byte:literal = $value:literal),+])? $(null($($null:literal),+))? )+
          $doc:literal;)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $ty {
            $(#[doc = concat!("`", $doc, "`")] $variant,)*
        }

        impl $ty {
            /// The extension's id.
            pub const EXT: u16 = $ext;

            /// Every instruction, in the order of the rows.
            pub const ALL: &'static [$ty] = &[$($ty::$variant),*];

            /// The instruction with this opcode.
            #[must_use]
            pub const fn from_opcode(opcode: u16) -> Option<$ty> {
                match opcode {
                    $($code => Some($ty::$variant),)*
                    _ => None,
                }
            }

            /// The instruction's row.
            #[must_use]
            pub fn row(self) -> &'static $crate::row::Row {
                &ROWS[self as usize]
            }
        }

        /// The rows, in the order of the enum.
        pub static ROWS: [$crate::row::Row; $ty::ALL.len()] = [
            $($crate::row::Row {
                ext: $ext,
                opcode: $code,
                name: $name,
                aliases: &[$($alias),*],
                forms: const { &[$($crate::row::Form {
                    fields: const { &[$($field),*] },
                    fixed: &[$($(($byte, $value)),+)?],
                    null_bytes: &[$($($null),+)?],
                }),+] },
                effect: $crate::table::$effect,
                work: $crate::row::Work::$work,
                roles: $crate::table::roles::$roles,
                yields: instructions!(@yields $($op)?),
                doc: $doc,
            },)*
        ];
    };
    (@yields) => { None };
    (@yields $op:ident) => { Some($crate::domain_op::DomainOpKind::$op) };
}
use instructions;

/// A standard extension: its id, name, version and what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Standard {
    /// The id.
    pub id: u16,
    /// The name that precedes the dot in a mnemonic.
    pub name: &'static str,
    /// Major, minor, patch.
    pub version: (u16, u16, u16),
    /// What it is for, in one line.
    pub doc: &'static str,
    /// Its instructions.
    pub rows: &'static [Row],
}

macro_rules! standard {
    ($($module:ident $op:ident $variant:ident $version:tt $doc:literal;)*) => {
        /// An executable instruction of the core or of a standard extension.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Op {
            $(#[doc = $doc] $variant($module::$op),)*
        }

        impl Op {
            /// The executable instruction with these numbers.
            #[must_use]
            pub const fn lookup(ext: u16, opcode: u16) -> Option<Op> {
                match ext {
                    $($module::$op::EXT => match $module::$op::from_opcode(opcode) {
                        Some(op) => Some(Op::$variant(op)),
                        None => None,
                    },)*
                    _ => None,
                }
            }

            /// The instruction's row.
            #[must_use]
            pub fn row(self) -> &'static Row {
                match self { $(Op::$variant(op) => op.row(),)* }
            }

            /// Every executable instruction.
            pub fn all() -> impl Iterator<Item = Op> {
                std::iter::empty()$(.chain($module::$op::ALL.iter().map(|&op| Op::$variant(op))))*
            }
        }

        /// The core (first) and the thirteen standard extensions, in the order of their ids.
        pub static STANDARD: &[Standard] = &[$(Standard {
            id: $module::$op::EXT,
            name: stringify!($module),
            version: $version,
            doc: $doc,
            rows: &$module::ROWS,
        }),*];
    };
}

standard! {
    core CoreOp Core (1, 0, 0) "Registers, forward arithmetic, learning and control flow.";
    tensor TensorOp Tensor (1, 0, 0) "Element-wise arithmetic, reductions, shapes, attention and caches.";
    ternary TernaryOp Ternary (1, 0, 0) "Products with signal weights and conversions between activations and weights.";
    activation ActivationOp Activation (1, 0, 0) "Activation functions.";
    learning LearningOp Learning (1, 0, 0) "Mastery, eligibility, contrastive Hebbian learning, checkpoints.";
    neuro NeuroOp Neuro (1, 0, 0) "Chemicals, fields, senses, temperatures and co-activation.";
    arch ArchOp Arch (1, 0, 0) "Allocating, wiring, growing, pruning and freezing.";
    orchestration OrchestrationOp Orchestration (1, 0, 0) "Models and regions.";
    lifecycle LifecycleOp Lifecycle (1, 0, 0) "Phase, tick, level, persistence, transactions, rest and coherence.";
    ipc IpcOp Ipc (1, 0, 0) "Messages between regions.";
    test TestOp Test (1, 0, 0) "Assertions.";
    bank BankOp Bank (1, 0, 0) "Vector memory.";
    pool PoolOp Pool (1, 0, 0) "A spiking neuron pool.";
    sampling SamplingOp Sampling (0, 1, 0) "Filtering logits and drawing from them.";
}

impl Op {
    /// The extension id.
    #[must_use]
    pub fn ext(self) -> u16 {
        self.row().ext
    }
}

/// Every row: the executable ones by extension, then the reserved core numbers.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    STANDARD.iter().flat_map(|ext| ext.rows).chain(&reserved::ROWS)
}

/// The row with these numbers, reserved ones included.
#[must_use]
pub fn row(ext: u16, opcode: u16) -> Option<&'static Row> {
    Op::lookup(ext, opcode)
        .map(Op::row)
        .or_else(|| reserved::ROWS.iter().find(|row| row.ext == ext && row.opcode == opcode))
}
