//! Every version of the procedure that a case here began under.

use crate::AppError;
use anyhow::Context as _;
use domain::calendar::Calendar;
use domain::procedure::Procedure;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Ask, OpenMode, Store};

/// The procedures by version, and which is in force.
#[derive(Clone, Debug)]
pub struct Procedures {
    all: BTreeMap<String, Arc<Procedure>>,
    current: Arc<Procedure>,
}

const VERSIONS: &str = "procedure-versions";

impl Procedures {
    /// Reads `text` as the procedure in force, and all earlier versions from the store; keeps `text` under its version.
    ///
    /// # Errors
    /// If a text can't be read, or this version was kept before with another text: a case must be able to trust its
    /// version.
    pub async fn load(store: &Store, text: &str) -> Result<Self, AppError> {
        let current = Arc::new(Procedure::parse(text).context("the procedure can't be read")?);
        if store.mode == OpenMode::ReadOnly {
            return Self::known(store, current).await;
        }
        let mut tx = store.db.begin().await?;
        let listed = store::settings::get(&mut tx, VERSIONS).await?.unwrap_or_default();
        let mut versions: Vec<String> = listed.lines().map(str::to_owned).collect();
        let kept = store::settings::set_once(&mut tx, &key(&current.version), text).await?;
        if kept != text {
            let version = &current.version;
            return Err(anyhow::anyhow!(
                "procedure {version} was in force with another text: give the new text a new version"
            )
            .into());
        }
        if !versions.contains(&current.version) {
            versions.push(current.version.clone());
            store::settings::set(&mut tx, VERSIONS, &versions.join("\n")).await?;
        }
        let all = kept_under(&mut tx, &versions).await?;
        tx.commit().await?;
        Ok(Self { all, current })
    }

    /// Those that the store knows, which keeps nothing of `current`.
    async fn known(store: &Store, current: Arc<Procedure>) -> Result<Self, AppError> {
        let mut read = store.db.read().await?;
        let listed = store::settings::get(&mut read, VERSIONS)
            .await?
            .unwrap_or_default();
        let versions: Vec<String> = listed.lines().map(str::to_owned).collect();
        let all = kept_under(&mut read, &versions).await?;
        Ok(Self { all, current })
    }

    /// The one in force.
    pub fn current(&self) -> Arc<Procedure> {
        self.current.clone()
    }

    /// The text of the one in force.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn text(&self, store: &Store) -> Result<String, AppError> {
        let mut read = store.db.read().await?;
        let text = store::settings::get(&mut read, &key(&self.current.version)).await?;
        Ok(text.context("the text of the procedure in force")?)
    }

    /// Every calendar that was in force here, the present one first.
    pub(crate) fn calendars(&self) -> Vec<Calendar> {
        let kept = self.all.values().map(|procedure| procedure.calendar());
        std::iter::once(self.current.calendar()).chain(kept).collect()
    }

    /// The one that a case keeps; the one in force if that version is unknown here.
    pub fn version(&self, version: &str) -> Arc<Procedure> {
        self.all.get(version).unwrap_or(&self.current).clone()
    }
}

async fn kept_under(
    on: &mut impl Ask,
    versions: &[String],
) -> Result<BTreeMap<String, Arc<Procedure>>, AppError> {
    let mut all = BTreeMap::new();
    for version in versions {
        let text = store::settings::get(on, &key(version)).await?.unwrap_or_default();
        let procedure =
            Procedure::parse(&text).with_context(|| format!("procedure {version} can't be read"))?;
        all.insert(version.clone(), Arc::new(procedure));
    }
    Ok(all)
}

fn key(version: &str) -> String {
    format!("procedure:{version}")
}
