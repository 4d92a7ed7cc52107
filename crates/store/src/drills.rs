//! Drills and the pictures that came of them.

use domain::drill::{Judged, Part, Way};
use domain::ids::{BlobId, CaseNumber, PersonId};
use jiff::Timestamp;
use rand::CryptoRng;

use crate::Store;
use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};
use crate::files::Disowned;
use crate::keys::{self, KeyRing};

statements! {
    ADD = "INSERT INTO drills (id, person, word, started) VALUES ($1, $2, $3, $4)";
    GET = "SELECT id, person, word, started, way, judged_at, passed_at, missing, judged FROM drills WHERE id = $1";
    LATEST = "SELECT id, person, word, started, way, judged_at, passed_at, missing, judged FROM drills WHERE person = $1 \
        ORDER BY started DESC LIMIT 1";
    JUDGE = "UPDATE drills SET way = $2, judged_at = $3, passed_at = $4, missing = $5, judged = $6 \
        WHERE id = $1 AND passed_at IS NULL";
    ALL = "SELECT id FROM drills";
    LOCK = "UPDATE drills SET word = word WHERE id = $1";
    COUNT = "SELECT COUNT(*) FROM drill_attempts WHERE drill = $1";
    ADD_ATTEMPT = "INSERT INTO drill_attempts (drill, attempt, at, way, sent) VALUES ($1, $2, $3, $4, $5)";
    KEEP_SENT = "UPDATE drill_attempts SET sent = $3 WHERE drill = $1 AND attempt = $2";
    BECAME = "UPDATE drill_attempts SET number = $3 WHERE drill = $1 AND attempt = $2 AND number IS NULL";
    ATTEMPTS = "SELECT a.drill, a.attempt, a.at, a.way, a.sent, a.number FROM drill_attempts a JOIN drills d ON d.id = a.drill \
        WHERE d.person = $1 ORDER BY a.at DESC, a.attempt DESC";
    ATTEMPT = "SELECT drill, attempt, at, way, sent, number FROM drill_attempts WHERE drill = $1 AND attempt = $2";
    FILES = "SELECT attempt, name, media_type, blob FROM drill_files WHERE drill = $1 ORDER BY attempt, place";
    ADD_FILE = "INSERT INTO drill_files (drill, attempt, place, name, media_type, blob) VALUES ($1, $2, $3, $4, $5, $6)";
    FORGET_ATTEMPTS = "DELETE FROM drill_attempts WHERE drill = $1";
    FORGET_FILES = "DELETE FROM drill_files WHERE drill = $1";
    FORGET_WORD = "UPDATE drills SET word = '' WHERE id = $1 AND passed_at IS NOT NULL";
    FORGET = "DELETE FROM drills WHERE id = $1 AND passed_at IS NULL";
}

/// A drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    pub id: String,
    pub person: PersonId,
    pub word: String,
    pub started: Timestamp,
    /// How the pictures that were judged last came, and when they were.
    pub judged: Option<(Way, Timestamp)>,
    pub passed_at: Option<Timestamp>,
    pub missing: Vec<Part>,
    /// The attempt that was judged last; 0 for none.
    pub judged_attempt: u64,
}

/// A picture that was sent in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillFile {
    pub attempt: u64,
    pub name: String,
    pub media_type: String,
    pub blob: BlobId,
}

/// What came together: one sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub drill: String,
    /// Of its drill: 1, 2, 3 …
    pub number: u64,
    pub at: Timestamp,
    pub way: Way,
    /// What came beside the files, as JSON; none if it came before this was kept.
    pub sent: Option<Vec<u8>>,
    pub became: Option<CaseNumber>,
}

/// Begins one.
///
/// # Errors
/// Those of the database.
pub async fn add(tx: &mut Tx, drill: &Drill) -> Result<()> {
    let query = tx.sql(ADD).bind(drill.id.as_str()).bind(drill.person.as_str());
    let query = query
        .bind(drill.word.as_str())
        .bind(drill.started.as_microsecond());
    query.run().await.map(drop)
}

