use super::*;
use crate::device::{Device, Devices};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ternsig_isa::domain_op::DomainOpKind;
use ternsig_isa::{DomainOp, InstructionSet, Register, Shape};
use ternsig_vm::machine::reload::{Dropped, Reloaded};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Interpreter, Outcome};

const US: Duration = Duration::from_micros(1);

/// Answers phases, waits for ticks and has no levels.
struct Clock;

impl Device for Clock {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        match *op {
            DomainOp::PhaseRead { target } => {
                ctx.machine_mut().set_hot(target.index(), &[3], Shape::vector(1)).map(|()| Answer::Done)
            }
            DomainOp::TickRead { .. } => Ok(Answer::Wait),
            _ => Err(Error::new(ErrorKind::NotFound, "no levels")),
        }
    }
}

fn run(source: &str, devices: &mut impl Device) -> Outcome {
    let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    interpreter.run_with_host(|op, ctx| devices.answer(op, ctx))
}

fn program(instructions: &str) -> String {
    format!(".requires\n lifecycle\n.registers\n H0: i32[1]\n.program\n {instructions}\n halt\n")
}

fn measured() -> Measured<Devices> {
    let mut devices = Devices::new();
    devices.attach("clock", Clock);
    Measured::new(devices, Recorder::new("a"))
}

fn snapshot_of(recorder: &Recorder) -> RegionSnapshot {
    let mut snapshot = RegionSnapshot::default();
    recorder.snapshot(&mut snapshot);
    snapshot
}

#[test]
fn answers_are_passed_on_and_counted_by_kind() {
    let mut devices = measured();
    let phases = program("lifecycle.phase_read H0\n lifecycle.phase_read H0");
    assert_eq!(run(&phases, &mut devices), Outcome::Halted);
    assert!(matches!(run(&program("lifecycle.tick_read H0"), &mut devices), Outcome::Waiting { .. }));
    let Outcome::Failed(error) = run(&program("lifecycle.level_read H0"), &mut devices) else { panic!() };
    assert_eq!((error.kind(), error.instruction()), (ErrorKind::NotFound, Some(0)));
    let operations = snapshot_of(devices.recorder()).operations;
    let counted: Vec<_> =
        operations.iter().map(|used| (used.kind, used.answers, used.latency.count)).collect();
    let mut expected = [
        (DomainOpKind::PhaseRead, [2, 0, 0, 0, 0], 2),
        (DomainOpKind::TickRead, [0, 1, 0, 0, 0], 1),
        (DomainOpKind::LevelRead, [0, 0, 0, 0, 1], 1),
    ];
    expected.sort_by_key(|(kind, ..)| *kind as usize);
    assert_eq!(counted, expected);
}

#[test]
fn a_recorder_counts_ticks_runs_fuel_and_reloads() {
    let mut recorder = Recorder::new("a");
    [1, 2, 400].into_iter().for_each(|us| recorder.tick(us * US));
    recorder.run(&Outcome::Halted, 10);
    recorder.run(&Outcome::OutOfFuel { instruction: 3 }, 32);
    recorder.failed_reload();
    recorder.reload(&reloaded());
    let snapshot = snapshot_of(&recorder);
    assert_eq!((snapshot.ticks.count, snapshot.ticks.sum_ns), (3, 403_000));
    assert_eq!((snapshot.fuel, snapshot.runs), (42, [1, 0, 0, 0, 0, 1, 0, 0, 0]));
    assert_eq!((snapshot.reloads, snapshot.failed_reloads), (1, 1));
    assert_eq!((snapshot.kept_registers, snapshot.dropped_registers), (2, 1));
    assert_eq!(snapshot.operations, []);
}

fn reloaded() -> Reloaded {
    let gone = Dropped {
        register: Register::cold(5),
        key: Some("words".to_owned()),
        shape: Shape::vector(4),
        declared: None,
    };
    Reloaded { kept: vec![Register::cold(0), Register::cold(1)], dropped: vec![gone] }
}

#[test]
fn what_is_published_is_what_was_counted_until_then() {
    let (mut metrics, mut one, two) = (Metrics::new(), Recorder::new("one"), Recorder::new("two"));
    assert_eq!(metrics.snapshot(), Snapshot::default());
    one.tick(US);
    assert!(metrics.publish(7, None, [&one, &two]));
    one.tick(US);
    let snapshot = metrics.snapshot();
    assert_eq!(snapshot.tick, 7);
    let counted: Vec<_> =
        snapshot.regions.iter().map(|region| (&*region.region, region.ticks.count)).collect();
    assert_eq!(counted, [("one", 1), ("two", 0)]);
    assert!(metrics.publish(8, None, [&one]));
    let snapshot = metrics.snapshot();
    assert_eq!((snapshot.tick, snapshot.regions.len(), snapshot.regions[0].ticks.count), (8, 1, 2));
}

