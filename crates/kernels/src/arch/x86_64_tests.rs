use super::*;
use crate::mastery::tests::{Matrix, SIZES, numbers};
use crate::mastery::{Push, RUN};
use crate::similarity::bounds;
use crate::similarity::sums::{GROUP, Lowers, Sums};
use crate::similarity::{Columns, Cue, score};
use similarity::{lanes_reaching_on, sums_on};

/// Those that this processor has.
fn tiers() -> impl Iterator<Item = Tier> {
    let best = Tier::of_processor();
    [Tier::Avx2, Tier::Avx512]
        .into_iter()
        .filter(move |&tier| tier == Tier::Avx2 && best != Tier::Base || tier == best)
}

#[test]
fn tiers_do_the_same() {
    let mut next = numbers(3);
    for case in 0..600 {
        let (rows, columns) = (case % 9, SIZES[next() as usize % SIZES.len()].max(1) << (case % 4));
        let rare = [1, 3, 40][case % 3];
        let matrix = Matrix::random(&mut next, rows, columns, rare);
        let thresholds = [[25, 50, 100, u32::MAX], [1, 2, 3, 4], [40_000, 1 << 31, 32_767, 70]][case % 3];
        let rule = Rule { thresholds, step: [1, 30, 255][next() as usize % 3] };
        let inputs: Vec<i32> = (0..columns).map(|_| next().cast_signed() >> (case % 31)).collect();
        let directions: Vec<i32> = (0..rows).map(|_| next() as i32 % 3 - 1).collect();
        let scale = [40, 1 << 22][next() as usize % 2];
        let run = |tier| {
            let mut matrix = matrix.clone();
            let mut push = Push::default();
            push.set(&inputs, scale, &directions);
            let mut strengths = [vec![0; columns], vec![0; columns]];
            let [strong, opposite] = &mut strengths;
            let any = strengths_on(tier, &inputs, scale as i32, strong, opposite);
            let mut list = vec![0; matrix.pressure.len() + RUN];
            let mut other = matrix.clone();
            let learned = learn_on(tier, rule, push.rows_from(0), &mut other.learner(), &mut list);
            let learned = (list[..learned].to_vec(), other);
            press_on(tier, &mut matrix.pressure, push.rows_from(0));
            let pressure = matrix.pressure.clone();
            let count = step_on(tier, rule, &mut matrix.learner(), &mut list);
            list.truncate(count);
            assert_eq!((list, matrix), learned, "{tier:?}: {rows} by {columns}");
            (strengths, any, pressure, learned)
        };
        let expected = run(Tier::Base);
        tiers().for_each(|tier| assert_eq!(run(tier), expected, "{tier:?}: {rows} by {columns}"));
    }
}

#[test]
fn pairs_lie_side_by_side() {
    let mut next = numbers(5);
    let mut value = || (next() % 511) as i16 - 255;
    let rows: [Vec<i16>; 4] = [70, 64, 80, 65].map(|len| (0..len).map(|_| value()).collect());
    let rows = rows.each_ref().map(Vec::as_slice);
    let some = BlockSums { values: [1, 2, 3, 4], norms: [5, 6, 7, 8] };
    for stride in [8, 16, 24, 32] {
        let len = 31 * stride + 8;
        let (mut expected, mut sums) = (vec![0; len], some);
        assert_eq!(portable::interleave(rows, &mut expected, stride, &mut sums), 64);
        for tier in tiers().chain([Tier::Base]) {
            let (mut found, mut found_sums) = (vec![0; len], some);
            assert_eq!(interleave_on(tier, rows, &mut found, stride, &mut found_sums), 64);
            assert_eq!(interleave_on(tier, rows, &mut found[1..], stride, &mut found_sums), 0);
            assert_eq!((&found, found_sums), (&expected, sums), "{tier:?}");
        }
    }
}

/// Tiers may differ in their bounds, but never by what puts a score outside.
#[test]
fn similarities_have_the_same_sums_and_bounds() {
    let mut next = numbers(43);
    for case in 0..400 {
        let width = [case % 71, 64][case % 2];
        let mut columns = Columns::new(width).unwrap();
        let mut value = |zeros: u32| match next() {
            n if n % 8 < zeros => 0,
            n if n % 3 == 0 => (n >> 8) as i16 % 2 * 510 - 255,
            n => ((n >> 8) % 511) as i16 - 255,
        };
        for _ in 0..1 + case % 128 {
            let entry: Vec<i16> = (0..width).map(|_| value(1)).collect();
            columns.push(&entry);
        }
        let cue: Vec<i16> = (0..width).map(|_| value(case as u32 / 2 % 9)).collect();
        let cue = Cue::new(&cue, width);
        let group = columns.group(&cue, 0);
        let len = group.norms.len();
        let start = || (Sums { uppers: [7.0; GROUP], ..Sums::ZERO }, Lowers([-300.0; GROUP]));
        let (mut expected, mut lowers) = start();
        sums_on(Tier::Base, &group, &mut expected, &mut lowers);
        assert!(expected.uppers[len..].iter().all(|bound| *bound == 7.0));
        for tier in tiers() {
            let (mut sums, mut found_lowers) = start();
            sums_on(tier, &group, &mut sums, &mut found_lowers);
            assert_eq!((sums.dots, sums.norms), (expected.dots, expected.norms), "{tier:?} {width}");
            let uppers = expected.uppers.iter().zip(&sums.uppers);
            for (one, other) in uppers.chain(lowers.0.iter().zip(&found_lowers.0)) {
                assert!((one - other).abs() < 0.3 || one == other, "{tier:?} {one} {other}");
            }
            found_lowers = Lowers([257.0; GROUP]);
            sums_on(tier, &group, &mut sums, &mut found_lowers);
            assert_eq!(found_lowers.0, [257.0; GROUP]);
            for least in [-300.0, -30.0, 0.0, 1.5, 30.0, 60.0, 257.0] {
                let reached = bounds::lanes_reaching(&sums.uppers, least);
                assert_eq!(lanes_reaching_on(tier, &sums.uppers, least), reached);
            }
        }
    }
}

/// Where the bound is nearest: the least entries, of which the score jumps most.
#[test]
fn bounds_of_similarities_hold_on_every_tier() {
    for n in 0..40_000_usize {
        let digits = [n % 8, n / 8 % 8, n / 64 % 8, n / 512 % 8, n / 4096].map(|digit| digit as i16 - 4);
        let mut columns = Columns::new(5).unwrap();
        columns.push(&digits);
        columns.push(&digits.map(|digit| -digit * 63));
        let cue = Cue::new(&[[3, -2, 1, 4, -1], [255, -255, 1, 254, 0]][n % 2], 5);
        for tier in tiers().chain([Tier::Base]) {
            let (mut sums, mut lowers) = (Sums::ZERO, Lowers([-300.0; GROUP]));
            sums_on(tier, &columns.group(&cue, 0), &mut sums, &mut lowers);
            for lane in 0..2 {
                let score = score(sums.dots[lane], cue.norm(), sums.norms[lane].cast_unsigned()) as f32;
                let (lower, upper) = (lowers.0[lane], sums.uppers[lane]);
                assert!(lower <= score - 0.2 && score + 0.2 <= upper, "{tier:?} {digits:?}");
            }
        }
    }
}
