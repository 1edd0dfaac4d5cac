use super::*;
use crate::mastery::tests::numbers;

/// The score by its definition.
fn defined(cue: &[i16], entry: &[i16]) -> (i32, i32, u32) {
    let pairs =
        cue.iter().zip(entry).filter(|(q, _)| **q != 0).map(|(q, s)| (i128::from(*q), i128::from(*s)));
    let (dot, cue_norm, norm) =
        pairs.fold((0, 0, 0), |(dot, a, b), (q, s)| (dot + q * s, a + q * q, b + s * s));
    let root = (cue_norm * norm).isqrt();
    let score = if root == 0 { 0 } else { 256 * dot / root };
    (score as i32, dot as i32, norm as u32)
}

fn columns_of(entries: &[Vec<i16>], width: usize) -> Columns {
    let mut columns = Columns::new(width).unwrap();
    entries.iter().for_each(|entry| columns.push(entry));
    columns
}

/// Everything that is shown of what may be among the best.
fn shown(columns: &Columns, cue: &Cue, count: usize) -> Vec<Match> {
    let mut matches = Vec::new();
    candidates(columns, cue, count, &mut |found| matches.push(found));
    matches
}

/// Compares all that is shown with the definition, for a few counts to ask for; says how many were shown for each.
fn check(entries: &[Vec<i16>], cue_values: &[i16], width: usize) -> Vec<usize> {
    let columns = columns_of(entries, width);
    let cue = Cue::new(cue_values, width);
    let expected: Vec<_> = entries.iter().map(|entry| defined(cue_values, entry)).collect();
    assert_eq!(cue.norm(), cue_values.iter().map(|&q| (i64::from(q) * i64::from(q)) as u64).sum());
    let mut scores: Vec<_> = expected.iter().map(|(score, ..)| *score).collect();
    scores.sort_unstable_by(|one, other| other.cmp(one));
    let counts = [0, 1, 2, 8, FEW, FEW + 1];
    let shown = counts.map(|count| {
        let found = shown(&columns, &cue, count);
        assert!(found.is_sorted_by(|one, other| one.slot < other.slot));
        for found in &found {
            let (value, dot, norm) = expected[found.slot];
            assert_eq!((found.dot, found.norm), (dot, norm), "{cue_values:?} {:?}", entries[found.slot]);
            assert_eq!(score(found.dot, cue.norm(), found.norm), value);
        }
        let last = scores.get(count.min(scores.len()).wrapping_sub(1)).copied().unwrap_or(i32::MAX);
        let mut slots = found.iter().map(|found| found.slot);
        for (slot, (value, ..)) in expected.iter().enumerate().filter(|(_, (value, ..))| *value >= last) {
            let is_shown = slots.by_ref().any(|shown| shown == slot);
            assert!(is_shown, "{value} of the best {count}: {cue_values:?} {:?}", entries[slot]);
        }
        found.len()
    });
    assert_eq!((shown[0], shown[5]), (0, entries.len()));
    shown.to_vec()
}

/// Vectors of one sort: of small values, of extremes, of any, with a part of zeros.
fn vector(next: &mut impl FnMut() -> u32, width: usize) -> Vec<i16> {
    let (sort, zeros) = (next() % 5, [0, 0, 1, 2, 3, 4][next() as usize % 6]);
    (0..width)
        .map(|_| match sort {
            _ if next() % 4 < zeros => 0,
            0 => (next() % 3) as i16 - 1,
            1 => (next() % 2) as i16 * 510 - 255,
            2 => (next() % 9) as i16 - 4,
            3 => 255,
            _ => (next() % 511) as i16 - 255,
        })
        .collect()
}

#[test]
fn everything_is_shown_that_may_be_asked_for() {
    let mut next = numbers(29);
    for width in 0..=70 {
        for len in [width, 1, 16, 17, 95, 127, 128, 129, 300] {
            let mut entries: Vec<_> = (0..len).map(|_| vector(&mut next, width)).collect();
            let cue = vector(&mut next, width);
            // Some entries are the cue or its opposite, but for a value.
            for entry in entries.iter_mut().step_by(3) {
                let sign = (next() % 2) as i16 * 2 - 1;
                entry.iter_mut().zip(&cue).for_each(|(value, q)| *value = sign * q);
                if width > 0 {
                    entry[next() as usize % width] = (next() % 511) as i16 - 255;
                }
            }
            check(&entries, &cue, width);
            check(&entries, &vec![0; width], width);
        }
    }
}

#[test]
fn small_vectors_are_never_skipped() {
    let values = [-255, -254, -2, -1, 0, 1, 2, 3, 255];
    let entries: Vec<Vec<i16>> =
        (0..729).map(|n| [n / 81, n / 9 % 9, n % 9].map(|digit| values[digit]).to_vec()).collect();
    entries.iter().for_each(|cue| drop(check(&entries, cue, 3)));
}

