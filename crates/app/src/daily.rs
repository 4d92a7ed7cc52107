//! What is done once a day, at a quiet hour: the seal over all journals, the round through all exhibits, and the collection of
//! files that came to nothing.

use crate::{App, AppError};
use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use store::jobs::Lane;

/// The jobs' names. Payload: [`BEGIN`], or for a round the place where it goes on.
pub(crate) const SEAL: &str = "seal";
pub(crate) const REVERIFY: &str = "reverify";
pub(crate) const COLLECT: &str = "collect-files";
const BEGIN: &str = "begin";

/// When, and how gently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Daily {
    /// By the clocks of Copenhagen.
    pub at: Time,
    /// How many bytes of exhibits are checked a minute.
    pub bytes: u64,
}

impl Default for Daily {
    /// At two o'clock; 256 MiB a minute, about 370 GiB a day.
    fn default() -> Self {
        Self {
            at: Time::constant(2, 0, 0, 0),
            bytes: 256 * 1024 * 1024,
        }
    }
}

impl App {
    /// Sets when the daily work is done, and how gently.
    #[must_use]
    pub fn with_daily(mut self, daily: Daily) -> Self {
        self.daily = daily;
        self
    }

    /// Sees to it that the daily jobs wait for their next hour; however often it is called, each runs once a day.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_daily(&self) -> Result<(), AppError> {
        self.plan(SEAL).await?;
        self.plan(REVERIFY).await?;
        self.plan_backup().await?;
        self.plan(COLLECT).await?;
        self.plan_reminders().await
    }

    async fn plan(&self, name: &str) -> Result<(), AppError> {
        self.plan_in(Lane::Prompt, name, self.daily.at).await
    }

    /// One job of this name at the next such hour.
    pub(crate) async fn plan_in(&self, lane: Lane, name: &str, hour: Time) -> Result<(), AppError> {
        let (date, at) = self.next_hour(hour)?;
        let mut tx = self.store.db.begin().await?;
        store::jobs::enqueue_in(&mut tx, lane, &format!("{name}-{date}"), name, BEGIN, at).await?;
        Ok(tx.commit().await?)
    }

    fn next_hour(&self, hour: Time) -> Result<(Date, Timestamp), AppError> {
        let now = self.now();
        let local = self.calendar().local(now);
        let mut date = local.date();
        loop {
            let at = date
                .to_datetime(hour)
                .to_zoned(local.time_zone().clone())
                .context("the daily hour")?
                .timestamp();
            if at > now {
                return Ok((date, at));
            }
            date = date.tomorrow().context("the end of time")?;
        }
    }

    /// The next day's is planned first: one that fails must not be the last.
    pub(crate) async fn daily_seal(&self) -> Result<(), AppError> {
        self.plan(SEAL).await?;
        self.seal_to_be_stamped().await.map(drop)
    }

    pub(crate) async fn daily_collection(&self) -> Result<(), AppError> {
        self.plan(COLLECT).await?;
        self.collect_files(false).await.map(drop)
    }

    pub(crate) async fn daily_round(&self, payload: &str) -> Result<(), AppError> {
        if payload != BEGIN {
            return self.continue_round(payload).await;
        }
        self.plan(REVERIFY).await?;
        self.forget_mails().await?;
        self.begin_round().await
    }
}
