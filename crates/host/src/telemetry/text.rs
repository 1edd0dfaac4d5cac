//! Counts as text.

use super::latency::{QUANTILES, Summary};
use super::recorder::{Answered, OUTCOMES};
use super::snapshot::{OperationSnapshot, RegionSnapshot, Snapshot};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;

/// The text of a snapshot in the OpenMetrics format.
pub(super) fn encode(snapshot: Snapshot) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("ternsig");
    registry.register_collector(Box::new(Collected(snapshot)));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}

#[derive(Debug)]
struct Collected(Snapshot);

/// Labels and a value.
type Sample<'s, const N: usize, V> = ([(&'static str, &'s str); N], V);

impl Collector for Collected {
    fn encode(&self, mut to: DescriptorEncoder) -> fmt::Result {
        let Snapshot { tick, regions, spool } = &self.0;
        let help = "The tick that was published last";
        ConstGauge::new(*tick).encode(to.encode_descriptor("tick", help, None, MetricType::Gauge)?)?;
        let help = "Ticks that the region has taken part in";
        counters(&mut to, "ticks", help, None, each(regions, |region| region.ticks.count))?;
        let help = "Time that the region's parts in ticks took";
        let seconds = Some(Unit::Seconds);
        let times = each(regions, |region| seconds_of(region.ticks.sum_ns));
        counters(&mut to, "tick_time", help, seconds.as_ref(), times)?;
        let help = "How long the region's part in a tick took";
        let latencies =
            regions.iter().flat_map(|region| quantiles([("region", &*region.region)], &region.ticks));
        gauges(&mut to, "tick_latency", help, latencies)?;
        let help = "Fuel that the region's runs have used";
        counters(&mut to, "fuel", help, None, each(regions, |region| region.fuel))?;
        encode_runs(&mut to, regions)?;
        encode_programs(&mut to, regions)?;
        encode_reloads(&mut to, regions)?;
        encode_operations(&mut to, regions)?;
        let Some(spool) = spool else { return Ok(()) };
        let help = "Events that were dropped because the queue was full or the event too long";
        let metric = to.encode_descriptor("spool_dropped_events", help, None, MetricType::Counter)?;
        ConstCounter::new(spool.dropped).encode(metric)?;
        let help = "Writes to the event log that failed";
        let metric = to.encode_descriptor("spool_failed_writes", help, None, MetricType::Counter)?;
        ConstCounter::new(spool.failed).encode(metric)
    }
}

fn encode_runs(to: &mut DescriptorEncoder<'_>, regions: &[RegionSnapshot]) -> fmt::Result {
    let runs = regions.iter().flat_map(|region| {
        let runs = OUTCOMES.iter().zip(region.runs).filter(|(_, count)| *count > 0);
        runs.map(|(outcome, count)| ([("region", &*region.region), ("outcome", *outcome)], count))
    });
    counters(to, "runs", "Runs of the region's programs by how they ended or paused", None, runs)
}

fn encode_programs(to: &mut DescriptorEncoder<'_>, regions: &[RegionSnapshot]) -> fmt::Result {
    let programs = || {
        regions.iter().flat_map(|region| {
            region.programs.iter().map(|ran| ([("region", &*region.region), ("program", &*ran.program)], ran))
        })
    };
    let runs = programs().flat_map(|([region, program], ran)| {
        let runs = OUTCOMES.iter().zip(ran.runs).filter(|(_, count)| *count > 0);
        runs.map(move |(outcome, count)| ([region, program, ("outcome", *outcome)], count))
    });
    let help = "Runs of programs of others on the region's machine by how they ended";
    counters(to, "program_runs", help, None, runs)?;
    let fuel = programs().map(|(labels, ran)| (labels, ran.fuel));
    counters(to, "program_fuel", "Fuel that these runs have used", None, fuel)?;
    let times = programs().map(|(labels, ran)| (labels, seconds_of(ran.latency.sum_ns)));
    counters(to, "program_time", "Time that these runs took", Some(&Unit::Seconds), times)?;
    let latencies = programs().flat_map(|(labels, ran)| quantiles(labels, &ran.latency));
    gauges(to, "program_latency", "How long such a run took", latencies)
}

