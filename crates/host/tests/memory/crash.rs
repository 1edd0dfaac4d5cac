//! Power that goes and storage that fails, at every operation of a session: what was promised is there afterwards, and nothing
//! else.
//!
//! `TERNSIG_SWEEP=whole` sweeps every operation; without it, every so manyth.

use crate::disk::{Disk, Fault, Loss, losses};
use crate::reference::{Held, Reference, Shown, open};
use crate::script::play;
use ternsig_host::StoreError;
use ternsig_host::banks::WritePolicy;

const POLICIES: [WritePolicy; 2] = [WritePolicy::Through, WritePolicy::Back { mutations: 6, ticks: 25 }];

/// Every operation of a whole sweep, every `stride`th of another.
fn stride(stride: usize) -> usize {
    if std::env::var("TERNSIG_SWEEP").is_ok_and(|sweep| sweep == "whole") { 1 } else { stride }
}

/// Plays the session until an operation fails; says how many were done. `None` if there never was a memory.
fn session(disk: &Disk, policy: WritePolicy) -> Option<usize> {
    let memory = open(disk.clone(), policy).ok()?;
    let mut done = 0;
    let _ = play(&memory, |_| done += 1);
    Some(done)
}

fn reopened(bytes: Vec<u8>, policy: WritePolicy) -> Result<Held, StoreError> {
    Held::of(&open(Disk::holding(bytes), policy)?)
}

#[derive(Debug, Default)]
struct Count {
    points: usize,
    images: usize,
    lost: Vec<String>,
}

impl Count {
    /// Opens an image and compares it with what was promised.
    fn image(
        &mut self,
        (reference, policy): (&Reference, WritePolicy),
        done: Option<usize>,
        bytes: Vec<u8>,
        what: impl FnOnce() -> String,
    ) {
        self.images += 1;
        match reopened(bytes, policy) {
            Ok(found) if reference.allows(done, &found) => {}
            Ok(_) => self.lost.push(format!("{policy:?}, {}: wrong after {done:?}", what())),
            Err(error) => self.lost.push(format!("{policy:?}, {}: {error}", what())),
        }
    }

    fn report(&self, what: &str) {
        let Count { points, images, lost } = self;
        println!("{what}: {points} crash points, {images} images, {} losses", lost.len());
    }
}

/// Power goes at an operation; then, for some, again at each operation of opening what is left.
fn sweep(policy: WritePolicy, first: usize, again: usize) -> (Count, Count) {
    let reference = Reference::new(policy);
    let judge = (&reference, policy);
    let (mut once, mut twice) = (Count::default(), Count::default());
    for at in (0..reference.ended.1).step_by(first) {
        let disk = Disk::default().failing(Fault::Crash(at));
        let done = session(&disk, policy);
        assert!(disk.is_down());
        once.points += 1;
        for loss in losses() {
            once.image(judge, done, disk.after(loss), || format!("crash {at}, {loss:?}"));
        }
        if (at as usize).is_multiple_of(first * again) {
            crash_again(judge, at, done, disk.after(Loss::Torn(512, at + 1)), &mut twice);
        }
    }
    once.report(&format!("{policy:?}, first crash"));
    twice.report(&format!("{policy:?}, second crash"));
    (once, twice)
}

fn crash_again(
    judge: (&Reference, WritePolicy),
    first: u64,
    done: Option<usize>,
    image: Vec<u8>,
    count: &mut Count,
) {
    for second in 0.. {
        let disk = Disk::holding(image.clone()).failing(Fault::Crash(second));
        let opened = open(disk.clone(), judge.1).map(drop);
        if !disk.is_down() {
            opened.unwrap();
            break;
        }
        count.points += 1;
        for loss in [Loss::All, Loss::Nothing, Loss::Torn(512, second), Loss::Torn(4096, second + 1)] {
            count.image(judge, done, disk.after(loss), || format!("crashes {first}, {second}, {loss:?}"));
        }
    }
}

#[test]
fn a_crash_loses_nothing_promised_and_shows_nothing_else() {
    let mut all = Count::default();
    for policy in POLICIES {
        let (once, twice) = sweep(policy, stride(13), 4);
        assert!(once.points > 20 && twice.points > 50);
        for count in [once, twice] {
            all.points += count.points;
            all.images += count.images;
            all.lost.extend(count.lost);
        }
    }
    all.report("in all");
    assert!(all.lost.is_empty(), "{:#?}", all.lost);
}

/// Storage that fails once or for ever makes an error, never a panic. The banks in memory are then as they were before the
/// operation that failed; what is opened again is what was promised.
#[test]
fn failing_storage_is_an_error_and_loses_nothing() {
    let mut all = Count::default();
    for policy in POLICIES {
        let reference = Reference::new(policy);
        for at in (0..reference.ended.0).step_by(stride(7)) {
            for fault in [Fault::Once(at), Fault::Forever(at)] {
                all.points += 1;
                let disk = Disk::default().failing(fault);
                let mut done = None;
                if let Ok(memory) = open(disk.clone(), policy) {
                    let mut count = 0;
                    let failed = play(&memory, |_| count += 1).is_err();
                    let _ = memory.end_run();
                    if failed && !reference.allows_banks(count, &Shown::of(&memory)) {
                        all.lost.push(format!("{policy:?}, {fault:?}: wrong banks in memory after {count}"));
                    }
                    done = Some(count);
                }
                all.image((&reference, policy), done, disk.bytes(), || format!("{fault:?}"));
            }
        }
    }
    let Count { points, lost, .. } = &all;
    println!("{points} failures, {} losses", lost.len());
    assert!(lost.is_empty(), "{lost:#?}");
}

/// What the sweep is worth: the session changes what is durable again and again, and written back it does so less often.
#[test]
fn the_session_is_one_in_which_much_can_be_lost() {
    let [through, back] = POLICIES.map(Reference::new);
    assert_eq!(through.operations(), back.operations());
    let (often, seldom) = (through.distinct(), back.distinct());
    println!("{} operations; {often} and {seldom} leave something new", through.operations());
    println!("created {:?}, ended {:?} and {:?}", through.created, through.ended, back.ended);
    assert!(often > 50 && seldom > 25 && seldom < often, "{often}, {seldom}");
}
