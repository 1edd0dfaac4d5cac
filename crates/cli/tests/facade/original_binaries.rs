//! Binaries that Ternsig 1.4 wrote: they load, are written again byte for byte, and run to the recorded state.

use std::fs;
use std::path::Path;
use ternsig::host::conform::Vector;
use ternsig::{WriteOptions, binary};

#[test]
fn binaries_of_1_4_load_run_and_are_written_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/original-1.4");
    let vectors = fs::read_to_string(folder.join("vectors.jsonl")).unwrap();
    let mut count = 0;
    for line in vectors.lines() {
        let vector = Vector::parse(line).unwrap();
        let name = vector.binary.as_deref().unwrap();
        let bytes = fs::read(folder.join(name)).unwrap();
        let loaded = binary::read(&bytes).unwrap();
        assert_eq!(loaded.warnings, [], "{name}");
        assert_eq!(binary::write(&loaded.program, WriteOptions::default()).unwrap(), bytes, "{name}");
        assert_eq!(vector.assemble().unwrap().instructions, loaded.program.instructions, "{name}");
        vector.replay(&loaded.program, |_| {}).unwrap_or_else(|error| panic!("{name}: {error}"));
        count += 1;
    }
    let binaries = fs::read_dir(&folder).unwrap().filter(|entry| {
        entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "tvmr")
    });
    assert_eq!(binaries.count(), count, "each binary has its vector");
    assert!(count >= 40);
}
