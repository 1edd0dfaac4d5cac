use super::*;
use crate::loader::LoadFileErrorKind;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Instant;
use tempfile::TempDir;
use ternsig_vm::ExtensionRegistry;

/// Longer than any machine needs to tell of a change.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing has to come to be taken for nothing.
const SILENCE: Duration = Duration::from_millis(400);
const SHORT: Duration = Duration::from_millis(30);

/// A program of so many words.
fn program(words: usize) -> String {
    format!(".program\n{}    halt\n", "    set H0, 1\n".repeat(words - 1))
}

fn folder(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    names.iter().for_each(|name| write(&folder.path().join(name), &program(1)));
    folder
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn files<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, debounce: Duration) -> Watch {
    Watch::files(paths, debounce, &registry()).unwrap()
}

fn registry() -> Arc<ExtensionRegistry> {
    Arc::new(ExtensionRegistry::standard())
}

fn poll_for(watch: &Watch, patience: Duration) -> Option<Change> {
    let end = Instant::now() + patience;
    loop {
        match watch.poll() {
            Some(change) => return Some(change),
            None if Instant::now() >= end => return None,
            None => sleep(Duration::from_millis(2)),
        }
    }
}

/// Writes a file as a whole, so that no part of it is ever seen.
fn replace(path: &Path, bytes: &[u8]) {
    let part = path.with_extension("part");
    fs::write(&part, bytes).unwrap();
    fs::rename(&part, path).unwrap();
}

fn next(watch: &Watch) -> Change {
    poll_for(watch, PATIENCE).expect("the change is seen")
}

/// Waits for the version of a file that has so many words. A busy machine may let earlier ones be seen, half written.
fn next_of(watch: &Watch, words: usize) -> PathBuf {
    loop {
        let Change { path, result, .. } = next(watch);
        if result.is_ok_and(|loaded| loaded.program.instructions.len() == words) {
            return path;
        }
    }
}

fn assert_silent(watch: &Watch) {
    if let Some(change) = poll_for(watch, SILENCE) {
        panic!("nothing was to be seen but {change:?}");
    }
}

#[test]
fn a_saved_file_is_loaded_under_the_name_that_it_was_given() {
    let folder = folder(&["a.ternsig"]);
    let named = folder.path().join("./a.ternsig");
    let watch = files([&named], DEBOUNCE);
    assert_silent(&watch);
    let before = Instant::now();
    replace(&named, program(3).as_bytes());
    let change = next(&watch);
    assert_eq!(change.path.as_os_str(), named.as_os_str());
    assert!(change.seen >= before && change.seen <= Instant::now());
    assert_eq!(change.result.unwrap().program.instructions.len(), 3);
    assert_silent(&watch);
}

#[test]
fn other_files_beside_it_are_ignored() {
    let folder = folder(&["a.ternsig", "other.ternsig"]);
    let watch = files([folder.path().join("a.ternsig")], SHORT);
    write(&folder.path().join("other.ternsig"), &program(2));
    write(&folder.path().join("new.ternsig"), &program(2));
    fs::create_dir(folder.path().join("deep")).unwrap();
    write(&folder.path().join("deep/a.ternsig"), &program(2));
    assert_silent(&watch);
}

#[test]
fn a_bare_name_is_in_the_current_directory() {
    // The package's own directory, where tests run.
    let file = tempfile::Builder::new().suffix(".ternsig").tempfile_in(".").unwrap();
    let name = PathBuf::from(file.path().file_name().unwrap());
    let watch = files([&name], SHORT);
    fs::write(file.path(), program(2)).unwrap();
    assert_eq!(next_of(&watch, 2), name);
}

