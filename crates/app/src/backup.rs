//! Backups of the running installation: made, proved by restoring one, and remembered (docs/adr/0023-backup.md).

mod job;
mod prove;

pub(crate) use job::BACKUP;
pub use job::{BACKUP_AT, DailyBackup};

use crate::{App, AppError};
use anyhow::Context as _;
use jiff::Timestamp;
use proof::{DataKey, KeySource};
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use store::backup::{Made, Manner, Plan, Progress, apart};
use store::{Blobs, Db};

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

/// Whose backup it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupOf {
    /// The id of the installation, 32 hex digits.
    pub installation: String,
    /// The fingerprint of the key that signs its seals.
    pub fingerprint: String,
}

impl BackupPlan {
    /// Makes a backup of a database and its files, the keys first. Nothing in either is changed, and nothing is remembered.
    ///
    /// # Errors
    /// As [`App::back_up`].
    pub async fn carry_out(
        &self,
        db: &Db,
        blobs: &Blobs,
        of: BackupOf,
        at: Timestamp,
        dice: &mut StdRng,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Made, AppError> {
        self.keep_keys_apart(dice)?;
        let plan = Plan {
            data: self.data.clone(),
            target: self.target.clone(),
            installation: of.installation,
            fingerprint: of.fingerprint,
            program: self.program.clone(),
            at,
            keep: self.keep,
            manner: self.manner,
            with_files: self.with_files,
            keys_apart: self.keys.is_some(),
            key: self.seal.clone(),
            scratch: self.scratch.clone(),
        };
        Ok(store::backup::make(db, blobs, &plan, dice, progress).await?)
    }

    /// Writes the keys to their place, which must be apart from target and data folder.
    fn keep_keys_apart(&self, dice: &mut StdRng) -> Result<(), AppError> {
        let Some(keys) = &self.keys else { return Ok(()) };
        apart("the target", &self.target, "the folder of keys", keys)?;
        apart("the data folder", &self.data, "the folder of keys", keys)?;
        for (name, key) in KEY_FILES.iter().zip([&self.master, &self.signing]) {
            key.copy_to(&keys.join(name), dice)
                .context("the keys could not be kept apart")?;
        }
        Ok(())
    }
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
        let of = BackupOf {
            installation: self.installation_id().await?,
            fingerprint: self.fingerprint(),
        };
        let store = &self.store;
        let made = plan
            .carry_out(&store.db, &store.blobs, of, at, &mut self.dice(), progress)
            .await?;
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
