//! What goes from region to region beside messages: routed inputs, outputs that wait to be collected, and who is switched off.

use super::{Cells, lock};
use crate::device::{Device, elements, no_device, put};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, OnceLock, TryLockError, Weak};
use ternsig_isa::{DomainOp, Register};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Machine, Outcome};

/// A region as the others see it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Route {
    pub(super) id: u8,
    pub(super) disabled: bool,
    pub(super) halted: bool,
    /// What it has been sent as its next input.
    pub(super) routed: Option<Vec<i32>>,
    /// Its last output.
    pub(super) output: Vec<i32>,
    /// Whether nobody has collected that yet.
    pub(super) pending: bool,
    #[serde(skip)]
    pub(super) running: bool,
}

/// The regions in the order of the cells.
pub(super) type Routes = Vec<Route>;

/// Answers the operations of the device `regions` for one of them.
pub(super) struct Regions {
    own: u8,
    routes: Arc<Mutex<Routes>>,
    cells: Arc<OnceLock<Weak<Cells>>>,
    gathered: Vec<i32>,
}

impl Regions {
    pub(super) const fn new(
        own: u8,
        routes: Arc<Mutex<Routes>>,
        cells: Arc<OnceLock<Weak<Cells>>>,
    ) -> Regions {
        Regions { own, routes, cells, gathered: Vec::new() }
    }

    fn place(&self, region: u8) -> Result<usize, Error> {
        let place = lock(&self.routes).iter().position(|route| route.id == region);
        place.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no region {region}")))
    }

    fn change(&self, region: u8, change: impl FnOnce(&mut Route)) -> Result<Answer, Error> {
        let place = self.place(region)?;
        change(&mut lock(&self.routes)[place]);
        Ok(Answer::Done)
    }

    fn route(&self, source: Register, region: u8, m: &Machine) -> Result<Answer, Error> {
        let place = self.place(region)?;
        let input = elements(m, source, 0)?;
        let route = &mut lock(&self.routes)[place];
        refuse_off(route)?;
        let routed = route.routed.get_or_insert_default();
        routed.clear();
        routed.extend_from_slice(input);
        Ok(Answer::Done)
    }

    fn fire(&self, target: Register, region: u8, m: &mut Machine) -> Result<Answer, Error> {
        let place = self.place(region)?;
        refuse_off(&lock(&self.routes)[place])?;
        let cells = self.cells.get().and_then(Weak::upgrade);
        let Some(cell) = cells.as_ref().and_then(|cells| cells.get(place)) else {
            return Err(Error::new(ErrorKind::NotFound, format!("region {region} is not there any more")));
        };
        let mut cell = match cell.try_lock() {
            Ok(cell) => cell,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let message = format!("region {region} is running, it cannot be fired before it ends");
                return Err(Error::new(ErrorKind::Conflict, message));
            }
        };
        if !cell.waits() {
            cell.take_routed_or_zeros(&mut lock(&self.routes)[place]);
        }
        lock(&self.routes)[place].running = true;
        let outcome = cell.turn();
        let route = &mut lock(&self.routes)[place];
        route.running = false;
        match outcome {
            Outcome::Halted | Outcome::Ended => {
                cell.publish(route);
                put(m, target, &route.output).map(|()| Answer::Done)
            }
            Outcome::Waiting { .. } => Ok(Answer::Wait),
            Outcome::Failed(error) => Err(cell.failed(error.kind(), &error)),
            outcome => Err(cell.failed(ErrorKind::Limit, &outcome)),
        }
    }

    /// Outputs that nobody has collected, by ascending id.
    fn collect(&mut self, target: Register, m: &mut Machine) -> Result<Answer, Error> {
        let mut routes = lock(&self.routes);
        let gathered = &mut self.gathered;
        gathered.clear();
        gathered.push(0);
        for route in routes.iter().filter(|route| route.pending) {
            gathered[0] += 1;
            gathered.extend([i32::from(route.id), route.output.len() as i32]);
            gathered.extend_from_slice(&route.output);
        }
        put(m, target, gathered)?;
        routes.iter_mut().for_each(|route| route.pending = false);
        Ok(Answer::Done)
    }

    /// 0 idle, 1 active, 2 firing.
    fn status(&self, target: Register, region: u8, m: &mut Machine) -> Result<Answer, Error> {
        let place = self.place(region)?;
        let route = lock(&self.routes)[place].clone();
        let active = !route.disabled && !route.halted && (route.pending || route.routed.is_some());
        put(m, target, &[if route.running { 2 } else { i32::from(active) }])?;
        Ok(Answer::Done)
    }

    fn halt(&self, region: u8) -> Result<Answer, Error> {
        self.change(region, |route| route.halted = true)?;
        Ok(if region == self.own { Answer::Halt } else { Answer::Done })
    }
}

impl Device for Regions {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::RouteInput { source, region_id } => self.route(source, region_id, m),
            DomainOp::RegionFire { target, region_id } => self.fire(target, region_id, m),
            DomainOp::CollectOutputs { target } => self.collect(target, m),
            DomainOp::RegionStatus { target, region_id } => self.status(target, region_id, m),
            DomainOp::RegionEnable { region_id } => self.change(region_id, |route| route.disabled = false),
            DomainOp::RegionDisable { region_id } => self.change(region_id, |route| route.disabled = true),
            DomainOp::HaltRegion { region_id } => self.halt(region_id),
            _ => Err(no_device(op)),
        }
    }
}

fn refuse_off(route: &Route) -> Result<(), Error> {
    let why = match route {
        Route { halted: true, .. } => "halted",
        Route { disabled: true, .. } => "disabled",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Denied, format!("region {} is {why}", route.id)))
}
