//! Queries across banks, whose similarities are made comparable first.

use super::Cluster;
use crate::error::BankError;
use crate::id::{BankId, EntryRef};
use crate::nearest::Match;
use std::cmp::Reverse;

/// An entry and how far its similarity stands out in its bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrossMatch {
    /// The entry.
    pub entry: EntryRef,
    /// Its similarity, −256…256.
    pub score: i32,
    /// 256 for one standard deviation above the mean similarity of its bank: `(score − mean)·256 / deviation`, truncated.
    pub standing: i32,
}

impl Cluster {
    /// The `count` entries that stand out most among those of their banks, each bank with its own cue; of equal ones the
    /// smallest reference first. A bank that is named twice counts twice.
    ///
    /// # Errors
    /// A bank is not there, or a cue is wider than its bank.
    pub fn query_across<'a>(
        &self,
        cues: impl IntoIterator<Item = (BankId, &'a [i32])>,
        count: usize,
    ) -> Result<Vec<CrossMatch>, BankError> {
        let mut all = Vec::new();
        for (bank, cue) in cues {
            let found = self.bank(bank)?.similarities(cue)?;
            all.extend(standings(&found).zip(&found).map(|(standing, &Match { id, score })| CrossMatch {
                entry: EntryRef { bank, entry: id },
                score,
                standing,
            }));
        }
        all.sort_unstable_by_key(|found| (Reverse(found.standing), found.entry));
        all.truncate(count);
        Ok(all)
    }

    /// The same with one cue for all banks whose name begins so.
    ///
    /// # Errors
    /// The cue is wider than one of the banks.
    pub fn query_prefix(
        &self,
        prefix: &str,
        cue: &[i32],
        count: usize,
    ) -> Result<Vec<CrossMatch>, BankError> {
        let banks = self.banks().filter(|bank| bank.head().name.starts_with(prefix));
        self.query_across(banks.map(|bank| (bank.head().id, cue)), count)
    }
}

/// How far each stands out. The deviation is the root of the variance with n − 1 degrees of freedom, at least 1; mean,
/// variance and root are truncated.
fn standings(found: &[Match]) -> impl Iterator<Item = i32> + '_ {
    let count = (found.len() as i64).max(1);
    let mean = found.iter().map(|found| i64::from(found.score)).sum::<i64>() / count;
    let squares: i64 = found.iter().map(|found| (i64::from(found.score) - mean).pow(2)).sum();
    let deviation = (squares / (count - 1).max(1)).isqrt().max(1);
    found.iter().map(move |found| ((i64::from(found.score) - mean) * 256 / deviation) as i32)
}
