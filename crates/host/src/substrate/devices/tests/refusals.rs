//! What is refused, and how that is said.

use super::*;

/// The kind and the text of what a program fails with in all ways, and that it changed nothing.
fn refused(body: &str, prepare: impl Fn(&mut Machine, &mut Substrate)) -> (ErrorKind, String) {
    let mut before = substrate();
    prepare(machine("").machine_mut(), &mut before);
    let (_, parts, outcome) = every_way(body, parts, prepare);
    assert_eq!(parts.substrate.to_bytes(), before.to_bytes());
    let (kind, message) = failed(&outcome);
    (kind, message.to_owned())
}

#[test]
fn fields_and_slices_have_to_be_there() {
    for (body, said) in [
        ("field_tick 9", "there is no field 9"),
        ("field_decay 3, 1, 1", "there is no field 3"),
        ("field_slice_read H0, 4, 0", "there is no field 4"),
        ("field_slice_read H0, 0, 3", "the field has no slice 3"),
        ("field_slice_write H4, 0, 255", "the field has no slice 255"),
    ] {
        let found = refused(&format!("    neuro.{body}"), |_, _| {});
        assert_eq!(found, (ErrorKind::BadOperand, said.to_owned()));
    }
    // In place there is no way to refuse.
    for (body, said) in [
        ("field_read H0, 7", "there is no field 7"),
        ("field_write H4, 7", "there is no field 7"),
        ("field_read H0, 0", "the field has no slice 8"),
    ] {
        let mut interpreter = machine(&format!("    neuro.{body}"));
        let outcome = run(&mut interpreter, &RegionParts::new(substrate(), 8), Way::Handler);
        assert_eq!(failed(&outcome), (ErrorKind::BadOperand, said));
        let mut interpreter = machine(&format!("    neuro.{body}"));
        let stranger = RegionParts::new(substrate(), 8);
        assert_eq!(run(&mut interpreter, &stranger, Way::Inline), Outcome::Halted);
        assert_eq!(stranger.substrate.to_bytes(), substrate().to_bytes());
    }
    let mut interpreter = machine("    neuro.lateral_inhibit H6, 1");
    let outcome = run(&mut interpreter, &RegionParts::new(Substrate::new(), 0), Way::Steps);
    assert_eq!(failed(&outcome), (ErrorKind::BadOperand, "there is no field 0"));
}

#[test]
fn sources_have_to_be_long_enough() {
    for (body, said) in [
        ("field_slice_write H2, 0, 0", "H2 has 1 elements, slices of field 0 have 4"),
        ("field_slice_write H3, 0, 0", "H3 has 6 elements, slices of field 0 have 4"),
        ("lateral_inhibit H5, 9", "H5 has 2 elements, at least 3 are needed"),
        ("exhaustion_boost H2, 9", "H2 has 1 elements, at least 3 are needed"),
        ("chem_inject H5, 0, 2, 0", "H5 has 2 elements, at least 3 are needed"),
    ] {
        let found = refused(&format!("    neuro.{body}"), |_, _| {});
        assert_eq!(found, (ErrorKind::BadRegister, said.to_owned()));
    }
}

#[test]
fn a_region_without_the_right_to_change_chemicals_is_denied_it_in_every_way() {
    let reader = || RegionParts { may_change_chemicals: false, ..parts() };
    let (run, ..) = every_way("    neuro.chem_read H2, 4", reader, |_, _| {});
    assert_eq!(hot(&run, 2), [128]);
    for body in ["chem_set H2, 4", "chem_inject H2, 4"] {
        let (run, parts, outcome) = every_way(&format!("    neuro.{body}"), reader, |m, _| set(m, 2, &[9]));
        let said = "this region may read chemicals, but not change them (chemical 4)";
        assert_eq!(failed(&outcome), (ErrorKind::Denied, said));
        assert_eq!(parts.substrate.to_bytes(), substrate().to_bytes());
        assert_eq!(run.machine().chemicals(), [128; 4]);
    }
    let handle = reader().handle();
    handle.clone().write_chemical(0, 1);
    handle.clone().inject_chemical(0, 1);
    assert_eq!(handle.read_chemical(0), 128);
}

#[test]
fn the_clock_does_not_go_back_and_rest_has_to_be_earned() {
    let prepare = |value| {
        move |m: &mut Machine, substrate: &mut Substrate| {
            substrate.set_phase(4);
            substrate.set_level(2);
            substrate.set_rest_threshold(3);
            set(m, 2, &[value]);
        }
    };
    for (body, value, kind, said) in [
        ("phase_write", 3, ErrorKind::Denied, "phase 3 cannot follow phase 4, only the next phase can"),
        ("phase_write", 6, ErrorKind::Denied, "phase 6 cannot follow phase 4, only the next phase can"),
        ("phase_write", 256, ErrorKind::BadOperand, "the phase is 256, allowed are 0 to 255"),
        ("level_write", 1, ErrorKind::Denied, "the level is 2 and cannot go back to 1"),
        ("level_write", -1, ErrorKind::BadOperand, "the level is -1, allowed are 0 to 255"),
        ("rest_write", 1, ErrorKind::Denied, "the level is 2, rest needs at least 3"),
        ("rest_write", 2, ErrorKind::BadOperand, "the rest mode is 2, allowed are 0 (wake) and 1 (rest)"),
        ("consolidation_req", 9, ErrorKind::Denied, "consolidation needs rest: write rest mode 1 first"),
    ] {
        assert_eq!(refused(&format!("    lifecycle.{body} H2"), prepare(value)), (kind, said.to_owned()));
    }
    let (_, _, outcome) = every_way("    lifecycle.phase_write H2", parts, |m, substrate| {
        substrate.set_phase(255);
        set(m, 2, &[255]);
    });
    assert_eq!(outcome, Outcome::Halted);
}