fn publish() -> Metrics {
    let mut devices = measured();
    run(&program("lifecycle.phase_read H0"), &mut devices);
    let recorder = devices.recorder_mut();
    recorder.tick(1500 * US);
    recorder.run(&Outcome::Halted, 12);
    recorder.reload(&reloaded());
    let [sleep, _] = ["sleep", "evolve"].map(|name| recorder.add_program(name));
    recorder.program_run(sleep, &Outcome::Failed(Error::new(ErrorKind::Limit, "")), 5, 1000 * US);
    let kinds = [DomainOpKind::ChemRead, DomainOpKind::PhaseRead, DomainOpKind::PhaseRead];
    kinds.into_iter().for_each(|kind| recorder.in_place().count(kind));
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(&SpoolOptions::new(folder.path().join("events"))).unwrap();
    let mut metrics = Metrics::new();
    metrics.publish(99, Some(&spool), [devices.recorder(), &Recorder::new("quote\"d")]);
    metrics
}

#[test]
fn the_text_has_every_metric_with_its_labels() {
    let text = publish().text().unwrap();
    for line in [
        "# TYPE ternsig_tick gauge",
        "ternsig_tick 99",
        "# TYPE ternsig_ticks counter",
        "ternsig_ticks_total{region=\"a\"} 1",
        "ternsig_ticks_total{region=\"quote\\\"d\"} 0",
        "ternsig_tick_time_seconds_total{region=\"a\"} 0.0015",
        "ternsig_fuel_total{region=\"a\"} 12",
        "ternsig_runs_total{region=\"a\",outcome=\"halt\"} 1",
        "ternsig_reloads_total{region=\"a\",result=\"applied\"} 1",
        "ternsig_reloads_total{region=\"a\",result=\"failed\"} 0",
        "ternsig_reloaded_registers_total{region=\"a\",fate=\"kept\"} 2",
        "ternsig_reloaded_registers_total{region=\"a\",fate=\"dropped\"} 1",
        "ternsig_operations_total{region=\"a\",op=\"PhaseRead\",device=\"clock\",answer=\"done\",way=\"yielded\"} 1",
        "ternsig_operations_total{region=\"a\",op=\"PhaseRead\",device=\"clock\",answer=\"done\",way=\"in_place\"} 2",
        "ternsig_operations_total{region=\"a\",op=\"ChemRead\",device=\"chemicals\",answer=\"done\",way=\"in_place\"} 1",
        "ternsig_program_runs_total{region=\"a\",program=\"sleep\",outcome=\"failed\"} 1",
        "ternsig_program_fuel_total{region=\"a\",program=\"sleep\"} 5",
        "ternsig_program_time_seconds_total{region=\"a\",program=\"sleep\"} 0.001",
        "ternsig_spool_failed_writes_total 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    for quantile in ["0.5", "0.99", "0.999", "1.0"] {
        for line in [
            format!("ternsig_tick_latency_seconds{{region=\"a\",quantile=\"{quantile}\"}} 0.0015"),
            format!(
                "ternsig_program_latency_seconds{{region=\"a\",program=\"sleep\",quantile=\"{quantile}\"}} 0.001"
            ),
            format!(
                "ternsig_operation_latency_seconds{{region=\"a\",op=\"PhaseRead\",device=\"clock\",quantile=\"{quantile}\"}} "
            ),
        ] {
            assert!(text.lines().any(|found| found.starts_with(&line)), "{line} is not in\n{text}");
        }
    }
    // What never happened has no line, and what is answered in place no time.
    assert!(
        !text.contains("evolve") && !text.contains("latency_seconds{region=\"a\",op=\"ChemRead\""),
        "{text}"
    );
    assert!(text.ends_with("# EOF\n"), "{text}");
}

/// The head and the body of the answer to a request.
fn ask(address: SocketAddr, request: &str) -> (String, String) {
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.to_owned(), body.to_owned())
}

fn serve(metrics: &Metrics) -> Endpoint {
    assert!(LOOPBACK.ip().is_loopback());
    Endpoint::serve(SocketAddr::new(LOOPBACK.ip(), 0), metrics).unwrap()
}

