//! Text for people: tables, counts and names.

use std::fmt::Display;
use std::io::{self, Write};

/// Most names that a message lists.
const LISTED: usize = 16;

/// A column of a table: its name, and on which side its cells are flush.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    Left(&'static str),
    Right(&'static str),
}

/// A table whose columns are as wide as their widest cells.
pub(crate) struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[String; N]>,
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Column::Left(name) | Column::Right(name) => name,
        }
    }
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(columns: [Column; N], rows: impl IntoIterator<Item = [String; N]>) -> Table<N> {
        Table { columns, rows: rows.into_iter().collect() }
    }

    /// Writes a title with the number of rows, and below it the names of the columns and the rows, if there are any.
    pub(crate) fn write(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{title} ({})", self.rows.len())?;
        if self.rows.is_empty() {
            return Ok(());
        }
        let names = self.columns.map(|column| column.name().to_owned());
        let widths = std::array::from_fn(|at| {
            let cells = self.rows.iter().chain([&names]).map(|row| row[at].chars().count());
            cells.max().unwrap_or_default()
        });
        [&names].into_iter().chain(&self.rows).try_for_each(|row| self.line(row, &widths, out))
    }

    fn line(&self, row: &[String; N], widths: &[usize; N], out: &mut dyn Write) -> io::Result<()> {
        let cells = self.columns.iter().zip(row).zip(widths);
        let line = cells.fold(String::new(), |line, ((column, cell), width)| match column {
            Column::Left(_) => format!("{line}  {cell:<width$}"),
            Column::Right(_) => format!("{line}  {cell:>width$}"),
        });
        writeln!(out, "{}", line.trim_end())
    }
}

/// Writes one value of a report behind its name.
pub(crate) fn field(name: &str, value: impl AsRef<str>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{name:<13}  {}", value.as_ref())
}

/// `1 file`, `2 files`.
pub(crate) fn counted(count: impl Display, what: &str) -> String {
    let count = count.to_string();
    format!("{count} {what}{}", if count == "1" { "" } else { "s" })
}

/// A name that stays in its line: control characters are escaped.
pub(crate) fn shown(name: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    name.chars().map(escaped).collect()
}

/// What there is instead of what was asked for, as the end of a message.
pub(crate) fn listed(what: &str, names: &[String]) -> String {
    let first: Vec<String> = names.iter().take(LISTED).map(|name| shown(name)).collect();
    match (names.len(), first.join(", ")) {
        (0, _) => format!("it has no {what}s"),
        (1, only) => format!("its only {what} is {only}"),
        (2..=LISTED, all) => format!("its {what}s are {all}"),
        (count, first) => format!("its {what}s are {first} and {} more", count - LISTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_padded_and_lines_are_not() {
        let rows =
            [["é".to_owned(), "1".to_owned(), String::new()], ["long".into(), "10".into(), "x".into()]];
        let table = Table::new([Column::Left("a"), Column::Right("n"), Column::Left("tag")], rows);
        let mut out = Vec::new();
        table.write("things", &mut out).unwrap();
        let expected = "things (2)\n  a      n  tag\n  é      1\n  long  10  x\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn names_stay_in_their_line() {
        assert_eq!(shown("a\n\u{1b}[1mé"), "a\\n\\u{1b}[1mé");
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..18).map(|i| format!("k{i}")).collect();
        assert_eq!(listed("key", &[]), "it has no keys");
        assert_eq!(listed("key", &names[..1]), "its only key is k0");
        assert_eq!(listed("key", &names[..2]), "its keys are k0, k1");
        assert!(listed("key", &names).ends_with("k14, k15 and 2 more"));
    }
}
