//! What lists show of a case: computed again at every change, from the state alone.

use domain::access::{Action, may, people};
use domain::case::{CaseState, Phase};
use domain::duties::Duty;
use domain::ids::{CaseId, PersonId};
use domain::vocabulary::{DutyKind, Medium, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::cases::{CaseProjection, DutyRow};

/// The sealed card of a case in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Card {
    /// The registered title, if there is one.
    pub title: Option<String>,
    pub medium: Option<Medium>,
    pub platform: Option<String>,
    pub outcome: Option<Outcome>,
    pub next_duty: Option<DutyKind>,
    /// Who may read the matter; for others in the list, title and outcome are left out.
    #[serde(default)]
    pub readers: BTreeSet<PersonId>,
}

impl Card {
    pub(crate) fn of(case: &CaseState, duties: &[Duty]) -> Self {
        let owed = duties.iter().filter(|duty| duty.is_owed());
        Self {
            title: case
                .registration
                .as_ref()
                .map(|(_, registration)| registration.title.clone()),
            medium: case.medium(),
            platform: case.reports.iter().find_map(|(_, facts)| facts.platform.clone()),
            outcome: case.assessment.as_ref().map(|assessment| assessment.outcome),
            next_duty: owed
                .min_by_key(|duty| (duty.due, duty.kind))
                .map(|duty| duty.kind),
            readers: people(case)
                .into_iter()
                .filter(|(_, relation)| may(*relation, Action::ReadMatter))
                .map(|(person, _)| person)
                .collect(),
        }
    }

    /// The card as `person` may see it: what the title and the outcome say lies in the matter.
    pub(crate) fn read(json: Option<&[u8]>, person: &PersonId) -> Self {
        let read = json.and_then(|json| serde_json::from_slice(json).ok());
        let card: Self = read.unwrap_or_default();
        if card.readers.contains(person) {
            return card;
        }
        Self {
            title: None,
            outcome: None,
            ..card
        }
    }
}

pub(crate) fn projection(id: &CaseId, case: &CaseState, duties: &[Duty]) -> CaseProjection {
    let closed = case.phase != Phase::Open;
    let rows = duties
        .iter()
        .filter(|duty| duty.is_owed() && !closed)
        .map(|duty| DutyRow {
            kind: duty.kind,
            owner: duty.owner.clone(),
            due: duty.due,
            escalate_at: None,
        });
    CaseProjection {
        id: id.clone(),
        phase: case.phase,
        unit: case.unit.clone(),
        owner: case.owner.clone(),
        acute: case.acute,
        changed_at: case.changed_at,
        closed_at: closed.then_some(case.changed_at),
        card: serde_json::to_vec(&Card::of(case, duties)).unwrap_or_default(),
        people: people(case).into_iter().collect(),
        duties: rows.collect(),
    }
}
