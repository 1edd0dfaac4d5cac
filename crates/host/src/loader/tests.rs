use super::*;
use std::error::Error;

const SOURCE: &str =
    ".meta\n    name \"relay\"\n.program\n    load_input H0\n    store_output H0\n    halt\n";

fn set() -> InstructionSet {
    InstructionSet::standard()
}

fn directory(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    directory
}

fn kind(result: Result<LoadedProgram, LoadFileError>) -> LoadFileErrorKind {
    *result.unwrap_err().kind
}

#[test]
fn the_extension_is_always_appended() {
    let directory = directory(&[("relay.v2.ternsig", SOURCE.as_bytes()), ("relay.ternsig", b"halt")]);
    let loaded = Loader::new(directory.path()).load("relay.v2", &set()).unwrap();
    assert_eq!(loaded.name(), "relay");
    assert_eq!(loaded.program.instructions.len(), 3);
    assert_eq!(loaded.source.as_deref(), Some(SOURCE));
}

#[test]
fn paths_that_leave_the_directory_are_refused() {
    let outer = directory(&[("secret.ternsig", SOURCE.as_bytes()), ("secret.card", b"")]);
    let inner = outer.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let loader = Loader::new(&inner);
    let absolute = outer.path().join("secret");
    for name in [Path::new("../secret"), Path::new("a/../../secret"), &absolute, Path::new("/")] {
        assert!(matches!(kind(loader.load(name, &set())), LoadFileErrorKind::LeavesDirectory), "{name:?}");
        assert!(matches!(kind(loader.load_card(name)), LoadFileErrorKind::LeavesDirectory), "{name:?}");
        let saved = loader.save_card("x", name, &AssembledProgram::default()).unwrap_err();
        assert!(matches!(*saved.kind, LoadFileErrorKind::LeavesDirectory), "{name:?}");
    }
    assert!(matches!(kind(loader.load("", &set())), LoadFileErrorKind::NoName));
}

#[test]
fn a_source_file_may_hold_a_binary() {
    let program = assemble(SOURCE);
    let bytes = binary::write(&program, WriteOptions::default()).unwrap();
    let directory = directory(&[("relay.ternsig", &bytes), ("relay.tvmr", &bytes)]);
    let loaded = Loader::new(directory.path()).load("relay", &set()).unwrap();
    assert_eq!(loaded.program.instructions, program.instructions);
    assert!(loaded.source.is_none());
    let file = load_program_file(&directory.path().join("relay.tvmr"), &set()).unwrap();
    assert_eq!(file.program.instructions, program.instructions);
    assert_eq!(file.name(), "relay");
}

#[test]
fn cards_come_back_as_they_were_saved() {
    let directory = directory(&[]);
    let loader = Loader::new(directory.path());
    let program = assemble(SOURCE);
    let path = loader.save_card("relay-1", "cards/relay.v1", &program).unwrap();
    assert_eq!(path, directory.path().join("cards/relay.v1.card"));
    let loaded = loader.load_card("cards/relay.v1").unwrap();
    assert_eq!(loaded.card_id.as_deref(), Some("relay-1"));
    assert_eq!(loaded.program.instructions, program.instructions);
    assert_eq!(loaded.name(), "relay");
    assert_eq!(load_program_file(&path, &set()).unwrap().program, loaded.program);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no other file is left behind");
    let error = loader.save_card("relay-1", "relay.card", &program).unwrap_err();
    assert!(matches!(*error.kind, LoadFileErrorKind::HasExtension));
}

#[test]
fn errors_name_the_file() {
    let directory = directory(&[
        ("bad.ternsig", b".program\n    hlat\n"),
        ("latin.ternsig", b"; \xE4"),
        ("cut.tvmr", b"TVMR"),
        ("cut.card", b"TVMR"),
        ("notes.txt", b"halt"),
    ]);
    let load = |name: &str| load_program_file(&directory.path().join(name), &set()).unwrap_err();
    let bad = load("bad.ternsig");
    assert!(matches!(&*bad.kind, LoadFileErrorKind::Source { diagnostics, .. } if diagnostics.len() == 1));
    assert!(bad.render(ternsig_asm::Colour::Plain).contains("bad.ternsig:2:5"));
    assert!(matches!(*load("latin.ternsig").kind, LoadFileErrorKind::NotUtf8 { offset: 2 }));
    assert!(matches!(*load("cut.tvmr").kind, LoadFileErrorKind::Binary(_)));
    assert!(matches!(*load("cut.card").kind, LoadFileErrorKind::Card(_)));
    assert!(matches!(*load("notes.txt").kind, LoadFileErrorKind::UnknownExtension));
    let missing = load("missing.ternsig");
    assert!(missing.to_string().contains("missing.ternsig"));
    assert!(missing.source().is_some());
}

fn assemble(source: &str) -> AssembledProgram {
    ternsig_asm::assemble(source, &set()).into_result().unwrap()
}
