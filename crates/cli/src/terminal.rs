//! The standard error output.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use ternsig_asm::Colour;

/// Shows a message. That it cannot be shown is nothing to stop for.
pub(crate) fn complain(message: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Colours for messages: on a terminal, unless `NO_COLOR` is set.
pub(crate) fn colour() -> Colour {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if io::stderr().is_terminal() && !refused { Colour::Ansi } else { Colour::Plain }
}
