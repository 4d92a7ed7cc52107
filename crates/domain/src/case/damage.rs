//! What the scheduled check found wrong with the file of an exhibit.

use super::state::CaseState;
use crate::vocabulary::words;

words!(
    /// How what is kept differs from what came.
    Damage {
        /// There is no file any more.
        Missing = "missing",
        /// Its bytes are not those whose SHA-256 the journal records, or do not open with the case's key.
        Altered = "altered",
        /// The file is there, but the disk does not give it.
        Unreadable = "unreadable",
    }
);

impl CaseState {
    /// Whether this damage is news: each is told once, however many rounds find it again.
    pub fn is_new_damage(&self, exhibit: u32, what: Damage) -> bool {
        self.exhibit(exhibit).is_some() && self.damaged.get(&exhibit) != Some(&what)
    }
}
