//! Firmware is edited while the brain lives.

use crate::{Folder, output};
use std::thread;
use std::time::Duration;
use ternsig::vm::machine::reload::Reloaded;
use ternsig::{Engine, Register};
use ternsig_downstream::{Region, Result};

/// What becomes of a file that was saved, as soon as it has been seen.
fn reloaded(region: &mut Region) -> Result<Reloaded> {
    for _ in 0..2_000 {
        if let Some(reloaded) = region.reload_changed()? {
            return Ok(reloaded);
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err("nothing was reloaded".into())
}

#[test]
fn firmware_that_is_saved_takes_the_place_of_the_old_one_and_keeps_its_weights() {
    let folder = Folder::new();
    let mut brain = folder.begin(Engine::Interpreter);
    brain.tick().unwrap();
    brain.tick().unwrap();

    folder.edit("cortex.ternsig", "add H3, H3, H4", "add H3, H3, H4\n    add H3, H3, H4");
    let swapped = reloaded(&mut brain.cortex).unwrap();
    assert_eq!((swapped.kept, swapped.dropped), (vec![Register::cold(0)], vec![]));
    brain.tick().unwrap();
    assert_eq!(output(brain.cortex.machine()), [0, 30, 4]);

    folder.edit("cortex.ternsig", "halt", "hlat");
    // Where a save is seen twice, the version before comes once more.
    let error = (0..3).find_map(|_| reloaded(&mut brain.cortex).err());
    let message = error.unwrap().to_string();
    assert!(message.contains("did you mean \"halt\"?"), "{message}");
    brain.tick().unwrap();
    assert_eq!(output(brain.cortex.machine()), [0, 20, 6]);
}
