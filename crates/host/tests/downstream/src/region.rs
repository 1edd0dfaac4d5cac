//! Regions: a machine with firmware, and a `step` that is all that is left of them in Rust.

use crate::{Radio, Result, Substrate};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use ternsig::host::banks::Slots;
use ternsig::host::loader::load_program_file;
use ternsig::host::memory::KeyTable;
use ternsig::host::models::{Host, ModelProgram, ModelTable};
use ternsig::vm::machine::reload::Reloaded;
use ternsig::{
    Device, Engine, ExtensionRegistry, Interpreter, Ipc, Machine, Memory, Outcome, Transport,
    ValidatedProgram, Watch,
};

/// What all regions of a brain are made with.
pub struct Parts {
    /// The directory of the firmware.
    pub firmware: PathBuf,
    /// The instructions that there are.
    pub registry: Arc<ExtensionRegistry>,
    /// What outlives them.
    pub memory: Memory,
    /// What they talk through.
    pub radio: Arc<Radio>,
    /// What runs them.
    pub engine: Engine,
}

impl Parts {
    fn interpreter(&self, path: &Path) -> Result<Interpreter> {
        let program = load_program_file(path, self.registry.instruction_set())?.program;
        let mut interpreter = Interpreter::with_registry(&program, Arc::clone(&self.registry))?;
        self.memory.load_registers(interpreter.machine_mut()).complete()?;
        self.engine.equip(&mut interpreter)?;
        Ok(interpreter)
    }
}

/// A region whose substrate answers all that its firmware asks.
#[derive(Debug)]
pub struct Reflex {
    interpreter: Interpreter,
}

impl Reflex {
    /// The region of a name, whose firmware is the file of that name.
    ///
    /// # Errors
    /// There is no such firmware, or it cannot run.
    pub fn new(name: &str, parts: &Parts) -> Result<Reflex> {
        let interpreter = parts.interpreter(&parts.firmware.join(name).with_extension("ternsig"))?;
        Ok(Reflex { interpreter })
    }

    /// A tick.
    pub fn step(&mut self, substrate: &mut Substrate) {
        self.interpreter.set_substrate(substrate);
        self.interpreter.run();
    }

    /// Its machine.
    #[must_use]
    pub const fn machine(&self) -> &Machine {
        self.interpreter.machine()
    }
}

/// A region that also talks, remembers, has models and senses.
pub struct Region {
    interpreter: Interpreter,
    engine: Engine,
    host: Host,
    ipc: Ipc,
    memory: Memory,
    watch: Watch,
}

impl Region {
    /// The region of a name, whose firmware is the file of that name. Its model slot 1 has the firmware `steer`.
    ///
    /// # Errors
    /// There is no such firmware, it cannot run or be watched, or its weights cannot be read.
    pub fn new(id: u8, name: &str, parts: &Parts) -> Result<Region> {
        let path = parts.firmware.join(name).with_extension("ternsig");
        let ipc = Ipc::new(id, Arc::clone(&parts.radio) as Arc<dyn Transport>);
        let mut devices = parts.memory.devices(name, KeyTable::new(), Slots::new());
        devices.attach("ipc", ipc.clone());
        let engine = parts.engine;
        let equip = move |model: &mut Interpreter| {
            let no_code = |error: ternsig::EngineError| {
                ternsig::Error::new(ternsig::ErrorKind::NoDevice, error.to_string())
            };
            engine.equip(model).map_err(no_code)
        };
        let mut models = ModelTable::new(Arc::clone(&parts.registry), Box::new(equip));
        models.bind(1, ModelProgram::from_file(parts.firmware.join("steer.ternsig")));
        Ok(Region {
            interpreter: parts.interpreter(&path)?,
            engine,
            host: Host { devices, models },
            ipc,
            memory: parts.memory.clone(),
            watch: Watch::files([&path], Duration::ZERO, &parts.registry)?,
        })
    }

    /// Gives it a device of its own.
    #[must_use]
    pub fn with_device(mut self, name: &str, device: impl Device + 'static) -> Region {
        self.host.devices.attach(name, device);
        self
    }

    /// A tick: it goes on with the run that waits, or begins one.
    ///
    /// # Errors
    /// What it subscribed to cannot be delivered.
    pub fn step(&mut self, substrate: &mut Substrate) -> Result<Outcome> {
        self.interpreter.set_substrate(substrate);
        if self.machine().pending().is_none() {
            self.ipc.begin_run(self.interpreter.machine_mut())?;
        }
        let Region { interpreter, host, .. } = self;
        let outcome = interpreter.run_with_host(|op, ctx| host.answer(op, ctx));
        let open = self.memory.end_run();
        if !open.is_empty() {
            return Err(format!("transactions {open:?} were left open").into());
        }
        Ok(outcome)
    }

    /// Loads its firmware anew if that was saved; `None` if it was not, or while a run waits. The old one stays if something is
    /// wrong with the new; without a code generator for this processor, which was looked for when the region was made, the new one
    /// would be interpreted.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn reload_changed(&mut self) -> Result<Option<Reloaded>> {
        if self.machine().pending().is_some() {
            return Ok(None);
        }
        let Some(change) = self.watch.poll() else { return Ok(None) };
        let set = self.interpreter.registry().instruction_set();
        let program = ValidatedProgram::new(change.result?.program, set)?;
        let reloaded = self.interpreter.reload(program)?;
        self.engine.equip(&mut self.interpreter)?;
        Ok(Some(reloaded))
    }

    /// Its machine.
    #[must_use]
    pub const fn machine(&self) -> &Machine {
        self.interpreter.machine()
    }
}
