//! `ternsig store`.

use crate::support::Folder;
use serde_json::{Value, json};
use std::fs;
use ternsig::host::Store;
use ternsig::host::store::{Blobs, Change, ModelContent, ModelSource};
use ternsig::{ColdRegister, Shape, Signal, Temperature};

/// `rows` × 4 weights that count up, of which one in three is 0.
fn register(rows: usize) -> ColdRegister {
    let signal = |i: usize| Signal::new([1, 0, -1][i % 3], i as u8 + 1).unwrap();
    let mut register =
        ColdRegister::new((0..rows * 4).map(signal).collect(), Shape::matrix(rows, 4)).unwrap();
    register.set_temperature(1, Temperature::Cool);
    register
}

/// A folder with a store of everything in `a.store`.
fn folder() -> Folder {
    let folder = Folder::new(&[]);
    let mut store = Store::create(folder.path("a.store")).unwrap();
    store.save("net.c0", &register(2), &Change::new(100, "first", 1)).unwrap();
    store.checkpoint_save("net.c0", &register(2)).unwrap();
    let change = Change { observations: Some(7), custom: Some(b"own"), ..Change::new(100, "second", 3) };
    store.save("net.c0", &register(5), &change).unwrap();
    store.save("net.c1", &register(1), &Change::new(255, "first", 4)).unwrap();
    store.save("gone", &register(1), &Change::new(1, "first", 4)).unwrap();
    store.delete("gone", "first", 5).unwrap();
    let content = ModelContent::Text("halt\n".to_owned());
    store.put_model("3", &ModelSource { path: Some("m.ternsig".to_owned()), content }).unwrap();
    store.put_model("4", &ModelSource { path: None, content: ModelContent::Binary(vec![0; 9]) }).unwrap();
    // A tick is kept by the next write.
    store.advance_to(9).unwrap();
    store.put_blob(Blobs::Snapshots, b"machine", &[1, 2, 3]).unwrap();
    store.put_blob(Blobs::Snapshots, b"\xFF\x01", &[]).unwrap();
    folder
}

