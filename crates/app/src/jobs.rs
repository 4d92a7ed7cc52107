//! Doing the jobs: each is claimed for a short while, with a sign of life every third of it for as long as the work
//! takes, so that no work is lost for long when a node dies, and none is done twice while it lives.

mod purge;
mod schedule;

pub(crate) use purge::PURGE;

use crate::{App, AppError};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use store::jobs::{self, Job, Lane};

/// A job that is being done.
pub(crate) type Work<'a> = BoxFuture<'a, Result<(), AppError>>;

/// What becomes of a job of another version of this program.
pub(crate) fn no_such(job: &Job) -> Work<'_> {
    async { Err(anyhow::anyhow!("no job is called {}", job.name).into()) }.boxed()
}

impl App {
    /// Does every job that is due, and says how many. Called by the server's own loop and by tests.
    ///
    /// # Errors
    /// Those of the store; a job that fails is tried again later, and its error kept with it.
    pub async fn run_jobs(&self) -> Result<usize, AppError> {
        self.refresh_organisation().await?;
        self.refresh_procedure().await?;
        self.begin_planned().await?;
        // A second past the deadline: at the deadline itself it is still in time.
        self.work(Lane::Prompt, SignedDuration::from_secs(1)).await
    }

    /// When the next job is due; `None` if there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn next_job(&self) -> Result<Option<Timestamp>, AppError> {
        Ok(jobs::next_run(&mut self.store.db.read().await?).await?)
    }

    /// Gives back what this node is working on, for the others or for the next start. Call it once nothing works any more.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn stop_jobs(&self) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        let released = jobs::release(&mut tx, &self.store.node).await?;
        store::schedule::leave(&mut tx, &self.store.node).await?;
        store::nodes::leave(&mut tx, &self.store.node).await?;
        tx.commit().await?;
        if released > 0 {
            tracing::info!(
                jobs = released,
                "jobs under way wait for another node or the next start"
            );
        }
        Ok(())
    }

    /// Does every job of a lane that was due `before` now, one after the other.
    pub(crate) async fn work(&self, lane: Lane, before: SignedDuration) -> Result<usize, AppError> {
        let mut done = 0;
        loop {
            let mut tx = self.store.db.begin().await?;
            let job = jobs::claim_in(&mut tx, lane, self.now() - before, &self.store.node).await?;
            tx.commit().await?;
            let Some(job) = job else { return Ok(done) };
            let work = match lane {
                Lane::Prompt => self.prompt_job(&job),
                _ => self.slow_job(&job),
            };
            match self.keeping(&job, work).await {
                Some(result) => self.finish(&job, result).await?,
                None => tracing::warn!(job = job.name, "a job has gone to another worker; left to it"),
            }
            done += 1;
        }
    }

    /// Each kind of work on the heap: side by side in one frame they are larger than a thread's stack has room for.
    fn prompt_job<'a>(&'a self, job: &'a Job) -> Work<'a> {
        match job.name.as_str() {
            crate::escalate::SILENCE => self.look_for_silence(&job.payload).boxed(),
            crate::daily::SEAL => self.daily_seal().boxed(),
            crate::daily::COLLECT => self.daily_collection().boxed(),
            crate::daily::REVERIFY => self.daily_round(&job.payload).boxed(),
            crate::scan::SCAN => self.scan_again(&job.payload).boxed(),
            PURGE => self.purge().boxed(),
            _ => no_such(job),
        }
    }

    /// The work's result; `None` if the job has gone to another worker meanwhile.
    async fn keeping(&self, job: &Job, mut work: Work<'_>) -> Option<Result<(), AppError>> {
        loop {
            if let Ok(result) = tokio::time::timeout(jobs::RENEW_EVERY, &mut work).await {
                return Some(result);
            }
            match self.renew(job).await {
                Ok(true) => {}
                Ok(false) => return None,
                // The lease holds for two more of these.
                Err(error) => tracing::warn!(job = job.name, %error, "no sign of life could be given"),
            }
        }
    }

    async fn renew(&self, job: &Job) -> Result<bool, AppError> {
        let mut tx = self.store.db.begin().await?;
        let ours = jobs::renew(&mut tx, job).await?;
        tx.commit().await?;
        Ok(ours)
    }

    async fn finish(&self, job: &Job, result: Result<(), AppError>) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        match result {
            Ok(()) => jobs::done(&mut tx, job).await?,
            Err(error) => {
                tracing::error!(job = job.name, %error, "a job failed");
                jobs::fail(&mut tx, job, &error.to_string(), self.now()).await?
            }
        };
        Ok(tx.commit().await?)
    }
}
