//! What others are told of a brain, and who answers what.

use super::*;

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
    let mut text = String::new();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut stream, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .unwrap();
    std::io::Read::read_to_string(&mut stream, &mut text).unwrap();
    for part in ["region=\"speaks\"", "LogEvent", "answer=\"failed\""] {
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
