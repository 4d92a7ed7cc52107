//! Readable without reopening: working copies of exhibits, made by jobs in a lane of their own, and how they are read.
//!
//! A copy stands beside its original and never for it: what is sealed, exported and proved is the original
//! (docs/adr/0007-working-copies.md).

mod keeping;

use crate::query::readable;
use crate::{App, AppError, Caller, CaseView, StoreReport};
use domain::access::Action;
use domain::case::{CaseState, Entry, Event, Exhibit, Viewing};
use domain::ids::{BlobId, CaseId, CaseNumber};
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use keeping::Keeping;
use outside::media::{self, Facts, Fault, Made, Text, fingerprint};
use std::path::Path;
use store::derivatives::{self, Derivative, Kind, Outcome};
use store::jobs::{self, Job, Lane};
use store::{Keys, Tx, journal};
use tokio::io::AsyncWriteExt as _;

/// The job's name; its payload is the case's id and the exhibit's number.
pub(crate) const DERIVE: &str = "derive";
/// Tries before it is recorded that no copy can be made; a worker that dies of a file has tried it too.
const TRIES: u32 = 3;

/// How a working copy stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The job has not come to it.
    UnderWay,
    Ready,
    /// The code of why there is none.
    Failed(String),
    /// None is made of this kind of file.
    Never,
}

/// One exhibit's working copies.
#[derive(Clone, Debug)]
pub struct CopiesOf {
    pub exhibit: u32,
    /// The small picture.
    pub picture: Copied,
    /// Pages, or frames of a film, that can be shown.
    pub pages: u32,
    pub text: Copied,
    pub facts: Facts,
    /// Exhibits of the same case that look like this one.
    pub alike: Vec<u32>,
    made: Vec<Derivative>,
}

impl CopiesOf {
    fn none(exhibit: &Exhibit) -> Self {
        let copied = media::is_copied(&exhibit.media_type);
        let none = if copied { Copied::UnderWay } else { Copied::Never };
        Self {
            exhibit: exhibit.number,
            picture: none.clone(),
            pages: 0,
            text: none,
            facts: Facts::default(),
            alike: Vec::new(),
            made: Vec::new(),
        }
    }

    fn of(exhibit: &Exhibit, made: Vec<Derivative>) -> Self {
        if made.is_empty() {
            return Self::none(exhibit);
        }
        let stand = |kind| match made
            .iter()
            .find(|made| made.kind == kind)
            .map(|made| &made.outcome)
        {
            None => Copied::Never,
            Some(Outcome::Failed(code)) => Copied::Failed(code.clone()),
            Some(_) => Copied::Ready,
        };
        let any_text =
            |made: &Derivative| made.kind == Kind::Text && matches!(made.outcome, Outcome::File(_));
        let text = if made.iter().any(any_text) {
            Copied::Ready
        } else {
            stand(Kind::Text)
        };
        let facts = made.iter().find_map(|made| match (&made.kind, &made.outcome) {
            (Kind::Facts, Outcome::Note(json)) => serde_json::from_slice(json).ok(),
            _ => None,
        });
        let pages = made.iter().filter(|made| made.kind == Kind::Preview).count();
        Self {
            exhibit: exhibit.number,
            picture: stand(Kind::Thumbnail),
            pages: u32::try_from(pages).unwrap_or(0),
            text,
            facts: facts.unwrap_or_default(),
            alike: Vec::new(),
            made,
        }
    }

    fn never(self) -> Self {
        Self {
            picture: Copied::Never,
            text: Copied::Never,
            ..self
        }
    }

    fn file(&self, kind: Kind, page: u32) -> Option<&BlobId> {
        let found = self
            .made
            .iter()
            .find(|made| made.kind == kind && made.page == page)?;
        match &found.outcome {
            Outcome::File(blob) => Some(blob),
            _ => None,
        }
    }
}

/// The words of one page, as far as there are any.
#[derive(Clone, Debug, PartialEq)]
pub struct PageText {
    /// From 1; a picture has one.
    pub page: u32,
    /// The words, or the code of why there are none.
    pub text: Result<Text, String>,
}

impl App {
    /// Enqueues the copies of the exhibits among these entries, in the transaction that seals them.
    pub(crate) async fn copy_later(
        &self,
        tx: &mut Tx,
        case: &CaseId,
        entries: &[Entry],
    ) -> Result<(), AppError> {
        for entry in entries {
            let Event::ExhibitSealed(exhibit) = &entry.event else {
                continue;
            };
            if media::is_copied(&exhibit.media_type) {
                let id = format!("{DERIVE}-{case}-{}", exhibit.number);
                let payload = (case.as_str(), exhibit.number);
                let payload =
                    serde_json::to_string(&payload).map_err(|error| AppError::Internal(error.into()))?;
                jobs::enqueue_in(tx, Lane::Slow, &id, DERIVE, &payload, entry.at).await?;
            }
        }
        Ok(())
    }

