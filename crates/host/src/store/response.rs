//! How entries respond at once, between the passes, to neglect, reward and stress.

use super::Store;
use super::error::Result;
use super::layers::Layer;

impl Store {
    /// Deletes the weights of all Hot entries weaker than this, as [`Store::delete`] does; says how many.
    ///
    /// # Errors
    /// Reading or writing fails; nothing is changed then.
    pub fn prune_hot(&mut self, below: u8, source: &str, tick: u64) -> Result<u64> {
        self.atomically(|store| {
            let mut pruned = 0;
            for key in store.keys()? {
                let standing = store.standing(&key)?;
                if standing.is_some_and(|standing| standing.layer == Layer::Hot && standing.strength < below)
                {
                    store.delete(&key, source, tick)?;
                    pruned += 1;
                }
            }
            Ok(pruned)
        })
    }

    /// Strengthens all Hot and Warm entries, up to 255, and then weakens them, to no less than 1; says of how many the strength
    /// changed.
    ///
    /// # Errors
    /// Reading or writing fails; nothing is changed then.
    pub fn credit(&mut self, gain: u8, loss: u8) -> Result<u64> {
        if (gain, loss) == (0, 0) {
            return Ok(0);
        }
        self.on_standings(|standings| {
            let mut changed = 0;
            for standing in standings.values_mut().filter(|standing| standing.layer <= Layer::Warm) {
                let strength = standing.strength.saturating_add(gain).saturating_sub(loss).max(1);
                changed += u64::from(strength != standing.strength);
                standing.strength = strength;
            }
            changed
        })
    }
}
