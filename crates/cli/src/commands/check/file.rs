//! Checking one file.

use crate::problem::Problem;
use crate::program::{Program, is_unreadable};
use std::fs;
use std::path::{Path, PathBuf};
use ternsig_asm::{Diagnostic, Severity, apply_fixes, check};
use ternsig_host::loader::{LoadFileError, LoadFileErrorKind};
use ternsig_isa::InstructionSet;
use ternsig_program::{Checks, Finding, validate};

/// Changes may bring up others; a handful of rounds settles every file.
const MAX_ROUNDS: usize = 10;

/// A file and what there is to say about it.
pub(super) struct Checked {
    /// The file.
    pub(super) path: PathBuf,
    /// Its text, empty for a binary.
    pub(super) source: String,
    /// What there is to say, in the order of the text.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many changes were made before.
    pub(super) fixed: usize,
}

impl Checked {
    /// Checks a file.
    pub(super) fn of(path: &Path, checks: Checks, fixed: usize) -> Result<Checked, Problem> {
        let set = InstructionSet::standard();
        let (source, diagnostics) = match Program::load_quietly(path) {
            Ok(program) => match &program.file().source {
                Some(source) => (source.clone(), check(source, &set, checks).diagnostics),
                None => (String::new(), binary(&program, &set, checks)),
            },
            Err(error) => unloadable(error)?,
        };
        Ok(Checked { path: path.to_owned(), source, diagnostics, fixed })
    }

    /// Whether the program is fit to run.
    pub(super) fn passed(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// How many findings are of this severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// What there is to say about a binary program: oddities of the file first.
fn binary(program: &Program, set: &InstructionSet, checks: Checks) -> Vec<Diagnostic> {
    let warnings = program.file().warnings.iter();
    let mut diagnostics: Vec<_> =
        warnings.map(|warning| Diagnostic::warning("odd-binary", warning.to_string())).collect();
    let findings = validate(program.assembled(), set, checks).findings;
    diagnostics.extend(findings.into_iter().map(without_place));
    diagnostics
}

fn without_place(finding: Finding) -> Diagnostic {
    let message = match finding.instruction {
        Some(index) => format!("instruction {index}: {}", finding.message),
        None => finding.message,
    };
    Diagnostic::of(finding.level.into(), finding.code, message).maybe_help(finding.help)
}

/// The text and the errors of a file that holds no program.
fn unloadable(error: LoadFileError) -> Result<(String, Vec<Diagnostic>), Problem> {
    if is_unreadable(&error) {
        return Err(Problem::invocation(error.to_string()));
    }
    Ok(match *error.kind {
        LoadFileErrorKind::Source { text, diagnostics } => (text, diagnostics),
        kind => (String::new(), vec![Diagnostic::error("not-a-program", kind.to_string())]),
    })
}

/// Makes the changes that the findings of all checks propose; the result is how many were made.
pub(super) fn fix(path: &Path) -> Result<usize, Problem> {
    let bytes = fs::read(path).map_err(|error| Problem::file(path, error))?;
    let Some(original) = text_of(&bytes) else { return Ok(0) };
    let set = InstructionSet::standard();
    let mut source = original.to_owned();
    let mut total = 0;
    for _ in 0..MAX_ROUNDS {
        let (text, made) = apply_fixes(&source, &check(&source, &set, Checks::full()).diagnostics);
        if made == 0 {
            break;
        }
        source = text;
        total += made;
    }
    if source != original {
        fs::write(path, source).map_err(|error| Problem::file(path, error))?;
    }
    Ok(total)
}

/// The text of a source file; `None` for a binary.
fn text_of(bytes: &[u8]) -> Option<&str> {
    let is_binary = ternsig_program::binary::Format::of(bytes).is_some();
    std::str::from_utf8(bytes).ok().filter(|_| !is_binary)
}
