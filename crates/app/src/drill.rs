//! Practising: pictures that come through the same doors as a report, kept apart from every case, and read by a job.

mod case;
mod judge;
mod passed;
mod sent;

pub use case::CaseDrillView;
pub(crate) use passed::KeptPassed;
pub use sent::AttemptView;

use crate::idempotency::Once;
use crate::intake::{commit_files, discard};
use crate::mailroom::TakenMail;
use crate::report::fingerprint;
use crate::{App, AppError, Caller, ClaimedFile, Incoming};
use domain::case::{NewReport, Refusal, report};
use domain::drill::{self, KEPT, OPEN, Part, Way};
use domain::ids::{BlobId, ReportId};
use domain::language::Language;
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use jiff::Zoned;
use sent::Sent;
use store::drills::{self, Drill};
use store::jobs::{self, Lane};
use store::{blobs::Written, case_drills};

/// The jobs' names; payload: the drill's id, and of judging the way.
pub(crate) const JUDGE: &str = "drill-judge";
pub(crate) const FORGET: &str = "drill-end";
pub(crate) const TOLD: &str = "drill-told";

/// After so many tries it is given up: it stands on the page.
const TRIES: u32 = 5;

/// The files of an attempt under the system's key: name, media type, file.
#[derive(Default)]
struct Copied {
    files: Vec<(String, String, BlobId)>,
    /// Those files as long as nothing owns them for certain.
    written: Vec<Written>,
}

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
    /// The names of files that were not opened, since malware was found in them.
    pub infected: Vec<String>,
    /// Where it can be gone on with, or made a report of.
    pub link: Option<String>,
}

