//! Backups of the running installation: made, proved by restoring one, and remembered (docs/adr/0023-backup.md).

mod job;
mod prove;

pub(crate) use job::BACKUP;
pub use job::{BACKUP_AT, DailyBackup};

use crate::{App, AppError};
use anyhow::Context as _;
use jiff::Timestamp;
use proof::{DataKey, KeySource};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use store::backup::{Made, Manner, Plan, Progress, apart};

/// The settings under which the last backup and the last proof are remembered.
const LAST: &str = "backup-last";
const PROVED: &str = "backup-proved";
/// The names of key files, in the data folder's `keys` and wherever else they are kept.
pub const KEY_FILES: [&str; 2] = ["master.key", "signing.key"];

/// What is backed up, where to, and how.
#[derive(Clone)]
pub struct BackupPlan {
    /// The data folder.
    pub data: PathBuf,
    pub target: PathBuf,
    /// Where the keys go, if they do: a place apart from the target.
    pub keys: Option<PathBuf>,
    pub master: KeySource,
    pub signing: KeySource,
    /// Generations that stay.
    pub keep: usize,
    pub manner: Manner,
    pub with_files: bool,
    /// What database and manifest are sealed with.
    pub seal: Option<DataKey>,
    /// Restores each backup to a scratch folder afterwards, and checks it.
    pub prove: bool,
    /// A private folder of ours: a database on its way to be sealed, and what is restored to be checked, lie there.
    pub scratch: PathBuf,
    /// The program's version.
    pub program: String,
}

/// The last backup, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastBackup {
    /// When it began.
    pub at: Timestamp,
    pub ended: Timestamp,
    pub generation: String,
    pub target: String,
    pub files: u64,
    pub bytes: u64,
    /// Files that were new.
    pub copied: u64,
    /// Files that the database names and the store does not have.
    pub missing: u64,
    pub sealed: bool,
    pub keys_apart: bool,
}

/// The last time that a backup was restored to be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastProof {
    pub at: Timestamp,
    pub generation: String,
    pub cases: u64,
    pub exhibits: u64,
    /// What was wrong with it; 0 if it was whole.
    pub faults: u64,
}

/// What is remembered of backups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backups {
    pub last: Option<LastBackup>,
    pub proved: Option<LastProof>,
}

impl App {
    /// Makes a backup and remembers it.
    ///
    /// # Errors
    /// [`AppError::DiskFull`]; [`AppError::Internal`] with words for the operator if the target is none, or a part of it can't be
    /// made.
    pub async fn back_up(
        &self,
        plan: &BackupPlan,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Made, AppError> {
        let at = self.now();
        let installation = self.installation_id().await?;
        self.keep_keys_apart(plan)?;
        let whole = Plan {
            data: plan.data.clone(),
            target: plan.target.clone(),
            installation,
            fingerprint: self.fingerprint(),
            program: plan.program.clone(),
            at,
            keep: plan.keep,
            manner: plan.manner,
            with_files: plan.with_files,
            keys_apart: plan.keys.is_some(),
            key: plan.seal.clone(),
            scratch: plan.scratch.clone(),
        };
        let store = &self.store;
        let made = store::backup::make(&store.db, &store.blobs, &whole, &mut self.dice(), progress).await?;
        let last = LastBackup {
            at,
            ended: self.now(),
            generation: made.generation.clone(),
            target: plan.target.display().to_string(),
            files: made.files,
            bytes: made.bytes,
            copied: made.copied,
            missing: made.missing.len() as u64,
            sealed: plan.seal.is_some(),
            keys_apart: plan.keys.is_some(),
        };
        self.note_backup(LAST, &last).await?;
        Ok(made)
    }

    /// What is remembered of backups.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn backups(&self) -> Result<Backups, AppError> {
        let mut read = self.store.db.read().await?;
        Ok(Backups {
            last: parse(store::settings::get(&mut read, LAST).await?),
            proved: parse(store::settings::get(&mut read, PROVED).await?),
        })
    }

    /// Writes the keys to their place, which must be apart from target and data folder.
    fn keep_keys_apart(&self, plan: &BackupPlan) -> Result<(), AppError> {
        let Some(keys) = &plan.keys else { return Ok(()) };
        apart("the target", &plan.target, "the folder of keys", keys)?;
        apart("the data folder", &plan.data, "the folder of keys", keys)?;
        for (name, key) in KEY_FILES.iter().zip([&plan.master, &plan.signing]) {
            key.copy_to(&keys.join(name), &mut self.dice())
                .context("the keys could not be kept apart")?;
        }
        Ok(())
    }

    /// Which installation this is.
    async fn installation_id(&self) -> Result<String, AppError> {
        let mut id = [0; 16];
        rand::Rng::fill_bytes(&mut self.dice(), &mut id);
        let mut tx = self.store.db.begin().await?;
        let id = store::settings::set_once(&mut tx, "installation", &hex::encode(id)).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn note_backup(&self, name: &str, what: &impl Serialize) -> Result<(), AppError> {
        let text = serde_json::to_string(what).context("a note")?;
        let mut tx = self.store.db.begin().await?;
        store::settings::set(&mut tx, name, &text).await?;
        Ok(tx.commit().await?)
    }
}

fn parse<T: for<'t> Deserialize<'t>>(text: Option<String>) -> Option<T> {
    serde_json::from_str(&text?).ok()
}

/// The keys that lie in this folder.
///
/// # Errors
/// [`AppError::Internal`] that names what is missing.
pub fn keys_in(folder: &Path) -> Result<(KeySource, KeySource), AppError> {
    let [master, signing] = KEY_FILES.map(|name| folder.join(name));
    for path in [&master, &signing] {
        if !path.is_file() {
            return Err(anyhow::anyhow!("{} is not there", path.display()).into());
        }
    }
    Ok((KeySource::File(master), KeySource::File(signing)))
}
