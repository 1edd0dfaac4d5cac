//! What native code calls: the interpreter's own functions for instructions that it does not own.

use crate::entry;
use crate::frame::Frame;
use crate::instance::Instance;
use crate::lower::function::exit;
use crate::mastery::{Commit, Press};
use crate::packs::Packs;
use crate::statistics::Guard;
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
    pub(crate) stopped: Option<Box<StepResult>>,
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
        entry::take(self.instance, self.machine, self.version);
        *self.machine.native_state().pc = at;
        self.instance.counts.helped[at] += 1;
        let result = step(self.machine, self.devices);
        let next = self.machine.pc();
        let admitted = self.admitted(at, next);
        entry::point_to_machine(self.instance, &mut self.machine.native_state(), self.version);
        entry::fill(&mut self.instance.frame, self.machine, self.version);
        // A run that goes on behind a yield finds everything as it is now, unless the host changes it.
        if matches!(admitted, Some(Ok(()))) {
            self.instance.learn(self.machine);
        }
        match (result, admitted) {
            (StepResult::Yield(_), _) => exit::YIELDED << 32 | next as u64,
            (result, _) if !entry::goes_on(&result) => {
                self.stopped = Some(Box::new(result));
                exit::STOPPED << 32 | next as u64
            }
            (_, Some(Ok(()))) => 0,
            (_, Some(Err(guard))) => {
                self.instance.counts.guards[guard as usize] += 1;
                next as u64
            }
            (_, None) => next as u64,
        }
    }

    /// Whether the code may go on at the next instruction; `None` if that has to be entered elsewhere.
    fn admitted(&mut self, at: usize, next: usize) -> Option<Result<(), Guard>> {
        let entry = self.version.entry(next).filter(|_| next == at + 1)?;
        Some(self.instance.admits(self.version, entry, self.machine, self.packs))
    }
}
