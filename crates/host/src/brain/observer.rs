//! Who is told what happens in a brain.

use super::{Brain, lock};
use crate::telemetry::{Endpoint, Event, Metrics, Spool, SpoolError, SpoolOptions};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often counts are published.
const EVERY: Duration = Duration::from_millis(500);

/// Counts for readers and events for the log; nothing of either unless somebody asked for it.
#[derive(Default)]
pub(super) struct Observer {
    metrics: Metrics,
    endpoint: Option<Endpoint>,
    spool: Option<Spool>,
    published: Option<Instant>,
    tick: u64,
}

impl Observer {
    pub(super) fn log(&self, event: impl FnOnce() -> Event) {
        if let Some(spool) = &self.spool {
            spool.log(event());
        }
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.log(|| Event::Shutdown { tick: self.tick });
    }
}

impl Brain {
    /// Serves the counts of all regions at an address from now on, and says at which: port 0 is any free one.
    ///
    /// # Errors
    /// The address is taken or not this machine's.
    pub fn serve_metrics(&mut self, address: SocketAddr) -> io::Result<SocketAddr> {
        let endpoint = Endpoint::serve(address, &self.observer.metrics)?;
        let address = endpoint.address();
        self.observer.endpoint = Some(endpoint);
        self.publish();
        Ok(address)
    }

    /// Logs events into a file from now on.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn log_events(&mut self, options: &SpoolOptions) -> Result<(), SpoolError> {
        self.observer.spool = Some(Spool::open(options)?);
        let (tick, regions) = (self.clock().tick, self.manifest.regions.iter());
        let regions = regions.map(|region| Arc::from(region.name.as_str())).collect();
        self.observer.log(|| Event::Boot { tick, regions });
        Ok(())
    }

    /// After a tick: what programs reported goes to the log, and now and then counts are published.
    pub(super) fn observe(&mut self) {
        self.observer.tick = self.clock().tick;
        for cell in self.cells.iter() {
            let cell = lock(cell);
            if cell.parts.log.is_empty() {
                continue;
            }
            let (tick, drained) = (self.observer.tick, cell.parts.log.drain());
            let region = || Arc::clone(cell.host.recorder().region());
            if drained.dropped > 0 {
                self.observer.log(|| Event::LogDropped { tick, region: region(), count: drained.dropped });
            }
            for event in drained.events {
                let (tick, instruction, event_type, values) =
                    (event.tick, event.instruction, event.event, event.values);
                self.observer.log(|| Event::Log { tick, region: region(), instruction, event_type, values });
            }
        }
        let is_due = self.observer.published.is_none_or(|last| last.elapsed() >= EVERY);
        if self.observer.endpoint.is_some() && is_due {
            self.publish();
        }
    }

    pub(super) fn publish(&mut self) {
        let cells: Vec<_> = self.cells.iter().map(lock).collect();
        let recorders = cells.iter().map(|cell| cell.host.recorder());
        let tick = self.trunk.clock().tick;
        self.observer.metrics.publish(tick, self.observer.spool.as_ref(), recorders);
        self.observer.published = Some(Instant::now());
    }

    /// How long the regions' parts in ticks have taken so far.
    pub(super) fn log_statistics(&self) {
        let tick = self.clock().tick;
        for cell in self.cells.iter() {
            self.observer.log(|| Event::tick_statistics(tick, lock(cell).host.recorder()));
        }
    }
}
