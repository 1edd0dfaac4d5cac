//! The object file: code, and tables that point to each other.

use super::memory::ALIGNMENT;
use super::tables::{Program, Row, bytes};
use super::{Described, rotations};
use crate::error::JitError;
use cranelift_codegen::Context;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_module::{DataDescription, DataId, Linkage, Module, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};
use std::mem::offset_of;

/// The object of a function and its tables.
pub(super) fn object(
    isa: OwnedTargetIsa,
    prefix: &str,
    function: Function,
    described: &Described,
) -> Result<Vec<u8>, JitError> {
    let builder = ObjectBuilder::new(isa, prefix, default_libcall_names()).map_err(JitError::code)?;
    let mut module = ObjectModule::new(builder);
    let enter = module.declare_function(&format!("{prefix}_enter"), Linkage::Export, &function.signature);
    let enter = enter.map_err(JitError::code)?;
    let mut context = Context::for_function(function);
    module.define_function(enter, &mut context).map_err(|error| JitError::code(format!("{error:?}")))?;
    let places = described.places.iter().flat_map(|place| place.to_le_bytes()).collect();
    let rotations = if described.rotates { rotations() } else { Vec::new() };
    let tables = [
        ("entries", bytes(&described.entries), offset_of!(Program, entries)),
        ("needs", bytes(&described.needs), offset_of!(Program, needs)),
        ("contents", bytes(&described.contents), offset_of!(Program, contents)),
        ("hot", bytes(&described.hot), offset_of!(Program, hot)),
        ("cold", bytes(&described.cold), offset_of!(Program, cold)),
        ("places", places, offset_of!(Program, places)),
        ("rotations", rotations, offset_of!(Program, rotations)),
    ];
    let numbers = described.program.numbers();
    let mut program = data(numbers.into_iter().flat_map(u64::to_le_bytes).collect());
    let enter = module.declare_func_in_data(enter, &mut program);
    program.write_function_addr(offset_of!(Program, enter) as u32, enter);
    for (name, bytes, offset) in tables {
        // What is empty has no address.
        if bytes.is_empty() {
            continue;
        }
        let table = define(&mut module, &format!("{prefix}_{name}"), Linkage::Local, &data(bytes))?;
        let table = module.declare_data_in_data(table, &mut program);
        program.write_data_addr(offset as u32, table, 0);
    }
    define(&mut module, prefix, Linkage::Export, &program)?;
    module.finish().emit().map_err(JitError::code)
}

fn data(bytes: Vec<u8>) -> DataDescription {
    let mut data = DataDescription::new();
    data.define(bytes.into_boxed_slice());
    data.set_align(ALIGNMENT as u64);
    data
}

fn define(
    module: &mut ObjectModule,
    name: &str,
    linkage: Linkage,
    data: &DataDescription,
) -> Result<DataId, JitError> {
    let id = module.declare_data(name, linkage, false, false).map_err(JitError::code)?;
    module.define_data(id, data).map_err(JitError::code)?;
    Ok(id)
}
