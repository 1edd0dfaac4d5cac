//! The memory that native code and the host of a run share.
//!
//! Native code knows a machine only through a [`Frame`]: pointers and lengths of what it reads and writes, filled in when
//! it is entered and taken over when it leaves. Offsets come from `offset_of!` alone.

use crate::declared::{declared, in_c};
use std::ffi::c_void;
use std::mem::{offset_of, size_of};
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_kernels::PlainOperand;

declared! {
/// A hot register as native code sees it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct HotSlot {
    /// The elements, with room for a multiple of 8 beyond the longest content.
    pub(crate) data: *mut i32,
    /// Which buffer the code has left here, by its number in the version's table; 0 if it has written nothing.
    pub(crate) written: u64,
}
}

declared! {
/// A cold register as native code sees it. What a program does not use is null.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColdSlot {
    /// The value of each weight, row-major.
    pub(crate) values: *mut i16,
    /// The signals, row-major: polarity and magnitude, one byte each.
    pub(crate) signals: *mut u8,
    /// The code of each temperature, row-major; null without a list.
    pub(crate) temperatures: *const u8,
    /// Packed weights of products without temperatures.
    pub(crate) packed: *const i16,
    /// The sum of each row of them.
    pub(crate) row_sums: *const i32,
    /// The bits in which inputs must not differ from their sign for the product of a single plane.
    pub(crate) forbidden_bits: u32,
    /// The same for the product of two planes whose sums may wrap around.
    pub(crate) wrapping_forbidden_bits: u32,
    /// The product of the packed weights, which are given by the address of `packed`, and any inputs: a kernel. Only code
    /// that is made for this processor calls it.
    pub(crate) product: *const c_void,
    /// Factors of products with temperatures, rounded per product.
    pub(crate) product_factors: *const i32,
    /// Factors of products with temperatures, rounded per weight.
    pub(crate) weight_factors: *const i32,
    /// The thresholds of both.
    pub(crate) thresholds: *const i32,
    /// The pressure list, or null.
    pub(crate) pressure: *mut i32,
    /// Its length.
    pub(crate) pressure_len: u64,
    /// 1 if the register is frozen.
    pub(crate) frozen: u64,
}
}

declared! {
/// Everything that native code reaches.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Frame {
    /// The fuel that is left.
    pub(crate) fuel: u64,
    /// Not 0 when the host wants the run to stop.
    pub(crate) interrupt: *const u8,
    /// The input buffer.
    pub(crate) input: *const i32,
    /// The target buffer.
    pub(crate) target: *const i32,
    /// The output buffer.
    pub(crate) output: *mut i32,
    /// How many elements the code has put there; [`Frame::NOT_STORED`] if it has not touched it.
    pub(crate) output_len: u64,
    /// Working memory, aligned to 64 bytes.
    pub(crate) scratch: *mut u8,
    /// The frames of the control stack.
    pub(crate) control: *mut u8,
    /// How many there are.
    pub(crate) control_len: u64,
    /// How many there is room for.
    pub(crate) control_room: u64,
    /// How many of them are calls.
    pub(crate) calls: u64,
    /// Most pending calls.
    pub(crate) call_limit: u64,
    /// The dopamine factor of learning, 0 while learning is off.
    pub(crate) learning: u64,
    /// Executes an instruction that native code does not own: `(frame, instruction) -> 0 to go on`.
    pub(crate) helper: *const c_void,
    /// Puts pressure on weights: `(frame, what, inputs, how many, directions, how many)`. Where it is null, that is left
    /// to the interpreter.
    pub(crate) press: *const c_void,
    /// Lets weights take steps: `(frame, what)`. Where it is null, that is left to the interpreter.
    pub(crate) commit: *const c_void,
    /// Makes weights of activations: `(frame, cold register, elements, how many) -> 0, or 1 if that is the interpreter's`.
    /// Where it is null, that is left to the interpreter.
    pub(crate) quantise: *const c_void,
    /// The product of weights and inputs whose sums can leave 32 bits: `(frame, cold register, inputs, how many, outputs,
    /// how many)`.
    pub(crate) saturating_product: *const c_void,
    /// The gated means of so many elements: `(gates, updates, states, means, how many)`. Only code that is made for this
    /// processor calls it.
    pub(crate) gated_means: *const c_void,
    /// What these functions work on.
    pub(crate) context: *mut c_void,
    /// The factors of each position's rotation.
    pub(crate) rotations: *const f64,
    /// Counts how often each stretch of code began, if the code counts.
    pub(crate) counters: *mut u64,
    /// The hot registers.
    pub(crate) hot: [HotSlot; REGISTERS_PER_BANK],
    /// The cold registers.
    pub(crate) cold: [ColdSlot; REGISTERS_PER_BANK],
}
}

