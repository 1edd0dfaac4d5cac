//! Banks and entries by what people call them.

use crate::problem::Problem;
use crate::text::{counted, listed, shown};
use std::path::Path;
use ternsig_bank::{Bank, BankId, Cluster, EntryId};

/// Digits of an id.
const DIGITS: usize = 16;

/// The id that these digits are.
fn id(text: &str) -> Option<u64> {
    let is_id = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { u64::from_str_radix(text, 16).ok() } else { None }
}

/// The bank with this id, or else with this name.
pub(super) fn bank<'a>(cluster: &'a Cluster, file: &Path, text: &str) -> Result<&'a Bank, Problem> {
    // Ids come first, since only they tell banks of one name apart.
    if let Some(bank) = id(text).and_then(|id| cluster.bank(BankId(id)).ok()) {
        return Ok(bank);
    }
    let named: Vec<&Bank> = cluster.banks().filter(|bank| bank.head().name == text).collect();
    match named.as_slice() {
        [bank] => Ok(bank),
        [] => Err(unknown(cluster, file, &format!("there is no bank \"{}\" in the store", shown(text)))),
        several => {
            let ids: Vec<String> = several.iter().map(|bank| bank.head().id.to_string()).collect();
            let (count, ids) = (counted(several.len(), "bank"), ids.join(", "));
            let text = shown(text);
            Err(Problem::file(file, format_args!("{count} are named \"{text}\"; name one by its id: {ids}")))
        }
    }
}

/// What was asked for is not there, but other banks are.
pub(super) fn unknown(cluster: &Cluster, file: &Path, message: &str) -> Problem {
    let banks: Vec<String> = cluster.banks().map(title).collect();
    Problem::file(file, format_args!("{message}; {}", listed("bank", &banks)))
}

/// The entry of a bank with this id.
pub(super) fn entry(bank: &Bank, file: &Path, text: &str) -> Result<EntryId, Problem> {
    let Some(id) = id(text).map(EntryId) else {
        let message =
            "is no id of an entry, which is 16 hexadecimal digits as `ternsig bank query` shows them";
        return Err(Problem::file(file, format_args!("\"{}\" {message}", shown(text))));
    };
    if bank.record(id).is_some() {
        return Ok(id);
    }
    let entries: Vec<String> = bank.ids().map(|id| id.to_string()).collect();
    let message = format!("there is no entry {id} in bank {}; {}", title(bank), listed("id", &entries));
    Err(Problem::file(file, message))
}

/// What a bank is called in messages.
pub(super) fn title(bank: &Bank) -> String {
    format!("{} ({})", shown(&bank.head().name), bank.head().id)
}
