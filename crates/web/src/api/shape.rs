//! What the answers look like: the caller's view of cases, people and duties, in words that stay the same.

use app::{CaseRow, CaseView, DutyRow, FoundCase, Place};
use domain::access::{Action, reading};
use domain::case::{Actor, CaseState, Exhibit};
use domain::duties::{Duty, DutyState};
use domain::ids::PersonId;
use domain::organisation::Organisation;
use domain::procedure::OwedBy;
use domain::vocabulary::{DutyKind, Medium, Outcome, Role};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody who has something to do in a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct Official {
    pub name: String,
    /// What they are in the case: `manager` who has it, else whom the procedure names for the duty.
    pub role: OwedBy,
}

/// The name of somebody of the organisation; their id if they are not in it any more.
pub fn name(people: &Organisation, person: &PersonId) -> String {
    people
        .person(person)
        .map_or_else(|| person.to_string(), |person| person.name.clone())
}

/// The manager who has a case.
pub fn owner(people: &Organisation, person: &PersonId) -> Official {
    Official {
        name: name(people, person),
        role: OwedBy::Manager,
    }
}

/// Who owes a duty: whoever has the case is its manager, whatever the duty.
pub fn owes(people: &Organisation, person: &PersonId, owner: &PersonId, owed_by: OwedBy) -> Official {
    let role = if person == owner { OwedBy::Manager } else { owed_by };
    Official {
        name: name(people, person),
        role,
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// What to ask for as `page` to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub id: String,
    pub name: String,
    pub email: String,
    pub title: String,
    pub unit: String,
    pub roles: Vec<Role>,
    pub language: domain::language::Language,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseName {
    Open,
    Closed,
    Joined,
}

impl From<domain::case::Phase> for PhaseName {
    fn from(phase: domain::case::Phase) -> Self {
        match phase {
            domain::case::Phase::Open => Self::Open,
            domain::case::Phase::Closed => Self::Closed,
            domain::case::Phase::Joined => Self::Joined,
        }
    }
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseItem {
    pub case: String,
    /// The registered title; `null` before registration and for whom the matter is not to read.
    pub title: Option<String>,
    pub phase: PhaseName,
    pub acute: bool,
    pub owner: Official,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    pub next_duty: Option<DutyKind>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_due: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    pub medium: Option<Medium>,
    pub platform: Option<String>,
}

impl CaseItem {
    /// As `row` says, which says what the caller may see.
    pub fn of(row: CaseRow, people: &Organisation) -> Self {
        Self {
            case: row.number.to_string(),
            title: row.title,
            phase: row.phase.into(),
            acute: row.acute,
            owner: owner(people, &row.owner),
            opened_at: row.opened_at,
            changed_at: row.changed_at,
            next_duty: row.next_duty,
            next_due: row.next_due,
            outcome: row.outcome,
            medium: row.medium,
            platform: row.platform,
        }
    }
}

/// One case that was found, and where.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundItem {
    #[serde(flatten)]
    pub case: CaseItem,
    /// Where the words stand.
    pub found_in: Vec<FoundIn>,
}

/// Where words stand.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FoundIn {
    Case,
    Exhibit,
    Name,
}

impl FoundItem {
    /// As `found` says, which says what the caller may see.
    pub fn of(found: FoundCase, people: &Organisation) -> Self {
        let places = found.places.into_iter().map(|place| match place {
            Place::Case => FoundIn::Case,
            Place::Exhibit => FoundIn::Exhibit,
            Place::Name => FoundIn::Name,
        });
        Self {
            found_in: places.collect(),
            case: CaseItem::of(found.row, people),
        }
    }
}

/// One case as the caller may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseDetail {
    pub case: String,
    pub title: Option<String>,
    pub phase: PhaseName,
    pub acute: bool,
    pub unit: String,
    pub owner: Official,
    /// What the caller is to the case.
    pub relations: Vec<domain::access::Relation>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    /// The version of the procedure that the case keeps.
    pub procedure: String,
    /// The case that this one lives on in.
    pub joined_into: Option<String>,
    /// The caller's own next duty, else the case's.
    pub next: Option<DutyItem>,
    /// What only readers of the matter see.
    pub matter: Option<Matter>,
}

/// The matter with the citizen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Matter {
    /// Those whom it is aimed at.
    pub targets: Vec<String>,
    pub medium: Option<Medium>,
    #[schema(value_type = String, format = DateTime)]
    pub episode_at: Timestamp,
    pub outcome: Option<Outcome>,
    pub exhibits: usize,
    pub reports: usize,
}

impl CaseDetail {
    pub fn of(view: &CaseView, people: &Organisation) -> Self {
        let case = &view.state;
        let matter = view.may(Action::ReadMatter);
        Self {
            case: case.number.to_string(),
            title: view.title().filter(|_| matter).map(str::to_owned),
            phase: case.phase.into(),
            acute: case.acute,
            unit: case.unit.to_string(),
            owner: owner(people, &case.owner),
            relations: view.standing.relations.iter().copied().collect(),
            opened_at: case.opened_at,
            changed_at: case.changed_at,
            procedure: case.procedure.clone(),
            joined_into: case.joined_into.as_ref().map(ToString::to_string),
            next: view.next_step().map(|duty| DutyItem::of(duty, view, people)),
            matter: matter.then(|| Matter::of(case, people)),
        }
    }
}

