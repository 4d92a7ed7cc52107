//! Files that come in pieces and can be gone on with after a broken connection, a closed tab or a restart (tus 1.0;
//! docs/adr/0016-uploads.md). Each piece is sealed and durable before it counts.

use crate::{App, AppError, Caller, FILE_LIMIT, FILES_LIMIT, FileFault, Incoming};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};
use store::blobs::SealedWriter;
use store::jobs::{self, Lane};
use store::uploads::{self, Piece};

/// The job's name; its payload is the upload's id.
pub(crate) const FORGET: &str = "upload-end";
/// How much is made durable at a time, while the next comes in: a crash can lose both.
const PIECE: u64 = 8 * 1024 * 1024;
/// A piece shorter than this that does not end its file is what a broken line left, or somebody's idea of filling a disk with files.
const SHORT: u64 = 64 * 1024;
/// How many such pieces a file may have; what comes of further ones is not kept, and they are sent again longer.
const SHORT_PIECES: usize = 64;
/// How many bytes one person may have under way at a time: 25 files of the largest size.
const UNDER_WAY: u64 = 25 * FILE_LIMIT;
/// How long one can be gone on with.
const KEPT: SignedDuration = SignedDuration::from_hours(48);
/// How long it is still here after something took it: an answer that got lost is given again.
const AFTERWARDS: SignedDuration = SignedDuration::from_hours(1);

/// A file on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub id: String,
    pub name: String,
    /// Its whole length.
    pub bytes: u64,
    /// How much of it is here.
    pub offset: u64,
    /// When it is forgotten.
    pub expires: Timestamp,
}

/// Why a piece was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotAdded {
    /// It begins elsewhere than where the last one ended: at this place.
    #[error("the upload goes on at {0}")]
    Elsewhere(u64),
    /// More came than the file is long.
    #[error("more than the file's length")]
    TooLong,
    /// It is one short piece too many. The upload goes on where it was.
    #[error("too many short pieces")]
    TooShort,
    #[error(transparent)]
    App(#[from] AppError),
}

/// A piece that is coming in; dropped, it leaves nothing.
struct Coming {
    writer: SealedWriter,
    place: u64,
    bytes: u64,
}

impl Coming {
    /// Takes what comes until the piece is full, of a file of so many bytes; `true` if no more comes. Whoever hung up comes
    /// again: what came before is kept.
    async fn fill<E>(
        &mut self,
        body: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
        rest: &mut Bytes,
        length: u64,
    ) -> Result<bool, NotAdded> {
        while self.bytes < PIECE {
            if rest.is_empty() {
                match body.next().await {
                    Some(Ok(bytes)) => *rest = bytes,
                    Some(Err(_)) | None => return Ok(true),
                }
            }
            let most = usize::try_from(PIECE - self.bytes).unwrap_or(usize::MAX);
            let now = rest.split_to(rest.len().min(most));
            self.bytes += now.len() as u64;
            if self.place + self.bytes > length {
                return Err(NotAdded::TooLong);
            }
            self.writer.write(&now).await?;
        }
        Ok(false)
    }
}

impl From<store::StoreError> for NotAdded {
    fn from(error: store::StoreError) -> Self {
        Self::App(error.into())
    }
}

impl App {
    /// Begins a file of `bytes` bytes. It is the caller's alone, until something takes it or two days have passed.
    ///
    /// # Errors
    /// [`AppError::Files`] if it is empty, too long, or one too many at a time; [`AppError::TooMany`] if the caller's files under way
    /// would be more than 5 GB.
    pub async fn begin_upload(&self, caller: &Caller, name: &str, bytes: u64) -> Result<Upload, AppError> {
        let person = caller.id()?;
        let mut tx = self.store.db.begin().await?;
        let under_way = uploads::under_way(&mut tx, person).await?;
        let fault = match bytes {
            0 => Some(FileFault::Empty),
            bytes if bytes > FILE_LIMIT => Some(FileFault::TooBig { limit: FILE_LIMIT }),
            _ if under_way.files >= FILES_LIMIT as u64 => Some(FileFault::TooMany { limit: FILES_LIMIT }),
            bytes if under_way.bytes.saturating_add(bytes) > UNDER_WAY => return Err(AppError::TooMany),
            _ => None,
        };
        if let Some(fault) = fault {
            let name = name.to_owned();
            return Err(AppError::Files(vec![crate::FileProblem { name, fault }]));
        }
        let upload = uploads::Upload {
            id: self.new_id(),
            person: person.clone(),
            name: name.to_owned(),
            bytes,
            at: self.now(),
        };
        uploads::add(&mut tx, &self.store.keys, &upload, &mut self.dice()).await?;
        let job = format!("{FORGET}-{}", upload.id);
        jobs::enqueue_in(&mut tx, Lane::Slow, &job, FORGET, &upload.id, upload.at + KEPT).await?;
        tx.commit().await?;
        Ok(seen(&upload, 0))
    }

    /// How far one has come.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if it is another's, or forgotten.
    pub async fn upload(&self, caller: &Caller, id: &str) -> Result<Upload, AppError> {
        let (upload, pieces) = self.own_upload(caller, id).await?;
        Ok(seen(&upload, length(&pieces)))
    }

    async fn own_upload(&self, caller: &Caller, id: &str) -> Result<(uploads::Upload, Vec<Piece>), AppError> {
        let mut read = self.store.db.read().await?;
        let found = uploads::get(&mut read, &self.store.keys, id).await?;
        let own = found.filter(|upload| Some(&upload.person) == caller.actor.person());
        Ok((
            own.ok_or(AppError::NotFound)?,
            uploads::pieces(&mut read, id).await?,
        ))
    }