#[test]
fn coherence_is_that_of_divisions_that_there_are() {
    for (body, values, said) in [
        ("singular_write H6", [7, 1, 0], "there is no division 7, there are 0 to 6"),
        ("singular_write H6", [-1, 1, 0], "there is no division -1, there are 0 to 6"),
        ("multimodal_write H6", [2, 9, 0], "there is no division 9, there are 0 to 6"),
        ("multimodal_write H6", [2, 2, 0], "both divisions are 2, a pair has two"),
    ] {
        let found = refused(&format!("    lifecycle.coherence_{body}"), |m, _| set(m, 6, &values));
        assert_eq!(found, (ErrorKind::BadOperand, said.to_owned()));
    }
}

#[test]
fn what_is_counted_has_a_limit() {
    let many = |len: usize| move |m: &mut Machine, _: &mut Substrate| set(m, 3, &vec![1; len]);
    let found = refused("    neuro.coact_record H3, H2", many(65_537));
    let said = "H3 has 65537 elements, up to 65536 have a number as neurons";
    assert_eq!(found, (ErrorKind::BadRegister, said.to_owned()));
    let found = refused("    neuro.coact_record H3, H3", many(1448));
    let said = "0 pairs are counted and up to 1049076 would come, the limit is 1048576; reset the counters, or record less";
    assert_eq!(found, (ErrorKind::Limit, said.to_owned()));
    let (_, parts, outcome) = every_way("    neuro.coact_record H3, H3", parts, many(60));
    assert_eq!((outcome, parts.coactivation.pairs()), (Outcome::Halted, 60 * 61 / 2));
    // Just as many as there is room for, then the same again, then one too many.
    let others = (MAX_PAIRS - parts.coactivation.pairs()) as u32;
    let bytes: Vec<_> = (0..others).flat_map(|b| [0, b, 1]).flat_map(u32::to_le_bytes).collect();
    parts.coactivation.restore(&[&[1], &bytes[..]].concat()).unwrap();
    let record = "    neuro.coact_record H3, H3\n";
    let mut interpreter = machine(&format!("{record}{record}    neuro.coact_record H2, H2"));
    many(60)(interpreter.machine_mut(), &mut substrate());
    set(interpreter.machine_mut(), 2, &[1]);
    let outcome = run(&mut interpreter, &parts, Way::Handler);
    assert_eq!((failed(&outcome).0, parts.coactivation.pairs()), (ErrorKind::Limit, MAX_PAIRS));
    assert_eq!(parts.coactivation.count(3 << 16, 3 << 16 | 59), 4);
    let (kind, said) = refused("    neuro.coact_read H0, H3", many(20_000));
    assert_eq!(kind, ErrorKind::Limit);
    assert!(said.starts_with("20000 neurons have more counts than"), "{said}");
}

#[test]
fn counters_that_cannot_be_are_refused() {
    let pair = |a: u32, b: u32, count: u32| [a, b, count].map(u32::to_le_bytes).concat();
    let bytes = |pairs: &[Vec<u8>]| [&[1][..], &pairs.concat()].concat();
    let counters = Coactivation::default();
    counters.restore(&bytes(&[pair(1, 2, 3), pair(2, 2, 1)])).unwrap();
    let good = counters.to_bytes();
    for bad in [
        Vec::new(),
        vec![0],
        vec![2],
        bytes(&[pair(1, 2, 0)]),
        bytes(&[pair(1, 2, 1 << 31)]),
        bytes(&[pair(2, 1, 1)]),
        bytes(&[pair(2, 2, 1), pair(1, 2, 3)]),
        bytes(&[pair(1, 2, 3)])[..12].to_vec(),
    ] {
        counters.restore(&bad).unwrap_err();
        assert_eq!(counters.to_bytes(), good);
    }
}

/// A host may ask devices what a program cannot.
#[test]
fn operands_that_no_program_has_are_refused() {
    let parts = parts();
    let mut devices = Devices::new();
    parts.attach(&mut devices);
    let mut interpreter = machine("");
    let register = ternsig_isa::Register::hot(2);
    for (op, said) in [
        (
            ternsig_isa::DomainOp::ChemRead { target: register, chem_id: 8 },
            "there is no chemical 8, there are 0 to 7",
        ),
        (
            ternsig_isa::DomainOp::ChemSet { source: register, chem_id: 9 },
            "there is no chemical 9, there are 0 to 7",
        ),
        (
            ternsig_isa::DomainOp::LogEvent { source: register, event_type: 8 },
            "there is no event type 8, there are 0 to 7",
        ),
    ] {
        let error = devices.answer(&op, &mut interpreter.context()).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::BadOperand, said));
    }
}
