//! `ternsig bank`.

use crate::support::Folder;
use serde_json::{Value, json};
use ternsig::Temperature;
use ternsig::host::banks::WritePolicy;
use ternsig::host::{Memory, Store};
use ternsig_bank::{BankId, Config, EdgeType, EntryId, EntryRef};

const WORDS: BankId = BankId(0x10);
const SOUNDS: BankId = BankId(0x20);

/// A folder with a store of four banks in `a.store`, and the ids of apple, pear and a sound.
fn folder() -> (Folder, [String; 3]) {
    let folder = Folder::new(&[]);
    let memory = Memory::new(Store::create(folder.path("a.store")).unwrap(), WritePolicy::Through).unwrap();
    let ids = memory.banks().change(|cluster, _| {
        let config = Config { width: 4, max_entries: 8, ..Config::default() };
        cluster.create(WORDS, "words", config)?;
        cluster.create(SOUNDS, "sounds", Config { width: 2, ..config })?;
        cluster.create(BankId(0x30), "twice", config)?;
        cluster.create(BankId(0x40), "twice", config)?;
        let apple = cluster.write(WORDS, &[200, 100, 0, -50], Temperature::Hot, 1)?;
        let pear = cluster.write(WORDS, &[-190, 120, 10, 80], Temperature::Cold, 2)?;
        let sound = cluster.write(SOUNDS, &[3, 4], Temperature::Warm, 3)?;
        let at = |bank, entry: EntryId| EntryRef { bank, entry };
        cluster.set_tag(at(WORDS, apple), Some("apple".to_owned()))?;
        cluster.link(at(WORDS, apple), EdgeType::SimilarTo, at(WORDS, pear), 200, 3)?;
        cluster.link(at(WORDS, pear), EdgeType::SoundsLike, at(SOUNDS, sound), 7, 4)?;
        Ok([apple, pear, sound].map(|id| id.to_string()))
    });
    (folder, ids.unwrap())
}

