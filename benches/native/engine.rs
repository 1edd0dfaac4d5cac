//! The native engine behind the interface of the interpreter.

use crate::engines::Ours;
use crate::programs::Program;
use ternsig_jit::{Features, Jit, Mode, Options};
use ternsig_vm::Interpreter;

/// The program with its weights, in native code.
pub(crate) fn native(program: &Program) -> Ours {
    let mut ours = Ours::new(program);
    equip(&mut ours.0);
    ours
}

/// The same in vectors of 128 bits alone.
pub(crate) fn narrow(program: &Program) -> Ours {
    let mut ours = Ours::new(program);
    let options = Options { features: Features::Narrow, ..Options::default() };
    let compiler = Jit::new(options).unwrap_or_else(|error| panic!("{error}"));
    compiler.equip(&mut ours.0, Mode::Jit);
    ours
}

/// Lets an interpreter run native code, which is compiled now.
pub(crate) fn equip(interpreter: &mut Interpreter) {
    compiler().equip(interpreter, Mode::Jit);
}

/// A compiler that has not compiled anything yet.
pub(crate) fn compiler() -> Jit {
    Jit::new(Options::default()).unwrap_or_else(|error| panic!("{error}"))
}
