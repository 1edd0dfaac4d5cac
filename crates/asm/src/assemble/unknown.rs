//! Mnemonics that do not exist: what was probably meant.

use super::lookup::{qualified, row, written};
use super::requires::short_name;
use crate::diagnostic::Diagnostic;
use crate::suggest::{did_you_mean, nearest, question};
use crate::syntax::Text;
use ternsig_isa::{ExtensionSyntax, InstructionSet, Row};
use ternsig_program::Requirement;

/// Where to look if nothing near is known.
const LIST: &str = "`ternsig spec` lists all instructions";

/// What to say about a mnemonic that could not be found.
pub(super) fn explain(mnemonic: Text<'_>, set: &InstructionSet, requires: &[Requirement]) -> Diagnostic {
    let Some((name, op)) = qualified(mnemonic.text) else { return unknown_mnemonic(mnemonic, set) };
    match set.by_name(name).filter(|ext| ext.id() != 0) {
        Some(ext) => unknown_instruction(mnemonic, ext, op, set),
        None => unknown_extension(mnemonic, name, op, set, requires),
    }
}

/// The same in short, without a search for what was meant.
pub(super) fn unknown(mnemonic: Text<'_>) -> Diagnostic {
    Diagnostic::error("unknown-mnemonic", format!("unknown mnemonic {}", mnemonic.text))
        .labelled(mnemonic.span(), "not an instruction")
        .help(LIST)
}

/// All instructions with this name, as they are written.
fn namesakes(set: &InstructionSet, name: &str) -> Vec<String> {
    set.extensions().filter_map(|ext| row(ext, name).map(|row| written(ext, row))).collect()
}

fn unknown_mnemonic(mnemonic: Text<'_>, set: &InstructionSet) -> Diagnostic {
    match namesakes(set, mnemonic.text).as_slice() {
        [only] => return unknown(mnemonic).help(question(only)).fix(mnemonic.span(), only.as_str()),
        [] => {}
        several => return unknown(mnemonic).help(format!("did you mean one of {}?", several.join(", "))),
    }
    let core = set.extension(0).into_iter().flat_map(|core| core.rows());
    let names = core.flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()));
    let help = did_you_mean(mnemonic.text, names).or_else(|| {
        let (ext, row) = nearest_row(mnemonic.text, all_rows(set))?;
        Some(question(&written(ext, row)))
    });
    unknown(mnemonic).maybe_help(help)
}

type ExtRow<'a> = (&'a dyn ExtensionSyntax, &'static Row);

fn all_rows(set: &InstructionSet) -> impl Iterator<Item = ExtRow<'_>> {
    set.extensions().flat_map(|ext| ext.rows().iter().map(move |row| (ext, row)))
}

fn nearest_row<'a>(name: &str, rows: impl Iterator<Item = ExtRow<'a>>) -> Option<ExtRow<'a>> {
    struct Candidate<'a>(ExtRow<'a>);
    impl AsRef<str> for Candidate<'_> {
        fn as_ref(&self) -> &str {
            self.0.1.name
        }
    }
    nearest(name, rows.map(Candidate)).map(|candidate| candidate.0)
}

fn unknown_extension(
    mnemonic: Text<'_>,
    name: &str,
    op: &str,
    set: &InstructionSet,
    requires: &[Requirement],
) -> Diagnostic {
    let short = short_name(name);
    if requires.iter().any(|requirement| requirement.name.eq_ignore_ascii_case(short)) {
        return Diagnostic::error("no-instruction-table", format!("no instruction table for extension {name}"))
            .labelled(mnemonic.span(), "cannot be encoded")
            .help("the extension is required, but not registered here; the host that registers it can assemble this");
    }
    let diagnostic = Diagnostic::error("unknown-extension", format!("unknown extension {name}"))
        .labelled(mnemonic.span(), "not an instruction of a known extension")
        .help(LIST);
    if let Some(core) = set.by_name(name).filter(|ext| ext.id() == 0).and_then(|core| row(core, op)) {
        return diagnostic.help("instructions of the core have no prefix").fix(mnemonic.span(), core.name);
    }
    let likely = nearest_extension(short, set).map(|ext| match row(ext, op) {
        Some(row) => question(&written(ext, row)),
        None => question(ext.name()),
    });
    let others = namesakes(set, op);
    diagnostic.maybe_help(likely.or_else(|| others.first().map(|other| question(other))))
}

fn nearest_extension<'a>(name: &str, set: &'a InstructionSet) -> Option<&'a dyn ExtensionSyntax> {
    let names: Vec<_> = set.extensions().filter(|ext| ext.id() != 0).map(|ext| ext.name()).collect();
    nearest(name, names).and_then(|name| set.by_name(name))
}

fn unknown_instruction(
    mnemonic: Text<'_>,
    ext: &dyn ExtensionSyntax,
    op: &str,
    set: &InstructionSet,
) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown-mnemonic", format!("{} has no instruction {op}", ext.name()))
        .labelled(mnemonic.span(), "not an instruction")
        .help(LIST);
    // Some extensions repeat their name in their mnemonics: bank.bank_query.
    if let Some(row) = row(ext, &format!("{}_{op}", ext.name())) {
        let name = written(ext, row);
        return diagnostic.help(question(&name)).fix(mnemonic.span(), name);
    }
    let near = || nearest_row(op, ext.rows().iter().map(|row| (ext, row)));
    let anywhere = || nearest_row(op, all_rows(set));
    let likely = near().map(|(ext, row)| written(ext, row));
    let likely = likely.or_else(|| namesakes(set, op).into_iter().next());
    let likely = likely.or_else(|| anywhere().map(|(ext, row)| written(ext, row)));
    diagnostic.maybe_help(likely.map(|name| question(&name)))
}
