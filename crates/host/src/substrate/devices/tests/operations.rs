//! What each operation does, by worked numbers.

use super::*;
use crate::substrate::{Pair, Valence};

#[test]
fn chemicals_are_read_set_and_injected() {
    let body = "    neuro.chem_set H2, 0\n    neuro.chem_inject H3, 1, 0, 0\n    neuro.chem_inject H3, 2, 1, 1\n    \
                neuro.chem_inject H3, 4, 2\n    neuro.chem_inject H3, 5, 3, 1\n    neuro.chem_inject H3, 6, 4, 0\n    \
                neuro.chem_read H4, 2";
    let (run, parts, outcome) = every_way(body, parts, |m, _| {
        set(m, 2, &[300]);
        set(m, 3, &[7, 255, -1000, 0, i32::MAX, 9]);
    });
    assert_eq!(outcome, Outcome::Halted);
    // 128 + 7, 128 + (255 − 128), 128 − 255, 128 + (0 − 128), 128 + 255.
    let levels: Vec<_> = (0..8).map(|id| parts.substrate.chemical(id).unwrap()).collect();
    assert_eq!(levels, [255, 135, 255, 128, 0, 0, 255, 0]);
    assert_eq!(hot(&run, 4), [255]);
    assert_eq!(run.machine().chemicals(), [255, 135, 255, 128]);
}

#[test]
fn a_machine_knows_the_chemicals_from_the_beginning_of_its_run() {
    let (run, ..) = every_way("", parts, |_, substrate| {
        substrate.set_chemical(0, 9);
        substrate.set_chemical(3, 8);
    });
    assert_eq!(run.machine().chemicals(), [9, 128, 128, 8]);
}

#[test]
fn fields_are_read_and_written_by_slice() {
    let body = "    neuro.field_read H0, 2\n    neuro.field_write H4, 1\n    neuro.field_slice_read H5, 2, 0\n    \
                neuro.field_slice_write H4, 2, 2";
    let (run, parts, _) = every_way(body, parts, |m, _| set(m, 4, &[-1, 2, -3, i32::MIN]));
    assert_eq!(hot(&run, 0), [210, -211, 212, 3]);
    assert_eq!(hot(&run, 5), [200, -201, 202, 3]);
    assert_eq!(parts.substrate.field_slice(1, 1).unwrap(), [-1, 2, -3, i32::MIN]);
    assert_eq!(parts.substrate.field_slice(1, 0).unwrap(), [100, -101, 102, 3]);
    assert_eq!(parts.substrate.field_slice(2, 2).unwrap(), [-1, 2, -3, i32::MIN]);
}

#[test]
fn of_its_own_slice_a_region_writes_what_fits() {
    let (_, parts, _) =
        every_way("    neuro.field_write H2, 0\n    neuro.field_write H3, 1", parts, |m, _| {
            set(m, 2, &[50]);
            set(m, 3, &[1, 2, 3, 4, 5, 6]);
        });
    assert_eq!(parts.substrate.field_slice(0, 1).unwrap(), [50, -11, 12, 3]);
    assert_eq!(parts.substrate.field_slice(1, 1).unwrap(), [1, 2, 3, 4]);
    assert_eq!(parts.substrate.field_slice(1, 2).unwrap(), [120, -121, 122, 3]);
}

#[test]
fn fields_age_by_their_retention_and_decay_by_fatigue() {
    let body = "    neuro.field_tick 1\n    neuro.field_tick 1\n    neuro.field_decay 2, 230, 16";
    let (_, parts, _) = every_way(body, parts, |_, substrate| {
        substrate.set_retention(1, 128).unwrap();
        substrate.set_chemical(7, 200);
    });
    let aged = parts.substrate.field(1).unwrap();
    // 110·128/255 = 55.2…, 55·128/255 = 27.6…; −111 → −55 → −27; 112 → 56 → 28; 3 → 1 → 0.
    assert_eq!((aged.age(), aged.slice(1).unwrap()), (2, &[27, -27, 28, 0][..]));
    // 16·200/255 = 12.5…: 218 are kept. 210·218/255 = 179.5…, −211·218/255 = −180.3…, 212·218/255 = 181.2…, 3·218/255 = 2.5….
    let decayed = parts.substrate.field(2).unwrap();
    assert_eq!((decayed.age(), decayed.slice(1).unwrap()), (0, &[179, -180, 181, 2][..]));
    let (_, parts, _) = every_way("    neuro.field_decay 2, 9, 255", super::parts, |_, substrate| {
        substrate.set_chemical(7, 255);
    });
    assert_eq!(parts.substrate.field(2).unwrap().data(), [0; 12]);
}

