//! The seal: one Merkle root over all chain heads, signed.

use crate::{App, AppError};
use domain::ids::CaseId;
use proof::seal::Seal;
use store::seals::SealedHeads;

/// A seal just made.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub seal: Seal,
    /// The fingerprint of the key that signed it, to be published and compared.
    pub fingerprint: String,
}

impl App {
    /// Seals the heads of all cases as they are now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn seal(&self) -> Result<Sealed, AppError> {
        self.make_seal(false).await
    }

    /// The same, and has an outside authority stamp it, if one is configured: later, by a job. Nothing waits for that.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn seal_to_be_stamped(&self) -> Result<Sealed, AppError> {
        self.make_seal(true).await
    }

    async fn make_seal(&self, stamped: bool) -> Result<Sealed, AppError> {
        let mut tx = self.store.db.begin().await?;
        // One at a time, also across processes: whoever comes second waits here and then sees the first's seal.
        store::settings::set(&mut tx, "sealing", &self.now().to_string()).await?;
        let heads = store::seals::heads(&mut tx).await?;
        let seal = Seal::make(&self.signing, self.now().as_microsecond(), &heads);
        let id = store::seals::save(&mut tx, &seal, &heads).await?;
        if stamped {
            self.stamp_later(&mut tx, id).await?;
        }
        tx.commit().await?;
        Ok(Sealed {
            seal,
            fingerprint: self.signing.fingerprint(),
        })
    }

    /// The newest seal that covers this case.
    pub(crate) async fn sealed_with(&self, case: &CaseId) -> Result<SealedHeads, AppError> {
        let found = store::seals::latest_containing(&mut self.store.db.read().await?, case).await?;
        found.ok_or_else(|| anyhow::anyhow!("no seal covers the case").into())
    }
}
