//! Extension 0x0009: ipc.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the ipc extension.
    IpcOp 0x0009;
    0x0000 SendSignal "send_signal" [] YIELD Unit FORWARD => SendSignal (hot(0, "source").at_least(1), u8_(1, "region").carries("region_id")) "sends the source's content to the region";
    0x0001 RecvSignal "recv_signal" [] YIELD Unit FORWARD => RecvSignal (hot_w(0, "target"), u8_(1, "region").carries("region_id")) "target = the oldest message from the region; waits for one";
    0x0002 Broadcast "broadcast" [] YIELD Unit FORWARD => Broadcast (hot(0, "source").at_least(1), u8_(1, "channel")) "sends the source's content to every subscriber";
    0x0003 Subscribe "subscribe" [] YIELD Unit BOOT => Subscribe (hot_w(0, "target"), u8_(1, "region").carries("region_id")) "from now on, each run begins with the newest message in target";
    0x0004 MailboxPeek "mailbox_peek" [] YIELD Unit FORWARD => MailboxPeek (hot_w(0, "target"), u8_(1, "mailbox").carries("mailbox_id")) "target = [len, front message], [0] if empty";
    0x0005 MailboxPop "mailbox_pop" [] YIELD Unit FORWARD => MailboxPop (hot_w(0, "target"), u8_(1, "mailbox").carries("mailbox_id")) "mailbox_peek, and removes the message";
    0x0006 BarrierWait "barrier_wait" [] YIELD Unit FORWARD => BarrierWait (u8_(0, "barrier").carries("barrier_id")) "waits until all parties have arrived";
    0x0007 AtomicCas "atomic_cas" [] YIELD Unit FORWARD => AtomicCas (hot_w(0, "target"), hot(1, "expected").at_least(1), hot(2, "desired").at_least(1)) "shared cell: if it is expected[0], becomes desired[0]; target = [old value]";
}
