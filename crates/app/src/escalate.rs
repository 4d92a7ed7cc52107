//! Silence moves a case up: jobs that look whether it was taken in time.

use crate::{App, AppError, Caller};
use domain::case::{CaseState, Command, PassOverReason};
use domain::duties::silent_at;
use domain::ids::{CaseId, CaseNumber};
use domain::procedure::Procedure;
use jiff::{SignedDuration, Timestamp};
use store::Tx;

/// The job's name; its payload is the case's id.
pub(crate) const SILENCE: &str = "silence";
/// How long a worker may hold a job before another takes it over.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

impl App {
    /// Enqueues the next look at a case that nobody has taken yet, in the transaction that changed it from `before`
    /// (none for a new case).
    pub(crate) async fn watch_silence(
        &self,
        tx: &mut Tx,
        id: &CaseId,
        before: Option<&CaseState>,
        after: &CaseState,
        procedure: &Procedure,
    ) -> Result<(), AppError> {
        let look = |state| silent_at(state, procedure, self.calendar());
        match look(after) {
            Some(at) if before.and_then(look) != Some(at) => self.look_at(tx, id, at).await,
            _ => Ok(()),
        }
    }

    /// One look at this case at this time, however often it is asked for.
    async fn look_at(&self, tx: &mut Tx, id: &CaseId, at: Timestamp) -> Result<(), AppError> {
        let job = format!("{SILENCE}-{id}-{}", at.as_microsecond());
        store::jobs::enqueue(tx, &job, SILENCE, id.as_str(), at).await?;
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
            let Some(job) = store::jobs::claim(&mut tx, now, LEASE).await? else {
                return Ok(done);
            };
            tx.commit().await?;
            let result = match job.name.as_str() {
                SILENCE => self.look_for_silence(&CaseId::new(job.payload.as_str())).await,
                crate::daily::SEAL => self.daily_seal().await,
                crate::daily::COLLECT => self.daily_collection().await,
                crate::daily::REVERIFY => self.daily_round(&job.payload).await,
                crate::scan::SCAN => self.scan_again(&job.payload).await,
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
        let Some(case) = store::cases::by_id(&mut read, &self.store.keys, id).await? else {
            return Ok(());
        };
        drop(read);
        let command = Command::PassOver {
            reason: PassOverReason::Silent,
        };
        match self.perform(&Caller::system(), &case.number, command, None).await {
            Ok(_) => Ok(()),
            // Taken meanwhile, closed, or nobody left above: the domain says there is nothing to do, or not yet.
            Err(AppError::Refused(_)) => self.look_later(id, &case.number).await,
            Err(error) => Err(error),
        }
    }

    /// If there is still time (the calendar has got another closed day since), looks again when it is over.
    async fn look_later(&self, id: &CaseId, number: &CaseNumber) -> Result<(), AppError> {
        let (view, _, _) = self.look(&Caller::system(), number).await?;
        let later = silent_at(&view.state, &view.procedure, self.calendar()).filter(|at| *at > self.now());
        let Some(at) = later else { return Ok(()) };
        let mut tx = self.store.db.begin().await?;
        self.look_at(&mut tx, id, at).await?;
        Ok(tx.commit().await?)
    }
}
