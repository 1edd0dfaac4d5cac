//! One program file.

use super::error::{LoadFileError, LoadFileErrorKind};
use super::{BINARY_EXTENSION, CARD_EXTENSION, SOURCE_EXTENSION};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use ternsig_asm::{Diagnostic, assemble};
use ternsig_isa::InstructionSet;
use ternsig_program::binary::Format;
use ternsig_program::{AssembledProgram, BinaryWarning, binary, card};

/// As many bytes are too many.
const LIMIT: u64 = 1 << 30;

/// A program from a file, and what there is to say about it.
#[derive(Debug, Clone)]
pub struct LoadedProgram {
    /// The program.
    pub program: AssembledProgram,
    /// The file.
    pub path: PathBuf,
    /// The source, if the file is one.
    pub source: Option<String>,
    /// What the assembler said, none of it an error; empty for binaries.
    pub diagnostics: Vec<Diagnostic>,
    /// What is odd about the binary; empty for source.
    pub warnings: Vec<BinaryWarning>,
    /// The id, if the file is a card.
    pub card_id: Option<String>,
}

impl LoadedProgram {
    /// The program's name: its own, or else the file's without the extension.
    #[must_use]
    pub fn name(&self) -> String {
        if self.program.meta.name.is_empty() {
            self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
        } else {
            self.program.meta.name.clone()
        }
    }
}

/// Loads a program by the extension of its file: `.ternsig` is source text, or a binary if it begins like one; `.tvmr`
/// and `.tern` are binaries; `.card` is a card.
///
/// # Errors
/// The file cannot be read, has another extension, or is no program.
pub fn load_program_file(path: &Path, set: &InstructionSet) -> Result<LoadedProgram, LoadFileError> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let kind = extension.as_deref().filter(|kind| KNOWN.contains(kind));
    let kind = kind.ok_or_else(|| LoadFileError::new(path, LoadFileErrorKind::UnknownExtension))?;
    let bytes = read_bytes(path)?;
    match kind {
        SOURCE_EXTENSION => read_source(path.to_owned(), bytes, set),
        CARD_EXTENSION => read_card(path.to_owned(), &bytes),
        _ => read_binary(path.to_owned(), &bytes),
    }
}

const KNOWN: [&str; 4] = [SOURCE_EXTENSION, BINARY_EXTENSION, "tern", CARD_EXTENSION];

/// The content of a file.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, LoadFileError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes));
    match read {
        Ok(size) if (size as u64) < LIMIT => Ok(bytes),
        Ok(_) => Err(LoadFileError::new(path, LoadFileErrorKind::TooLarge)),
        Err(error) => Err(LoadFileError::new(path, LoadFileErrorKind::Io(error))),
    }
}

/// A source file, which may be a binary.
pub(super) fn read_source(
    path: PathBuf,
    bytes: Vec<u8>,
    set: &InstructionSet,
) -> Result<LoadedProgram, LoadFileError> {
    if Format::of(&bytes).is_some() {
        return read_binary(path, &bytes);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        LoadFileError::new(&path, LoadFileErrorKind::NotUtf8 { offset })
    })?;
    let assembly = assemble(&text, set);
    match assembly.program {
        Some(program) => {
            let diagnostics = assembly.diagnostics;
            Ok(LoadedProgram {
                program,
                path,
                source: Some(text),
                diagnostics,
                warnings: Vec::new(),
                card_id: None,
            })
        }
        None => {
            let kind = LoadFileErrorKind::Source { text, diagnostics: assembly.diagnostics };
            Err(LoadFileError::new(&path, kind))
        }
    }
}

fn read_binary(path: PathBuf, bytes: &[u8]) -> Result<LoadedProgram, LoadFileError> {
    match binary::read(bytes) {
        Ok(loaded) => Ok(without_source(path, loaded, None)),
        Err(error) => Err(LoadFileError::new(&path, LoadFileErrorKind::Binary(error))),
    }
}

/// A card.
pub(super) fn read_card(path: PathBuf, bytes: &[u8]) -> Result<LoadedProgram, LoadFileError> {
    let card =
        card::read(bytes).map_err(|error| LoadFileError::new(&path, LoadFileErrorKind::Card(error)))?;
    match card.program() {
        Ok(loaded) => Ok(without_source(path, loaded, Some(card.id))),
        Err(error) => Err(LoadFileError::new(&path, LoadFileErrorKind::Binary(error))),
    }
}

fn without_source(path: PathBuf, loaded: binary::Loaded, card_id: Option<String>) -> LoadedProgram {
    LoadedProgram {
        program: loaded.program,
        path,
        source: None,
        diagnostics: Vec::new(),
        warnings: loaded.warnings,
        card_id,
    }
}
