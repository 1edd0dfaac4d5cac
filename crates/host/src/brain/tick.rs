//! A tick: the sample is shown, the regions run round by round, and then what is due between two ticks.

use super::error::BrainError;
use super::lanes::{Load, Stage};
use super::routes::Route;
use super::{Brain, Mode, lock};
use crate::ipc::{Waiting, deadlock};
use crate::manifest::brain::Wire;
use crate::run::RIGHT;
use crate::substrate::{Clock, STIMULATIONS, Valence};
use crate::telemetry::Event;
use rayon::prelude::*;
use std::time::{Duration, Instant};
use tracing::Span;

/// What a region has done in a round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Ended,
    Waits,
    Failed,
}

impl Brain {
    /// Lives through a tick.
    ///
    /// # Errors
    /// All regions wait for each other, messages cannot be carried, or the brain cannot be kept. The rest of the tick is lost then;
    /// programs that were due run in the next. A region that fails begins anew in the next tick.
    pub fn tick(&mut self) -> Result<(), BrainError> {
        let span = tracing::trace_span!("tick", tick = self.trunk.clock().tick.wrapping_add(1));
        let _entered = span.enter();
        self.enter_phases()?;
        let begin = Instant::now();
        self.trunk.advance();
        let clock = self.trunk.clock();
        self.memory.banks().advance_to(clock.tick).map_err(BrainError::Memory)?;
        self.sense(clock.resting);
        let (mut ended, mut moved) = (false, self.exchange()?);
        for number in 0..self.stages.len() {
            ended |= self.round(number, clock.resting, &span);
            moved |= self.exchange()?;
        }
        self.judge(clock.resting);
        self.tally.ticked(begin.elapsed());
        if !ended && !moved && !clock.resting {
            self.refuse_deadlock()?;
        }
        self.run_due(clock.tick)?;
        self.enter_phases()?;
        self.note_rest();
        self.observe();
        if clock.tick.is_multiple_of(self.manifest.brain.save_every)
            || self.memory.store().commits() != self.saved
        {
            self.save()?;
        }
        Ok(())
    }

    /// Counts a sleep that has begun or ended.
    pub(super) fn note_rest(&mut self) {
        let Clock { tick, resting, .. } = self.trunk.clock();
        match self.tally.rests(resting, tick) {
            Some(true) => self.observer.log(|| Event::SleepBegins { tick }),
            Some(false) => self.observer.log(|| Event::SleepEnds { tick }),
            None => {}
        }
    }

    /// Shows all regions what the round has changed. Whether a message has arrived.
    pub(super) fn exchange(&mut self) -> Result<bool, BrainError> {
        self.trunk.merge(&self.branches);
        self.carrier.settle().map_err(BrainError::Messages)
    }

    /// The next sample, unless the brain rests.
    fn sense(&mut self, resting: bool) {
        let Some(stream) = self.stream.as_mut().filter(|_| !resting) else { return };
        stream.advance();
        let (input, _) = stream.sample();
        for (id, level) in input.iter().take(STIMULATIONS).enumerate() {
            self.trunk.set_stimulation(id as u8, *level);
        }
    }

    /// Runs the regions of a round of this tick; whether one came to an end of its run.
    fn round(&mut self, number: usize, resting: bool, tick: &Span) -> bool {
        let stage = &self.stages[number];
        let mut load = Load::default();
        stage.ordered.iter().for_each(|place| load.ordered += self.prepare(*place, resting));
        stage.parallel.iter().for_each(|place| load.add_parallel(self.prepare(*place, resting)));
        let at_once = match self.mode {
            Mode::Auto => load.pays(rayon::current_num_threads),
            Mode::Parallel => true,
            Mode::Sequential => false,
        };
        let turn = |place: &usize| (*place, self.turn(*place));
        let ordered =
            || -> Vec<_> { stage.ordered.iter().map(|place| (*place, self.ordered_turn(*place))).collect() };
        let (ordered, parallel): (Vec<_>, Vec<_>) = if at_once {
            // Other threads do not know which tick they work in.
            let turn = |place| tick.in_scope(|| turn(place));
            rayon::join(|| tick.in_scope(ordered), || stage.parallel.par_iter().map(turn).collect())
        } else {
            (ordered(), stage.parallel.iter().map(turn).collect())
        };
        let mut routes = lock(&self.routes);
        let mut ended = false;
        for (place, turn) in ordered.into_iter().chain(parallel) {
            let mut cell = lock(&self.cells[place]);
            if turn == Some(Turn::Ended) {
                cell.publish(&mut routes[place]);
                ended = true;
            }
            if let Some(error) = cell.counts.unlogged.take() {
                let tick = self.trunk.clock().tick;
                self.observer.log(|| Event::error(tick, cell.host.recorder().region(), &error));
            }
        }
        ended
    }

