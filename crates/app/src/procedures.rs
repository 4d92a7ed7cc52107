//! Every version of the procedure that a case here began under, and which one is in force. Both are the database's, so that
//! every node answers alike; what stands in a node's own file is an offer, and the newest one holds.

use crate::{App, AppError};
use anyhow::Context as _;
use domain::calendar::Calendar;
use domain::procedure::Procedure;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use store::{Ask, OpenMode, Signal, Store, Tx, settings};

/// The procedures by version, and which is in force.
#[derive(Debug)]
pub struct Procedures {
    known: RwLock<Known>,
    calendars: Calendars,
    /// The version that this node brought along.
    own: String,
}

#[derive(Clone, Debug)]
struct Known {
    all: BTreeMap<String, Arc<Procedure>>,
    current: Arc<Procedure>,
}

/// The calendars that were in force since the start, the last one now: whoever holds an earlier one keeps it.
#[derive(Debug)]
struct Calendars {
    calendar: Calendar,
    next: OnceLock<Box<Calendars>>,
}

impl Calendars {
    fn new(procedure: &Procedure) -> Self {
        Self {
            calendar: procedure.calendar(),
            next: OnceLock::new(),
        }
    }

    fn last(&self) -> &Self {
        let mut last = self;
        while let Some(next) = last.next.get() {
            last = next;
        }
        last
    }
}

const VERSIONS: &str = "procedure-versions";
const IN_FORCE: &str = "procedure-in-force";

impl Procedures {
    /// Offers `text` as the procedure in force, keeps it under its version, and reads all others from the store. It comes into
    /// force unless one that is valid from a later day is.
    ///
    /// # Errors
    /// If a text can't be read, or this version was kept before with another text: a case must be able to trust its
    /// version.
    pub async fn load(store: &Store, text: &str) -> Result<Self, AppError> {
        let own = Procedure::parse(text).context("the procedure can't be read")?;
        if store.mode == OpenMode::ReadOnly {
            return Self::known(store, own).await;
        }
        let mut tx = store.db.begin().await?;
        keep(&mut tx, &own.version, text).await?;
        let in_force = settings::get(&mut tx, IN_FORCE).await?;
        let held = match &in_force {
            Some(version) => Some(read(&mut tx, version).await?),
            None => None,
        };
        match held {
            Some(held) if held.valid_from > own.valid_from => tracing::error!(
                ours = own.version,
                in_force = held.version,
                valid_from = %held.valid_from,
                "this node's procedure.toml is older than the procedure in force, which holds; to go back to it, give it a \
                 new version and a later valid_from"
            ),
            Some(held) if held.version == own.version => {}
            _ => {
                settings::set(&mut tx, IN_FORCE, &own.version).await?;
                tx.signal(Signal::Procedure).await?;
            }
        }
        let known = known(&mut tx).await?;
        tx.commit().await?;
        Ok(Self {
            calendars: Calendars::new(&known.current),
            known: RwLock::new(known),
            own: own.version,
        })
    }

    /// Those that the store knows, which keeps nothing of `own`. It holds where nothing says which one is in force.
    async fn known(store: &Store, own: Procedure) -> Result<Self, AppError> {
        let mut on = store.db.read().await?;
        let mut all = BTreeMap::new();
        for version in versions(&mut on).await? {
            let procedure = read(&mut on, &version).await?;
            all.insert(version, Arc::new(procedure));
        }
        let version = own.version.clone();
        let in_force = settings::get(&mut on, IN_FORCE).await?.unwrap_or_default();
        let current = all.get(&in_force).cloned().unwrap_or_else(|| Arc::new(own));
        Ok(Self {
            calendars: Calendars::new(&current),
            known: RwLock::new(Known { all, current }),
            own: version,
        })
    }

