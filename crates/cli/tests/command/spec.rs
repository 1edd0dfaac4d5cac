//! `ternsig spec`, the pages under `docs/isa` that it writes, and the specification that it fills.

use crate::support::{Folder, repository};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use ternsig::isa::operand::mnemonic;
use ternsig::isa::table::{STANDARD, rows};
use ternsig::isa::{DomainOpKind, Effect};

fn pages(directory: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

#[test]
fn the_committed_pages_are_those_of_the_table() {
    let folder = Folder::new(&[]);
    assert_eq!(folder.run(&["spec", "--write", "isa"]).status, 0);
    let (expected, found) = (pages(&folder.path("isa")), pages(&repository("docs/isa")));
    let names = expected.keys().chain(found.keys());
    let stale: BTreeSet<_> = names.filter(|name| expected.get(*name) != found.get(*name)).collect();
    assert!(
        stale.is_empty(),
        "docs/isa is stale: {stale:?}; refresh it with: cargo run -- spec --write docs/isa"
    );
}

fn specification() -> String {
    fs::read_to_string(repository("docs/TVMR_SPEC.md")).unwrap()
}

#[test]
fn the_tables_of_the_specification_are_those_of_the_code() {
    let text = specification();
    let folder = Folder::new(&[("spec.md", &text)]);
    assert_eq!(folder.run(&["spec", "--fill", "spec.md"]).status, 0);
    let filled = fs::read_to_string(folder.path("spec.md")).unwrap();
    let stale = text.lines().zip(filled.lines()).find(|(old, new)| old != new);
    assert!(
        text == filled,
        "docs/TVMR_SPEC.md is stale: {stale:?}; refresh it with: cargo run -- spec --fill docs/TVMR_SPEC.md"
    );
}

#[test]
fn the_specification_has_every_table_and_what_each_instruction_does() {
    let text = specification();
    for extension in STANDARD {
        let mark = format!("<!-- table: instructions {} -->", extension.name);
        assert_eq!(text.matches(&mark).count(), 1, "{mark}");
    }
    let blocks = text.split("<!-- table: ");
    let by_hand: String =
        blocks.map(|block| block.split_once("<!-- end -->").map_or(block, |(_, hand)| hand)).collect();
    // What only the host does stands with the operations.
    let own = rows().filter(|row| !row.is_reserved() && !matches!(row.effect, Effect::Yield(_)));
    let missing: Vec<_> = own.map(mnemonic).filter(|name| !by_hand.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/TVMR_SPEC.md does not say what these do: {missing:?}");
    for kind in DomainOpKind::ALL {
        let device = format!("`{}`", kind.device());
        assert!(by_hand.contains(&device), "docs/TVMR_SPEC.md does not say what {device} does");
    }
}

#[test]
fn a_file_that_cannot_be_filled_stays_as_it_is() {
    let text = "<!-- table: tables -->\n<!-- end -->\n";
    let folder = Folder::new(&[("spec.md", text)]);
    let ran = folder.run(&["spec", "--fill", "spec.md"]);
    assert_eq!((ran.status, ran.err.as_str()), (2, "error: spec.md: line 1: there is no table \"tables\"\n"));
    assert_eq!(fs::read_to_string(folder.path("spec.md")).unwrap(), text);
    assert_eq!(folder.run(&["spec", "--fill", "missing.md"]).status, 2);
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let documents = fs::read_dir(repository("docs")).unwrap().map(|entry| entry.unwrap().path());
    let documents = documents.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    for document in documents.chain([repository("README.md"), repository("ARCHITECTURE.md")]) {
        let text = fs::read_to_string(&document).unwrap();
        let targets =
            text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let file = target.split('#').next().unwrap();
            let path = document.parent().unwrap().join(file);
            assert!(path.exists(), "{}: {target}", document.display());
        }
    }
}

#[test]
fn every_executable_row_has_an_entry() {
    for extension in STANDARD {
        let page = Folder::new(&[]).run(&["spec", "--ext", extension.name]).out;
        for row in extension.rows {
            let heading = format!("\n## {}\n", mnemonic(row));
            assert_eq!(page.matches(&heading).count(), 1, "{heading}");
            assert!(page.contains(&format!("\n- opcode: 0x{:04X}\n", row.opcode)));
        }
    }
}

#[test]
fn the_core_page_lists_the_reserved_numbers() {
    let page = Folder::new(&[]).run(&["spec", "--ext", "core"]).out;
    let reserved: Vec<_> = rows().filter(|row| row.is_reserved()).collect();
    assert_eq!(reserved.len(), 50);
    for row in reserved {
        assert!(page.contains(&format!("\n| 0x{:04X} | {} |\n", row.opcode, row.name)), "{}", row.name);
    }
}

#[test]
fn json_holds_every_row() {
    let ran = Folder::new(&[]).run(&["spec", "--format", "json"]);
    let spec: Value = serde_json::from_str(&ran.out).unwrap();
    let extensions = spec["extensions"].as_array().unwrap();
    let instructions = extensions.iter().flat_map(|extension| extension["instructions"].as_array().unwrap());
    let mnemonics: Vec<_> = instructions.map(|row| row["mnemonic"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<_> = rows().filter(|row| !row.is_reserved()).map(mnemonic).collect();
    assert_eq!(mnemonics, expected);
    assert_eq!(extensions[0]["reserved"].as_array().unwrap().len(), 50);
}

#[test]
fn an_entry_says_everything_about_an_instruction() {
    let ran = Folder::new(&[]).run(&["spec", "--ext", "TVMR.Neuro", "--format", "json"]);
    let neuro: Value = serde_json::from_str(&ran.out).unwrap();
    let read = &neuro["instructions"][0];
    assert_eq!(
        (&read["mnemonic"], &read["class"], &read["inline"]),
        (&"neuro.chem_read".into(), &"Yield".into(), &"substrate".into())
    );
    assert_eq!(read["operation"]["name"], "ChemRead");
    assert_eq!(read["operation"]["device"], "chemicals");
    assert_eq!(read["operation"]["fields"][1], serde_json::json!({ "name": "chem_id", "operand": "chem" }));
    let form = &read["forms"][0];
    assert_eq!(form["usage"], "neuro.chem_read target, chem");
    assert_eq!(form["bytes"], serde_json::json!(["target", "chem", "0", "0"]));
    assert_eq!(form["operands"][0]["banks"], serde_json::json!(["hot"]));
    assert_eq!(form["operands"][1]["range"], serde_json::json!([0, 7]));
}

#[test]
fn an_unknown_extension_is_told() {
    let ran = Folder::new(&[]).run(&["spec", "--ext", "tensors"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.starts_with("error: there is no extension \"tensors\" (one of core, tensor, "),
        "{}",
        ran.err
    );
}
