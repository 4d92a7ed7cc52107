//! Work to be done later: enqueued in the transaction that calls for it, claimed by one worker at a time for a while,
//! tried again if it fails or its worker dies. So a job must bear being done twice.
//!
//! When a job is to run is said by the application's clock; how long a worker may keep it by the database's, which is
//! the same for all nodes. Whoever works renews the lease again and again, and gives it back when it stops.

use jiff::{SignedDuration, Timestamp};

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};

statements! {
    ENQUEUE = "INSERT INTO jobs (id, name, payload, run_at, lease_until, attempts, state, lane) \
        VALUES ($1, $2, $3, $4, 0, 0, 'waiting', $5) ON CONFLICT (id) DO NOTHING";
    CLAIM = "UPDATE jobs SET state = 'running', lease_until = $2, attempts = attempts + 1, worker = $4 \
        WHERE state = 'waiting' AND id = (SELECT id FROM jobs WHERE lane = $3 AND state = 'waiting' \
        AND run_at <= $1 ORDER BY run_at, id LIMIT 1) \
        RETURNING id, name, payload, run_at, lease_until, attempts, last_error, state";
    /// A lease that ends later than any could was given by a clock that was wrong.
    RECLAIM = "UPDATE jobs SET lease_until = $2, attempts = attempts + 1, worker = $4 \
        WHERE state = 'running' AND (lease_until <= $1 OR lease_until > $5) AND id = (SELECT id FROM jobs \
        WHERE lane = $3 AND state = 'running' AND (lease_until <= $1 OR lease_until > $5) \
        ORDER BY lease_until, id LIMIT 1) \
        RETURNING id, name, payload, run_at, lease_until, attempts, last_error, state";
    RENEW = "UPDATE jobs SET lease_until = $4 \
        WHERE id = $1 AND state = 'running' AND attempts = $2 AND worker = $3";
    RELEASE = "UPDATE jobs SET state = 'waiting', attempts = attempts - 1, worker = '', lease_until = 0 \
        WHERE worker = $1 AND state = 'running'";
    DONE = "UPDATE jobs SET state = 'done', last_error = NULL, worker = '' \
        WHERE id = $1 AND state = 'running' AND attempts = $2 AND worker = $3";
    FAIL = "UPDATE jobs SET state = $4, run_at = $5, last_error = $6, worker = '' \
        WHERE id = $1 AND state = 'running' AND attempts = $2 AND worker = $3";
    BRING_NEARER = "UPDATE jobs SET run_at = $1 WHERE state = 'waiting' AND last_error IS NOT NULL AND run_at > $2";
    TOO_FAR = "SELECT COUNT(*) FROM jobs WHERE state = 'waiting' AND last_error IS NOT NULL AND run_at > $1";
    NEXT_RUN = "SELECT MIN(run_at) FROM jobs WHERE lane = $1 AND state = 'waiting'";
    GET = "SELECT id, name, payload, run_at, lease_until, attempts, last_error, state FROM jobs WHERE id = $1";
    IN_STATE = "SELECT id, name, payload, run_at, lease_until, attempts, last_error, state FROM jobs \
        WHERE state = $1 ORDER BY run_at, id LIMIT $2";
    STANDING = "SELECT name, state, COUNT(*), MIN(run_at), MAX(attempts) FROM jobs \
        WHERE state IN ('waiting', 'running', 'failed') GROUP BY name, state ORDER BY name, state";
    RETRY = "UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $2 WHERE id = $1 AND state = 'failed'";
    PURGE = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state = 'done' AND run_at < $1 LIMIT $2)";
}

/// Tries before a job is given up.
pub const ATTEMPTS: u32 = 10;
/// Wait after the first failure; doubled after each further one, up to [`LONGEST_WAIT`].
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// How long a worker keeps a job without a sign of life, by the database's clock.
pub const LEASE: SignedDuration = SignedDuration::from_secs(45);
/// How often a worker gives a sign of life.
pub const RENEW_EVERY: std::time::Duration = std::time::Duration::from_secs(15);
/// What is said of a job whose workers all died.
const KILLED: &str = "its worker died or fell silent each time";
/// How often a claim that lost to another worker tries for the next job.
const CLAIM_TRIES: u32 = 20;

/// Who does a job: lanes do not wait for each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lane {
    /// What must happen on time.
    #[default]
    Prompt,
    /// What takes its time: pictures, films, recognised text.
    Slow,
    /// Answers to people: receipts by e-mail, and how a drill went.
    Letters,
    /// Reminders: so many at a time that nothing else should wait behind them.
    Reminders,
    /// Backups: hours at a time.
    Backup,
}

impl Lane {
    fn name(self) -> &'static str {
        match self {
            Self::Prompt => "",
            Self::Slow => "slow",
            Self::Letters => "letters",
            Self::Reminders => "reminders",
            Self::Backup => "backup",
        }
    }
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    Running,
    Done,
    /// Given up after [`ATTEMPTS`] tries.
    Failed,
}

