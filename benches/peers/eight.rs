//! The eight programs, each written by hand.

use super::layers::{Bias, Layer, Style};
use super::{Peer, Weights};

#[inline(always)]
fn relu(x: i32) -> i32 {
    x.max(0)
}

#[inline(always)]
fn sigmoid(x: i32) -> i32 {
    ((x >> 4) + 128).clamp(0, 255)
}

pub(super) struct RuleEncoder<S: Style> {
    weights: S::Columns<17, 32>,
    bias: Bias<32>,
}

impl<S: Style> Peer<17, 32> for RuleEncoder<S> {
    fn new(weights: &Weights) -> Self {
        RuleEncoder { weights: Layer::new(&weights[0]), bias: Bias::new(&weights[1]) }
    }

    #[inline(never)]
    fn forward(&self, input: &[i32; 17]) -> [i32; 32] {
        self.bias.add_to(self.weights.apply(input)).map(relu)
    }
}

pub(super) struct StateEncoder<S: Style> {
    weights: S::Columns<32, 32>,
    bias: Bias<32>,
}

impl<S: Style> Peer<32, 32> for StateEncoder<S> {
    fn new(weights: &Weights) -> Self {
        StateEncoder { weights: Layer::new(&weights[0]), bias: Bias::new(&weights[1]) }
    }

    #[inline(never)]
    fn forward(&self, input: &[i32; 32]) -> [i32; 32] {
        self.bias.add_to(self.weights.apply(input)).map(relu)
    }
}

pub(super) struct Violation<S: Style> {
    hidden: S::Rows<64, 16>,
    hidden_bias: Bias<16>,
    score: S::Rows<16, 1>,
    score_bias: Bias<1>,
}

impl<S: Style> Peer<64, 1> for Violation<S> {
    fn new(weights: &Weights) -> Self {
        Violation {
            hidden: Layer::new(&weights[0]),
            hidden_bias: Bias::new(&weights[1]),
            score: Layer::new(&weights[2]),
            score_bias: Bias::new(&weights[3]),
        }
    }

    #[inline(never)]
    fn forward(&self, input: &[i32; 64]) -> [i32; 1] {
        let hidden = self.hidden_bias.add_to(self.hidden.apply(input)).map(|x| relu(x) >> 12);
        self.score_bias.add_to(self.score.apply(&hidden)).map(|x| sigmoid(x >> 6))
    }
}

pub(super) struct Classifier<S: Style> {
    input: S::Columns<32, 24>,
    gate: S::Columns<24, 24>,
    update: S::Columns<24, 24>,
    score: S::Rows<24, 4>,
}

impl<S: Style> Classifier<S> {
    /// The gated mean. After the shift by 8, no sum can leave 32 bits: 255 · 2²³ is below 2³¹.
    #[inline(always)]
    fn step(&self, state: &[i32; 24]) -> [i32; 24] {
        let gate = self.gate.apply(state).map(|x| sigmoid(x >> 8));
        let mut next = self.update.apply(state).map(|x| x >> 8);
        for ((next, &old), &g) in next.iter_mut().zip(state).zip(&gate) {
            *next = (g * *next + (255 - g) * old) / 255;
        }
        next
    }
}

impl<S: Style> Peer<32, 4> for Classifier<S> {
    fn new(weights: &Weights) -> Self {
        Classifier {
            input: Layer::new(&weights[0]),
            gate: Layer::new(&weights[1]),
            update: Layer::new(&weights[2]),
            score: Layer::new(&weights[3]),
        }
    }

    #[inline(never)]
    fn forward(&self, input: &[i32; 32]) -> [i32; 4] {
        let mut state = self.input.apply(input).map(|x| x >> 8);
        for _ in 0..3 {
            state = self.step(&state);
        }
        self.score.apply(&state)
    }
}

pub(super) struct Compare<S: Style> {
    first: S::Rows<64, 16>,
    second: S::Columns<16, 16>,
    score: S::Rows<16, 1>,
}

impl<S: Style> Peer<64, 1> for Compare<S> {
    fn new(weights: &Weights) -> Self {
        Compare {
            first: Layer::new(&weights[0]),
            second: Layer::new(&weights[1]),
            score: Layer::new(&weights[2]),
        }
    }

    #[inline(never)]
    fn forward(&self, input: &[i32; 64]) -> [i32; 1] {
        let first = self.first.apply(input).map(|x| relu(x) >> 8);
        let second = self.second.apply(&first).map(|x| relu(x) >> 12);
        self.score.apply(&second).map(|x| sigmoid(x >> 6))
    }
}

pub(super) struct Diff<S: Style> {
    hidden: S::Rows<64, 24>,
    output: S::Columns<24, 32>,
}

impl<S: Style> Peer<64, 32> for Diff<S> {
    fn new(weights: &Weights) -> Self {
        Diff { hidden: Layer::new(&weights[0]), output: Layer::new(&weights[1]) }
    }

    #[inline(never)]
    fn forward(&self, input: &[i32; 64]) -> [i32; 32] {
        self.output.apply(&self.hidden.apply(input).map(|x| relu(x) >> 8))
    }
}

pub(super) struct Gate<S: Style> {
    hidden: S::Rows<64, 16>,
    gate: S::Columns<16, 32>,
}

impl<S: Style> Peer<64, 32> for Gate<S> {
    fn new(weights: &Weights) -> Self {
        Gate { hidden: Layer::new(&weights[0]), gate: Layer::new(&weights[1]) }
    }

    #[inline(never)]
    fn forward(&self, input: &[i32; 64]) -> [i32; 32] {
        let hidden = self.hidden.apply(input).map(|x| x >> 8);
        let mut gate = self.gate.apply(&hidden).map(|x| sigmoid(x >> 8));
        for (gate, &x) in gate.iter_mut().zip(input) {
            *gate = ((i64::from(x) * i64::from(*gate)) >> 8) as i32 >> 1;
        }
        gate
    }
}

pub(super) struct Merge<S: Style> {
    hidden: S::Rows<64, 24>,
    output: S::Columns<24, 32>,
}

impl<S: Style> Peer<64, 32> for Merge<S> {
    fn new(weights: &Weights) -> Self {
        Merge { hidden: Layer::new(&weights[0]), output: Layer::new(&weights[1]) }
    }

    #[inline(never)]
    fn forward(&self, input: &[i32; 64]) -> [i32; 32] {
        self.output.apply(&self.hidden.apply(input).map(|x| relu(x) >> 8)).map(relu)
    }
}
