//! Whether this server can do its work, and how it stands: cheap, kept for some seconds, and never longer in coming than a few. Nothing of
//! any case.

use crate::App;
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreError;
use store::health::{LaneState, Space};

/// How long database and files may take to answer. Whoever waits for longer is not ready.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer is good for: asking more often costs nothing.
const KEPT: Duration = Duration::from_secs(5);
/// The same for one that says that something is wrong.
const KEPT_WHEN_WRONG: Duration = Duration::from_secs(1);
/// How old the last daily seal may be.
const SEAL_AGE: SignedDuration = SignedDuration::from_hours(36);
/// Below this, or a twentieth of the whole disk if that is less, there is too little room to take evidence.
const FLOOR: u64 = 1024 * 1024 * 1024;
/// Below this many times the floor somebody ought to make room.
const LOW: u64 = 3;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckState {
    Ok,
    /// Somebody ought to look, but work goes on: no reason to send anybody to another server.
    Warning,
    /// The server can't do its work.
    Failed,
}

impl CheckState {
    /// Each, from good to bad.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Warning, Self::Failed];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// One of [`CHECKS`].
    pub name: &'static str,
    pub state: CheckState,
    /// Why, as a code that stays: one of [`REASONS`].
    pub reason: Option<&'static str>,
    /// What was measured, by name with its unit.
    pub figures: Vec<(&'static str, u64)>,
}

/// Every check, in the order in which they are told.
pub const CHECKS: [&str; 7] = [
    "stopping",
    "database-read",
    "database-write",
    "files-write",
    "disk",
    "seal",
    "jobs",
];

/// Every reason that a check can give.
pub const REASONS: [&str; 8] = [
    "stopping",
    "timed-out",
    "unreachable",
    "full",
    "error",
    "low",
    "too-old",
    "given-up",
];

/// Everything that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub checks: Vec<Check>,
}

impl Health {
    /// Whether requests ought to be sent here.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.worst() < CheckState::Failed
    }

    /// The worst of all states.
    #[must_use]
    pub fn worst(&self) -> CheckState {
        let states = self.checks.iter().map(|check| check.state);
        states.max().unwrap_or(CheckState::Ok)
    }
}

/// What the database says of how everything stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub jobs: Vec<LaneState>,
    pub stamps_waiting: u64,
    pub last_seal: Option<Timestamp>,
    pub round: Option<crate::Round>,
    /// When the last backup was finished.
    pub backup: Option<Timestamp>,
    /// When a backup was last restored elsewhere and found whole.
    pub backup_proved: Option<Timestamp>,
    /// A collection of files would have taken too many and waits for somebody to look.
    pub collection_stopped: bool,
}

impl Figures {
    /// Jobs that were given up.
    #[must_use]
    pub fn given_up(&self) -> u64 {
        let failed = self.jobs.iter().filter(|one| one.state == "failed");
        failed.map(|one| one.jobs).sum()
    }
}

/// The last answer, and since when it is known.
#[derive(Debug, Default)]
pub(crate) struct LastHealth(tokio::sync::Mutex<Option<(Instant, Arc<Health>)>>);

impl App {
    /// Looks at everything that this server needs for its work. Answers in about two seconds at the latest, whatever hangs.
    pub async fn health(&self) -> Arc<Health> {
        // One looks at a time, and whoever comes meanwhile takes what was found.
        let mut last = self.last_health.0.lock().await;
        if let Some((at, health)) = last.as_ref() {
            let kept = if health.worst() == CheckState::Ok {
                KEPT
            } else {
                KEPT_WHEN_WRONG
            };
            let stopping = health.checks.iter().any(|check| check.reason == Some("stopping"));
            if at.elapsed() < kept && stopping == self.is_stopping() {
                return Arc::clone(health);
            }
        }
        let health = Arc::new(self.look_at_health().await);
        *last = Some((Instant::now(), Arc::clone(&health)));
        health
    }

