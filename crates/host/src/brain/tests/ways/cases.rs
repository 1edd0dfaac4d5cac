//! A case for each instruction that yields.

use ternsig_isa::Row;
use ternsig_isa::operand::mnemonic;
use ternsig_isa::table::rows;

/// What an instruction needs before it can run, one per line; the last line is the instruction itself.
///
/// Before the run `H0` has as many elements as are written here, `H1` is `[hi, lo, 0, hi, lo, 100]` with the ids of two entries in
/// bank slot 0, `H2` is `[1]`, `H3` is `[1, 2, 3, 4]`; `C0` has the key "own", `C1` none. Region 0 has field 0 of width 4,
/// model slot 0, key 1 and a message from region 1, and is the only party of barrier 1.
pub(super) struct Case(usize, pub(super) &'static [&'static str]);

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    Case(1, &["neuro.chem_read H0, 2"]),
    Case(1, &["neuro.chem_set H3, 2"]),
    Case(1, &["neuro.chem_inject H3, 2"]),
    Case(4, &["neuro.field_write H3, 0", "neuro.field_read H0, 0"]),
    Case(4, &["neuro.field_write H3, 0"]),
    Case(1, &["neuro.field_write H3, 0", "neuro.field_tick 0"]),
    Case(256, &["neuro.stim_read H0"]),
    Case(2, &["neuro.valence_read H0"]),
    Case(1, &["neuro.conv_read H0"]),
    Case(1, &["neuro.field_write H3, 0", "neuro.field_decay 0, 200, 3"]),
    Case(1, &["neuro.field_write H3, 0", "neuro.lateral_inhibit H3, 40"]),
    Case(1, &["neuro.field_write H3, 0", "neuro.exhaustion_boost H3, 40"]),
    Case(4, &["neuro.novelty_score H0, H3"]),
    Case(4, &["neuro.field_slice_read H0, 0, 1"]),
    Case(1, &["neuro.field_slice_write H3, 0, 1"]),
    Case(1, &["neuro.coact_record H3, H3"]),
    Case(4, &["neuro.coact_record H3, H3", "neuro.coact_read H0, H3"]),
    Case(1, &["neuro.coact_record H3, H3", "neuro.coact_reset"]),
    Case(1, &["neuro.snn_set_axes H3"]),
    Case(1, &["neuro.snn_step_axes H3"]),
    Case(1, &["neuro.snn_read_activation H0"]),
    Case(1, &["neuro.snn_read_neuron_count H0"]),
    Case(1, &["neuro.snn_read_outputs H0"]),
    Case(1, &["neuro.snn_read_timestep H0"]),
    Case(1, &["neuro.snn_grow_neurons H3, H0"]),
    Case(1, &["neuro.snn_prune_neurons H3, H0"]),
    Case(1, &["neuro.snn_read_activities H0"]),
    Case(1, &["lifecycle.save_thermo C0", "neuro.thermo_prune_hot H2, H0"]),
    Case(1, &["lifecycle.save_thermo C0", "neuro.thermo_valence_credit H2, H0"]),

    Case(1, &["orchestration.model_load H0, 0"]),
    Case(4, &["orchestration.model_load H0, 0", "orchestration.model_input H3, 0", "orchestration.model_exec H0, 0"]),
    Case(1, &["orchestration.model_load H0, 0", "orchestration.model_reload 0"]),
    Case(1, &["orchestration.route_input H3, 1"]),
    Case(4, &["orchestration.route_input H3, 2", "orchestration.region_fire H0, 2"]),
    Case(9, &["orchestration.collect_outputs H0"]),
    Case(1, &["orchestration.region_status H0, 1"]),
    Case(1, &["orchestration.region_disable 1", "orchestration.region_enable 1"]),
    Case(1, &["orchestration.region_disable 1"]),

    Case(1, &["lifecycle.phase_read H0"]),
    Case(1, &["lifecycle.tick_read H0"]),
    Case(1, &["lifecycle.level_read H0"]),
    Case(1, &["lifecycle.init_thermo C0"]),
    Case(1, &["lifecycle.save_thermo C0"]),
    Case(1, &["lifecycle.save_thermo C0", "lifecycle.load_thermo C0"]),
    Case(1, &["lifecycle.log_event H3, 4"]),
    Case(1, &["lifecycle.halt_region 1"]),
    Case(1, &["lifecycle.txn_begin 3", "lifecycle.save_thermo C0"]),
    Case(1, &["lifecycle.txn_begin 3", "lifecycle.save_thermo C0", "lifecycle.txn_commit 3"]),
    Case(1, &["lifecycle.txn_begin 3", "lifecycle.save_thermo C0", "lifecycle.txn_rollback 3"]),
    Case(1, &["lifecycle.txn_begin 3"]),
    Case(1, &["lifecycle.store_weights C0, P1", "lifecycle.load_weights C1, P1"]),
    Case(1, &["lifecycle.store_weights C0, P1"]),
    Case(1, &["lifecycle.level_write H2"]),
    Case(1, &["lifecycle.phase_write H2"]),
    Case(1, &["lifecycle.rest_write H2"]),
    Case(1, &["lifecycle.rest_write H2", "lifecycle.consolidation_req H2"]),
    Case(1, &["lifecycle.coherence_singular_write H3"]),
    Case(1, &["lifecycle.coherence_multimodal_write H3"]),
    Case(7, &["lifecycle.coherence_singular_write H3", "lifecycle.coherence_singular_read H0"]),

    Case(1, &["ipc.send_signal H3, 1"]),
    Case(4, &["ipc.recv_signal H0, 1"]),
    Case(1, &["ipc.broadcast H3, 5"]),
    Case(1, &["ipc.subscribe H0, 1"]),
    Case(5, &["ipc.mailbox_peek H0, 1"]),
    Case(5, &["ipc.mailbox_pop H0, 1"]),
    Case(1, &["ipc.barrier_wait 1"]),
    Case(1, &["set H0, 0", "set H4, 9", "ipc.atomic_cas H0, H0, H4"]),

    Case(1, &["arch.alloc_dynamic H0, hot, 3"]),
    Case(1, &["arch.free_dynamic H3"]),
    Case(1, &["learning.checkpoint_weights C0"]),
    Case(1, &["learning.checkpoint_weights C0", "learning.rollback_weights C0"]),
    Case(1, &["learning.consolidate"]),
    Case(1, &["learning.checkpoint_weights C0", "learning.discard_checkpoint C0"]),

    Case(4, &["bank.bank_query H0, H3, 0, 1"]),
    Case(2, &["bank.bank_write H0, H3, 0"]),
    Case(4, &["bank.bank_load H0, H1, 0"]),
    Case(1, &["bank.bank_link H1, 3, 0"]),
    Case(4, &["bank.bank_link H1, 3, 0", "bank.bank_traverse H0, H1, 0, 0x31"]),
    Case(1, &["bank.bank_touch H1, 0"]),
    Case(1, &["bank.bank_delete H1, 0"]),
    Case(1, &["bank.bank_count H0, 0"]),
    Case(1, &["bank.bank_promote H1, 0"]),
    Case(1, &["bank.bank_demote H1, 0"]),
    Case(1, &["bank.bank_evict 0, 1"]),
    Case(1, &["bank.bank_compact 0"]),

    Case(1, &["pool.pool_tick H3"]),
    Case(1, &["pool.pool_save"]),
    Case(1, &["pool.pool_load"]),
    Case(1, &["pool.pool_inject H3, start=0, end=4"]),
    Case(1, &["pool.pool_read_output H0, start=0, end=4"]),
    Case(1, &["pool.pool_read_stats H0"]),
    Case(1, &["pool.pool_modulate H0"]),
    Case(1, &["pool.pool_prune_dead H0"]),
    Case(1, &["pool.pool_synaptogenesis H0"]),
    Case(1, &["pool.pool_inject_direct H3, start=0, end=4"]),
    Case(1, &["pool.pool_read_output_direct H0, start=0, end=4"]),
];

impl Case {
    pub(super) fn name(&self) -> &'static str {
        self.1.last().and_then(|line| line.split_whitespace().next()).unwrap()
    }

    pub(super) fn row(&self) -> &'static Row {
        rows().find(|row| mnemonic(row) == self.name()).unwrap()
    }

    pub(super) fn program(&self) -> String {
        let Case(elements, lines) = self;
        format!(
            ".registers\n    C0: ternary[2, 2] key=\"own\"\n    C1: ternary[2, 2]\n    H0: i32[{elements}]\n    H1: i32[6]\n    \
             H2: i32[1]\n    H3: i32[4]\n    H4: i32[1]\n.program\n    {}\n    halt\n",
            lines.join("\n    ")
        )
    }
}
