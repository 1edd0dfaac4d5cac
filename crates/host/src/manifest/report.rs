//! The `[region.report]` section.

use super::tree::Section;
use std::path::{Path, PathBuf};

/// What to tell at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportEntry {
    /// The accuracy of every seed, their mean and minimum.
    pub accuracy: bool,
    /// Which classes were taken for which.
    pub confusion: bool,
    /// A file for the accuracy curve, as SVG.
    pub curve: Option<PathBuf>,
}

impl Default for ReportEntry {
    fn default() -> ReportEntry {
        ReportEntry { accuracy: true, confusion: true, curve: None }
    }
}

/// Mistakes are complained about; what is returned then is not used.
pub(super) fn read(mut section: Section<'_>, base: &Path) -> ReportEntry {
    let mut flag = |key| section.optional(key).is_none_or(|item| item.flag().unwrap_or(true));
    let (accuracy, confusion) = (flag("accuracy"), flag("confusion"));
    let curve = section.optional("curve").and_then(|item| item.text()).map(|path| base.join(path));
    section.finish();
    ReportEntry { accuracy, confusion, curve }
}
