//! The text of `.meta` and `.projection` sections.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use ternsig_isa::{Role, RoleSet};
use ternsig_program::meta_text::{MetaDraft, ProjectionDraft, read, unquote, write};
use ternsig_program::{Meta, Projection};

fn error(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn every_key_is_read_and_written() {
    let text = "\
.meta
    name \"relay; of signals\"
    version 3
    domain \"sense\"
    input_dim 4
    output_dim 2
    skull_x 1
    skull_y 2
    skull_z 65535
    role \"learning, evolution\"
.projection
    target \"Language\"
    bundle \"B 1\"
    weight -128
    delay 15
    density 0.25
    mapping \"random\"
    modulator \"dopamine\"
.projection
    target \"Planning\"
    bundle \"B 2\"
    weight 50
    delay 1
    density 0.3
    mapping \"topographic\"
";
    let meta = Meta {
        name: "relay; of signals".to_owned(),
        version: 3,
        domain: Some("sense".to_owned()),
        input_dim: Some(4),
        output_dim: Some(2),
        skull: Some([1, 2, 65535]),
        roles: Some(RoleSet::NONE.with(Role::Learning).with(Role::Evolution)),
    };
    let first = Projection {
        target: "Language".to_owned(),
        bundle: "B 1".to_owned(),
        weight: -128,
        delay: 15,
        density: 0.25,
        mapping: "random".to_owned(),
        modulator: Some("dopamine".to_owned()),
    };
    let mut second = ProjectionDraft::default();
    assert!(second.set("target", "Planning").unwrap());
    assert!(second.set("bundle", "B 2").unwrap());
    let projections = [first, second.finish().unwrap()];
    let parsed = read(text).unwrap();
    assert_eq!((&parsed.meta, &parsed.projections[..]), (&meta, &projections[..]));
    assert_eq!(write(&meta, &projections), text);
}

#[test]
fn defaults_are_not_written() {
    assert_eq!(write(&Meta::default(), &[]), "");
}

#[test]
fn spelling_is_free_where_the_language_is() {
    let parsed = read("  .META ; section\r\n NAME bare name \r\n\r\nextra 1\r\n.Projection\ntarget A\nbundle b\nmapping RANDOM\nmodulator None").unwrap();
    assert_eq!(parsed.meta.name, "bare name");
    assert_eq!(parsed.unknown, ["extra"]);
    assert_eq!((parsed.projections[0].mapping.as_str(), &parsed.projections[0].modulator), ("random", &None));
}

#[test]
fn a_later_line_overrides_an_earlier_one() {
    let mut draft = MetaDraft::default();
    assert!(draft.set("version", "1").unwrap() && draft.set("Version", "2").unwrap());
    assert!(!draft.set("colour", "red").unwrap());
    assert_eq!(draft.finish().unwrap().version, 2);
}

#[test]
fn errors_name_line_key_and_value() {
    assert_eq!(error("name x"), "line 1: neither .meta nor .projection");
    assert_eq!(error(".meta\n.program"), "line 2: neither .meta nor .projection");
    assert_eq!(error(".meta\nversion -1"), "line 2: version cannot be \"-1\" (expected 0 to 4294967295)");
    assert_eq!(error(".meta\nskull_x 65536"), "line 2: skull_x cannot be \"65536\" (expected 0 to 65535)");
    assert_eq!(
        error(".meta\nskull_x 1"),
        "line 2: skull_x, skull_y and skull_z must be given together or not at all"
    );
    assert_eq!(error(".meta\nrole \"\""), "line 2: role names no role");
    assert!(error(".meta\nrole king").starts_with("line 2: unknown role \"king\""));
    assert_eq!(error(".meta\nname \"x"), "line 2: \"x is not one quoted text");
    assert_eq!(error(".projection\ntarget x\n.meta"), "line 3: the projection has no bundle");
    assert_eq!(error(".projection\nbundle x"), "line 2: the projection has no target");
    for delay in ["0", "16", "x"] {
        assert_eq!(
            error(&format!(".projection\ndelay {delay}")),
            format!("line 2: delay cannot be \"{delay}\" (expected 1 to 15)")
        );
    }
    for density in ["1.1", "-0.1", "NaN", "inf"] {
        assert_eq!(
            error(&format!(".projection\ndensity {density}")),
            format!("line 2: density cannot be \"{density}\" (expected 0 to 1)")
        );
    }
}

#[test]
fn quotes_are_removed_in_pairs() {
    assert_eq!(unquote("\"a b\""), Ok("a b"));
    assert_eq!(unquote("a b"), Ok("a b"));
    assert_eq!(unquote("\"\""), Ok(""));
    for bad in ["\"", "\"a", "a\"", "\"a\" b", "\"a\"b\""] {
        assert!(unquote(bad).is_err(), "{bad}");
    }
}
