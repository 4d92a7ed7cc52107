//! The one file beside the exhibits that is none: whose files these are.

use domain::ids::BlobId;
use futures_util::StreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _};

use super::Blobs;
use crate::error::{Result, StoreError};
use crate::identity;

impl Blobs {
    /// What [`identity::FILE`] beside the files says; `None` if it is not there.
    ///
    /// # Errors
    /// Those of the files.
    pub(crate) async fn read_marker(&self) -> Result<Option<String>> {
        let found = match self.store.get(&Path::from(identity::FILE)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let text = String::from_utf8(found.to_vec());
        text.map(Some).map_err(StoreError::other)
    }

    /// Writes [`identity::FILE`], whole or not at all.
    ///
    /// # Errors
    /// Those of the files.
    pub(crate) async fn write_marker(&self, text: &str) -> Result<()> {
        let place = Path::from(identity::FILE);
        self.store.put(&place, text.to_owned().into()).await?;
        Ok(())
    }

    /// Whether there is no finished file.
    ///
    /// # Errors
    /// Those of the files.
    pub(crate) async fn is_empty(&self) -> Result<bool> {
        let mut files = self.store.list(None);
        while let Some(file) = files.next().await {
            if blob_at(&file?.location).is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The file that lies at this place: `{first two characters of the id}/{id}`.
pub(super) fn blob_at(path: &Path) -> Option<BlobId> {
    let mut parts = path.parts();
    let (folder, name) = (parts.next()?, parts.next()?);
    // What lies in the bin lies one folder deeper.
    let fits = parts.next().is_none() && !folder.as_ref().is_empty();
    fits.then(|| BlobId::new(name.as_ref()))
}