in_c! {
    HotSlot => "ternsig_hot_slot",
    ColdSlot => "ternsig_cold_slot",
}

impl Frame {
    /// The value of [`Frame::output_len`] while the output buffer has not been touched.
    pub(crate) const NOT_STORED: u64 = u64::MAX;

    /// A frame without anything.
    pub(crate) const fn empty() -> Frame {
        use std::ptr::{null, null_mut};
        let hot = HotSlot { data: null_mut(), written: 0 };
        let cold = ColdSlot {
            values: null_mut(),
            signals: null_mut(),
            temperatures: null(),
            packed: null(),
            row_sums: null(),
            forbidden_bits: 0,
            wrapping_forbidden_bits: 0,
            product: null(),
            product_factors: null(),
            weight_factors: null(),
            thresholds: null(),
            pressure: null_mut(),
            pressure_len: 0,
            frozen: 0,
        };
        Frame {
            fuel: 0,
            interrupt: null(),
            input: null(),
            target: null(),
            output: null_mut(),
            output_len: Frame::NOT_STORED,
            scratch: null_mut(),
            control: null_mut(),
            control_len: 0,
            control_room: 0,
            calls: 0,
            call_limit: 0,
            learning: 0,
            helper: null(),
            press: null(),
            commit: null(),
            quantise: null(),
            saturating_product: null(),
            gated_means: null(),
            context: null_mut(),
            rotations: null(),
            counters: null_mut(),
            hot: [hot; REGISTERS_PER_BANK],
            cold: [cold; REGISTERS_PER_BANK],
        }
    }
}

/// Kernels read packed weights from the slot.
const _: () = {
    let at = offset_of!(ColdSlot, packed);
    assert!(offset_of!(PlainOperand, weights) == 0);
    assert!(offset_of!(ColdSlot, row_sums) == at + offset_of!(PlainOperand, row_sums));
    assert!(offset_of!(ColdSlot, forbidden_bits) == at + offset_of!(PlainOperand, forbidden_bits));
};

/// The offset of a field of a hot register's slot.
pub(crate) const fn hot_offset(register: usize, field: usize) -> i32 {
    (offset_of!(Frame, hot) + register * size_of::<HotSlot>() + field) as i32
}

/// The offset of a field of a cold register's slot.
pub(crate) const fn cold_offset(register: usize, field: usize) -> i32 {
    (offset_of!(Frame, cold) + register * size_of::<ColdSlot>() + field) as i32
}

/// A frame of the control stack, as the machine lays it out.
pub(crate) mod control_frame {
    /// Bytes of one frame.
    pub(crate) const SIZE: i32 = 16;
    /// 0 for a loop, 1 for a call: 32 bits.
    pub(crate) const TAG: i32 = 0;
    /// The first instruction of a loop's body, or where a call goes back to: 32 bits.
    pub(crate) const START: i32 = 4;
    /// The `end_loop`: 32 bits.
    pub(crate) const END: i32 = 8;
    /// How many rounds are left: 16 bits.
    pub(crate) const REMAINING: i32 = 12;
    /// The tag of a loop.
    pub(crate) const LOOP: i64 = 0;
    /// The tag of a call.
    pub(crate) const CALL: i64 = 1;
}