    /// The job: makes one exhibit's copies.
    pub(crate) async fn make_copies_for(&self, job: &Job) -> Result<(), AppError> {
        let (case, number): (String, u32) =
            serde_json::from_str(&job.payload).map_err(|error| AppError::Internal(error.into()))?;
        let case = CaseId::new(case);
        let mut read = self.store.db.read().await?;
        if derivatives::any(&mut read, &case, number).await? {
            return Ok(());
        }
        let keys = self.store.keys.of(&mut read, &case).await?;
        let entries = journal::load_without_readings(&mut read, &case, &keys).await?;
        drop(read);
        let state = CaseState::fold(&entries).ok_or(AppError::NotFound)?;
        let exhibit = state.exhibit(number).ok_or(AppError::NotFound)?;
        if state.is_infected(number) {
            return Ok(());
        }
        let made = if job.attempts > TRIES {
            let picture = Made {
                what: Err(Fault::GivenUp),
                by: "vaern",
            };
            (picture, Vec::new(), Vec::new(), Facts::default())
        } else {
            let made = self.copies_of(exhibit, &keys).await?;
            (made.thumbnail, made.previews, made.texts, made.facts)
        };
        let mut keeping = Keeping {
            app: self,
            case: &case,
            keys: &keys,
            exhibit: number,
            rows: Vec::new(),
            written: Vec::new(),
        };
        let kept = keeping.keep(made).await;
        if kept.is_err() {
            keeping.discard().await;
        }
        match kept {
            // Another worker was faster: its copies are as good.
            Err(error) if error.is_taken() => Ok(()),
            kept => kept,
        }
    }

    /// Lays the original in a private folder that is gone afterwards, and has copies made of it.
    async fn copies_of(&self, exhibit: &Exhibit, keys: &Keys) -> Result<media::Copies, AppError> {
        let room = self.room()?;
        let original = room.path().join("original");
        self.lay_out(exhibit, keys, &original).await?;
        let made = media::copies(&original, &exhibit.media_type, room.path()).await;
        room.close().map_err(|error| AppError::Internal(error.into()))?;
        Ok(made)
    }

    pub(crate) async fn lay_out(&self, exhibit: &Exhibit, keys: &Keys, path: &Path) -> Result<(), AppError> {
        let internal = |error: std::io::Error| AppError::Internal(error.into());
        let key = keys.of(Compartment::Matter);
        let mut stream = self.store.blobs.open_stream(&exhibit.blob, key).await?;
        let mut file = tokio::fs::File::create(path).await.map_err(internal)?;
        while let Some(part) = stream.try_next().await? {
            file.write_all(&part).await.map_err(internal)?;
        }
        file.flush().await.map_err(internal)
    }

    /// How every exhibit's working copies stand.
    pub(crate) async fn copies_in(
        &self,
        read: &mut store::Read,
        case: &CaseId,
        keys: &Keys,
        state: &CaseState,
    ) -> Result<Vec<CopiesOf>, AppError> {
        if state.exhibits.is_empty() {
            return Ok(Vec::new());
        }
        let mut made = derivatives::of_case(read, case, keys).await?;
        let mut all: Vec<CopiesOf> = Vec::new();
        for (_, exhibit) in &state.exhibits {
            let of = made
                .extract_if(.., |made| made.exhibit == exhibit.number)
                .collect();
            // What is infected is never shown, also where the scanner was asked too late.
            all.push(if state.is_infected(exhibit.number) {
                CopiesOf::of(exhibit, Vec::new()).never()
            } else {
                CopiesOf::of(exhibit, of)
            });
        }
        let prints: Vec<(u32, String)> = all
            .iter()
            .filter_map(|of| Some((of.exhibit, of.facts.fingerprint.clone()?)))
            .collect();
        for of in &mut all {
            let Some(own) = &of.facts.fingerprint else {
                continue;
            };
            let like =
                |(other, print): &(u32, String)| *other != of.exhibit && fingerprint::alike(own, print);
            of.alike = prints
                .iter()
                .filter(|other| like(other))
                .map(|(other, _)| *other)
                .collect();
        }
        Ok(all)
    }

