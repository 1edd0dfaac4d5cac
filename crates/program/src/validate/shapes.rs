//! Shapes, as far as they follow from the declarations.
//!
//! A shape is known from its declaration until a word writes the register; then from the word, if its result's shape
//! follows from what is known. Where paths meet, the registers that the program writes anywhere become unknown.

use super::codes;
use super::flow::Flow;
use super::sink::Sink;
use super::subject::{Subject, Word};
use super::usage::{Registers, written};
use std::collections::HashMap;
use ternsig_isa::table::activation::ActivationOp;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::{Op, Register, Shape};

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let declared = subject.program.registers.iter().map(|decl| (decl.register, decl.shape));
    let mut shapes = Shapes(declared.collect());
    let joins = Flow::of(subject).joins();
    let mut ever_written = Registers::default();
    for word in subject.words() {
        ever_written = ever_written.or(written(&word));
    }
    for word in subject.words() {
        if joins[word.index] {
            shapes.forget(ever_written);
        }
        let result = result(subject, &word, &shapes, sink);
        shapes.forget(written(&word));
        if let (Some(target), Some(shape)) = (target(&word), result) {
            shapes.0.insert(target, shape);
        }
    }
}

/// What is known.
struct Shapes(HashMap<Register, Shape>);

impl Shapes {
    fn forget(&mut self, registers: Registers) {
        self.0.retain(|&register, _| !registers.contains(register));
    }

    /// The shape of the operand with this name.
    fn operand(&self, word: &Word, name: &str) -> Option<(Register, Shape)> {
        let register = operand(word, name)?;
        self.0.get(&register).map(|&shape| (register, shape))
    }
}

fn operand(word: &Word, name: &str) -> Option<Register> {
    word.row.registers(word.bytes()).find(|(field, _)| field.name == name).map(|(_, register)| register)
}

fn target(word: &Word) -> Option<Register> {
    operand(word, "dst")
}

/// How the shape of a result follows from its operands.
enum Rule {
    Input,
    Product,
    Same,
    Scalar,
    Sum,
    Unknown,
}

fn rule(op: Op) -> Rule {
    use {ArchOp as A, CoreOp as C, TensorOp as T, TernaryOp as N};
    match op {
        Op::Core(C::LoadInput) => Rule::Input,
        Op::Core(C::TernaryMatmul | C::WireForward)
        | Op::Ternary(N::TernaryMatmul)
        | Op::Arch(A::WireForward) => Rule::Product,
        Op::Core(
            C::CopyReg | C::Relu | C::Sigmoid | C::Tanh | C::Softmax | C::Gelu | C::Shift | C::Clamp,
        )
        | Op::Activation(
            ActivationOp::Relu
            | ActivationOp::Sigmoid
            | ActivationOp::Tanh
            | ActivationOp::Softmax
            | ActivationOp::Gelu,
        )
        | Op::Tensor(T::Scale | T::Shift | T::Clamp | T::Negate)
        | Op::Ternary(N::Dequantize) => Rule::Same,
        Op::Core(C::Set | C::MaxReduce | C::Argmax | C::ReduceAvg)
        | Op::Tensor(T::MaxReduce | T::Argmax | T::ReduceAvg) => Rule::Scalar,
        Op::Core(C::Add | C::Sub | C::TernaryAddBias)
        | Op::Tensor(T::Add | T::Sub)
        | Op::Ternary(N::TernaryAddBias) => Rule::Sum,
        _ => Rule::Unknown,
    }
}

fn result(subject: &Subject<'_>, word: &Word, shapes: &Shapes, sink: &mut Sink) -> Option<Shape> {
    match rule(word.op()?) {
        Rule::Input => input(subject, word),
        Rule::Product => product(subject, word, shapes, sink),
        Rule::Same => shapes.operand(word, "src").map(|(_, shape)| shape),
        Rule::Scalar => Some(Shape::vector(1)),
        Rule::Sum => sum(subject, word, shapes, sink),
        Rule::Unknown => None,
    }
}

/// What `load_input` gives: as many elements as `.meta input_dim` says, else as the destination declares.
fn input(subject: &Subject<'_>, word: &Word) -> Option<Shape> {
    let declared = || target(word).and_then(|register| subject.program.declaration(register));
    let len = subject.program.meta.input_dim.or_else(|| declared().map(|decl| decl.shape.elements()))?;
    u32::try_from(len).ok().map(|len| Shape::vector(len as usize))
}

fn product(subject: &Subject<'_>, word: &Word, shapes: &Shapes, sink: &mut Sink) -> Option<Shape> {
    let (weights, shape) = shapes.operand(word, "weights")?;
    let name = || subject.mnemonic(&word.instruction);
    let (Some(rows), Some(columns)) = (shape.dim(0), shape.dim(1)) else {
        let message = format!("{} needs rows and columns, {weights} has the shape {shape}", name());
        let finding = codes::SHAPE_MISMATCH.finding(message).at(word.index).about(weights);
        sink.push(finding.help("declare the weights as [outputs, inputs]"));
        return None;
    };
    if let Some((input, given)) = shapes.operand(word, "input")
        && (shape.rank(), given.rank()) == (2, 1)
        && given.elements() != columns
    {
        let message =
            format!("{}: {weights} has the shape {shape}, {input} has {} elements", name(), given.elements());
        let finding = codes::SHAPE_MISMATCH.finding(message).at(word.index).about(weights);
        sink.push(finding.help(format!("expected {columns} elements")));
    }
    Some(Shape::vector(rows))
}

fn sum(subject: &Subject<'_>, word: &Word, shapes: &Shapes, sink: &mut Sink) -> Option<Shape> {
    let (left, shape) = shapes.operand(word, "src")?;
    let (right, other) = shapes.operand(word, "other").or_else(|| shapes.operand(word, "bias"))?;
    if !fit(shape, other) {
        let name = subject.mnemonic(&word.instruction);
        let message = format!("{name}: {left} has the shape {shape}, {right} has {other}");
        sink.push(codes::LENGTHS_DIFFER.finding(message).at(word.index));
    }
    (shape.elements() == other.elements()).then_some(shape)
}

/// Equal, or of equal rank with sizes that are equal or 1.
fn fit(a: Shape, b: Shape) -> bool {
    let pairs = || a.dims().iter().zip(b.dims());
    a.rank() == b.rank() && pairs().all(|(x, y)| x == y || *x == 1 || *y == 1)
}