fn json_of(folder: &Folder, arguments: &[&str]) -> Value {
    let ran = folder.run(arguments);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn everything_in_a_store_is_listed() {
    let folder = folder();
    let ran = folder.run(&["store", "ls", "a.store"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let (head, lists) = ran.out.split_once('\n').unwrap();
    assert!(head.starts_with("a.store: tick 9, ") && head.ends_with(", 5 records in the chain"), "{head}");
    let expected = "\
keys (2)
  key     shape   weights  layer  strength  updates  tick
  net.c0  [5, 4]       20  hot         110        2     3
  net.c1  [1, 4]        4  hot         255        1     4
architecture records (1)
  key     shape   tick
  net.c0  [5, 4]     3
checkpoints (1)
  key     shape   weights
  net.c0  [2, 4]        8
models (2)
  name  kind    bytes  path
  3     text        5  m.ternsig
  4     binary      9
snapshots (2)
  name     bytes
  machine      3
  0xff01       0
banks (0)
";
    assert_eq!(lists, expected);
    assert_eq!(folder.run(&["store", "ls", "a.store"]).out, ran.out);
}

#[test]
fn the_list_is_there_for_programs() {
    let list = json_of(&folder(), &["store", "ls", "a.store", "--format", "json"]);
    assert_eq!((&list["file"], &list["tick"], &list["records"]), (&json!("a.store"), &json!(9), &json!(5)));
    assert!(list["commits"].as_u64().unwrap() > 5);
    let key = json!({
        "key": "net.c0", "shape": [5, 4], "weights": 20, "layer": "hot", "strength": 110, "updates": 2, "tick": 3,
    });
    assert_eq!(list["keys"][0], key);
    assert_eq!(list["checkpoints"], json!([{ "key": "net.c0", "shape": [2, 4], "weights": 8 }]));
    assert_eq!(list["architecture"], json!([{ "key": "net.c0", "shape": [5, 4], "tick": 3 }]));
    assert_eq!(list["models"][1], json!({ "name": "4", "kind": "binary", "bytes": 9, "path": null }));
    assert_eq!(list["snapshots"][0], json!({ "name": "machine", "bytes": 3 }));
    assert_eq!(list["banks"], json!([]));
}

#[test]
fn an_entry_is_shown_in_full() {
    let folder = folder();
    let ran = folder.run(&["store", "show", "a.store", "net.c0"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for expected in [
        "key            net.c0\nshape          [5, 4]\nweights        20\nlayer          hot\n",
        "strength       110 of 255\nupdates        2\ntick           3\n",
        "temperatures   19 hot, 0 warm, 1 cool, 0 cold\n",
        "architecture   [5, 4] at tick 3\ncheckpoint     [2, 4], digest ",
        "chain (2)\n",
        "       0  create     1       100                first",
        "       1  update     3       100             7  second  6f776e",
    ] {
        assert!(ran.out.contains(expected), "{expected:?} is not in\n{}", ran.out);
    }
    let line = |name: &str| ran.out.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let digest = line("digest").split_whitespace().last().unwrap().to_owned();
    assert_eq!(ran.out.matches(&digest).count(), 2);
    let count = |name: &str| line(name).split_whitespace().count() - 1;
    assert_eq!((count("first"), count("last")), (8, 8));

    let all = folder.run(&["store", "show", "a.store", "net.c0", "--all"]).out;
    let lines: Vec<_> = all.lines().filter(|line| line.starts_with("from ")).collect();
    let counts: Vec<_> = lines.iter().map(|line| line.split_whitespace().count() - 2).collect();
    assert_eq!((counts, lines[1].starts_with("from 16 ")), (vec![16, 4], true));
}

#[test]
fn an_entry_is_there_for_programs() {
    let folder = folder();
    let entry = json_of(&folder, &["store", "show", "a.store", "net.c0", "--format", "json"]);
    let weights = &entry["weights"];
    assert_eq!((&weights["count"], &weights["strength"]), (&json!(20), &json!(110)));
    assert_eq!(weights["temperatures"], json!({ "hot": 19, "warm": 0, "cool": 1, "cold": 0 }));
    assert_eq!((&weights["first"][2], &weights["last"][7]), (&json!([-1, 3]), &json!([0, 20])));
    assert_eq!((&weights["value"], &entry["architecture"]["tick"]), (&Value::Null, &json!(3)));
    assert_eq!(entry["checkpoint"]["shape"], json!([2, 4]));
    let chain = entry["chain"].as_array().unwrap();
    assert_eq!((chain.len(), &chain[1]["digest"]), (2, &weights["digest"]));
    assert_eq!((&chain[1]["observations"], &chain[1]["previous"]), (&json!(7), &chain[0]["hash"]));
    let entry = json_of(&folder, &["store", "show", "a.store", "net.c0", "--all", "--format", "json"]);
    assert_eq!(entry["weights"]["value"]["magnitude"].as_array().unwrap().len(), 20);
}

#[test]
fn what_is_left_of_a_deleted_key_is_shown() {
    let ran = folder().run(&["store", "show", "a.store", "gone"]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.out.starts_with("key            gone\nweights        none\narchitecture   none\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("chain (2)\n") && ran.out.contains("  delete "), "{}", ran.out);
}

#[test]
fn an_unknown_key_is_answered_with_the_known_ones() {
    let folder = folder();
    let ran = folder.run(&["store", "show", "a.store", "net.c7"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    let message = "error: a.store: there is no key \"net.c7\" in the store; its keys are net.c0, net.c1\n";
    assert_eq!(ran.err, message);
    drop(Store::create(folder.path("empty.store")).unwrap());
    let ran = folder.run(&["store", "show", "empty.store", ""]);
    assert_eq!(ran.err, "error: empty.store: there is no key \"\" in the store; it has no keys\n");
}

#[test]
fn a_whole_store_is_verified() {
    let ran = folder().run(&["store", "verify", "a.store"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, "a.store: verified, 2 keys, 5 records in the chain\n");
}

#[test]
fn a_flipped_byte_is_told_and_left_as_it_is() {
    let folder = folder();
    let mut bytes = fs::read(folder.path("a.store")).unwrap();
    // Inside a stored text, wherever the engine has put it.
    let at = bytes.windows(9).rposition(|window| window == b"m.ternsig").unwrap();
    bytes[at] ^= 1;
    folder.write("a.store", &bytes);
    for command in ["verify", "ls", "export"] {
        let ran = folder.run(&["store", command, "a.store"]);
        assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{command}");
        assert!(ran.err.starts_with("error: a.store: the store is damaged: "), "{}", ran.err);
        assert!(ran.err.ends_with("; restore it from an export or a copy of the file\n"), "{}", ran.err);
    }
    assert!(fs::read(folder.path("a.store")).unwrap() == bytes);
}

#[test]
fn what_is_no_store_is_told_apart_from_what_is_not_there() {
    let folder = Folder::new(&[("text", "no store")]);
    let ran = folder.run(&["store", "verify", "text"]);
    assert_eq!((ran.status, ran.err.contains("text: this is not a Ternsig store")), (1, true), "{}", ran.err);
    let ran = folder.run(&["store", "ls", "none"]);
    assert_eq!((ran.status, ran.err.contains("none: there is no such file")), (2, true), "{}", ran.err);
}

#[test]
fn a_store_comes_back_from_its_export() {
    let folder = folder();
    for format in ["json", "binary"] {
        let (export, store) = (format!("a.{format}"), format!("{format}.store"));
        let ran = folder.run(&["store", "export", "a.store", "--format", format, "-o", &export]);
        assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
        let ran = folder.run(&["store", "import", &store, &export]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        assert_eq!(ran.out, format!("{store}: imported, 2 keys, 5 records in the chain\n"));
        assert_eq!(folder.run(&["store", "verify", &store]).status, 0);
        folder.run(&["store", "export", &store, "--format", format, "-o", "again"]);
        assert!(fs::read(folder.path("again")).unwrap() == fs::read(folder.path(&export)).unwrap());
    }
    let ran = folder.run(&["store", "export", "binary.store"]);
    assert_eq!((ran.status, ran.out), (0, folder.read("a.json")));
}

#[test]
fn an_import_takes_no_files_place() {
    let folder = folder();
    folder.run(&["store", "export", "a.store", "-o", "a.json"]);
    let ran = folder.run(&["store", "import", "a.store", "a.json"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert_eq!(ran.err, "error: a.store: there is such a file already; open it, or name another\n");
    let ran = folder.run(&["store", "export", "a.store", "-o", "./a.store"]);
    assert_eq!(ran.status, 2);
    assert_eq!(ran.err, "error: ./a.store: this is the store itself; name another file\n");
    assert_eq!(folder.run(&["store", "export", "a.store"]).out, folder.read("a.json"));
    assert_eq!(folder.run(&["store", "import", "b.store", "none"]).status, 2);
}

#[test]
fn nothing_is_made_from_a_damaged_export() {
    let folder = folder();
    folder.run(&["store", "export", "a.store", "-o", "a.json"]);
    folder.run(&["store", "export", "a.store", "-o", "a.bin", "--format", "binary"]);
    let (json, mut binary) = (folder.read("a.json"), fs::read(folder.path("a.bin")).unwrap());
    let half = binary.len() / 2;
    binary[half] ^= 1;
    folder.write("cut.json", &json[..json.len() / 2]);
    folder.write("changed.json", json.replace("second", "secund"));
    folder.write("flipped.bin", &binary);
    folder.write("cut.bin", &binary[..half]);
    folder.write("text", "no export");
    let files = || fs::read_dir(folder.path("")).unwrap().count();
    let before = files();
    for export in ["cut.json", "changed.json", "flipped.bin", "cut.bin", "text"] {
        let ran = folder.run(&["store", "import", "b.store", export]);
        assert_eq!((ran.status, ran.out.as_str(), files()), (1, "", before), "{export}");
        let start = format!("error: {export}: the export cannot be imported: ");
        assert!(ran.err.starts_with(&start), "{}", ran.err);
        assert!(ran.err.ends_with("; make another with `ternsig store export`\n"), "{}", ran.err);
    }
}
