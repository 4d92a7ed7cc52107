//! Files that were announced and came to nothing: into the bin after a day, gone after a month (docs/adr/0018-files.md).

use crate::{App, AppError};
use domain::ids::BlobId;
use store::files::{Binned, Collected, CollectionAlarm};

impl App {
    /// Collects what was announced more than a day ago and is owned by nothing. One that would take too many files takes none,
    /// says so in the log and leaves an alarm standing, unless `let_go_on` says that somebody has looked.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn collect_files(&self, let_go_on: bool) -> Result<Collected, AppError> {
        let collected = self.store.collect(self.now(), let_go_on).await?;
        match &collected {
            Collected::Stopped(alarm) => tracing::error!(
                files = alarm.files,
                owned = alarm.owned,
                "a collection would have moved so many files that nothing owns into the bin, and moved none: is this the right \
                 database? Look with vaern verify-store, and let it go on with vaern collect --yes"
            ),
            Collected::Done(done) => {
                for file in &done.restored {
                    tracing::error!(%file, "a file in the bin turned out to be owned: it is back at its place");
                }
                if !done.binned.is_empty() || !done.ended.is_empty() {
                    let (binned, ended) = (done.binned.len(), done.ended.len());
                    tracing::info!(binned, ended, "files that came to nothing were collected");
                }
            }
        }
        Ok(collected)
    }

    /// Takes a file out of the bin.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if it is not there.
    pub async fn restore_file(&self, id: &BlobId) -> Result<(), AppError> {
        match self.store.restore(id, self.now()).await {
            Err(store::StoreError::Missing { .. }) => Err(AppError::NotFound),
            restored => Ok(restored?),
        }
    }

    /// What lies in the bin, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn bin(&self) -> Result<Vec<Binned>, AppError> {
        Ok(self.store.bin().await?)
    }

    /// The alarm that a collection left standing.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn collection_alarm(&self) -> Result<Option<CollectionAlarm>, AppError> {
        Ok(store::files::collection_alarm(&mut self.store.db.read().await?).await?)
    }
}