#[test]
fn the_widest_vectors_stay_exact() {
    let width = MAX_WIDTH;
    let alternating = (0..width).map(|at| if at % 2 == 0 { 255 } else { -255 }).collect();
    let half = (0..width).map(|at| if at % 2 == 0 { 255 } else { 0 }).collect();
    let one = (0..width).map(|at| i16::from(at == 7)).collect();
    let entries = [vec![255; width], vec![-255; width], alternating, half, one, vec![0; width]];
    entries.iter().for_each(|cue| drop(check(&entries, cue, width)));
    assert!(Columns::new(MAX_WIDTH + 1).is_none());
}

#[test]
fn scores_lie_between_their_bounds() {
    let mut next = numbers(31);
    let near =
        |square: u64, next: &mut dyn FnMut() -> u32| (square + u64::from(next() % 3)).saturating_sub(1);
    for _ in 0..100_000 {
        let shift = next() % 31;
        let cue_norm = u64::from(next() >> 1 >> shift);
        let other = next() % 31;
        let norm = match next() % 3 {
            0 => near(cue_norm, &mut next).min(i32::MAX as u64),
            _ => u64::from(next() >> 1 >> other),
        };
        let root = (cue_norm * norm).isqrt();
        assert_eq!(super::root((cue_norm * norm).cast_signed()), root.cast_signed());
        let most = root.min(i32::MAX as u64) as i64;
        for dot in [most, -most, most / 256, -most / 256, most / 2 + 1, 0, 1, -1] {
            let dot = dot.clamp(-most, most) as i32;
            let score = score(dot, cue_norm, norm as u32);
            let [lower, upper] = bounds::bounds(dot, norm as i32, cue_norm as f32).map(f64::from);
            let value = f64::from(score);
            assert!(lower + 0.2 <= value && value <= upper - 0.2, "{dot} {cue_norm} {norm}");
            assert!((-256..=256).contains(&score));
        }
    }
    for n in (0..32).flat_map(|bit: i64| [(1 << bit) - 1, 1 << bit, 3_037_000_499 - bit]) {
        for square in [(n * n - 1).max(0), n * n, n * n + 1] {
            assert_eq!(super::root(square), square.isqrt());
        }
    }
    assert_eq!(super::root(i64::MAX), i64::MAX.isqrt());
    assert_eq!(score(i32::MAX, u64::MAX, u32::MAX), 0);
}

/// More than are looked through at once, the best at either end, and one that no score comes near.
#[test]
fn few_are_shown_of_many() {
    let mut next = numbers(37);
    let mut vector = || -> Vec<i16> { (0..24).map(|_| (next() % 511) as i16 - 255).collect() };
    let mut entries: Vec<_> = (0..9_000).map(|_| vector()).collect();
    let cue = vector();
    for order in [0, 1, -1] {
        entries.sort_by_cached_key(|entry| defined(&cue, entry).0 * order);
        let counts = check(&entries, &cue, 24);
        assert!(order != 0 || counts[1] < 40 && counts[3] < 160, "{counts:?}");
    }
    let cue = Cue::new(&[1; 23], 23);
    assert_eq!(shown(&columns_of(&entries, 24), &cue, usize::MAX), []);
}

#[test]
fn entries_come_and_go() {
    let mut next = numbers(41);
    for width in [0, 1, 2, 5, 16] {
        let (mut columns, mut entries) = (Columns::new(width).unwrap(), Vec::new());
        let (mut found, cue) = (vec![7], vector(&mut next, width));
        for _ in 0..600 {
            if next() % 5 < 2 && !entries.is_empty() {
                let slot = next() as usize % entries.len();
                entries.swap_remove(slot);
                columns.swap_remove(slot);
            } else {
                let entry = vector(&mut next, width);
                columns.push(&entry);
                entries.push(entry);
            }
            columns.swap_remove(entries.len());
            assert_eq!((columns.len(), columns.width()), (entries.len(), width));
            assert_eq!(columns.is_empty(), entries.is_empty());
        }
        for (slot, entry) in entries.iter().enumerate() {
            columns.read(slot, &mut found);
            assert_eq!(found, *entry);
        }
        columns.clone().read(entries.len(), &mut found);
        assert!(found.is_empty());
        check(&entries, &cue, width);
        let all = shown(&columns, &Cue::new(&cue, width), usize::MAX);
        assert_eq!(all, shown(&columns_of(&entries, width), &Cue::new(&cue, width), usize::MAX));
    }
}

#[test]
fn values_are_clamped_and_missing_ones_are_zero() {
    let mut columns = Columns::new(3).unwrap();
    columns.push(&[i16::MIN, 300, 1, 9, 9]);
    columns.push(&[5]);
    let mut found = Vec::new();
    columns.read(0, &mut found);
    assert_eq!(found, [-255, 255, 1]);
    columns.read(1, &mut found);
    assert_eq!(found, [5, 0, 0]);
    assert_eq!(Cue::new(&[i16::MIN, 300, 1, 9, 9], 3).norm(), 2 * 255 * 255 + 1);
    let cue = Cue::new(&[2], 3);
    let expected = [(0, -510, 255 * 255), (1, 10, 25)].map(|(slot, dot, norm)| Match { slot, dot, norm });
    assert_eq!((shown(&columns, &cue, 2), cue.norm()), (expected.to_vec(), 4));
}