#[test]
fn the_strongest_slice_inhibits_the_others() {
    let (_, parts, _) =
        every_way("    neuro.lateral_inhibit H6, 128", parts, |m, _| set(m, 6, &[-5, 7, 7, 90]));
    // 20 − 20·128/255 = 20 − 10, −21 + 10, 22 − 11, 3 − 1; of the first slice, 0, −1 + 0, 2 − 1, 3 − 1.
    let field = parts.substrate.field(0).unwrap();
    assert_eq!(field.data(), [0, -1, 1, 2, 10, -11, 12, 3, 10, -11, 11, 2]);
    assert_eq!(parts.substrate.field(1), substrate().field(1));
}

#[test]
fn sustained_activity_exhausts_its_slice() {
    let (_, parts, _) = every_way("    neuro.exhaustion_boost H6, 40", parts, |m, _| set(m, 6, &[1, 0, 3]));
    // 20 − 20·40/255 = 20 − 3, −21 + 3, 22 − 3, 3 − 0.
    let field = parts.substrate.field(0).unwrap();
    assert_eq!(field.data(), [0, -1, 2, 3, 10, -11, 12, 3, 17, -18, 19, 3]);
}

#[test]
fn senses_are_read() {
    let body = "    neuro.stim_read H1\n    neuro.valence_read H4\n    neuro.conv_read H5";
    let (run, ..) = every_way(body, parts, |_, substrate| {
        substrate.set_stimulation(255, -7);
        substrate.set_stimulation(0, 70_000);
        substrate.set_valence(Valence { reward: 90, punishment: -3 });
        substrate.set_convergence(4);
    });
    assert_eq!((hot(&run, 1).len(), hot(&run, 1)[0], hot(&run, 1)[255]), (256, 70_000, -7));
    assert_eq!((hot(&run, 4), hot(&run, 5)), (&[90, -3][..], &[4][..]));
    let (run, ..) = every_way("    neuro.stim_read H1", parts, |m, _| set(m, 1, &[1; 256]));
    assert_eq!(hot(&run, 1), [0; 256]);
}

#[test]
fn novelty_is_a_deviation_from_the_mean() {
    let novelty = |energies: &[i32]| {
        let (run, ..) = every_way("    neuro.novelty_score H6, H3", parts, |m, _| set(m, 3, energies));
        hot(&run, 6).to_vec()
    };
    // Mean 4; squares 9 + 4 + 25 over 2 are 19, whose root is 4.
    assert_eq!(novelty(&[1, 2, 9]), [-192, -128, 320]);
    // The mean, −7/3, is rounded to −2; squares 4 + 4 + 9 over 2 are 8, whose root is 2.
    assert_eq!(novelty(&[-4, -4, 1]), [-256, -256, 384]);
    assert_eq!(novelty(&[7]), [0]);
    assert_eq!(novelty(&[5, 5]), [0, 0]);
    assert_eq!(novelty(&[]), Vec::<i32>::new());
    // 2³¹·256 over a root of 3 037 000 499.
    assert_eq!(novelty(&[i32::MAX, i32::MIN]), [181, -181]);
    let (run, ..) = every_way("    neuro.novelty_score H6, H6", parts, |m, _| set(m, 6, &[1, 2, 9]));
    assert_eq!(hot(&run, 6), [-192, -128, 320]);
}

#[test]
fn neurons_that_fire_together_are_counted() {
    let body = "    neuro.coact_record H6, H7\n    neuro.coact_record H6, H6\n    neuro.coact_read H3, H0\n    \
                neuro.coact_read H0, H0";
    let neuron = |register: i32, element: i32| register * 65536 + element;
    let listed = [neuron(6, 0), neuron(6, 2), neuron(7, 1), -1];
    let (run, parts, _) = every_way(body, parts, |m, _| {
        set(m, 0, &listed);
        set(m, 6, &[5, 0, -5]);
        set(m, 7, &[0, 1, 0]);
    });
    // Each of H6 with H7[1] once; in H6 each with itself once and with the other twice.
    let counts = [1, 2, 1, 0, 2, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0];
    assert_eq!((hot(&run, 3), hot(&run, 0)), (&counts[..], &counts[..]));
    assert_eq!(run.machine().hot(3).unwrap().shape().dims(), [4, 4]);
    assert_eq!(parts.coactivation.pairs(), 5);
    let again = Coactivation::default();
    again.restore(&parts.coactivation.to_bytes()).unwrap();
    assert_eq!(again.to_bytes(), parts.coactivation.to_bytes());
    assert_eq!(again.count(listed[1] as u32, listed[0] as u32), 2);
    let (_, parts, _) =
        every_way(&format!("{body}\n    neuro.coact_reset"), super::parts, |m, _| set(m, 6, &[1]));
    assert_eq!(parts.coactivation.pairs(), 0);
}

