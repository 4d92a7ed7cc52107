//! What lists say of cases, compared with their journals, and made again from them.

use crate::{App, AppError, project};
use domain::calendar::Calendar;
use domain::case::{CaseState, Entry};
use domain::duties::duties;
use domain::ids::CaseId;
use store::cases::{CaseNames, CaseProjection};
use store::{Keys, journal};

/// Raised when what lists show is computed otherwise: a server then makes it again at its start.
const PROJECTION: u32 = 1;
/// The setting that says by which it was computed.
const COMPUTED_BY: &str = "projection";

/// How often a case that is being written to is read again.
const TRIES: usize = 10;

/// What [`App::rebuild`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    pub cases: u64,
    /// How many of them said something else in lists than in their journals.
    pub changed: u64,
    /// One line for each case whose journal can't be read.
    pub failures: Vec<String>,
}

impl App {
    /// Makes what lists say of every case again from its journal. Calls `progress` after each case with how many are done and
    /// how many there are. A running server may go on meanwhile.
    ///
    /// # Errors
    /// Those of the store; a journal that can't be read is a line in what is given back.
    pub async fn rebuild(&self, mut progress: impl FnMut(u64, u64)) -> Result<Rebuilt, AppError> {
        let mut rebuilt = Rebuilt::default();
        let ids = store::cases::ids(&mut self.store.db.read().await?, None).await?;
        let all = ids.len() as u64;
        for id in ids {
            match self.rebuild_case(&id).await {
                Ok(changed) => rebuilt.changed += u64::from(changed),
                Err(error @ (AppError::Busy | AppError::DiskFull)) => return Err(error),
                Err(error) => rebuilt.failures.push(format!("case {id}: {error}")),
            }
            rebuilt.cases += 1;
            progress(rebuilt.cases, all);
        }
        if rebuilt.failures.is_empty() {
            let mut tx = self.store.db.begin().await?;
            store::settings::set(&mut tx, COMPUTED_BY, &self.computed_by()).await?;
            tx.commit().await?;
        }
        Ok(rebuilt)
    }

    /// The same if they were computed by another version of this program, or by another calendar.
    ///
    /// # Errors
    /// As [`App::rebuild`].
    pub async fn keep_projection(&self) -> Result<Option<Rebuilt>, AppError> {
        let mut read = self.store.db.read().await?;
        let by = store::settings::get(&mut read, COMPUTED_BY).await?;
        drop(read);
        if by.as_deref() == Some(&self.computed_by()) {
            return Ok(None);
        }
        Ok(Some(self.rebuild(|_, _| ()).await?))
    }

    /// Says of a store without cases that its lists are computed by this program; of one that has cases a rebuild says it.
    pub(crate) async fn begin_projection(&self) -> Result<(), AppError> {
        if self.store.mode == store::OpenMode::ReadOnly
            || self.lists_are_ours().await?
            || self.has_cases().await?
        {
            return Ok(());
        }
        let mut tx = self.store.db.begin().await?;
        store::settings::set_once(&mut tx, COMPUTED_BY, &self.computed_by()).await?;
        Ok(tx.commit().await?)
    }

    /// Whether lists are computed as this program computes them, so that none has to be made again.
    async fn lists_are_ours(&self) -> Result<bool, AppError> {
        let by = store::settings::get(&mut self.store.db.read().await?, COMPUTED_BY).await?;
        Ok(by.is_some_and(|by| by.split(' ').next() == Some(PROJECTION.to_string().as_str())))
    }

    fn computed_by(&self) -> String {
        format!("{PROJECTION} {}", self.procedures.current().version)
    }

    /// Whether anything had to be changed.
    async fn rebuild_case(&self, id: &CaseId) -> Result<bool, AppError> {
        let mut read = self.store.db.read().await?;
        let keys = match self.store.keys.of(&mut read, id).await {
            // Its keys were destroyed: nothing of it can be read again.
            Err(store::StoreError::Missing { .. }) => return Ok(false),
            keys => keys?,
        };
        let entries = journal::load_without_readings(&mut read, id, &keys).await?;
        let (names, wanted) = self.wanted(id, &entries, self.calendar())?;
        if store::cases::differences(&mut read, &keys, &names, &wanted)
            .await?
            .is_empty()
        {
            return Ok(false);
        }
        drop(read);
        let mut tx = self.store.db.begin().await?;
        journal::lock(&mut tx, id).await?.ok_or(AppError::NotFound)?;
        let entries = journal::load_without_readings(&mut tx, id, &keys).await?;
        let (names, wanted) = self.wanted(id, &entries, self.calendar())?;
        store::cases::name_again(&mut tx, id, &names).await?;
        store::cases::project(&mut tx, &wanted, &keys, &mut self.dice()).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// What lists say of a case that its journal doesn't. Deadlines may be counted by any calendar that was in force here:
    /// another one changes those that are still to be computed.
    pub(crate) async fn projection_differs(
        &self,
        read: &mut store::Read,
        id: &CaseId,
        keys: &Keys,
        entries: &[Entry],
    ) -> Result<Vec<String>, AppError> {
        let mut seq = entries.last().map_or(0, |entry| entry.seq);
        let acts = entries.iter().filter(|entry| !entry.event.is_reading());
        let mut acts: Vec<Entry> = acts.cloned().collect();
        for _ in 0..TRIES {
            let found = self.acts_differ(read, id, keys, &acts).await?;
            let head = journal::head(read, id).await?.ok_or(AppError::NotFound)?;
            if found.is_empty() || head.seq == seq {
                return Ok(found);
            }
            // What was written while we read is no difference.
            seq = head.seq;
            acts = journal::load_without_readings(read, id, keys).await?;
        }
        Err(AppError::Busy)
    }

    async fn acts_differ(
        &self,
        read: &mut store::Read,
        id: &CaseId,
        keys: &Keys,
        acts: &[Entry],
    ) -> Result<Vec<String>, AppError> {
        let mut first = None;
        for calendar in self.procedures.calendars() {
            let (names, wanted) = self.wanted(id, acts, &calendar)?;
            let found = store::cases::differences(read, keys, &names, &wanted).await?;
            if found.is_empty() {
                return Ok(found);
            }
            first.get_or_insert(found);
        }
        Ok(first.unwrap_or_default())
    }

    fn wanted(
        &self,
        id: &CaseId,
        entries: &[Entry],
        calendar: &Calendar,
    ) -> Result<(CaseNames, CaseProjection), AppError> {
        let state = CaseState::fold(entries).ok_or(AppError::NotFound)?;
        let procedure = self.procedure_of(&state.procedure);
        // As when it last changed, even if this machine's clock is behind that.
        let now = self.now().max(state.changed_at);
        let owed = duties(&state, &procedure, calendar, now);
        let names = CaseNames {
            number: state.number.clone(),
            procedure: state.procedure.clone(),
            opened_at: state.opened_at,
        };
        Ok((names, project::projection(id, &state, &owed)))
    }
}
