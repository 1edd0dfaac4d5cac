//! Extension 0x0007: orchestration.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the orchestration extension.
    OrchestrationOp 0x0007;
    0x0000 ModelLoad "model_load" [] YIELD Unit FORWARD => ModelLoad (hot_name(0, "register").carries("target"), u8_(1, "slot")) "loads the program bound to the slot; the register is not touched";
    0x0001 ModelExec "model_exec" [] YIELD Unit FORWARD => ModelExec (hot_w(0, "target"), u8_(1, "slot")) "runs the slot's model on its bound input; target = its output";
    0x0002 ModelInput "model_input" [] STATE Unit FORWARD (hot_name(0, "register"), u8_(1, "slot")) "binds the register as the slot's input";
    0x0003 ModelOutput "model_output" [] STATE Created FORWARD (hot_name(0, "register"), u8_(1, "slot")) "binds the register as the slot's output and fetches the last one";
    0x0004 ModelUnload "model_unload" [] STATE Unit FORWARD (u8_(0, "slot")) "empties the slot";
    0x0005 ModelStatus "model_status" [] STATE Unit FORWARD (hot_w(0, "target"), u8_(1, "slot")) "target = [0 empty, 1 loaded, 2 running]";
    0x0006 ModelReload "model_reload" [] YIELD Unit FORWARD => ModelReload (u8_(0, "slot")) "reads the slot's program again, keeping weights and bindings";
    0x0007 ModelChain "model_chain" [] STATE Unit FORWARD (u8_(0, "from"), u8_(1, "to")) "binds the input of slot to to the output register of slot from";
    0x0008 RouteInput "route_input" [] YIELD Unit FORWARD => RouteInput (hot(0, "source"), u8_(1, "region").carries("region_id")) "the region's input = source";
    0x0009 RegionFire "region_fire" [] YIELD Unit FORWARD => RegionFire (hot_w(0, "target"), u8_(1, "region").carries("region_id")) "runs the region; target = its output";
    0x000A CollectOutputs "collect_outputs" [] YIELD Unit FORWARD => CollectOutputs (hot_w(0, "target")) "target = all pending outputs";
    0x000B RegionStatus "region_status" [] YIELD Unit FORWARD => RegionStatus (hot_w(0, "target"), u8_(1, "region").carries("region_id")) "target = [0 idle, 1 active, 2 firing]";
    0x000C RegionEnable "region_enable" [] YIELD Unit BOOT => RegionEnable (u8_(0, "region").carries("region_id")) "lets the region take part in routing";
    0x000D RegionDisable "region_disable" [] YIELD Unit BOOT => RegionDisable (u8_(0, "region").carries("region_id")) "takes the region out of routing";
}
