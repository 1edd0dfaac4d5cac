//! The door between the regions and whatever carries their messages.

use ternsig_isa::Register;
use ternsig_vm::Error;

/// Writes a message into a hot register.
pub type Deliver<'a> = dyn FnMut(Register, &[i32]) -> Result<(), Error> + 'a;

/// Carries messages between regions, keeps the mailboxes, and lets regions meet at barriers. [`InProcess`](super::InProcess)
/// is the one for regions of one process; another may reach further, and no program can tell.
///
/// What fails has no effect. Messages have at least one element.
pub trait Transport: Send + Sync {
    /// Sends a copy of a message to the mailbox of `to` whose number is `from`.
    ///
    /// # Errors
    /// There is no such region (NotFound), a rule forbids it (Denied), or the mailbox is full (Conflict).
    fn send(&self, from: u8, to: u8, message: &[i32]) -> Result<(), Error>;

    /// Sends a copy of a message to mailbox `channel` of every subscriber of the channel, the sender aside.
    ///
    /// # Errors
    /// One of the mailboxes is full (Conflict): no subscriber gets it then.
    fn broadcast(&self, from: u8, channel: u8, message: &[i32]) -> Result<(), Error>;

    /// Subscribes a region to a channel: what arrives in mailbox `channel` from then on is [delivered](Transport::begin_run) into
    /// a hot register, too. Subscribing again replaces the register.
    ///
    /// # Errors
    /// There is no such region (NotFound).
    fn subscribe(&self, region: u8, channel: u8, register: Register) -> Result<(), Error>;

    /// Appends the front message of one of the region's own mailboxes; false if the mailbox is empty.
    ///
    /// # Errors
    /// There is no such region (NotFound).
    fn peek(&self, region: u8, mailbox: u8, into: &mut Vec<i32>) -> Result<bool, Error>;

    /// Removes what [`peek`](Transport::peek) gave. On an empty mailbox it does nothing.
    ///
    /// # Errors
    /// There is no such region (NotFound).
    fn pop(&self, region: u8, mailbox: u8) -> Result<(), Error>;

    /// Begins a run of a region, which does not go on with the one before: withdraws it from barriers at which that one was left
    /// waiting, and delivers, for each subscription in ascending order of the channels, the newest message that arrived since the
    /// last run began, if one did.
    ///
    /// # Errors
    /// There is no such region (NotFound), or `deliver` fails: that message and those of higher channels are delivered the next time.
    fn begin_run(&self, region: u8, deliver: &mut Deliver<'_>) -> Result<(), Error>;

    /// Arrives at a barrier, unless the region waits there already; true once all parties have arrived. The region leaves the barrier
    /// with that answer, and its next call is a new arrival. A region that [is alone](Transport::is_alone) arrives only where nobody
    /// else has to.
    ///
    /// # Errors
    /// There is no such barrier (NotFound), or the region is not a party (Denied).
    fn arrive(&self, region: u8, barrier: u8) -> Result<bool, Error>;

    /// Makes a shared cell (0–63) `desired` if it is `expected`, at once, and returns what it was.
    ///
    /// # Errors
    /// There is no such region (NotFound) or cell (BadOperand).
    fn compare_and_swap(&self, region: u8, cell: u8, expected: i32, desired: i32) -> Result<i32, Error>;

    /// Whether it is certain that nobody could ever release the region if it waited.
    fn is_alone(&self, region: u8) -> bool;

    /// Ends a round: what regions did in it takes effect. False if nothing has since the last one: if every region waits, all of them
    /// having been asked since, none can go on ([`deadlock`](super::deadlock)).
    ///
    /// # Errors
    /// The messages cannot be carried.
    fn settle(&self) -> Result<bool, Error>;
}