/// The drill with this id.
///
/// # Errors
/// Those of the database.
pub async fn get(on: &mut impl Ask, id: &str) -> Result<Option<Drill>> {
    on.sql(GET)
        .bind(id)
        .maybe()
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// A person's latest.
///
/// # Errors
/// Those of the database.
pub async fn latest(on: &mut impl Ask, person: &PersonId) -> Result<Option<Drill>> {
    let row = on.sql(LATEST).bind(person.as_str()).maybe().await?;
    row.map(|row| read(&row)).transpose()
}

/// Notes how its pictures were judged; one that is passed stays so.
///
/// # Errors
/// Those of the database.
pub async fn judge(
    tx: &mut Tx,
    (id, attempt): (&str, u64),
    way: Way,
    judged: &Judged,
    at: Timestamp,
) -> Result<()> {
    let missing: Vec<&str> = judged.missing.iter().map(|part| part.name()).collect();
    let missing = missing.join(",");
    let query = tx.sql(JUDGE).bind(id).bind(way.name()).bind(at.as_microsecond());
    let query = query.bind(judged.passed.then_some(at.as_microsecond()));
    let query = query.bind(missing.as_str()).bind(attempt.cast_signed());
    query.run().await.map(drop)
}

/// A person's latest, held until the transaction ends, so that no attempt comes between.
///
/// # Errors
/// Those of the database.
pub async fn lock_latest(tx: &mut Tx, person: &PersonId) -> Result<Option<Drill>> {
    let Some(found) = latest(tx, person).await? else {
        return Ok(None);
    };
    tx.sql(LOCK).bind(found.id.as_str()).run().await?;
    get(tx, &found.id).await
}

/// Keeps one more attempt and its files (name, media type, file), which settles their announcements; gives its number. The drill is held: [`lock_latest`].
///
/// # Errors
/// Those of the database.
pub async fn add_attempt(
    tx: &mut Tx,
    ring: &KeyRing,
    (id, way, at): (&str, Way, Timestamp),
    sent: &[u8],
    files: &[(String, String, BlobId)],
    rng: &mut (impl CryptoRng + Send),
) -> Result<u64> {
    let attempt = tx.sql(COUNT).bind(id).one().await?.count(0)? + 1;
    let sent = seal(ring, id, attempt, sent, rng);
    let query = tx
        .sql(ADD_ATTEMPT)
        .bind(id)
        .bind(attempt.cast_signed())
        .bind(at.as_microsecond());
    query.bind(way.name()).bind(sent.as_slice()).run().await?;
    for (place, (name, media_type, blob)) in (1_u64..).zip(files) {
        crate::files::settle(tx, blob).await?;
        let name = keys::seal_note(ring.system(), [id, "drill", "name"], name.as_bytes(), rng);
        let query = tx
            .sql(ADD_FILE)
            .bind(id)
            .bind(attempt.cast_signed())
            .bind(place.cast_signed());
        let query = query.bind(name.as_slice()).bind(media_type.as_str());
        query.bind(blob.as_str()).run().await?;
    }
    Ok(attempt)
}

/// Keeps what is now known of what came beside the files.
///
/// # Errors
/// Those of the database.
pub async fn keep_sent(
    tx: &mut Tx,
    ring: &KeyRing,
    (id, attempt): (&str, u64),
    sent: &[u8],
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let sent = seal(ring, id, attempt, sent, rng);
    let query = tx.sql(KEEP_SENT).bind(id).bind(attempt.cast_signed());
    query.bind(sent.as_slice()).run().await.map(drop)
}

/// Notes the case that an attempt became.
///
/// # Errors
/// Those of the database.
pub async fn became(tx: &mut Tx, (id, attempt): (&str, u64), number: &CaseNumber) -> Result<()> {
    let query = tx.sql(BECAME).bind(id).bind(attempt.cast_signed());
    query.bind(number.as_str()).run().await.map(drop)
}

/// A person's attempts that are still kept, of all their drills, newest first.
///
/// # Errors
/// [`StoreError::Damaged`] if one does not open.
pub async fn attempts(on: &mut impl Ask, ring: &KeyRing, person: &PersonId) -> Result<Vec<Attempt>> {
    let rows = on.sql(ATTEMPTS).bind(person.as_str()).all().await?;
    rows.iter().map(|row| read_attempt(ring, row)).collect()
}

/// One attempt.
///
/// # Errors
/// [`StoreError::Damaged`] if it does not open.
pub async fn attempt(on: &mut impl Ask, ring: &KeyRing, id: &str, number: u64) -> Result<Option<Attempt>> {
    let query = on.sql(ATTEMPT).bind(id).bind(number.cast_signed());
    let row = query.maybe().await?;
    row.map(|row| read_attempt(ring, &row)).transpose()
}

/// Every file that came of it, in order.
///
/// # Errors
/// [`StoreError::Damaged`] if a name does not open.
pub async fn files(on: &mut impl Ask, ring: &KeyRing, id: &str) -> Result<Vec<DrillFile>> {
    let rows = on.sql(FILES).bind(id).all().await?;
    let files = rows.iter().map(|row| {
        let name = keys::open_note(ring.system(), [id, "drill", "name"], &row.bytes(1)?)?;
        Ok(DrillFile {
            attempt: row.count(0)?,
            name: String::from_utf8_lossy(&name).into_owned(),
            media_type: row.text(2)?,
            blob: BlobId::new(row.text(3)?),
        })
    });
    files.collect()
}

/// A line for each of which something that is kept does not open.
///
/// # Errors
/// Those of the database.
pub async fn damaged(on: &mut impl Ask, ring: &KeyRing) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for row in on.sql(ALL).all().await? {
        let id = row.text(0)?;
        let person = get(on, &id).await?.map(|drill| drill.person);
        let names = files(on, ring, &id).await.map(drop);
        let opened = match person {
            Some(person) => names.and(attempts(on, ring, &person).await.map(drop)),
            None => names,
        };
        if let Err(error) = opened {
            lines.push(format!("drill {id}: {error}"));
        }
    }
    Ok(lines)
}

