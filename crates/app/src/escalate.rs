//! Silence moves a case up: jobs that look whether it was taken in time.

use crate::{App, AppError, Caller};
use domain::case::{CaseState, Command, Entry, Event, PassOverReason};
use domain::duties::Duty;
use domain::ids::CaseId;
use domain::vocabulary::DutyKind;
use jiff::{SignedDuration, Timestamp};
use store::Tx;

/// The job's name; its payload is the case's id.
const SILENCE: &str = "silence";
/// How long a worker may hold a job before another takes it over.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

impl App {
    /// Enqueues the next look at a case that nobody has taken yet, in the transaction that changed it.
    pub(crate) async fn watch_silence(
        &self,
        tx: &mut Tx,
        id: &CaseId,
        state: &CaseState,
        duties: &[Duty],
        entries: &[Entry],
    ) -> Result<(), AppError> {
        let Some(receive) = duties.iter().find(|duty| duty.kind == DutyKind::Receive && duty.is_owed()) else {
            return Ok(());
        };
        let opened = entries.iter().any(|entry| matches!(entry.event, Event::CaseOpened { .. }));
        let passed = entries.iter().any(|entry| matches!(entry.event, Event::PassedOver { .. }));
        let grace = self.procedure_of(&state.procedure).escalate_after;
        let look = match receive.due {
            Some(due) if opened => due,
            _ if passed => self.calendar().due(self.now(), grace),
            _ => return Ok(()),
        };
        store::jobs::enqueue(tx, &self.new_id(), SILENCE, id.as_str(), look).await?;
        Ok(())
    }

    /// Does every job that is due, and says how many. Called by the server's own loop and by tests.
    ///
    /// # Errors
    /// Those of the store; a job that fails is tried again later, and its error kept with it.
    pub async fn run_jobs(&self) -> Result<usize, AppError> {
        self.refresh_organisation().await?;
        let mut done = 0;
        loop {
            // A second past the deadline: at the deadline itself it is still in time.
            let now = self.now() - SignedDuration::from_secs(1);
            let mut tx = self.store.db.begin().await?;
            let Some(job) = store::jobs::claim(&mut tx, now, LEASE).await? else { return Ok(done) };
            tx.commit().await?;
            let result = match job.name.as_str() {
                SILENCE => self.look_for_silence(&CaseId::new(job.payload.as_str())).await,
                other => Err(anyhow::anyhow!("no job is called {other}").into()),
            };
            let mut tx = self.store.db.begin().await?;
            match result {
                Ok(()) => store::jobs::done(&mut tx, &job).await?,
                Err(error) => {
                    tracing::error!(job = job.name, %error, "a job failed");
                    store::jobs::fail(&mut tx, &job, &error.to_string(), self.now()).await?
                }
            };
            tx.commit().await?;
            done += 1;
        }
    }

    /// When the next job is due; `None` if there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn next_job(&self) -> Result<Option<Timestamp>, AppError> {
        Ok(store::jobs::next_run(&mut self.store.db.read().await?).await?)
    }

    async fn look_for_silence(&self, id: &CaseId) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        let Some(case) = store::cases::by_id(&mut read, &self.store.keys, id).await? else { return Ok(()) };
        drop(read);
        let command = Command::PassOver { reason: PassOverReason::Silent };
        match self.perform(&Caller::system(), &case.number, command, None).await {
            // Taken meanwhile, closed, or nobody left above: the domain says there is nothing to do.
            Ok(_) | Err(AppError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
