//! A case: what can happen ([`Event`]), what somebody may ask for ([`Command`]), what it amounts to ([`CaseState`]),
//! and the one door through which it changes ([`decide`]).

pub mod capture;
pub mod command;
mod contact;
pub mod corroboration;
pub mod covering;
pub mod damage;
mod decide;
pub mod event;
pub mod field;
pub mod finding;
mod handling;
pub mod join;
pub mod mailed;
mod police;
pub mod proposal;
pub mod redaction;
pub mod refusal;
mod register;
mod removal;
pub mod report;
mod review;
pub mod scan;
pub mod state;
pub mod statement;
pub mod witnessed;

pub use capture::{Capture, PageTime};
pub use command::{Command, CommandKind, Contact, Register};
pub use corroboration::Grade;
pub use damage::Damage;
pub use decide::{Context, decide};
pub use event::*;
pub use mailed::Mailed;
pub use redaction::{Recipient, Redacted};
pub use refusal::Refusal;
pub use report::{NewReport, Opening, report};
pub use scan::Verdict;
pub use state::{CaseState, Phase};
pub use statement::{Marked, Region, Said, Statement};
pub use witnessed::Witnessed;

use crate::ids::PersonId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Actor {
    Person(PersonId),
    /// A job of the system itself (escalation).
    System,
    /// Whoever runs the command line on the server.
    Operator,
}

impl Actor {
    /// As it stands in a journal header: a person's id, `system` or `operator`.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Person(id) => id.as_str(),
            Self::System => "system",
            Self::Operator => "operator",
        }
    }

    /// Reads what [`Actor::as_text`] wrote.
    pub fn parse(text: &str) -> Self {
        match text {
            "system" => Self::System,
            "operator" => Self::Operator,
            id => Self::Person(PersonId::new(id)),
        }
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person(id) => Some(id),
            Self::System | Self::Operator => None,
        }
    }
}

/// One line of a case's journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// From 1, without gaps.
    pub seq: u64,
    pub at: Timestamp,
    pub actor: Actor,
    pub event: Event,
}

impl Entry {
    /// Events as the journal numbers them, from `first` on.
    pub fn numbered(first: u64, at: Timestamp, actor: &Actor, events: Vec<Event>) -> Vec<Self> {
        let numbered = (first..).zip(events);
        numbered
            .map(|(seq, event)| Self {
                seq,
                at,
                actor: actor.clone(),
                event,
            })
            .collect()
    }
}
