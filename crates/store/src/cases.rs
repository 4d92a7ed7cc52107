//! Cases as lists see them: who has to do with which, what is owed when. Everything here is computed from the journal
//! ([`project`]) and can be computed again.

mod compare;
mod lists;
mod project;

use domain::access::Relation;
use domain::case::Phase;
use domain::ids::{CaseId, CaseNumber, PersonId, UnitId};
use domain::vocabulary::{Compartment, DutyKind};
use jiff::Timestamp;

use crate::db::{Ask, Row, statements};
use crate::error::{Result, StoreError};
use crate::keys::{self, KeyRing};

pub use compare::{CaseNames, differences, missing_numbers, name_again};
pub use lists::{Filter, Order, due_before, duties_of, list};
pub use project::{CaseProjection, project, project_first};

/// A case as lists show it: its row, and the key that opens its card.
macro_rules! case {
    () => {
        "c.id, c.number, c.state, c.version, c.unit, c.owner, c.acute, c.opened_at, c.changed_at, c.closed_at, \
        c.next_due, c.seq, c.card, k.wrapped"
    };
}
macro_rules! keyed {
    () => {
        " LEFT JOIN case_keys k ON k.case_id = c.id AND k.compartment = 'matter' "
    };
}

statements! {
    BY_ID = concat!("SELECT ", case!(), " FROM cases c", keyed!(), "WHERE c.id = $1");
    BY_NUMBER = concat!("SELECT ", case!(), " FROM cases c", keyed!(), "WHERE c.number = $1");
    IDS = "SELECT id FROM cases ORDER BY id";
    IDS_AFTER = "SELECT id FROM cases WHERE id > $1 ORDER BY id LIMIT $2";
    IDS_IN_STATE = "SELECT id FROM cases WHERE state = $1 ORDER BY id";
    COUNTS = "SELECT state, COUNT(*) FROM cases GROUP BY state";
    OPEN_AS = "SELECT COUNT(*) FROM case_people WHERE person = $1 AND relation = $2 AND state = 'open'";
    PEOPLE_OF = "SELECT person, relation FROM case_people WHERE case_id = $1 AND relation <> ''";
    LIST_CHANGED = concat!("SELECT ", case!(), ", p.changed_at FROM case_people p JOIN cases c ON c.id = p.case_id",
        keyed!(), "WHERE p.person = $1 AND p.relation = $2 AND p.state = $3 \
        AND (p.changed_at, p.case_id) < ($4, $5) ORDER BY p.changed_at DESC, p.case_id DESC LIMIT $6");
    LIST_DUE = concat!("SELECT ", case!(), ", p.next_due FROM case_people p JOIN cases c ON c.id = p.case_id",
        keyed!(), "WHERE p.person = $1 AND p.relation = $2 AND p.state = $3 \
        AND (p.next_due, p.case_id) > ($4, $5) ORDER BY p.next_due, p.case_id LIMIT $6");
    DUTIES_OF = concat!("SELECT ", case!(), ", d.due, d.duty FROM case_duties d JOIN cases c ON c.id = d.case_id",
        keyed!(), "WHERE d.owner = $1 AND (d.due, d.case_id, d.duty) > ($2, $3, $4) \
        ORDER BY d.due, d.case_id, d.duty LIMIT $5");
    DUE_BEFORE = "SELECT case_id, duty, owner, due, escalate_at FROM case_duties WHERE escalate_at <= $1 \
        ORDER BY escalate_at, case_id, duty LIMIT $2";
    PROJECT = "UPDATE cases SET state = $2, unit = $3, owner = $4, acute = $5, changed_at = $6, closed_at = $7, \
        next_due = $8, card = $9 WHERE id = $1";
    HAS_PEOPLE = "SELECT person, relation FROM case_people WHERE case_id = $1";
    MOVE_PEOPLE = "UPDATE case_people SET state = $2, changed_at = $3, next_due = $4 WHERE case_id = $1";
    DELETE_PEOPLE = "DELETE FROM case_people WHERE case_id = $1";
    LISTED_PEOPLE = "SELECT person, relation, state, changed_at, next_due FROM case_people WHERE case_id = $1 \
        ORDER BY person, relation";
    NAME = "UPDATE cases SET number = $2, version = $3, opened_at = $4 WHERE id = $1";
    NUMBERS = "SELECT number FROM cases";
    COUNTERS = "SELECT year, last FROM counters ORDER BY year";
    HAS_DUTIES = "SELECT duty, owner, due, escalate_at FROM case_duties WHERE case_id = $1";
    DELETE_DUTIES = "DELETE FROM case_duties WHERE case_id = $1";
    INSERT_PEOPLE_4 = "INSERT INTO case_people (case_id, person, relation, state, changed_at, next_due) VALUES \
        ($1, $2, $3, $4, $5, $6), ($7, $8, $9, $10, $11, $12), ($13, $14, $15, $16, $17, $18), \
        ($19, $20, $21, $22, $23, $24) \
        ON CONFLICT DO NOTHING";
    INSERT_PEOPLE_16 = "INSERT INTO case_people (case_id, person, relation, state, changed_at, next_due) VALUES \
        ($1, $2, $3, $4, $5, $6), ($7, $8, $9, $10, $11, $12), ($13, $14, $15, $16, $17, $18), \
        ($19, $20, $21, $22, $23, $24), ($25, $26, $27, $28, $29, $30), ($31, $32, $33, $34, $35, $36), \
        ($37, $38, $39, $40, $41, $42), ($43, $44, $45, $46, $47, $48), ($49, $50, $51, $52, $53, $54), \
        ($55, $56, $57, $58, $59, $60), ($61, $62, $63, $64, $65, $66), ($67, $68, $69, $70, $71, $72), \
        ($73, $74, $75, $76, $77, $78), ($79, $80, $81, $82, $83, $84), ($85, $86, $87, $88, $89, $90), \
        ($91, $92, $93, $94, $95, $96) \
        ON CONFLICT DO NOTHING";
    INSERT_DUTIES_4 = "INSERT INTO case_duties (case_id, duty, owner, due, escalate_at) VALUES \
        ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10), ($11, $12, $13, $14, $15), \
        ($16, $17, $18, $19, $20) \
        ON CONFLICT DO NOTHING";
    INSERT_DUTIES_16 = "INSERT INTO case_duties (case_id, duty, owner, due, escalate_at) VALUES \
        ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10), ($11, $12, $13, $14, $15), \
        ($16, $17, $18, $19, $20), ($21, $22, $23, $24, $25), ($26, $27, $28, $29, $30), \
        ($31, $32, $33, $34, $35), ($36, $37, $38, $39, $40), ($41, $42, $43, $44, $45), \
        ($46, $47, $48, $49, $50), ($51, $52, $53, $54, $55), ($56, $57, $58, $59, $60), \
        ($61, $62, $63, $64, $65), ($66, $67, $68, $69, $70), ($71, $72, $73, $74, $75), \
        ($76, $77, $78, $79, $80) \
        ON CONFLICT DO NOTHING";
}

