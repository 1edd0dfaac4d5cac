//! The peers: each of the eight programs written in Rust for this shape alone, with dimensions that the compiler knows, so
//! that it can unroll and vectorise everything: once as one writes it first, once tuned by layout and range.

mod eight;
mod layers;

use crate::measure::Work;
use crate::programs::Program;
use layers::Style;
pub(crate) use layers::{Plain, Tuned};
use std::hint::black_box;
use ternsig_isa::Signal;

/// The weights of a program by cold register.
type Weights = [Vec<Signal>];

/// One program in Rust.
trait Peer<const IN: usize, const OUT: usize> {
    fn new(weights: &Weights) -> Self
    where
        Self: Sized;

    /// One forward pass.
    fn forward(&self, input: &[i32; IN]) -> [i32; OUT];
}

/// A peer of any shape.
pub(crate) trait AnyPeer {
    /// One forward pass, for checks.
    fn answer(&self, input: &[i32]) -> Vec<i32>;

    /// Forward passes on this input, called as directly as its own program would call it.
    fn work<'p>(&'p self, input: &[i32]) -> Work<'p>;
}

struct Shaped<P, const IN: usize, const OUT: usize>(P);

impl<P: Peer<IN, OUT>, const IN: usize, const OUT: usize> AnyPeer for Shaped<P, IN, OUT> {
    fn answer(&self, input: &[i32]) -> Vec<i32> {
        self.0.forward(&array(input)).to_vec()
    }

    fn work<'p>(&'p self, input: &[i32]) -> Work<'p> {
        let input: [i32; IN] = array(input);
        Work::new(move || {
            black_box(self.0.forward(black_box(&input)));
        })
    }
}

fn array<const LEN: usize>(input: &[i32]) -> [i32; LEN] {
    input.try_into().unwrap_or_else(|_| panic!("the peer takes {LEN} elements, not {}", input.len()))
}

/// The peer of a program in a style, with the same weights.
pub(crate) fn peer_of<S: Style>(program: &Program) -> Box<dyn AnyPeer> {
    let weights: Vec<_> = program.weights().into_iter().map(|(_, weights)| weights).collect();
    match program.name {
        "rule_encoder" => shaped::<eight::RuleEncoder<S>, _, _>(&weights),
        "state_encoder" => shaped::<eight::StateEncoder<S>, _, _>(&weights),
        "violation" => shaped::<eight::Violation<S>, _, _>(&weights),
        "classifier" => shaped::<eight::Classifier<S>, _, _>(&weights),
        "compare" => shaped::<eight::Compare<S>, _, _>(&weights),
        "diff" => shaped::<eight::Diff<S>, _, _>(&weights),
        "gate" => shaped::<eight::Gate<S>, _, _>(&weights),
        "merge" => shaped::<eight::Merge<S>, _, _>(&weights),
        name => panic!("there is no peer of {name}"),
    }
}

fn shaped<P: Peer<IN, OUT> + 'static, const IN: usize, const OUT: usize>(
    weights: &Weights,
) -> Box<dyn AnyPeer> {
    Box::new(Shaped(P::new(weights)))
}
