//! The jobs that take their time, each kind in a lane with a worker of its own, apart from [`App::run_jobs`]: so no deadline waits for a
//! film, and no receipt for 40,000 reminders.

use crate::jobs::{Work, no_such};
use crate::{App, AppError};
use futures_util::FutureExt as _;
use jiff::SignedDuration;
use store::jobs::{Job, Lane};

/// The most workers of the slow lane, however many cores there are: each may hold a film or a browser.
const SLOW_WORKERS: usize = 4;
/// Whoever sends reminders mostly waits for the mail server.
const REMINDING: usize = 4;

/// The lanes, and how many workers each wants that call [`App::work_in`] now and then.
#[must_use]
pub fn slow_lanes() -> [(Lane, usize); 4] {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    [
        (Lane::Slow, cores.min(SLOW_WORKERS)),
        (Lane::Letters, 1),
        (Lane::Reminders, REMINDING),
        (Lane::Backup, 1),
    ]
}

impl App {
    /// Does every job of the slow lanes that is due, lane after lane, and says how many.
    ///
    /// # Errors
    /// As [`App::work_in`].
    pub async fn run_slow_jobs(&self) -> Result<usize, AppError> {
        self.begin_planned().await?;
        let mut done = 0;
        for (lane, _) in slow_lanes() {
            done += self.work_in(lane).await?;
        }
        Ok(done)
    }

    /// Does every job of one slow lane that is due, one after the other, and says how many.
    ///
    /// # Errors
    /// Those of the store; a job that fails is tried again later.
    pub async fn work_in(&self, lane: Lane) -> Result<usize, AppError> {
        self.work(lane, SignedDuration::ZERO).await
    }

    pub(crate) fn slow_job<'a>(&'a self, job: &'a Job) -> Work<'a> {
        match job.name.as_str() {
            crate::backup::BACKUP => self.daily_backup().boxed(),
            crate::copies::DERIVE => self.make_copies_for(job).boxed(),
            crate::stamp::STAMP => self.ask_for_stamp(&job.payload).boxed(),
            crate::drill::JUDGE => self.judge_drill(&job.payload).boxed(),
            crate::drill::TOLD => self.tell_drill(job).boxed(),
            crate::drill::FORGET => self.forget_drill(&job.payload).boxed(),
            crate::remind::ROUND => self.remind_round(&job.payload).boxed(),
            crate::remind::ONE => self.remind_one(job).boxed(),
            crate::uploads::FORGET => self.forget_upload(&job.payload).boxed(),
            crate::witness::WITNESS => self.look_at_link(job).boxed(),
            crate::mailroom::RECEIPT => self.send_receipt(job).boxed(),
            _ => no_such(job),
        }
    }
}
