//! Sections and the directives that begin them.

/// A section of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Program metadata.
    Meta,
    /// Extension requirements.
    Requires,
    /// Register declarations.
    Registers,
    /// Labels and instructions.
    Program,
    /// One outgoing projection.
    Projection,
    /// Content that is not read.
    Skipped,
}

/// The directives, with the sections that they begin.
const DIRECTIVES: [(&str, Section); 8] = [
    (".meta", Section::Meta),
    (".requires", Section::Requires),
    (".registers", Section::Registers),
    (".program", Section::Program),
    (".code", Section::Program),
    (".projection", Section::Projection),
    (".aliases", Section::Skipped),
    (".config", Section::Skipped),
];

impl Section {
    /// The section that a directive begins, in any letter case.
    pub(crate) fn of_directive(word: &str) -> Option<Section> {
        DIRECTIVES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|&(_, section)| section)
    }

    /// The directives' names.
    pub(crate) fn directives() -> impl Iterator<Item = &'static str> {
        DIRECTIVES.iter().map(|&(name, _)| name)
    }
}