fn json_of(folder: &Folder, arguments: &[&str]) -> Value {
    let ran = folder.run(&[arguments, &["--format", "json"]].concat());
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn banks_are_listed() {
    let (folder, _) = folder();
    let ran = folder.run(&["bank", "ls", "a.store"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let expected = "\
banks (4)
  id                name    width  entries  hot  warm  cool  cold  links
  0000000000000010  words       4      2/8    1     0     0     1      2
  0000000000000020  sounds      2      1/8    0     1     0     0      0
  0000000000000030  twice       4      0/8    0     0     0     0      0
  0000000000000040  twice       4      0/8    0     0     0     0      0
";
    assert_eq!(ran.out, expected);
    let listed = json!({
        "id": "0000000000000010", "name": "words", "width": 4, "entries": 2, "max_entries": 8, "links": 2,
        "temperatures": { "hot": 1, "warm": 0, "cool": 0, "cold": 1 },
    });
    assert_eq!(json_of(&folder, &["bank", "ls", "a.store"])[0], listed);
    let store = folder.run(&["store", "ls", "a.store"]).out;
    assert!(
        store.contains("banks (4)\n") && store.contains("  0000000000000010  words         2\n"),
        "{store}"
    );
}

#[test]
fn a_bank_is_asked_by_name_or_by_id() {
    let (folder, [apple, pear, _]) = folder();
    let ran = folder.run(&["bank", "query", "a.store", "words", "100,50"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.starts_with("found (2)\n  id                score  temperature  tag\n"), "{}", ran.out);
    assert!(ran.out.contains(&format!("\n  {apple}    256  hot          apple\n  {pear}   ")), "{}", ran.out);
    assert_eq!(folder.run(&["bank", "query", "a.store", "0000000000000010", "100,50"]).out, ran.out);
    let best = json_of(&folder, &["bank", "query", "a.store", "words", "-190,120", "-k", "1"]);
    let expected = json!([{
        "bank": "0000000000000010", "bank_name": "words", "id": pear, "score": 256, "temperature": "cold",
        "tag": null,
    }]);
    assert_eq!(best, expected);
}

#[test]
fn banks_are_asked_together() {
    let (folder, [_, pear, sound]) = folder();
    let ran = folder.run(&["bank", "query", "a.store", "--across", "", "-3,4"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.starts_with("found (3)\n  bank              name    id                standing  score"));
    let found = json_of(&folder, &["bank", "query", "a.store", "-3,4", "--across", "", "-k", "2"]);
    let field = |at: usize, name: &str| found[at][name].clone();
    assert_eq!((field(0, "id"), field(0, "bank_name")), (json!(pear), json!("words")));
    assert!(field(0, "standing").as_i64().unwrap() > 0);
    assert_eq!((field(1, "id"), field(1, "standing")), (json!(sound), json!(0)));
    let only = json_of(&folder, &["bank", "query", "a.store", "--across", "s", "3,4"]);
    assert_eq!((only.as_array().unwrap().len(), &only[0]["score"]), (1, &json!(256)));
}

#[test]
fn an_entry_is_shown_with_links_in_both_directions() {
    let (folder, [apple, pear, sound]) = folder();
    let ran = folder.run(&["bank", "show", "a.store", "words", &pear]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for expected in [
        format!("bank           words (0000000000000010)\nentry          {pear}\ntag            none\n"),
        "temperature    cold\nsettled        tick 2\nconfidence     128 of 255\ncreated        tick 2\n"
            .into(),
        "accesses       0, 0 of them since settled\norigin         bank 0000000000000010\n".into(),
        "vector         -190 120 10 80\n".into(),
        format!(
            "links (1)\n  type        bank              name    entry             weight  tick\n  SoundsLike  0000000000000020  sounds  {sound}       7     4\n"
        ),
        format!(
            "linked from (1)\n  type       bank              name   entry             weight  tick\n  SimilarTo  0000000000000010  words  {apple}     200     3\n"
        ),
    ] {
        assert!(ran.out.contains(&expected), "{expected:?} is not in\n{}", ran.out);
    }
    let entry = json_of(&folder, &["bank", "show", "a.store", "words", &apple]);
    assert_eq!((&entry["tag"], &entry["vector"]), (&json!("apple"), &json!([200, 100, 0, -50])));
    let link = json!({
        "kind": "SimilarTo", "bank": "0000000000000010", "bank_name": "words", "entry": pear, "there": true,
        "weight": 200, "created": 3,
    });
    assert_eq!((&entry["links"], &entry["linked_from"]), (&json!([link]), &json!([])));
}

#[test]
fn what_is_not_there_or_not_clear_is_told() {
    let (folder, [apple, pear, _]) = folder();
    let long = ["bank", "query", "a.store", "words", "1,2,3,4,5"];
    let banks = "its banks are words (0000000000000010), sounds (0000000000000020), twice (0000000000000030), \
                 twice (0000000000000040)";
    let cases: [(&[&str], String); 7] = [
        (&["bank", "query", "a.store", "none", "1"], format!("there is no bank \"none\" in the store; {banks}")),
        (
            &["bank", "query", "a.store", "twice", "1"],
            "2 banks are named \"twice\"; name one by its id: 0000000000000030, 0000000000000040".into(),
        ),
        (
            &["bank", "query", "a.store", "1", "--across", "z"],
            format!("no bank in the store has a name that begins with \"z\"; {banks}"),
        ),
        (
            &long,
            "bank words (0000000000000010): a vector of 5 elements does not fit a bank of width 4; shorten the cue"
                .into(),
        ),
        (
            &["bank", "query", "a.store", "1,2,3", "--across", ""],
            "bank sounds (0000000000000020): a vector of 3 elements does not fit a bank of width 2; shorten the cue"
                .into(),
        ),
        (
            &["bank", "show", "a.store", "words", "0000000000000001"],
            format!("there is no entry 0000000000000001 in bank words (0000000000000010); its ids are {apple}, {pear}"),
        ),
        (
            &["bank", "show", "a.store", "words", "apple"],
            "\"apple\" is no id of an entry, which is 16 hexadecimal digits as `ternsig bank query` shows them".into(),
        ),
    ];
    for (arguments, message) in cases {
        let ran = folder.run(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(ran.err, format!("error: a.store: {message}\n"));
    }
}

#[test]
fn one_bank_or_several_are_asked() {
    let (folder, _) = folder();
    for arguments in [
        &["bank", "query", "a.store", "1"][..],
        &["bank", "query", "a.store", "words", "1", "--across", "w"],
        &["bank", "query", "a.store", "words", "1", "-k", "0"],
        &["bank", "query", "a.store", "words", "x"],
        &["bank", "query", "a.store", "x", "--across", "w"],
    ] {
        let ran = folder.run(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn a_damaged_bank_is_told() {
    use ternsig::host::store::{Blobs, bank_key};
    let (folder, _) = folder();
    let mut store = Store::open(folder.path("a.store")).unwrap();
    store.put_blob(Blobs::Banks, &bank_key(9), b"no bank").unwrap();
    drop(store);
    for arguments in [["bank", "ls", "a.store"], ["store", "verify", "a.store"]] {
        let ran = folder.run(&arguments);
        assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{arguments:?}");
        assert!(ran.err.starts_with("error: a.store: the store is damaged: a bank: "), "{}", ran.err);
    }
}
