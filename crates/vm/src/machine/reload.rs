//! Replacing a program by a newer version of itself while its weights live on.

use super::Machine;
use super::cold::ColdRegister;
use crate::error::Error;
use std::sync::Arc;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Register, Shape};
use ternsig_program::{AssembledProgram, ValidatedProgram};

/// What became of the cold registers of a machine whose program was reloaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reloaded {
    /// Registers of the new program that have what a register of the old one had.
    pub kept: Vec<Register>,
    /// Registers of the old program whose weights are gone.
    pub dropped: Vec<Dropped>,
}

/// A register whose weights no register of the new program took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The register.
    pub register: Register,
    /// Its key.
    pub key: Option<String>,
    /// The shape that its weights had.
    pub shape: Shape,
    /// The shape that the new program declares for its key, or else for the register itself.
    pub declared: Option<Shape>,
}

/// What a machine has of a cold register.
struct Kept {
    register: Arc<ColdRegister>,
    pressure: Option<Vec<i32>>,
    checkpoint: Option<Arc<ColdRegister>>,
    /// What the old program declared; a register that has grown since then still is what was declared.
    declared: Option<Shape>,
}

impl Machine {
    /// Replaces the program by a newer version. In addition to what [`load`](Machine::load) keeps, a cold register takes over what the
    /// old program's register with its key had, wherever that was; without one, what the register with its index had, if that had no
    /// key and the same shape. Weights, temperatures, usage, the dirty mark, checkpoints, pressure that fits and the phase of babbling
    /// are kept. A register that was grown or pruned since its shape was declared keeps the shape it has.
    ///
    /// # Errors
    /// The declared registers exceed the limits; the machine is unchanged then.
    pub fn reload(&mut self, program: ValidatedProgram) -> Result<Reloaded, Error> {
        if program.program().is_attached() {
            self.load(program)?;
            return Ok(Reloaded::default());
        }
        self.check_declarations(&program)?;
        let old = self.program.clone();
        let mut kept: [Option<Kept>; REGISTERS_PER_BANK] = std::array::from_fn(|index| {
            let register = self.cold[index].take()?;
            let (pressure, checkpoint) = (self.pressure[index].take(), self.checkpoints[index].take());
            let declared = declared(old.program(), Register::cold(index as u8));
            Some(Kept { register, pressure, checkpoint, declared })
        });
        let babble_phase = self.babble_phase;
        self.load(program)?;
        self.babble_phase = babble_phase;
        let mut reloaded = Reloaded::default();
        for pass in [Pass::Keys, Pass::Places] {
            for index in 0..REGISTERS_PER_BANK {
                let register = Register::cold(index as u8);
                if !reloaded.kept.contains(&register) && self.take_over(index, &mut kept, pass) {
                    reloaded.kept.push(register);
                }
            }
        }
        reloaded.kept.sort_unstable();
        let left = kept.iter().enumerate().filter_map(|(index, kept)| Some((index, kept.as_ref()?)));
        reloaded.dropped = left.map(|(index, kept)| self.dropped(index, kept)).collect();
        Ok(reloaded)
    }

    /// Gives a declared register what an old one had.
    fn take_over(&mut self, index: usize, kept: &mut [Option<Kept>], pass: Pass) -> bool {
        let Some(new) = self.cold[index].as_ref() else { return false };
        let from = match (pass, new.key()) {
            (Pass::Keys, Some(key)) => {
                let has_key =
                    |kept: &Option<Kept>| kept.as_ref().and_then(|kept| kept.register.key()) == Some(key);
                kept.iter().position(has_key)
            }
            (Pass::Places, _) => {
                Some(index).filter(|&index| kept[index].as_ref().is_some_and(Kept::is_unkeyed))
            }
            (Pass::Keys, None) => None,
        };
        let fits = |kept: &Kept| kept.register.shape() == new.shape() || kept.declared == Some(new.shape());
        let Some(from) = from.filter(|&from| kept[from].as_ref().is_some_and(fits)) else { return false };
        let Some(Kept { mut register, pressure, checkpoint, .. }) = kept[from].take() else { return false };
        let (key, frozen) = (new.key().map(str::to_owned), new.is_frozen());
        if register.key() != key.as_deref() || register.is_frozen() != frozen {
            let register = Arc::make_mut(&mut register);
            register.set_key(key.as_deref());
            register.set_frozen(frozen);
        }
        self.pressure[index] = pressure.filter(|pressure| pressure.len() == register.len());
        self.checkpoints[index] = checkpoint;
        self.cold[index] = Some(register);
        true
    }

    fn dropped(&self, index: usize, kept: &Kept) -> Dropped {
        let register = Register::cold(index as u8);
        let key = kept.register.key();
        let same_key = |new: &&Arc<ColdRegister>| key.is_some() && new.key() == key;
        let new = self.cold.iter().flatten().find(same_key).or(self.cold[index].as_ref());
        Dropped {
            register,
            key: key.map(str::to_owned),
            shape: kept.register.shape(),
            declared: new.map(|new| new.shape()),
        }
    }
}

impl Kept {
    fn is_unkeyed(&self) -> bool {
        self.register.key().is_none()
    }
}

/// What registers are matched by: every key before any place.
#[derive(Clone, Copy)]
enum Pass {
    Keys,
    Places,
}

fn declared(program: &AssembledProgram, register: Register) -> Option<Shape> {
    program.registers.iter().find(|decl| decl.register == register).map(|decl| decl.shape)
}
