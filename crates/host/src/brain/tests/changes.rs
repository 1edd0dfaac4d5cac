//! Programs that are saved while a brain runs.

use super::*;

/// Ticks until a file that was saved has been looked at.
pub(super) fn reloaded(brain: &mut Brain) -> Reload {
    for _ in 0..2_000 {
        let reloads = brain.reload_changed();
        if let [reload] = reloads.as_slice() {
            return reload.clone();
        }
        brain.tick().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("nothing was reloaded")
}

#[test]
fn a_program_that_is_saved_takes_the_place_of_the_old_one() {
    let manifest = [
        "[brain]\n".to_owned(),
        region(0, "grows", "models = { 1 = \"model.ternsig\" }"),
        region(1, "other", ""),
        "[[program]]\nname = \"often\"\nprogram = \"often.ternsig\"\non = \"grows\"\nevery = 1\n".to_owned(),
    ]
    .concat();
    let grows = |value: u8, key: &str| {
        program(ROUTING, &format!("    set H0, {value}\n    store_output H0\n"))
            .replace("    H0: i32[1]", &format!("    C0: ternary[3] key=\"{key}\"\n    H0: i32[1]"))
    };
    let often = |value: u8| format!(".program\n    set H5, {value}\n    halt\n");
    let (first, other, model, begin) = (grows(1, "a"), counter(), counter(), often(1));
    let firmware = Firmware::new(
        &manifest,
        &[
            ("grows.ternsig", &first),
            ("other.ternsig", &other),
            ("model.ternsig", &model),
            ("often.ternsig", &begin),
        ],
    );
    let mut brain = firmware.boot(Mode::Parallel).unwrap();
    brain.watch(std::time::Duration::ZERO, &Arc::default()).unwrap();
    lock(&brain.cells[0]).interpreter.machine_mut().init_random(0, 7).unwrap();
    let weights =
        |brain: &Brain| brain.machine(0, |machine| machine.cold(0).unwrap().values().to_vec()).unwrap();
    let before = weights(&brain);
    brain.tick().unwrap();
    assert_eq!(hot(&brain, 0, 0), [1]);

    let save = |name: &str, text: &str| {
        // As editors do that never leave half a file.
        firmware.write("unfinished", text);
        fs::rename(firmware.path("unfinished"), firmware.path(name)).unwrap();
    };
    save("grows.ternsig", &grows(2, "a"));
    let reload = reloaded(&mut brain);
    assert_eq!(
        reload.result.unwrap(),
        Swapped { parts: vec!["region \"grows\"".to_owned()], kept: 1, dropped: vec![] }
    );
    brain.tick().unwrap();
    assert_eq!((hot(&brain, 0, 0), weights(&brain)), (vec![2], before.clone()));

    // What is wrong is told, and the old program stays.
    for (text, message) in [
        (grows(3, "a").replace("halt", "stop"), "stop"),
        (often(3), "region \"grows\": the program declares no registers"),
        (
            grows(3, "a").replace("    store_output H0", "    orchestration.region_fire H1, 9"),
            "line 13: there is no region 9",
        ),
    ] {
        save("grows.ternsig", &text);
        let error = reloaded(&mut brain).result.unwrap_err();
        assert!(error.contains(message), "{error}");
        brain.tick().unwrap();
        assert_eq!((hot(&brain, 0, 0), weights(&brain)), (vec![2], before.clone()));
    }
    save("other.ternsig", &grows(3, "a"));
    assert!(
        reloaded(&mut brain).result.unwrap_err().contains("key \"a\" belongs to region \"grows\" already")
    );

    // A region that begins to act on all is put into the other lane.
    assert_eq!((brain.stages[0].ordered.len(), brain.stages[0].parallel.len()), (0, 2));
    let fires = program(ROUTING, "    orchestration.collect_outputs H1\n");
    save("other.ternsig", &fires);
    reloaded(&mut brain).result.unwrap();
    assert_eq!(
        (brain.stages[0].ordered.as_slice(), brain.stages[0].parallel.as_slice()),
        (&[1][..], &[0][..])
    );

    save("often.ternsig", &often(9));
    assert_eq!(reloaded(&mut brain).result.unwrap().parts, ["program \"often\""]);
    brain.tick().unwrap();
    assert_eq!(hot(&brain, 0, 5), [9]);
    save("grows.ternsig", &grows(4, "b"));
    let swapped = reloaded(&mut brain).result.unwrap();
    assert_eq!((swapped.kept, swapped.dropped[0].1.key.as_deref()), (0, Some("a")));
    assert_eq!(weights(&brain), [0; 3]);
    assert_eq!(brain.report().reloads, 4);
}