    /// A cover for an exhibit: a few grains of colour, nothing that can be read, so not recorded.
    ///
    /// # Errors
    /// [`AppError::NotFound`] as for the exhibit itself.
    pub async fn cover(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        place: u32,
    ) -> Result<Option<Vec<u8>>, AppError> {
        let (view, keys, _) = self.look(caller, number).await?;
        let exhibit = readable(&view, place)?;
        let small = view.copies_of(place).and_then(|of| of.file(Kind::Thumbnail, 0));
        // Until its copies are made, a picture covers itself.
        let waits = view
            .copies_of(place)
            .is_some_and(|of| of.picture == Copied::UnderWay);
        let from = match small {
            Some(small) => small,
            None if waits && exhibit.media_type.starts_with("image/") && exhibit.bytes <= COVER_LIMIT => {
                &exhibit.blob
            }
            None => return Ok(None),
        };
        let bytes = self.whole(from, &keys).await?;
        let covered = tokio::task::spawn_blocking(move || outside::picture::cover(&bytes));
        covered.await.map_err(|error| AppError::Internal(error.into()))
    }

    /// The small picture of an exhibit (page 0), or one of its pages (from 1), as JPEG; that somebody took it is
    /// recorded first, as for the exhibit itself.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is none for the caller.
    pub async fn preview(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        place: u32,
        page: u32,
    ) -> Result<Vec<u8>, AppError> {
        let (view, keys, _) = self.look(caller, number).await?;
        readable(&view, place)?;
        let kind = if page == 0 { Kind::Thumbnail } else { Kind::Preview };
        let of = view.copies_of(place).ok_or(AppError::NotFound)?;
        let file = of.file(kind, page).ok_or(AppError::NotFound)?;
        self.record_view(caller, &view, &keys, Viewing::Exhibit, Some(place))
            .await?;
        self.whole(file, &keys).await
    }

    /// The words in an exhibit, page by page; that somebody read them is recorded first, as for the exhibit itself.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is no such exhibit for the caller, or nothing of it was read.
    pub async fn words(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        place: u32,
    ) -> Result<Vec<PageText>, AppError> {
        let (view, keys, _) = self.look(caller, number).await?;
        readable(&view, place)?;
        let of = view.copies_of(place).ok_or(AppError::NotFound)?;
        let read = of.made.iter().filter(|made| made.kind == Kind::Text);
        let mut pages = Vec::new();
        for made in read {
            let json = match &made.outcome {
                Outcome::Failed(code) => Err(code.clone()),
                Outcome::File(blob) => Ok(self.whole(blob, &keys).await?),
                Outcome::Note(json) => Ok(json.clone()),
            };
            let text = match json {
                Ok(json) => {
                    Ok(serde_json::from_slice(&json).map_err(|error| AppError::Internal(error.into()))?)
                }
                Err(code) => Err(code),
            };
            pages.push(PageText {
                page: made.page,
                text,
            });
        }
        if pages.is_empty() {
            return Err(AppError::NotFound);
        }
        self.record_view(caller, &view, &keys, Viewing::Exhibit, Some(place))
            .await?;
        Ok(pages)
    }

    /// Whether every working copy opens.
    pub(crate) async fn verify_copies(
        &self,
        case: &CaseId,
        keys: &Keys,
        report: &mut StoreReport,
    ) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        for made in derivatives::of_case(&mut read, case, keys).await? {
            let Outcome::File(blob) = &made.outcome else {
                continue;
            };
            if let Err(error) = self.whole(blob, keys).await {
                let (kind, exhibit) = (made.kind.name(), made.exhibit);
                report.failures.push(format!(
                    "case {case}, working copy ({kind}) of exhibit {exhibit}: {error}"
                ));
            }
        }
        Ok(())
    }

    /// A small file whole.
    pub(crate) async fn whole(&self, blob: &BlobId, keys: &Keys) -> Result<Vec<u8>, AppError> {
        let stream = self
            .store
            .blobs
            .open_stream(blob, keys.of(Compartment::Matter))
            .await?;
        let collect = |mut bytes: Vec<u8>, part: bytes::Bytes| async move {
            bytes.extend_from_slice(&part);
            Ok(bytes)
        };
        Ok(stream.try_fold(Vec::new(), collect).await?)
    }
}

impl CaseView {
    /// An exhibit's working copies, if there is such an exhibit.
    #[must_use]
    pub fn copies_of(&self, exhibit: u32) -> Option<&CopiesOf> {
        self.copies.iter().find(|of| of.exhibit == exhibit)
    }

    /// Whether the reader may open this exhibit: all of them with the drawer, their own without.
    #[must_use]
    pub fn may_open(&self, exhibit: u32) -> bool {
        self.may(Action::See) && readable(self, exhibit).is_ok()
    }
}

/// What could not be read to be covered, as the exhibit's fault.
pub(crate) fn covered_fault(fault: Fault) -> AppError {
    domain::case::Refusal::invalid("exhibit", fault.code()).into()
}

/// Pictures larger than this get no cover before they have a small picture.
const COVER_LIMIT: u64 = 30 * 1024 * 1024;
