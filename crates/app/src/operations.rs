//! What everything that runs by itself is doing, for the administrator: no content of a case, not even its number.

use crate::query::Page;
use crate::{App, AppError, Caller, NodeRow, Round};
use domain::vocabulary::Role;
use jiff::Timestamp;
use store::Cursor;
use store::files::CollectionAlarm;
use store::jobs::{self, JobState};
use store::stamps::{self, Stamp};

/// Time-stamps on one page.
const STAMPS: u32 = 20;
/// Given-up jobs that are named.
const FAILED: u32 = 50;

/// Everything that runs by itself.
#[derive(Clone, Debug)]
pub struct Operations {
    /// The latest round through all exhibits, finished or under way.
    pub round: Option<Round>,
    /// When it goes on, or when the next one begins.
    pub next_round: Option<Timestamp>,
    /// How many bytes of exhibits are checked a minute.
    pub bytes_a_minute: u64,
    /// When the latest seal was made, and over how many cases.
    pub sealed: Option<(Timestamp, u64)>,
    pub next_seal: Option<Timestamp>,
    /// The fingerprint of the key that signs seals.
    pub fingerprint: String,
    /// Where the time-stamp authority is asked; none if there is none.
    pub authority: Option<String>,
    /// Seals that are stamped, and questions that brought no stamp, since the beginning.
    pub stamped: u64,
    pub unanswered: u64,
    /// Newest first.
    pub stamps: Page<StampRow>,
    /// Jobs that are not done.
    pub jobs: Vec<JobsOf>,
    /// Jobs that were given up, at most fifty.
    pub failed: Vec<FailedJob>,
    /// Whether arriving files go through a malware scanner.
    pub scans: bool,
    /// Files that wait for the scanner to answer.
    pub unscanned: u64,
    /// The browser that looks at links, if there is one.
    pub witness: Option<String>,
    /// Whether people are written to by e-mail.
    pub writes: bool,
    /// How the last look into the mailbox went; none if this server looks into none.
    pub mailbox: Option<crate::Fetched>,
    /// Whether the server backs itself up, what is remembered of backups, and when the next one is made.
    pub backs_up: bool,
    pub backups: crate::Backups,
    pub next_backup: Option<Timestamp>,
    /// A collection of files that would have taken too many, until somebody has looked.
    pub collection_alarm: Option<CollectionAlarm>,
    /// The servers that share the database, the oldest first.
    pub nodes: Vec<NodeRow>,
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
}

/// A seal that was to be stamped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampRow {
    pub seal: u64,
    /// By our own clock.
    pub sealed_at: Timestamp,
    /// `waiting`, `stamped` or `overtaken`.
    pub state: &'static str,
    /// Questions that brought none.
    pub failures: u32,
    /// The code of why the last question brought none.
    pub fault: Option<String>,
    pub tried_at: Option<Timestamp>,
    pub next_at: Option<Timestamp>,
    /// The authority's time, and its name.
    pub at: Option<Timestamp>,
    pub authority: Option<String>,
}

/// Jobs of one name that stand one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobsOf {
    pub name: String,
    /// `waiting`, `running` or `failed`.
    pub state: &'static str,
    pub jobs: u64,
    /// When the first of them is to run, or ran.
    pub first: Timestamp,
    /// The most often that one of them was tried.
    pub tries: u32,
}

/// A job that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedJob {
    pub id: String,
    pub name: String,
    pub tries: u32,
    pub at: Timestamp,
    /// What went wrong, as the program says it: English, and nothing of a case.
    pub error: String,
}

/// Every name that a job can have, for the test that each has words.
pub const JOBS: [&str; 17] = [
    crate::backup::BACKUP,
    crate::escalate::SILENCE,
    crate::daily::SEAL,
    crate::daily::REVERIFY,
    crate::daily::COLLECT,
    crate::scan::SCAN,
    crate::jobs::PURGE,
    crate::copies::DERIVE,
    crate::stamp::STAMP,
    crate::mailroom::RECEIPT,
    crate::uploads::FORGET,
    crate::drill::JUDGE,
    crate::drill::TOLD,
    crate::drill::FORGET,
    crate::remind::ROUND,
    crate::remind::ONE,
    crate::witness::WITNESS,
];

