//! What a run keeps in a store.

use super::KeepOptions;
use crate::problem::Problem;
use std::fmt::Display;
use std::str::FromStr;
use ternsig_bank::Config;
use ternsig_host::Memory;
use ternsig_host::banks::{Slots, WritePolicy};
use ternsig_host::run::Keep;

/// `3=words`
#[derive(Debug, Clone)]
pub(super) struct NumberedKey(i32, String);

/// `0=words`
#[derive(Debug, Clone)]
pub(super) struct NumberedBank(u8, String);

impl FromStr for NumberedKey {
    type Err = String;

    fn from_str(text: &str) -> Result<NumberedKey, String> {
        numbered(text).map(|(number, name)| NumberedKey(number, name))
    }
}

impl FromStr for NumberedBank {
    type Err = String;

    fn from_str(text: &str) -> Result<NumberedBank, String> {
        numbered(text).map(|(number, name)| NumberedBank(number, name))
    }
}

fn numbered<N: FromStr>(text: &str) -> Result<(N, String), String>
where
    N::Err: Display,
{
    let (number, name) = text.split_once('=').ok_or("a number and a name are needed, e.g. 3=words")?;
    let number = number.trim().parse().map_err(|error| format!("\"{number}\": {error}"))?;
    if name.is_empty() { Err("the name is empty".to_owned()) } else { Ok((number, name.to_owned())) }
}

impl KeepOptions {
    /// Opens the store, if one is named.
    pub(super) fn open(&self) -> Result<Option<Keep>, Problem> {
        let Some(path) = &self.store else { return Ok(None) };
        let policy = if self.write_back { WritePolicy::BACK } else { WritePolicy::Through };
        let memory = Memory::open(path, policy).map_err(|error| Problem::invocation(error.to_string()))?;
        let keys = self.keys.iter().map(|NumberedKey(number, key)| (*number, key.clone())).collect();
        let mut slots = Slots::new();
        for NumberedBank(slot, name) in &self.banks {
            let bank = memory.banks().find_or_create(name, Config::default());
            slots.bind(*slot, bank.map_err(|error| Problem::file(path, error))?);
        }
        Ok(Some(Keep { memory, keys, slots }))
    }
}
