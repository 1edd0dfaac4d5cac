//! Documents whose text is written by hand and whose tables are generated.

use super::tables;
use crate::problem::{Problem, Status};
use std::fs;
use std::path::Path;

/// What begins the line above a table; its name and ` -->` follow.
const BEGIN: &str = "<!-- table: ";
/// The line below a table.
const END: &str = "<!-- end -->";

/// Writes the tables of a file again and leaves the rest as it is.
pub(super) fn fill(file: &Path) -> Result<Status, Problem> {
    let text = fs::read_to_string(file).map_err(|error| Problem::file(file, error))?;
    let filled = filled(&text).map_err(|mistake| Problem::file(file, mistake))?;
    fs::write(file, filled).map_err(|error| Problem::file(file, error))?;
    Ok(Status::Success)
}

/// The text with its tables as they are now; otherwise what is wrong in which line.
fn filled(text: &str) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        filled.push_str(line);
        filled.push('\n');
        let Some(name) = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let place = |mistake: &str| format!("line {}: {mistake}", number + 1);
        let table = tables::table(name).ok_or_else(|| place(&format!("there is no table \"{name}\"")))?;
        if !lines.by_ref().any(|(_, line)| line == END) {
            return Err(place(&format!("the line \"{END}\" is missing below the table")));
        }
        filled.push_str(&format!("\n{table}\n{END}\n"));
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tables_change() {
        let text = "before\n<!-- table: temperatures -->\nstale\n<!-- end -->\nbehind\n";
        let once = filled(text).unwrap();
        assert!(once.starts_with("before\n<!-- table: temperatures -->\n\n| code |"), "{once}");
        assert!(once.ends_with("|\n\n<!-- end -->\nbehind\n") && !once.contains("stale"), "{once}");
        assert_eq!(filled(&once).unwrap(), once);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let unknown = filled("\n<!-- table: tables -->\n<!-- end -->\n");
        assert_eq!(unknown, Err("line 2: there is no table \"tables\"".to_owned()));
        let open = filled("<!-- table: limits -->\n| a |\n");
        assert_eq!(open, Err("line 1: the line \"<!-- end -->\" is missing below the table".to_owned()));
    }
}
