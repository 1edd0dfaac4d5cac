//! What becomes of a program, for people: who executes each instruction and why, and the generated code.

use crate::analysis::facts::Facts;
use crate::analysis::flow::Flow;
use crate::analysis::infer;
use crate::analysis::segments::{Segment, Work, segments};
use crate::crosscheck::text;
use crate::error::JitError;
use crate::lower::function::{self, Settings};
use crate::lower::plan::Reason;
use crate::options::Features;
use crate::target;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_frontend::FunctionBuilderContext;
use std::fmt;
use target_lexicon::Triple;
use ternsig_vm::Machine;

/// Who executes an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executor {
    /// Native code, in the stretch with this number.
    Native(usize),
    /// The interpreter's own function, called from native code.
    Helper,
    /// The interpreter.
    Interpreter(Reason),
    /// Nobody: no way leads there.
    Unreachable,
}

impl fmt::Display for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Executor::Native(stretch) => write!(f, "native, stretch {stretch}"),
            Executor::Helper => f.write_str("helper"),
            Executor::Interpreter(reason) => write!(f, "interpreter: {reason}"),
            Executor::Unreachable => f.write_str("unreachable"),
        }
    }
}

/// An instruction with its executor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// As it is written.
    pub text: String,
    /// Who executes it.
    pub executor: Executor,
}

/// What becomes of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Every instruction.
    pub instructions: Vec<Explained>,
    /// The processor that the code is for.
    pub target: String,
    /// Bytes of machine code.
    pub bytes: usize,
    /// The code generator's input, Cranelift IR.
    pub clif: String,
    /// The machine code as text.
    pub assembly: String,
}

/// Explains the program of a machine for its registers as they are and, while they are empty, input and target buffers
/// of the declared lengths. The code is for this processor or for the `target` of a triple like `aarch64-unknown-linux-gnu`.
///
/// # Errors
/// There is no code generator for the target, or it refuses.
pub fn explain(machine: &Machine, target: Option<&str>) -> Result<Explanation, JitError> {
    let (isa, settings) = match target {
        Some(triple) => {
            let triple = triple.parse::<Triple>().map_err(JitError::unsupported)?;
            (target::object(triple)?, Settings::default())
        }
        None => (target::host(Features::Host)?, Settings::here(Features::Host, false)),
    };
    let program = machine.program();
    let (flow, used) = (Flow::of(program), infer::used(program));
    let steps = 0..program.steps().len();
    let mut instructions: Vec<_> =
        steps.map(|at| Explained { text: text(program, at), executor: Executor::Unreachable }).collect();
    if instructions.is_empty() {
        let (clif, assembly) = (String::new(), String::new());
        return Ok(Explanation { instructions, target: isa.triple().to_string(), bytes: 0, clif, assembly });
    }
    let facts = Facts::expected(program, &used, machine);
    for (number, segment) in segments(program, &flow, &facts).iter().enumerate() {
        for explained in &mut instructions[segment.first..segment.end] {
            explained.executor = executor(segment, number);
        }
    }
    let mut context = FunctionBuilderContext::new();
    let (function, _) = function::build(program, &flow, &facts, isa.as_ref(), settings, &mut context);
    let clif = function.display().to_string();
    let (assembly, bytes) = assembly(Context::for_function(function), &isa)?;
    Ok(Explanation { instructions, target: isa.triple().to_string(), bytes, clif, assembly })
}

fn executor(segment: &Segment, number: usize) -> Executor {
    match segment.work {
        Work::Native(_) => Executor::Native(number),
        Work::Helper => Executor::Helper,
        Work::Leave(reason) => Executor::Interpreter(reason),
    }
}

/// The machine code as text, and how many bytes it has.
fn assembly(mut context: Context, isa: &OwnedTargetIsa) -> Result<(String, usize), JitError> {
    context.set_disasm(true);
    let compiled = context.compile(isa.as_ref(), &mut ControlPlane::default());
    let compiled = compiled.map_err(|error| JitError::code(format!("{:?}", error.inner)))?;
    Ok((compiled.vcode.clone().unwrap_or_default(), compiled.code_buffer().len()))
}
