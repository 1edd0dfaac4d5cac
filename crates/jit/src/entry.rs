//! The way into machine code and back.

use crate::frame::{ColdSlot, Frame, HotSlot};
use crate::helpers::{self, Context};
use crate::instance::{ColdMemory, Instance};
use crate::lower::function::exit;
use crate::packs::{Pack, Packs};
use crate::rotations::ROTATIONS;
use crate::version::Version;
use std::mem::transmute;
use std::ptr::null_mut;
use ternsig_kernels::Rounding;
use ternsig_vm::arith::mastery::dopamine_factor;
use ternsig_vm::machine::control::{ControlStack, MAX_FRAMES};
use ternsig_vm::machine::native::{ColdBank, NativeState, PressureBank};
use ternsig_vm::{ColdRegister, Devices, Entered, Machine, StepResult};

/// Room on the control stack that native code begins with.
const CONTROL_ROOM: usize = 16;

// SAFETY: the pointers are only followed by code that `run` enters with the machine and its frame to itself. Those to buffers
// are set anew each time; those to registers unless the machine is known to be as this accelerator has left it, which
// it is not as soon as anyone else can have changed it ([`Machine::is_known`]). Those to weights stay right as long as the
// register has the same version, and those to packed weights as long as the instance holds them.
unsafe impl Send for Frame {}
// SAFETY: as above: a shared reference follows no pointer.
unsafe impl Sync for Frame {}

/// Enters a version that admits the machine: the `number`th of its unit.
#[inline(always)]
pub(crate) fn run(
    instance: &mut Instance,
    packs: &Packs,
    (version, number): (&Version, usize),
    entry: u32,
    machine: &mut Machine,
    devices: &mut Devices,
) -> Entered {
    instance.counts.entered += 1;
    if !instance.knows(machine, version) {
        if instance.attached != version.id {
            attach(instance, version, number);
        }
        point_to_registers(instance, &mut machine.native_state(), version);
        instance.learn(machine);
    }
    fill(&mut instance.frame, &mut machine.native_state(), version);
    // SAFETY: `function::signature` is the type of the code that every version has, and the version is held.
    let code: NativeCode = unsafe { transmute(version.code.address()) };
    let mut stopped = None;
    let result = if version.plans.calls_out {
        call(code, entry, Context { machine, devices, instance, packs, version, stopped: &mut stopped })
    } else {
        code(&raw mut *instance.frame, entry)
    };
    let at = (result & u64::from(u32::MAX)) as usize;
    let mut state = machine.native_state();
    take(instance, &mut state, version);
    match result >> 32 {
        exit::HALTED => {
            *state.pc = at;
            Entered::Halted
        }
        exit::YIELDED => Entered::Yielded,
        exit::STOPPED => stopped.map_or(Entered::Ran, Entered::Stopped),
        _ => {
            *state.pc = at;
            instance.counts.fallbacks[at] += 1;
            Entered::Ran
        }
    }
}

/// `(frame, entry) -> exit and next instruction`, as [`exit`] says.
type NativeCode = extern "C" fn(*mut Frame, u32) -> u64;

/// Executes code that may call out.
#[inline(always)]
fn call(code: NativeCode, entry: u32, mut context: Context<'_>) -> u64 {
    let address: *mut Context<'_> = &raw mut context;
    context.instance.frame.context = address.cast();
    let frame: *mut Frame = &raw mut *context.instance.frame;
    code(frame, entry)
}

/// Points the frame to the hot registers, with room for all that the code can write.
pub(crate) fn point_to_registers(instance: &mut Instance, state: &mut NativeState<'_>, version: &Version) {
    let frame = &mut instance.frame;
    frame.interrupt = state.interrupt.as_ptr().cast();
    for &(register, room) in &version.rooms {
        let (data, _) = state.hot.raw_parts(register);
        frame.hot[register] = HotSlot { data: padded(data, room), written: 0 };
        instance.contents[register] = 0;
    }
}

/// Fills in what changes from run to run.
#[inline(always)]
pub(crate) fn fill(frame: &mut Frame, state: &mut NativeState<'_>, version: &Version) {
    frame.fuel = *state.fuel;
    let plans = &version.plans;
    if plans.reads_input {
        frame.input = padded(state.input, 0).cast_const();
    }
    if plans.reads_target {
        frame.target = padded(state.target, 0).cast_const();
    }
    if plans.output_room > 0 {
        frame.output = padded(state.output, plans.output_room);
    }
    frame.output_len = Frame::NOT_STORED;
    if !plans.pressed.is_empty() {
        frame.learning = dopamine_factor(state.dopamine).map_or(0, i64::unsigned_abs);
        fill_pressure(frame, (state.cold, state.pressure), version);
    }
    if plans.uses_control {
        fill_control(frame, state.control);
        frame.call_limit = state.call_limit as u64;
    }
}

/// Points to the control stack.
fn fill_control(frame: &mut Frame, stack: &mut ControlStack) {
    let (frames, calls) = stack.parts_mut();
    if frames.capacity() < frames.len() + CONTROL_ROOM {
        frames.reserve(CONTROL_ROOM);
    }
    frame.control = frames.as_mut_ptr().cast();
    frame.control_len = frames.len() as u64;
    frame.control_room = frames.capacity().min(MAX_FRAMES) as u64;
    frame.calls = *calls as u64;
}

/// Points to the pressure of weights that learn.
fn fill_pressure(frame: &mut Frame, (weights, lists): (&mut ColdBank, &mut PressureBank), version: &Version) {
    for &register in &version.plans.pressed {
        let slot = &mut frame.cold[register];
        slot.frozen = weights[register].as_ref().map_or(0, |weights| u64::from(weights.is_frozen()));
        (slot.pressure, slot.pressure_len) = match &mut lists[register] {
            Some(list) => (list.as_mut_ptr(), list.len() as u64),
            None => (null_mut(), 0),
        };
    }
}

