//! From a mnemonic to its row.

use ternsig_isa::{ExtensionSyntax, InstructionSet, Row};

/// What a mnemonic stands for.
pub(super) enum Found<'a> {
    /// An instruction of the table.
    Instruction(&'a dyn ExtensionSyntax, &'static Row),
    /// `word`, which gives a word by its numbers.
    Word,
}

/// The mnemonic that gives a word by its numbers.
pub(crate) const WORD: &str = "word";

/// Looks a mnemonic up.
pub(super) fn find<'a>(mnemonic: &str, set: &'a InstructionSet) -> Option<Found<'a>> {
    if mnemonic.eq_ignore_ascii_case(WORD) {
        return Some(Found::Word);
    }
    let (ext, op) = match qualified(mnemonic) {
        None => (set.extension(0)?, mnemonic),
        Some((name, op)) => (set.by_name(name).filter(|ext| ext.id() != 0)?, op),
    };
    Some(Found::Instruction(ext, row(ext, op)?))
}

/// The row that a mnemonic stands for.
pub(crate) fn row_of(mnemonic: &str, set: &InstructionSet) -> Option<&'static Row> {
    match find(mnemonic, set)? {
        Found::Instruction(_, row) => Some(row),
        Found::Word => None,
    }
}

/// The extension and the name within it; `None` for a mnemonic without a point.
pub(super) fn qualified(mnemonic: &str) -> Option<(&str, &str)> {
    match mnemonic.split_once('.')? {
        (prefix, rest) if prefix.eq_ignore_ascii_case("tvmr") && rest.contains('.') => rest.split_once('.'),
        parts => Some(parts),
    }
}

/// The extension's instruction with this name.
pub(super) fn row(ext: &dyn ExtensionSyntax, name: &str) -> Option<&'static Row> {
    ext.rows().iter().find(|row| row.is_called(name))
}

/// An instruction's mnemonic as it is written.
pub(super) fn written(ext: &dyn ExtensionSyntax, row: &Row) -> String {
    if ext.id() == 0 { row.name.to_owned() } else { format!("{}.{}", ext.name(), row.name) }
}
