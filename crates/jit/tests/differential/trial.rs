//! Two equal machines, one of them with native code, and how they are run.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use ternsig_isa::{Instruction, InstructionSet};
use ternsig_jit::{Features, Jit, Mode, Options};
use ternsig_program::AssembledProgram;
use ternsig_program::generate::{Entropy, reduce};
use ternsig_vm::generate::{Generated, between_runs, lockstep_with, network, random};
use ternsig_vm::{InterruptHandle, StepResult};

/// Which generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Random,
    Network,
}

/// When runs are interrupted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Interrupts {
    /// Before the run and at every so many pauses.
    pub(crate) pauses: Option<NonZero<usize>>,
    /// At every so many calls of a device.
    pub(crate) calls: Option<NonZero<usize>>,
    /// Again and again while native code runs, from another thread.
    pub(crate) any_time: bool,
}

/// When native code takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// At once.
    Compiled,
    /// At this pause of each run, if the background is not ready earlier.
    AtPause(usize),
}

/// What is run, and how.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) kind: Kind,
    pub(crate) bytes: Vec<u8>,
    pub(crate) length: usize,
    /// The seed of devices to attach.
    pub(crate) devices: Option<u64>,
    /// The fuel that a run gets at once.
    pub(crate) portion: Option<u64>,
    pub(crate) rounds: u64,
    /// What the host changes between runs, if it does.
    pub(crate) changes: Option<u64>,
    pub(crate) features: Features,
    pub(crate) begin: Begin,
    pub(crate) interrupts: Interrupts,
}

impl Trial {
    /// One run of a program.
    pub(crate) fn new(kind: Kind, bytes: Vec<u8>, length: usize) -> Trial {
        Trial {
            kind,
            bytes,
            length,
            devices: None,
            portion: None,
            rounds: 1,
            changes: None,
            features: Features::Host,
            begin: Begin::Compiled,
            interrupts: Interrupts::default(),
        }
    }

    /// Any of them, by a number.
    pub(crate) fn drawn(seed: u64) -> Trial {
        let seed = mixed(seed);
        let choices = mixed(seed).to_le_bytes();
        let e = &mut Entropy::new(&choices);
        let kind = if e.one_in(4) { Kind::Random } else { Kind::Network };
        let length = if e.one_in(8) { 60 + e.below(60) } else { 4 + e.below(56) };
        let auto = e.one_in(12);
        let portion = (auto || e.one_in(5)).then(|| {
            let most = e.pick(&[60, 97, 400]);
            1 + e.below(most) as u64
        });
        let changed = !e.one_in(8);
        let interrupts = match e.below(12) {
            0 => Interrupts { pauses: NonZero::new(1 + e.below(3)), ..Interrupts::default() },
            1 => Interrupts { calls: NonZero::new(1 + e.below(5)), ..Interrupts::default() },
            _ => Interrupts::default(),
        };
        Trial {
            devices: (kind == Kind::Random && e.one_in(2)).then_some(seed),
            portion,
            rounds: if changed { 3 } else { 5 },
            changes: changed.then_some(seed),
            features: e.pick(&[Features::Host, Features::Host, Features::Narrow, Features::Portable]),
            begin: if auto { Begin::AtPause(e.below(6)) } else { Begin::Compiled },
            interrupts,
            ..Trial::new(kind, seed.to_le_bytes().to_vec(), length)
        }
    }

    /// Runs both engines: how the last run ended, and the machine with native code.
    ///
    /// With other instructions in place of the program's, `None` if they do not fit what the machine holds.
    pub(crate) fn run(
        &self,
        instructions: Option<&[Instruction]>,
    ) -> Result<Option<(StepResult, Generated)>, String> {
        let [mut reference, mut native] = [0, 1].map(|_| self.generated());
        for generated in [&mut reference, &mut native] {
            if instructions.is_some_and(|words| generated.replace_instructions(words).is_err()) {
                return Ok(None);
            }
        }
        let jit = self.equip(&mut native)?;
        let handle = self.interrupts.any_time.then(|| native.interpreter.interrupt_handle());
        let end = disturbed(handle, || self.rounds(&mut reference, &mut native, &jit))?;
        Ok(Some((end, native)))
    }

    fn equip(&self, native: &mut Generated) -> Result<Jit, String> {
        let tier_up_after = self.length as u32 % 4;
        let options =
            Options { features: self.features, count_retired: true, tier_up_after, ..Options::default() };
        let jit = Jit::new(options).map_err(|error| error.to_string())?;
        let mode = if self.begin == Begin::Compiled { Mode::Jit } else { Mode::Auto };
        jit.equip(&mut native.interpreter, mode);
        Ok(jit)
    }

    fn rounds(
        &self,
        reference: &mut Generated,
        native: &mut Generated,
        jit: &Jit,
    ) -> Result<StepResult, String> {
        let mut end = StepResult::Continue;
        for round in 0..self.rounds {
            let found = lockstep_with(reference, native, self.portion, |pause, both| {
                if self.begin == Begin::AtPause(pause) {
                    wait_for_code(jit);
                }
                if self.interrupts.pauses.is_some_and(|every| pause.is_multiple_of(every.get())) {
                    both.iter().for_each(|generated| generated.interpreter.interrupt_handle().interrupt());
                }
            });
            end = found.map_err(|difference| format!("run {round}, {difference}"))?;
            let Some(changes) = self.changes else { continue };
            let seed = (changes ^ round).to_le_bytes();
            for generated in [&mut *reference, &mut *native] {
                between_runs(generated.interpreter.machine_mut(), &mut Entropy::new(&seed));
            }
        }
        Ok(end)
    }

    /// The program with a machine.
    ///
    /// # Panics
    /// It cannot be loaded, which would be a mistake of the generator.
    pub(crate) fn generated(&self) -> Generated {
        let generate = match self.kind {
            Kind::Random => random,
            Kind::Network => network,
        };
        let mut generated = generate(&self.bytes, self.length).unwrap();
        if let Some(seed) = self.devices {
            generated.attach(seed);
        }
        if let (Some(every), Some(devices)) = (self.interrupts.calls, &generated.devices) {
            devices.interrupt(every.get(), &generated.interpreter);
        }
        generated
    }

    /// The shortest program for which `shows` is still true, as text without what does nothing.
    pub(crate) fn reduced(&self, shows: impl FnMut(&AssembledProgram) -> bool) -> (AssembledProgram, String) {
        let set = InstructionSet::standard();
        let least = reduce(&self.generated().program, &set, shows);
        let text = ternsig_asm::disassemble(&least, &set);
        let text = text.lines().filter(|line| line.trim() != "nop").map(|line| format!("{line}\n")).collect();
        (least, text)
    }
}

/// A number that differs from its neighbours in all its bytes: the generators use them one by one.
fn mixed(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let seed = (seed ^ seed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let seed = (seed ^ seed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    seed ^ seed >> 31
}

fn wait_for_code(jit: &Jit) {
    while jit.totals().compiling > 0 {
        thread::sleep(Duration::from_micros(50));
    }
}

/// Does something while another thread interrupts a machine. It gives up at some time, so that an instruction that takes
/// longer than the time between two interrupts is executed in the end.
fn disturbed<T>(handle: Option<InterruptHandle>, work: impl FnOnce() -> T) -> T {
    const TIMES: usize = 300;
    let Some(handle) = handle else { return work() };
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in (0..TIMES).take_while(|_| !done.load(Ordering::Relaxed)) {
                handle.interrupt();
                thread::sleep(Duration::from_micros(1));
            }
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}
