//! Extension 0x0004: learning.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the learning extension.
    LearningOp 0x0004;
    0x0000 MasteryUpdate "mastery_update" [] STATE Elements LEARNING (cold_name(0, "weights"), hot(1, "activity"), hot(2, "direction"), u8_(3, "scale").or(0)) "adds peak-relative activity, signed by direction[0], to the pressure of weights";
    0x0001 MasteryCommit "mastery_commit" [] STATE Elements LEARNING (cold_rw(0, "weights"), u8_(3, "threshold").or(0), u8_(2, "step").or(0)) "weights whose pressure reached the threshold take a step and lose it";
    0x0002 AddBabble "add_babble" [] STATE Elements LEARNING (hot_rw(0, "register")) "adds deterministic noise of the babble scale and phase";
    0x0003 LoadTarget "load_target" [] PURE Elements LEARNING (hot_w(0, "dst")) "dst = target buffer, shape [len]";
    0x0004 MarkEligibility "mark_eligibility" [] STATE Elements LEARNING (cold_name(0, "weights"), hot(1, "activity")) "adds activity above its mean to the pressure of weights";
    0x0005 ChlFreeStart "chl_free_start" [] STATE Unit LEARNING () "begins the free phase, dropping its recordings";
    0x0006 ChlFreeRecord "chl_free_record" [] STATE Product LEARNING (hot(0, "visible"), hot(1, "hidden")) [2 = 0] (hot(0, "visible"), hot(1, "hidden"), cold(2, "weights")) "records visible x hidden in the free phase";
    0x0007 ChlClampStart "chl_clamp_start" [] STATE Unit LEARNING () "begins the clamped phase, dropping its recordings";
    0x0008 ChlClampRecord "chl_clamp_record" [] STATE Product LEARNING (hot(0, "visible"), hot(1, "hidden")) [2 = 0] (hot(0, "visible"), hot(1, "hidden"), cold(2, "weights")) "records visible x hidden in the clamped phase";
    0x0009 ChlUpdate "chl_update" [] STATE Elements LEARNING (cold_name(0, "weights")) "adds (clamped - free) >> 8 to the pressure of weights";
    0x000A ChlBackpropClamp "chl_backprop_clamp" [] PURE Product LEARNING (hot_w(0, "dst"), hot(1, "src")) [2 = 0] (hot_w(0, "dst"), hot(1, "src"), cold(2, "weights")) "dst = transposed weights times src; by default the weights with dst's index";
    0x000B DecayEligibility "decay_eligibility" [] STATE Elements LEARNING (cold_name(0, "weights")) "each pressure = pressure*230 / 256";
    0x000C ComputeError "compute_error" [] STATE Elements LEARNING (hot(0, "target"), hot(1, "output")) "current error = sum of |target[i] - output[i]|";
    0x000D UpdateWeights "update_weights" [] STATE Elements LEARNING (cold_rw(0, "weights")) "weights step by 3 where pressure*error*dopamine/65536 exceeds 30; pressure is cleared";
    0x000E DecayBabble "decay_babble" [] STATE Unit LEARNING () "babble scale = scale*245 / 256";
    0x000F ComputeRpe "compute_rpe" [] STATE Unit LEARNING (hot(0, "predicted"), hot(1, "actual")) "current error = sat(actual[0] - predicted[0])";
    0x0010 GateError "gate_error" [] STATE Unit LEARNING (hot_w(0, "dst"), u8_(1, "threshold")) "dst = [|current error| if it is at least 256*threshold, else 0]";
    0x0011 CheckpointWeights "checkpoint_weights" [] YIELD Unit LEARNING_EVOLUTION => CheckpointSave (cold(0, "weights").carries("register")) "keeps a copy of the register, in memory and durable";
    0x0012 RollbackWeights "rollback_weights" [] YIELD Created LEARNING_EVOLUTION => CheckpointRestore (cold_name(0, "weights").carries("register")) "the register = its copy in memory; without one, asks the host";
    0x0013 Consolidate "consolidate" [] YIELD Unit LEARNING_EVOLUTION => Consolidate () "moves stored weights to colder layers";
    0x0014 DiscardCheckpoint "discard_checkpoint" [] YIELD Unit LEARNING_EVOLUTION => CheckpointDiscard (cold_name(0, "weights").carries("register")) "drops both copies of the register";
    0x0015 MasteryOuter "mastery_outer" [] STATE Product LEARNING (cold(0, "weights"), hot(1, "input"), hot(2, "direction"), u8_(3, "scale").or(0)) "adds peak-relative input, signed by direction[o], to the pressure of every weight";
}
