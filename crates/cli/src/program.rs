//! Programs from files, and what there is to say about them and their runs.

use crate::problem::Problem;
use crate::terminal::{colour, complain};
use std::path::Path;
use ternsig_asm::{LineIndex, Severity, assemble, render};
use ternsig_host::loader::{LoadFileError, LoadFileErrorKind};
use ternsig_host::{LoadedProgram, load_program_file};
use ternsig_isa::{InstructionSet, Register};
use ternsig_program::{AssembledProgram, Finding, Level, ValidationError};
use ternsig_vm::interpreter::LoadError;
use ternsig_vm::{Interpreter, Limits, Outcome};

/// A program from a file.
pub(crate) struct Program(LoadedProgram);

impl Program {
    /// Loads a program, showing what is odd about its file.
    pub(crate) fn load(path: &Path) -> Result<Program, Problem> {
        let program = Program::load_quietly(path).map_err(refused)?;
        show_oddities(&program.0);
        Ok(program)
    }

    /// Loads a program.
    pub(crate) fn load_quietly(path: &Path) -> Result<Program, LoadFileError> {
        load_program_file(path, &InstructionSet::standard()).map(Program)
    }

    /// The program itself.
    pub(crate) fn assembled(&self) -> &AssembledProgram {
        &self.0.program
    }

    /// What the file held beside the program.
    pub(crate) fn file(&self) -> &LoadedProgram {
        &self.0
    }

    /// An interpreter for this program: on a machine of its own, or on the one that another program sets up.
    pub(crate) fn interpreter(
        &self,
        on: Option<&Program>,
        fuel: Option<u64>,
    ) -> Result<Interpreter, Problem> {
        let base = on.unwrap_or(self);
        let mut interpreter =
            Interpreter::from_program(base.assembled()).map_err(|error| base.unfit(&error))?;
        if on.is_some() {
            interpreter.load(self.assembled()).map_err(|error| self.unfit(&error))?;
        }
        let limits = interpreter.machine().limits();
        interpreter.set_limits(Limits { fuel: fuel.unwrap_or(limits.fuel), ..limits });
        Ok(interpreter)
    }

    /// Why the program cannot be loaded.
    fn unfit(&self, error: &LoadError) -> Problem {
        Problem::Program(match error {
            LoadError::Invalid(invalid) => self.explain_invalid(invalid),
            error => format!("error: {}: {error}", self.0.path.display()),
        })
    }

    /// Why the program is invalid.
    pub(crate) fn explain_invalid(&self, error: &ValidationError) -> String {
        let texts: Vec<_> = error.findings.iter().map(|finding| self.explain(finding)).collect();
        texts.join("\n\n")
    }

    /// How a run ended that did not come to its own end, at the place in the source where that is known.
    pub(crate) fn explain_outcome(&self, outcome: &Outcome) -> Option<String> {
        let message = match outcome {
            outcome if outcome.is_complete() => return None,
            Outcome::Failed(error) => {
                let message = error.message().to_owned();
                let (code, at) = (error.kind().name(), error.instruction());
                return Some(self.explain_error(code, at, error.register(), message));
            }
            Outcome::Unfulfilled { op, .. } => format!("nobody answers {op} (device \"{}\")", op.device()),
            outcome => outcome.to_string(),
        };
        Some(self.explain_error(outcome.name(), outcome.instruction(), None, message))
    }

    /// An error of a run, at the place in the source where that is known.
    pub(crate) fn explain_error(
        &self,
        code: &'static str,
        instruction: Option<usize>,
        register: Option<Register>,
        message: String,
    ) -> String {
        let message = match (&self.0.source, instruction) {
            // Without a source, only the name tells which instruction it was.
            (None, Some(index)) => format!("({}) {message}", self.mnemonic(index)),
            _ => message,
        };
        self.explain(&Finding { level: Level::Error, code, instruction, register, message, help: None })
    }

    fn mnemonic(&self, index: usize) -> String {
        let word = self.assembled().instructions.get(index);
        word.map_or_else(String::new, |word| InstructionSet::standard().mnemonic(word.ext, word.opcode))
    }

    /// A finding, with the source line underlined where there is one.
    pub(crate) fn explain(&self, finding: &Finding) -> String {
        let path = self.0.path.to_string_lossy();
        match &self.0.source {
            Some(source) => {
                let places = assemble(source, &InstructionSet::standard()).places;
                let diagnostic = places.diagnose(finding, self.assembled());
                render(&diagnostic, &path, &LineIndex::new(source), colour())
            }
            None => format!("{}[{}]: {path}: {finding}", finding.level.name(), finding.code),
        }
    }
}

/// Shows what is odd about a program's file.
pub(crate) fn show_oddities(loaded: &LoadedProgram) {
    let LoadedProgram { path, source, diagnostics, warnings, .. } = loaded;
    let index = LineIndex::new(source.as_deref().unwrap_or_default());
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.severity >= Severity::Warning) {
        complain(render(diagnostic, &path.to_string_lossy(), &index, colour()));
    }
    for warning in warnings {
        complain(format_args!("warning: {}: {warning}", path.display()));
    }
}

/// Whether the file itself is at fault, not the program in it.
pub(crate) fn is_unreadable(error: &LoadFileError) -> bool {
    use LoadFileErrorKind as Kind;
    matches!(*error.kind, Kind::Io(_) | Kind::TooLarge | Kind::UnknownExtension)
}

/// A file that holds no program.
pub(crate) fn refused(error: LoadFileError) -> Problem {
    if is_unreadable(&error) {
        Problem::invocation(error.to_string())
    } else {
        Problem::Program(error.render(colour()))
    }
}