fn encode_reloads(to: &mut DescriptorEncoder<'_>, regions: &[RegionSnapshot]) -> fmt::Result {
    let reloads = regions.iter().flat_map(|region| {
        let results = [("applied", region.reloads), ("failed", region.failed_reloads)];
        results.map(|(result, count)| ([("region", &*region.region), ("result", result)], count))
    });
    counters(to, "reloads", "Times that the region's program was to be replaced", None, reloads)?;
    let registers = regions.iter().flat_map(|region| {
        let fates = [("kept", region.kept_registers), ("dropped", region.dropped_registers)];
        fates.map(|(fate, count)| ([("region", &*region.region), ("fate", fate)], count))
    });
    let help = "Cold registers by what reloads made of their weights";
    counters(to, "reloaded_registers", help, None, registers)
}

fn encode_operations(to: &mut DescriptorEncoder<'_>, regions: &[RegionSnapshot]) -> fmt::Result {
    let operations = || {
        regions.iter().flat_map(|region| region.operations.iter().map(move |used| (&*region.region, used)))
    };
    let labels = |region, used: &OperationSnapshot| {
        [("region", region), ("op", used.kind.name()), ("device", used.kind.device())]
    };
    let answers = operations().flat_map(|(region, used)| {
        let [region, op, device] = labels(region, used);
        let yielded =
            Answered::ALL.into_iter().zip(used.answers).map(|(answered, count)| (answered, "yielded", count));
        let answers = yielded.chain([(Answered::Done, "in_place", used.in_place)]);
        answers.filter(|(.., count)| *count > 0).map(move |(answered, way, count)| {
            ([region, op, device, ("answer", answered.name()), ("way", way)], count)
        })
    });
    counters(to, "operations", "Operations that the region asked for, by their answer", None, answers)?;
    let timed = || operations().filter(|(_, used)| used.latency.count > 0);
    let times = timed().map(|(region, used)| (labels(region, used), seconds_of(used.latency.sum_ns)));
    let help = "Time that answering the region's yielded operations took";
    counters(to, "operation_time", help, Some(&Unit::Seconds), times)?;
    let latencies = timed().flat_map(|(region, used)| quantiles(labels(region, used), &used.latency));
    gauges(to, "operation_latency", "How long answering an operation took", latencies)
}

/// One value for each region.
fn each<V>(
    regions: &[RegionSnapshot],
    value: impl Fn(&RegionSnapshot) -> V,
) -> impl Iterator<Item = Sample<'_, 1, V>> {
    regions.iter().map(move |region| ([("region", &*region.region)], value(region)))
}

/// The labels with each quantile, and its value in seconds.
fn quantiles<'s, const N: usize>(
    labels: [(&'static str, &'s str); N],
    summary: &Summary,
) -> impl Iterator<Item = ([(&'static str, &'s str); N], f64, f64)> + use<'s, N> {
    let values = QUANTILES.into_iter().zip(summary.quantiles_ns);
    values.map(move |(quantile, ns)| (labels, quantile, seconds_of(ns)))
}

fn counters<'s, const N: usize, V: prometheus_client::encoding::EncodeCounterValue>(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    samples: impl IntoIterator<Item = Sample<'s, N, V>>,
) -> fmt::Result {
    let mut metric = to.encode_descriptor(name, help, unit, MetricType::Counter)?;
    for (labels, value) in samples {
        ConstCounter::new(value).encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}

/// Latencies in seconds by quantile.
fn gauges<'s, const N: usize>(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    samples: impl IntoIterator<Item = ([(&'static str, &'s str); N], f64, f64)>,
) -> fmt::Result {
    let mut metric = to.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Gauge)?;
    for (labels, quantile, value) in samples {
        let labels = (labels, [("quantile", quantile)]);
        ConstGauge::new(value).encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}

fn seconds_of(ns: u64) -> f64 {
    ns as f64 / 1e9
}
