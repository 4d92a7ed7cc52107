//! What the check of the files found, in words: what is wrong with an exhibit, or that nothing is any more.

use super::story::{Fact, Teller};
use domain::case::Damage;

impl Teller<'_> {
    /// The entry that records it: the sentence, and what to do about it.
    pub(super) fn found(
        &self,
        exhibit: u32,
        damage: Option<Damage>,
        key: &str,
    ) -> (String, String, Vec<Fact>) {
        let l = self.l;
        let (key, then) = match damage {
            Some(what) => (format!("{key}-{what}"), l.t("exhibit-damaged-do")),
            None => (key.to_owned(), l.t("exhibit-whole-means")),
        };
        (l.ta(&key, &[("number", exhibit)]), then, Vec::new())
    }
}
