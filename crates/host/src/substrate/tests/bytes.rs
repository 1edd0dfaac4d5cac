//! Substrates as bytes.

use super::super::effect::Effect;
use super::*;
use proptest::prelude::*;

fn full() -> Substrate {
    let mut substrate = Substrate::new();
    substrate.define_field(3, 2, 2).unwrap();
    substrate.define_field(200, 0, 7).unwrap();
    substrate.set_field_slice(3, 1, &[i32::MIN, 7]).unwrap();
    substrate.set_retention(3, 9).unwrap();
    substrate.set_stimulation(17, -4);
    substrate.set_valence(Valence { reward: -1, punishment: i32::MAX });
    substrate.set_convergence(-9);
    substrate.set_rest_threshold(3);
    substrate.set_phase(2);
    substrate.set_level(4);
    substrate.set_resting(true);
    substrate.set_chemical(7, 31);
    substrate.advance();
    let pair = Pair::new(6, 5).unwrap();
    for effect in [
        Effect::Tick { field: 3 },
        Effect::Singular { division: 6, value: 5 },
        Effect::Multimodal { pair, value: 8 },
    ] {
        substrate.lock().perform(effect);
    }
    substrate
}

#[test]
fn a_substrate_comes_back_whole_under_its_handles_and_branches() {
    let (original, mut other) = (full(), Substrate::new());
    let (handle, branch) = (other.handle(1), other.branch());
    other.restore(&original.to_bytes()).unwrap();
    assert_eq!(&other.lock().state, &original.lock().state);
    assert_eq!(other.to_bytes(), original.to_bytes());
    assert_eq!((handle.read_field(3, 0), handle.tick_count()), ((i64::from(i32::MIN) * 9 / 255) as i32, 1));
    let field = other.field(3).unwrap();
    assert_eq!((field.slices(), field.width(), field.retention(), field.age()), (2, 2, 9, 1));
    assert_eq!(other.coherence().pair(Pair::new(5, 6).unwrap()), 8);
    other.merge([&branch]);
    assert_eq!(branch.to_bytes(), original.to_bytes());
    // Back at the beginning, with branches that know of more.
    other.restore(&Substrate::new().to_bytes()).unwrap();
    other.merge([&branch]);
    assert_eq!(branch.to_bytes(), Substrate::new().to_bytes());
}

#[test]
fn damaged_bytes_are_refused_and_change_nothing() {
    let bytes = full().to_bytes();
    let mut other = Substrate::new();
    let refused = |other: &mut Substrate, bytes: &[u8]| other.restore(bytes).unwrap_err().to_string();
    for len in 0..bytes.len() {
        refused(&mut other, &bytes[..len]);
    }
    assert!(refused(&mut other, &[&bytes[..], &[0]].concat()).contains("goes on behind its end"));
    let mut newer = bytes.clone();
    newer[0] = 2;
    let said = refused(&mut other, &newer);
    assert!(said.contains('2') && said.contains("the substrate"), "{said}");
    assert_eq!(other.to_bytes(), Substrate::new().to_bytes());
}

proptest! {
    #[test]
    fn bytes_that_are_changed_anywhere_are_a_substrate_or_refused(at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = full().to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let mut other = Substrate::new();
        if other.restore(&bytes).is_ok() {
            prop_assert_eq!(other.to_bytes(), bytes);
        }
    }
}