impl Matter {
    fn of(case: &CaseState, people: &Organisation) -> Self {
        Self {
            targets: case.targets.iter().map(|person| name(people, person)).collect(),
            medium: case.medium(),
            episode_at: case.episode_at().0,
            outcome: case.assessment.as_ref().map(|assessment| assessment.outcome),
            exhibits: case.exhibits.len(),
            reports: case.reports.len(),
        }
    }
}

/// How a duty stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DutyStanding {
    NotOwed,
    Waiting,
    Owed,
    Done,
    Waived,
}

/// One duty of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyItem {
    pub duty: DutyKind,
    pub state: DutyStanding,
    pub owner: Official,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// Past its deadline: now, or when it was done.
    pub late: bool,
    /// When it was done or set aside.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// Why it was set aside, for those who may read the drawer that says so.
    pub reason: Option<String>,
    /// What it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<DutyKind>,
}

impl DutyItem {
    /// As the viewer may see it.
    pub fn of(duty: &Duty, view: &CaseView, people: &Organisation) -> Self {
        let readable = view.may(reading(duty.kind.compartment()));
        Self::shown(duty, &view.state, people, readable)
    }

    /// With its reason if `readable`.
    pub fn shown(duty: &Duty, case: &CaseState, people: &Organisation, readable: bool) -> Self {
        let (state, at, reason, waits_for) = match &duty.state {
            DutyState::NotOwed => (DutyStanding::NotOwed, None, None, Vec::new()),
            DutyState::Waiting(on) => (DutyStanding::Waiting, None, None, on.clone()),
            DutyState::Owed => (DutyStanding::Owed, None, None, Vec::new()),
            DutyState::Done { at, .. } => (DutyStanding::Done, Some(*at), None, Vec::new()),
            DutyState::Waived { at, reason, .. } => {
                (DutyStanding::Waived, Some(*at), Some(reason.clone()), Vec::new())
            }
        };
        Self {
            duty: duty.kind,
            state,
            owner: owes(people, &duty.owner, &case.owner, duty.owed_by),
            due: duty.due,
            late: duty.late,
            at,
            reason: reason.filter(|_| readable),
            waits_for,
        }
    }
}

/// Something that the caller owes.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwedItem {
    pub case: String,
    pub title: Option<String>,
    pub duty: DutyKind,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    pub late: bool,
    pub acute: bool,
}

impl From<DutyRow> for OwedItem {
    fn from(row: DutyRow) -> Self {
        let DutyRow {
            number,
            title,
            duty,
            due,
            late,
            acute,
            ..
        } = row;
        Self {
            case: number.to_string(),
            title,
            duty,
            due,
            late,
            acute,
        }
    }
}

/// An exhibit: one sealed file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExhibitItem {
    pub number: u32,
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    /// SHA-256 of the bytes as they came, in lower-case hexadecimal.
    pub sha256: String,
    /// The sender's device had computed the same hash before sending.
    pub hashed_by_sender: bool,
    pub arrival: domain::case::Arrival,
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// When and where the sender says that it was seen.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub seen_at: Option<Timestamp>,
    pub source_url: Option<String>,
    /// What the browser that captured it says of the page.
    pub capture: Option<domain::case::Capture>,
}

impl ExhibitItem {
    pub fn of(received_at: Timestamp, exhibit: &Exhibit) -> Self {
        Self {
            number: exhibit.number,
            name: exhibit.name.clone(),
            media_type: exhibit.media_type.clone(),
            bytes: exhibit.bytes,
            sha256: exhibit.sha256.clone(),
            hashed_by_sender: exhibit.hashed_by_sender,
            arrival: exhibit.arrival,
            received_at,
            seen_at: exhibit.seen_at,
            source_url: exhibit.source_url.clone(),
            capture: exhibit.capture.clone(),
        }
    }
}

/// An exhibit on a receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    pub number: u32,
    pub name: String,
    /// SHA-256 of the bytes as they came, in lower-case hexadecimal.
    pub sha256: String,
    pub bytes: u64,
}

impl From<&Exhibit> for Received {
    fn from(exhibit: &Exhibit) -> Self {
        let Exhibit {
            number,
            name,
            sha256,
            bytes,
            ..
        } = exhibit;
        Self {
            number: *number,
            name: name.clone(),
            sha256: sha256.clone(),
            bytes: *bytes,
        }
    }
}

/// Who did something, for those who may know: a person's name, `system` or `operator`.
pub fn actor(people: &Organisation, actor: &Actor) -> String {
    actor
        .person()
        .map_or_else(|| actor.as_text().to_owned(), |person| name(people, person))
}
