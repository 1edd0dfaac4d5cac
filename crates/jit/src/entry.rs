//! The way into machine code and back.

use crate::door::Way;
use crate::frame::{ColdSlot, Frame, HotSlot};
use crate::helpers::{self, Context};
use crate::instance::{ColdMemory, Instance};
use crate::lower::function::exit;
use crate::packs::Pack;
use crate::rotations::ROTATIONS;
use crate::unit::Unit;
use crate::version::Version;
use std::hint::cold_path;
use std::mem::transmute;
use std::ptr::{null, null_mut};
use ternsig_kernels::Rounding;
use ternsig_kernels::mean::mean_function;
use ternsig_kernels::plain::product_function;
use ternsig_vm::arith::mastery::dopamine_factor;
use ternsig_vm::machine::control::{ControlStack, MAX_FRAMES};
use ternsig_vm::machine::native::{ColdBank, NativeState, PressureBank};
use ternsig_vm::{ColdRegister, Devices, Entered, Machine, StepResult};

/// Room on the control stack that native code begins with.
const CONTROL_ROOM: usize = 16;

// The pointers are only followed by code that `run` enters with the machine and its frame to itself. Those to registers and
// buffers are set anew unless the machine is known to be as this accelerator has left it, which it is not as soon as anyone
// else can have changed it or a buffer had to move ([`Machine::is_known`]).
// Those to weights stay right as long as the register has the same version, and those to packed weights as long as the
// instance holds them.
// SAFETY: for that reason it does not matter which thread enters the code.
unsafe impl Send for Frame {}
// SAFETY: as above: a shared reference follows no pointer.
unsafe impl Sync for Frame {}

/// Points the frame to a machine that a version admits: the `number`th of its unit.
pub(crate) fn prepare(instance: &mut Instance, (version, number): (&Version, usize), machine: &mut Machine) {
    if instance.knows(machine, version) {
        return;
    }
    if instance.attached != version.id {
        attach(instance, version, number);
    }
    point_to_machine(instance, &mut machine.native_state(), version);
    instance.learn(machine);
}

/// Enters code that works on registers and buffers alone, of which the latter have the right lengths and room. A program
/// may be so short that every instruction here counts.
#[inline(always)]
pub(crate) fn run_plain(instance: &mut Instance, way: &Way, machine: &mut Machine) -> Entered {
    instance.counts.entered += 1;
    debug_assert!(points_to(instance, &mut machine.native_state(), &way.version));
    let frame = &mut instance.frame;
    if cfg!(debug_assertions) {
        frame.context = null_mut();
    }
    frame.fuel = machine.fuel();
    frame.output_len = Frame::NOT_STORED;
    // SAFETY: as in `run`.
    let code: NativeCode = unsafe { transmute(way.version.code.address()) };
    let result = code(&raw mut **frame, way.entry);
    let version = &way.version;
    take_registers(instance, machine, version);
    leave(result, instance, machine)
}

/// Enters a version that admits the machine and whose frame points to it.
pub(crate) fn run(
    instance: &mut Instance,
    unit: &Unit,
    version: &Version,
    entry: u32,
    machine: &mut Machine,
    devices: &mut Devices,
) -> Entered {
    instance.counts.entered += 1;
    debug_assert!(points_to(instance, &mut machine.native_state(), version));
    fill(&mut instance.frame, machine, version);
    // SAFETY: `function::signature` is the type of the code that every version has, and the version is held.
    let code: NativeCode = unsafe { transmute(version.code.address()) };
    if version.entry_point(entry).calls_out {
        let packs = &unit.shared.packs;
        return call(code, entry, Context { machine, devices, instance, packs, version, stopped: None });
    }
    let result = code(&raw mut *instance.frame, entry);
    take(instance, machine, version);
    leave(result, instance, machine)
}

/// `(frame, entry) -> exit and next instruction`, as [`exit`] says.
type NativeCode = extern "C" fn(*mut Frame, u32) -> u64;

/// Executes code that may call out.
#[inline(never)]
fn call(code: NativeCode, entry: u32, mut context: Context<'_>) -> Entered {
    let address: *mut Context<'_> = &raw mut context;
    context.instance.frame.context = address.cast();
    let frame: *mut Frame = &raw mut *context.instance.frame;
    let result = code(frame, entry);
    let Context { machine, instance, version, stopped, .. } = context;
    take(instance, machine, version);
    if result >> 32 == exit::STOPPED {
        return stopped.map_or(Entered::Ran, Entered::Stopped);
    }
    leave(result, instance, machine)
}

/// Leaves a machine that was taken over as the code has left it.
#[inline(always)]
fn leave(result: u64, instance: &mut Instance, machine: &mut Machine) -> Entered {
    let state = machine.native_state();
    let at = (result & u64::from(u32::MAX)) as usize;
    match result >> 32 {
        exit::HALTED => {
            *state.pc = at;
            Entered::Halted
        }
        exit::YIELDED => {
            cold_path();
            Entered::Yielded
        }
        _ => {
            cold_path();
            *state.pc = at;
            instance.counts.fallbacks[at] += 1;
            Entered::Ran
        }
    }
}