    /// Goes on with one at `offset`. What came before the other side hung up is kept.
    ///
    /// # Errors
    /// [`NotAdded`]; of [`AppError`] as [`App::upload`], and [`AppError::DiskFull`].
    pub async fn add_to_upload<E>(
        &self,
        caller: &Caller,
        id: &str,
        offset: u64,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Upload, NotAdded> {
        let (upload, pieces) = self.own_upload(caller, id).await?;
        let mut at = length(&pieces);
        if at != offset {
            return Err(NotAdded::Elsewhere(at));
        }
        let mut body = std::pin::pin!(body);
        let mut rest = Bytes::new();
        let mut before = None;
        loop {
            let coming = async {
                let writer = self.begin_piece().await?;
                let mut coming = Coming {
                    writer,
                    place: at,
                    bytes: 0,
                };
                let ended = coming.fill(&mut body, &mut rest, upload.bytes).await?;
                Ok::<_, NotAdded>((coming, ended))
            };
            // While one piece is made durable, the next one comes in.
            let (came, kept) = tokio::join!(coming, self.keep_piece(id, before.take()));
            kept?;
            let (coming, ended) = came?;
            at += coming.bytes;
            if ended && at < upload.bytes && one_too_short(&pieces, &coming) {
                coming.writer.abort().await?;
                return Err(NotAdded::TooShort);
            }
            if ended {
                self.keep_piece(id, Some(coming)).await?;
                return Ok(seen(&upload, at));
            }
            before = Some(coming);
        }
    }

    pub(crate) async fn begin_piece(&self) -> Result<SealedWriter, AppError> {
        self.begin_file(self.store.keys.of_uploads()).await
    }

    /// Begins a file that is sealed with this key.
    pub(crate) async fn begin_file(&self, key: &proof::DataKey) -> Result<SealedWriter, AppError> {
        let mut dice = self.dice();
        let announced = self.store.announce(self.now(), &mut dice).await?;
        Ok(self.store.blobs.sealed_writer(announced, key, &mut dice).await?)
    }

    async fn keep_piece(&self, id: &str, coming: Option<Coming>) -> Result<(), NotAdded> {
        let Some(coming) = coming else { return Ok(()) };
        let (place, bytes) = (coming.place, coming.bytes);
        if bytes == 0 {
            return Ok(coming.writer.abort().await?);
        }
        let written = coming.writer.finish().await?;
        let blob = written.id().clone();
        let piece = Piece { place, bytes, blob };
        let mut tx = self.store.db.begin().await?;
        match uploads::add_piece(&mut tx, id, &piece).await {
            Ok(()) => Ok(tx.commit().await?),
            Err(error) => {
                drop(tx);
                self.store.blobs.discard(written).await?;
                // Another connection was faster, or it was forgotten meanwhile.
                if matches!(error, store::StoreError::Unique { .. }) {
                    return Err(NotAdded::Elsewhere(place));
                }
                Err(error.into())
            }
        }
    }

    /// Gives a whole upload to the file that has been begun in `incoming`; what is not whole is refused by name.
    ///
    /// # Errors
    /// As [`App::upload`], and [`AppError::DiskFull`] if it can't be kept.
    pub async fn take_upload(
        &self,
        caller: &Caller,
        id: &str,
        incoming: &mut Incoming,
    ) -> Result<(), AppError> {
        let (upload, pieces) = self.own_upload(caller, id).await?;
        if length(&pieces) != upload.bytes {
            return incoming.cut_off().await;
        }
        for piece in &pieces {
            let key = self.store.keys.of_uploads();
            let mut plain = self.store.blobs.open_stream(&piece.blob, key).await?;
            while let Some(bytes) = plain.try_next().await? {
                incoming.write(&bytes).await?;
            }
        }
        incoming.end_file().await?;
        let mut tx = self.store.db.begin().await?;
        let job = format!("{FORGET}-{id}-taken");
        jobs::enqueue_in(&mut tx, Lane::Slow, &job, FORGET, id, self.now() + AFTERWARDS).await?;
        Ok(tx.commit().await?)
    }

    /// Gives one up.
    ///
    /// # Errors
    /// As [`App::upload`].
    pub async fn end_upload(&self, caller: &Caller, id: &str) -> Result<(), AppError> {
        self.own_upload(caller, id).await?;
        self.forget_upload(id).await
    }

    /// The job: an upload has had its time.
    pub(crate) async fn forget_upload(&self, id: &str) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        let files = self.store.forget_upload(&mut tx, id, self.now()).await?;
        tx.commit().await?;
        Ok(self.store.remove(files).await?)
    }
}

/// Whether this piece is short, and its file has had all the short ones that it may have.
fn one_too_short(pieces: &[Piece], coming: &Coming) -> bool {
    let short = pieces.iter().filter(|piece| piece.bytes < SHORT);
    coming.bytes < SHORT && short.count() >= SHORT_PIECES
}

fn length(pieces: &[Piece]) -> u64 {
    pieces.last().map_or(0, |piece| piece.place + piece.bytes)
}

fn seen(upload: &uploads::Upload, offset: u64) -> Upload {
    Upload {
        id: upload.id.clone(),
        name: upload.name.clone(),
        bytes: upload.bytes,
        offset,
        expires: upload.at + KEPT,
    }
}
