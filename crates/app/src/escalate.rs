//! Silence moves a case up: jobs that look whether it was taken in time.

use crate::{App, AppError, Caller};
use domain::case::{CaseState, Command, PassOverReason};
use domain::duties::silent_at;
use domain::ids::{CaseId, CaseNumber};
use domain::procedure::Procedure;
use jiff::Timestamp;
use store::Tx;

/// The job's name; its payload is the case's id.
pub(crate) const SILENCE: &str = "silence";

impl App {
    /// Enqueues the next look at a case that nobody has taken yet, in the transaction that changed it from `before`
    /// (none for a new case).
    pub(crate) async fn watch_silence(
        &self,
        tx: &mut Tx,
        id: &CaseId,
        before: Option<&CaseState>,
        after: &CaseState,
        procedure: &Procedure,
    ) -> Result<(), AppError> {
        let look = |state| silent_at(state, procedure, self.calendar());
        match look(after) {
            Some(at) if before.and_then(look) != Some(at) => self.look_at(tx, id, at).await,
            _ => Ok(()),
        }
    }

    /// One look at this case at this time, however often it is asked for.
    async fn look_at(&self, tx: &mut Tx, id: &CaseId, at: Timestamp) -> Result<(), AppError> {
        let job = format!("{SILENCE}-{id}-{}", at.as_microsecond());
        store::jobs::enqueue(tx, &job, SILENCE, id.as_str(), at).await?;
        Ok(())
    }

    pub(crate) async fn look_for_silence(&self, case: &str) -> Result<(), AppError> {
        let id = &CaseId::new(case);
        let mut read = self.store.db.read().await?;
        let Some(case) = store::cases::by_id(&mut read, &self.store.keys, id).await? else {
            return Ok(());
        };
        drop(read);
        let command = Command::PassOver {
            reason: PassOverReason::Silent,
        };
        match self.perform(&Caller::system(), &case.number, command, None).await {
            Ok(_) => Ok(()),
            // Taken meanwhile, closed, or nobody left above: the domain says there is nothing to do, or not yet.
            Err(AppError::Refused(_)) => self.look_later(id, &case.number).await,
            Err(error) => Err(error),
        }
    }

    /// If there is still time (the calendar has got another closed day since), looks again when it is over.
    async fn look_later(&self, id: &CaseId, number: &CaseNumber) -> Result<(), AppError> {
        let (view, _, _) = self.look(&Caller::system(), number).await?;
        let later = silent_at(&view.state, &view.procedure, self.calendar()).filter(|at| *at > self.now());
        let Some(at) = later else { return Ok(()) };
        let mut tx = self.store.db.begin().await?;
        self.look_at(&mut tx, id, at).await?;
        Ok(tx.commit().await?)
    }
}
