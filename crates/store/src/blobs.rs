//! Exhibits' files: ciphertext ([`proof::stream`]) in a folder or a bucket, each there whole and durable or not at all.
//!
//! A file is announced before its first byte ([`crate::files`]), recorded by what owns it, and removed only on purpose. Paths are
//! made in one place: `{first two characters of the id}/{id}`, and in the bin `bin/{day}/{id}`.

mod marker;
mod orphans;
mod s3;
mod sealed;
mod storage;
mod writer;

use std::collections::HashSet;

use domain::ids::{BlobId, CaseId};
use domain::vocabulary::Compartment;
use jiff::Timestamp;

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};
use crate::files;

pub use orphans::{Orphan, orphans};
pub use s3::{S3Credentials, S3Limits, S3Location};
pub use sealed::SealedWriter;
pub use storage::Blobs;
pub(crate) use storage::path;
pub use writer::{BlobWriter, Written};

statements! {
    RECORD = "INSERT INTO blobs (id, case_id, compartment, bytes, at) VALUES ($1, $2, $3, $4, $5)";
    FIND = "SELECT id, case_id, compartment, bytes, at FROM blobs WHERE id = $1";
    OF_CASE = "SELECT id, case_id, compartment, bytes, at FROM blobs WHERE case_id = $1 ORDER BY at, id";
    IDS = "SELECT id FROM blobs UNION ALL SELECT blob FROM upload_pieces UNION ALL SELECT blob FROM drill_files";
    NEWEST = "SELECT MAX(at) FROM (SELECT MAX(at) AS at FROM blobs UNION ALL SELECT MAX(changed_at) FROM cases \
        UNION ALL SELECT MAX(at) FROM seals UNION ALL SELECT MAX(at) FROM uploads \
        UNION ALL SELECT MAX(at) FROM notices) newest";
    APART = "SELECT 'upload ' || upload, blob FROM upload_pieces UNION ALL SELECT 'drill ' || drill, blob FROM drill_files";
}

/// Bytes gathered before they are written to a folder, and read from it at once.
const PIECE: usize = 512 * 1024;
/// Bytes gathered before they are sent to a bucket: S3 wants parts of 5 MiB or more, but for the last.
const PART: usize = 5 * 1024 * 1024;

/// What the database knows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRow {
    pub id: BlobId,
    pub case: CaseId,
    /// Whose key it is sealed with.
    pub compartment: Compartment,
    /// Length of the plaintext.
    pub bytes: u64,
    pub at: Timestamp,
}

/// Records that a finished file belongs to a case, which settles its announcement.
///
/// # Errors
/// [`StoreError::Missing`] if it was not announced, or was collected meanwhile; [`StoreError::Unique`] if it is recorded already.
pub async fn record(tx: &mut Tx, blob: &BlobRow) -> Result<()> {
    files::settle(tx, &blob.id).await?;
    let bytes = i64::try_from(blob.bytes).map_err(StoreError::other)?;
    let query = tx.sql(RECORD).bind(blob.id.as_str()).bind(blob.case.as_str());
    let query = query
        .bind(blob.compartment.name())
        .bind(bytes)
        .bind(blob.at.as_microsecond());
    query.run().await.map(drop)
}

/// What the database knows of this file.
///
/// # Errors
/// Those of the database.
pub async fn find(on: &mut impl Ask, id: &BlobId) -> Result<Option<BlobRow>> {
    on.sql(FIND)
        .bind(id.as_str())
        .maybe()
        .await?
        .map(|row| read_row(&row))
        .transpose()
}

/// Every file that something owns: a case, an upload under way, or a drill.
///
/// # Errors
/// Those of the database.
pub async fn owned(on: &mut impl Ask) -> Result<HashSet<BlobId>> {
    let rows = on.sql(IDS).all().await?;
    rows.iter().map(|row| row.text(0).map(BlobId::new)).collect()
}

/// The files that are kept apart from the cases, under the system's key, each with what it belongs to.
///
/// # Errors
/// Those of the database.
pub async fn apart(on: &mut impl Ask) -> Result<Vec<(String, BlobId)>> {
    let rows = on.sql(APART).all().await?;
    let files = rows
        .iter()
        .map(|row| Ok((row.text(0)?, BlobId::new(row.text(1)?))));
    files.collect()
}

/// A case's files, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn of_case(on: &mut impl Ask, case: &CaseId) -> Result<Vec<BlobRow>> {
    on.sql(OF_CASE)
        .bind(case.as_str())
        .all()
        .await?
        .iter()
        .map(read_row)
        .collect()
}

fn read_row(row: &Row) -> Result<BlobRow> {
    let compartment = row.text(2)?;
    let unknown = || StoreError::other(format!("unknown drawer {compartment}"));
    Ok(BlobRow {
        id: BlobId::new(row.text(0)?),
        case: CaseId::new(row.text(1)?),
        compartment: Compartment::parse(&compartment).ok_or_else(unknown)?,
        bytes: row.count(3)?,
        at: row.time(4)?,
    })
}
