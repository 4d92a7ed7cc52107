//! The jobs that take their time, each kind in a lane with a worker of its own, apart from [`App::run_jobs`]: so no deadline waits for a
//! film, and no receipt for 40,000 reminders.

use crate::{App, AppError};
use jiff::SignedDuration;
use store::jobs::{self, Lane};

/// How long a worker may hold a job: more than all programs together are given for one file.
const LEASE: SignedDuration = SignedDuration::from_mins(30);

/// The lanes, and how many workers each wants that call [`App::work_in`] now and then: whoever sends reminders mostly waits for the
/// mail server.
pub const SLOW_LANES: [(Lane, usize); 4] = [
    (Lane::Slow, 1),
    (Lane::Letters, 1),
    (Lane::Reminders, 4),
    (Lane::Backup, 1),
];

impl App {
    /// Does every job of the slow lanes that is due, lane after lane, and says how many.
    ///
    /// # Errors
    /// As [`App::work_in`].
    pub async fn run_slow_jobs(&self) -> Result<usize, AppError> {
        let mut done = 0;
        for (lane, _) in SLOW_LANES {
            done += self.work_in(lane).await?;
        }
        Ok(done)
    }

    /// Does every job of one slow lane that is due, one after the other, and says how many.
    ///
    /// # Errors
    /// Those of the store; a job that fails is tried again later.
    pub async fn work_in(&self, lane: Lane) -> Result<usize, AppError> {
        let mut done = 0;
        loop {
            let mut tx = self.store.db.begin().await?;
            let Some(job) = jobs::claim_in(&mut tx, lane, self.now(), LEASE).await? else {
                return Ok(done);
            };
            tx.commit().await?;
            let result = match job.name.as_str() {
                crate::backup::BACKUP => self.daily_backup().await,
                crate::copies::DERIVE => self.make_copies_for(&job).await,
                crate::stamp::STAMP => self.ask_for_stamp(&job.payload).await,
                crate::drill::JUDGE => self.judge_drill(&job.payload).await,
                crate::drill::TOLD => self.tell_drill(&job).await,
                crate::drill::FORGET => self.forget_drill(&job.payload).await,
                crate::remind::ROUND => self.remind_round(&job.payload).await,
                crate::remind::ONE => self.remind_one(&job).await,
                crate::uploads::FORGET => self.forget_upload(&job.payload).await,
                crate::witness::WITNESS => self.look_at_link(&job).await,
                crate::mailroom::RECEIPT => self.send_receipt(&job).await,
                other => Err(anyhow::anyhow!("no job is called {other}").into()),
            };
            let mut tx = self.store.db.begin().await?;
            match result {
                Ok(()) => jobs::done(&mut tx, &job).await?,
                Err(error) => {
                    tracing::error!(job = job.name, %error, "a job failed");
                    jobs::fail(&mut tx, &job, &error.to_string(), self.now()).await?
                }
            };
            tx.commit().await?;
            done += 1;
        }
    }
}
