//! Manifests and data sets are untrusted: whatever they hold, reading them gives a value or an error.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use std::path::Path;
use ternsig_host::Manifest;
use ternsig_host::source::{CsvOptions, csv};

const MANIFEST: &str = include_str!("../../../firmware/digits/digits.toml");

proptest! {
    #[test]
    fn any_text_is_a_manifest_or_an_error(text in "\\PC{0,200}") {
        let _ = Manifest::parse(&text, Path::new("any.toml")).map_err(|error| error.to_string());
    }

    #[test]
    fn a_damaged_manifest_is_a_manifest_or_an_error(
        at in 0..MANIFEST.len(),
        length in 0usize..40,
        patch in "[\\PC\\n]{0,20}",
    ) {
        let mut bytes = MANIFEST.as_bytes().to_vec();
        bytes.splice(at..(at + length).min(MANIFEST.len()), patch.bytes());
        let text = String::from_utf8_lossy(&bytes);
        let _ = Manifest::parse(&text, Path::new("any.toml")).map_err(|error| error.to_string());
    }

    #[test]
    fn any_bytes_are_a_data_set_or_an_error(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            "([0-9]{1,11}[,\\n]){0,60}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..100).prop_map(|rest| [vec![0x1F, 0x8B, 8], rest].concat()),
        ],
        header in any::<bool>(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("any.csv");
        std::fs::write(&path, bytes).unwrap();
        let options = CsvOptions { header, ..CsvOptions::default() };
        let _ = csv::read(&path, &options).map_err(|error| error.to_string());
    }
}
