//! Which files have changed.

use super::debounce::Debounce;
use super::error::WatchError;
use super::targets::Targets;
use notify::RecommendedWatcher;
use notify::event::{Event, EventKind, ModifyKind, RenameMode};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// How long a directory that has appeared is given at least to be watched itself before it is searched for files that were
/// there earlier.
const NEW_DIRECTORY: Duration = Duration::from_millis(20);

/// A file that has changed and been quiet since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The file, as the caller named it; below a watched directory, that name and the way from there.
    pub path: PathBuf,
    /// When the last event of the change was seen.
    pub seen: Instant,
}

/// Watches files.
#[derive(Debug)]
pub struct FileWatch {
    targets: Targets,
    watcher: RecommendedWatcher,
    messages: Receiver<Message>,
    sender: Sender<Message>,
    pending: Debounce<Touched>,
    is_stopped: bool,
}

/// Ends the wait of a [`FileWatch`].
#[derive(Debug, Clone)]
pub(super) struct Stopper(Sender<Message>);

#[derive(Debug)]
enum Message {
    Event(notify::Result<Event>, Instant),
    Stop,
}

/// What is waited for.
#[derive(Debug, PartialEq)]
enum Touched {
    /// A watched file, as the caller named it.
    File(PathBuf),
    /// A directory that has appeared.
    Directory(PathBuf),
}

impl FileWatch {
    /// Watches these files and no others beside them. They need not exist, but their directories must; the directory of a bare
    /// name is the current one. Each is looked at when it has been quiet for as long as `debounce`, which may be 0.
    ///
    /// # Errors
    /// A directory does not exist or cannot be watched.
    pub fn files<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
        debounce: Duration,
    ) -> Result<FileWatch, WatchError> {
        FileWatch::new(debounce, |watcher| Targets::files(paths, watcher))
    }

    /// Watches the `.ternsig` files of a directory and of those below it, also of ones that are made later.
    ///
    /// # Errors
    /// The directory does not exist or cannot be watched.
    pub fn directory(path: impl AsRef<Path>, debounce: Duration) -> Result<FileWatch, WatchError> {
        FileWatch::new(debounce, |watcher| Targets::directory(path.as_ref(), watcher))
    }

    fn new(
        debounce: Duration,
        targets: impl FnOnce(&mut RecommendedWatcher) -> Result<Targets, WatchError>,
    ) -> Result<FileWatch, WatchError> {
        let (sender, messages) = channel();
        let events = sender.clone();
        let handler = move |event| {
            // Nobody receives any more when the watch is being dropped.
            let _ = events.send(Message::Event(event, Instant::now()));
        };
        let watcher = notify::recommended_watcher(handler);
        let mut watcher = watcher.map_err(|error| WatchError::new(Path::new("."), error))?;
        let targets = targets(&mut watcher)?;
        let pending = Debounce::new(debounce);
        Ok(FileWatch { targets, watcher, messages, sender, pending, is_stopped: false })
    }

    /// Waits for the next changed file; `None` if there is none until the deadline.
    pub fn wait(&mut self, deadline: Option<Instant>) -> Option<Changed> {
        while !self.is_stopped {
            if let Some(changed) = self.take_due() {
                return Some(changed);
            }
            let now = Instant::now();
            if deadline.is_some_and(|deadline| deadline <= now) {
                return None;
            }
            let until = self.pending.next_due().into_iter().chain(deadline).min();
            let message = match until {
                None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(until) => self.messages.recv_timeout(until.saturating_duration_since(now)),
            };
            match message {
                Ok(message) => self.heed(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }

    pub(super) fn stopper(&self) -> Stopper {
        Stopper(self.sender.clone())
    }

    /// The next file that is quiet. Events that have arrived by now come first: they may be about it.
    fn take_due(&mut self) -> Option<Changed> {
        while self.pending.next_due().is_some_and(|due| due <= Instant::now()) {
            if let Ok(message) = self.messages.try_recv() {
                self.heed(message);
                continue;
            }
            match self.pending.take_due(Instant::now())? {
                (Touched::File(path), seen) => return Some(Changed { path, seen }),
                (Touched::Directory(path), seen) => self.touch_all(Some(&path), seen),
            }
        }
        None
    }

    fn heed(&mut self, message: Message) {
        match message {
            Message::Event(Ok(event), seen) if !event.need_rescan() => self.heed_event(&event, seen),
            // Events were lost, whichever they were.
            Message::Event(_, seen) => self.touch_all(None, seen),
            Message::Stop => self.is_stopped = true,
        }
    }

    fn heed_event(&mut self, event: &Event, seen: Instant) {
        let appears = match event.kind {
            // Going away is no change, and where both names are told, the new one has been told before.
            EventKind::Modify(ModifyKind::Name(RenameMode::From | RenameMode::Both)) => return,
            EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)) => true,
            EventKind::Modify(_) => false,
            _ => return,
        };
        for path in &event.paths {
            for named in self.targets.named_by(path, &mut self.watcher) {
                self.pending.touch(Touched::File(named), seen, Duration::ZERO);
            }
            if appears && self.targets.is_recursive() && path.is_dir() {
                self.pending.touch(Touched::Directory(path.clone()), seen, NEW_DIRECTORY);
            }
        }
    }

    fn touch_all(&mut self, below: Option<&Path>, seen: Instant) {
        for path in self.targets.all_below(below) {
            self.pending.touch(Touched::File(path), seen, Duration::ZERO);
        }
    }
}

impl Stopper {
    pub(super) fn stop(&self) {
        // Nobody to be stopped is as good.
        let _ = self.0.send(Message::Stop);
    }
}
