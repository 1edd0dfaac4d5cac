use super::*;
use serde_json::{Value, json};
use std::fs;
use std::sync::mpsc::channel;
use std::time::{Duration, UNIX_EPOCH};
use tempfile::TempDir;

fn options(folder: &TempDir, max_bytes: u64) -> SpoolOptions {
    SpoolOptions { max_bytes, ..SpoolOptions::new(folder.path().join("events.jsonl")) }
}

fn event(tick: u64) -> Event {
    Event::Shutdown { tick }
}

/// Logs an event, however long there is no room.
fn log(spool: &Spool, event: &Event) {
    while !spool.log(event.clone()) {
        thread::sleep(Duration::from_millis(1));
    }
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

fn stamped(tick: u64) -> Stamped {
    Stamped { at: UNIX_EPOCH + Duration::from_millis(5), event: event(tick) }
}

#[test]
fn events_are_lines_in_their_order_and_all_there_when_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, 1 << 20);
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    for round in 0..2 {
        let spool = Spool::open(&options).unwrap();
        (0..500).for_each(|tick| assert!(spool.log(event(round * 500 + tick))));
        assert_eq!(spool.counts(), SpoolCounts::default());
    }
    let lines = lines(&options.path);
    assert_eq!(lines.len(), 1000);
    for (tick, line) in lines.iter().enumerate() {
        assert_eq!((&line["event"], &line["tick"]), (&json!("shutdown"), &json!(tick)));
        assert!(line["time_ms"].as_u64().unwrap() >= before);
    }
}

#[test]
fn a_full_queue_drops_events_counts_them_and_tells_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = options(&folder, 0).path;
    let file = BoundedFile::open(&path, 1 << 20).unwrap();
    let (go, gone) = channel::<()>();
    let spool = Spool::start(3, move |events, counts| {
        // Nothing is taken out of the queue until the test says so.
        gone.recv().unwrap();
        writer::write_all(file, events, counts);
    });
    let spool = spool.unwrap();
    let taken: Vec<bool> = (0..8).map(|tick| spool.log(event(tick))).collect();
    assert_eq!(taken, [true, true, true, false, false, false, false, false]);
    assert_eq!(spool.counts(), SpoolCounts { dropped: 5, failed: 0 });
    go.send(()).unwrap();
    log(&spool, &event(8));
    drop(spool);
    let lines = lines(&path);
    let dropped: u64 = lines.iter().filter_map(|line| line["count"].as_u64()).sum();
    let ticks: Vec<u64> = lines.iter().filter_map(|line| line["tick"].as_u64()).collect();
    assert_eq!(ticks, [0, 1, 2, 8]);
    // What the test itself could not log at once is told, too.
    assert!(dropped >= 5 && lines[0]["event"] == "dropped", "{lines:?}");
}

#[test]
fn the_files_stay_within_their_bounds_and_hold_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, 1000);
    let before = folder.path().join("events.jsonl.1");
    let spool = Spool::open(&options).unwrap();
    (0..200).for_each(|tick| log(&spool, &event(tick)));
    drop(spool);
    for path in [&options.path, &before] {
        let size = fs::metadata(path).unwrap().len();
        assert!(size <= 1000, "{size}");
    }
    let ticks: Vec<_> = [lines(&before), lines(&options.path)].concat();
    let ticks: Vec<u64> = ticks.iter().filter_map(|line| line["tick"].as_u64()).collect();
    assert!(ticks.len() > 10 && ticks.is_sorted() && ticks.last() == Some(&199), "{ticks:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn an_event_that_is_longer_than_the_file_may_be_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, 200);
    let spool = Spool::open(&options).unwrap();
    let log_event = |length| Event::Log {
        tick: 1,
        region: "r".into(),
        instruction: 2,
        event_type: 4,
        values: vec![7; length],
    };
    log(&spool, &log_event(1000));
    log(&spool, &log_event(2));
    drop(spool);
    let lines = lines(&options.path);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!((&lines[0]["event"], &lines[0]["count"]), (&json!("dropped"), &json!(1)));
    assert_eq!((&lines[1]["event"], &lines[1]["values"]), (&json!("log"), &json!([7, 7])));
}

#[test]
fn a_line_that_was_cut_off_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, 1 << 20);
    fs::write(&options.path, "{\"time_ms\":1,\"eve").unwrap();
    log(&Spool::open(&options).unwrap(), &event(3));
    let text = fs::read_to_string(&options.path).unwrap();
    let (torn, rest) = text.split_once('\n').unwrap();
    assert_eq!(torn, "{\"time_ms\":1,\"eve");
    assert_eq!(serde_json::from_str::<Value>(rest).unwrap()["tick"], 3);
}

#[test]
fn what_cannot_be_opened_is_refused_and_failed_writes_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let error = Spool::open(&SpoolOptions::new(folder.path())).unwrap_err();
    assert_eq!(error.path, folder.path());
    assert!(error.to_string().starts_with("events cannot be written to "), "{error}");
    // The next file cannot take the place of a directory that is not empty.
    let options = options(&folder, 60);
    fs::create_dir_all(folder.path().join("events.jsonl.1/x")).unwrap();
    let file = BoundedFile::open(&options.path, options.max_bytes).unwrap();
    let (sender, events) = sync_channel(8);
    [1, 2].into_iter().for_each(|tick| sender.send(stamped(tick)).unwrap());
    drop(sender);
    let counts = Counts::default();
    writer::write_all(file, &events, &counts);
    assert_eq!(counts.failed.into_inner(), 1);
    assert_eq!(lines(&options.path), [json!({ "time_ms": 5, "event": "shutdown", "tick": 1 })]);
}