#[test]
fn the_endpoint_serves_what_was_published_last() {
    let mut metrics = publish();
    let endpoint = serve(&metrics);
    let (head, body) = ask(endpoint.address(), "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("openmetrics-text"), "{head}");
    assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{head}");
    assert_eq!(body, metrics.text().unwrap());
    metrics.publish(100, None, []);
    let (_, body) = ask(endpoint.address(), "GET /metrics?x=1 HTTP/1.1\r\n\r\n");
    assert!(body.contains("\nternsig_tick 100\n"), "{body}");
}

#[test]
fn the_endpoint_answers_nothing_else_and_survives_bad_clients() {
    let endpoint = serve(&Metrics::new());
    let address = endpoint.address();
    assert!(ask(address, "GET / HTTP/1.1\r\n\r\n").0.starts_with("HTTP/1.1 404 "));
    let (head, _) = ask(address, "POST /metrics HTTP/1.1\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 405 ") && head.contains("\r\nAllow: GET\r\n"), "{head}");
    assert!(ask(address, "\r\n\r\n").0.starts_with("HTTP/1.1 405 "));
    drop(TcpStream::connect(address).unwrap());
    // A client that says nothing is given up; so is one that does not come to an end.
    let _silent = TcpStream::connect(address).unwrap();
    let mut endless = TcpStream::connect(address).unwrap();
    let _ = endless.write_all(&[b'x'; 20_000]);
    let (head, body) = ask(address, "GET /metrics HTTP/1.1\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 ") && body.contains("ternsig_tick 0"), "{head} {body}");
    drop(endpoint);
    assert!(TcpStream::connect(address).is_err(), "the port is free again");
}

#[test]
fn events_have_the_fields_that_the_page_names() {
    let region: Arc<str> = Arc::from("a");
    let mut recorder = Recorder::new("a");
    recorder.tick(Duration::from_nanos(200));
    let error = Error::about(ErrorKind::BadRegister, Register::hot(9), "H9 is not allocated").at(4, "relu");
    let name = || Arc::clone(&region);
    let events = [
        (
            Event::Boot { tick: 1, regions: vec![name()] },
            json!({ "event": "boot", "tick": 1, "regions": ["a"] }),
        ),
        (
            Event::PhaseChange { tick: 2, from: 0, to: 1 },
            json!({ "event": "phase_change", "tick": 2, "from": 0, "to": 1 }),
        ),
        (
            Event::tick_statistics(3, &recorder),
            json!({ "event": "tick_statistics", "tick": 3, "region": "a", "ticks": 1, "p50_ns": 200, "p99_ns": 200,
                    "p999_ns": 200, "max_ns": 200 }),
        ),
        (
            Event::reload(4, &region, Path::new("a.ternsig"), &reloaded()),
            json!({ "event": "reload", "tick": 4, "region": "a", "path": "a.ternsig", "kept": ["C0", "C1"],
                    "dropped": [{ "register": "C5", "key": "words", "shape": Shape::vector(4).to_string(),
                                  "declared": null }] }),
        ),
        (
            Event::error(5, &region, &error),
            json!({ "event": "error", "tick": 5, "region": "a", "instruction": 4, "mnemonic": "relu",
                    "kind": "BadRegister", "message": "H9 is not allocated" }),
        ),
        (
            Event::Log { tick: 6, region: name(), instruction: 2, event_type: 4, values: vec![-1, 2] },
            json!({ "event": "log", "tick": 6, "region": "a", "instruction": 2, "event_type": 4, "values": [-1, 2] }),
        ),
        (Event::SleepBegins { tick: 7 }, json!({ "event": "sleep_begins", "tick": 7 })),
        (Event::SleepEnds { tick: 8 }, json!({ "event": "sleep_ends", "tick": 8 })),
        (Event::Shutdown { tick: 9 }, json!({ "event": "shutdown", "tick": 9 })),
    ];
    let folder = tempfile::tempdir().unwrap();
    let options = SpoolOptions::new(folder.path().join("events"));
    let spool = Spool::open(&options).unwrap();
    events.iter().for_each(|(event, _)| assert!(spool.log(event.clone())));
    drop(spool);
    let text = std::fs::read_to_string(&options.path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(text.lines().count(), events.len());
    for (mut line, (_, expected)) in lines.zip(&events) {
        assert!(line.as_object_mut().unwrap().remove("time_ms").is_some_and(|time| time.is_u64()));
        assert_eq!(&line, expected);
    }
}
