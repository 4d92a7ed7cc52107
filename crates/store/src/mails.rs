//! E-mails that came to the door: each once, what became of it, and what waits for HR.

use domain::ids::{CaseId, PersonId};
use domain::mail::Door;
use jiff::Timestamp;
use rand::CryptoRng;

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};
use crate::keys::{self, KeyRing};
use crate::page::{Cursor, Page, one_more};

statements! {
    ADD = "INSERT INTO mails (id, at, door, state, reason, person, case_id, card, message) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    GET = "SELECT id, at, door, state, reason, person, case_id, card, decided_by, decided_at, decision FROM mails WHERE id = $1";
    LIST = "SELECT id, at, door, state, reason, person, case_id, card, decided_by, decided_at, decision FROM mails \
        WHERE state = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4";
    COUNT = "SELECT COUNT(*) FROM mails WHERE state = $1";
    SINCE = "SELECT COUNT(*) FROM mails WHERE person = $1 AND at > $2";
    MESSAGE = "SELECT message FROM mails WHERE id = $1";
    /// Only what is in no case yet: of two who decide, one comes second.
    LET_IN = "UPDATE mails SET state = 'taken', person = $2, case_id = $3, decided_by = $4, decided_at = $5, message = NULL, \
        card = NULL WHERE id = $1 AND state IN ('waiting', 'no-case')";
    /// What came as a drill, and was for real.
    BECAME = "UPDATE mails SET case_id = $2 WHERE id = $1 AND state = 'taken' AND case_id IS NULL";
    DISCARD = "UPDATE mails SET state = 'discarded', decided_by = $2, decided_at = $3, decision = $4, message = NULL \
        WHERE id = $1 AND state = 'waiting'";
    SEALED = "SELECT id FROM mails WHERE card IS NOT NULL OR message IS NOT NULL OR decision IS NOT NULL";
    PURGE = "DELETE FROM mails WHERE state IN ('no-case', 'discarded') AND at < $1";
}

/// What has become of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    Taken,
    Waiting,
    NoCase,
    Discarded,
}

impl MailState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Taken, Self::Waiting, Self::NoCase, Self::Discarded];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Waiting => "waiting",
            Self::NoCase => "no-case",
            Self::Discarded => "discarded",
        }
    }

    /// Reads a stable name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// SHA-256 of the message, lower-case hexadecimal.
    pub id: String,
    pub at: Timestamp,
    pub door: Door,
    pub state: MailState,
    /// The code of why it waits or is no case.
    pub reason: Option<String>,
    pub person: Option<PersonId>,
    pub case: Option<CaseId>,
    /// What the list shows of it, as JSON; empty once it is in a case.
    pub card: Vec<u8>,
    pub decided: Option<(PersonId, Timestamp)>,
    /// Why HR discarded it.
    pub decision: Option<String>,
}

/// Keeps a mail; `message` only of one that is in no case.
///
/// # Errors
/// [`StoreError::Unique`] if it came before.
pub async fn add(
    tx: &mut Tx,
    ring: &KeyRing,
    mail: &Mail,
    message: Option<&[u8]>,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let mut seal = |kind, plain: &[u8]| keys::seal_note(ring.system(), [&mail.id, "mail", kind], plain, rng);
    let card = (!mail.card.is_empty()).then(|| seal("card", &mail.card));
    let message = message.map(|message| seal("message", message));
    let query = tx
        .sql(ADD)
        .bind(mail.id.as_str())
        .bind(mail.at.as_microsecond())
        .bind(mail.door.name())
        .bind(mail.state.name())
        .bind(mail.reason.as_deref());
    query
        .bind(mail.person.as_ref().map(PersonId::as_str))
        .bind(mail.case.as_ref().map(CaseId::as_str))
        .bind(card.as_deref())
        .bind(message.as_deref())
        .run()
        .await
        .map(drop)
}

/// The mail with this hash.
///
/// # Errors
/// [`StoreError::Damaged`] if its card does not open.
pub async fn get(on: &mut impl Ask, ring: &KeyRing, id: &str) -> Result<Option<Mail>> {
    let row = on.sql(GET).bind(id).maybe().await?;
    row.map(|row| read(&row, ring)).transpose()
}

/// The mails in a state, newest first.
///
/// # Errors
/// [`StoreError::Damaged`] if a card does not open.
pub async fn list(
    on: &mut impl Ask,
    ring: &KeyRing,
    state: MailState,
    before: Option<&Cursor>,
    limit: u32,
) -> Result<Page<Mail>> {
    let highest = Cursor::highest();
    let before = before.unwrap_or(&highest);
    let query = on.sql(LIST).bind(state.name()).bind(before.at);
    let rows = query.bind(before.id.as_str()).bind(one_more(limit)).all().await?;
    let placed = rows.into_iter().map(|row| {
        let (at, id, part) = (row.int(1)?, row.text(0)?, String::new());
        Ok((Cursor { at, id, part }, row))
    });
    Page::of(placed.collect::<Result<Vec<_>>>()?, limit, |row| read(row, ring))
}

