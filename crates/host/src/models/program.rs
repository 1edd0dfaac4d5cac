//! The program that is bound to a slot.

use crate::loader::load_program_file;
use crate::store::{ModelContent, ModelSource};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use ternsig_asm::{Colour, render_all};
use ternsig_isa::RoleSet;
use ternsig_program::{AssembledProgram, Checks, ValidatedProgram, binary};
use ternsig_vm::{Error, ErrorKind, ExtensionRegistry, Limits};

/// A program that can be loaded into a slot, and how.
#[derive(Debug, Clone)]
pub struct ModelProgram {
    source: Source,
    granted: RoleSet,
    limits: Limits,
}

#[derive(Debug, Clone)]
enum Source {
    /// Read whenever the slot is loaded or reloaded.
    File(PathBuf),
    Text(Arc<str>),
    Binary(Arc<[u8]>),
}

impl ModelProgram {
    /// The program in a file, which is read whenever the slot is loaded or reloaded.
    #[must_use]
    pub fn from_file(path: impl Into<PathBuf>) -> ModelProgram {
        ModelProgram::new(Source::File(path.into()))
    }

    /// A program as text.
    #[must_use]
    pub fn from_text(text: &str) -> ModelProgram {
        ModelProgram::new(Source::Text(Arc::from(text)))
    }

    fn new(source: Source) -> ModelProgram {
        ModelProgram { source, granted: RoleSet::UNRESTRICTED, limits: Limits::default() }
    }

    /// The same with less that it may do.
    #[must_use]
    pub fn granted(self, granted: RoleSet) -> ModelProgram {
        ModelProgram { granted, ..self }
    }

    /// The same with other limits of its machine.
    #[must_use]
    pub fn limited(self, limits: Limits) -> ModelProgram {
        ModelProgram { limits, ..self }
    }

    pub(super) const fn limits(&self) -> Limits {
        self.limits
    }

    /// Reads and validates it.
    pub(super) fn read(&self, registry: &ExtensionRegistry) -> Result<ValidatedProgram, Error> {
        let set = registry.instruction_set();
        let failed = |error: &dyn fmt::Display| Error::new(ErrorKind::Storage, format!("{self}: {error}"));
        let program: AssembledProgram = match &self.source {
            Source::File(path) => load_program_file(path, set).map_err(|error| failed(&error))?.program,
            Source::Text(text) => {
                let assembled = ternsig_asm::assemble(text, set).into_result();
                assembled.map_err(|found| failed(&render_all(&found, "the program", text, Colour::Plain)))?
            }
            Source::Binary(bytes) => binary::read(bytes).map_err(|error| failed(&error))?.program,
        };
        let checks = Checks { granted: self.granted, ..Checks::required() };
        ValidatedProgram::with_checks(program, set, checks).map_err(|error| failed(&error))
    }
}

impl From<ModelSource> for ModelProgram {
    fn from(source: ModelSource) -> ModelProgram {
        ModelProgram::new(match source.content {
            ModelContent::Text(text) => Source::Text(Arc::from(text)),
            ModelContent::Binary(bytes) => Source::Binary(Arc::from(bytes)),
        })
    }
}

impl fmt::Display for ModelProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::File(path) => path.display().fmt(f),
            Source::Text(_) => f.write_str("a program in memory"),
            Source::Binary(_) => f.write_str("a binary program in memory"),
        }
    }
}
