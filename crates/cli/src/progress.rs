//! Progress bars on the standard error output; silent where that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for so many steps.
pub(crate) fn bar(steps: usize, unit: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    let template = format!("{{bar:40}} {{pos}}/{{len}} {unit} {{elapsed}} {{msg}}");
    // A template that did not read would leave the default style.
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