    /// The one in force.
    pub fn current(&self) -> Arc<Procedure> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&known.current)
    }

    /// The text of the one in force.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn text(&self, store: &Store) -> Result<String, AppError> {
        let mut read = store.db.read().await?;
        let text = settings::get(&mut read, &key(&self.current().version)).await?;
        Ok(text.context("the text of the procedure in force")?)
    }

    /// Every calendar that was in force here, the present one first.
    pub(crate) fn calendars(&self) -> Vec<Calendar> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let kept = known.all.values().map(|procedure| procedure.calendar());
        std::iter::once(known.current.calendar()).chain(kept).collect()
    }

    /// The calendar of the one in force.
    pub(crate) fn calendar(&self) -> &Calendar {
        &self.calendars.last().calendar
    }

    /// The version that this node brought along.
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// This version, if it is known here.
    pub fn version(&self, version: &str) -> Option<Arc<Procedure>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.all.get(version).cloned()
    }

    fn put(&self, known: Known) {
        let mut held = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if held.current.version != known.current.version {
            tracing::warn!(
                before = held.current.version,
                now = known.current.version,
                ours = self.own,
                "another procedure has come into force"
            );
            // Only one thread is here at a time, so the place is free.
            let _ = self
                .calendars
                .last()
                .next
                .set(Box::new(Calendars::new(&known.current)));
        }
        *held = known;
    }
}

impl App {
    /// The procedure that a case keeps, read from the database if this node has not met it before.
    ///
    /// # Errors
    /// [`AppError::Internal`] if there is no such version anywhere: no other may stand in for it.
    pub(crate) async fn load_procedure(
        &self,
        on: &mut impl Ask,
        version: &str,
    ) -> Result<Arc<Procedure>, AppError> {
        let found = self.find_procedure(on, version).await?;
        Ok(found.with_context(|| format!("procedure {version} is not in the database"))?)
    }

    /// This version of the procedure, if there is one.
    pub(crate) async fn find_procedure(
        &self,
        on: &mut impl Ask,
        version: &str,
    ) -> Result<Option<Arc<Procedure>>, AppError> {
        if let Some(procedure) = self.procedures.version(version) {
            return Ok(Some(procedure));
        }
        self.procedures.put(known(on).await?);
        Ok(self.procedures.version(version))
    }

    /// Reads again which procedure is in force, if that has changed.
    pub(crate) async fn refresh_procedure(&self) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        let in_force = settings::get(&mut read, IN_FORCE).await?;
        if in_force.is_some_and(|version| version != self.procedures.current().version) {
            self.procedures.put(known(&mut read).await?);
        }
        Ok(())
    }
}

async fn keep(tx: &mut Tx, version: &str, text: &str) -> Result<(), AppError> {
    let kept = settings::set_once(tx, &key(version), text).await?;
    if kept != text {
        return Err(anyhow::anyhow!(
            "procedure {version} was in force with another text: give the new text a new version"
        )
        .into());
    }
    let mut versions = versions(tx).await?;
    if !versions.iter().any(|known| known == version) {
        versions.push(version.to_owned());
        settings::set(tx, VERSIONS, &versions.join("\n")).await?;
    }
    Ok(())
}

async fn versions(on: &mut impl Ask) -> Result<Vec<String>, AppError> {
    let listed = settings::get(on, VERSIONS).await?.unwrap_or_default();
    Ok(listed.lines().map(str::to_owned).collect())
}

async fn read(on: &mut impl Ask, version: &str) -> Result<Procedure, AppError> {
    let text = settings::get(on, &key(version)).await?.unwrap_or_default();
    let procedure = Procedure::parse(&text);
    Ok(procedure.with_context(|| format!("procedure {version} can't be read"))?)
}

async fn known(on: &mut impl Ask) -> Result<Known, AppError> {
    let mut all = BTreeMap::new();
    for version in versions(on).await? {
        let procedure = read(on, &version).await?;
        all.insert(version, Arc::new(procedure));
    }
    let in_force = settings::get(on, IN_FORCE).await?.unwrap_or_default();
    let current = all.get(&in_force).cloned();
    let current = current.with_context(|| format!("procedure {in_force}, in force, is in no database"))?;
    Ok(Known { all, current })
}

fn key(version: &str) -> String {
    format!("procedure:{version}")
}
