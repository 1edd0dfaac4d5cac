//! `ternsig conform`.

use crate::ENGINES;
use crate::support::{Folder, repository};
use serde_json::json;

fn vector(name: &str, found: i32) -> String {
    let vector = json!({
        "name": name,
        "source": ".registers\n    H0: i32[2]\n.program\n    relu H0, H0\n    store_output H0\n    halt\n",
        "runs": 1,
        "before": { "hot": { "H0": { "shape": [2], "data": [-3, 4] } } },
        "after": {
            "outcome": "halt", "output": [0, found], "cold": {}, "pressure": {},
            "hot": { "H0": { "shape": [2], "data": [0, 4] } },
        },
    });
    format!("{vector}\n")
}

#[test]
fn vectors_that_agree_pass() {
    let folder =
        Folder::new(&[("a.jsonl", &(vector("a", 4) + "\n" + &vector("b", 4))), ("b.jsonl", &vector("c", 4))]);
    let ran = folder.run(&["conform", "a.jsonl", "b.jsonl"]);
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "3 passed, 0 failed\n", ""));
}

#[test]
fn the_first_difference_of_each_vector_is_named() {
    let folder = Folder::new(&[("a.jsonl", &(vector("a", 4) + &vector("b", 5) + "nonsense\n"))]);
    let ran = folder.run(&["conform", "a.jsonl"]);
    assert_eq!(ran.status, 1);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines[0], "a.jsonl:2: b: output[1]: expected 5, found 4");
    assert!(lines[1].starts_with("a.jsonl:3: not a conformance vector: "), "{}", lines[1]);
    assert_eq!(lines[2..], ["1 passed, 2 failed"]);
    let missing = folder.run(&["conform", "none.jsonl"]);
    assert_eq!((missing.status, missing.out.as_str()), (2, ""));
    folder.write("empty.jsonl", "\n");
    let empty = folder.run(&["conform", "empty.jsonl"]);
    assert_eq!((empty.status, empty.out.as_str()), (2, ""));
}

#[test]
fn what_the_original_recorded_passes_from_text_and_binary() {
    let vectors = repository("crates/cli/tests/fixtures/original-1.4/vectors.jsonl");
    for engine in ENGINES {
        let ran = Folder::new(&[]).run(&["conform", &vectors.to_string_lossy(), "--engine", engine]);
        assert_eq!(ran.status, 0, "{engine}: {}", ran.out);
        assert!(ran.out.ends_with(" passed, 0 failed\n"), "{engine}");
    }
}
