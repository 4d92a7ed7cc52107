//! The life of an edition: draft, approved by somebody else than who changed it last, published; never changed after that.

use super::{Content, Fault, Variables, check};
use crate::case::{Actor, Refusal, field};
use crate::ids::PersonId;
use crate::procedure::Procedure;
use crate::vocabulary::{Role, words};
use jiff::Timestamp;
use std::collections::BTreeSet;

words!(
    /// How far an edition has come.
    EditionState {
        Draft = "draft",
        Approved = "approved",
        Published = "published",
    }
);

words!(
    /// How much an edition changes. After a minor one, who has read the one before need not read again.
    Size {
        Minor = "minor",
        Major = "major",
    }
);

/// What is known of an edition, beside its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// From 1, without gaps; only the highest can be unpublished.
    pub number: u64,
    pub state: EditionState,
    /// Counts every change of the draft; who approves says which one they have read.
    pub revision: u64,
    pub changed_by: Actor,
    pub changed_at: Timestamp,
    pub approved: Option<Approval>,
    /// By whom and when.
    pub published: Option<(Actor, Timestamp)>,
    /// The version of the procedure whose terms a published edition quotes: that in force, until a newer edition takes over.
    pub procedure: Option<String>,
}

/// That somebody stands by an edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub by: PersonId,
    pub at: Timestamp,
    pub size: Size,
    /// Why it is minor or major, for those who are asked to read it or not.
    pub reason: String,
}

/// Why something was not done to an edition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Everything that is wrong in it.
    #[error("the guide has {} fault(s)", .0.len())]
    Faults(Vec<Fault>),
    /// Who changed it last can't approve it.
    #[error("who changed the draft last can't approve it")]
    OwnWork,
    /// It was changed after it was read.
    #[error("the draft was changed in the meantime")]
    Changed,
    #[error("nobody has approved it")]
    NotApproved,
    /// A published edition is never changed.
    #[error("the edition is published")]
    Published,
    /// There is no draft to do that to.
    #[error("there is no draft")]
    NoDraft,
    /// A text that is not one: control characters, too large.
    #[error("field {field}: {problem}")]
    Field {
        field: &'static str,
        problem: &'static str,
    },
}

impl Refused {
    /// The stable code: the text key of the message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Faults(_) => "guide-faults",
            Self::OwnWork => "guide-own-work",
            Self::Changed => "guide-changed",
            Self::NotApproved => "guide-not-approved",
            Self::Published => "guide-published",
            Self::NoDraft => "guide-no-draft",
            Self::Field { .. } => "invalid-field",
        }
    }

    /// Every code, for the test that each has a message in every language.
    pub const CODES: &'static [&'static str] = &[
        "guide-faults",
        "guide-own-work",
        "guide-changed",
        "guide-not-approved",
        "guide-published",
        "guide-no-draft",
    ];
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid { problem, .. } => Self::Field {
                field: "reason",
                problem,
            },
            _ => Self::Field {
                field: "reason",
                problem: "required",
            },
        }
    }
}

/// Whether somebody with these roles may draft, approve and publish.
pub fn may_edit(roles: &BTreeSet<Role>) -> bool {
    roles.contains(&Role::Hr) || roles.contains(&Role::Safety)
}

/// A change of the draft's text: what was approved is so no longer.
///
/// # Errors
/// [`Refused::Published`].
pub fn save(edition: &Edition, by: &Actor, now: Timestamp) -> Result<Edition, Refused> {
    if edition.state == EditionState::Published {
        return Err(Refused::Published);
    }
    Ok(Edition {
        state: EditionState::Draft,
        revision: edition.revision + 1,
        changed_by: by.clone(),
        changed_at: now,
        approved: None,
        ..edition.clone()
    })
}

/// Approves the draft as it was read at `revision`.
///
/// # Errors
/// [`Refused::OwnWork`], [`Refused::Changed`], [`Refused::Faults`] with every fault, or a missing reason.
pub fn approve(
    edition: &Edition,
    revision: u64,
    content: &Content,
    procedure: &Procedure,
    approval: Approval,
) -> Result<Edition, Refused> {
    if edition.state == EditionState::Published {
        return Err(Refused::Published);
    }
    if edition.revision != revision {
        return Err(Refused::Changed);
    }
    if edition.changed_by.person() == Some(&approval.by) {
        return Err(Refused::OwnWork);
    }
    let reason = field::required_line("reason", &approval.reason)?;
    sound(content, procedure)?;
    Ok(Edition {
        state: EditionState::Approved,
        approved: Some(Approval { reason, ..approval }),
        ..edition.clone()
    })
}

/// Publishes an approved edition. It is checked again: the procedure may have changed since.
///
/// # Errors
/// [`Refused::NotApproved`], [`Refused::Published`], [`Refused::Faults`].
pub fn publish(
    edition: &Edition,
    content: &Content,
    procedure: &Procedure,
    by: &Actor,
    now: Timestamp,
) -> Result<Edition, Refused> {
    match edition.state {
        EditionState::Draft => return Err(Refused::NotApproved),
        EditionState::Published => return Err(Refused::Published),
        EditionState::Approved => {}
    }
    sound(content, procedure)?;
    Ok(Edition {
        state: EditionState::Published,
        published: Some((by.clone(), now)),
        procedure: Some(procedure.version.clone()),
        ..edition.clone()
    })
}

fn sound(content: &Content, procedure: &Procedure) -> Result<(), Refused> {
    let faults = check(content, &Variables::of(content, procedure));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refused::Faults(faults))
    }
}

/// The edition that was in force at `at`: the last one published by then. `None` before the first.
pub fn in_force(editions: &[Edition], at: Timestamp) -> Option<&Edition> {
    editions
        .iter()
        .filter(|edition| {
            edition
                .published
                .as_ref()
                .is_some_and(|(_, published)| *published <= at)
        })
        .max_by_key(|edition| edition.number)
}
