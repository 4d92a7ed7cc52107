//! Redacted copies: made anew from the exhibit, sealed like it, recorded with for whom and why (docs/adr/0012-redaction.md).

use crate::copies::covered_fault;
use crate::intake::{commit_files, discard};
use crate::query::readable;
use crate::{App, AppError, Caller, CaseView};
use domain::access::{Action, reading};
use domain::case::covering::cover_text;
use domain::case::redaction::{CopyFile, Covers, Order, ordered, redacted};
use domain::case::{CommandKind, Exhibit, Redacted, Refusal, Region, Viewing};
use domain::ids::CaseNumber;
use domain::language::Language;
use domain::vocabulary::Compartment;
use outside::media::{self, Fault, NotCovered};
use sha2::{Digest, Sha256};
use store::Keys;
use store::blobs::{BlobRow, Written};
use tokio::sync::Semaphore;

/// A decoded picture is large: they are made one at a time, however many ask.
static ONE: Semaphore = Semaphore::const_new(1);
/// The type of a text that was covered.
const COVERED_TEXT: &str = "text/plain";

impl App {
    /// Makes a copy of an exhibit with something covered, and records it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if the caller may not see the exhibit, [`AppError::Forbidden`] if they may but not do this;
    /// [`AppError::Refused`] naming the field, `exhibit` with the code of a [`media::Fault`] if it can't be read.
    pub async fn redact(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        order: &Order,
    ) -> Result<Redacted, AppError> {
        let action = Action::Do(CommandKind::Redact);
        let (view, keys) = self.permitted_view(caller, number, action).await?;
        let exhibit = readable(&view, order.exhibit)?;
        let order = ordered(&view.state, order)?;
        let language = caller.language;
        let (media_type, bytes) = self.cover_up(exhibit, &keys, &order.covers, language).await?;
        let mut writer = self.begin_file(keys.of(Compartment::Matter)).await?;
        writer.write(&bytes).await?;
        let written = writer.finish().await?;
        let copy = CopyFile {
            media_type: media_type.to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(&bytes)),
            blob: written.id().clone(),
        };
        let mut unused = vec![written];
        let kept = self
            .keep_redacted(caller, number, &order, &copy, &mut unused)
            .await;
        discard(&self.store, unused).await;
        kept
    }

    /// The copy's bytes and their type.
    async fn cover_up(
        &self,
        exhibit: &Exhibit,
        keys: &Keys,
        covers: &Covers,
        language: Language,
    ) -> Result<(&'static str, Vec<u8>), AppError> {
        let internal = |error: std::io::Error| AppError::Internal(error.into());
        let _turn = ONE
            .acquire()
            .await
            .map_err(|error| AppError::Internal(error.into()))?;
        let room = self.room()?;
        let original = room.path().join("original");
        self.lay_out(exhibit, keys, &original).await?;
        let made = match covers {
            Covers::Boxes(boxes) if boxes.iter().all(|patch| patch.page == 0) => {
                let regions: Vec<Region> = boxes.iter().map(|patch| patch.region).collect();
                let made = media::covered_picture(&original, regions).await;
                (media::COVERED_PICTURE, made.map_err(covered_fault)?)
            }
            Covers::Boxes(boxes) => {
                let now = self.now();
                let by = self.composer.covered(language, &self.calendar().local(now));
                let made = media::covered_document(&original, room.path(), boxes.clone(), by, now).await;
                (media::COVERED_DOCUMENT, made.map_err(not_covered)?)
            }
            Covers::Passages(passages) => {
                let plain = self.plain(exhibit, keys).await?;
                // A copy of the beginning would look like all of it.
                let whole = plain.text.filter(|_| !plain.cut);
                let text = whole.ok_or_else(|| covered_fault(Fault::TooLarge))?;
                (COVERED_TEXT, cover_text(&text, passages)?.into_bytes())
            }
        };
        room.close().map_err(internal)?;
        Ok(made)
    }

    async fn keep_redacted(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        order: &Order,
        copy: &CopyFile,
        unused: &mut Vec<Written>,
    ) -> Result<Redacted, AppError> {
        let mut tx = self.store.db.begin().await?;
        let mut case = self.lock(&mut tx, caller, number).await?;
        case.allow(Action::Do(CommandKind::Redact))?;
        let event = redacted(&case.state, order, copy.clone())?;
        let row = BlobRow {
            id: copy.blob.clone(),
            case: case.id.clone(),
            compartment: Compartment::Matter,
            bytes: copy.bytes,
            at: self.now(),
        };
        store::blobs::record(&mut tx, &row).await?;
        let performed = self
            .append(&mut tx, &mut case, &caller.actor, vec![event])
            .await?;
        commit_files(tx, unused).await?;
        let made = performed.state.redactions.last();
        made.map(|(_, made)| made.clone())
            .ok_or_else(|| AppError::Internal(anyhow::anyhow!("a redacted copy was not folded")))
    }

    /// A redacted copy whole; that somebody took it is recorded first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is none for the caller, also where its exhibit was found infected afterwards.
    pub async fn redacted_copy(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        place: u32,
        copy: u32,
    ) -> Result<(Redacted, Vec<u8>), AppError> {
        let (view, keys, _) = self.look(caller, number).await?;
        let found = view.redactions_of(place).find(|made| made.number == copy);
        let found = found.ok_or(AppError::NotFound)?.clone();
        self.record_view(caller, &view, &keys, Viewing::RedactedCopy, Some(place))
            .await?;
        let bytes = self.whole(&found.blob, &keys).await?;
        Ok((found, bytes))
    }
}

/// What could not be covered, in the words of a refusal; a fault of ours for the log.
fn not_covered(why: NotCovered) -> AppError {
    match why {
        NotCovered::Fault(fault) => covered_fault(fault),
        NotCovered::TooManyPages => Refusal::invalid("exhibit", "too-many-pages").into(),
        NotCovered::NoSuchPage(at) => Refusal::invalid(format!("boxes.{at}"), "no-such-page").into(),
        NotCovered::Unwritten(error) => AppError::Internal(error.into()),
    }
}

impl CaseView {
    /// The redacted copies of an exhibit, for those who may read all exhibits and the matter: whom a copy is for is not for
    /// whoever sent the original. None of an infected one.
    pub fn redactions_of(&self, exhibit: u32) -> impl Iterator<Item = &Redacted> {
        let may = self.may(Action::ReadExhibits) && self.may(reading(Compartment::Matter));
        let may = may && !self.state.is_infected(exhibit);
        let made = self.state.redactions_of(exhibit).map(|(_, made)| made);
        made.filter(move |_| may)
    }

    /// Whether the caller may make a redacted copy of this exhibit now.
    #[must_use]
    pub fn may_redact(&self, exhibit: u32) -> bool {
        self.may(Action::Do(CommandKind::Redact))
            && self.may_open(exhibit)
            && self.state.coverable(exhibit).is_some()
    }
}
