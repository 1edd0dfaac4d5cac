//! A warmed-up round over branches of a substrate allocates nothing.

use allocation_counter::measure;
use ternsig_host::substrate::devices::RegionParts;
use ternsig_host::{Device, Devices, Substrate};
use ternsig_isa::{InstructionSet, Shape};
use ternsig_vm::{Answer, ExecutionContext, Interpreter, Outcome};

const FIRMWARE: &str = "
.requires
    neuro 0x0005
    lifecycle 0x0008
.registers
    H0: i32[8]
    H1: i32[256]
    H2: i32[1]
    H3: i32[2]
    H4: i32[3]
    H5: i32[7]
    H6: i32[8]
.program
    neuro.chem_read H2, 0
    neuro.chem_set H2, 1
    neuro.chem_inject H2, 7
    neuro.field_read H0, 0
    neuro.field_write H0, 1
    neuro.field_slice_read H0, 1, 2
    neuro.field_slice_write H0, 2, 0
    neuro.field_tick 2
    neuro.field_decay 1, 240, 9
    neuro.lateral_inhibit H4, 9
    neuro.exhaustion_boost H4, 9
    neuro.stim_read H1
    neuro.valence_read H3
    neuro.conv_read H2
    neuro.novelty_score H6, H0
    neuro.coact_record H4, H4
    lifecycle.phase_read H2
    lifecycle.phase_write H2
    lifecycle.level_read H2
    lifecycle.level_write H2
    lifecycle.tick_read H2
    lifecycle.coherence_singular_write H3
    lifecycle.coherence_singular_read H5
    lifecycle.log_event H4, 4
    halt
";

struct Region {
    interpreter: Interpreter,
    devices: Devices,
    parts: RegionParts,
}

impl Region {
    fn new(trunk: &Substrate, slice: usize, in_place: bool) -> Region {
        let program = ternsig_asm::assemble(FIRMWARE, &InstructionSet::standard()).into_result().unwrap();
        let mut interpreter = Interpreter::from_program(&program).unwrap();
        interpreter.machine_mut().set_hot(4, &[5, 0, 9], Shape::vector(3)).unwrap();
        let parts = RegionParts {
            log: ternsig_host::substrate::devices::EventLog::new(4),
            ..RegionParts::new(trunk.branch(), slice)
        };
        let mut devices = Devices::new();
        parts.attach(&mut devices);
        if in_place {
            interpreter.set_substrate(Box::new(parts.handle()));
        }
        Region { interpreter, devices, parts }
    }

    fn run(&mut self) {
        self.parts.substrate.refresh(self.interpreter.machine_mut());
        let devices = &mut self.devices;
        let answer =
            |op: &_, ctx: &mut ExecutionContext<'_>| -> Result<Answer, _> { devices.answer(op, ctx) };
        assert_eq!(self.interpreter.run_with_host(answer), Outcome::Halted);
    }
}

#[test]
fn a_round_over_branches_allocates_nothing_once_it_is_warm() {
    let mut trunk = Substrate::new();
    for id in 0..3 {
        trunk.define_field(id, 3, 8).unwrap();
    }
    trunk.set_stimulation(0, 1);
    let mut regions = [0, 1, 2].map(|slice| Region::new(&trunk, slice, slice != 1));
    let mut round = || {
        regions.iter_mut().for_each(Region::run);
        trunk.advance();
        trunk.set_stimulation(9, 5);
        trunk.merge(regions.iter().map(|region| &region.parts.substrate));
    };
    (0..8).for_each(|_| round());
    let allocated = measure(|| (0..50).for_each(|_| round()));
    assert_eq!(allocated.count_total, 0);
}
