//! Working copies of exhibits: made here from the original, under the same key, and never instead of it.
//!
//! An exhibit's rows are written once, all in one transaction: that there are any says that it was looked at.

use domain::ids::{BlobId, CaseId};
use domain::vocabulary::Compartment;
use jiff::Timestamp;
use rand::CryptoRng;

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};
use crate::keys::{Keys, open_note, seal_note};

statements! {
    ADD = "INSERT INTO derivatives (case_id, exhibit, kind, page, blob, note, reason, media_type, bytes, at, made_by) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    OF_CASE = "SELECT exhibit, kind, page, blob, note, reason, media_type, bytes, at, made_by FROM derivatives \
        WHERE case_id = $1 ORDER BY exhibit, kind, page";
    ANY = "SELECT COUNT(*) FROM derivatives WHERE case_id = $1 AND exhibit = $2";
}

/// What a working copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A small picture, at page 0.
    Thumbnail,
    /// A page of a document, or a frame of a film.
    Preview,
    /// The words of a page or a picture, as JSON.
    Text,
    /// What the file says of itself, and its fingerprint, at page 0.
    Facts,
}

impl Kind {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Thumbnail => "thumbnail",
            Self::Preview => "preview",
            Self::Text => "text",
            Self::Facts => "facts",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let all = [Self::Thumbnail, Self::Preview, Self::Text, Self::Facts];
        let found = all.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| StoreError::other(format!("a working copy is of the unknown kind {text}")))
    }
}

/// How making it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A file, sealed with the key of the Matter drawer and recorded with [`crate::blobs::record`].
    File(BlobId),
    /// A few hundred bytes, kept sealed in the row itself.
    Note(Vec<u8>),
    /// The code of why there is none.
    Failed(String),
}

/// One working copy of one exhibit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivative {
    /// The exhibit's number in the case.
    pub exhibit: u32,
    pub kind: Kind,
    pub page: u32,
    pub outcome: Outcome,
    pub media_type: String,
    /// Length of the plaintext; 0 if there is none.
    pub bytes: u64,
    pub at: Timestamp,
    /// The program that made it, or should have.
    pub made_by: String,
}

/// Adds a working copy.
///
/// # Errors
/// [`StoreError::Unique`] if there is one already: another worker was faster.
pub async fn add(
    tx: &mut Tx,
    case: &CaseId,
    keys: &Keys,
    made: &Derivative,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let (mut blob, mut note, mut reason) = (None, None, None);
    match &made.outcome {
        Outcome::File(id) => blob = Some(id.as_str()),
        Outcome::Note(plain) => {
            let place = place(made.exhibit, made.kind, made.page);
            let key = keys.of(Compartment::Matter);
            note = Some(seal_note(key, [case.as_str(), &place, PLACE], plain, rng));
        }
        Outcome::Failed(code) => reason = Some(code.as_str()),
    }
    let query = tx.sql(ADD).bind(case.as_str()).bind(i64::from(made.exhibit));
    let query = query.bind(made.kind.name()).bind(i64::from(made.page));
    let query = query.bind(blob).bind(note.as_deref()).bind(reason);
    let bytes = i64::try_from(made.bytes).map_err(StoreError::other)?;
    let query = query.bind(made.media_type.as_str()).bind(bytes);
    query
        .bind(made.at.as_microsecond())
        .bind(made.made_by.as_str())
        .run()
        .await
        .map(drop)
}

/// Every working copy of a case's exhibits, by exhibit, kind and page.
///
/// # Errors
/// [`StoreError::Damaged`] if a note does not open.
pub async fn of_case(on: &mut impl Ask, case: &CaseId, keys: &Keys) -> Result<Vec<Derivative>> {
    let rows = on.sql(OF_CASE).bind(case.as_str()).all().await?;
    rows.iter().map(|row| read(row, case, keys)).collect()
}

/// Whether this exhibit was looked at already, with whatever outcome.
///
/// # Errors
/// Those of the database.
pub async fn any(on: &mut impl Ask, case: &CaseId, exhibit: u32) -> Result<bool> {
    let query = on.sql(ANY).bind(case.as_str()).bind(i64::from(exhibit));
    Ok(query.one().await?.int(0)? > 0)
}

/// What a note is, in the place of a drawer.
const PLACE: &str = "derivative";

/// Binds a note to its row.
fn place(exhibit: u32, kind: Kind, page: u32) -> String {
    format!("{exhibit} {} {page}", kind.name())
}

fn read(row: &Row, case: &CaseId, keys: &Keys) -> Result<Derivative> {
    let number = |column| {
        row.int(column)
            .and_then(|n| u32::try_from(n).map_err(StoreError::other))
    };
    let (exhibit, kind, page) = (number(0)?, Kind::parse(&row.text(1)?)?, number(2)?);
    let outcome = match (row.opt_text(3)?, row.opt_bytes(4)?, row.opt_text(5)?) {
        (Some(blob), ..) => Outcome::File(BlobId::new(blob)),
        (None, Some(note), _) => {
            let place = place(exhibit, kind, page);
            let key = keys.of(Compartment::Matter);
            Outcome::Note(open_note(key, [case.as_str(), &place, PLACE], &note)?)
        }
        (None, None, reason) => Outcome::Failed(reason.unwrap_or_default()),
    };
    Ok(Derivative {
        exhibit,
        kind,
        page,
        outcome,
        media_type: row.text(6)?,
        bytes: row.count(7)?,
        at: row.time(8)?,
        made_by: row.text(9)?,
    })
}
