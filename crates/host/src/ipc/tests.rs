use super::*;
use crate::device::{Device, Devices};
use std::sync::Arc;
use ternsig_isa::{InstructionSet, Shape};
use ternsig_vm::{Answer, ErrorKind, Interpreter, Outcome, StepResult};

mod model;
mod operations;
mod refusals;
mod restoring;
mod rounds;

/// How operations are answered: by the handler of a run, or from yield to yield.
#[derive(Debug, Clone, Copy)]
enum Way {
    Handler,
    Steps,
}

/// A region with its machine.
struct Mind {
    interpreter: Interpreter,
    ipc: Ipc,
    devices: Devices,
}

impl Mind {
    fn new(region: u8, body: &str, transport: &Arc<InProcess>) -> Mind {
        let registers: String = (0..6).map(|index| format!("    H{index}: i32[1]\n")).collect();
        let source =
            format!(".requires\n    ipc 0x0009\n.registers\n{registers}.program\n    {body}\n    halt\n");
        let program = ternsig_asm::assemble(&source, &InstructionSet::standard()).into_result().unwrap();
        let ipc = Ipc::new(region, Arc::clone(transport) as Arc<dyn Transport>);
        let mut devices = Devices::new();
        devices.attach("ipc", ipc.clone());
        Mind { interpreter: Interpreter::from_program(&program).unwrap(), ipc, devices }
    }

    /// Begins a run or goes on with the one that waits.
    fn run(&mut self, way: Way) -> Outcome {
        let Mind { interpreter, ipc, devices } = self;
        let pending = interpreter.machine().pending();
        if pending.is_none() {
            ipc.begin_run(interpreter.machine_mut()).unwrap();
        }
        match way {
            Way::Handler => interpreter.run_with_host(|op, ctx| devices.answer(op, ctx)),
            Way::Steps => {
                let first = pending.map(|(op, _)| StepResult::Yield(op));
                let mut result = first.unwrap_or_else(|| interpreter.run_until_yield());
                while let StepResult::Yield(op) = result {
                    result = match devices.answer(&op, &mut interpreter.context()) {
                        Ok(Answer::Done) => interpreter.run_until_yield(),
                        Ok(Answer::Wait) => {
                            let instruction = interpreter.machine().pending().unwrap().1;
                            return Outcome::Waiting { op, instruction };
                        }
                        Ok(answer @ (Answer::Stop | Answer::Halt)) => panic!("{op} ends a run: {answer:?}"),
                        Err(error) => return interpreter.fail(error).unwrap(),
                    };
                }
                interpreter.machine().last_outcome().unwrap().clone()
            }
        }
    }
}

/// Regions that are run one by one.
struct Brain {
    transport: Arc<InProcess>,
    minds: Vec<Mind>,
    way: Way,
    outcomes: Vec<String>,
}

impl Brain {
    /// Runs a region; how that ended.
    fn run(&mut self, index: usize) -> String {
        let outcome = self.minds[index].run(self.way).to_string();
        self.outcomes.push(outcome.clone());
        outcome
    }

    /// Runs regions that come to their own end.
    fn finish(&mut self, indices: impl IntoIterator<Item = usize>) {
        for index in indices {
            assert_eq!(self.run(index), "halted", "region {index}");
        }
    }

    fn set(&mut self, index: usize, register: usize, data: &[i32]) {
        let shape = Shape::vector(data.len());
        self.minds[index].interpreter.machine_mut().set_hot(register, data, shape).unwrap();
    }

    fn hot(&self, index: usize, register: usize) -> Vec<i32> {
        let hot = self.minds[index].interpreter.machine().hot(register).unwrap();
        assert_eq!(hot.shape(), Shape::vector(hot.data().len()));
        hot.data().to_vec()
    }
}

/// Does the same with two hosts that answer in either way: everything has to come out the same.
fn both(topology: &Topology, timing: Timing, bodies: &[&str], script: impl Fn(&mut Brain)) -> Brain {
    let [one, other] = [Way::Handler, Way::Steps].map(|way| {
        let transport = Arc::new(InProcess::new(topology.clone(), timing));
        let minds = (0_u8..).zip(bodies).map(|(region, body)| Mind::new(region, body, &transport)).collect();
        let mut brain = Brain { transport, minds, way, outcomes: Vec::new() };
        script(&mut brain);
        brain
    });
    assert_eq!(one.outcomes, other.outcomes);
    assert_eq!(one.transport.save(), other.transport.save());
    for (one, other) in one.minds.iter().zip(&other.minds) {
        let (one, other) = (one.interpreter.machine(), other.interpreter.machine());
        if one.pending().is_none() {
            assert_eq!(one.difference(other), None);
        }
    }
    one
}

const TIMINGS: [Timing; 2] = [Timing::Immediate, Timing::Rounds];