impl Store {
    /// Forgets a drill's pictures and its word, and all of it unless it was passed; the files are the caller's to remove once
    /// that is committed ([`Store::remove`]).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_drill(&self, tx: &mut Tx, id: &str, now: Timestamp) -> Result<Vec<Disowned>> {
        let rows = tx.sql(FILES).bind(id).all().await?;
        let files: Result<Vec<BlobId>> = rows.iter().map(|row| row.text(3).map(BlobId::new)).collect();
        tx.sql(FORGET_FILES).bind(id).run().await?;
        tx.sql(FORGET_ATTEMPTS).bind(id).run().await?;
        tx.sql(FORGET_WORD).bind(id).run().await?;
        tx.sql(FORGET).bind(id).run().await?;
        self.disown(tx, files?, now).await
    }
}

fn seal(ring: &KeyRing, id: &str, attempt: u64, sent: &[u8], rng: &mut (impl CryptoRng + Send)) -> Vec<u8> {
    keys::seal_note(
        ring.system(),
        [id, "drill", &format!("sent {attempt}")],
        sent,
        rng,
    )
}

fn read_attempt(ring: &KeyRing, row: &Row) -> Result<Attempt> {
    let (drill, number) = (row.text(0)?, row.count(1)?);
    let sent = row.opt_bytes(4)?;
    let place = format!("sent {number}");
    let open = |sealed: Vec<u8>| keys::open_note(ring.system(), [&drill, "drill", &place], &sealed);
    let number_of = row.opt_text(5)?;
    let unknown = || StoreError::other("a drill that became a case without a number");
    Ok(Attempt {
        number,
        at: row.time(2)?,
        way: known_way(&row.text(3)?)?,
        sent: sent.map(open).transpose()?,
        became: number_of
            .map(|number| CaseNumber::parse(&number).ok_or_else(unknown))
            .transpose()?,
        drill,
    })
}

fn unknown(what: &str) -> StoreError {
    StoreError::other(format!("a drill with the unknown word {what}"))
}

fn known_way(way: &str) -> Result<Way> {
    Way::parse(way).ok_or_else(|| unknown(way))
}

fn read(row: &Row) -> Result<Drill> {
    let way = row.opt_text(4)?;
    let way = way.map(|way| known_way(&way)).transpose()?;
    let missing = row.opt_text(7)?.unwrap_or_default();
    let missing = missing.split(',').filter(|part| !part.is_empty());
    Ok(Drill {
        id: row.text(0)?,
        person: PersonId::new(row.text(1)?),
        word: row.text(2)?,
        started: row.time(3)?,
        judged: way.zip(row.opt_time(5)?),
        passed_at: row.opt_time(6)?,
        missing: missing
            .map(|part| Part::parse(part).ok_or_else(|| unknown(part)))
            .collect::<Result<_>>()?,
        judged_attempt: row.count(8)?,
    })
}
