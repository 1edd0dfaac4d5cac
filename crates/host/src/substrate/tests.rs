use super::*;

#[test]
fn a_handle_sees_its_own_slice() {
    let mut substrate = Substrate::new();
    substrate.define_field(3, 2, 4).unwrap();
    let (mut first, mut second) = (substrate.handle(0), substrate.handle(1));
    first.write_field(3, 1, 7);
    second.write_field(3, 1, -8);
    assert_eq!(substrate.field_slice(3, 0).unwrap(), [0, 7, 0, 0]);
    assert_eq!(substrate.field_slice(3, 1).unwrap(), [0, -8, 0, 0]);
    substrate.set_field_slice(3, 0, &[1, 2, 3, 4]).unwrap();
    assert_eq!((first.read_field(3, 2), second.read_field(3, 2)), (3, 0));
}

#[test]
fn what_does_not_exist_reads_as_zero_and_is_not_written() {
    let mut substrate = Substrate::new();
    substrate.define_field(0, 1, 2).unwrap();
    let mut handle = substrate.handle(0);
    handle.write_field(0, 2, 1);
    handle.write_field(1, 0, 1);
    handle.write_chemical(8, 1);
    let mut stranger = substrate.handle(usize::MAX);
    stranger.write_field(0, 0, 1);
    assert_eq!(substrate.field_slice(0, 0).unwrap(), [0, 0]);
    assert_eq!((handle.read_field(0, 2), handle.read_field(1, 0), handle.read_chemical(8)), (0, 0, 0));
    assert_eq!(stranger.read_field(0, 0), 0);
    assert_eq!(handle.read_stimulation(255), 0);
    assert!(!substrate.set_chemical(8, 1));
}

#[test]
fn handles_and_clones_share_one_state() {
    let mut substrate = Substrate::new();
    let handle = substrate.handle(0);
    let mut clone = substrate.clone();
    clone.set_chemical(5, 9);
    clone.set_stimulation(255, 77);
    clone.set_convergence(-3);
    clone.set_phase(2);
    clone.set_level(4);
    substrate.advance();
    assert_eq!(
        (handle.read_chemical(5), handle.read_stimulation(255), handle.read_convergence()),
        (9, 77, -3)
    );
    assert_eq!((handle.boot_phase(), handle.neuronal_level(), handle.tick_count()), (2, 4, 1));
}

#[test]
fn levels_are_clamped_to_a_byte() {
    let substrate = Substrate::new();
    let mut handle = substrate.handle(0);
    handle.write_chemical(0, 256);
    handle.write_chemical(1, -1);
    assert_eq!((handle.read_chemical(0), handle.read_chemical(1), handle.read_chemical(7)), (255, 0, 0));
}

#[test]
fn a_field_that_is_too_large_or_of_another_width_is_refused() {
    let mut substrate = Substrate::new();
    let error = substrate.define_field(0, usize::MAX, 2).unwrap_err();
    assert!(matches!(error, FieldError::TooLarge { .. }));
    substrate.define_field(0, 1, 2).unwrap();
    assert_eq!(substrate.set_field_slice(0, 0, &[1]), Err(FieldError::Width { width: 2, given: 1 }));
    assert_eq!(substrate.set_field_slice(0, 1, &[1, 2]), Err(FieldError::NoSlice(1)));
    assert_eq!(substrate.set_field_slice(9, 0, &[]), Err(FieldError::NoField(9)));
}

mod branches;
mod bytes;
