//! How much of the brain is Rust: as much as `docs/brain.md` says.

use crate::firmware::Firmware;
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files below a folder with this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|is| is == extension) {
            found.push(path);
        }
    }
    found
}

/// The number in the last column of a row of the table.
fn told(row: &str) -> usize {
    let text = fs::read_to_string(repository().join("docs/brain.md")).unwrap();
    let line = text.lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap();
    line.trim_end_matches(" |").rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_guide_counts_right() {
    let lines =
        fs::read_to_string(repository().join("crates/host/src/brain/cell.rs")).unwrap().lines().count();
    assert!(lines <= told("Lines of Rust that run a region, whichever it is (`brain/cell.rs`): fewer than"));
    assert_eq!(told("Programs that are shipped"), files(&repository().join("firmware"), "ternsig").len());
}

#[test]
fn no_line_of_rust_knows_a_region() {
    let regions = Firmware::copy().manifest().regions;
    let sources =
        ["host", "cli"].map(|part| files(&repository().join("crates").join(part).join("src"), "rs"));
    for path in sources.concat() {
        if path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
        for region in &regions {
            // Programs and messages speak of language, too.
            let quoted = format!("\"{}\"", region.name);
            let named = region.name != "language" && words.contains(&region.name.as_str());
            assert!(!named && !text.contains(&quoted), "{} names {}", path.display(), region.name);
        }
    }
}
