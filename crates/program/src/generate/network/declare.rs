//! The registers that a program declares, and what its registers are drawn from.

use super::known::{Known, Registers};
use super::weaver::Weaver;
use crate::generate::Entropy;
use crate::program::{AssembledProgram, Meta, RegisterDecl};
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Register, Shape, TypeId};

/// Sizes around the widths of vectors and the limits of packed forms.
const SIZES: [u32; 14] = [1, 2, 3, 4, 5, 8, 15, 16, 17, 24, 31, 32, 33, 64];

/// An empty program with its registers, and a weaver that knows them.
pub(super) fn begin<'e, 'b>(
    entropy: &'e mut Entropy<'b>,
    length: usize,
) -> (AssembledProgram, Weaver<'e, 'b>) {
    let sizes = sizes(entropy);
    let (hot_pool, mut absent) = indexes(entropy, 10);
    let (cold_pool, _) = indexes(entropy, 6);
    let counters = absent.split_off(absent.len() / 2);
    absent.retain(|index| !cold_pool.contains(index));
    let (input, target) = (entropy.pick(&sizes) as usize, entropy.pick(&sizes) as usize);
    let mut weaver = Weaver {
        entropy,
        now: Registers::default(),
        repeated: Vec::new(),
        last: hot_pool[0],
        hot_pool,
        counters,
        absent,
        cold_pool,
        frozen: 0,
        sizes,
        input,
        target,
        piece: super::piece::Piece::default(),
        subroutines: Vec::new(),
        exits: Vec::new(),
        depth: 0,
        calls: 0,
        left: length,
        borrowed: Vec::new(),
        flags: Vec::new(),
    };
    let meta = Meta { input_dim: Some(input), output_dim: Some(target), ..Meta::default() };
    let mut registers = hot(&mut weaver);
    registers.extend(cold(&mut weaver));
    (AssembledProgram { meta, registers, ..AssembledProgram::default() }, weaver)
}

/// A few sizes; now and then 0 or a large one.
fn sizes(entropy: &mut Entropy<'_>) -> Vec<u32> {
    let mut sizes: Vec<u32> = (0..2 + entropy.below(3)).map(|_| entropy.pick(&SIZES)).collect();
    if entropy.one_in(8) {
        sizes.push(0);
    }
    if entropy.one_in(10) {
        sizes.push(100 + entropy.below(200) as u32);
    }
    sizes
}

/// Indexes to choose from, from anywhere in a bank, and the others.
fn indexes(entropy: &mut Entropy<'_>, least: usize) -> (Vec<u8>, Vec<u8>) {
    let mut all: Vec<u8> = (0..REGISTERS_PER_BANK as u8).collect();
    for at in 0..all.len() - 1 {
        let other = at + entropy.below(all.len() - at);
        all.swap(at, other);
    }
    let count = least + entropy.below(10);
    let others = all.split_off(count);
    (all, others)
}

fn hot(w: &mut Weaver<'_, '_>) -> Vec<RegisterDecl> {
    let declared: Vec<u8> = w.hot_pool.iter().copied().step_by(2).collect();
    let mut registers = Vec::new();
    for index in declared {
        let [a, b] = [w.entropy.pick(&w.sizes), w.entropy.pick(&w.sizes)];
        let rows = w.entropy.pick(&[1, 2, 3, 4, b.min(24)]);
        let shape = match w.entropy.below(12) {
            0..=6 => Shape::vector(a as usize),
            7..=10 => Shape::matrix(rows as usize, a as usize),
            _ => Shape::new(&[rows, 1, a]).unwrap_or_default(),
        };
        w.now.set(Register::hot(index), Known::Shape(shape));
        registers.push(declaration(Register::hot(index), shape));
    }
    registers
}

fn cold(w: &mut Weaver<'_, '_>) -> Vec<RegisterDecl> {
    let mut registers = Vec::new();
    for (at, index) in w.cold_pool.clone().into_iter().enumerate() {
        let [a, b] = [w.entropy.pick(&w.sizes), w.entropy.pick(&w.sizes)];
        let shape = match w.entropy.below(8) {
            // The first takes the input.
            _ if at == 0 => Shape::matrix(a as usize, w.input),
            0..=4 => Shape::matrix(a as usize, b as usize),
            5 | 6 => Shape::vector(a as usize),
            _ => Shape::new(&[a.min(24), b.min(24), 1]).unwrap_or_default(),
        };
        w.now.set(Register::cold(index), Known::Shape(shape));
        let mut decl = declaration(Register::cold(index), shape);
        decl.ty = TypeId::SIGNAL;
        decl.frozen = w.entropy.one_in(10);
        w.frozen |= u64::from(decl.frozen) << index;
        decl.key = w.entropy.one_in(3).then(|| format!("network.c{index}"));
        registers.push(decl);
    }
    registers
}

fn declaration(register: Register, shape: Shape) -> RegisterDecl {
    RegisterDecl { register, ty: TypeId::I32, shape, key: None, frozen: false }
}

/// A hot register of one element.
pub(super) fn scalar(index: u8) -> RegisterDecl {
    declaration(Register::hot(index), Shape::vector(1))
}

/// Mostly, a program begins with its input.
pub(super) fn load(w: &mut Weaver<'_, '_>) {
    if w.entropy.one_in(10) {
        return;
    }
    let dst = w.entropy.pick(&w.hot_pool);
    w.put_to(CoreOp::LoadInput.row(), [dst, 0xFF, 0, 0], Known::Shape(Shape::vector(w.input)));
}
