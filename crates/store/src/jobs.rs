//! Work to be done later: enqueued in the transaction that calls for it, claimed by one worker at a time for a while,
//! tried again if it fails or its worker dies. So a job must bear being done twice.

use jiff::{SignedDuration, Timestamp};

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};

statements! {
    ENQUEUE = "INSERT INTO jobs (id, name, payload, run_at, lease_until, attempts, state, lane) \
        VALUES ($1, $2, $3, $4, 0, 0, 'waiting', $5) ON CONFLICT (id) DO NOTHING";
    CLAIM = "UPDATE jobs SET state = 'running', lease_until = $2, attempts = attempts + 1 \
        WHERE state = 'waiting' AND id = (SELECT id FROM jobs WHERE lane = $3 AND state = 'waiting' \
        AND run_at <= $1 ORDER BY run_at, id LIMIT 1) \
        RETURNING id, name, payload, run_at, lease_until, attempts, last_error, state";
    RECLAIM = "UPDATE jobs SET lease_until = $2, attempts = attempts + 1 \
        WHERE state = 'running' AND lease_until <= $1 AND id = (SELECT id FROM jobs \
        WHERE lane = $3 AND state = 'running' AND lease_until <= $1 ORDER BY lease_until, id LIMIT 1) \
        RETURNING id, name, payload, run_at, lease_until, attempts, last_error, state";
    DONE = "UPDATE jobs SET state = 'done', last_error = NULL \
        WHERE id = $1 AND state = 'running' AND attempts = $2";
    FAIL = "UPDATE jobs SET state = $3, run_at = $4, last_error = $5 \
        WHERE id = $1 AND state = 'running' AND attempts = $2";
    NEXT_RUN = "SELECT MIN(run_at) FROM jobs WHERE lane = $1 AND state = 'waiting'";
    GET = "SELECT id, name, payload, run_at, lease_until, attempts, last_error, state FROM jobs WHERE id = $1";
    IN_STATE = "SELECT id, name, payload, run_at, lease_until, attempts, last_error, state FROM jobs \
        WHERE state = $1 ORDER BY run_at, id LIMIT $2";
    STANDING = "SELECT name, state, COUNT(*), MIN(run_at), MAX(attempts) FROM jobs \
        WHERE state IN ('waiting', 'running', 'failed') GROUP BY name, state ORDER BY name, state";
    RETRY = "UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $2 WHERE id = $1 AND state = 'failed'";
    PURGE = "DELETE FROM jobs WHERE state = 'done' AND run_at < $1";
}

/// Tries before a job is given up.
pub const ATTEMPTS: u32 = 10;
/// Wait after the first failure; doubled after each further one, up to [`LONGEST_WAIT`].
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
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
    /// The search index, which one worker writes.
    Search,
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
            Self::Search => "search",
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

/// Takes the job that has waited longest, or one whose worker's lease ran out. It is ours once the transaction is
/// committed.
///
/// # Errors
/// Those of the database.
pub async fn claim(tx: &mut Tx, now: Timestamp, lease: SignedDuration) -> Result<Option<Job>> {
    claim_in(tx, Lane::Prompt, now, lease).await
}

/// Takes a job of a lane, otherwise as [`claim`].
///
/// # Errors
/// Those of the database.
pub async fn claim_in(tx: &mut Tx, lane: Lane, now: Timestamp, lease: SignedDuration) -> Result<Option<Job>> {
    let until = (now + lease).as_microsecond();
    for _ in 0..CLAIM_TRIES {
        for text in [CLAIM, RECLAIM] {
            let row = tx
                .sql(text)
                .bind(now.as_microsecond())
                .bind(until)
                .bind(lane.name())
                .maybe()
                .await?;
            if let Some(row) = row {
                return read(&row).map(Some);
            }
        }
        // On PostgreSQL a worker that waited for another's claim comes away with nothing though there may be more.
        match next_run_in(tx, lane).await? {
            Some(at) if at <= now => {}
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// Records that a claimed job is done; `false` if the lease ran out and another worker has it.
///
/// # Errors
/// Those of the database.
pub async fn done(tx: &mut Tx, job: &Job) -> Result<bool> {
    Ok(tx
        .sql(DONE)
        .bind(job.id.as_str())
        .bind(i64::from(job.attempts))
        .run()
        .await?
        > 0)
}

/// Records that a claimed job failed: it is tried again later (after 10 s, 20 s, 40 s … at most 6 h), or given up.
/// `error` lies in clear: no content of a case. `false` if the lease ran out and another worker has it.
///
/// # Errors
/// Those of the database.
pub async fn fail(tx: &mut Tx, job: &Job, error: &str, now: Timestamp) -> Result<bool> {
    let state = if job.attempts >= ATTEMPTS {
        JobState::Failed
    } else {
        JobState::Waiting
    };
    let query = tx
        .sql(FAIL)
        .bind(job.id.as_str())
        .bind(i64::from(job.attempts))
        .bind(state.name());
    let again = now + wait(job.attempts);
    Ok(query.bind(again.as_microsecond()).bind(error).run().await? > 0)
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

/// Removes jobs that were done and were to run before `before`; gives their number.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.sql(PURGE).bind(before.as_microsecond()).run().await
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
    })
}
