//! How far an exhibit is borne out: by one witness, or by two who sent a file each, independently of one another.
//!
//! Whether two files show the same thing is somebody's judgement, with a note; never a machine's.

use super::event::{Event, Exhibit};
use super::state::CaseState;
use super::{Refusal, field};
use crate::vocabulary::words;

words!(
    /// How far an exhibit is borne out.
    Grade {
        /// One person sent it.
        OneWitness = "one-witness",
        /// Two people each sent a file of their own that shows the same.
        TwoWitnesses = "two-witnesses",
    }
);

impl CaseState {
    /// How far this exhibit is borne out.
    pub fn grade(&self, exhibit: u32) -> Grade {
        if self.borne_out_by(exhibit).next().is_some() {
            Grade::TwoWitnesses
        } else {
            Grade::OneWitness
        }
    }

    /// The exhibits that show the same as this one, each sent by somebody else.
    pub fn borne_out_by(&self, exhibit: u32) -> impl Iterator<Item = u32> {
        self.corroborated
            .iter()
            .filter_map(move |(one, other)| match exhibit {
                number if number == *one => Some(*other),
                number if number == *other => Some(*one),
                _ => None,
            })
    }

    /// Whether two exhibits came from different people as files of their own: a file that was passed on is still one witness.
    pub fn are_independent(one: &Exhibit, other: &Exhibit) -> bool {
        one.sent_by != other.sent_by && one.sha256 != other.sha256
    }

    pub(super) fn note_corroboration(&mut self, one: u32, other: u32, holds: bool) {
        if holds {
            self.corroborated.insert(pair(one, other));
        } else {
            self.corroborated.remove(&pair(one, other));
        }
    }
}

fn pair(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}

/// States that two exhibits show the same thing, seen by two people.
pub(super) fn corroborate(case: &CaseState, one: u32, other: u32, note: &str) -> Result<Vec<Event>, Refusal> {
    let found = |field: &'static str, number| {
        case.exhibit(number)
            .ok_or(Refusal::invalid(field, "unknown-value"))
    };
    let (first, second) = (found("exhibit", one)?, found("with", other)?);
    if first.number == second.number || first.sha256 == second.sha256 {
        return Err(Refusal::invalid("with", "same-file"));
    }
    if !CaseState::are_independent(first, second) {
        return Err(Refusal::invalid("with", "same-witness"));
    }
    Ok(vec![Event::Corroborated {
        exhibit: one,
        with: other,
        note: field::required("note", note)?,
    }])
}

/// Takes such a statement back.
pub(super) fn withdraw(case: &CaseState, one: u32, other: u32, reason: &str) -> Result<Vec<Event>, Refusal> {
    if !case.corroborated.contains(&pair(one, other)) {
        return Err(Refusal::invalid("with", "unknown-value"));
    }
    Ok(vec![Event::CorroborationWithdrawn {
        exhibit: one,
        with: other,
        reason: field::required("reason", reason)?,
    }])
}
