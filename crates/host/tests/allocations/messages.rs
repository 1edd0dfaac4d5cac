//! Regions that have exchanged messages of a size once allocate nothing to exchange more of them.

use allocation_counter::measure;
use std::sync::Arc;
use ternsig_host::Device;
use ternsig_host::ipc::{InProcess, Ipc, Timing, Topology, Transport};
use ternsig_isa::InstructionSet;
use ternsig_vm::{Interpreter, Outcome};

const PROGRAM: &str = "
.requires
    ipc 0x0009
.registers
    H0: i32[8]
    H1: i32[8]
    H2: i32[1]
.program
    ipc.subscribe H5, 7
    load_input H0
    ipc.send_signal H0, 1
    ipc.send_signal H2, 0
    ipc.broadcast H0, 7
    ipc.barrier_wait 0
    ipc.mailbox_peek H3, 0
    ipc.mailbox_pop H3, 0
    ipc.mailbox_pop H3, 1
    ipc.mailbox_pop H4, 7
    ipc.atomic_cas H1, H2, H2
    halt
";

fn round(transport: &InProcess, regions: &mut [(Interpreter, Ipc)]) -> usize {
    let mut waiting = 0;
    for (interpreter, ipc) in regions {
        if interpreter.machine().pending().is_none() {
            ipc.begin_run(interpreter.machine_mut()).unwrap();
        }
        let outcome = interpreter.run_with_host(|op, ctx| ipc.answer(op, ctx));
        waiting += usize::from(matches!(outcome, Outcome::Waiting { .. }));
        assert!(matches!(outcome, Outcome::Waiting { .. } | Outcome::Halted), "{outcome}");
    }
    transport.settle().unwrap();
    waiting
}

#[test]
fn messages_travel_in_buffers_that_were_used_before() {
    let program = ternsig_asm::assemble(PROGRAM, &InstructionSet::standard()).into_result().unwrap();
    for timing in [Timing::Rounds, Timing::Immediate] {
        let mut topology = Topology::of([0, 1]);
        topology.barriers.insert(0, [0, 1].into());
        let transport = Arc::new(InProcess::new(topology, timing));
        let mut regions = [0, 1].map(|id| {
            let mut interpreter = Interpreter::from_program(&program).unwrap();
            interpreter.machine_mut().set_input(&[1; 8]);
            (interpreter, Ipc::new(id, Arc::clone(&transport) as Arc<dyn Transport>))
        });
        for _ in 0..20 {
            round(&transport, &mut regions);
        }
        let mut waited = 0;
        let counted = measure(|| {
            for _ in 0..6 {
                waited += round(&transport, &mut regions);
            }
        });
        assert!(waited > 0, "the barrier took part");
        assert_eq!(counted.count_total, 0, "{timing:?}");
    }
}
