//! Executable memory: written once, then never writable again, freed with its last owner.

use crate::error::JitError;
use cranelift_codegen::Context;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, default_libcall_names};
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of machine code that are in memory.
static IN_MEMORY: AtomicUsize = AtomicUsize::new(0);

/// The bytes of machine code that this process has in memory, of all compilers.
#[must_use]
pub fn code_in_memory() -> usize {
    IN_MEMORY.load(Ordering::Relaxed)
}

/// The machine code of one function.
pub(crate) struct Code {
    module: ManuallyDrop<JITModule>,
    function: *const u8,
    bytes: usize,
}

// SAFETY: the module is only touched by `compile` and by `drop`, each with the value to itself; the code that `function`
// points to does not change and may be executed by any number of threads.
unsafe impl Send for Code {}
// SAFETY: as above: a shared reference gives out nothing but the address and the size.
unsafe impl Sync for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Code {
    /// Compiles a function.
    pub(crate) fn compile(isa: &OwnedTargetIsa, function: Function) -> Result<Code, JitError> {
        let builder = JITBuilder::with_isa(isa.clone(), default_libcall_names());
        let mut module = JITModule::new(builder);
        match define(&mut module, function) {
            Ok((function, bytes)) => {
                IN_MEMORY.fetch_add(bytes, Ordering::Relaxed);
                Ok(Code { module: ManuallyDrop::new(module), function, bytes })
            }
            Err(error) => {
                // SAFETY: no address of the module's memory has been given out.
                unsafe { module.free_memory() };
                Err(error)
            }
        }
    }

    /// Where the code begins. It stays there as long as this value lives.
    pub(crate) const fn address(&self) -> *const u8 {
        self.function
    }

    /// How many bytes of machine code.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }
}

fn define(module: &mut JITModule, function: Function) -> Result<(*const u8, usize), JitError> {
    let id =
        module.declare_function("program", Linkage::Export, &function.signature).map_err(JitError::code)?;
    let mut context = Context::for_function(function);
    module.define_function(id, &mut context).map_err(|error| JitError::code(format!("{error:?}")))?;
    let bytes = context.compiled_code().map_or(0, |code| code.code_buffer().len());
    module.finalize_definitions().map_err(JitError::code)?;
    Ok((module.get_finalized_function(id), bytes))
}

impl Drop for Code {
    fn drop(&mut self) {
        // SAFETY: the module is not used again.
        let module = unsafe { ManuallyDrop::take(&mut self.module) };
        // SAFETY: whoever executes the code holds a reference to this value, and the last one is being dropped.
        unsafe { module.free_memory() };
        IN_MEMORY.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
