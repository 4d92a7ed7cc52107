//! What is done once a day, at a quiet hour: the seal over all journals, the round through all exhibits, and the collection of
//! files that came to nothing.

use crate::{App, AppError};
use jiff::civil::Time;

/// The jobs' names. Payload: [`BEGIN`], or for a round the place where it goes on.
pub(crate) const SEAL: &str = "seal";
pub(crate) const REVERIFY: &str = "reverify";
pub(crate) const COLLECT: &str = "collect-files";
pub(crate) const BEGIN: &str = "begin";

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

    pub(crate) async fn daily_seal(&self) -> Result<(), AppError> {
        self.seal_to_be_stamped().await.map(drop)
    }

    pub(crate) async fn daily_collection(&self) -> Result<(), AppError> {
        self.collect_files(false).await.map(drop)
    }

    pub(crate) async fn daily_round(&self, payload: &str) -> Result<(), AppError> {
        if payload != BEGIN {
            return self.continue_round(payload).await;
        }
        self.forget_mails().await?;
        self.begin_round().await
    }
}
