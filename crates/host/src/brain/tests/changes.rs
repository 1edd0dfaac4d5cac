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

#[test]
fn models_keep_their_weights_when_the_program_that_executes_them_is_another() {
    let manifest =
        ["[brain]\n".to_owned(), region(0, "calls", "models = { 1 = \"model.ternsig\" }")].concat();
    let calls = |value: u8| {
        let body = format!(
            "    orchestration.model_status H1, 1\n    if_nonzero H1, on\n    orchestration.model_load H0, 1\n\
             on:\n    set H0, {value}\n    store_output H0\n"
        );
        program(ROUTING, &body)
    };
    let model = ".registers\n    C0: ternary[3] key=\"m\"\n    C1: ternary[2]\n.program\n    halt\n";
    let firmware = Firmware::new(&manifest, &[("calls.ternsig", &calls(1)), ("model.ternsig", model)]);
    let store = firmware.path("brain.store");
    let mut brain = firmware.boot_from(&store, Mode::Auto);
    let weights = |brain: &Brain| {
        let mut cell = lock(&brain.cells[0]);
        let (_, model) = cell.host.device_mut().models.iter().next().unwrap();
        [0, 1].map(|index| model.interpreter().machine().cold(index).unwrap().values().to_vec())
    };
    brain.tick().unwrap();
    for (_, model) in lock(&brain.cells[0]).host.device_mut().models.iter_mut() {
        let machine = model.interpreter_mut().machine_mut();
        machine.init_random(0, 7).unwrap();
        machine.init_random(1, 8).unwrap();
    }
    let learned = weights(&brain);
    assert!(learned.iter().flatten().any(|weight| *weight != 0));

    brain.watch(std::time::Duration::ZERO, &Arc::default()).unwrap();
    firmware.write("unfinished", &calls(2));
    fs::rename(firmware.path("unfinished"), firmware.path("calls.ternsig")).unwrap();
    reloaded(&mut brain).result.unwrap();
    // A save between the reload and the first run has them, too.
    brain.save().unwrap();
    brain.tick().unwrap();
    assert_eq!((output(&brain, 0), weights(&brain)), (vec![2], learned.clone()));
    assert!(!brain.report().has_failures());
    brain.save().unwrap();
    drop(brain);

    // Edited while nothing runs: what has a key is kept, as for the region itself.
    firmware.write("calls.ternsig", &calls(3));
    let mut brain = firmware.boot_from(&store, Mode::Auto);
    brain.tick().unwrap();
    assert_eq!((output(&brain, 0), &weights(&brain)[0]), (vec![3], &learned[0]));
}

#[test]
fn what_the_manifest_fills_is_filled_again_when_nothing_of_it_is_left() {
    let filled = "fill = { registers = [\"C0\"], with = \"init_random\" }";
    let manifest = ["[brain]\nseed = 5\n".to_owned(), region(0, "filled", filled)].concat();
    let text = |shape: &str| {
        counter().replace("    H0: i32[1]", &format!("    C0: ternary[{shape}] key=\"w\"\n    H0: i32[1]"))
    };
    let firmware = Firmware::new(&manifest, &[("filled.ternsig", &text("4, 2"))]);
    let mut brain = firmware.boot(Mode::Auto).unwrap();
    brain.watch(std::time::Duration::ZERO, &Arc::default()).unwrap();
    let save = |text: &str| {
        firmware.write("unfinished", text);
        fs::rename(firmware.path("unfinished"), firmware.path("filled.ternsig")).unwrap();
    };
    let weights =
        |brain: &Brain| brain.machine(0, |machine| machine.cold(0).unwrap().values().to_vec()).unwrap();
    save(&text("3, 5"));
    assert_eq!(reloaded(&mut brain).result.unwrap().dropped.len(), 1);
    let expected = firmware.boot(Mode::Auto).unwrap();
    assert_eq!((weights(&brain).len(), weights(&brain)), (15, weights(&expected)));

    save(&counter());
    let refused = reloaded(&mut brain).result.unwrap_err();
    assert!(refused.contains("C0 is to be filled, but is not declared"), "{refused}");
    assert_eq!(weights(&brain).len(), 15);
}
