//! The writer of metadata text.

use crate::program::{Meta, Projection};
use std::fmt::{self, Display, Write};

/// Writes `.meta` and `.projection` sections. Keys that have their default value are left out.
///
/// Text is quoted and not escaped: a quote or a line break inside it does not read back.
#[must_use]
pub fn write(meta: &Meta, projections: &[Projection]) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_meta(&mut text, meta);
    for projection in projections {
        let _ = write_projection(&mut text, projection);
    }
    text
}

fn write_meta(text: &mut String, meta: &Meta) -> fmt::Result {
    let default = Meta::default();
    if *meta == default {
        return Ok(());
    }
    text.push_str(".meta\n");
    if meta.name != default.name {
        quoted(text, "name", &meta.name)?;
    }
    if meta.version != default.version {
        plain(text, "version", meta.version)?;
    }
    if let Some(domain) = &meta.domain {
        quoted(text, "domain", domain)?;
    }
    if let Some(dim) = meta.input_dim {
        plain(text, "input_dim", dim)?;
    }
    if let Some(dim) = meta.output_dim {
        plain(text, "output_dim", dim)?;
    }
    if let Some([x, y, z]) = meta.skull {
        plain(text, "skull_x", x)?;
        plain(text, "skull_y", y)?;
        plain(text, "skull_z", z)?;
    }
    if let Some(roles) = meta.roles {
        quoted(text, "role", roles)?;
    }
    Ok(())
}

fn write_projection(text: &mut String, projection: &Projection) -> fmt::Result {
    text.push_str(".projection\n");
    quoted(text, "target", &projection.target)?;
    quoted(text, "bundle", &projection.bundle)?;
    plain(text, "weight", projection.weight)?;
    plain(text, "delay", projection.delay)?;
    plain(text, "density", projection.density)?;
    quoted(text, "mapping", &projection.mapping)?;
    match &projection.modulator {
        Some(modulator) => quoted(text, "modulator", modulator),
        None => Ok(()),
    }
}

fn quoted(text: &mut String, key: &str, value: impl Display) -> fmt::Result {
    writeln!(text, "    {key} \"{value}\"")
}

fn plain(text: &mut String, key: &str, value: impl Display) -> fmt::Result {
    writeln!(text, "    {key} {value}")
}
