//! A `.projection` section.

use super::error::MetaTextError;
use super::meta::whole;
use crate::program::Projection;

/// A `.projection` section that is being read, line by line. It begins with the defaults.
#[derive(Debug, Clone)]
pub struct ProjectionDraft {
    projection: Projection,
}

impl Default for ProjectionDraft {
    fn default() -> Self {
        let projection = Projection {
            target: String::new(),
            bundle: String::new(),
            weight: 50,
            delay: 1,
            density: 0.3,
            mapping: "topographic".to_owned(),
            modulator: None,
        };
        ProjectionDraft { projection }
    }
}

impl ProjectionDraft {
    /// Sets a key, in any letter case, to a value without its quotes; a later line overrides an earlier one. `false` if
    /// there is no such key.
    ///
    /// # Errors
    /// The value does not fit the key.
    pub fn set(&mut self, key: &str, value: &str) -> Result<bool, MetaTextError> {
        let projection = &mut self.projection;
        match key.to_ascii_lowercase().as_str() {
            "target" => projection.target = value.to_owned(),
            "bundle" => projection.bundle = value.to_owned(),
            "weight" => projection.weight = whole("weight", value, "-128 to 127")?,
            "delay" => projection.delay = delay(value)?,
            "density" => projection.density = density(value)?,
            "mapping" => projection.mapping = value.to_lowercase(),
            "modulator" => {
                let modulator = value.to_lowercase();
                projection.modulator = Some(modulator).filter(|name| !name.is_empty() && name != "none");
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The section as a whole.
    ///
    /// # Errors
    /// The target or the bundle is missing.
    pub fn finish(self) -> Result<Projection, MetaTextError> {
        match &self.projection {
            Projection { target, .. } if target.is_empty() => {
                Err(MetaTextError::ProjectionIncomplete("target"))
            }
            Projection { bundle, .. } if bundle.is_empty() => {
                Err(MetaTextError::ProjectionIncomplete("bundle"))
            }
            _ => Ok(self.projection),
        }
    }
}

fn delay(value: &str) -> Result<u8, MetaTextError> {
    const EXPECTED: &str = "1 to 15";
    let delay = whole("delay", value, EXPECTED)?;
    let bad = || MetaTextError::BadNumber { key: "delay", value: value.to_owned(), expected: EXPECTED };
    Some(delay).filter(|delay| (1..=15).contains(delay)).ok_or_else(bad)
}

fn density(value: &str) -> Result<f32, MetaTextError> {
    let density = value.parse().ok().filter(|density| (0.0..=1.0).contains(density));
    density.ok_or_else(|| MetaTextError::BadNumber {
        key: "density",
        value: value.to_owned(),
        expected: "0 to 1",
    })
}
