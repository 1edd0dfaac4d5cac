//! Extension 0x000C: pool.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the pool extension.
    PoolOp 0x000C;
    0x0000 PoolTick "pool_tick" [] YIELD Unit FORWARD => PoolTick (hot_rw(0, "register").carries("source")) "advances the pool on these currents; the register = [spike count]";
    0x0001 PoolSave "pool_save" [] YIELD Unit EVOLUTION => PoolSave () "saves the pool";
    0x0002 PoolLoad "pool_load" [] YIELD Unit BOOT_EVOLUTION => PoolLoad () "loads the pool";
    0x0003 PoolInject "pool_inject" [] YIELD Unit FORWARD => PoolInject (hot(0, "source"), blocks(2, "start").carries("range_start").named(), blocks(3, "end").carries("range_end").named()) "adds currents to blocks of 256 neurons; 0, 0 is the whole pool";
    0x0004 PoolReadOutput "pool_read_output" [] YIELD Unit FORWARD => PoolReadOutput (hot_w(0, "target"), blocks(2, "start").carries("range_start").named(), blocks(3, "end").carries("range_end").named()) "target = spikes of blocks of 256 neurons; 0, 0 is the whole pool";
    0x0005 PoolReadStats "pool_read_stats" [] YIELD Unit FORWARD => PoolReadStats (hot_w(0, "target")) "target = [spikes, synapses, ticks]";
    0x0006 PoolModulate "pool_modulate" [] YIELD Unit LEARNING => PoolModulate (hot_w(0, "result")) "three-factor plasticity; result = [reinforced, weakened]";
    0x0007 PoolPruneDead "pool_prune_dead" [] YIELD Unit EVOLUTION => PoolPruneDead (hot_w(0, "result")) "removes unused synapses; result = [count]";
    0x0008 PoolSynaptogenesis "pool_synaptogenesis" [] YIELD Unit EVOLUTION => PoolSynaptogenesis (hot_w(0, "result")) "creates synapses; result = [count]";
    0x0009 PoolInjectDirect "pool_inject_direct" [] YIELD Unit FORWARD => PoolInject (hot(0, "source"), u8_(2, "start").carries("range_start").named(), u8_(3, "end").carries("range_end").named()) "adds currents to neurons start..end";
    0x000A PoolReadOutputDirect "pool_read_output_direct" [] YIELD Unit FORWARD => PoolReadOutput (hot_w(0, "target"), u8_(2, "start").carries("range_start").named(), u8_(3, "end").carries("range_end").named()) "target = spikes of neurons start..end";
}