#[test]
fn the_clock_is_read_and_goes_forward() {
    let body = "    lifecycle.phase_write H2\n    lifecycle.phase_write H2\n    lifecycle.level_write H5\n    \
                lifecycle.level_write H5\n    lifecycle.rest_write H6\n    lifecycle.phase_read H0\n    lifecycle.level_read H3\n    \
                lifecycle.tick_read H4";
    let (run, parts, outcome) = every_way(body, parts, |m, substrate| {
        substrate.set_phase(4);
        set(m, 2, &[5]);
        set(m, 5, &[200, 1]);
        set(m, 6, &[1]);
        (0..3).for_each(|_| substrate.advance());
        substrate.lock().state.levels.clock.tick += 1 << 31;
    });
    assert_eq!(outcome, Outcome::Halted);
    assert_eq!((hot(&run, 0), hot(&run, 3), hot(&run, 4)), (&[5][..], &[200][..], &[3][..]));
    assert!(parts.substrate.clock().resting);
    let (_, parts, _) = every_way("    lifecycle.rest_write H2", super::parts, |_, substrate| {
        substrate.set_resting(true);
    });
    assert!(!parts.substrate.clock().resting);
}

#[test]
fn coherence_is_kept_for_divisions_and_pairs() {
    let body = "    lifecycle.coherence_singular_write H5\n    lifecycle.coherence_multimodal_write H6\n    \
                lifecycle.coherence_multimodal_write H7\n    lifecycle.coherence_singular_read H0";
    let (run, parts, _) = every_way(body, parts, |m, _| {
        set(m, 5, &[6, 300]);
        set(m, 6, &[2, 5, 9]);
        set(m, 7, &[5, 2, -9]);
    });
    assert_eq!(hot(&run, 0), [0, 0, 0, 0, 0, 0, 255]);
    let pair = |a, b| parts.substrate.coherence().pair(Pair::new(a, b).unwrap());
    assert_eq!((pair(2, 5), pair(0, 1)), (0, 0));
    let (_, parts, _) = every_way(&body.replace("H7", "H6"), super::parts, |m, _| set(m, 6, &[4, 3, 77]));
    assert_eq!(parts.substrate.coherence().pair(Pair::new(3, 4).unwrap()), 77);
}

#[test]
fn a_log_keeps_the_newest_events_and_says_how_many_it_dropped() {
    let body = "    lifecycle.log_event H5, 3\n    lifecycle.log_event H2, 0\n    lifecycle.log_event H2, 7";
    let small = || RegionParts { log: EventLog::new(2), ..parts() };
    let (_, parts, _) = every_way(body, small, |m, substrate| {
        substrate.advance();
        set(m, 5, &[8, -8]);
        set(m, 2, &[6]);
    });
    let event = |instruction, event| Event { tick: 1, instruction, event, values: vec![6] };
    let drained = parts.log.drain();
    assert_eq!(drained, Drained { events: vec![event(1, 0), event(2, 7)], dropped: 1 });
    assert_eq!(parts.log.drain(), Drained::default());
    let (_, parts, _) =
        every_way(body, || RegionParts { log: EventLog::new(0), ..super::parts() }, |_, _| {});
    assert_eq!(parts.log.drain(), Drained { events: Vec::new(), dropped: 3 });
}

#[test]
fn a_log_of_large_events_keeps_few() {
    let (_, parts, _) =
        every_way("    lifecycle.log_event H2, 0\n    lifecycle.log_event H5, 1", parts, |m, _| {
            set(m, 2, &vec![1; 1 << 20]);
        });
    let drained = parts.log.drain();
    assert_eq!((drained.dropped, drained.events.len(), drained.events[0].event), (1, 1, 1));
}
