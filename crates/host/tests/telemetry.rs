//! Recording and publishing allocate nothing once they have happened before.
#![allow(clippy::unwrap_used, reason = "tests")]

use allocation_counter::measure;
use std::time::Duration;
use ternsig_host::telemetry::{Measured, Metrics, Recorder};
use ternsig_host::{Device, Devices};
use ternsig_isa::{DomainOp, InstructionSet};
use ternsig_vm::{Answer, Error, ExecutionContext, Interpreter, Outcome};

const PROGRAM: &str = "
.requires
    lifecycle
.registers
    H0: i32[1]
.program
    lifecycle.tick_read H0
    lifecycle.phase_read H0
    halt
";

struct Clock;

impl Device for Clock {
    fn answer(&mut self, _: &DomainOp, _: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        Ok(Answer::Done)
    }
}

#[test]
fn recording_and_publishing_allocate_nothing() {
    let program = ternsig_asm::assemble(PROGRAM, &InstructionSet::standard()).into_result().unwrap();
    let mut interpreter = Interpreter::from_program(&program).unwrap();
    let mut devices = Devices::new();
    devices.attach("clock", Clock);
    let mut recorder = None;
    let room = measure(|| recorder = Some(Recorder::new("a")));
    assert!(room.bytes_max < 500 << 10, "{} bytes", room.bytes_max);
    let mut devices = Measured::new(devices, recorder.unwrap());
    let mut metrics = Metrics::new();
    let mut tick = |number: u64| {
        let outcome = interpreter.run_with_host(|op, ctx| devices.answer(op, ctx));
        assert_eq!(outcome, Outcome::Halted);
        devices.recorder_mut().run(&outcome, number);
        devices.recorder_mut().tick(Duration::from_nanos(number * number * 1000));
    };
    tick(0);
    let recording = measure(|| (1..1000).for_each(&mut tick));
    assert_eq!(recording.count_total, 0);
    (0..2).for_each(|_| assert!(metrics.publish(1, None, [devices.recorder()])));
    let publishing =
        measure(|| (0..10).for_each(|_| assert!(metrics.publish(1, None, [devices.recorder()]))));
    assert_eq!(publishing.count_total, 0);
    let region = &metrics.snapshot().regions[0];
    assert_eq!((region.ticks.count, region.operations.len()), (1000, 2));
}
