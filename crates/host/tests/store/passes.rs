//! Layer passes against numbers worked out by hand.

use crate::script::register;
use ternsig_host::Store;
use ternsig_host::store::{Change, Layer, PassReport, Standing};

fn store(strength: u8, updates: u64) -> Store {
    let mut store = Store::in_memory().unwrap();
    // Updates of strength 0 reinforce nothing.
    store.save("k", &register(1, 1), &Change::new(strength, "test", 0)).unwrap();
    for _ in 1..updates {
        store.save("k", &register(1, 1), &Change::new(0, "test", 0)).unwrap();
    }
    store
}

fn standing(store: &Store) -> (Layer, u8) {
    let Standing { layer, strength, .. } = store.standing("k").unwrap().unwrap();
    (layer, strength)
}

#[test]
fn decay_truncates_and_stops_at_one() {
    // 200·229/255 = 179.6, 179·229/255 = 160.7, 160·229/255 = 143.7
    let mut hot = store(200, 1);
    for expected in [179, 160, 143] {
        hot.decay().unwrap();
        assert_eq!(standing(&hot), (Layer::Hot, expected));
    }
    let mut weak = store(1, 1);
    weak.decay().unwrap();
    assert_eq!(standing(&weak), (Layer::Hot, 1));
    let mut none = store(0, 1);
    none.decay().unwrap();
    assert_eq!(standing(&none), (Layer::Hot, 0));
}

#[test]
fn promotion_needs_strength_and_updates_and_goes_one_layer_a_pass() {
    for (strength, updates, expected) in
        [(128, 5, Layer::Warm), (127, 5, Layer::Hot), (128, 4, Layer::Hot), (255, 100, Layer::Warm)]
    {
        let mut store = store(strength, updates);
        store.transition().unwrap();
        assert_eq!(standing(&store), (expected, strength));
    }
    let mut store = store(217, 100);
    for expected in [Layer::Warm, Layer::Cool, Layer::Cold, Layer::Cold] {
        store.consolidate("test", 0).unwrap();
        assert_eq!(standing(&store), (expected, 217));
    }
    // Warm takes 3/255: 217·252/255 = 214.4; Cold 1/255.
    store.decay().unwrap();
    assert_eq!(standing(&store), (Layer::Cold, 216));
}

#[test]
fn demotion_takes_a_twentieth_and_spares_cold() {
    let mut store = store(217, 100);
    store.transition().unwrap();
    store.transition().unwrap();
    assert_eq!(standing(&store).0, Layer::Cool);
    // A merge of strength 0 keeps 3/10: 65, which is below 77; 65·95/100 = 61.75.
    store.merge("k", &register(1, 1), &Change::new(0, "test", 0)).unwrap();
    assert_eq!(standing(&store), (Layer::Cool, 65));
    assert_eq!(store.transition().unwrap().demoted, 1);
    assert_eq!(standing(&store), (Layer::Warm, 61));
    // 61 is not below 51.
    assert_eq!(store.transition().unwrap().demoted, 0);
    store.merge("k", &register(1, 1), &Change::new(45, "test", 0)).unwrap();
    assert_eq!(standing(&store), (Layer::Warm, 49));
    store.transition().unwrap();
    assert_eq!(standing(&store), (Layer::Hot, 46));
}

#[test]
fn ticks_run_the_passes_that_are_due() {
    let mut store = store(255, 5);
    assert_eq!(store.advance_to(9).unwrap(), PassReport::default());
    assert_eq!(store.advance_to(10).unwrap().decays, 1);
    assert_eq!(standing(&store), (Layer::Hot, 229));
    assert_eq!(store.advance_to(5).unwrap(), PassReport::default());
    assert_eq!(store.tick(), 10);
    let report = store.advance_to(100).unwrap();
    assert_eq!((report.decays, report.transitions, report.promoted), (9, 1, 0));
    assert_eq!(standing(&store).0, Layer::Hot);
}

#[test]
fn a_far_tick_comes_to_rest_and_loses_no_weights() {
    let mut store = store(200, 50);
    store.advance_to(u64::MAX).unwrap();
    assert_eq!(standing(&store), (Layer::Hot, 1));
    assert_eq!(store.load("k").unwrap().unwrap().weights.to_register().unwrap(), register(1, 1));
    store.verify().unwrap();
}

#[test]
fn one_step_at_a_time_comes_to_the_same_as_one_leap() {
    let (mut slow, mut fast) = (store(250, 30), store(250, 30));
    for tick in 1..=730 {
        slow.advance_to(tick).unwrap();
    }
    fast.advance_to(730).unwrap();
    assert_eq!(standing(&slow), standing(&fast));
}

#[test]
fn a_rollback_takes_passes_back_and_leaves_the_tick() {
    let mut store = store(200, 1);
    store.begin(0).unwrap();
    store.advance_to(20).unwrap();
    assert_eq!(standing(&store).1, 160);
    store.rollback(0).unwrap();
    assert_eq!((standing(&store).1, store.tick()), (200, 20));
}
