//! What was sent as a drill, kept whole: should it have been for real, it becomes the report that it would have been without the box.

use crate::intake::{ClaimedFile, Incoming, ReceivedFile};
use crate::kind::EML;
use crate::mailroom::Slip;
use crate::{App, AppError, Caller};
use domain::case::mailed::Mailed;
use domain::case::{Arrival, Capture, NewReport, Verdict};
use domain::drill::Way;
use domain::ids::CaseNumber;
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use outside::malware::{self, Scan};
use serde::{Deserialize, Serialize};
use store::drills::{self, Attempt, DrillFile};

/// What came beside the files of one sending, and of each file what is not in its row.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Sent {
    pub report: NewReport,
    pub claimed: Vec<ClaimedFile>,
    /// In the order of the files.
    pub files: Vec<SentFile>,
    /// The e-mail that it came in: its SHA-256 and its facts.
    pub mail: Option<(String, Mailed)>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SentFile {
    pub arrival: Arrival,
    pub capture: Option<Capture>,
    pub scan: Option<SentScan>,
}

/// What the scanner said of a file: the verdict, what was found or why there is none, and the scanner's name.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SentScan {
    pub verdict: Verdict,
    pub found: String,
    pub scanner: String,
}

/// One sending of the caller's that is still kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptView {
    pub drill: String,
    pub attempt: u64,
    pub at: Timestamp,
    pub way: Way,
    /// The files' names.
    pub files: Vec<String>,
    /// The names of those in which malware was found: they are never opened.
    pub infected: Vec<String>,
    /// The case that it became.
    pub became: Option<CaseNumber>,
}

impl Default for SentFile {
    fn default() -> Self {
        Self {
            arrival: Arrival::Uploaded,
            capture: None,
            scan: None,
        }
    }
}

impl SentFile {
    pub fn is_infected(&self) -> bool {
        let scan = self.scan.as_ref();
        scan.is_some_and(|scan| scan.verdict == Verdict::Infected)
    }

    /// Nobody has looked at it, though somebody might now.
    pub fn is_unseen(&self) -> bool {
        let scan = self.scan.as_ref();
        scan.is_none_or(|scan| scan.verdict == Verdict::Unchecked && scan.found == "unreachable")
    }
}

impl From<&Scan> for SentScan {
    fn from(scan: &Scan) -> Self {
        let (verdict, found) = crate::scan::said(scan);
        Self {
            verdict,
            found,
            scanner: scan.scanner.clone(),
        }
    }
}

impl Sent {
    /// What there is to keep of this sending.
    pub fn of(incoming: &Incoming, claimed: &[ClaimedFile], report: &NewReport) -> Self {
        let file = |file: &ReceivedFile| SentFile {
            arrival: file.arrival,
            capture: file.capture.clone(),
            scan: file.scan.as_ref().map(SentScan::from),
        };
        Self {
            report: report.clone(),
            claimed: claimed.to_vec(),
            files: incoming.files.iter().map(file).collect(),
            mail: incoming.slip.as_ref().map(Slip::facts),
        }
    }

    pub fn json(&self) -> Result<Vec<u8>, AppError> {
        serde_json::to_vec(self).map_err(|error| AppError::Internal(error.into()))
    }

    /// Of an attempt. What came before this was kept is a report without a word about its files.
    pub fn read(attempt: &Attempt) -> Result<Self, AppError> {
        match &attempt.sent {
            Some(json) => serde_json::from_slice(json).map_err(|error| AppError::Internal(error.into())),
            None => Ok(Self::default()),
        }
    }

    /// Of the file in this place, from 0.
    pub fn file(&self, place: usize) -> SentFile {
        self.files.get(place).cloned().unwrap_or_default()
    }
}

impl App {
    /// Everything that the caller sent in as a drill and that is still kept, newest first.
    pub(super) async fn my_attempts(
        &self,
        read: &mut store::Read,
        caller: &Caller,
    ) -> Result<Vec<AttemptView>, AppError> {
        let ring = &self.store.keys;
        let mut views = Vec::new();
        for attempt in drills::attempts(read, ring, caller.id()?).await? {
            let sent = Sent::read(&attempt)?;
            let files = drills::files(read, ring, &attempt.drill).await?;
            let (mut names, mut infected) = (Vec::new(), Vec::new());
            for (place, file) in of_attempt(files, attempt.number).enumerate() {
                if sent.file(place).is_infected() {
                    infected.push(file.name.clone());
                }
                names.push(file.name);
            }
            views.push(AttemptView {
                drill: attempt.drill,
                attempt: attempt.number,
                at: attempt.at,
                way: attempt.way,
                files: names,
                infected,
                became: attempt.became,
            });
        }
        Ok(views)
    }

    /// It was no drill: what came in one sending becomes the report that it would have been without the box, with the same words,
    /// files and facts. Pressed twice, it is one.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if it is another's, or forgotten; otherwise as [`App::report`].
    pub async fn drill_is_serious(
        &self,
        caller: &Caller,
        drill: &str,
        attempt: u64,
    ) -> Result<CaseNumber, AppError> {
        let mut read = self.store.db.read().await?;
        let own = drills::get(&mut read, drill).await?;
        own.filter(|own| Some(&own.person) == caller.actor.person())
            .ok_or(AppError::NotFound)?;
        let ring = &self.store.keys;
        let found = drills::attempt(&mut read, ring, drill, attempt).await?;
        let found = found.ok_or(AppError::NotFound)?;
        if let Some(number) = found.became {
            return Ok(number);
        }
        let sent = Sent::read(&found)?;
        let files = drills::files(&mut read, ring, drill).await?;
        drop(read);
        let mut incoming = self.begin_report(caller);
        for (place, file) in of_attempt(files, attempt).enumerate() {
            self.give_back(&mut incoming, &file, sent.file(place)).await?;
        }
        incoming.slip = sent.mail.map(|(id, mailed)| Slip::again(id, mailed));
        incoming.drill = Some((drill.to_owned(), attempt));
        let once = format!("drill-{drill}-{attempt}");
        let receipt = self
            .report(caller, incoming, &sent.claimed, sent.report, Some(&once))
            .await?;
        Ok(receipt.number)
    }

    /// Puts a file among those of a report, as it came then.
    async fn give_back(
        &self,
        incoming: &mut Incoming,
        file: &DrillFile,
        sent: SentFile,
    ) -> Result<(), AppError> {
        if file.media_type == EML.media_type {
            incoming.letter(&file.name, sent.arrival).await?;
        } else {
            incoming.file(&file.name, sent.arrival).await?;
        }
        let infected = sent.is_infected();
        if let Some(capture) = sent.capture {
            incoming.captured(capture)?;
        }
        let key = self.store.keys.of_uploads();
        let mut plain = self.store.blobs.open_stream(&file.blob, key).await?;
        while let Some(bytes) = plain.try_next().await? {
            incoming.write(&bytes).await?;
        }
        incoming.end_file().await?;
        // What was found once is not taken back by a scanner that is down, or was never asked again.
        if let (true, Some(scan), Some(file)) = (infected, sent.scan, incoming.files.last_mut()) {
            file.scan = Some(Scan {
                verdict: malware::Verdict::Infected(scan.found),
                scanner: scan.scanner,
            });
        }
        Ok(())
    }
}

/// Those that came together.
pub(super) fn of_attempt(files: Vec<DrillFile>, attempt: u64) -> impl Iterator<Item = DrillFile> {
    files.into_iter().filter(move |file| file.attempt == attempt)
}
