//! Extension 0x000B: bank.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the bank extension.
    BankOp 0x000B;
    0x0000 BankQuery "bank_query" [] BANK Elements FORWARD => BankQuery (hot_w(0, "target"), hot(1, "source").at_least(1), u8_(2, "slot").carries("bank_slot"), u8_(3, "top_k")) "target = [n, score, id high, id low, ...] of the entries most like source";
    0x0001 BankWrite "bank_write" [] BANK Elements LEARNING => BankWrite (hot_w(0, "target"), hot(1, "source").at_least(1), u8_(2, "slot").carries("bank_slot")) "inserts source; target = [id high, id low]";
    0x0002 BankLoad "bank_load" [] BANK Unit FORWARD => BankLoad (hot_w(0, "target"), hot(1, "source").at_least(2), u8_(2, "slot").carries("bank_slot")) "target = the vector of entry source[0..2]";
    0x0003 BankLink "bank_link" [] YIELD Unit LEARNING_EVOLUTION => BankLink (hot(0, "source").at_least(6), u8_(1, "edge").carries("edge_type"), u8_(2, "slot").carries("bank_slot")) "adds an edge; source = [from high, low, to slot, to high, low, weight]";
    0x0004 BankTraverse "bank_traverse" [] YIELD Unit FORWARD => BankTraverse (hot_w(0, "target"), hot(1, "source").at_least(2), u8_(2, "slot").carries("bank_slot"), high(3, "edge").carries("edge_type").named(), low(3, "depth").named()) "target = [n, slot, id high, id low, ...] reached over edges of one type";
    0x0005 BankTouch "bank_touch" [] BANK Unit FORWARD => BankTouch (hot(0, "source").at_least(2), u8_(1, "slot").carries("bank_slot")) "counts an access to entry source[0..2]";
    0x0006 BankDelete "bank_delete" [] BANK Unit EVOLUTION => BankDelete (hot(0, "source").at_least(2), u8_(1, "slot").carries("bank_slot")) "removes entry source[0..2]";
    0x0007 BankCount "bank_count" [] BANK Unit FORWARD => BankCount (hot_w(0, "target"), u8_(1, "slot").carries("bank_slot")) "target = [number of entries]";
    0x0008 BankPromote "bank_promote" [] YIELD Unit EVOLUTION => BankPromote (hot(0, "source").at_least(2), u8_(1, "slot").carries("bank_slot")) "entry source[0..2] one temperature colder";
    0x0009 BankDemote "bank_demote" [] YIELD Unit EVOLUTION => BankDemote (hot(0, "source").at_least(2), u8_(1, "slot").carries("bank_slot")) "entry source[0..2] one temperature hotter";
    0x000A BankEvict "bank_evict" [] YIELD Unit EVOLUTION => BankEvict (u8_(0, "slot").carries("bank_slot"), u8_(1, "count")) "removes up to count lowest-scored entries";
    0x000B BankCompact "bank_compact" [] YIELD Unit EVOLUTION => BankCompact (u8_(0, "slot").carries("bank_slot")) "rebuilds the bank's indexes";
}
