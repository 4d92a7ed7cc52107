//! Malware: what the scanner said becomes an entry beside the exhibit; what it could not say is asked again by a job.

use crate::intake::Incoming;
use crate::{App, AppError, Caller, ReceivedFile};
use anyhow::Context as _;
use domain::case::{Event, Exhibit, Mailed, Verdict};
use domain::ids::CaseId;
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use outside::malware::{self, Scan};
use store::Tx;

/// The job's name; its payload is the case's id and the exhibit's number, with a colon between.
pub(crate) const SCAN: &str = "scan";

impl Incoming {
    /// The entries that make these files exhibits: each sealed, and then what the scanner said of it.
    pub(crate) fn sealing(&self, exhibits: &[Exhibit]) -> Vec<Event> {
        let sealed = |(exhibit, file): (&Exhibit, &ReceivedFile)| {
            let scanned = file.scan.as_ref().map(|scan| scanned(exhibit.number, scan));
            std::iter::once(Event::ExhibitSealed(exhibit.clone())).chain(scanned)
        };
        let mut events: Vec<Event> = exhibits.iter().zip(&self.files).flat_map(sealed).collect();
        events.extend(
            self.mailed(exhibits)
                .map(|mailed| Event::ExhibitMailed(Box::new(mailed))),
        );
        events
    }

    /// How the message among these came, with the numbers of the exhibits that it became.
    fn mailed(&self, exhibits: &[Exhibit]) -> Option<Mailed> {
        let number = |place: u32| Some(exhibits.get(usize::try_from(place).ok()?)?.number);
        let mut mailed = self.slip.as_ref()?.mailed.clone();
        mailed.exhibit = number(0)?;
        for part in &mut mailed.inside {
            part.exhibit = part.exhibit.and_then(number);
        }
        Some(mailed)
    }
}

/// The verdict, and what was found, or why there is no answer.
pub(crate) fn said(scan: &Scan) -> (Verdict, String) {
    match &scan.verdict {
        malware::Verdict::Clean => (Verdict::Clean, String::new()),
        malware::Verdict::Infected(name) => (Verdict::Infected, name.clone()),
        malware::Verdict::Unchecked(why) => (Verdict::Unchecked, (*why).to_owned()),
    }
}

fn scanned(exhibit: u32, scan: &Scan) -> Event {
    let (verdict, found) = said(scan);
    Event::ExhibitScanned {
        exhibit,
        verdict,
        found,
        scanner: scan.scanner.clone(),
    }
}

impl App {
    /// Enqueues another look at what the scanner could not be asked about, in the transaction that seals it.
    pub(crate) async fn scan_later(
        &self,
        tx: &mut Tx,
        case: &CaseId,
        files: &[ReceivedFile],
        exhibits: &[Exhibit],
    ) -> Result<(), AppError> {
        for (exhibit, file) in exhibits.iter().zip(files) {
            let Some(malware::Verdict::Unchecked("unreachable")) =
                file.scan.as_ref().map(|scan| scan.verdict.clone())
            else {
                continue;
            };
            let payload = format!("{case}:{}", exhibit.number);
            let id = format!("{SCAN}-{}", exhibit.blob);
            store::jobs::enqueue(tx, &id, SCAN, &payload, self.now()).await?;
        }
        Ok(())
    }

    /// Asks the scanner about one exhibit that it has not seen.
    ///
    /// # Errors
    /// If it still can't be asked: the job is tried again later.
    pub(crate) async fn scan_again(&self, payload: &str) -> Result<(), AppError> {
        let (case, exhibit) = payload.split_once(':').context("not a case and an exhibit")?;
        let number: u32 = exhibit.parse().context("not an exhibit's number")?;
        let mut read = self.store.db.read().await?;
        let found = store::cases::by_id(&mut read, &self.store.keys, &CaseId::new(case)).await?;
        drop(read);
        let (Some(found), Some(scanner)) = (found, &self.scanner) else {
            return Ok(());
        };
        let (view, keys, _) = self.look(&Caller::system(), &found.number).await?;
        let exhibit = view.state.exhibit(number).ok_or(AppError::NotFound)?;
        let stream = self
            .store
            .blobs
            .open_stream(&exhibit.blob, keys.of(Compartment::Matter))
            .await?;
        let scan = scanner.scan(stream.map_err(std::io::Error::other)).await;
        if scan.verdict == malware::Verdict::Unchecked("unreachable") {
            return Err(anyhow::anyhow!("the malware scanner can't be reached").into());
        }
        let mut tx = self.store.db.begin().await?;
        let system = Caller::system();
        let mut case = self.lock(&mut tx, &system, &found.number).await?;
        if case.state.scans.get(&number) == Some(&Verdict::Unchecked) {
            let event = scanned(number, &scan);
            self.append(&mut tx, &mut case, &system.actor, vec![event])
                .await?;
        }
        Ok(tx.commit().await?)
    }
}
