//! How far an exhibit is borne out: by one witness, by two who sent a file each, independently of one another, or by a witness
//! and by what the server saw when it went to the page itself.
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
        /// One person sent it, and what the server captured itself at the same link shows the same.
        WitnessAndServer = "witness-and-server",
        /// The server captured it itself, and nobody has stated that somebody's file shows the same.
        ServerAlone = "server-alone",
    }
);

impl CaseState {
    /// How far this exhibit is borne out.
    pub fn grade(&self, exhibit: u32) -> Grade {
        let is_servers = |number: u32| self.exhibit(number).is_some_and(Exhibit::is_servers_own);
        let own = is_servers(exhibit);
        let mut others = self.borne_out_by(exhibit).peekable();
        match (own, others.peek().is_some()) {
            (true, false) => Grade::ServerAlone,
            (true, true) => Grade::WitnessAndServer,
            (false, false) => Grade::OneWitness,
            (false, true) if others.any(is_servers) => Grade::WitnessAndServer,
            (false, true) => Grade::TwoWitnesses,
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
    // Where the server met a wall or nothing at all, it is no witness to the page.
    let saw_it = |number| {
        case.look_behind(number)
            .is_none_or(|look| look.seen.may_show_it())
    };
    if !saw_it(one) || !saw_it(other) {
        return Err(Refusal::invalid("with", "server-saw-other"));
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
