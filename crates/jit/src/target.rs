//! The processor that code is generated for.

use crate::error::JitError;
use crate::options::Features;
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags};
use target_lexicon::Triple;

/// The processor that this process runs on.
pub(crate) fn host(features: Features) -> Result<OwnedTargetIsa, JitError> {
    let builder = match features {
        Features::Host | Features::Narrow => cranelift_native::builder().map_err(JitError::unsupported)?,
        Features::Portable => {
            let mut builder = cranelift_native::builder_with_options(false).map_err(JitError::unsupported)?;
            if cfg!(target_arch = "x86_64") {
                enable(&mut builder, &["has_sse3", "has_ssse3", "has_sse41"])?;
            }
            builder
        }
    };
    builder.finish(flags(false)?).map_err(JitError::code)
}

/// Any other, for objects.
pub(crate) fn object(triple: Triple) -> Result<OwnedTargetIsa, JitError> {
    let x64 = triple.architecture == target_lexicon::Architecture::X86_64;
    let mut builder = isa::lookup(triple).map_err(JitError::unsupported)?;
    if x64 {
        enable(&mut builder, &["has_sse3", "has_ssse3", "has_sse41"])?;
    }
    builder.finish(flags(true)?).map_err(JitError::code)
}

fn enable(builder: &mut isa::Builder, features: &[&str]) -> Result<(), JitError> {
    features.iter().try_for_each(|feature| builder.enable(feature).map_err(JitError::code))
}

/// Optimisation would hoist the loads of weights out of loops and spill them: the code is emitted as it should be.
fn flags(position_independent: bool) -> Result<Flags, JitError> {
    let mut builder = settings::builder();
    let verify = if cfg!(debug_assertions) { "true" } else { "false" };
    let settings = [
        ("opt_level", "none"),
        ("is_pic", if position_independent { "true" } else { "false" }),
        ("unwind_info", "false"),
        ("enable_probestack", "false"),
        ("enable_verifier", verify),
    ];
    for (name, value) in settings {
        builder.set(name, value).map_err(JitError::code)?;
    }
    Ok(Flags::new(builder))
}