impl JobState {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let all = [Self::Waiting, Self::Running, Self::Done, Self::Failed];
        let found = all.into_iter().find(|state| state.name() == text);
        found.ok_or_else(|| StoreError::other(format!("a job is in the unknown state {text}")))
    }
}

/// Work to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: String,
    pub name: String,
    /// JSON; ids only, since it lies in clear.
    pub payload: String,
    pub run_at: Timestamp,
    /// Until when the worker has it, if it is running.
    pub lease_until: Timestamp,
    /// Claims so far, this one included.
    pub attempts: u32,
    pub last_error: Option<String>,
    pub state: JobState,
    /// The node that has it, once it is claimed.
    pub worker: String,
}

impl Job {
    /// Whether a failure of this try would be the last: the job is then given up.
    #[must_use]
    pub fn is_last_try(&self) -> bool {
        self.attempts >= ATTEMPTS
    }
}

/// Enqueues work, in the transaction that calls for it; gives `false`, and does nothing, if there is a job with this
/// id already (also a finished one). An id made of what the job is for makes it happen once.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &mut Tx, id: &str, name: &str, payload: &str, run_at: Timestamp) -> Result<bool> {
    enqueue_in(tx, Lane::Prompt, id, name, payload, run_at).await
}

/// Enqueues work in a lane, otherwise as [`enqueue`].
///
/// # Errors
/// Those of the database.
pub async fn enqueue_in(
    tx: &mut Tx,
    lane: Lane,
    id: &str,
    name: &str,
    payload: &str,
    run_at: Timestamp,
) -> Result<bool> {
    let query = tx
        .sql(ENQUEUE)
        .bind(id)
        .bind(name)
        .bind(payload)
        .bind(run_at.as_microsecond())
        .bind(lane.name());
    Ok(query.run().await? > 0)
}

/// Takes the job that has waited longest, or one whose worker has fallen silent, for the node `worker`. It is ours once
/// the transaction is committed, for [`LEASE`]. A job that has lost its worker [`ATTEMPTS`] times is given up.
///
/// # Errors
/// Those of the database.
pub async fn claim(tx: &mut Tx, now: Timestamp, worker: &str) -> Result<Option<Job>> {
    claim_in(tx, Lane::Prompt, now, worker).await
}

