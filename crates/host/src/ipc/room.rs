//! Whether a mailbox takes one more message.

use super::Topology;
use super::mailbox::Load;
use super::state::State;
use ternsig_vm::{Error, ErrorKind};

impl State {
    /// Whether `to` gets what `from` broadcasts on a channel.
    pub(super) fn hears(&self, topology: &Topology, from: u8, to: u8, channel: u8) -> bool {
        let is_subscribed = || self.regions.get(&to).is_some_and(|region| region.is_subscribed(channel));
        from != to && is_subscribed() && topology.allows(from, to)
    }

    /// That a mailbox has room for one more message of a sender, as far as the sender can know whatever the others do in this round:
    /// for what the mailbox held when the round began, and what is pending of the sender's own.
    pub(super) fn check_room(
        &self,
        topology: &Topology,
        from: u8,
        to: u8,
        mailbox: u8,
        elements: usize,
    ) -> Result<(), Error> {
        let (Some(sender), Some(receiver)) = (self.regions.get(&from), self.regions.get(&to)) else {
            return Ok(());
        };
        let mut load = receiver.held(mailbox, self.round);
        if mailbox == from {
            load = load.and(sender.sent_to(to, self.round));
        }
        if self.hears(topology, from, to, mailbox) {
            load = load.and(sender.broadcast_on(mailbox, self.round));
        }
        check_load(topology, load, elements, || format!("mailbox {mailbox} of region {to}"))
    }
}

/// That there is room for a message of so many elements beside others.
pub(super) fn check_load(
    topology: &Topology,
    load: Load,
    elements: usize,
    place: impl Fn() -> String,
) -> Result<(), Error> {
    let full = |what: String| Error::new(ErrorKind::Conflict, format!("{} is full: {what}", place()));
    let (most, most_elements) = (topology.mailbox_messages, topology.mailbox_elements);
    if load.messages >= most {
        return Err(full(format!(
            "{} messages are in it or on their way, allowed are {most}",
            load.messages
        )));
    }
    if load.messages > 0 && load.elements.saturating_add(elements) > most_elements {
        let held = load.elements;
        return Err(full(format!(
            "{held} elements are in it or on their way, with {elements} more there would be more than {most_elements}"
        )));
    }
    Ok(())
}
