//! Practising: pictures that come through the same doors as a report, kept apart from every case, and read by a job.

mod case;

pub use case::CaseDrillView;

use crate::{App, AppError, Caller, ClaimedFile, Incoming};
use domain::case::{Arrival, NewReport, Refusal};
use domain::drill::{self, FRESH, KEPT, OPEN, Part, Way};
use domain::ids::{CaseNumber, PersonId};
use domain::language::Language;
use domain::organisation::Person;
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use jiff::Zoned;
use outside::media;
use outside::post::{NotSent, Note};
use std::collections::HashSet;
use store::case_drills;
use store::drills::{self, Drill, DrillFile};
use store::jobs::{self, Job, Lane};
use tokio::io::AsyncWriteExt as _;

/// The jobs' names; payload: the drill's id, and of judging the way.
pub(crate) const JUDGE: &str = "drill-judge";
pub(crate) const FORGET: &str = "drill-end";
pub(crate) const TOLD: &str = "drill-told";

/// After so many tries it is given up: it stands on the page.
const TRIES: u32 = 5;

/// What is told of a drill that came by e-mail.
#[derive(Clone, Debug)]
pub struct DrillLetter {
    pub language: Language,
    /// In the municipality's time.
    pub now: Zoned,
    pub municipality: String,
    pub to: String,
    pub passed: bool,
    pub missing: Vec<Part>,
    /// Where it can be gone on with, or made a report of.
    pub link: Option<String>,
}

/// How somebody's latest drill stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillView {
    pub drill: Drill,
    /// It can still be sent in.
    pub open: bool,
    /// Pictures came that are not read yet.
    pub waits: bool,
    /// Pictures that came, all in all.
    pub files: usize,
}

/// Everybody who has practised within the year.
pub(crate) struct Practised {
    pictures: HashSet<PersonId>,
    cases: HashSet<PersonId>,
}

impl Practised {
    /// Whether this person counts.
    pub fn has(&self, person: &Person) -> bool {
        let (picture, case) = (
            self.pictures.contains(&person.id),
            self.cases.contains(&person.id),
        );
        drill::has_practised(person, picture, case)
    }
}

