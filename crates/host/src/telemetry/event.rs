//! What is worth a line in the event log.

use super::recorder::Recorder;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use ternsig_vm::Error;
use ternsig_vm::machine::reload::Reloaded;

/// Something that happened at a tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The host has begun.
    Boot {
        /// The tick that it begins with; above 0 if it goes on.
        tick: u64,
        /// The names of its regions.
        regions: Vec<Arc<str>>,
    },
    /// The boot phase is another one.
    PhaseChange {
        /// The tick.
        tick: u64,
        /// The phase that was.
        from: u8,
        /// The phase that is.
        to: u8,
    },
    /// How long a region's parts in ticks have taken since it began.
    TickStatistics {
        /// The tick.
        tick: u64,
        /// The region's name.
        region: Arc<str>,
        /// How many ticks it took part in.
        ticks: u64,
        /// Half of them took at most so many nanoseconds.
        p50_ns: u64,
        /// 99 in 100 did.
        p99_ns: u64,
        /// 999 in 1000 did.
        p999_ns: u64,
        /// All did.
        max_ns: u64,
    },
    /// A region's program was replaced.
    Reload {
        /// The tick before which it was.
        tick: u64,
        /// The region's name.
        region: Arc<str>,
        /// The program's file.
        path: String,
        /// The cold registers that kept their weights.
        kept: Vec<String>,
        /// Those whose weights are gone.
        dropped: Vec<DroppedRegister>,
    },
    /// A region's program was to be replaced and was not.
    ReloadFailed {
        /// The tick.
        tick: u64,
        /// The region's name.
        region: Arc<str>,
        /// The program's file.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// A program failed.
    Error {
        /// The tick.
        tick: u64,
        /// The region's name.
        region: Arc<str>,
        /// The index of the instruction, if it was at one.
        instruction: Option<usize>,
        /// The instruction's mnemonic.
        mnemonic: String,
        /// The kind of error.
        kind: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A program reported something (`lifecycle.log_event`).
    Log {
        /// The tick.
        tick: u64,
        /// The region's name.
        region: Arc<str>,
        /// The index of the instruction.
        instruction: usize,
        /// 0 boot, 1 phase change, 2 error, 3 warning, 4 metric, 5 checkpoint, 6 recovery, 7 shutdown.
        event_type: u8,
        /// A copy of the register.
        values: Vec<i32>,
    },
    /// A region's programs reported more than it keeps until the host takes it.
    LogDropped {
        /// The tick.
        tick: u64,
        /// The region's name.
        region: Arc<str>,
        /// How many reports are missing, which came before those that follow.
        count: u64,
    },
    /// The host has gone to sleep.
    SleepBegins {
        /// The tick.
        tick: u64,
    },
    /// It has woken up.
    SleepEnds {
        /// The tick.
        tick: u64,
    },
    /// The host ends.
    Shutdown {
        /// The last tick.
        tick: u64,
    },
}

/// A register whose weights are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DroppedRegister {
    /// The register.
    pub register: String,
    /// Its key.
    pub key: Option<String>,
    /// The shape that its weights had.
    pub shape: String,
    /// The shape that the new program declares for its key, or else for the register itself.
    pub declared: Option<String>,
}

impl Event {
    /// How long a region's parts in ticks have taken.
    #[must_use]
    pub fn tick_statistics(tick: u64, recorder: &Recorder) -> Event {
        let ticks = recorder.ticks();
        let [p50_ns, p99_ns, p999_ns, max_ns] = ticks.quantiles_ns;
        let (region, ticks) = (Arc::clone(recorder.region()), ticks.count);
        Event::TickStatistics { tick, region, ticks, p50_ns, p99_ns, p999_ns, max_ns }
    }

    /// A region's program was replaced.
    #[must_use]
    pub fn reload(tick: u64, region: &Arc<str>, path: &Path, reloaded: &Reloaded) -> Event {
        let kept = reloaded.kept.iter().map(ToString::to_string).collect();
        let dropped = reloaded.dropped.iter().map(|dropped| DroppedRegister {
            register: dropped.register.to_string(),
            key: dropped.key.clone(),
            shape: dropped.shape.to_string(),
            declared: dropped.declared.map(|shape| shape.to_string()),
        });
        let (region, path) = (Arc::clone(region), path.display().to_string());
        Event::Reload { tick, region, path, kept, dropped: dropped.collect() }
    }

    /// A program failed.
    #[must_use]
    pub fn error(tick: u64, region: &Arc<str>, error: &Error) -> Event {
        Event::Error {
            tick,
            region: Arc::clone(region),
            instruction: error.instruction(),
            mnemonic: error.mnemonic().to_owned(),
            kind: error.kind().name(),
            message: error.message().to_owned(),
        }
    }
}
