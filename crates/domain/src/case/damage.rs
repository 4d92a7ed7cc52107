//! What the scheduled check found wrong with the file of an exhibit, and that it is whole again.

use super::event::Event;
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
    /// The entry that tells what a check found wrong with an exhibit, or that nothing is wrong with it any more. None if it
    /// is no news: each damage is told once, however many rounds find it again, and only what was told is taken back. A case
    /// that is closed gets its entries too, since its evidence is kept.
    pub fn entry_of_check(&self, exhibit: u32, found: Option<Damage>) -> Option<Event> {
        self.exhibit(exhibit)?;
        let told = self.damaged.get(&exhibit);
        match found {
            Some(what) if told != Some(&what) => Some(Event::ExhibitFoundDamaged { exhibit, what }),
            None if told.is_some() => Some(Event::ExhibitFoundWhole { exhibit }),
            _ => None,
        }
    }

    pub(super) fn note_check(&mut self, exhibit: u32, found: Option<Damage>) {
        match found {
            Some(what) => self.damaged.insert(exhibit, what),
            None => self.damaged.remove(&exhibit),
        };
    }
}