impl App {
    /// Begins a drill of the caller's own; an earlier one that was not passed is over.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn begin_drill(&self, caller: &Caller) -> Result<Drill, AppError> {
        let mut dice = self.dice();
        let drill = Drill {
            id: self.new_id(),
            person: caller.id()?.clone(),
            word: drill::word(|below| (rand::Rng::next_u32(&mut dice) as usize) % below),
            started: self.now(),
            judged: None,
            passed_at: None,
            missing: Vec::new(),
            judged_attempt: 0,
        };
        let mut tx = self.store.db.begin().await?;
        drills::add(&mut tx, &drill).await?;
        let job = format!("{FORGET}-{}", drill.id);
        jobs::enqueue_in(&mut tx, Lane::Slow, &job, FORGET, &drill.id, drill.started + KEPT).await?;
        tx.commit().await?;
        Ok(drill)
    }

    /// The caller's latest drill; none if there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn my_drill(&self, caller: &Caller) -> Result<Option<DrillView>, AppError> {
        let mut read = self.store.db.read().await?;
        let Some(drill) = drills::latest(&mut read, caller.id()?).await? else {
            return Ok(None);
        };
        let files = drills::files(&mut read, &self.store.keys, &drill.id).await?;
        let attempts = files.last().map_or(0, |file| file.attempt);
        Ok(Some(DrillView {
            open: drill.passed_at.is_none() && self.now() < drill.started + OPEN,
            waits: drill.passed_at.is_none() && attempts > drill.judged_attempt,
            files: files.len(),
            drill,
        }))
    }

    /// Whether the caller has a drill that can be sent in.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn practises(&self, caller: &Caller) -> Result<bool, AppError> {
        Ok(self.my_drill(caller).await?.is_some_and(|drill| drill.open))
    }

    /// Takes what came as a report for the caller's drill instead: no case is made of it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] without an open drill; [`AppError::Files`] naming every refused file; [`AppError::Refused`] for `exhibit` if
    /// none came.
    pub async fn try_drill(
        &self,
        caller: &Caller,
        mut incoming: Incoming,
        claimed: &[ClaimedFile],
        way: Way,
    ) -> Result<(), AppError> {
        incoming.end_file().await?;
        incoming.check(claimed)?;
        let view = self.my_drill(caller).await?.filter(|view| view.open);
        let drill = view.ok_or(AppError::NotFound)?.drill;
        if incoming.count() == 0 {
            return Err(Refusal::invalid("exhibit", "at-least-one").into());
        }
        let mut kept = Vec::new();
        for file in &incoming.files {
            let key = incoming.keys.of(Compartment::Matter);
            let mut plain = self.store.blobs.open_stream(&file.blob, key).await?;
            let (blob, mut writer) = self.begin_piece().await?;
            while let Some(bytes) = plain.try_next().await? {
                writer.write(&bytes).await?;
            }
            writer.finish().await?;
            kept.push((file.name.clone(), file.media_type.to_owned(), blob));
        }
        incoming.discard().await;
        let mut tx = self.store.db.begin().await?;
        let attempt =
            drills::add_files(&mut tx, &self.store.keys, &drill.id, &kept, &mut self.dice()).await?;
        let payload = format!("{} {attempt} {way}", drill.id);
        let job = format!("{JUDGE}-{}-{attempt}", drill.id);
        jobs::enqueue_in(&mut tx, Lane::Slow, &job, JUDGE, &payload, self.now()).await?;
        Ok(tx.commit().await?)
    }

    /// The job: reads the pictures of an attempt, and says whether the word is in one of them.
    pub(crate) async fn judge_drill(&self, payload: &str) -> Result<(), AppError> {
        let mut parts = payload.split(' ');
        let (Some(id), Some(attempt), Some(way)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(anyhow::anyhow!("a drill, its attempt and its way").into());
        };
        let way = Way::parse(way).unwrap_or(Way::Page);
        let attempt: u64 = attempt.parse().unwrap_or(0);
        let mut read = self.store.db.read().await?;
        let Some(drill) = drills::get(&mut read, id).await? else {
            return Ok(());
        };
        let files = drills::files(&mut read, &self.store.keys, id).await?;
        drop(read);
        let mut text = String::new();
        for file in files.iter().filter(|file| file.attempt == attempt) {
            text += &self.words_in(file).await?;
            text.push('\n');
        }
        let judged = drill::judge(&drill.word, &text);
        let mut tx = self.store.db.begin().await?;
        drills::judge(&mut tx, (id, attempt), way, &judged, self.now()).await?;
        if way == Way::Email && self.writing.is_some() {
            let job = format!("{TOLD}-{id}-{attempt}");
            jobs::enqueue_in(&mut tx, Lane::Slow, &job, TOLD, id, self.now()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The job: says by e-mail how it went.
    pub(crate) async fn tell_drill(&self, job: &Job) -> Result<(), AppError> {
        let Some(writing) = &self.writing else {
            return Ok(());
        };
        let mut read = self.store.db.read().await?;
        let Some(drill) = drills::get(&mut read, &job.payload).await? else {
            return Ok(());
        };
        let language = store::people::language(&mut read, &drill.person).await?;
        drop(read);
        let organisation = self.organisation();
        let Some(person) = organisation.person(&drill.person).filter(|person| person.active) else {
            return Ok(());
        };
        let written = self.composer.drill(&DrillLetter {
            language: language
                .as_deref()
                .and_then(Language::parse)
                .unwrap_or(Language::Da),
            now: self.calendar().local(self.now()),
            municipality: self.procedure().municipality.clone(),
            to: person.name.clone(),
            passed: drill.passed_at.is_some(),
            missing: drill.missing.clone(),
            link: writing.home.as_ref().map(|home| format!("{home}/practise")),
        });
        let note = Note {
            to: (&person.email, &person.name),
            subject: &written.subject,
            text: &written.text,
            at: self.now(),
            id: &job.id,
            answers: None,
        };
        match writing.post.send(&note).await {
            Err(error @ NotSent::Later(_)) if job.attempts < TRIES => Err(anyhow::Error::from(error).into()),
            Err(error) => {
                tracing::error!(%error, "how a drill went can't be sent");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    async fn words_in(&self, file: &DrillFile) -> Result<String, AppError> {
        if !media::is_copied(&file.media_type) {
            return Ok(String::new());
        }
        let internal = |error: std::io::Error| AppError::Internal(error.into());
        let room = tempfile::Builder::new()
            .prefix("vaern-drill-")
            .tempdir()
            .map_err(internal)?;
        let original = room.path().join("original");
        let mut out = tokio::fs::File::create(&original).await.map_err(internal)?;
        let key = self.store.keys.of_uploads();
        let mut plain = self.store.blobs.open_stream(&file.blob, key).await?;
        while let Some(bytes) = plain.try_next().await? {
            out.write_all(&bytes).await.map_err(internal)?;
        }
        out.flush().await.map_err(internal)?;
        let copies = media::copies(&original, &file.media_type, room.path()).await;
        let texts = copies.texts.into_iter().filter_map(|made| made.what.ok());
        Ok(texts.map(|text| text.plain()).collect::<Vec<_>>().join("\n"))
    }

    /// It was no drill: everything that came becomes a report of the caller's. The manager asks whom it is aimed at.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if nothing came; otherwise as [`App::report`].
    pub async fn drill_is_serious(&self, caller: &Caller, text: &str) -> Result<CaseNumber, AppError> {
        let view = self.my_drill(caller).await?.ok_or(AppError::NotFound)?;
        let mut read = self.store.db.read().await?;
        let files = drills::files(&mut read, &self.store.keys, &view.drill.id).await?;
        drop(read);
        if files.is_empty() {
            return Err(AppError::NotFound);
        }
        let mut incoming = self.begin_report(caller);
        for file in &files {
            incoming.file(&file.name, Arrival::Uploaded).await?;
            let key = self.store.keys.of_uploads();
            let mut plain = self.store.blobs.open_stream(&file.blob, key).await?;
            while let Some(bytes) = plain.try_next().await? {
                incoming.write(&bytes).await?;
            }
            incoming.end_file().await?;
        }
        let new = NewReport {
            text: text.to_owned(),
            ..NewReport::default()
        };
        // The same press twice is one report.
        let once = format!("drill-{}", view.drill.id);
        let receipt = self.report(caller, incoming, &[], new, Some(&once)).await?;
        Ok(receipt.number)
    }

    /// The job: a drill has had its time; the result of one that was passed stays.
    pub(crate) async fn forget_drill(&self, id: &str) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        let files = drills::files(&mut tx, &self.store.keys, id).await?;
        drills::forget(&mut tx, id).await?;
        case_drills::forget(&mut tx, id).await?;
        tx.commit().await?;
        for file in files {
            self.store.blobs.delete(&file.blob).await?;
        }
        Ok(())
    }

    /// Whether the caller has sent in a picture within the year.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn has_practised(&self, caller: &Caller) -> Result<bool, AppError> {
        let mut read = self.store.db.read().await?;
        let since = self.now() - FRESH;
        Ok(drills::has_passed(&mut read, caller.id()?, since).await?)
    }

    /// Who counts as having practised.
    pub(crate) async fn practised(&self, read: &mut store::Read) -> Result<Practised, AppError> {
        let since = self.now() - FRESH;
        Ok(Practised {
            pictures: drills::passed(read, since).await?,
            cases: case_drills::passed(read, since).await?,
        })
    }
}
