//! The thread that compiles while machines run.

use crate::analysis::facts::Facts;
use crate::unit::Unit;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock, Weak};
use std::thread;

type Order = (Weak<Unit>, Facts);

/// Compiles a version of a unit when its turn comes. A unit that nothing runs any more by then is not compiled. Without a
/// thread it is compiled at once.
pub(crate) fn submit(unit: &Arc<Unit>, facts: Facts) {
    static COMPILER: OnceLock<Option<Sender<Order>>> = OnceLock::new();
    let order = (Arc::downgrade(unit), facts);
    let refused = match COMPILER.get_or_init(start) {
        Some(compiler) => compiler.send(order).map_err(|refused| refused.0).err(),
        None => Some(order),
    };
    if let Some((_, facts)) = refused {
        unit.fulfil(facts);
    }
}

fn start() -> Option<Sender<Order>> {
    let (sender, orders) = channel::<Order>();
    let work = move || {
        for (unit, facts) in orders {
            if let Some(unit) = unit.upgrade() {
                unit.fulfil(facts);
            }
        }
    };
    thread::Builder::new().name("ternsig-jit".to_owned()).spawn(work).ok().map(|_| sender)
}