/// Points the frame to the hot registers and the buffers, with room for all that the code can write and for whole vectors.
pub(crate) fn point_to_machine(instance: &mut Instance, state: &mut NativeState<'_>, version: &Version) {
    let frame = &mut instance.frame;
    frame.interrupt = state.interrupt.as_ptr().cast();
    for &(register, room) in &version.rooms {
        let (data, _) = state.hot.raw_parts(register);
        frame.hot[register] = HotSlot { data: padded(data, room), written: 0 };
        instance.contents[register] = 0;
    }
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
}

/// Whether the frame points to the registers, buffers and weights that the machine has.
fn points_to(instance: &Instance, state: &mut NativeState<'_>, version: &Version) -> bool {
    let frame = &instance.frame;
    let hot = version.rooms.iter().all(|&(register, room)| {
        let (data, _) = state.hot.raw_parts(register);
        frame.hot[register].data == data.as_mut_ptr() && data.capacity() >= room
    });
    hot && points_to_buffers(frame, state, version)
        && version.cold.iter().all(|used| {
            let values = frame.cold[used.register].values.cast_const();
            state.cold[used.register].as_deref().is_some_and(|register| register.values().as_ptr() == values)
        })
}

/// Whether the frame points to the buffers that the code reads and writes, and these have the lengths that it was made for and
/// room for whole vectors.
fn points_to_buffers(frame: &Frame, state: &NativeState<'_>, version: &Version) -> bool {
    let plans = &version.plans;
    let lies_at = |buffer: &Vec<i32>, at: *const i32, len: usize| {
        buffer.as_ptr() == at && buffer.len() == len && buffer.capacity() >= len.next_multiple_of(8)
    };
    let facts = &version.facts;
    (!plans.reads_input || lies_at(state.input, frame.input, facts.input_len))
        && (!plans.reads_target || lies_at(state.target, frame.target, facts.target_len))
        && (plans.output_room == 0
            || state.output.capacity() >= plans.output_room && state.output.as_ptr() == frame.output)
}

/// Fills in what changes from run to run.
pub(crate) fn fill(frame: &mut Frame, machine: &mut Machine, version: &Version) {
    let state = machine.native_state();
    frame.fuel = *state.fuel;
    let plans = &version.plans;
    frame.output_len = Frame::NOT_STORED;
    if plans.uses_control || !plans.pressed.is_empty() {
        fill_rest(frame, machine, version);
    }
}

/// Fills in what few programs use.
#[inline(never)]
fn fill_rest(frame: &mut Frame, machine: &mut Machine, version: &Version) {
    let state = machine.native_state();
    let plans = &version.plans;
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
    frame.saturating_product = helpers::saturating_product as *const _;
    frame.gated_means = mean_function().map_or(null(), |function| function as *const _);
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
                slot.product = product_function(pack.layout()).map_or(null(), |product| product as *const _);
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
pub(crate) fn take(instance: &mut Instance, machine: &mut Machine, version: &Version) {
    take_registers(instance, machine, version);
    let state = machine.native_state();
    instance.learning.settle(state.pressure);
    if version.plans.uses_control {
        let frame = &instance.frame;
        let (frames, calls) = state.control.parts_mut();
        // SAFETY: the code has written the frames up to there, within the capacity.
        unsafe { frames.set_len(frame.control_len as usize) };
        *calls = frame.calls as usize;
    }
}

/// Takes over the fuel, the hot registers and the output.
#[inline(always)]
fn take_registers(instance: &mut Instance, machine: &mut Machine, version: &Version) {
    let frame = &instance.frame;
    let stays = |&register: &usize| frame.hot[register].written == instance.contents[register];
    if !version.plans.written.iter().all(stays) {
        take_buffers(instance, machine, version);
    }
    let (frame, state) = (&instance.frame, machine.native_state());
    *state.fuel = frame.fuel;
    if frame.output_len != Frame::NOT_STORED {
        // SAFETY: the code has written this many elements, for which `point_to_machine` made room.
        unsafe { state.output.set_len(frame.output_len as usize) };
    }
}

/// Takes over other buffers than the registers had. While a program does the same from run to run there are none.
#[cold]
#[inline(never)]
fn take_buffers(instance: &mut Instance, machine: &mut Machine, version: &Version) {
    let hot = machine.native_state().hot;
    for &register in &version.plans.written {
        let number = instance.frame.hot[register].written;
        if std::mem::replace(&mut instance.contents[register], number) == number {
            continue;
        }
        let Some(buffer) = version.plans.buffers.get((number as usize).wrapping_sub(1)) else { continue };
        let (data, shape) = hot.raw_parts(register);
        // SAFETY: the code has written this many elements, for which `point_to_machine` made room.
        unsafe { data.set_len(buffer.len) };
        *shape = buffer.shape;
        hot.mark_allocated(register);
    }
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
