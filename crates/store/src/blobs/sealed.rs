//! Sealing while writing, opening while reading.

use bytes::Bytes;
use domain::ids::BlobId;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use proof::DataKey;
use proof::stream::{Opener, Sealer};
use rand::CryptoRng;

use super::{BlobWriter, Blobs, Written};
use crate::error::{Result, StoreError};
use crate::files::Announced;

/// A file being sealed and written. Dropped without [`SealedWriter::finish`], it leaves nothing.
pub struct SealedWriter {
    writer: BlobWriter,
    sealer: Sealer,
    bytes: u64,
}

impl Blobs {
    /// Begins the file that was announced, sealed with `key` and bound to its id.
    ///
    /// # Errors
    /// As [`Blobs::writer`].
    pub async fn sealed_writer(
        &self,
        announced: Announced,
        key: &DataKey,
        rng: &mut (impl CryptoRng + Send),
    ) -> Result<SealedWriter> {
        let mut writer = self.writer(announced).await?;
        let (sealer, header) = Sealer::new(key, writer.id().as_str(), rng);
        writer.buffer().extend_from_slice(&header);
        Ok(SealedWriter {
            writer,
            sealer,
            bytes: 0,
        })
    }

    /// The plaintext of a sealed file, each chunk proved before it is given out. A file that was cut off ends in an
    /// error, never early.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not there. In the stream: [`StoreError::Damaged`] with the blob's id as case.
    pub async fn open_stream(&self, id: &BlobId, key: &DataKey) -> Result<BoxStream<'static, Result<Bytes>>> {
        let opening = Opening {
            id: id.clone(),
            opener: Some(Opener::new(key, id.as_str())),
        };
        let cipher = self.read(id).await?;
        let plain =
            futures_util::stream::try_unfold((cipher, opening), |(mut cipher, mut opening)| async move {
                loop {
                    let piece = cipher.next().await.transpose()?;
                    let Some(plain) = opening.next(piece)? else {
                        return Ok(None);
                    };
                    if !plain.is_empty() {
                        return Ok(Some((plain, (cipher, opening))));
                    }
                }
            });
        Ok(plain.boxed())
    }
}

impl SealedWriter {
    /// Takes the next bytes of the plaintext.
    ///
    /// # Errors
    /// As [`BlobWriter::write`].
    pub async fn write(&mut self, plain: &[u8]) -> Result<()> {
        self.bytes += plain.len() as u64;
        // In pieces, so that the buffer stays bounded however much comes at once.
        for piece in plain.chunks(64 * 1024) {
            self.sealer.push(piece, self.writer.buffer());
            self.writer.flush().await?;
        }
        Ok(())
    }

    /// The file's name.
    #[must_use]
    pub fn id(&self) -> &BlobId {
        self.writer.id()
    }

    /// Length of the plaintext so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Makes the file durable.
    ///
    /// # Errors
    /// As [`BlobWriter::finish`].
    pub async fn finish(self) -> Result<Written> {
        let Self {
            mut writer,
            sealer,
            bytes,
        } = self;
        sealer.finish(writer.buffer());
        Ok(writer.finish().await?.with_bytes(bytes))
    }

    /// Removes what was written so far.
    ///
    /// # Errors
    /// As [`BlobWriter::abort`].
    pub async fn abort(self) -> Result<()> {
        self.writer.abort().await
    }
}

struct Opening {
    id: BlobId,
    /// `None` once the file is known to be whole.
    opener: Option<Opener>,
}

impl Opening {
    /// The plaintext that a piece proves, or at the file's end the last of it; `None` after that.
    fn next(&mut self, piece: Option<Bytes>) -> Result<Option<Bytes>> {
        let mut plain = Vec::new();
        let outcome = match (piece, &mut self.opener) {
            (_, None) => return Ok(None),
            (Some(piece), Some(opener)) => opener.push(&piece, &mut plain),
            (None, opener) => opener.take().map_or(Ok(()), |opener| opener.finish(&mut plain)),
        };
        outcome.map_err(|error| StoreError::damaged(self.id.as_str(), 0, error))?;
        Ok(Some(plain.into()))
    }
}
