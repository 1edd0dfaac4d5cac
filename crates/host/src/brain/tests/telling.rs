//! What others are told of a brain, and who answers what.

use super::*;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// What is served at an address.
fn served(address: SocketAddr) -> String {
    let (mut text, mut stream) = (String::new(), TcpStream::connect(address).unwrap());
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn what_is_answered_in_place_or_asked_for_by_models_is_counted() {
    let asks = "
.requires
    neuro 0x0005
    orchestration 0x0007
    bank 0x000B
.registers
    H0: i32[1]
    H1: i32[8]
    H2: i32[64]
    H3: i32[4]
.program
    neuro.chem_read H0, 0
    neuro.chem_read H0, 1
    neuro.chem_set H0, 1
    neuro.field_read H1, 0
    neuro.field_write H1, 0
    bank.bank_query H3, H2, 0, 1
    orchestration.model_load H0, 1
    orchestration.model_exec H0, 1
    halt
";
    let model = program(LIFECYCLE, "    lifecycle.tick_read H0\n    lifecycle.log_event H0, 4\n");
    let more = "banks = { 0 = \"words\" }\nmodels = { 1 = \"model.ternsig\" }\nchemicals = true";
    let head = "[brain]\n[[field]]\nid = 0\nwidth = 8\n[[bank]]\nname = \"words\"\n".to_owned();
    let manifest = [head, region(0, "asks", more)].concat();
    let firmware = Firmware::new(&manifest, &[("asks.ternsig", asks), ("model.ternsig", &model)]);
    let mut brain = firmware.boot(Mode::Sequential).unwrap();
    let address = brain.serve_metrics(([127, 0, 0, 1], 0).into()).unwrap();
    (0..3).for_each(|_| brain.tick().unwrap());
    let report = brain.report();
    assert!(!report.has_failures(), "{report:?}");
    let in_place = [
        ("BankQuery", 3),
        ("ChemRead", 6),
        ("ChemSet", 3),
        ("FieldRead", 3),
        ("FieldWrite", 3),
        ("TickRead", 3),
    ];
    assert_eq!(report.in_place, BTreeMap::from(in_place));
    let yielded = [("LogEvent", 3), ("ModelExec", 3), ("ModelLoad", 3)];
    assert_eq!(report.answered, in_place.into_iter().chain(yielded).collect());
    brain.publish();
    let text = served(address);
    for (op, device, way, count) in [
        ("ChemRead", "chemicals", "in_place", 6),
        ("BankQuery", "bank", "in_place", 3),
        ("TickRead", "clock", "in_place", 3),
        ("LogEvent", "log", "yielded", 3),
    ] {
        let line = format!(
            "ternsig_operations_total{{region=\"asks\",op=\"{op}\",device=\"{device}\",answer=\"done\",way=\"{way}\"}} {count}"
        );
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("ternsig_operation_latency_seconds{region=\"asks\",op=\"ChemRead\""), "{text}");
}

#[test]
fn a_region_that_waits_says_for_what() {
    let manifest = ["[brain]\n".to_owned(), region(0, "waits", ""), region(1, "runs", "")].concat();
    let waits = program(IPC, "    set H0, 1\n    ipc.recv_signal H0, 1\n");
    let firmware = Firmware::new(&manifest, &[("waits.ternsig", &waits), ("runs.ternsig", &counter())]);
    let mut brain = firmware.boot(Mode::Sequential).unwrap();
    assert_eq!(brain.report().regions[0].waiting, None);
    brain.tick().unwrap();
    let report = brain.report();
    let waiting = "RecvSignal { target: H0, region_id: 1 } at instruction 1";
    let found = report.regions.iter().map(|region| region.waiting.as_deref()).collect::<Vec<_>>();
    assert_eq!(found, [Some(waiting), None]);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["regions"][0]["waiting"], json["regions"][1].get("waiting")), (&waiting.into(), None));
}

