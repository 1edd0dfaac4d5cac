//! A host whose answers follow from the operation alone.

use crate::error::Error;
use crate::machine::Machine;
use ternsig_isa::{Bank, DomainOp, FieldValue, Shape};

/// What a recorded host does about an operation: it fills what the operation names as a target from its fields alone.
///
/// # Errors
/// The answer exceeds the machine's limits.
pub fn answer(op: &DomainOp, machine: &mut Machine) -> Result<(), Error> {
    let fields = op.fields();
    let seed: i64 = fields
        .iter()
        .map(|(_, value)| match value {
            FieldValue::Register(register) => i64::from(register.byte()),
            FieldValue::Number(number) => *number,
            FieldValue::Flag(flag) => i64::from(*flag),
        })
        .sum();
    for (name, value) in &fields {
        let FieldValue::Register(register) = value else { continue };
        if matches!(*name, "target" | "result") && register.bank() == Bank::Hot {
            let data = [seed as i32, -(seed as i32), 3];
            machine.set_hot(register.index(), &data, Shape::vector(3))?;
        }
    }
    Ok(())
}