/// A case as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    pub id: CaseId,
    pub number: CaseNumber,
    pub phase: Phase,
    /// The version of the procedure that it keeps.
    pub procedure: String,
    pub unit: UnitId,
    pub owner: PersonId,
    pub acute: bool,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// The earliest deadline of what is owed.
    pub next_due: Option<Timestamp>,
    /// Number of journal entries.
    pub seq: u64,
    /// The JSON that [`CaseProjection::card`] was; `None` before the first projection.
    pub card: Option<Vec<u8>>,
}

/// One duty that is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyRow {
    pub kind: DutyKind,
    pub owner: PersonId,
    /// `None` while its clock has not started.
    pub due: Option<Timestamp>,
    /// When the escalation job must look at it next; `None` for never.
    pub escalate_at: Option<Timestamp>,
}

/// One duty that is owed, with its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedDuty {
    pub kind: DutyKind,
    pub due: Option<Timestamp>,
    pub case: CaseRow,
}

/// The number of cases in each phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub open: u64,
    pub closed: u64,
    pub joined: u64,
}

/// The case with this id.
///
/// # Errors
/// [`StoreError::Damaged`] if its card does not open.
pub async fn by_id(on: &mut impl Ask, ring: &KeyRing, id: &CaseId) -> Result<Option<CaseRow>> {
    on.sql(BY_ID)
        .bind(id.as_str())
        .maybe()
        .await?
        .map(|row| read_case(&row, ring))
        .transpose()
}

/// The case with this number.
///
/// # Errors
/// As [`by_id`].
pub async fn by_number(on: &mut impl Ask, ring: &KeyRing, number: &CaseNumber) -> Result<Option<CaseRow>> {
    on.sql(BY_NUMBER)
        .bind(number.as_str())
        .maybe()
        .await?
        .map(|row| read_case(&row, ring))
        .transpose()
}

