//! Malware: what a scanner said of an exhibit, and the second person without whom an infected one is handed to nobody.

use super::event::Event;
use super::state::{CaseState, Deed};
use super::{Actor, Refusal, field};
use crate::vocabulary::words;
use jiff::{SignedDuration, Timestamp};

words!(
    /// What a malware scanner said of a file.
    Verdict {
        Clean = "clean",
        Infected = "infected",
        /// A scanner is configured, but it could not be asked, or would not take the file.
        Unchecked = "unchecked",
    }
);

/// How long a release lets somebody else take an infected file.
const RELEASE_HOLDS: SignedDuration = SignedDuration::from_hours(24);

/// An infected exhibit that somebody let others take.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    pub exhibit: u32,
    pub deed: Deed,
}

impl CaseState {
    /// Whether a scanner ever found malware in the exhibit; a later verdict does not take that back.
    pub fn is_infected(&self, exhibit: u32) -> bool {
        self.scans.get(&exhibit) == Some(&Verdict::Infected)
    }

    /// Whether the exhibit is kept from this person: it is infected, and nobody else has released it in the last 24 hours.
    pub fn is_withheld(&self, exhibit: u32, from: &Actor, now: Timestamp) -> bool {
        let lets = |release: &Release| {
            release.exhibit == exhibit && &release.deed.by != from && now < release.deed.at + RELEASE_HOLDS
        };
        self.is_infected(exhibit) && !self.releases.iter().any(lets)
    }

    pub(super) fn note_scan(&mut self, exhibit: u32, verdict: Verdict) {
        let known = self.scans.entry(exhibit).or_insert(verdict);
        if *known != Verdict::Infected {
            *known = verdict;
        }
    }
}

/// Lets somebody else take an infected exhibit for 24 hours.
pub(super) fn release(case: &CaseState, exhibit: u32, reason: &str) -> Result<Vec<Event>, Refusal> {
    if !case.is_infected(exhibit) {
        return Err(Refusal::invalid("exhibit", "unknown-value"));
    }
    Ok(vec![Event::ExhibitReleased {
        exhibit,
        reason: field::required("reason", reason)?,
    }])
}
