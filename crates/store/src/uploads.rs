//! Files on their way in pieces.

use domain::ids::{BlobId, PersonId};
use jiff::Timestamp;
use rand::CryptoRng;

use crate::Store;
use crate::db::{Ask, Sql, Tx, statements};
use crate::error::{Result, StoreError};
use crate::files::{self, Disowned};
use crate::keys::{self, KeyRing};

statements! {
    ADD = "INSERT INTO uploads (id, person, name, bytes, at) VALUES ($1, $2, $3, $4, $5)";
    GET = "SELECT person, name, bytes, at FROM uploads WHERE id = $1";
    UNDER_WAY = "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM uploads WHERE person = $1";
    PIECES = "SELECT place, bytes, blob FROM upload_pieces WHERE upload = $1 ORDER BY place";
    ADD_PIECE = "INSERT INTO upload_pieces (upload, place, bytes, blob) VALUES ($1, $2, $3, $4)";
    FORGET_PIECES = "DELETE FROM upload_pieces WHERE upload = $1";
    FORGET = "DELETE FROM uploads WHERE id = $1";
}

/// A file on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub id: String,
    pub person: PersonId,
    pub name: String,
    /// Its whole length.
    pub bytes: u64,
    pub at: Timestamp,
}

/// A part of it that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where in the file it begins.
    pub place: u64,
    pub bytes: u64,
    pub blob: BlobId,
}

/// Begins one.
///
/// # Errors
/// Those of the database.
pub async fn add(
    tx: &mut Tx,
    ring: &KeyRing,
    upload: &Upload,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let name = keys::seal_note(
        ring.system(),
        [&upload.id, "upload", "name"],
        upload.name.as_bytes(),
        rng,
    );
    let query = tx.sql(ADD).bind(upload.id.as_str()).bind(upload.person.as_str());
    let query = query.bind(name.as_slice()).bind(length(upload.bytes)?);
    query.bind(upload.at.as_microsecond()).run().await.map(drop)
}

/// The upload with this id.
///
/// # Errors
/// [`StoreError::Damaged`] if its name does not open.
pub async fn get(on: &mut impl Ask, ring: &KeyRing, id: &str) -> Result<Option<Upload>> {
    let Some(row) = on.sql(GET).bind(id).maybe().await? else {
        return Ok(None);
    };
    let name = keys::open_note(ring.system(), [id, "upload", "name"], &row.bytes(1)?)?;
    Ok(Some(Upload {
        id: id.to_owned(),
        person: PersonId::new(row.text(0)?),
        name: String::from_utf8_lossy(&name).into_owned(),
        bytes: row.count(2)?,
        at: row.time(3)?,
    }))
}

/// What a person has under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    pub files: u64,
    /// Their whole length together, however much of it is here.
    pub bytes: u64,
}

/// What a person has under way.
///
/// # Errors
/// Those of the database.
pub async fn under_way(on: &mut impl Ask, person: &PersonId) -> Result<UnderWay> {
    let row = on.sql(UNDER_WAY).bind(person.as_str()).one().await?;
    Ok(UnderWay {
        files: row.count(0)?,
        bytes: row.count(1)?,
    })
}

/// What is here of an upload, from its beginning on.
///
/// # Errors
/// Those of the database.
pub async fn pieces(on: &mut impl Ask, id: &str) -> Result<Vec<Piece>> {
    let rows = on.sql(PIECES).bind(id).all().await?;
    let pieces = rows.into_iter().map(|row| {
        Ok(Piece {
            place: row.count(0)?,
            bytes: row.count(1)?,
            blob: BlobId::new(row.text(2)?),
        })
    });
    pieces.collect()
}

/// Adds a piece whose file is durable, which settles the file's announcement.
///
/// # Errors
/// [`StoreError::Unique`] if there is one at this place; [`StoreError::Missing`] if its file was collected meanwhile.
pub async fn add_piece(tx: &mut Tx, id: &str, piece: &Piece) -> Result<()> {
    files::settle(tx, &piece.blob).await?;
    let query = tx.sql(ADD_PIECE).bind(id).bind(length(piece.place)?);
    let query = query.bind(length(piece.bytes)?).bind(piece.blob.as_str());
    query.run().await.map(drop)
}

impl Store {
    /// Forgets an upload; its pieces' files are the caller's to remove once that is committed ([`Store::remove`]).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_upload(&self, tx: &mut Tx, id: &str, now: Timestamp) -> Result<Vec<Disowned>> {
        let pieces = pieces(tx, id).await?;
        tx.sql(FORGET_PIECES).bind(id).run().await?;
        tx.sql(FORGET).bind(id).run().await?;
        let files = pieces.into_iter().map(|piece| piece.blob).collect();
        self.disown(tx, files, now).await
    }
}

fn length(bytes: u64) -> Result<i64> {
    i64::try_from(bytes).map_err(StoreError::other)
}
