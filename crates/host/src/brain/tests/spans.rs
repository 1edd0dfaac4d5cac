//! What a collector of `tracing` spans sees of a brain.

use super::*;
use std::cell::{Cell as ThreadCell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Debug;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, Subscriber};
use tracing::{Event, Metadata};

thread_local! {
    /// Whether the spans of this thread are collected: other tests run in the same process.
    static COLLECTS: ThreadCell<bool> = const { ThreadCell::new(false) };
    static ENTERED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// A span that was begun.
#[derive(Debug, Clone)]
struct Seen {
    name: &'static str,
    parent: Option<usize>,
    fields: Fields,
}

#[derive(Debug, Clone, Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// Collects every span of the threads that want it.
struct Collector;

static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());

fn place(id: &Id) -> usize {
    id.into_u64() as usize - 1
}

impl Subscriber for Collector {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        COLLECTS.get()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let parent = ENTERED.with_borrow(|entered| entered.last().copied());
        let mut seen = SEEN.lock().unwrap();
        seen.push(Seen { name: span.metadata().name(), parent, fields });
        Id::from_u64(seen.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        values.record(&mut SEEN.lock().unwrap()[place(span)].fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, span: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(place(span)));
    }

    fn exit(&self, span: &Id) {
        let left = ENTERED.with_borrow_mut(Vec::pop);
        assert_eq!(left, Some(place(span)), "spans end in the order in which they began");
    }
}

/// A pool whose threads are collected, this one not.
fn collecting(threads: usize) -> rayon::ThreadPool {
    // The first of the tests that collect sets it.
    let _ = tracing::subscriber::set_global_default(Collector);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.start_handler(|_| COLLECTS.set(true)).build().unwrap()
}

/// The spans with this field, each with its name and fields, behind those that they are in, as a path.
fn seen(field: &str, value: &str) -> Vec<String> {
    let seen = SEEN.lock().unwrap();
    let told = |span: &Seen| {
        let fields = span.fields.0.iter().map(|(name, value)| format!("{name}={value}"));
        format!("{}({})", span.name, fields.collect::<Vec<_>>().join(" "))
    };
    let path = |span: &Seen| {
        let parents = std::iter::successors(span.parent, |parent| seen[*parent].parent);
        let mut path: Vec<_> = parents.map(|parent| told(&seen[parent])).collect();
        path.reverse();
        path.push(told(span));
        path.join(" > ")
    };
    let with = seen.iter().filter(|span| span.fields.0.get(field).is_some_and(|found| found == value));
    with.map(path).collect()
}

#[test]
fn turns_programs_and_reloads_are_spans_within_their_tick() {
    let begins =
        "[[program]]\nname = \"begins\"\nprogram = \"begins.ternsig\"\non = \"spanned\"\nat = \"boot\"\n";
    let manifest =
        ["[brain]\nphases = [\"boot\"]\n".to_owned(), region(0, "spanned", ""), begins.to_owned()].concat();
    let speaks = program(LIFECYCLE, "    lifecycle.log_event H0, 4\n");
    let begins = ".program\n    set H5, 1\n    halt\n";
    let firmware = Firmware::new(&manifest, &[("spanned.ternsig", &speaks), ("begins.ternsig", begins)]);
    let mut brain = firmware.boot(Mode::Sequential).unwrap();
    collecting(1).install(|| brain.tick().unwrap());
    assert_eq!(
        seen("region", "spanned"),
        [
            "tick(tick=1) > program(outcome=halt program=begins region=spanned)",
            "tick(tick=1) > turn(outcome=halt region=spanned)",
            "tick(tick=1) > turn(outcome=halt region=spanned) > operation(answer=done device=log op=LogEvent region=spanned)",
        ]
    );
    brain.watch(std::time::Duration::ZERO, &Arc::default()).unwrap();
    for (text, result) in [(counter().as_str(), "applied"), ("nonsense", "failed")] {
        firmware.write("unfinished", text);
        fs::rename(firmware.path("unfinished"), firmware.path("spanned.ternsig")).unwrap();
        collecting(1).install(|| changes::reloaded(&mut brain));
        let path = firmware.path("spanned.ternsig").display().to_string();
        let reload = format!("reload(parts=region \"spanned\" path={path} result={result})");
        assert_eq!(seen("path", &path).last(), Some(&reload));
    }
}

#[test]
fn turns_on_other_threads_belong_to_their_tick() {
    let manifest = ["[brain]\n".to_owned(), region(0, "left", ""), region(1, "right", "")].concat();
    let firmware = Firmware::new(&manifest, &[("left.ternsig", &counter()), ("right.ternsig", &counter())]);
    let mut brain = firmware.boot(Mode::Parallel).unwrap();
    collecting(2).install(|| brain.tick().unwrap());
    for name in ["left", "right"] {
        assert_eq!(seen("region", name), [format!("tick(tick=1) > turn(outcome=halt region={name})")]);
    }
}
