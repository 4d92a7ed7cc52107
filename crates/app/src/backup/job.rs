//! The server's own backups: a job once a day, over all nodes.

use super::{BackupPlan, Backups};
use crate::{App, AppError};
use jiff::civil::Time;

/// The job's name.
pub(crate) const BACKUP: &str = "backup";

/// What the server backs up by itself, and when.
#[derive(Clone)]
pub struct DailyBackup {
    /// By the clocks of Copenhagen.
    pub at: Time,
    pub plan: BackupPlan,
}

/// The hour that nothing else is planned for: after the daily seal.
pub const BACKUP_AT: Time = Time::constant(3, 30, 0, 0);

impl App {
    /// Has the server back itself up every day.
    #[must_use]
    pub fn with_backup(mut self, backup: Option<DailyBackup>) -> Self {
        self.backup = backup;
        self
    }

    /// Whether the server backs itself up.
    pub fn backs_up(&self) -> bool {
        self.backup.is_some()
    }

    pub(crate) async fn daily_backup(&self) -> Result<(), AppError> {
        let Some(backup) = &self.backup else {
            // It was planned by a node that has a target, or by this one before it lost it.
            return Err(anyhow::anyhow!("this node has no VAERN_BACKUP").into());
        };
        let made = self.back_up(&backup.plan, |_| {}).await?;
        for (id, why) in &made.missing {
            tracing::error!(file = id, why, "a file is not in the backup");
        }
        if backup.plan.prove {
            let (generation, report) = self.prove_backup(&backup.plan).await?;
            let faults = report.failures.len();
            report
                .failures
                .iter()
                .for_each(|fault| tracing::error!(fault, "a backup is not whole"));
            if faults > 0 {
                return Err(
                    anyhow::anyhow!("backup {generation} was restored and has {faults} faults").into(),
                );
            }
        }
        match made.missing.len() {
            0 => Ok(()),
            missing => Err(anyhow::anyhow!("backup {} misses {missing} files", made.generation).into()),
        }
    }
}

impl Backups {
    /// Whether what is remembered is reason for alarm: files that are missing, or a backup that was restored and not whole.
    #[must_use]
    pub fn is_faulty(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.missing > 0)
            || self.proved.as_ref().is_some_and(|proved| proved.faults > 0)
    }
}
