use super::*;

/// The rule as the interpreter states it, one weight at a time.
fn stepped_signal([polarity, magnitude]: [u8; 2], sign: i8, step: u8) -> [u8; 2] {
    if polarity.cast_signed() == sign {
        [polarity, magnitude.saturating_add(step)]
    } else if polarity != 0 && magnitude > step {
        [polarity, magnitude - step]
    } else {
        [sign.cast_unsigned(), step]
    }
}

fn value([polarity, magnitude]: [u8; 2]) -> i16 {
    i16::from(polarity.cast_signed()) * i16::from(magnitude)
}

/// A matrix that learns, and a generator of what it holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) pressure: Vec<i32>,
    pub(crate) signals: Vec<[u8; 2]>,
    pub(crate) values: Vec<i16>,
    pub(crate) classes: Option<Vec<u8>>,
}

impl Matrix {
    pub(crate) fn random(next: &mut impl FnMut() -> u32, rows: usize, columns: usize, rare: u32) -> Matrix {
        let len = rows * columns;
        let signals: Vec<[u8; 2]> = (0..len)
            .map(|_| {
                let magnitude = [0, 1, 4, 5, 6, 250, 254, 255, 77, 130][next() as usize % 10];
                [[0, 1, 0xFF][next() as usize % 3], magnitude]
            })
            .collect();
        let mut pressure = |_| match next() % rare {
            0 => [i32::MIN, i32::MAX, 50, -50, 49, -49, 1 << 30, 128][next() as usize % 8],
            _ => (next() % 49) as i32 - 24,
        };
        let pressure = (0..len).map(&mut pressure).collect();
        let classes = next().is_multiple_of(2).then(|| (0..len).map(|_| (next() % 4) as u8).collect());
        Matrix { pressure, values: signals.iter().map(|&s| value(s)).collect(), signals, classes }
    }

    pub(crate) fn learner(&mut self) -> Learner<'_> {
        Learner {
            pressure: &mut self.pressure,
            signals: &mut self.signals,
            values: &mut self.values,
            classes: self.classes.as_deref(),
        }
    }

    /// One weight after the other; which have moved.
    fn commit(&mut self, rule: Rule) -> Vec<usize> {
        let mut moved = Vec::new();
        for (index, pressure) in self.pressure.iter_mut().enumerate() {
            let threshold =
                rule.thresholds[self.classes.as_ref().map_or(0, |classes| usize::from(classes[index]))];
            if pressure.unsigned_abs() < threshold {
                continue;
            }
            let signal = stepped_signal(self.signals[index], pressure.signum() as i8, rule.step);
            *pressure = 0;
            if signal != self.signals[index] {
                moved.push(index);
                (self.signals[index], self.values[index]) = (signal, value(signal));
            }
        }
        moved
    }
}

/// Remembers what it is told: the indexes and the values.
struct Log(Vec<(usize, i16)>);

impl Follow for &mut Log {
    fn weights(&mut self, values: &[i16], first: usize, positions: &[u16]) {
        let indexes = positions.iter().map(|&position| first + usize::from(position));
        self.0.extend(indexes.map(|index| (index, values[index])));
    }
}

/// A simple generator.
pub(crate) fn numbers(mut state: u64) -> impl FnMut() -> u32 {
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    }
}

pub(crate) const SIZES: [usize; 14] = [0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 64, 100];

#[test]
fn weights_move_as_one_by_one() {
    let mut next = numbers(1);
    let mut found = Positions::default();
    for case in 0..900 {
        let rows = SIZES[case % 13].min(20);
        let columns = SIZES[next() as usize % SIZES.len()];
        let rare = [1, 2, 10, 200][next() as usize % 4];
        let mut matrix = Matrix::random(&mut next, rows, columns, rare);
        let rule = Rule {
            thresholds: [[25, 50, 100, u32::MAX], [1, 1, 2, u32::MAX], [50; 4]][case % 3],
            step: [1, 5, 255, 100][next() as usize % 4],
        };
        let mut expected = matrix.clone();
        let reaches = any_reaches(rule, &matrix.pressure);
        let indexes = expected.commit(rule);
        assert!(reaches || indexes.is_empty());
        let mut log = Log(Vec::new());
        let moved = commit(rule, &mut matrix.learner(), &mut found, || &mut log);
        assert_eq!(matrix, expected, "case {case}: {columns} columns");
        let ends = indexes.first().zip(indexes.last()).map(|(&first, &last)| first..last + 1);
        assert_eq!(moved.as_ref().map(|moved| moved.range.clone()), ends);
        let told: Vec<_> = log.0.iter().map(|&(index, _)| index).collect();
        match moved.and_then(|moved| moved.rest) {
            Some(rest) => assert!(told.is_empty() && Some(rest) == ends),
            None => assert_eq!(told, indexes),
        }
        assert!(log.0.iter().all(|&(index, value)| value == matrix.values[index]));
    }
}

