//! Whether a database and files that don't say whose they are belong together.

use domain::ids::BlobId;

use super::{Place, Refusal, sampled, some};
use crate::blobs::Blobs;
use crate::db::Db;
use crate::error::{Result, StoreError};

/// So many of the oldest and of the newest files that the database names are looked for.
const SAMPLE: i64 = 64;

/// Why they don't, if they don't; says in the log what is missing.
pub(super) async fn strange(db: &Db, place: &Place) -> Result<Option<Refusal>> {
    let Some(blobs) = place.blobs_read_only()? else {
        let named = sampled(&mut db.read().await?, SAMPLE).await?.len();
        return Ok((named > 0).then(|| Refusal::FilesDoNotFit {
            named,
            there: 0,
            place: place.of_files(),
        }));
    };
    match adoptable(db, &blobs, place).await {
        Ok(()) => Ok(None),
        Err(StoreError::Refused(refusal)) => Ok(Some(*refusal)),
        Err(other) => Err(other),
    }
}

/// Says in the log what is missing; more than half of it is a refusal, and so are files none of which the database names.
pub(super) async fn adoptable(db: &Db, blobs: &Blobs, place: &Place) -> Result<()> {
    let named = sampled(&mut db.read().await?, SAMPLE).await?;
    let mut missing: Vec<BlobId> = Vec::new();
    for id in &named {
        if !blobs.exists(id).await? {
            missing.push(id.clone());
        }
    }
    let strange = named.is_empty() && !blobs.is_empty().await?;
    if strange || missing.len() * 2 > named.len() {
        return Err(Refusal::FilesDoNotFit {
            named: named.len(),
            there: named.len() - missing.len(),
            place: place.of_files(),
        }
        .into());
    }
    if !missing.is_empty() {
        tracing::error!(
            missing = missing.len(),
            of = named.len(),
            files = some(&missing, 10),
            "files that the database names are not there: verify-store names their cases"
        );
    }
    Ok(())
}