/// Every case, or every one in a phase, by id.
///
/// # Errors
/// Those of the database.
pub async fn ids(on: &mut impl Ask, phase: Option<Phase>) -> Result<Vec<CaseId>> {
    let rows = match phase {
        Some(phase) => on.sql(IDS_IN_STATE).bind(phase.name()).all().await?,
        None => on.sql(IDS).all().await?,
    };
    rows.iter().map(|row| row.text(0).map(CaseId::new)).collect()
}

/// The next cases by id, at most `limit`.
///
/// # Errors
/// Those of the database.
pub async fn ids_after(on: &mut impl Ask, after: &CaseId, limit: u32) -> Result<Vec<CaseId>> {
    let rows = on
        .sql(IDS_AFTER)
        .bind(after.as_str())
        .bind(i64::from(limit))
        .all()
        .await?;
    rows.iter().map(|row| row.text(0).map(CaseId::new)).collect()
}

/// How many cases there are, without saying anything of them.
///
/// # Errors
/// Those of the database.
pub async fn counts(on: &mut impl Ask) -> Result<Counts> {
    let mut counts = Counts::default();
    for row in on.sql(COUNTS).all().await? {
        match parse_phase(&row.text(0)?)? {
            Phase::Open => counts.open = row.count(1)?,
            Phase::Closed => counts.closed = row.count(1)?,
            Phase::Joined => counts.joined = row.count(1)?,
        }
    }
    Ok(counts)
}

/// How many open cases a person stands to in this way.
///
/// # Errors
/// Those of the database.
pub async fn open_as(on: &mut impl Ask, person: &PersonId, relation: Relation) -> Result<u64> {
    let query = on.sql(OPEN_AS).bind(person.as_str()).bind(relation.name());
    query.one().await?.count(0)
}

/// Who had to do with a case when it was last projected, and as what.
///
/// # Errors
/// Those of the database.
pub async fn people(on: &mut impl Ask, id: &CaseId) -> Result<Vec<(PersonId, Relation)>> {
    let mut people = Vec::new();
    for row in on.sql(PEOPLE_OF).bind(id.as_str()).all().await? {
        let relation = row.text(1)?;
        let relation =
            Relation::parse(&relation).ok_or_else(|| StoreError::other(format!("relation {relation}")))?;
        people.push((PersonId::new(row.text(0)?), relation));
    }
    people.sort();
    Ok(people)
}

fn read_case(row: &Row, ring: &KeyRing) -> Result<CaseRow> {
    let id = CaseId::new(row.text(0)?);
    let number = row.text(1)?;
    let card = match (row.opt_bytes(12)?, row.opt_bytes(13)?) {
        (Some(card), Some(wrapped)) => Some(open_card(&id, &card, &wrapped, ring)?),
        _ => None,
    };
    Ok(CaseRow {
        number: CaseNumber::parse(&number)
            .ok_or_else(|| StoreError::other(format!("case number {number}")))?,
        phase: parse_phase(&row.text(2)?)?,
        procedure: row.text(3)?,
        unit: UnitId::new(row.text(4)?),
        owner: PersonId::new(row.text(5)?),
        acute: row.int(6)? != 0,
        opened_at: row.time(7)?,
        changed_at: row.time(8)?,
        closed_at: row.opt_time(9)?,
        next_due: row.opt_time(10)?,
        seq: row.count(11)?,
        card,
        id,
    })
}

fn open_card(id: &CaseId, card: &[u8], wrapped: &[u8], ring: &KeyRing) -> Result<Vec<u8>> {
    match ring.cached(id) {
        Some(keys) => keys::open_note(keys.of(Compartment::Matter), card_place(id), card),
        None => keys::open_note(
            &ring.unwrap(id, Compartment::Matter, wrapped)?,
            card_place(id),
            card,
        ),
    }
}

/// What binds a card to its case.
fn card_place(id: &CaseId) -> [&str; 3] {
    [id.as_str(), "card", "matter"]
}

fn parse_phase(text: &str) -> Result<Phase> {
    let all = [Phase::Open, Phase::Closed, Phase::Joined];
    let found = all.into_iter().find(|phase| phase.name() == text);
    found.ok_or_else(|| StoreError::other(format!("a case is in the unknown state {text}")))
}

fn parse_duty(text: &str) -> Result<DutyKind> {
    DutyKind::parse(text).ok_or_else(|| StoreError::other(format!("unknown duty {text}")))
}
