//! What is watched, and which events are about it.

use super::error::WatchError;
use crate::loader::SOURCE_EXTENSION;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The watched files, or the watched directory.
#[derive(Debug)]
pub(super) enum Targets {
    Files { files: Vec<File>, directories: Vec<PathBuf> },
    Directory { named: PathBuf, canonical: PathBuf },
}

/// A file, under the name that the caller gave it.
#[derive(Debug)]
pub(super) struct File {
    named: PathBuf,
    /// The name in its canonical directory; it may be a link.
    place: PathBuf,
    /// Where the content is; the same unless it is a link.
    content: PathBuf,
}

impl Targets {
    /// Files, which need not exist, in directories that do.
    pub(super) fn files<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
        watcher: &mut RecommendedWatcher,
    ) -> Result<Targets, WatchError> {
        let mut files: Vec<File> = Vec::new();
        for path in paths {
            if files.iter().all(|file| file.named.as_os_str() != path.as_ref().as_os_str()) {
                files.push(File::new(path.as_ref())?);
            }
        }
        let mut directories = Vec::new();
        for file in &files {
            file.watch(&mut directories, watcher)?;
        }
        Ok(Targets::Files { files, directories })
    }

    /// The source files of a directory and those below it.
    pub(super) fn directory(path: &Path, watcher: &mut RecommendedWatcher) -> Result<Targets, WatchError> {
        let canonical = fs::canonicalize(or_current(path)).map_err(|error| WatchError::new(path, error))?;
        let watched = watcher.watch(&canonical, RecursiveMode::Recursive);
        watched.map_err(|error| WatchError::new(path, error))?;
        Ok(Targets::Directory { named: path.to_owned(), canonical })
    }

    /// The watched files that a changed path stands for, as the caller named them.
    pub(super) fn named_by(&mut self, changed: &Path, watcher: &mut RecommendedWatcher) -> Vec<PathBuf> {
        match self {
            Targets::Files { files, directories } => {
                let about = files.iter_mut().filter(|file| file.place == changed || file.content == changed);
                let about = about.map(|file| {
                    file.follow(changed, directories, watcher);
                    file.named.clone()
                });
                about.collect()
            }
            Targets::Directory { named, canonical } => {
                let inside = changed.strip_prefix(canonical).ok().filter(|_| is_source(changed));
                inside.map(|inside| named.join(inside)).into_iter().collect()
            }
        }
    }

    /// Every watched file below a path, or all of them, that there is.
    pub(super) fn all_below(&self, path: Option<&Path>) -> Vec<PathBuf> {
        match self {
            Targets::Files { files, .. } if path.is_none() => {
                files.iter().map(|file| file.named.clone()).collect()
            }
            Targets::Files { .. } => Vec::new(),
            Targets::Directory { named, canonical } => {
                let mut found = Vec::new();
                descend(path.unwrap_or(canonical), &mut found);
                let inside = found.iter().filter_map(|path| path.strip_prefix(canonical).ok());
                inside.map(|inside| named.join(inside)).collect()
            }
        }
    }

    /// Whether directories that appear may hold watched files.
    pub(super) const fn is_recursive(&self) -> bool {
        matches!(self, Targets::Directory { .. })
    }
}

impl File {
    fn new(named: &Path) -> Result<File, WatchError> {
        let error = |error| WatchError::new(named, error);
        let name = named.file_name().ok_or_else(|| error(ErrorKind::IsADirectory.into()))?;
        let directory = or_current(named.parent().unwrap_or(Path::new("")));
        let place = fs::canonicalize(directory).map_err(error)?.join(name);
        let content = content(&place);
        Ok(File { named: named.to_owned(), place, content })
    }

    /// Watches the directories of the name and of the content.
    fn watch(&self, watched: &mut Vec<PathBuf>, watcher: &mut RecommendedWatcher) -> Result<(), WatchError> {
        for directory in [&self.place, &self.content].into_iter().filter_map(|path| path.parent()) {
            if watched.iter().all(|watched| watched != directory) {
                let begun = watcher.watch(directory, RecursiveMode::NonRecursive);
                begun.map_err(|error| WatchError::new(&self.named, error))?;
                watched.push(directory.to_owned());
            }
        }
        Ok(())
    }

    /// A link may lead elsewhere now.
    fn follow(&mut self, changed: &Path, watched: &mut Vec<PathBuf>, watcher: &mut RecommendedWatcher) {
        if changed == self.place {
            self.content = content(&self.place);
            if let Err(error) = self.watch(watched, watcher) {
                tracing::warn!(%error, "changes behind a link will not be seen");
            }
        }
    }
}

/// Where the content of a path is. What does not exist yet will be in the place itself.
fn content(place: &Path) -> PathBuf {
    fs::canonicalize(place).unwrap_or_else(|_| place.to_owned())
}

/// The parent of a bare file name is empty and means the current directory.
fn or_current(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() { Path::new(".") } else { directory }
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(SOURCE_EXTENSION))
}

/// The source files of a directory and those below it. What cannot be read has no files: it may be gone already.
fn descend(directory: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory).into_iter().flatten();
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        // The entry itself, not what a link leads to: links to directories could lead in circles.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            descend(&path, found);
        } else if is_source(&path) {
            found.push(path);
        }
    }
}
