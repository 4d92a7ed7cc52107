//! Files that nothing names, told by their age.

use domain::ids::BlobId;
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use object_store::ObjectStore as _;

use super::{Blobs, NEWEST, marker, owned};
use crate::db::Ask;
use crate::error::{Result, StoreError};

/// A file that nothing in the database names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub id: BlobId,
    /// Whether it was written after everything that the database knows of: then it came after this database was copied.
    pub came_after: bool,
}

/// Every finished file that nothing owns, by id.
///
/// # Errors
/// Those of the database and of the files.
pub async fn orphans(on: &mut impl Ask, blobs: &Blobs) -> Result<Vec<Orphan>> {
    let mut written = Vec::new();
    let mut files = blobs.store.list(None);
    while let Some(file) = files.try_next().await? {
        if let Some(id) = marker::blob_at(&file.location) {
            let at = Timestamp::from_microsecond(file.last_modified.timestamp_micros());
            written.push((id, at.map_err(StoreError::other)?));
        }
    }
    // Asked after the files, and first what is on its way: it may become owned between the two questions.
    let announced = crate::files::announced(on).await?;
    let owned = owned(on).await?;
    let newest = on.sql(NEWEST).one().await?.opt_time(0)?;
    written.sort();
    let strange = written
        .into_iter()
        .filter(|(id, _)| !owned.contains(id) && !announced.contains(id));
    let orphans = strange.map(|(id, at)| Orphan {
        id,
        came_after: newest.is_none_or(|newest| at > newest),
    });
    Ok(orphans.collect())
}