/// How many are in a state.
///
/// # Errors
/// Those of the database.
pub async fn count(on: &mut impl Ask, state: MailState) -> Result<u64> {
    on.sql(COUNT).bind(state.name()).one().await?.count(0)
}

/// How many of this employee's mails came after `since`.
///
/// # Errors
/// Those of the database.
pub async fn since(on: &mut impl Ask, person: &PersonId, since: Timestamp) -> Result<u64> {
    let query = on.sql(SINCE).bind(person.as_str());
    query.bind(since.as_microsecond()).one().await?.count(0)
}

/// The message, as it came, of a mail that is in no case; `None` once it is, or is discarded.
///
/// # Errors
/// [`StoreError::Damaged`] if it does not open.
pub async fn message(on: &mut impl Ask, ring: &KeyRing, id: &str) -> Result<Option<Vec<u8>>> {
    let row = on.sql(MESSAGE).bind(id).maybe().await?;
    let sealed = row.map(|row| row.opt_bytes(0)).transpose()?.flatten();
    sealed
        .map(|sealed| keys::open_note(ring.system(), [id, "mail", "message"], &sealed))
        .transpose()
}

/// Notes that a mail became (part of) a case, and drops what was kept of it here; `false` if it was decided before.
///
/// # Errors
/// Those of the database.
pub async fn let_in(
    tx: &mut Tx,
    id: &str,
    person: &PersonId,
    case: &CaseId,
    (by, at): (&PersonId, Timestamp),
) -> Result<bool> {
    let query = tx
        .sql(LET_IN)
        .bind(id)
        .bind(person.as_str())
        .bind(case.as_str())
        .bind(by.as_str());
    Ok(query.bind(at.as_microsecond()).run().await? > 0)
}

/// Notes that a mail that came as a drill became a case; `false` if it did before.
///
/// # Errors
/// Those of the database.
pub async fn became(tx: &mut Tx, id: &str, case: &CaseId) -> Result<bool> {
    Ok(tx.sql(BECAME).bind(id).bind(case.as_str()).run().await? > 0)
}

/// Notes that a waiting mail is not to be a case, and why; `false` if it was decided before.
///
/// # Errors
/// Those of the database.
pub async fn discard(
    tx: &mut Tx,
    ring: &KeyRing,
    id: &str,
    (by, at): (&PersonId, Timestamp),
    reason: &str,
    rng: &mut (impl CryptoRng + Send),
) -> Result<bool> {
    let decision = keys::seal_note(ring.system(), [id, "mail", "decision"], reason.as_bytes(), rng);
    let query = tx
        .sql(DISCARD)
        .bind(id)
        .bind(by.as_str())
        .bind(at.as_microsecond());
    Ok(query.bind(decision.as_slice()).run().await? > 0)
}

/// A line for each mail of which something that is kept does not open.
///
/// # Errors
/// Those of the database.
pub async fn damaged(on: &mut impl Ask, ring: &KeyRing) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for row in on.sql(SEALED).all().await? {
        let id = row.text(0)?;
        let card = get(on, ring, &id).await.map(drop);
        if let Err(error) = card.and(message(on, ring, &id).await) {
            lines.push(format!("e-mail {id}: {error}"));
        }
    }
    Ok(lines)
}

/// Forgets what was no case or was discarded and came before `before`; gives their number.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.sql(PURGE).bind(before.as_microsecond()).run().await
}

fn read(row: &Row, ring: &KeyRing) -> Result<Mail> {
    let id = row.text(0)?;
    let (door, state) = (row.text(2)?, row.text(3)?);
    let card = match row.opt_bytes(7)? {
        Some(sealed) => keys::open_note(ring.system(), [&id, "mail", "card"], &sealed)?,
        None => Vec::new(),
    };
    let decision = row.opt_bytes(10)?;
    let decision = decision.map(|sealed| keys::open_note(ring.system(), [&id, "mail", "decision"], &sealed));
    let unknown = |what: &str| StoreError::other(format!("a mail with the unknown word {what}"));
    Ok(Mail {
        at: row.time(1)?,
        door: Door::parse(&door).ok_or_else(|| unknown(&door))?,
        state: MailState::parse(&state).ok_or_else(|| unknown(&state))?,
        reason: row.opt_text(4)?,
        person: row.opt_text(5)?.map(PersonId::new),
        case: row.opt_text(6)?.map(CaseId::new),
        card,
        decided: row.opt_text(8)?.map(PersonId::new).zip(row.opt_time(9)?),
        decision: decision
            .transpose()?
            .map(|text| String::from_utf8_lossy(&text).into_owned()),
        id,
    })
}