#[test]
fn pages_follow_each_other() {
    let len = 2 * PAGE + 100;
    let mut matrix =
        Matrix { pressure: vec![0; len], values: vec![1; len], signals: vec![[1, 1]; len], classes: None };
    let few = [5, PAGE - 1, PAGE, 2 * PAGE + 99];
    few.iter().for_each(|&index| matrix.pressure[index] = 50);
    let rule = Rule { thresholds: [50; 4], step: 1 };
    let (mut found, mut log) = (Positions::default(), Log(Vec::new()));
    let moved = commit(rule, &mut matrix.learner(), &mut found, || &mut log);
    assert_eq!(moved, Some(Moved { range: 5..len, rest: None }));
    assert_eq!(log.0, few.map(|index| (index, 2)));
    matrix.pressure[PAGE..2 * PAGE].fill(-60);
    matrix.pressure[7] = 60;
    let mut expected = matrix.clone();
    expected.commit(rule);
    let moved = commit(rule, &mut matrix.learner(), &mut found, || &mut log);
    assert_eq!(moved, Some(Moved { range: 7..2 * PAGE, rest: Some(PAGE..2 * PAGE) }));
    assert_eq!(matrix, expected);
}

#[test]
fn a_step_turns_a_weight_around_only_if_too_little_is_left() {
    let pressure = [60, 60, 60, -60, -60, -60, 60, 49];
    let signals: [[u8; 2]; 8] =
        [[1, 254], [0xFF, 6], [0xFF, 5], [1, 5], [0, 77], [0xFF, 255], [0xFF, 0], [1, 1]];
    let mut matrix = Matrix {
        pressure: pressure.to_vec(),
        values: signals.map(value).to_vec(),
        signals: signals.to_vec(),
        classes: None,
    };
    let mut log = Log(Vec::new());
    let rule = Rule { thresholds: [50; 4], step: 5 };
    let moved = commit(rule, &mut matrix.learner(), &mut Positions::default(), || &mut log);
    assert_eq!(matrix.values, [255, -1, 5, -5, -5, -255, 5, 1]);
    assert_eq!(matrix.signals[4..], [[0xFF, 5], [0xFF, 255], [1, 5], [1, 1]]);
    assert_eq!(matrix.pressure, [0, 0, 0, 0, 0, 0, 0, 49]);
    assert_eq!(moved.map(|moved| moved.range), Some(0..7));
}

/// The strength of an input in exact arithmetic.
fn strength(x: i32, max: i32, scale: u32) -> i32 {
    let above = i64::from(x) - i64::from(max / 4);
    if above > 0 { (above * 256 / i64::from(max) * i64::from(scale) / 256) as i32 } else { 0 }
}

#[test]
fn strengths_are_exact() {
    let (mut next, mut push) = (numbers(2), Push::default());
    for case in 0..2000 {
        let len = SIZES[case % SIZES.len()];
        let shift = next() % 32;
        let mut inputs: Vec<i32> = (0..len).map(|_| ((next() << 1).cast_signed()) >> shift).collect();
        if let Some(first) = inputs.first_mut() {
            *first = [*first, i32::MAX, i32::MIN, 0, 1, 1023][next() as usize % 6];
        }
        let scale = [1, 15, 255, 765][next() as usize % 4];
        let max = inputs.iter().copied().max().unwrap_or(0).max(1);
        let expected: Vec<i32> = inputs.iter().map(|&x| strength(x, max, scale)).collect();
        let any = push.set(&inputs, scale, &[]);
        let found = push.rows_from(0);
        assert_eq!(
            (found.strengths(), any),
            (expected.as_slice(), expected.iter().any(|&s| s > 0)),
            "{inputs:?}"
        );
        let opposites: Vec<i32> = expected.iter().map(|&s| -s).collect();
        assert_eq!([-7, 0, 7].map(|d| found.amounts(d)), [&opposites, &vec![0; len], &expected]);
    }
    // Quotients next to whole numbers.
    for max in (0..20_000).map(|n| if n % 2 == 0 { i32::MAX - n } else { n + 1 }) {
        let near = (0..=256).map(|share| (i64::from(max) * share).div_euclid(256) as i32);
        let inputs: Vec<i32> = near
            .flat_map(|x| [x, x.saturating_add(1)])
            .map(|x| x.saturating_add(max / 4).min(max))
            .chain([max])
            .collect();
        let expected: Vec<i32> = inputs.iter().map(|&x| strength(x, max, 256)).collect();
        push.set(&inputs, 256, &[]);
        assert_eq!(push.rows_from(0).strengths(), expected, "{max}");
    }
}

