//! What a region has of its own: mailboxes, subscriptions, and what it did in this round.

use super::mailbox::{Load, Mailbox, Tally};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What takes effect when the round settles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Effect {
    Send { to: u8, message: Vec<i32> },
    Broadcast { channel: u8, message: Vec<i32> },
    Subscribe { channel: u8 },
    Arrive { barrier: u8 },
}

/// A subscription. Its register is the region's own affair; that others' messages come is not, and takes effect when the round settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscription {
    /// The index of the hot register that its messages are delivered into.
    pub(super) register: u8,
    pub(super) is_settled: bool,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Region {
    pub(super) mailboxes: BTreeMap<u8, Mailbox>,
    /// By channel.
    pub(super) subscriptions: BTreeMap<u8, Subscription>,
    /// In the order in which the region did it.
    pub(super) pending: Vec<Effect>,
    /// What is pending, by receiver.
    #[serde(skip)]
    sent: BTreeMap<u8, Tally>,
    /// What is pending, by channel.
    #[serde(skip)]
    broadcast: BTreeMap<u8, Tally>,
}

impl Region {
    pub(super) fn is_subscribed(&self, channel: u8) -> bool {
        self.subscriptions.get(&channel).is_some_and(|subscription| subscription.is_settled)
    }

    pub(super) fn held(&self, mailbox: u8, round: u64) -> Load {
        self.mailboxes.get(&mailbox).map_or(Load::default(), |mailbox| mailbox.held(round))
    }

    pub(super) fn sent_to(&self, to: u8, round: u64) -> Load {
        self.sent.get(&to).map_or(Load::default(), |tally| tally.in_round(round))
    }

    pub(super) fn broadcast_on(&self, channel: u8, round: u64) -> Load {
        self.broadcast.get(&channel).map_or(Load::default(), |tally| tally.in_round(round))
    }

    pub(super) fn subscribe(&mut self, channel: u8, register: u8) {
        match self.subscriptions.get_mut(&channel) {
            Some(subscription) => subscription.register = register,
            None => {
                self.subscriptions.insert(channel, Subscription { register, is_settled: false });
                self.pending.push(Effect::Subscribe { channel });
            }
        }
    }

    pub(super) fn push(&mut self, effect: Effect, round: u64) {
        self.count(&effect, round);
        self.pending.push(effect);
    }

    fn count(&mut self, effect: &Effect, round: u64) {
        match effect {
            Effect::Send { to, message } => self.sent.entry(*to).or_default().add(round, message.len()),
            Effect::Broadcast { channel, message } => {
                self.broadcast.entry(*channel).or_default().add(round, message.len());
            }
            Effect::Subscribe { .. } | Effect::Arrive { .. } => {}
        }
    }

    /// Leaves what matters to whoever goes on from round 0.
    pub(super) fn strip(&mut self, round: u64) {
        self.mailboxes.retain(|_, mailbox| mailbox.strip(round));
        self.sent.clear();
        self.broadcast.clear();
    }

    /// Makes it whole again; false if it cannot have been stripped.
    pub(super) fn rebuild(&mut self) -> bool {
        let pending = std::mem::take(&mut self.pending);
        pending.iter().for_each(|effect| self.count(effect, 0));
        self.pending = pending;
        self.mailboxes.values_mut().all(Mailbox::rebuild)
    }
}
