//! What is done at set hours, once over all nodes: what was last done is compared with the last hour that has passed, so
//! that neither a stop nor a clock that was wrong for a while makes it stay away.

use crate::{App, AppError, backup, daily, remind};
use anyhow::Context as _;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use store::jobs::{self, Lane};
use store::schedule;

use super::PURGE;

/// So far may clocks of nodes be apart without anybody being told.
const APART: SignedDuration = SignedDuration::from_mins(5);

/// Something that is done at set hours.
struct Planned {
    name: &'static str,
    lane: Lane,
    /// The last hour that has passed.
    passed: Timestamp,
    payload: String,
}

impl App {
    /// Plans what is done each day. It is first done at the next hour; however often and on however many nodes this is
    /// called, each is done once.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_daily(&self) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        for planned in self.planned()? {
            schedule::begin(&mut tx, planned.name, planned.passed).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Enqueues what has come due since it was last done.
    pub(crate) async fn begin_planned(&self) -> Result<(), AppError> {
        for planned in self.planned()? {
            let last = schedule::last(&mut self.store.db.read().await?, planned.name).await?;
            match last {
                Some(last) if last != planned.passed => self.begin(&planned, last).await?,
                _ => {}
            }
        }
        self.bring_nearer().await
    }

    async fn begin(&self, planned: &Planned, last: Timestamp) -> Result<(), AppError> {
        if last > planned.passed {
            if last <= self.now() + APART {
                return Ok(());
            }
            tracing::warn!(
                job = planned.name,
                %last,
                now = %self.now(),
                "it was last done at an hour that is still to come: a clock was ahead; it is done again now"
            );
        }
        let mut tx = self.store.db.begin().await?;
        if schedule::move_on(&mut tx, planned.name, last, planned.passed).await? {
            let id = format!("{}-{}", planned.name, self.new_id());
            let (name, payload) = (planned.name, planned.payload.as_str());
            jobs::enqueue_in(&mut tx, planned.lane, &id, name, payload, planned.passed).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Jobs that failed while a clock was ahead would wait for that time to come.
    async fn bring_nearer(&self) -> Result<(), AppError> {
        let far = jobs::waiting_too_long(&mut self.store.db.read().await?, self.now()).await?;
        if far == 0 {
            return Ok(());
        }
        let mut tx = self.store.db.begin().await?;
        let jobs = jobs::bring_nearer(&mut tx, self.now()).await?;
        tx.commit().await?;
        tracing::warn!(
            jobs,
            "jobs waited for a time that a clock which was ahead had set; they run now"
        );
        Ok(())
    }

    fn planned(&self) -> Result<Vec<Planned>, AppError> {
        let passed = self.hour_passed(self.daily.at)?;
        let prompt = |name, payload: &str| Planned {
            name,
            lane: Lane::Prompt,
            passed,
            payload: payload.to_owned(),
        };
        let mut planned = vec![
            prompt(daily::SEAL, daily::BEGIN),
            prompt(daily::REVERIFY, daily::BEGIN),
            prompt(daily::COLLECT, daily::BEGIN),
            prompt(PURGE, daily::BEGIN),
        ];
        if let Some(backup) = &self.backup {
            planned.push(Planned {
                name: backup::BACKUP,
                lane: Lane::Backup,
                passed: self.hour_passed(backup.at)?,
                payload: daily::BEGIN.to_owned(),
            });
        }
        if let Some(passed) = self.reminders_passed() {
            planned.push(Planned {
                name: remind::ROUND,
                lane: Lane::Reminders,
                passed,
                payload: self.calendar().local(passed).date().to_string(),
            });
        }
        Ok(planned)
    }

    /// The last time that it was this hour.
    fn hour_passed(&self, hour: Time) -> Result<Timestamp, AppError> {
        let today = self.calendar().local(self.now()).date();
        let at = self.at_hour(today, hour)?;
        if at <= self.now() {
            return Ok(at);
        }
        self.at_hour(today.yesterday().context("the beginning of time")?, hour)
    }

    /// The next time that it will be this hour.
    pub(crate) fn next_hour(&self, hour: Time) -> Result<Timestamp, AppError> {
        let today = self.calendar().local(self.now()).date();
        let at = self.at_hour(today, hour)?;
        if at > self.now() {
            return Ok(at);
        }
        self.at_hour(today.tomorrow().context("the end of time")?, hour)
    }

    fn at_hour(&self, date: Date, hour: Time) -> Result<Timestamp, AppError> {
        let zone = self.calendar().local(self.now()).time_zone().clone();
        let at = date.to_datetime(hour).to_zoned(zone);
        Ok(at.context("an hour of the day")?.timestamp())
    }
}
