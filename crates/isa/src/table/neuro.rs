//! Extension 0x0005: neuro.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the neuro extension.
    NeuroOp 0x0005;
    0x0000 ChemRead "chem_read" [] SUBSTRATE Unit FORWARD => ChemRead (hot_w(0, "target"), u8_(1, "chem").carries("chem_id").within(0, 7)) "target = [level of the chemical]";
    0x0001 ChemSet "chem_set" [] SUBSTRATE Unit REGULATION => ChemSet (hot(0, "source").at_least(1), u8_(1, "chem").carries("chem_id").within(0, 7)) "level = clamp(source[0], 0, 255)";
    0x0002 ChemInject "chem_inject" [] SUBSTRATE Unit REGULATION => ChemInject (hot(0, "source").longer_than("elem"), u8_(1, "chem").carries("chem_id").within(0, 7), u8_(2, "elem").carries("elem_idx").or(0), bit(3, "signed").or(0)) "adds source[elem] to the level; signed: centred on 128";
    0x0003 FieldRead "field_read" [] SUBSTRATE Elements FORWARD => FieldRead (hot_w(0, "target"), u8_(1, "field").carries("field_id")) "target = the caller's slice of the field";
    0x0004 FieldWrite "field_write" [] SUBSTRATE Elements REGULATION => FieldWrite (hot(0, "source"), u8_(1, "field").carries("field_id")) "the caller's slice of the field = source";
    0x0005 FieldTick "field_tick" [] YIELD Unit REGULATION => FieldTick (u8_(0, "field").carries("field_id")) "ages the field by one tick";
    0x0006 StimRead "stim_read" [] SUBSTRATE Unit FORWARD => StimRead (hot_w(0, "target")) "target = all stimulation levels";
    0x0007 ValenceRead "valence_read" [] YIELD Unit FORWARD => ValenceRead (hot_w(0, "target")) "target = [reward, punishment]";
    0x0008 ConvRead "conv_read" [] SUBSTRATE Unit FORWARD => ConvRead (hot_w(0, "target")) "target = the convergence state";
    0x0009 TempRead "temp_read" [] STATE Elements FORWARD (hot_w(0, "target"), cold(1, "weights")) "target[i] = temperature code of weight i";
    0x000A TempWrite "temp_write" [] STATE Elements EVOLUTION (hot(0, "source").at_least(1), cold_rw(1, "weights")) "temperature of weight i = clamp(source[i], 0, 3); one element is for all";
    0x000B FieldDecay "field_decay" [] YIELD Unit REGULATION => FieldDecay (u8_(0, "field").carries("field_id"), u8_(1, "retention"), u8_(2, "fatigue").carries("fatigue_boost")) "decays the whole field";
    0x000C LateralInhibit "lateral_inhibit" [] YIELD Unit REGULATION => LateralInhibit (hot(0, "source"), u8_(1, "strength")) "the dominant slice suppresses the others";
    0x000D ExhaustionBoost "exhaustion_boost" [] YIELD Unit REGULATION => ExhaustionBoost (hot(0, "source"), u8_(1, "factor")) "slices of sustained activity decay further";
    0x000E NoveltyScore "novelty_score" [] YIELD Unit FORWARD => NoveltyScore (hot_w(0, "target"), hot(1, "source")) "target = deviations of source from its mean, times 256";
    0x000F FieldSliceRead "field_slice_read" [] YIELD Unit FORWARD => FieldSliceRead (hot_w(0, "target"), u8_(1, "field").carries("field_id"), u8_(2, "slice").carries("slice_index")) "target = the named slice of the field";
    0x0010 FieldSliceWrite "field_slice_write" [] YIELD Unit REGULATION => FieldSliceWrite (hot(0, "source"), u8_(1, "field").carries("field_id"), u8_(2, "slice").carries("slice_index")) "the named slice of the field = source";
    0x0011 CoactRecord "coact_record" [] YIELD Unit EVOLUTION => CoActivation (hot(0, "a").carries("source_a"), hot(1, "b").carries("source_b")) "counts that active elements fired together";
    0x0012 CoactRead "coact_read" [] YIELD Unit EVOLUTION => CoActivationRead (hot_w(0, "target"), hot(1, "source")) "target = counts between the neurons that source lists";
    0x0013 CoactReset "coact_reset" [] YIELD Unit EVOLUTION => CoActivationReset () "resets the co-activation counters";
    0x0014 SnnSetAxes "snn_set_axes" [] YIELD Unit REGULATION => SNNSetAxes (hot(0, "source").at_least(4)) "target axes of the spiking network = source[0..4]";
    0x0015 SnnStepAxes "snn_step_axes" [] YIELD Unit REGULATION => SNNStepAxes (hot(0, "source").at_least(1)) "axes move toward their target by at most source[0]";
    0x0016 SnnReadActivation "snn_read_activation" [] YIELD Unit FORWARD => SNNReadActivation (hot_w(0, "target")) "target = [mean output]";
    0x0017 SnnReadNeuronCount "snn_read_neuron_count" [] YIELD Unit FORWARD => SNNReadNeuronCount (hot_w(0, "target")) "target = [number of neurons]";
    0x0018 SnnReadOutputs "snn_read_outputs" [] YIELD Unit FORWARD => SNNReadOutputs (hot_w(0, "target")) "target = every output";
    0x0019 SnnReadTimestep "snn_read_timestep" [] YIELD Unit FORWARD => SNNReadTimestep (hot_w(0, "target")) "target = [step counter]";
    0x001A SnnGrowNeurons "snn_grow_neurons" [] YIELD Unit EVOLUTION => SNNGrowNeurons (hot(0, "source").at_least(1), hot_w(1, "result")) "adds source[0] neurons; result = [new count]";
    0x001B SnnPruneNeurons "snn_prune_neurons" [] YIELD Unit EVOLUTION => SNNPruneNeurons (hot(0, "source"), hot_w(1, "result")) "removes the neurons that source lists; result = [new count]";
    0x001C SnnReadActivities "snn_read_activities" [] YIELD Unit FORWARD => SNNReadActivities (hot_w(0, "target")) "target = spike counts";
    0x001D ThermoPruneHot "thermo_prune_hot" [] YIELD Unit EVOLUTION => ThermoPruneHot (hot(0, "source").at_least(1), hot_w(1, "result")) "if source[0] > 0, drops weak hot entries; result = [count]";
    0x001E ThermoValenceCredit "thermo_valence_credit" [] YIELD Unit EVOLUTION => ThermoValenceCredit (hot(0, "source").at_least(1), hot_w(1, "result")) "if source[0] > 0, strengthens by reward and weakens by stress; result = [count]";
}
