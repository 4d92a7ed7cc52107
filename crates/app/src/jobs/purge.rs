//! What has served its time is removed once a day, so that nothing grows for ever and no name stays longer than it must.

use crate::{App, AppError};
use jiff::SignedDuration;
use store::jobs as queue;

/// The job's name.
pub(crate) const PURGE: &str = "purge";
/// Jobs that were done: long enough to see what happened.
const JOBS: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Answers that are remembered for a request that is sent again: a device may lie in a drawer for a week.
const ANSWERS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Notices that were read; and those that nobody read, whose case is on the lists all the same.
const READ_NOTICES: SignedDuration = SignedDuration::from_hours(90 * 24);
const NOTICES: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Rows in one transaction: others write between.
const AT_ONCE: u32 = 1_000;

/// How many rows were removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Purged {
    jobs: u64,
    answers: u64,
    notices: u64,
    sessions: u64,
    tries: u64,
}

impl App {
    /// Removes what has served its time.
    pub(crate) async fn purge(&self) -> Result<(), AppError> {
        let now = self.now();
        let mut purged = Purged::default();
        loop {
            let mut tx = self.store.db.begin().await?;
            let jobs = queue::purge(&mut tx, now - JOBS, AT_ONCE).await?;
            let answers = store::idempotency::purge(&mut tx, now - ANSWERS, AT_ONCE).await?;
            let (read, all) = (now - READ_NOTICES, now - NOTICES);
            let notices = store::notices::purge(&mut tx, read, all, AT_ONCE).await?;
            let sessions = store::sessions::purge(&mut tx, now).await?;
            let tries = store::sign_in_tries::purge(&mut tx, now - crate::auth::WAIT).await?;
            tx.commit().await?;
            purged.jobs += jobs;
            purged.answers += answers;
            purged.notices += notices;
            purged.sessions += sessions;
            purged.tries += tries;
            let full = u64::from(AT_ONCE);
            if jobs < full && answers < full && notices < full {
                break;
            }
        }
        tracing::info!(?purged, "what had served its time was removed");
        Ok(())
    }
}