    async fn look_at_health(&self) -> Health {
        let (db, blobs) = (&self.store.db, &self.store.blobs);
        let (read, write, file, figures) = tokio::join!(
            patiently("database-read", store::health::read_row(db)),
            patiently("database-write", store::health::write_row(db, self.now())),
            patiently("files-write", store::health::write_file(blobs)),
            patiently("figures", self.figures()),
        );
        let mut checks = vec![stopping(self.is_stopping()), checked("database-read", &read)];
        let mut write = checked("database-write", &write);
        // Somebody writes for long, as a large import does: it can be read meanwhile, and others wait their turn.
        if read.is_ok() && matches!(write.reason, Some("timed-out")) {
            write.state = CheckState::Warning;
        }
        checks.push(write);
        checks.push(checked("files-write", &file));
        checks.push(self.disk_check());
        let figures = figures.unwrap_or_default();
        checks.push(seal(figures.last_seal, self.now()));
        checks.push(jobs(figures.given_up()));
        Health { checks }
    }

    /// What the database says of how everything stands.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn figures(&self) -> Result<Figures, StoreError> {
        let mut read = self.store.db.read().await?;
        let (jobs, stamps_waiting, last_seal) = (
            store::health::jobs(&mut read).await?,
            store::health::stamps_waiting(&mut read).await?,
            store::health::last_seal(&mut read).await?,
        );
        Ok(Figures {
            jobs,
            stamps_waiting,
            last_seal,
            round: crate::reverify::last_round(&mut read).await?,
            backup: kept_time(&mut read, "backup-last", "ended").await?,
            backup_proved: kept_time(&mut read, "backup-proved", "at").await?,
            collection_stopped: store::settings::get(&mut read, "collection-alarm")
                .await?
                .is_some_and(|alarm| !alarm.is_empty() && alarm != "null"),
        })
    }

    /// How much room there is where the data folder lies.
    ///
    /// # Errors
    /// If the folder can't be asked for.
    pub fn disk_space(&self) -> Result<Space, StoreError> {
        store::health::space(&self.store.dir)
    }

    /// Something could not be kept because there is no room: said in the log once a minute, with where and how much there is.
    pub fn disk_is_full(&self) {
        let Some(times) = self.disk_full.once_a_minute() else {
            return;
        };
        let space = self.disk_space().ok();
        tracing::error!(
            dir = %self.store.dir.display(),
            free_bytes = space.map(|space| space.free),
            times,
            "the disk is full: reports are refused until there is room"
        );
    }

    /// How much room there is, and whether it is enough; none if that can't be known.
    pub fn disk(&self) -> Option<(Check, Space)> {
        let space = self.disk_space().ok()?;
        Some((disk(space), space))
    }

    fn disk_check(&self) -> Check {
        match self.disk_space() {
            Ok(space) => disk(space),
            Err(error) => {
                tracing::warn!(%error, dir = %self.store.dir.display(), "the room on the disk is not known");
                check("disk", CheckState::Failed, Some("error"))
            }
        }
    }
}

/// A time out of what the settings keep under this name.
async fn kept_time(read: &mut store::Read, name: &str, field: &str) -> Result<Option<Timestamp>, StoreError> {
    let kept = store::settings::get(read, name).await?;
    let kept: Option<serde_json::Value> = kept.and_then(|kept| serde_json::from_str(&kept).ok());
    // A proof that found something wrong proves nothing.
    let kept = kept.filter(|kept| kept["faults"].as_u64().unwrap_or(0) == 0);
    Ok(kept.and_then(|kept| kept[field].as_str()?.parse().ok()))
}

/// What this brings within [`PATIENCE`], logged if it is an error.
async fn patiently<T>(
    what: &'static str,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, &'static str> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => {
            tracing::warn!(check = what, %error, "a check of this server's health failed");
            Err(reason(&error))
        }
        Err(_) => {
            tracing::warn!(check = what, "a check of this server's health took too long");
            Err("timed-out")
        }
    }
}