impl App {
    /// How everything that runs by itself stands; `page` is where the list of time-stamps goes on.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than the administrator.
    pub async fn operations(&self, caller: &Caller, page: Option<&str>) -> Result<Operations, AppError> {
        administers(caller)?;
        let round = self.last_round().await?;
        let backups = self.backups().await?;
        let nodes = self.nodes().await?;
        let collection_alarm = self.collection_alarm().await?;
        let mut read = self.store.db.read().await?;
        let standing = jobs::standing(&mut read).await?;
        let next = |name: &str| {
            let waiting = standing.iter().filter(|one| one.name == name);
            waiting
                .filter(|one| one.state == JobState::Waiting)
                .map(|one| one.first)
                .min()
        };
        let next_backup = match &self.backup {
            Some(backup) => Some(self.next_hour(backup.at)?),
            None => next(crate::backup::BACKUP),
        };
        let latest = store::seals::latest(&mut read).await?;
        let sealed = latest.and_then(|stored| {
            let at = Timestamp::from_microsecond(stored.seal.at_us).ok()?;
            Some((at, stored.seal.size))
        });
        let (stamped, unanswered) = stamps::totals(&mut read).await?;
        let cursor = page.and_then(Cursor::parse);
        let rows = stamps::list(&mut read, cursor.as_ref(), STAMPS).await?;
        let failed = jobs::in_state(&mut read, JobState::Failed, FAILED).await?;
        let unscanned = standing.iter().filter(|one| one.name == crate::scan::SCAN);
        let planned = store::schedule::last(&mut read, crate::daily::SEAL).await?;
        let next_daily = planned.map(|_| self.next_hour(self.daily.at)).transpose()?;
        Ok(Operations {
            round,
            next_round: next(crate::daily::REVERIFY).or(next_daily),
            bytes_a_minute: self.daily.bytes,
            sealed,
            next_seal: next(crate::daily::SEAL).or(next_daily),
            fingerprint: self.fingerprint(),
            authority: self.authority.as_ref().map(crate::TimeAuthority::address),
            stamped,
            unanswered,
            stamps: Page {
                items: rows.rows.into_iter().map(|(stamp, at)| row(stamp, at)).collect(),
                next: rows.next.map(|next| next.to_string()),
            },
            unscanned: unscanned.map(|one| one.jobs).sum(),
            jobs: standing.into_iter().map(jobs_of).collect(),
            failed: failed.into_iter().map(given_up).collect(),
            scans: self.scanner.is_some(),
            witness: self
                .witness
                .as_ref()
                .map(|browser| browser.program().display().to_string()),
            writes: self.writing.is_some(),
            mailbox: self.last_fetched(),
            backs_up: self.backs_up(),
            backups,
            next_backup,
            collection_alarm,
            nodes,
            engine: self.engine(),
        })
    }

    /// Lets a job that was given up begin anew.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is none such, and for others than the administrator.
    pub async fn retry_job(&self, caller: &Caller, id: &str) -> Result<(), AppError> {
        administers(caller)?;
        let mut tx = self.store.db.begin().await?;
        if !jobs::retry(&mut tx, id, self.now()).await? {
            return Err(AppError::NotFound);
        }
        tracing::info!(job = id, by = caller.actor.as_text(), "a job begins anew");
        Ok(tx.commit().await?)
    }

    /// Asks the time-stamp authority about a seal that waits for its stamp now, and not only when it is due.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if that seal waits for none, and for others than the administrator.
    pub async fn ask_again(&self, caller: &Caller, seal: u64) -> Result<(), AppError> {
        administers(caller)?;
        let mut tx = self.store.db.begin().await?;
        let wanted = stamps::get(&mut tx, seal).await?;
        if wanted.is_none_or(|wanted| wanted.state != stamps::StampState::Waiting) {
            return Err(AppError::NotFound);
        }
        crate::stamp::ask_now(&mut tx, seal, self.now()).await?;
        Ok(tx.commit().await?)
    }
}

fn administers(caller: &Caller) -> Result<(), AppError> {
    if caller.has(Role::Admin) {
        Ok(())
    } else {
        Err(AppError::NotFound)
    }
}

fn row(stamp: Stamp, sealed_at: Timestamp) -> StampRow {
    StampRow {
        seal: stamp.seal,
        sealed_at,
        state: stamp.state.name(),
        failures: stamp.failures,
        fault: stamp.fault,
        tried_at: stamp.tried_at,
        next_at: stamp.next_at,
        at: stamp.at,
        authority: stamp.authority,
    }
}

fn jobs_of(standing: jobs::Standing) -> JobsOf {
    JobsOf {
        name: standing.name,
        state: standing.state.name(),
        jobs: standing.jobs,
        first: standing.first,
        tries: standing.attempts,
    }
}

fn given_up(job: jobs::Job) -> FailedJob {
    FailedJob {
        id: job.id,
        name: job.name,
        tries: job.attempts,
        at: job.run_at,
        error: job.last_error.unwrap_or_default(),
    }
}