    /// Puts together what a region's next run begins with; how long it should take.
    fn prepare(&self, place: usize, resting: bool) -> Duration {
        let mut cell = lock(&self.cells[place]);
        let mut routes = lock(&self.routes);
        let Route { disabled, halted, .. } = routes[place];
        cell.takes_part = !(disabled || halted || resting && self.manifest.regions[place].rests);
        if !cell.takes_part {
            return Duration::ZERO;
        }
        if cell.waits() {
            return cell.typical;
        }
        if routes[place].routed.is_some() {
            cell.take_routed_or_zeros(&mut routes[place]);
            return cell.typical;
        }
        let sample = self.stream.as_ref().filter(|_| !resting).map(|stream| stream.sample());
        cell.input.clear();
        for wire in &self.manifest.regions[place].inputs {
            match wire {
                Wire::Stream => cell.input.extend_from_slice(sample.map_or(&[], |(input, _)| input)),
                Wire::Region(id) => {
                    let output = routes.iter().find(|route| route.id == *id).map(|route| &route.output);
                    cell.input.extend_from_slice(output.map_or(&[], Vec::as_slice));
                }
            }
        }
        cell.target.fill(0);
        if let Some(right) = sample.and_then(|(_, class)| cell.target.get_mut(class)) {
            *right = RIGHT;
        }
        cell.typical
    }

    /// Runs a region beside the others.
    fn turn(&self, place: usize) -> Option<Turn> {
        let mut cell = lock(&self.cells[place]);
        if !cell.takes_part {
            return None;
        }
        let outcome = cell.turn();
        Some(match outcome {
            outcome if outcome.is_complete() => Turn::Ended,
            _ if cell.waits() => Turn::Waits,
            _ => Turn::Failed,
        })
    }

    /// Runs a region after others. What it leaves open of transactions is rolled back.
    fn ordered_turn(&self, place: usize) -> Option<Turn> {
        lock(&self.routes)[place].running = true;
        let turn = self.turn(place);
        lock(&self.routes)[place].running = false;
        let open = self.memory.end_run();
        if !open.is_empty() {
            let message = format!("left transactions {open:?} open; they were rolled back");
            lock(&self.cells[place]).note_failure(message);
        }
        turn
    }

    /// Counts the answer to the sample, and lets the regions know whether it was right.
    fn judge(&mut self, resting: bool) {
        let answering = self.manifest.regions.iter().position(|region| region.answers);
        let (Some(place), Some(stream)) = (answering, self.stream.as_ref().filter(|_| !resting)) else {
            return;
        };
        let routes = lock(&self.routes);
        let output = &routes[place].output;
        if output.len() != stream.classes() {
            return;
        }
        let answer = output.iter().enumerate().max_by_key(|&(_, score)| score).map(|(class, _)| class);
        let right = answer == Some(stream.sample().1);
        drop(routes);
        let (reward, punishment) = if right { (RIGHT, 0) } else { (0, RIGHT) };
        self.tally.answered(right);
        self.trunk.set_valence(Valence { reward, punishment });
        self.trunk.set_convergence(self.tally.recent().in_255ths());
    }

    fn refuse_deadlock(&self) -> Result<(), BrainError> {
        let cells: Vec<_> =
            self.stages.iter().flat_map(Stage::all).map(|place| lock(&self.cells[place])).collect();
        let waiting = cells.iter().filter_map(|cell| {
            let (op, instruction) = cell.interpreter.machine().pending()?;
            Some(Waiting { region: cell.id, name: &cell.name, op, instruction })
        });
        let waiting: Vec<_> = waiting.collect();
        if waiting.is_empty() || waiting.len() < cells.len() {
            return Ok(());
        }
        Err(BrainError::Deadlock(deadlock(&waiting)))
    }
}