fn reason(error: &StoreError) -> &'static str {
    match error {
        StoreError::DiskFull(_) => "full",
        StoreError::Busy => "timed-out",
        StoreError::Unreachable(_) => "unreachable",
        _ => "error",
    }
}

fn check(name: &'static str, state: CheckState, reason: Option<&'static str>) -> Check {
    Check {
        name,
        state,
        reason,
        figures: Vec::new(),
    }
}

fn checked<T>(name: &'static str, found: &Result<T, &'static str>) -> Check {
    match found {
        Ok(_) => check(name, CheckState::Ok, None),
        Err(reason) => check(name, CheckState::Failed, Some(reason)),
    }
}

fn stopping(is_stopping: bool) -> Check {
    if is_stopping {
        check("stopping", CheckState::Failed, Some("stopping"))
    } else {
        check("stopping", CheckState::Ok, None)
    }
}

fn disk(space: Space) -> Check {
    let floor = FLOOR.min(space.total / 20);
    let (state, reason) = match space.free {
        free if free < floor => (CheckState::Failed, Some("full")),
        free if free < floor * LOW => (CheckState::Warning, Some("low")),
        _ => (CheckState::Ok, None),
    };
    Check {
        figures: vec![("free_bytes", space.free), ("total_bytes", space.total)],
        ..check("disk", state, reason)
    }
}

fn seal(last: Option<Timestamp>, now: Timestamp) -> Check {
    let Some(last) = last else {
        return check("seal", CheckState::Ok, None);
    };
    let age = now.duration_since(last);
    let too_old = age > SEAL_AGE;
    let (state, reason) = if too_old {
        (CheckState::Warning, Some("too-old"))
    } else {
        (CheckState::Ok, None)
    };
    Check {
        figures: vec![("age_seconds", u64::try_from(age.as_secs()).unwrap_or(0))],
        ..check("seal", state, reason)
    }
}

fn jobs(given_up: u64) -> Check {
    let (state, reason) = if given_up > 0 {
        (CheckState::Warning, Some("given-up"))
    } else {
        (CheckState::Ok, None)
    };
    Check {
        figures: vec![("given_up", given_up)],
        ..check("jobs", state, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1024 * 1024;

    #[test]
    fn too_little_room_is_a_twentieth_of_a_small_disk_and_a_gigabyte_of_a_large_one() {
        let state = |free, total| disk(Space { free, total }).state;
        assert_eq!(state(20 * MB, 40 * MB), CheckState::Ok);
        assert_eq!(state(5 * MB, 40 * MB), CheckState::Warning);
        assert_eq!(state(MB, 40 * MB), CheckState::Failed);
        assert_eq!(state(0, 0), CheckState::Ok, "a file system that does not say");
        assert_eq!(state(1025 * MB, 1_000_000 * MB), CheckState::Warning);
        assert_eq!(state(1023 * MB, 1_000_000 * MB), CheckState::Failed);
        assert_eq!(state(4000 * MB, 1_000_000 * MB), CheckState::Ok);
    }

    #[test]
    fn an_old_seal_and_a_job_that_was_given_up_are_warnings_and_no_reason_to_go_elsewhere() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().expect("a time");
        let hours = |hours| seal(Some(now - SignedDuration::from_hours(hours)), now);
        assert_eq!(hours(35).state, CheckState::Ok);
        assert_eq!(
            (hours(37).state, hours(37).reason),
            (CheckState::Warning, Some("too-old"))
        );
        assert_eq!(seal(None, now).state, CheckState::Ok);
        // A clock that was set back.
        assert_eq!(hours(-5).figures, [("age_seconds", 0)]);
        let health = Health {
            checks: vec![hours(37), jobs(1)],
        };
        assert!(health.is_ready());
        let health = Health {
            checks: vec![jobs(0), stopping(true)],
        };
        assert!(!health.is_ready());
    }
}