/// How somebody's practising stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillView {
    /// The latest drill.
    pub drill: Drill,
    /// It can still be sent in.
    pub open: bool,
    /// Pictures came that are not read yet.
    pub waits: bool,
    /// Everything that came and is still kept, of earlier drills too, newest first.
    pub attempts: Vec<AttemptView>,
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

    /// How the caller's practising stands; none if they have no drill and nothing of one is kept.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn my_drill(&self, caller: &Caller) -> Result<Option<DrillView>, AppError> {
        let mut read = self.store.db.read().await?;
        let Some(drill) = drills::latest(&mut read, caller.id()?).await? else {
            return Ok(None);
        };
        let attempts = self.my_attempts(&mut read, caller).await?;
        let of_this = attempts.iter().filter(|attempt| attempt.drill == drill.id);
        let last = of_this.map(|attempt| attempt.attempt).max().unwrap_or(0);
        Ok(Some(DrillView {
            open: self.goes_on(&drill),
            waits: drill.passed_at.is_none() && last > drill.judged_attempt,
            attempts,
            drill,
        }))
    }

    /// Whether the caller has a drill that can be sent in.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn practises(&self, caller: &Caller) -> Result<bool, AppError> {
        let mut read = self.store.db.read().await?;
        let drill = drills::latest(&mut read, caller.id()?).await?;
        Ok(drill.is_some_and(|drill| self.goes_on(&drill)))
    }

    fn goes_on(&self, drill: &Drill) -> bool {
        drill.passed_at.is_none() && self.now() < drill.started + OPEN
    }

    /// Takes what came as a report for the caller's drill instead: no case is made of it, and everything is kept that it takes to make
    /// one of it after all. `false` if they have no drill that is open: then nothing was done, and it is a report like any other. The
    /// same `idempotency` key is the same sending. What `incoming` holds is the caller's to discard.
    ///
    /// # Errors
    /// As [`App::report`]; [`AppError::Refused`] for `exhibit` if no file came.
    pub async fn try_drill(
        &self,
        caller: &Caller,
        incoming: &mut Incoming,
        claimed: &[ClaimedFile],
        new: &NewReport,
        idempotency: Option<&str>,
    ) -> Result<bool, AppError> {
        incoming.end_file().await?;
        incoming.check(claimed)?;
        let once = self.once(caller, idempotency, &("drill", fingerprint(new, incoming)))?;
        if let Some(once) = &once {
            let mut tx = self.store.db.begin().await?;
            match self.answered(&mut tx, once).await {
                Ok(Some(_)) => return Ok(true),
                Ok(None) => {}
                // The key is that of a report, or of something else: there it is said.
                Err(AppError::KeyReused) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        if !self.practises(caller).await? {
            return Ok(false);
        }
        if incoming.count() == 0 {
            return Err(Refusal::invalid("exhibit", "at-least-one").into());
        }
        self.could_be_told(caller, incoming, new)?;
        let mut kept = Copied::default();
        let done = match self.copy_apart(incoming, &mut kept).await {
            Ok(()) => {
                let sent = Sent::of(incoming, claimed, new);
                let mail = TakenMail::practised(incoming, caller.id()?, self.now());
                self.keep_attempt(caller, mail.as_ref(), &sent, &mut kept, once.as_ref())
                    .await
            }
            Err(error) => Err(error),
        };
        discard(&self.store, kept.written).await;
        done
    }

    /// What could be no report is said at once: it may have to become one.
    fn could_be_told(&self, caller: &Caller, incoming: &Incoming, new: &NewReport) -> Result<(), AppError> {
        let (organisation, procedure) = (self.organisation(), self.procedure());
        let ctx = self.context(&organisation, &procedure, self.now());
        let new = NewReport {
            files: incoming.count(),
            ..new.clone()
        };
        let id = ReportId::new(self.new_id());
        Ok(report(&new, caller.id()?, id, &ctx).map(drop)?)
    }

    /// The files once more, under the system's key: the case whose key they came under will never be.
    async fn copy_apart(&self, incoming: &mut Incoming, kept: &mut Copied) -> Result<(), AppError> {
        for file in &incoming.files {
            let key = incoming.keys.of(Compartment::Matter);
            let mut plain = self.store.blobs.open_stream(&file.blob, key).await?;
            let mut writer = self.begin_piece().await?;
            while let Some(bytes) = plain.try_next().await? {
                writer.write(&bytes).await?;
            }
            let written = writer.finish().await?;
            let blob = written.id().clone();
            kept.written.push(written);
            kept.files
                .push((file.name.clone(), file.media_type.to_owned(), blob));
        }
        Ok(())
    }

    async fn keep_attempt(
        &self,
        caller: &Caller,
        mail: Option<&TakenMail>,
        sent: &Sent,
        kept: &mut Copied,
        once: Option<&Once>,
    ) -> Result<bool, AppError> {
        let way = if mail.is_some() { Way::Email } else { Way::Page };
        let (json, now) = (sent.json()?, self.now());
        let mut tx = self.store.db.begin().await?;
        let drill = drills::lock_latest(&mut tx, caller.id()?).await?;
        let Some(drill) = drill.filter(|drill| self.goes_on(drill)) else {
            return Ok(false);
        };
        let (ring, mut dice) = (&self.store.keys, self.dice());
        let to = (drill.id.as_str(), way, now);
        let attempt = drills::add_attempt(&mut tx, ring, to, &json, &kept.files, &mut dice).await?;
        if let Some(mail) = mail {
            self.mail_practised(&mut tx, mail).await?;
        }
        if let Some(once) = once {
            self.remember(&mut tx, once, b"drill").await?;
        }
        let payload = format!("{} {attempt} {way}", drill.id);
        let job = format!("{JUDGE}-{}-{attempt}", drill.id);
        jobs::enqueue_in(&mut tx, Lane::Slow, &job, JUDGE, &payload, now).await?;
        // As with a report: a line lost here may have committed all the same, and rather a file too many than one too few.
        commit_files(tx, &mut kept.written).await?;
        Ok(true)
    }

    /// The job: a drill has had its time; the result of one that was passed stays.
    pub(crate) async fn forget_drill(&self, id: &str) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        let files = self.store.forget_drill(&mut tx, id, self.now()).await?;
        case_drills::forget(&mut tx, id).await?;
        tx.commit().await?;
        Ok(self.store.remove(files).await?)
    }
}
