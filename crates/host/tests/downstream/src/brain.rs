//! The loop.

use crate::extension::SonarInstructions;
use crate::region::Parts;
use crate::{Radio, Reflex, Region, Result, Sonar, Substrate};
use std::path::Path;
use std::sync::Arc;
use ternsig::host::banks::WritePolicy;
use ternsig::{Engine, ExtensionRegistry, Memory, Outcome};

/// The motor's number.
pub const MOTOR: u8 = 0;
/// The cortex's number.
pub const CORTEX: u8 = 1;

/// Three regions: the motor does what the cortex says, the cortex hears the sonars, and a reflex watches the chemistry.
pub struct Brain {
    /// What they share.
    pub substrate: Substrate,
    /// What they talk through.
    pub radio: Arc<Radio>,
    /// Moves.
    pub motor: Region,
    /// Decides.
    pub cortex: Region,
    /// Twitches.
    pub reflex: Reflex,
    memory: Memory,
}

/// The standard instructions and this brain's.
///
/// # Errors
/// They contradict each other.
pub fn registry() -> Result<Arc<ExtensionRegistry>> {
    let mut registry = ExtensionRegistry::standard();
    registry.register(Arc::new(SonarInstructions))?;
    Ok(Arc::new(registry))
}

impl Brain {
    /// Puts it together, with what the store remembers.
    ///
    /// # Errors
    /// Firmware or store cannot be used.
    pub fn begin(firmware: &Path, store: &Path, engine: Engine) -> Result<Brain> {
        let memory = Memory::open(store, WritePolicy::Through)?;
        let radio = Arc::new(Radio::new([MOTOR, CORTEX]));
        let parts = Parts {
            firmware: firmware.to_owned(),
            registry: registry()?,
            memory: memory.clone(),
            radio: Arc::clone(&radio),
            engine,
        };
        Ok(Brain {
            substrate: Substrate::default(),
            radio,
            motor: Region::new(MOTOR, "motor", &parts)?,
            cortex: Region::new(CORTEX, "cortex", &parts)?.with_device("sensor", Sonar::new([50, 90])),
            reflex: Reflex::new("reflex", &parts)?,
            memory,
        })
    }

    /// A tick; how the runs of motor and cortex went.
    ///
    /// # Errors
    /// A region or the store cannot go on.
    pub fn tick(&mut self) -> Result<[Outcome; 2]> {
        self.substrate.advance();
        self.memory.advance_to(self.substrate.tick())?;
        let motor = self.motor.step(&mut self.substrate)?;
        let cortex = self.cortex.step(&mut self.substrate)?;
        self.reflex.step(&mut self.substrate);
        Ok([motor, cortex])
    }
}
