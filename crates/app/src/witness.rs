//! The server as a witness: a job looks at the links that a case has, one at a time, and records what it saw; what it kept is
//! sealed like any exhibit (docs/adr/0011-witness.md).

use crate::intake::Incoming;
use crate::{App, AppError, Caller};
use domain::case::witnessed::{Stopped, Witnessed, server};
use domain::case::{Arrival, CaseState, Entry, Event, Phase};
use domain::ids::{CaseId, CaseNumber};
use jiff::Timestamp;
use outside::witness::{Browser, Captured, Signed, Unwritten};
use sha2::{Digest, Sha256};
use store::Tx;
use store::jobs::{self, Job, Lane};

/// The job's name; its payload is the case's id, and no link: payloads lie in clear.
pub(crate) const WITNESS: &str = "witness";
/// Tries before it is recorded that nothing came of it.
const TRIES: u32 = 3;
const PICTURE: &str = "webside.png";
const ARCHIVE: &str = "webside.wacz";

impl App {
    /// Has the links that cases get looked at by this browser.
    #[must_use]
    pub fn with_witness(mut self, browser: Option<Browser>) -> Self {
        self.witness = browser;
        self
    }

    /// Enqueues a look where these entries left the case with a link that nobody has looked at; nothing without a browser.
    pub(crate) async fn witness_later(
        &self,
        tx: &mut Tx,
        case: &CaseId,
        entries: &[Entry],
        state: &CaseState,
    ) -> Result<(), AppError> {
        let may_leave_one = |entry: &&Entry| {
            matches!(
                entry.event,
                Event::ReportMade(_) | Event::ExhibitSealed(_) | Event::LinkWitnessed(_)
            )
        };
        let Some(last) = entries.iter().rfind(may_leave_one) else {
            return Ok(());
        };
        if self.witness.is_none() || state.phase == Phase::Joined || state.unwitnessed().is_empty() {
            return Ok(());
        }
        let id = format!("{WITNESS}-{case}-{}", last.seq);
        jobs::enqueue_in(tx, Lane::Slow, &id, WITNESS, case.as_str(), last.at).await?;
        Ok(())
    }

    /// The job: looks at the case's first link that nobody has looked at, and records it. What it leaves is for the next.
    pub(crate) async fn look_at_link(&self, job: &Job) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        let found = store::cases::by_id(&mut read, &self.store.keys, &CaseId::new(&job.payload)).await?;
        drop(read);
        let (Some(found), Some(browser)) = (found, &self.witness) else {
            return Ok(());
        };
        let (view, keys, _) = self.look(&Caller::system(), &found.number).await?;
        let links = view.state.unwitnessed();
        let Some(link) = links.first().filter(|_| view.state.phase != Phase::Joined) else {
            return Ok(());
        };
        let now = self.now();
        let mut incoming = self.incoming(found.id, keys, None, Some(found.number.clone()));
        let done = async {
            let seen = if job.attempts > TRIES {
                Witnessed::nothing(link, now, Stopped::GivenUp)
            } else {
                self.capture(browser, link, now, &mut incoming).await?
            };
            self.keep_look(&found.number, seen, &mut incoming).await
        };
        let done = done.await;
        incoming.settle(done).await
    }

    /// Captures the page; its picture and its archive arrive like any file.
    async fn capture(
        &self,
        browser: &Browser,
        link: &str,
        now: Timestamp,
        incoming: &mut Incoming,
    ) -> Result<Witnessed, AppError> {
        let internal = |error: std::io::Error| AppError::Internal(error.into());
        let room = self.browser_room()?;
        let captured = browser.capture(link, now, room.folder.path()).await;
        let captured = captured.map_err(|error| AppError::Internal(error.into()))?;
        room.folder.close().map_err(internal)?;
        let (archive, key) = self.archive_of(&captured)?;
        let files = [(PICTURE, captured.picture.as_ref()), (ARCHIVE, archive.as_ref())];
        let mut numbers = [None; 2];
        for ((name, bytes), number) in files.into_iter().zip(&mut numbers) {
            if let Some(bytes) = bytes {
                incoming.file(name, Arrival::Server).await?;
                incoming.write(bytes).await?;
                incoming.end_file().await?;
                // Its place among the files for now.
                *number = u32::try_from(incoming.count()).ok();
            }
        }
        Ok(Witnessed {
            asked: link.to_owned(),
            at: now,
            seen: captured.seen,
            stopped: captured.stopped,
            url: captured.url,
            status: captured.status,
            title: captured.title,
            hops: captured.hops,
            address: captured.address,
            certificate: captured.certificate,
            picture: numbers[0],
            archive: numbers[1],
            bytes: captured.bytes,
            refused: captured.refused,
            cut: captured.cut,
            browser: captured.browser,
            key,
        })
    }

    /// The signed archive, and the fingerprint of the key that signed it; neither where nothing was fetched.
    fn archive_of(&self, captured: &Captured) -> Result<(Option<Vec<u8>>, String), AppError> {
        let internal = |error: proof::archive::NoKey| AppError::Internal(error.into());
        let key = self.signing.for_web_archives().map_err(internal)?;
        let sign = |text: &str| {
            let signature = key.sign(text).map_err(|error| Unwritten(error.to_string()))?;
            Ok(Signed {
                signature,
                public_key: key.public(),
            })
        };
        let archive = captured.archive(&sign);
        let archive = archive.map_err(|error| AppError::Internal(error.into()))?;
        let fingerprint = archive
            .as_ref()
            .map(|_| hex::encode(Sha256::digest(key.public())));
        Ok((archive, fingerprint.unwrap_or_default()))
    }

    /// Records a look once, with its files as the case's next exhibits.
    async fn keep_look(
        &self,
        number: &CaseNumber,
        seen: Witnessed,
        incoming: &mut Incoming,
    ) -> Result<(), AppError> {
        let hashed = incoming.check(&[])?;
        let system = Caller::system();
        let mut tx = self.store.db.begin().await?;
        let mut case = self.lock(&mut tx, &system, number).await?;
        // Another worker may have been faster, or the case joined to another.
        if !case.state.unwitnessed().contains(&seen.asked) || case.state.phase == Phase::Joined {
            return Ok(());
        }
        let first = case.state.next_exhibit();
        let from = (Some(seen.at), Some(seen.asked.clone()));
        let exhibits = incoming.exhibits(first, &hashed, &server(), None, from);
        let mut events = incoming.sealing(&exhibits);
        let number_of = |place: Option<u32>| place.map(|place| first + place - 1);
        events.push(Event::LinkWitnessed(Box::new(Witnessed {
            picture: number_of(seen.picture),
            archive: number_of(seen.archive),
            ..seen
        })));
        self.append(&mut tx, &mut case, &system.actor, events).await?;
        self.record_blobs(&mut tx, &incoming.case, &incoming.files)
            .await?;
        self.scan_later(&mut tx, &incoming.case, &incoming.files, &exhibits)
            .await?;
        incoming.commit(tx).await
    }
}
