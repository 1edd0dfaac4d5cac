//! Filtering logits and drawing from them. Positions rank by value, the lower index first among equals.

use super::{linear_weight, next_random, sat};

/// The value of a logit that has been filtered out.
pub const MASK: i32 = i32::MIN / 2;

/// Distances below the maximum that have a weight of their own; all larger ones weigh 1.
const DISTANCES: usize = 256;

/// A logit divided by a temperature in 256ths, at least 1, rounded toward zero, saturating.
#[must_use]
pub fn tempered(logit: i32, temperature: i32) -> i32 {
    sat(i64::from(logit) * 256 / i64::from(temperature.max(1)))
}

/// Puts the logits into `out`, all but the first `count` in rank masked.
pub fn keep_best(logits: &[i32], count: usize, out: &mut Vec<i32>) {
    out.clear();
    out.extend_from_slice(logits);
    if count >= logits.len() {
        return;
    }
    let Some(last) = count.checked_sub(1) else { return out.fill(MASK) };
    let (better, &mut threshold, _) = out.select_nth_unstable_by(last, |a, b| b.cmp(a));
    let mut equals = count - better.iter().filter(|&&x| x > threshold).count();
    for (kept, &x) in out.iter_mut().zip(logits) {
        let keep = x > threshold || x == threshold && equals > 0;
        equals -= usize::from(keep && x == threshold);
        *kept = if keep { x } else { MASK };
    }
}

/// How many positions, in rank, it takes for `share`/255 (1–255) of the weight of all; at least one if there is any.
#[must_use]
pub fn nucleus(logits: &[i32], share: u8) -> usize {
    let Some(&max) = logits.iter().max() else { return 0 };
    let mut counts = [0usize; DISTANCES];
    for &x in logits {
        counts[(max.abs_diff(x) as usize).min(DISTANCES - 1)] += 1;
    }
    let by_distance =
        || counts.iter().enumerate().map(|(d, &count)| (count, linear_weight(-(d as i64)) as usize));
    let total: usize = by_distance().map(|(count, weight)| count * weight).sum();
    let mut missing = (total as u128 * u128::from(share) / 255) as usize;
    let mut kept = 0;
    for (count, weight) in by_distance() {
        let needed = missing.div_ceil(weight);
        if needed <= count {
            return (kept + needed).max(1);
        }
        missing -= count * weight;
        kept += count;
    }
    logits.len()
}

/// Draws the index of a logit above [`MASK`] by weight, and the generator's next state; `None` if there is no such logit.
#[must_use]
pub fn draw(logits: &[i32], state: u64) -> Option<(usize, u64)> {
    let candidates = || logits.iter().copied().enumerate().filter(|&(_, x)| x > MASK);
    let max = candidates().map(|(_, x)| x).max()?;
    let weight = |x: i32| linear_weight(i64::from(x) - i64::from(max)) as u64;
    let total: u64 = candidates().map(|(_, x)| weight(x)).sum();
    let state = next_random(state);
    let mut rest = (state >> 33) % total;
    for (index, x) in candidates() {
        match rest.checked_sub(weight(x)) {
            Some(left) => rest = left,
            None => return Some((index, state)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(logits: &[i32], count: usize) -> Vec<i32> {
        let mut out = vec![7];
        keep_best(logits, count, &mut out);
        out
    }

    /// The definition: rank all positions, walk them.
    fn ranked(logits: &[i32]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..logits.len()).collect();
        order.sort_by_key(|&i| (std::cmp::Reverse(logits[i]), i));
        order
    }

    fn samples() -> Vec<Vec<i32>> {
        let mut state = 1;
        let mut next = |modulus: u64| {
            state = next_random(state);
            (state >> 33) % modulus
        };
        let lists = (0..200).map(|i| {
            let len = next(20) + 1;
            (0..len).map(|_| next([3, 300, 1 << 31][i % 3]) as i32 - 100).collect()
        });
        lists.collect()
    }

    #[test]
    fn the_best_are_kept_lower_indexes_first() {
        assert_eq!(best(&[5, 9, 9, 1], 2), [MASK, 9, 9, MASK]);
        assert_eq!(best(&[9, 9, 9], 1), [9, MASK, MASK]);
        assert_eq!(best(&[9, 9, 9], 0), [MASK; 3]);
        assert_eq!(best(&[i32::MIN, 4], 9), [i32::MIN, 4]);
        assert!(best(&[], 1).is_empty());
        for logits in samples() {
            for count in 0..=logits.len() {
                let mut want = vec![MASK; logits.len()];
                ranked(&logits)[..count].iter().for_each(|&i| want[i] = logits[i]);
                assert_eq!(best(&logits, count), want, "{count} of {logits:?}");
            }
        }
    }

    #[test]
    fn a_nucleus_ends_where_the_running_sum_reaches_the_limit() {
        assert_eq!(nucleus(&[5, 9, 9, 1], 100), 2);
        assert_eq!(nucleus(&[], 255), 0);
        assert_eq!(nucleus(&[i32::MIN, i32::MAX], 254), 1);
        for logits in samples() {
            for share in [1, 2, 100, 128, 200, 254, 255] {
                let max = logits.iter().copied().max().unwrap();
                let weight = |i: &usize| linear_weight(i64::from(logits[*i]) - i64::from(max));
                let order = ranked(&logits);
                let limit = order.iter().map(weight).sum::<i64>() * i64::from(share) / 255;
                let mut sum = 0;
                let reaches = |i| {
                    sum += weight(i);
                    sum >= limit
                };
                let want = order.iter().position(reaches).unwrap() + 1;
                assert_eq!(nucleus(&logits, share), want, "{share} of {logits:?}");
            }
        }
    }

    #[test]
    fn draws_follow_the_generator() {
        assert_eq!(draw(&[1, 5, 3], 0), Some((0, 1)));
        assert_eq!(draw(&[MASK, 5, 3], 3), Some((2, 645_664_597_830_827_400)));
        assert_eq!(draw(&[i32::MIN, 5, 3], 7), Some((1, 7_655_465_419_508_447_804)));
        assert_eq!(draw(&[MASK, MASK], 3), None);
        assert_eq!(draw(&[], 3), None);
    }

    #[test]
    fn temperatures_below_one_act_as_one() {
        assert_eq!([tempered(100, 512), tempered(-7, 512), tempered(3, -9)], [50, -3, 768]);
        assert_eq!(tempered(MASK, 0), i32::MIN);
    }
}