#[test]
fn pressure_saturates() {
    // 3 is (100 − 100/4) · 256/100 · 5/256.
    let push = |directions: &[i32]| {
        let mut push = Push::default();
        assert!(push.set(&[100, 0], 5, directions));
        push
    };
    let mut pressure = [i32::MAX - 1, 5, i32::MIN + 1, 7, i32::MAX, 9];
    push(&[1, -7, 0]).press(&mut pressure);
    assert_eq!(pressure, [i32::MAX, 5, i32::MIN, 7, i32::MAX, 9]);
    push(&[-1]).press(&mut pressure);
    assert_eq!(pressure, [i32::MAX - 3, 5, i32::MIN, 7, i32::MAX - 3, 9]);
    push(&[]).press(&mut pressure);
    Push::default().press(&mut pressure);
    assert_eq!(pressure[0], i32::MAX - 3);
}

#[test]
fn learning_is_pressure_and_then_steps() {
    let (mut next, mut push) = (numbers(9), Push::default());
    let mut found = Positions::default();
    for case in 0..600 {
        let (rows, columns) = (case % 8, SIZES[next() as usize % SIZES.len()] << (case % 3));
        let mut matrix = Matrix::random(&mut next, rows, columns, [1, 10, 200][case % 3]);
        if case % 7 == 0 {
            // More pressure than weights.
            matrix.pressure.extend([60; 40]);
        }
        let inputs: Vec<i32> = (0..columns).map(|_| (next() % 300).cast_signed()).collect();
        let directions: Vec<i32> = (0..[rows, 1][case % 2]).map(|_| (next() % 3) as i32 - 1).collect();
        push.set(&inputs, 40, &directions);
        let rule = Rule { thresholds: [25, 50, 100, u32::MAX], step: [1, 5, 255][next() as usize % 3] };
        let mut expected = matrix.clone();
        push.press(&mut expected.pressure);
        let (mut logs, mut memory) = ([Log(Vec::new()), Log(Vec::new())], Positions::default());
        let [log, expected_log] = &mut logs;
        let expected_moved = commit(rule, &mut expected.learner(), &mut memory, || expected_log);
        let moved = learn(rule, &push, &mut matrix.learner(), &mut found, || log);
        assert_eq!((&matrix, &moved), (&expected, &expected_moved), "case {case}: {rows} by {columns}");
        assert_eq!(logs[0].0, logs[1].0);
    }
}

#[test]
fn pages_have_whole_rows_when_learning() {
    let (columns, rows) = (1000, 70);
    let len = columns * rows;
    let matrix =
        Matrix { pressure: vec![20; len], values: vec![1; len], signals: vec![[1, 1]; len], classes: None };
    let mut push = Push::default();
    let inputs: Vec<i32> = (0..columns).map(|column| i32::from(column == 7) * 100).collect();
    for directions in [vec![1], (0..rows).map(|row| i32::from(row == 0 || row == 68)).collect()] {
        push.set(&inputs, 40, &directions);
        let (mut found, mut expected) = (matrix.clone(), matrix.clone());
        let rule = Rule { thresholds: [25; 4], step: 1 };
        let mut log = Log(Vec::new());
        let moved = learn(rule, &push, &mut found.learner(), &mut Positions::default(), || &mut log);
        push.press(&mut expected.pressure);
        let indexes = expected.commit(rule);
        assert_eq!(found, expected);
        assert_eq!(moved.map(|moved| moved.range), Some(indexes[0]..indexes[indexes.len() - 1] + 1));
    }
}