#[test]
fn counts_are_served_and_events_logged() {
    let manifest = [
        "[brain]\nphases = [\"boot\", \"grown\"]\n".to_owned(),
        region(0, "speaks", ""),
        region(1, "fails", ""),
        "[[program]]\nname = \"begin\"\nprogram = \"begin.ternsig\"\non = \"speaks\"\nat = \"boot\"\n\
         [[program]]\nname = \"tire\"\nprogram = \"tire.ternsig\"\non = \"speaks\"\nevery = 2\n\
         [[program]]\nname = \"wake\"\nprogram = \"wake.ternsig\"\non = \"speaks\"\nat = \"rest\"\n"
            .to_owned(),
    ]
    .concat();
    let attached = |body: &str| format!(".requires\n{LIFECYCLE}.program\n{body}    halt\n");
    let speaks = program(LIFECYCLE, "    set H0, 7\n    lifecycle.log_event H0, 4\n");
    let fails = program(NEURO, "    neuro.chem_set H0, 0\n");
    let firmware = Firmware::new(
        &manifest,
        &[
            ("speaks.ternsig", &speaks),
            ("fails.ternsig", &fails),
            ("begin.ternsig", &attached("    set H5, 1\n    lifecycle.phase_write H5\n")),
            ("tire.ternsig", &attached("    set H5, 1\n    lifecycle.rest_write H5\n")),
            ("wake.ternsig", &attached("    set H5, 0\n    lifecycle.rest_write H5\n")),
        ],
    );
    let mut brain = firmware.boot(Mode::Parallel).unwrap();
    let log = firmware.path("events.jsonl");
    brain.log_events(&crate::telemetry::SpoolOptions::new(&log)).unwrap();
    let address = brain.serve_metrics(([127, 0, 0, 1], 0).into()).unwrap();
    (0..3).for_each(|_| brain.tick().unwrap());
    brain.publish();
    let text = served(address);
    for part in [
        "ternsig_program_runs_total{region=\"speaks\",program=\"tire\",outcome=\"halt\"} 1\n",
        "ternsig_program_fuel_total{region=\"speaks\",program=\"tire\"} 3\n",
        "ternsig_program_time_seconds_total{region=\"speaks\",program=\"begin\"} ",
        "ternsig_program_latency_seconds{region=\"speaks\",program=\"wake\",quantile=\"1.0\"} ",
        "region=\"speaks\"",
        "LogEvent",
        "answer=\"failed\"",
    ] {
        assert!(text.contains(part), "{text}");
    }
    brain.save().unwrap();
    drop(brain);
    let events = fs::read_to_string(log).unwrap();
    let kinds: Vec<String> = events
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned()
        })
        .collect();
    for (kind, count) in [
        ("boot", 1),
        ("phase_change", 2),
        ("error", 3),
        ("log", 3),
        ("shutdown", 1),
        ("sleep_begins", 1),
        ("sleep_ends", 1),
        ("tick_statistics", 2),
    ] {
        assert_eq!(kinds.iter().filter(|found| **found == kind).count(), count, "{kind}: {events}");
    }
}

/// The devices that only a host can bring.
pub(super) const NO_DEVICE: [&str; 3] = ["snn", "pool", "sensor"];

#[test]
fn every_operation_has_a_device_unless_only_a_host_could_bring_it() {
    let manifest = ["[brain]\n".to_owned(), region(0, "all", "chemicals = true")].concat();
    let all = program("", "");
    let firmware = Firmware::new(&manifest, &[("all.ternsig", &all)]);
    let brain = firmware.boot(Mode::Sequential).unwrap();
    let mut cell = lock(&brain.cells[0]);
    let Cell { interpreter, host, .. } = &mut *cell;
    for kind in ternsig_isa::domain_op::DomainOpKind::ALL {
        // Registers have not what most operations need: what matters is who says so.
        let op = kind.build(|_| 0);
        let answer = host.answer(&op, &mut interpreter.context());
        let is_missing = answer.is_err_and(|error| error.message().contains("the host has no device"));
        assert_eq!(is_missing, NO_DEVICE.contains(&kind.device()), "{op}");
    }
}
