//! The `.meta` section.

use super::error::MetaTextError;
use crate::program::Meta;
use ternsig_isa::RoleSet;

/// A `.meta` section that is being read, line by line.
#[derive(Debug, Clone, Default)]
pub struct MetaDraft {
    meta: Meta,
    skull: [Option<u16>; 3],
}

impl MetaDraft {
    /// Sets a key, in any letter case, to a value without its quotes; a later line overrides an earlier one. `false` if
    /// there is no such key.
    ///
    /// # Errors
    /// The value does not fit the key.
    pub fn set(&mut self, key: &str, value: &str) -> Result<bool, MetaTextError> {
        match key.to_ascii_lowercase().as_str() {
            "name" => self.meta.name = value.to_owned(),
            "version" => self.meta.version = whole("version", value, "0 to 4294967295")?,
            "domain" => self.meta.domain = Some(value.to_owned()),
            "input_dim" => self.meta.input_dim = Some(whole("input_dim", value, "a number of elements")?),
            "output_dim" => self.meta.output_dim = Some(whole("output_dim", value, "a number of elements")?),
            "skull_x" => self.skull[0] = Some(whole("skull_x", value, "0 to 65535")?),
            "skull_y" => self.skull[1] = Some(whole("skull_y", value, "0 to 65535")?),
            "skull_z" => self.skull[2] = Some(whole("skull_z", value, "0 to 65535")?),
            "role" => self.meta.roles = Some(roles(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The section as a whole.
    ///
    /// # Errors
    /// The skull placement is incomplete.
    pub fn finish(self) -> Result<Meta, MetaTextError> {
        let skull = match self.skull {
            [None, None, None] => None,
            [Some(x), Some(y), Some(z)] => Some([x, y, z]),
            _ => return Err(MetaTextError::PartialSkull),
        };
        Ok(Meta { skull, ..self.meta })
    }
}

/// A whole number in decimal digits.
pub(super) fn whole<T: std::str::FromStr>(
    key: &'static str,
    value: &str,
    expected: &'static str,
) -> Result<T, MetaTextError> {
    value.parse().map_err(|_| MetaTextError::BadNumber { key, value: value.to_owned(), expected })
}

fn roles(value: &str) -> Result<RoleSet, MetaTextError> {
    match value.parse().map_err(MetaTextError::UnknownRole)? {
        RoleSet::NONE => Err(MetaTextError::NoRole),
        roles => Ok(roles),
    }
}
