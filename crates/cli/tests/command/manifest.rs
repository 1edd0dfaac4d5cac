//! `ternsig run` with manifests.

use crate::support::Folder;
use serde_json::Value;

const MANIFEST: &str = "\
[run]
seeds = [1, 2]

[[region]]
name = \"larger\"
program = \"larger.ternsig\"

[region.source]
kind = \"csv\"
path = \"pairs.csv\"
label = \"last\"
holdout = 10
epochs = 2

[region.report]
curve = \"larger.svg\"
";

const LARGER: &str =
    ".registers\n    H0: i32[2]\n.program\n    load_input H0\n    store_output H0\n    halt\n";

/// Pairs of numbers, labelled by which of them is the larger one.
fn folder() -> Folder {
    let pairs: Vec<_> = (0..100)
        .map(|i| if i % 2 == 0 { format!("{},1,first", i + 2) } else { format!("1,{i},second") })
        .collect();
    Folder::new(&[("m.toml", MANIFEST), ("larger.ternsig", LARGER), ("pairs.csv", &pairs.join("\n"))])
}

#[test]
fn the_report_has_accuracy_confusion_speed_and_curve() {
    let folder = folder();
    let ran = folder.run(&["run", "m.toml"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for expected in [
        "region larger: 90 samples learned in each of 2 epochs, 10 held out\n",
        "    seed 1   100.00 % (10 of 10)\n    seed 2   100.00 % (10 of 10)\n    mean     100.00 %\n    minimum  100.00 %\n",
        "       |   first  second\n",
        " samples learned per second\naccuracy curve: larger.svg\n",
    ] {
        assert!(ran.out.contains(expected), "{expected:?} is not in\n{}", ran.out);
    }
    assert!(folder.read("larger.svg").contains("<svg"));
}

#[test]
fn the_report_is_there_for_programs() {
    let ran = folder().run(&["run", "m.toml", "--format", "json", "--quiet", "--engine", "interpreter"]);
    assert_eq!(ran.status, 0);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["mean"], &report["minimum"]), (&1.0.into(), &1.0.into()));
    assert_eq!(report["classes"], serde_json::json!(["first", "second"]));
    assert_eq!(report["confusion"], serde_json::json!([[10, 0], [0, 10]]));
    assert_eq!(report["seeds"][1]["seed"], 2);
    assert_eq!(report["seeds"][1]["epochs"][1], serde_json::json!({ "learned": 180, "right": 10, "of": 10 }));
}

#[test]
fn the_report_says_what_native_code_did() {
    let folder = folder();
    folder.write("m.toml", MANIFEST.replace("[region.source]", "engine = \"jit\"\n[region.source]"));
    let text = folder.run(&["run", "m.toml", "--stats"]);
    assert_eq!((text.status, text.err.as_str()), (0, ""));
    assert!(text.out.contains("native code, seed 2, held-out samples: 1 version of "), "{}", text.out);
    let native = folder.run(&["run", "m.toml", "--format", "json", "--quiet"]);
    let native: Value = serde_json::from_str(&native.out).unwrap();
    assert_eq!(native["engine"], "jit");
    let learning = &native["seeds"][0]["native"]["learning"];
    assert_eq!((&learning["compiled"], &learning["entered"]), (&1.into(), &180.into()));
    assert_eq!((&learning["fallbacks"], &learning["helped"]), (&Value::from([0; 0]), &Value::from([0; 0])));
    // The command's argument decides.
    let arguments = ["run", "m.toml", "--format", "json", "--quiet", "--engine", "interpreter"];
    let plain: Value = serde_json::from_str(&folder.run(&arguments).out).unwrap();
    assert_eq!(
        (&plain["engine"], &plain["seeds"][0]["native"]["learning"]),
        (&"interpreter".into(), &Value::Null)
    );
    assert_eq!(plain["confusion"], native["confusion"]);
}

#[test]
fn a_curve_that_cannot_be_drawn_does_not_hide_the_report() {
    let folder = folder();
    folder.write("m.toml", MANIFEST.replace("larger.svg", "none/larger.svg"));
    let ran = folder.run(&["run", "m.toml"]);
    assert_eq!(ran.status, 2);
    assert!(ran.out.contains("samples learned per second") && !ran.out.contains("curve"), "{}", ran.out);
    assert!(ran.err.starts_with("error: none/larger.svg: "), "{}", ran.err);
    folder.write("m.toml", MANIFEST.replace("holdout = 10", "holdout = 0"));
    folder.write("pairs.csv", "2,1,first\n1,2,second\n");
    let ran = folder.run(&["run", "m.toml"]);
    assert_eq!(ran.status, 0);
    assert_eq!(ran.err, "warning: larger.svg: too few samples were learned for a curve\n");
    assert!(ran.out.starts_with("region larger: 2 samples learned in each of 2 epochs, 0 held out\n\n"));
    assert!(!ran.out.contains("accuracy") && !ran.out.contains("row for each class"), "{}", ran.out);
}

#[test]
fn a_failing_program_is_shown_in_its_source() {
    let folder = folder();
    folder.write("larger.ternsig", LARGER.replace("store_output H0", "store_output H5"));
    let ran = folder.run(&["run", "m.toml", "--quiet"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.contains("larger.ternsig:5:18") && ran.err.contains("H5 is not allocated"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("seed 1"), "{}", ran.err);
}

#[test]
fn an_invalid_program_is_shown_in_its_source() {
    let folder = folder();
    folder
        .write("larger.ternsig", ".meta\n    role \"forward\"\n.program\n    mastery_commit C0\n    halt\n");
    let ran = folder.run(&["run", "m.toml", "--quiet"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("error[role-denied]") && ran.err.contains("larger.ternsig:4:5"), "{}", ran.err);
}

#[test]
fn a_manifest_with_mistakes_is_shown() {
    let folder = folder();
    folder.write("m.toml", MANIFEST.replace("epochs", "epoch"));
    let ran = folder.run(&["run", "m.toml"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("m.toml:13:1") && ran.err.contains("did you mean \"epochs\"?"), "{}", ran.err);
}

#[test]
fn what_is_at_fault_decides_the_exit_status() {
    let folder = folder();
    assert_eq!(folder.run(&["run", "none.toml"]).status, 2);
    let input = folder.run(&["run", "m.toml", "--input", "1"]);
    assert_eq!(input.status, 2);
    assert_eq!(input.err, "error: m.toml: --input is for programs, not for manifests\n");
    let fuel = folder.run(&["run", "m.toml", "--fuel", "1"]);
    assert_eq!(fuel.status, 1);
    assert!(fuel.err.contains("out of fuel"), "{}", fuel.err);
    folder.write("pairs.csv", "1,x,first\n");
    assert_eq!(folder.run(&["run", "m.toml"]).status, 1);
    std::fs::remove_file(folder.path("pairs.csv")).unwrap();
    assert_eq!(folder.run(&["run", "m.toml"]).status, 2);
}