/// A buffer with room for at least so many elements and for whole vectors.
#[inline(always)]
fn padded(buffer: &mut Vec<i32>, room: usize) -> *mut i32 {
    let room = room.max(buffer.len().next_multiple_of(8));
    if buffer.capacity() < room {
        grow(buffer, room);
    }
    buffer.as_mut_ptr()
}

#[cold]
fn grow(buffer: &mut Vec<i32>, room: usize) {
    buffer.reserve(room - buffer.len());
}

/// What belongs to the instance, and stays as long as the same version is entered.
#[cold]
fn attach(instance: &mut Instance, version: &Version, number: usize) {
    instance.attached = version.id;
    let frame = &mut instance.frame;
    frame.scratch = instance.scratch.as_ptr().cast_mut().cast();
    frame.helper = helpers::help as *const _;
    frame.press = helpers::press as *const _;
    frame.commit = helpers::commit as *const _;
    frame.quantise = helpers::quantise as *const _;
    frame.single_plane_product = helpers::single_plane_product as *const _;
    frame.saturating_product = helpers::saturating_product as *const _;
    frame.rotations = ROTATIONS.as_ptr().cast();
    frame.counters = instance.counters[number].as_mut_ptr();
}

/// Points to the weights of a register and to what is derived from them. As long as the register has the same version,
/// all of it stays where it is.
pub(crate) fn point_to(slot: &mut ColdSlot, memory: &ColdMemory, register: &ColdRegister) {
    // The code only reads weights.
    slot.values = register.values().as_ptr().cast_mut();
    slot.signals = register.signals().as_ptr().cast_mut().cast();
    // What another version of the code has left may be of earlier weights.
    for kept in memory.packs.iter().flatten().filter(|kept| kept.is_of(register)) {
        match &*kept.pack {
            Pack::Plain(pack) => {
                slot.packed = pack.weights_ptr();
                slot.row_sums = pack.row_sums_ptr();
                slot.forbidden_bits = pack.forbidden_bits();
                slot.wrapping_forbidden_bits = pack.wrapping_forbidden_bits();
            }
            Pack::Gated(pack) => {
                match pack.rounding() {
                    Rounding::PerProduct => slot.product_factors = pack.factors_ptr(),
                    Rounding::PerWeight => slot.weight_factors = pack.factors_ptr(),
                }
                slot.thresholds = pack.thresholds_ptr();
            }
        }
    }
}

/// Takes over what native code has left.
#[inline(always)]
pub(crate) fn take(instance: &mut Instance, state: &mut NativeState<'_>, version: &Version) {
    let (frame, plans) = (&mut instance.frame, &version.plans);
    *state.fuel = frame.fuel;
    instance.learning.settle(state.pressure);
    for &register in &plans.written {
        let (written, content) = (frame.hot[register].written, &mut instance.contents[register]);
        if written != *content {
            *content = written;
            take_register(written, register, state, version);
        }
    }
    if frame.output_len != Frame::NOT_STORED {
        // SAFETY: the code has written this many elements, for which `fill` made room.
        unsafe { state.output.set_len(frame.output_len as usize) };
    }
    if plans.uses_control {
        let (frames, calls) = state.control.parts_mut();
        // SAFETY: the code has written the frames up to there, within the capacity.
        unsafe { frames.set_len(frame.control_len as usize) };
        *calls = frame.calls as usize;
    }
}

/// Takes over another buffer than the register had.
#[cold]
fn take_register(number: u64, register: usize, state: &mut NativeState<'_>, version: &Version) {
    let Some(buffer) = version.plans.buffers.get((number as usize).wrapping_sub(1)) else { return };
    let (data, shape) = state.hot.raw_parts(register);
    // SAFETY: the code has written this many elements, for which `point_to_registers` made room.
    unsafe { data.set_len(buffer.len) };
    *shape = buffer.shape;
    state.hot.mark_allocated(register);
}

/// The result of a helper's step that does not go on.
pub(crate) const fn goes_on(result: &StepResult) -> bool {
    matches!(result, StepResult::Continue | StepResult::Break | StepResult::Return)
}

#[cfg(test)]
mod tests {
    use crate::frame::control_frame;
    use ternsig_vm::machine::control::Frame as Control;

    /// The bytes of a frame of the control stack.
    fn bytes(frame: Control) -> [u8; 16] {
        // SAFETY: the type has this size, and the bytes that are compared are initialised.
        unsafe { std::ptr::read(std::ptr::from_ref(&frame).cast()) }
    }

    #[test]
    fn control_frames_are_laid_out_as_the_code_assumes() {
        assert_eq!(size_of::<Control>(), control_frame::SIZE as usize);
        let frames = [
            Control::Loop { start: 0x0102_0304, end: 0x0506_0708, remaining: 0x090A },
            Control::Call { resume: 0x0B0C_0D0E },
        ];
        let word = |bytes: &[u8; 16], at: i32| {
            u32::from_le_bytes(bytes[at as usize..at as usize + 4].try_into().unwrap_or_default())
        };
        let [looping, calling] = frames.map(bytes);
        assert_eq!(i64::from(word(&looping, control_frame::TAG)), control_frame::LOOP);
        assert_eq!(word(&looping, control_frame::START), 0x0102_0304);
        assert_eq!(word(&looping, control_frame::END), 0x0506_0708);
        assert_eq!(word(&looping, control_frame::REMAINING) & 0xFFFF, 0x090A);
        assert_eq!(i64::from(word(&calling, control_frame::TAG)), control_frame::CALL);
        assert_eq!(word(&calling, control_frame::START), 0x0B0C_0D0E);
    }
}
