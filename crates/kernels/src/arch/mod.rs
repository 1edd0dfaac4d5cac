//! What particular processors do faster than the portable loops. The only unsafe code of this crate lives here.

#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{
    interleave, lanes_reaching, learn, mean_function, press, product_function, quantise, step, strengths,
    sums,
};

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use crate::quantise::portable as quantise;

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use crate::similarity::{bounds::lanes_reaching, sums::portable as sums};

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use crate::portable::mastery::{interleave, learn, press, step, strengths};

/// The product of any inputs with a matrix, if this processor has vectors in which it is worth a call.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const fn product_function(_: &crate::Layout) -> Option<crate::plain::ProductFunction> {
    None
}

/// Gated means, if this processor has vectors in which they are worth a call.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const fn mean_function() -> Option<crate::mean::MeanFunction> {
    None
}

/// Fills `means`, as far as there is one of everything.
pub(crate) fn gated_means(function: crate::mean::MeanFunction, sources: [&[i32]; 3], means: &mut [i32]) {
    let count = sources.iter().fold(means.len(), |count, source| count.min(source.len()));
    let [gates, updates, states] = sources.map(<[i32]>::as_ptr);
    // SAFETY: the functions that there are can be called on this processor, and there are as many of each.
    unsafe { function(gates, updates, states, means.as_mut_ptr(), count as u64) };
}

/// Fills `y` with the product of weights and `x`, and what then becomes of it; there is a weight of the bias for each row.
pub(crate) fn product(
    function: crate::plain::ProductFunction,
    weights: &crate::PlainWeights,
    (x, bias): (&[i32], &[i16]),
    y: &mut [i32],
    then: crate::plain::Then,
) {
    let (rows, columns) = (weights.layout().outputs(), weights.layout().inputs());
    assert!(y.len() >= rows && (then.factor == 0 || bias.len() >= rows));
    let [columns, rows] = crate::plain::Job { used: x.len().min(columns), columns, rows, then }.words();
    let (x, bias) = (x.as_ptr(), bias.as_ptr());
    // SAFETY: the functions that there are can be called on this processor; the weights are packed, the inputs are there,
    // and there is an output for each row.
    unsafe { function(&weights.operand(), x, y.as_mut_ptr(), columns, rows, bias) };
}
