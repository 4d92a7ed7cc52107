//! A backup is proved by restoring it: to a scratch folder, with the keys that are kept apart if there are any, and then as
//! `verify-store` does.

use super::{BackupPlan, LastProof, PROVED, keys_in};
use crate::{App, AppError, Parts, Settings, StoreReport};
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use store::backup::{Manner, Order, Target};
use store::{Kind, OpenMode, Store, StoreConfig};

/// Below the plan's scratch folder: what is restored to be checked.
const FOLDER: &str = "prove";

impl App {
    /// Restores the newest backup of the target to a scratch folder (on PostgreSQL: and a scratch database on the same server),
    /// checks it whole, removes it, and remembers how it went.
    ///
    /// # Errors
    /// [`AppError::Internal`] with words for the operator if it could not be restored at all; that too is remembered.
    pub async fn prove_backup(&self, plan: &BackupPlan) -> Result<(String, StoreReport), AppError> {
        let target = Target::open(&plan.target)?;
        let generation = target
            .generations()?
            .pop()
            .with_context(|| format!("{} holds no finished backup", plan.target.display()))?;
        let scratch = Scratch::make(&plan.scratch)?;
        let name = format!("vaern_prove_{}", self.new_id().replace('-', "_"));
        let proved = self.prove_in(plan, &target, &generation, &scratch.0, &name).await;
        if self.engine() == "postgres" {
            store::drop_scratch(&self.store.db, &name).await?;
        }
        drop(scratch);
        let note = |cases, exhibits, faults| LastProof {
            at: self.now(),
            generation: generation.clone(),
            cases,
            exhibits,
            faults,
        };
        match proved {
            Ok(report) => {
                let note = note(report.cases, report.exhibits, report.failures.len() as u64);
                self.note_backup(PROVED, &note).await?;
                Ok((generation, report))
            }
            Err(error) => {
                self.note_backup(PROVED, &note(0, 0, 1)).await?;
                Err(error)
            }
        }
    }

    async fn prove_in(
        &self,
        plan: &BackupPlan,
        target: &Target,
        generation: &str,
        scratch: &Path,
        name: &str,
    ) -> Result<StoreReport, AppError> {
        let (master, signing) = match &plan.keys {
            Some(keys) => keys_in(keys)?,
            None => (plan.master.clone(), plan.signing.clone()),
        };
        let database_url = match self.engine() {
            "postgres" => Some(store::create_scratch(&self.store.db, name).await?),
            _ => None,
        };
        let data = scratch.join("store");
        let order = Order {
            target,
            generation,
            key: plan.seal.as_ref(),
            data: &data,
            database_url: database_url.as_deref(),
            manner: Manner::Link,
            without_files: !plan.with_files,
        };
        let folder = |data: &Path| store::Blobs::open(&data.join("blobs"));
        let restored = store::backup::restore(&order, folder, |_| {}).await?;
        let config = StoreConfig {
            database_url,
            database: store::DatabaseOptions::default(),
            dir: data,
            bucket: None,
            master: master.master().context("the master key of the backup")?,
            mode: OpenMode::Existing,
            birth: Kind::Real,
        };
        let mut rng = self.dice();
        store::identity::take_in_restored(&config.place(), &mut rng).await?;
        let store = Store::open(config, &mut rng).await?;
        let app = Self::open(Parts {
            store,
            signing: signing.signing().context("the signing key of the backup")?,
            clock: self.clock.clone(),
            dice: rng,
            procedure: self.procedures.text(&self.store).await?,
            composer: self.composer.clone(),
            settings: Settings::default(),
        })
        .await?;
        let mut report = app.verify_store(|_, _| {}).await?;
        app.store.db.close().await;
        let faults = restored
            .faults
            .iter()
            .map(|(id, why)| format!("file {id}: {why}"));
        report.failures.extend(faults);
        Ok(report)
    }
}

/// A private folder that goes with what is in it.
struct Scratch(PathBuf);

impl Scratch {
    fn make(below: &Path) -> Result<Self, AppError> {
        use std::os::unix::fs::DirBuilderExt as _;
        let path = below.join(FOLDER);
        match std::fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(anyhow::Error::new(error)
                    .context(path.display().to_string())
                    .into());
            }
            _ => {}
        }
        let made = std::fs::DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(&path);
        made.with_context(|| path.display().to_string())?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::error!(%error, "what was restored to be checked could not be removed");
        }
    }
}