/// Takes a job of a lane, otherwise as [`claim`].
///
/// # Errors
/// Those of the database.
pub async fn claim_in(tx: &mut Tx, lane: Lane, now: Timestamp, worker: &str) -> Result<Option<Job>> {
    let clock = tx.clock().await?;
    let until = (clock + LEASE).as_microsecond();
    for _ in 0..CLAIM_TRIES {
        let waiting = tx.sql(CLAIM).bind(now.as_microsecond()).bind(until);
        if let Some(row) = waiting.bind(lane.name()).bind(worker).maybe().await? {
            return claimed(&row, worker).map(Some);
        }
        let silent = tx.sql(RECLAIM).bind(clock.as_microsecond()).bind(until);
        let silent = silent.bind(lane.name()).bind(worker);
        if let Some(row) = silent.bind((clock + LEASE * 2).as_microsecond()).maybe().await? {
            let job = claimed(&row, worker)?;
            if job.attempts <= ATTEMPTS {
                return Ok(Some(job));
            }
            fail(tx, &job, KILLED, now).await?;
            continue;
        }
        // On PostgreSQL a worker that waited for another's claim comes away with nothing though there may be more.
        match next_run_in(tx, lane).await? {
            Some(at) if at <= now => {}
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn claimed(row: &Row, worker: &str) -> Result<Job> {
    Ok(Job {
        worker: worker.to_owned(),
        ..read(row)?
    })
}

/// A sign of life of whoever works on a job; `false` if it has gone to another meanwhile: leave it then.
///
/// # Errors
/// Those of the database.
pub async fn renew(tx: &mut Tx, job: &Job) -> Result<bool> {
    let until = (tx.clock().await? + LEASE).as_microsecond();
    let query = tx.sql(RENEW).bind(job.id.as_str()).bind(i64::from(job.attempts));
    Ok(query.bind(job.worker.as_str()).bind(until).run().await? > 0)
}

/// Gives back what a node that stops is working on, as if it had not tried; gives how many jobs.
///
/// # Errors
/// Those of the database.
pub async fn release(tx: &mut Tx, worker: &str) -> Result<u64> {
    tx.sql(RELEASE).bind(worker).run().await
}

/// Records that a claimed job is done; `false` if the lease ran out and another worker has it.
///
/// # Errors
/// Those of the database.
pub async fn done(tx: &mut Tx, job: &Job) -> Result<bool> {
    let query = tx.sql(DONE).bind(job.id.as_str()).bind(i64::from(job.attempts));
    Ok(query.bind(job.worker.as_str()).run().await? > 0)
}

/// Records that a claimed job failed: it is tried again later (after 10 s, 20 s, 40 s … at most 6 h), or given up, which
/// is logged and counted. `error` lies in clear: no content of a case. `false` if the lease ran out and another worker
/// has it.
///
/// # Errors
/// Those of the database.
pub async fn fail(tx: &mut Tx, job: &Job, error: &str, now: Timestamp) -> Result<bool> {
    let state = if job.is_last_try() {
        JobState::Failed
    } else {
        JobState::Waiting
    };
    let query = tx.sql(FAIL).bind(job.id.as_str()).bind(i64::from(job.attempts));
    let query = query.bind(job.worker.as_str()).bind(state.name());
    let again = now + wait(job.attempts);
    let ours = query.bind(again.as_microsecond()).bind(error).run().await? > 0;
    if ours && state == JobState::Failed {
        metrics::counter!("vaern_jobs_given_up_total", "job" => job.name.clone()).increment(1);
        tracing::error!(
            job = job.name,
            id = job.id,
            tries = job.attempts,
            error,
            "a job was given up: see the operations page"
        );
    }
    Ok(ours)
}

/// How many jobs wait longer for another try than any does, six hours: the clock was ahead when they failed.
///
/// # Errors
/// Those of the database.
pub async fn waiting_too_long(on: &mut impl Ask, now: Timestamp) -> Result<u64> {
    let furthest = (now + LONGEST_WAIT).as_microsecond();
    on.sql(TOO_FAR).bind(furthest).one().await?.count(0)
}

/// Has those jobs run now; gives how many.
///
/// # Errors
/// Those of the database.
pub async fn bring_nearer(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let query = tx.sql(BRING_NEARER).bind(now.as_microsecond());
    query.bind((now + LONGEST_WAIT).as_microsecond()).run().await
}

fn wait(attempts: u32) -> SignedDuration {
    let doubled = FIRST_WAIT * (1_i32 << attempts.saturating_sub(1).min(16));
    doubled.min(LONGEST_WAIT)
}

/// When the next waiting job of the prompt lane is to run.
///
/// # Errors
/// Those of the database.
pub async fn next_run(on: &mut impl Ask) -> Result<Option<Timestamp>> {
    next_run_in(on, Lane::Prompt).await
}

async fn next_run_in(on: &mut impl Ask, lane: Lane) -> Result<Option<Timestamp>> {
    on.sql(NEXT_RUN).bind(lane.name()).one().await?.opt_time(0)
}

/// The job with this id.
///
/// # Errors
/// Those of the database.
pub async fn get(on: &mut impl Ask, id: &str) -> Result<Option<Job>> {
    on.sql(GET)
        .bind(id)
        .maybe()
        .await?
        .map(|row| read(&row))
        .transpose()
}

/// The jobs in a state, in the order in which they run or ran.
///
/// # Errors
/// Those of the database.
pub async fn in_state(on: &mut impl Ask, state: JobState, limit: u32) -> Result<Vec<Job>> {
    on.sql(IN_STATE)
        .bind(state.name())
        .bind(i64::from(limit))
        .all()
        .await?
        .iter()
        .map(read)
        .collect()
}

/// How many jobs of one name stand one way; those that are done are not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub name: String,
    pub state: JobState,
    pub jobs: u64,
    /// When the first of them is to run, or ran.
    pub first: Timestamp,
    /// The most often that one of them was claimed.
    pub attempts: u32,
}

/// The jobs that are not done, by name and state.
///
/// # Errors
/// Those of the database.
pub async fn standing(on: &mut impl Ask) -> Result<Vec<Standing>> {
    let read = |row: &Row| {
        Ok(Standing {
            name: row.text(0)?,
            state: JobState::parse(&row.text(1)?)?,
            jobs: row.count(2)?,
            first: row.time(3)?,
            attempts: u32::try_from(row.int(4)?).map_err(StoreError::other)?,
        })
    };
    on.sql(STANDING).all().await?.iter().map(read).collect()
}

/// Lets a job that was given up begin anew; `false` if there is none such.
///
/// # Errors
/// Those of the database.
pub async fn retry(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool> {
    let query = tx.sql(RETRY).bind(id).bind(now.as_microsecond());
    Ok(query.run().await? > 0)
}

/// Removes up to `most` jobs that were done and were to run before `before`; gives their number.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp, most: u32) -> Result<u64> {
    let query = tx.sql(PURGE).bind(before.as_microsecond());
    query.bind(i64::from(most)).run().await
}

fn read(row: &Row) -> Result<Job> {
    Ok(Job {
        id: row.text(0)?,
        name: row.text(1)?,
        payload: row.text(2)?,
        run_at: row.time(3)?,
        lease_until: row.time(4)?,
        attempts: u32::try_from(row.int(5)?).map_err(StoreError::other)?,
        last_error: row.opt_text(6)?,
        state: JobState::parse(&row.text(7)?)?,
        worker: String::new(),
    })
}
