//! Extension 0x0008: lifecycle.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the lifecycle extension.
    LifecycleOp 0x0008;
    0x0000 PhaseRead "phase_read" [] SUBSTRATE Unit FORWARD => PhaseRead (hot_w(0, "target")) "target = [boot phase]";
    0x0001 TickRead "tick_read" [] SUBSTRATE Unit FORWARD => TickRead (hot_w(0, "target")) "target = [tick mod 2^31]";
    0x0002 LevelRead "level_read" [] SUBSTRATE Unit FORWARD => LevelRead (hot_w(0, "target")) "target = [neuronal level]";
    0x0003 InitThermo "init_thermo" [] YIELD Unit BOOT => InitThermo (cold(0, "register")) "creates an empty stored entry for the register's key";
    0x0004 SaveThermo "save_thermo" [] YIELD Unit LEARNING_EVOLUTION => SaveThermo (cold(0, "register")) "stores the register under its key";
    0x0005 LoadThermo "load_thermo" [] YIELD Unit BOOT => LoadThermo (cold(0, "register")) "the register = the stored entry of its key";
    0x0006 LogEvent "log_event" [] YIELD Unit FORWARD => LogEvent (hot(0, "source"), u8_(1, "event").carries("event_type").within(0, 7)) "records an event with the source's content";
    0x0007 HaltRegion "halt_region" [] YIELD Unit BOOT => HaltRegion (u8_(0, "region").carries("region_id")) "stops the region after its current instruction";
    0x0008 TxnBegin "txn_begin" [] YIELD Unit EVOLUTION => TxnBegin (u8_(0, "txn").carries("txn_id")) "opens a transaction";
    0x0009 TxnCommit "txn_commit" [] YIELD Unit EVOLUTION => TxnCommit (u8_(0, "txn").carries("txn_id")) "makes its writes durable, all or none";
    0x000A TxnRollback "txn_rollback" [] YIELD Unit EVOLUTION => TxnRollback (u8_(0, "txn").carries("txn_id")) "drops its writes";
    0x000B LoadWeights "load_weights" [] YIELD Unit BOOT => LoadWeights (cold(0, "register"), param_index(1, "key").carries("key_id")) "the register = the stored entry of key table id P[key]";
    0x000C StoreWeights "store_weights" [] YIELD Unit LEARNING_EVOLUTION => StoreWeights (cold(0, "register"), param_index(1, "key").carries("key_id")) "stores the register under key table id P[key]";
    0x000D LevelWrite "level_write" [] YIELD Unit BOOT => LevelWrite (hot(0, "source").at_least(1)) "raises the neuronal level to source[0]";
    0x000E PhaseWrite "phase_write" [] YIELD Unit BOOT => PhaseWrite (hot(0, "source").at_least(1)) "enters boot phase source[0]";
    0x000F RestWrite "rest_write" [] YIELD Unit EVOLUTION => RestWrite (hot(0, "source").at_least(1)) "source[0]: 0 wakes, 1 rests";
    0x0010 ConsolidationReq "consolidation_req" [] YIELD Unit EVOLUTION => ConsolidationRequest (hot(0, "source").at_least(1)) "runs sleep consolidation with urgency source[0]";
    0x0011 CoherenceSingularWrite "coherence_singular_write" [] YIELD Unit REGULATION => CoherenceSingularWrite (hot(0, "source").at_least(2)) "source = [division, value]";
    0x0012 CoherenceMultimodalWrite "coherence_multimodal_write" [] YIELD Unit REGULATION => CoherenceMultimodalWrite (hot(0, "source").at_least(3)) "source = [division, division, value]";
    0x0013 CoherenceSingularRead "coherence_singular_read" [] YIELD Unit FORWARD => CoherenceSingularRead (hot_w(0, "target")) "target = the coherence of the seven divisions";
}
