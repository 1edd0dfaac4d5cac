//! Branches of a substrate, and merging them.

use super::super::effect::{ACTIVITY, Effect, Shift};
use super::*;
use proptest::prelude::*;

const FIELDS: u8 = 3;
const SLICES: usize = 3;
const WIDTH: usize = 4;

fn trunk() -> Substrate {
    let mut trunk = Substrate::new();
    for id in 0..FIELDS {
        trunk.define_field(id, SLICES, WIDTH).unwrap();
        trunk.set_retention(id, 200).unwrap();
    }
    trunk
}

fn fields(substrate: &Substrate) -> Vec<Field> {
    (0..FIELDS).map(|id| substrate.field(id).unwrap()).collect()
}

#[test]
fn a_branch_shows_its_own_writes_at_once_and_others_after_the_merge() {
    let mut trunk = trunk();
    let [mut one, mut two] = [trunk.branch(), trunk.branch()];
    one.set_field_slice(1, 0, &[1, 2, 3, 4]).unwrap();
    one.handle(0).write_chemical(2, 77);
    two.set_field_slice(1, 1, &[5, 6, 7, 8]).unwrap();
    assert_eq!(one.field_slice(1, 0).unwrap(), [1, 2, 3, 4]);
    assert_eq!((one.chemical(2), two.chemical(2), trunk.chemical(2)), (Some(77), Some(128), Some(128)));
    assert_eq!((two.field_slice(1, 0).unwrap(), trunk.field_slice(1, 0).unwrap()), (vec![0; 4], vec![0; 4]));
    trunk.merge([&one, &two]);
    for substrate in [&trunk, &one, &two] {
        assert_eq!(fields(substrate)[1].data(), [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
        assert_eq!(substrate.chemical(2), Some(77));
    }
    // What was merged is not done again.
    let before = trunk.to_bytes();
    trunk.merge([&one, &two]);
    assert_eq!(trunk.to_bytes(), before);
}

#[test]
fn of_two_values_that_were_set_the_later_branchs_stays_and_what_was_added_adds_up() {
    let mut trunk = trunk();
    let [one, two] = [trunk.branch(), trunk.branch()];
    one.handle(0).write_chemical(0, 10);
    two.handle(0).write_chemical(0, 20);
    one.handle(0).inject_chemical(1, 100);
    two.handle(0).inject_chemical(1, -30);
    one.handle(0).inject_chemical(3, -40);
    two.handle(0).write_chemical(3, 200);
    one.handle(0).write_chemical(4, 200);
    two.handle(0).inject_chemical(4, 5);
    trunk.merge([&one, &two]);
    // 128 + 100 stops at 228, −30 comes after that.
    let levels = [0, 1, 3, 4].map(|id| trunk.chemical(id).unwrap());
    assert_eq!(levels, [20, 198, 200, 205]);
    two.handle(0).write_chemical(0, 1);
    one.handle(0).write_chemical(0, 2);
    trunk.merge([&two, &one]);
    assert_eq!(trunk.chemical(0), Some(2));
}

#[test]
fn injections_are_clamped_one_branch_after_the_other() {
    let mut trunk = trunk();
    let [one, two] = [trunk.branch(), trunk.branch()];
    one.handle(0).inject_chemical(0, 255);
    two.handle(0).inject_chemical(0, -55);
    trunk.merge([&one, &two]);
    assert_eq!(trunk.chemical(0), Some(200));
}

#[test]
fn phase_and_level_only_go_forward() {
    let mut trunk = trunk();
    trunk.set_phase(1);
    trunk.set_level(5);
    let [one, two] = [trunk.branch(), trunk.branch()];
    for effect in [Effect::Phase(2), Effect::Phase(3), Effect::Level(9), Effect::Rest(true)] {
        one.lock().perform(effect);
    }
    for effect in [Effect::Phase(2), Effect::Level(6)] {
        two.lock().perform(effect);
    }
    assert_eq!((two.clock().phase, two.clock().level, two.clock().resting), (2, 6, false));
    trunk.merge([&one, &two]);
    let clock = Clock { tick: 0, phase: 3, level: 9, resting: true };
    assert_eq!((trunk.clock(), one.clock(), two.clock()), (clock, clock, clock));
}

#[test]
fn branches_see_what_the_host_sets_with_the_next_merge_and_forget_what_was_set_on_them() {
    let mut trunk = trunk();
    let mut branch = trunk.branch();
    trunk.set_stimulation(9, 4);
    trunk.set_valence(Valence { reward: 3, punishment: -2 });
    trunk.define_field(1, 2, 1).unwrap();
    trunk.define_field(40, 1, 1).unwrap();
    trunk.advance();
    branch.set_stimulation(9, 7);
    branch.define_field(2, 9, 9).unwrap();
    branch.define_field(60, 1, 1).unwrap();
    branch.set_convergence(8);
    trunk.merge([&branch]);
    assert_eq!(branch.to_bytes(), trunk.to_bytes());
    assert_eq!((branch.stimulation(9), branch.valence().punishment, branch.clock().tick), (4, -2, 1));
    assert!(branch.field(60).is_none());
    // An effect on what the trunk no longer has is left out, and the branch still becomes its equal.
    branch.set_field_slice(1, 1, &[6]).unwrap();
    trunk.define_field(1, 1, 1).unwrap();
    trunk.merge([&branch]);
    assert_eq!(branch.to_bytes(), trunk.to_bytes());
    assert_eq!(trunk.field(1).unwrap().data(), [0]);
}

#[test]
fn merging_a_substrate_into_itself_and_branches_of_branches_are_what_one_expects() {
    let mut trunk = trunk();
    let mut branch = trunk.branch();
    let twig = branch.branch();
    twig.handle(1).write_field(0, 2, 9);
    trunk.merge([&trunk.clone(), &branch]);
    assert_eq!(trunk.field_slice(0, 1).unwrap(), [0; 4]);
    branch.merge([&twig]);
    assert_eq!(branch.field_slice(0, 1).unwrap(), [0, 0, 9, 0]);
    trunk.merge([&branch]);
    branch.merge([&twig]);
    assert_eq!([&trunk, &branch, &twig].map(Substrate::to_bytes)[1..], [trunk.to_bytes(), trunk.to_bytes()]);
    assert_eq!(trunk.field_slice(0, 1).unwrap(), [0, 0, 9, 0]);
}

#[test]
fn only_fields_that_changed_are_copied() {
    let mut trunk = trunk();
    let [one, two] = [trunk.branch(), trunk.branch()];
    let copies = |branch: &Substrate| {
        let inner = branch.lock();
        inner.state.fields.iter().flatten().map(|field| field.change).collect::<Vec<_>>()
    };
    let before = [copies(&one), copies(&two)];
    trunk.advance();
    trunk.merge([&one, &two]);
    assert_eq!([copies(&one), copies(&two)], before);
    one.handle(2).write_field(1, 0, 4);
    trunk.merge([&one, &two]);
    for (branch, before) in [&one, &two].into_iter().zip(before) {
        let after = copies(branch);
        assert_eq!([after[0], after[2]], [before[0], before[2]]);
        assert_ne!(after[1], before[1]);
    }
}

/// What a branch holds does not grow with what is done to it, as long as that is not done to whole fields.
#[test]
fn a_branch_holds_what_changed_and_not_every_change() {
    let mut trunk = trunk();
    let mut branch = trunk.branch();
    let mut handle = branch.handle(0);
    for round in 0..1000 {
        handle.inject_chemical(0, if round % 2 == 0 { 300 } else { -7 });
        handle.write_chemical(1, round);
        for index in 0..WIDTH {
            handle.write_field(1, index, round);
            handle.write_field(2, index, -round);
        }
        branch.set_field_slice(1, 1, &[round; 4]).unwrap();
    }
    let kept = format!("{:?}", branch.lock()).matches("Span").count();
    assert_eq!(kept, 3);
    trunk.merge([&branch]);
    assert_eq!(fields(&trunk)[1].data(), [[999; 4], [999; 4], [0; 4]].concat());
    assert_eq!((trunk.chemical(0), trunk.chemical(1)), (Some(248), Some(255)));
}

fn effect() -> impl Strategy<Value = Effect<Vec<i32>>> {
    let values = |most| prop::collection::vec(-300i32..300, 0..=most);
    // Mostly the same slice of the field on which most is done: what is joined wrongly is joined there.
    let field = prop_oneof![3 => Just(ACTIVITY), 1 => 0..FIELDS];
    let place =
        (field.clone(), prop_oneof![2 => Just(0), 1 => 0..SLICES], prop_oneof![3 => Just(0), 1 => 0..WIDTH]);
    let write = (place, values(WIDTH)).prop_map(|((field, slice, start), mut values)| {
        values.truncate(WIDTH - start);
        Effect::Write { field, slice, start, values }
    });
    prop_oneof![
        1 => (0u8..9, any::<u8>()).prop_map(|(id, level)| Effect::Chemical { id, shift: Shift::set(level) }),
        1 => (6u8..9, -255i32..=255).prop_map(|(id, delta)| Effect::Chemical { id, shift: Shift::add(delta) }),
        4 => write,
        1 => field.clone().prop_map(|field| Effect::Tick { field }),
        1 => (field, any::<u8>(), any::<u8>()).prop_map(|(field, retention, fatigue_boost)| Effect::Decay {
            field,
            retention,
            fatigue_boost
        }),
        1 => (0..SLICES, any::<u8>()).prop_map(|(winner, strength)| Effect::Inhibit { winner, strength }),
        2 => (values(SLICES), any::<u8>()).prop_map(|(energies, factor)| Effect::Exhaust { energies, factor }),
        1 => any::<u8>().prop_map(Effect::Phase),
        1 => any::<u8>().prop_map(Effect::Level),
        1 => any::<bool>().prop_map(Effect::Rest),
        1 => (0..DIVISIONS, any::<u8>()).prop_map(|(division, value)| Effect::Singular { division, value }),
        1 => (0..DIVISIONS, 1..DIVISIONS, any::<u8>()).prop_map(|(a, further, value)| Effect::Multimodal {
            pair: Pair::new(a, (a + further) % DIVISIONS).unwrap(),
            value
        }),
    ]
}

/// What is done in a round: by which branch, and what.
fn round() -> impl Strategy<Value = Vec<(usize, Effect<Vec<i32>>)>> {
    prop::collection::vec((0usize..3, effect()), 0..40)
}

proptest! {
    /// Joining effects makes no difference: merging gives what doing everything gives, branch by branch.
    #[test]
    fn a_merge_does_what_was_done(rounds in prop::collection::vec(round(), 1..5)) {
        let (mut trunk, plain) = (trunk(), trunk());
        let branches = [(); 3].map(|()| trunk.branch());
        for done in rounds {
            for (branch, effect) in &done {
                branches[*branch].lock().perform(borrowed(effect));
            }
            trunk.merge(&branches);
            for own in 0..branches.len() {
                for (_, effect) in done.iter().filter(|(branch, _)| *branch == own) {
                    plain.lock().state.apply(borrowed(effect));
                }
            }
            prop_assert_eq!(&trunk.lock().state, &plain.lock().state);
            for branch in &branches {
                prop_assert_eq!(&branch.lock().state, &plain.lock().state);
            }
            trunk.set_stimulation(3, trunk.stimulation(3) + 1);
            plain.clone().set_stimulation(3, trunk.stimulation(3));
        }
    }
}

fn borrowed(effect: &Effect<Vec<i32>>) -> Effect<&[i32]> {
    match effect {
        Effect::Write { field, slice, start, values } => {
            Effect::Write { field: *field, slice: *slice, start: *start, values }
        }
        Effect::Exhaust { energies, factor } => Effect::Exhaust { energies, factor: *factor },
        other => other.clone().map(|_| &[][..]),
    }
}

#[test]
fn whole_fields_are_changed_only_so_often_in_a_round() {
    let branch = trunk().branch();
    for _ in 0..4096 {
        branch.lock().check_room().unwrap();
        branch.lock().perform(Effect::Tick { field: ACTIVITY });
    }
    let error = branch.lock().check_room().unwrap_err();
    assert_eq!(
        error.to_string(),
        "in a round a region may change whole fields up to 4096 times, and write up to 4194304 values of fields before it does; \
         let it run more often, or do less"
    );
    // A substrate that is no branch remembers nothing.
    let trunk = trunk();
    (0..5000).for_each(|_| trunk.lock().perform(Effect::Tick { field: ACTIVITY }));
    trunk.lock().check_room().unwrap();
}
