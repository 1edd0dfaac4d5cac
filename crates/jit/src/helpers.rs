//! What native code calls: the interpreter's own functions for instructions that it does not own.

use crate::entry;
use crate::frame::Frame;
use crate::instance::Instance;
use crate::lower::function::exit;
use crate::mastery::{Commit, Press};
use crate::packs::{Form, Pack, Packs};
use crate::version::Version;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Signal, Temperature};
use ternsig_vm::accelerator::step;
use ternsig_vm::{Devices, Machine, StepResult};

/// What a helper works on while native code runs.
pub(crate) struct Context<'a> {
    pub(crate) machine: &'a mut Machine,
    pub(crate) devices: &'a mut Devices,
    pub(crate) instance: &'a mut Instance,
    pub(crate) packs: &'a Packs,
    pub(crate) version: &'a Version,
    /// The result of a step after which the run does not go on.
    pub(crate) stopped: &'a mut Option<Box<StepResult>>,
}

/// Executes the instruction at `at` as the interpreter does. 0 if native code goes on behind it, else how it leaves.
pub(crate) extern "C" fn help(frame: *mut Frame, at: u64) -> u64 {
    // SAFETY: native code hands on the frame that `entry::run` entered it with, whose context lives on that function's
    // stack and is used by nothing else while the code runs.
    let context = unsafe { &mut *(*frame).context.cast::<Context<'_>>() };
    context.help(at as usize)
}

/// Puts the pressure of mastery on weights: see [`Context::press`].
pub(crate) extern "C" fn press(
    frame: *mut Frame,
    what: u64,
    inputs: *const i32,
    input_count: u64,
    directions: *const i32,
    direction_count: u64,
) {
    // SAFETY: as in `help`.
    let context = unsafe { &mut *(*frame).context.cast::<Context<'_>>() };
    // SAFETY: native code hands on registers that hold as many elements, which nothing changes meanwhile.
    let inputs = unsafe { std::slice::from_raw_parts(inputs, input_count as usize) };
    // SAFETY: as above.
    let directions = unsafe { std::slice::from_raw_parts(directions, direction_count as usize) };
    context.press(Press::of_word(what), inputs, directions);
}

/// Lets weights take the steps of mastery: see [`Context::commit`].
pub(crate) extern "C" fn commit(frame: *mut Frame, what: u64) {
    // SAFETY: as in `help`.
    let context = unsafe { &mut *(*frame).context.cast::<Context<'_>>() };
    context.commit(Commit::of_word(what));
}

/// Makes the weights of a cold register of activations: see [`Context::quantise`].
pub(crate) extern "C" fn quantise(frame: *mut Frame, register: u64, elements: *const i32, count: u64) -> u64 {
    // SAFETY: as in `help`.
    let context = unsafe { &mut *(*frame).context.cast::<Context<'_>>() };
    // SAFETY: native code hands on a register that holds as many elements, which nothing changes meanwhile.
    let elements = unsafe { std::slice::from_raw_parts(elements, count as usize) };
    u64::from(context.quantise(register as usize % REGISTERS_PER_BANK, elements).is_none())
}

/// The product of a cold register with a plane of inputs, whose sums do not leave 32 bits.
pub(crate) extern "C" fn single_plane_product(
    frame: *mut Frame,
    register: u64,
    plane: *const i16,
    plane_count: u64,
    outputs: *mut i32,
    output_count: u64,
) {
    // SAFETY: as in `help`.
    let context = unsafe { &mut *(*frame).context.cast::<Context<'_>>() };
    // SAFETY: native code hands on parts of working memory of this length that do not overlap.
    let plane = unsafe { std::slice::from_raw_parts(plane, plane_count as usize) };
    // SAFETY: as above.
    let outputs = unsafe { std::slice::from_raw_parts_mut(outputs, output_count as usize) };
    let kept = context
        .instance
        .cold
        .get(register as usize)
        .and_then(|memory| memory.packs[Form::Plain as usize].as_ref());
    let computed = match kept.map(|kept| &*kept.pack) {
        Some(Pack::Plain(plain)) => plain.wide_product(plane, outputs),
        _ => false,
    };
    debug_assert!(computed, "the code was made for other weights");
}

/// The product of a cold register with inputs of any size.
pub(crate) extern "C" fn saturating_product(
    frame: *mut Frame,
    register: u64,
    inputs: *const i32,
    input_count: u64,
    outputs: *mut i32,
    output_count: u64,
) {
    // SAFETY: as in `help`.
    let context = unsafe { &mut *(*frame).context.cast::<Context<'_>>() };
    // SAFETY: native code hands on as many elements of a register or of working memory.
    let inputs = unsafe { std::slice::from_raw_parts(inputs, input_count as usize) };
    // SAFETY: native code hands on a part of working memory, which is none of the inputs.
    let outputs = unsafe { std::slice::from_raw_parts_mut(outputs, output_count as usize) };
    if let Some(weights) = context.machine.cold(register as usize) {
        let columns = weights.shape().dim(1).unwrap_or(0);
        ternsig_kernels::saturating_product(weights.values(), columns, inputs, outputs);
    }
}

/// Signals as polarity and magnitude. The polarities have to stay −1, 0 or 1.
pub(crate) fn signal_bytes(signals: &mut [Signal]) -> &mut [[u8; 2]] {
    const { assert!(size_of::<Signal>() == 2 && align_of::<Signal>() == 1) };
    // SAFETY: a signal is `repr(C)` with the polarity and the magnitude, one byte each, and any bytes are valid for both.
    unsafe { std::slice::from_raw_parts_mut(signals.as_mut_ptr().cast(), signals.len()) }
}

/// The codes of temperatures.
pub(crate) fn codes(temperatures: &[Temperature]) -> &[u8] {
    // SAFETY: a temperature is `repr(u8)`: one byte, which is its code.
    unsafe { std::slice::from_raw_parts(temperatures.as_ptr().cast(), temperatures.len()) }
}

impl Context<'_> {
    fn help(&mut self, at: usize) -> u64 {
        entry::take(self.instance, &mut self.machine.native_state(), self.version);
        *self.machine.native_state().pc = at;
        self.instance.counts.helped[at] += 1;
        let result = step(self.machine, self.devices);
        let next = self.machine.pc();
        let code = if matches!(result, StepResult::Yield(_)) {
            exit::YIELDED << 32 | next as u64
        } else if !entry::goes_on(&result) {
            *self.stopped = Some(Box::new(result));
            exit::STOPPED << 32 | next as u64
        } else {
            match self.version.entry(next).filter(|_| next == at + 1) {
                Some(entry) => match self.instance.admits(self.version, entry, self.machine, self.packs) {
                    Ok(()) => 0,
                    Err(guard) => {
                        self.instance.counts.guards[guard as usize] += 1;
                        next as u64
                    }
                },
                None => next as u64,
            }
        };
        let state = &mut self.machine.native_state();
        entry::point_to_registers(self.instance, state, self.version);
        entry::fill(&mut self.instance.frame, state, self.version);
        code
    }
}