#[cfg(unix)]
#[test]
fn a_file_is_the_same_by_another_path() {
    let folder = folder(&["real/a.ternsig"]);
    std::os::unix::fs::symlink(folder.path().join("real"), folder.path().join("link")).unwrap();
    let named = folder.path().join("link/../real/../link/a.ternsig");
    let watch = files([&named], SHORT);
    write(&folder.path().join("real/a.ternsig"), &program(2));
    assert_eq!(next_of(&watch, 2), named);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_wherever_it_leads() {
    let folder = folder(&["one/a.ternsig", "two/a.ternsig"]);
    let (one, two) = (folder.path().join("one/a.ternsig"), folder.path().join("two/a.ternsig"));
    let (link, new) = (folder.path().join("l.ternsig"), folder.path().join("new"));
    std::os::unix::fs::symlink(&one, &link).unwrap();
    let watch = files([&link], SHORT);
    write(&one, &program(2));
    assert_eq!(next_of(&watch, 2), link);
    write(&two, &program(3));
    assert_silent(&watch);
    std::os::unix::fs::symlink(&two, &new).unwrap();
    fs::rename(&new, &link).unwrap();
    assert_eq!(next_of(&watch, 3), link);
    write(&two, &program(4));
    assert_eq!(next_of(&watch, 4), link);
}

#[test]
fn renaming_into_place_is_a_change_and_so_is_making_the_file() {
    let folder = folder(&["a.ternsig"]);
    let (named, part) = (folder.path().join("a.ternsig"), folder.path().join("a.ternsig.part"));
    let late = folder.path().join("late.ternsig");
    let watch = files([&named, &late], SHORT);
    write(&part, &program(2));
    assert_silent(&watch);
    fs::rename(&part, &named).unwrap();
    assert_eq!(next_of(&watch, 2), named);
    write(&late, &program(3));
    assert_eq!(next_of(&watch, 3), late);
    // As editors do that keep a copy: the old file goes away, a new one comes.
    fs::rename(&named, folder.path().join("a.ternsig~")).unwrap();
    write(&named, &program(4));
    assert_eq!(next_of(&watch, 4), named);
}

#[test]
fn deleting_is_no_change() {
    let folder = folder(&["a.ternsig", "b.ternsig"]);
    let paths = ["a.ternsig", "b.ternsig"].map(|name| folder.path().join(name));
    let watch = files(&paths, SHORT);
    fs::remove_file(&paths[0]).unwrap();
    fs::rename(&paths[1], folder.path().join("gone")).unwrap();
    assert_silent(&watch);
    write(&paths[0], &program(2));
    assert_eq!(next_of(&watch, 2), paths[0]);
}

#[test]
fn a_file_that_is_emptied_and_then_written_is_seen_whole() {
    let folder = folder(&["a.ternsig"]);
    let named = folder.path().join("a.ternsig");
    // Long enough that no machine is too busy to go on within it.
    let watch = files([&named], Duration::from_secs(2));
    for words in 2..5 {
        write(&named, "");
        sleep(SHORT);
        write(&named, "    hal");
        sleep(SHORT);
        write(&named, &program(words));
    }
    assert_eq!(next(&watch).result.unwrap().program.instructions.len(), 4);
    assert_silent(&watch);
}

#[test]
fn a_mistake_is_told_once_and_the_next_change_is_tried_again() {
    let folder = folder(&["a.ternsig"]);
    let named = folder.path().join("a.ternsig");
    let watch = files([&named], DEBOUNCE);
    replace(&named, b".program\n    hlat\n");
    let error = next(&watch).result.unwrap_err();
    assert!(matches!(*error.kind, LoadFileErrorKind::Source { .. }), "{error}");
    assert_eq!(error.path, named);
    assert_silent(&watch);
    replace(&named, b"\xff");
    let error = next(&watch).result.unwrap_err();
    assert!(matches!(*error.kind, LoadFileErrorKind::NotUtf8 { .. }), "{error}");
    fs::remove_file(&named).unwrap();
    fs::create_dir(&named).unwrap();
    let error = next(&watch).result.unwrap_err();
    assert!(matches!(*error.kind, LoadFileErrorKind::Io(_)), "{error}");
    fs::remove_dir(&named).unwrap();
    write(&named, &program(2));
    assert_eq!(next_of(&watch, 2), named);
}

#[test]
fn each_file_has_one_pending_entry_with_its_newest_version() {
    let folder = folder(&["a.ternsig", "b.ternsig"]);
    let [a, b] = ["a.ternsig", "b.ternsig"].map(|name| folder.path().join(name));
    // Named twice, it is still one file.
    let watch = files([&a, &b, &a], SHORT);
    for words in 2..4 {
        for path in [&a, &b] {
            write(path, &program(words));
        }
        sleep(SILENCE);
    }
    let mut seen: Vec<_> = std::iter::from_fn(|| poll_for(&watch, SILENCE)).collect();
    seen.sort_by(|x, y| x.path.cmp(&y.path));
    let seen: Vec<_> = seen
        .into_iter()
        .map(|change| (change.path, change.result.unwrap().program.instructions.len()))
        .collect();
    assert_eq!(seen, [(a, 3), (b, 3)]);
}

#[test]
fn a_directory_means_its_source_files_however_deep() {
    let folder = folder(&["a.ternsig", "deep/down/b.ternsig"]);
    let watch = Watch::directory(folder.path(), SHORT, &registry()).unwrap();
    let path = |name| folder.path().join(name);
    write(&path("deep/down/b.ternsig"), &program(2));
    assert_eq!(next_of(&watch, 2), path("deep/down/b.ternsig"));
    write(&path("a.ternsig"), &program(3));
    assert_eq!(next_of(&watch, 3), path("a.ternsig"));
    write(&path("notes.txt"), "halt");
    write(&path("deep/a.tvmr"), "halt");
    assert_silent(&watch);
}

#[test]
fn directories_that_appear_belong_to_the_watched_one() {
    let (folder, elsewhere) = (folder(&["a.ternsig"]), folder(&["new/in/it.ternsig"]));
    for debounce in [Duration::ZERO, SHORT] {
        let watch = Watch::directory(folder.path(), debounce, &registry()).unwrap();
        let name = format!("made{}/x/c.ternsig", debounce.as_millis());
        write(&folder.path().join(&name), &program(4));
        assert_eq!(next_of(&watch, 4), folder.path().join(&name));
    }
    let watch = Watch::directory(folder.path(), SHORT, &registry()).unwrap();
    fs::rename(elsewhere.path().join("new"), folder.path().join("moved")).unwrap();
    assert_eq!(next_of(&watch, 1), folder.path().join("moved/in/it.ternsig"));
    write(&folder.path().join("moved/in/it.ternsig"), &program(5));
    assert_eq!(next_of(&watch, 5), folder.path().join("moved/in/it.ternsig"));
}

#[test]
fn without_debounce_changes_are_seen_too() {
    let folder = folder(&["a.ternsig"]);
    let (named, part) = (folder.path().join("a.ternsig"), folder.path().join("part"));
    let watch = files([&named], Duration::ZERO);
    for words in 2..6 {
        write(&part, &program(words));
        fs::rename(&part, &named).unwrap();
        assert_eq!(next_of(&watch, words), named);
    }
    // Nothing is left: renaming into place is one change.
    assert_silent(&watch);
}

#[test]
fn what_is_not_there_cannot_be_watched() {
    let folder = folder(&[]);
    let missing = folder.path().join("none/a.ternsig");
    let error = Watch::files([&missing], DEBOUNCE, &registry()).unwrap_err();
    assert_eq!(error.path, missing);
    assert!(error.to_string().contains("none/a.ternsig cannot be watched: "), "{error}");
    assert!(Watch::directory(folder.path().join("none"), DEBOUNCE, &registry()).is_err());
    assert!(Watch::files([Path::new("..")], DEBOUNCE, &registry()).is_err());
}

#[test]
fn dropping_ends_the_thread_while_changes_are_pending() {
    let folder = folder(&["a.ternsig"]);
    let named = folder.path().join("a.ternsig");
    let watch = files([&named], Duration::from_secs(3600));
    write(&named, &program(2));
    sleep(SHORT);
    // It would not come back if the thread waited for the file.
    drop(watch);
}

#[test]
fn waiting_for_files_ends_at_its_deadline() {
    let folder = folder(&["a.ternsig"]);
    let named = folder.path().join("a.ternsig");
    let mut watch = FileWatch::files([&named], SHORT).unwrap();
    assert_eq!(watch.wait(Some(Instant::now() + SHORT)), None);
    write(&named, &program(2));
    assert_eq!(watch.wait(Some(Instant::now() + PATIENCE)).unwrap().path, named);
    // As it may be that nothing is due, but not for ever.
    let mut slow = FileWatch::files([&named], Duration::from_secs(3600)).unwrap();
    write(&named, &program(3));
    assert_eq!(slow.wait(Some(Instant::now() + SHORT)), None);
}
