//! "Did you mean …": the nearest of the names that would have been valid.

use strsim::damerau_levenshtein;

/// Longer words are not compared: nobody mistypes them by a letter, and comparing takes quadratic time.
const LONGEST: usize = 64;
/// How many candidates are compared at most.
const MOST: usize = 4096;

/// The candidate with the least edit distance from `word`, ignoring case, if it is near enough to be a slip: at most a
/// third of the word's letters. Of equals the first.
#[must_use]
pub fn nearest<C: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = C>) -> Option<C> {
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let most = (length / 3).max(1);
    let mut best: Option<(usize, C)> = None;
    for candidate in candidates.into_iter().take(MOST) {
        let name = candidate.as_ref();
        if name.len() > 4 * LONGEST || name.chars().count().abs_diff(length) > most {
            continue;
        }
        let distance = damerau_levenshtein(&word, &name.to_lowercase());
        if distance <= most && best.as_ref().is_none_or(|&(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `did you mean "x"?` for the nearest candidate.
#[must_use]
pub fn did_you_mean<C: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = C>) -> Option<String> {
    nearest(word, candidates).map(|name| question(name.as_ref()))
}

/// `did you mean "x"?`
pub(crate) fn question(name: &str) -> String {
    format!("did you mean \"{name}\"?")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["load_input", "load_target", "relu", "add"];
        assert_eq!(nearest("laod_input", names), Some("load_input"));
        assert_eq!(nearest("RELO", names), Some("relu"));
        assert_eq!(nearest("frobnicate", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"x".repeat(100), names), None);
    }
}
