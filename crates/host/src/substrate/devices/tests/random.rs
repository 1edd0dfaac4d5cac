//! Random programs: however operations are answered, and in whatever order regions run, the same comes of it.

use super::*;
use proptest::prelude::*;

const REGIONS: usize = 3;

/// An operation that may be answered in place or not, with targets that have their full length.
fn operation() -> impl Strategy<Value = String> {
    let field = || prop_oneof![0u8..3, Just(0)];
    let byte = any::<u8>;
    prop_oneof![
        (0u8..8).prop_map(|id| format!("neuro.chem_read H2, {id}")),
        (prop_oneof![Just(2), Just(3), Just(0)], 0u8..8)
            .prop_map(|(r, id)| format!("neuro.chem_set H{r}, {id}")),
        (0u8..8, 0u8..6, 0u8..2)
            .prop_map(|(id, element, signed)| { format!("neuro.chem_inject H3, {id}, {element}, {signed}") }),
        field().prop_map(|field| format!("neuro.field_read H0, {field}")),
        (prop_oneof![Just(0), Just(2), Just(3), Just(4)], field())
            .prop_map(|(r, field)| format!("neuro.field_write H{r}, {field}")),
        field().prop_map(|field| format!("neuro.field_tick {field}")),
        (field(), byte(), byte()).prop_map(|(field, r, f)| format!("neuro.field_decay {field}, {r}, {f}")),
        (field(), 0u8..3).prop_map(|(field, slice)| format!("neuro.field_slice_read H4, {field}, {slice}")),
        (field(), 0u8..3).prop_map(|(field, slice)| format!("neuro.field_slice_write H4, {field}, {slice}")),
        byte().prop_map(|strength| format!("neuro.lateral_inhibit H6, {strength}")),
        byte().prop_map(|factor| format!("neuro.exhaustion_boost H7, {factor}")),
        Just("neuro.stim_read H1".to_owned()),
        Just("neuro.valence_read H5".to_owned()),
        Just("neuro.conv_read H2".to_owned()),
        Just("neuro.novelty_score H6, H7".to_owned()),
        Just("neuro.coact_record H6, H4".to_owned()),
        Just("neuro.coact_read H8, H4".to_owned()),
        Just("neuro.coact_reset".to_owned()),
        Just("lifecycle.phase_read H2".to_owned()),
        Just("lifecycle.phase_write H2".to_owned()),
        Just("lifecycle.tick_read H2".to_owned()),
        Just("lifecycle.level_read H2".to_owned()),
        Just("lifecycle.level_write H2".to_owned()),
        Just("lifecycle.log_event H4, 4".to_owned()),
        Just("lifecycle.coherence_singular_read H9".to_owned()),
        Just("add H4, H4, H0".to_owned()),
        Just("sub H7, H7, H6".to_owned()),
    ]
}

fn program() -> impl Strategy<Value = String> {
    prop::collection::vec(operation().prop_map(|line| format!("    {line}")), 1..25)
        .prop_map(|lines| lines.join("\n"))
}

/// Contents of the registers that programs begin with.
fn contents() -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(prop_oneof![-300i32..300, any::<i32>()], 20)
}

fn fill(m: &mut Machine, contents: &[i32]) {
    let mut rest = contents;
    for (register, len) in [(0, 4), (2, 1), (3, 6), (4, 4), (6, 3), (7, 2)] {
        let (own, others) = rest.split_at(len);
        set(m, register, own);
        rest = others;
    }
    let own: Vec<_> = contents[17..].to_vec();
    set(m, 7, &own);
}

/// The branches of regions that ran their programs in this order, merged by region, with what became of each machine.
fn round(
    programs: &[(String, Vec<i32>); REGIONS],
    order: [usize; REGIONS],
    ways: [Way; REGIONS],
) -> Vec<Vec<u8>> {
    let mut trunk = substrate();
    let parts = [0, 1, 2].map(|slice| RegionParts::new(trunk.branch(), slice));
    let mut machines = [0, 1, 2].map(|region| {
        let mut interpreter = machine(&programs[region].0);
        fill(interpreter.machine_mut(), &programs[region].1);
        interpreter
    });
    for _ in 0..2 {
        for region in order {
            run(&mut machines[region], &parts[region], ways[region]);
        }
        trunk.advance();
        trunk.merge(parts.iter().map(|parts| &parts.substrate));
    }
    for part in &parts {
        assert_eq!(part.substrate.to_bytes(), trunk.to_bytes());
    }
    let machines = machines.iter().map(Interpreter::snapshot);
    let counters = parts.iter().map(|parts| parts.coactivation.to_bytes());
    machines.chain(counters).chain([trunk.to_bytes()]).collect()
}

proptest! {
    #[test]
    fn programs_do_the_same_in_place_and_through_yields(body in program(), contents in contents()) {
        every_way(&body, parts, |m, substrate| {
            fill(m, &contents);
            substrate.set_retention(1, 99).unwrap();
            substrate.set_stimulation(4, contents[0]);
            substrate.set_convergence(contents[1]);
        });
    }

    #[test]
    fn the_order_in_which_regions_run_makes_no_difference(
        programs in [(program(), contents()), (program(), contents()), (program(), contents())],
        shuffled in Just([0, 1, 2]).prop_shuffle(),
        ways in [0usize..3, 0usize..3, 0usize..3],
    ) {
        let one = round(&programs, [0, 1, 2], [Way::Handler; REGIONS]);
        let other = round(&programs, shuffled, ways.map(|way| WAYS[way]));
        prop_assert_eq!(one, other);
    }
}

#[test]
fn regions_in_threads_give_what_one_after_the_other_gives() {
    let mut trunks = [substrate(), substrate()];
    let body = "    neuro.field_read H0, 0\n    neuro.field_write H4, 1\n    neuro.chem_inject H2, 0\n    neuro.field_tick 2";
    let region = |parts: &RegionParts| {
        let mut interpreter = machine(body);
        set(interpreter.machine_mut(), 2, &[10 + parts.slice as i32]);
        assert_eq!(run(&mut interpreter, parts, Way::Inline), Outcome::Halted);
    };
    let all = trunks.each_ref().map(|trunk| [0, 1, 2].map(|slice| RegionParts::new(trunk.branch(), slice)));
    for _ in 0..20 {
        all[0].iter().rev().for_each(region);
        std::thread::scope(|scope| {
            for parts in &all[1] {
                scope.spawn(|| region(parts));
            }
        });
        for (trunk, parts) in trunks.iter_mut().zip(&all) {
            trunk.merge(parts.iter().map(|parts| &parts.substrate));
        }
        assert_eq!(trunks[0].to_bytes(), trunks[1].to_bytes());
    }
    assert_eq!(trunks[0].chemical(0), Some(255));
}
