//! Search: what is found is what the caller may read, by the words of the case, the words in its exhibits, and names.
//!
//! Jobs in a lane of their own bring the index up to date after each change; it can be made again from the journals, and
//! nothing of a hit is shown but what lists show (docs/adr/0014-search.md).

use crate::query::{CaseRow, case_row};
use crate::{App, AppError, Caller};
use domain::case::finding::{Circle, circles};
use domain::case::redaction::{Coverable, coverable};
use domain::case::{CaseState, Entry, Event};
use domain::ids::CaseId;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use store::derivatives::{self, Derivative, Kind, Outcome};
use store::jobs::{self, Job, Lane};
use store::search::Leaf;
pub use store::search::Place;
use store::{Keys, StoreError, Tx, journal};

/// The job that reads one case again; its payload is the case's id.
pub(crate) const INDEX: &str = "index";
/// The job that reads some cases of all again; its payload is a [`Rebuild`].
pub(crate) const REINDEX: &str = "reindex";
/// How long a worker may hold a job.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
/// Jobs that are written to disk together.
const TOGETHER: usize = 100;
/// Cases that are read again in one job.
const CASES: u32 = 500;
/// The most text of one exhibit that is found, in bytes.
const TEXT: usize = 500_000;
/// The longest question, in characters; what is beyond is not looked for.
const QUESTION: usize = 200;
/// No page begins after so many hits: whoever has more must say more.
const DEEPEST: usize = 1_000;

/// One case that was found.
#[derive(Clone, Debug)]
pub struct FoundCase {
    pub row: CaseRow,
    /// Where the words stand.
    pub places: BTreeSet<Place>,
}

/// Some of what was found, the best first.
#[derive(Clone, Debug, Default)]
pub struct FoundCases {
    pub items: Vec<FoundCase>,
    /// How many there are in all.
    pub all: usize,
    /// Where the next page begins.
    pub next: Option<usize>,
    /// The index is being made again, so some may be missing: how many cases of how many are in it.
    pub rebuilding: Option<(u64, u64)>,
}

/// How far making the index again has come.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Rebuild {
    round: String,
    /// The last case that was read.
    after: String,
    done: u64,
    all: u64,
}

impl App {
    /// Enqueues reading the case again, in the transaction that changed it: now, and when a helper's time is up.
    pub(crate) async fn index_later(
        &self,
        tx: &mut Tx,
        case: &CaseId,
        entries: &[Entry],
    ) -> Result<(), AppError> {
        let Some(last) = entries.last() else { return Ok(()) };
        let mut times = vec![(format!("{INDEX}-{case}-{}", last.seq), last.at)];
        for entry in entries {
            if let Event::HelperInvited { until, .. } = &entry.event {
                times.push((format!("{INDEX}-{case}-{}-until", entry.seq), *until));
            }
        }
        for (id, at) in times {
            jobs::enqueue_in(tx, Lane::Search, &id, INDEX, case.as_str(), at).await?;
        }
        Ok(())
    }

    /// Enqueues reading the case again once the words of an exhibit are known.
    pub(crate) async fn index_exhibit_later(
        &self,
        tx: &mut Tx,
        case: &CaseId,
        exhibit: u32,
    ) -> Result<(), AppError> {
        let id = format!("{INDEX}-{case}-exhibit-{exhibit}");
        jobs::enqueue_in(tx, Lane::Search, &id, INDEX, case.as_str(), self.now()).await?;
        Ok(())
    }

    /// Has an index that is empty made, if there are cases: after an upgrade, or when the data came out of a backup.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_search(&self) -> Result<(), AppError> {
        if self.store.search.is_empty() && self.has_cases().await? {
            self.reindex_later().await?;
        }
        Ok(())
    }

    /// Has the running server make the index again.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn reindex_later(&self) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        self.enqueue_rebuild(&mut tx, &self.new_rebuild().await?).await?;
        Ok(tx.commit().await?)
    }

    async fn new_rebuild(&self) -> Result<Rebuild, AppError> {
        let counts = store::cases::counts(&mut self.store.db.read().await?).await?;
        Ok(Rebuild {
            round: self.new_id().replace('-', ""),
            after: String::new(),
            done: 0,
            all: counts.open + counts.closed + counts.joined,
        })
    }

    async fn enqueue_rebuild(&self, tx: &mut Tx, rebuild: &Rebuild) -> Result<(), AppError> {
        let payload = serde_json::to_string(rebuild).map_err(|error| AppError::Internal(error.into()))?;
        let id = format!("{REINDEX}-{}-{}", rebuild.round, rebuild.done);
        jobs::enqueue_in(tx, Lane::Search, &id, REINDEX, &payload, self.now()).await?;
        Ok(())
    }

    /// Makes the whole index again, here and now, and says after each part how many cases of how many are read.
    ///
    /// # Errors
    /// [`AppError::Busy`] if a running server writes the index: then [`App::reindex_later`].
    pub async fn reindex(&self, mut tell: impl FnMut(u64, u64)) -> Result<u64, AppError> {
        let mut next = Some(self.new_rebuild().await?);
        let mut done = 0;
        while let Some(rebuild) = next {
            next = self.rebuild_part(&rebuild).await?;
            done = next.as_ref().map_or(rebuild.all.max(done), |next| next.done);
            tell(done, rebuild.all);
        }
        Ok(done)
    }

    /// Does every job of the search lane that is due, and says how many. The index is written to disk once for many.
    ///
    /// # Errors
    /// Those of the store; a job that fails is tried again later.
    pub async fn keep_search(&self) -> Result<usize, AppError> {
        let mut done = 0;
        loop {
            let mut batch = Vec::new();
            while batch.len() < TOGETHER {
                let mut tx = self.store.db.begin().await?;
                let Some(job) = jobs::claim_in(&mut tx, Lane::Search, self.now(), LEASE).await? else {
                    break;
                };
                tx.commit().await?;
                let result = self.search_job(&job).await;
                batch.push((job, result));
            }
            if batch.is_empty() {
                return Ok(done);
            }
            done += batch.len();
            let written = self.commit_search().await;
            let mut tx = self.store.db.begin().await?;
            for (job, result) in batch {
                match (&written, &result) {
                    (Ok(()), Ok(())) => jobs::done(&mut tx, &job).await?,
                    (Err(error), _) | (_, Err(error)) => {
                        tracing::error!(job = job.name, %error, "a job failed");
                        jobs::fail(&mut tx, &job, &error.to_string(), self.now()).await?
                    }
                };
            }
            tx.commit().await?;
        }
    }

    async fn search_job(&self, job: &Job) -> Result<(), AppError> {
        if job.name == INDEX {
            return self.index_case(&CaseId::new(job.payload.as_str()), "").await;
        }
        let rebuild: Rebuild =
            serde_json::from_str(&job.payload).map_err(|error| AppError::Internal(error.into()))?;
        if let Some(next) = self.rebuild_part(&rebuild).await? {
            let mut tx = self.store.db.begin().await?;
            self.enqueue_rebuild(&mut tx, &next).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Reads some cases again; gives where to go on, or none when all are read and the rest is thrown out.
    async fn rebuild_part(&self, rebuild: &Rebuild) -> Result<Option<Rebuild>, AppError> {
        let after = CaseId::new(rebuild.after.as_str());
        let ids = store::cases::ids_after(&mut self.store.db.read().await?, &after, CASES).await?;
        for id in &ids {
            self.index_case(id, &rebuild.round).await?;
        }
        self.commit_search().await?;
        let done = rebuild.done + ids.len() as u64;
        let next = ids.last().map(|last| Rebuild {
            after: last.as_str().to_owned(),
            done,
            ..rebuild.clone()
        });
        if next.is_none() {
            let (search, round) = (Arc::clone(&self.store.search), rebuild.round.clone());
            blocking(move || search.drop_others(&round)).await?;
        }
        let so_far = next.is_some().then_some((done, rebuild.all.max(done)));
        *self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner) = so_far;
        Ok(next)
    }

    async fn commit_search(&self) -> Result<(), AppError> {
        let search = Arc::clone(&self.store.search);
        blocking(move || search.commit()).await
    }

    /// Reads a case into the index, instead of what was there of it; a case whose keys are destroyed leaves it.
    async fn index_case(&self, id: &CaseId, round: &str) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        let keys = match self.store.keys.of(&mut read, id).await {
            Err(StoreError::Missing { .. }) => {
                let (search, id) = (Arc::clone(&self.store.search), id.clone());
                return blocking(move || search.forget(&id)).await;
            }
            keys => keys?,
        };
        let entries = journal::load_without_readings(&mut read, id, &keys).await?;
        let made = derivatives::of_case(&mut read, id, &keys).await?;
        drop(read);
        let Some(state) = CaseState::fold(&entries) else {
            return Ok(());
        };
        let texts = self.texts_of(&state, &made, &keys).await?;
        let circles = circles(&state, &entries, self.now());
        let leaves: Vec<Leaf> = circles
            .into_iter()
            .map(|circle| self.leaf(circle, &entries, &texts))
            .collect();
        let (search, id, round) = (Arc::clone(&self.store.search), id.clone(), round.to_owned());
        blocking(move || search.put(&id, state.changed_at, &round, &leaves)).await
    }

    /// What can be read in a case's exhibits, by their numbers: the words of their working copies, and texts themselves. Not in
    /// infected ones.
    async fn texts_of(
        &self,
        state: &CaseState,
        made: &[Derivative],
        keys: &Keys,
    ) -> Result<BTreeMap<u32, Vec<String>>, AppError> {
        let mut texts: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        let mut keep = |exhibit: u32, mut text: String| {
            text.truncate(text.floor_char_boundary(TEXT));
            texts.entry(exhibit).or_default().push(text);
        };
        let is_read = |made: &&Derivative| made.kind == Kind::Text && !state.is_infected(made.exhibit);
        for made in made.iter().filter(is_read) {
            let json = match &made.outcome {
                Outcome::File(blob) => self.whole(blob, keys).await?,
                Outcome::Note(json) => json.clone(),
                Outcome::Failed(_) => continue,
            };
            let text: outside::media::Text =
                serde_json::from_slice(&json).map_err(|error| AppError::Internal(error.into()))?;
            keep(made.exhibit, text.plain());
        }
        for (_, exhibit) in &state.exhibits {
            let is_text = coverable(&exhibit.media_type) == Some(Coverable::Text);
            if is_text
                && !state.is_infected(exhibit.number)
                && let Some(plain) = self.plain(exhibit, keys).await?.text
            {
                keep(exhibit.number, plain);
            }
        }
        Ok(texts)
    }

    fn leaf(&self, circle: Circle, entries: &[Entry], texts: &BTreeMap<u32, Vec<String>>) -> Leaf {
        let organisation = self.organisation();
        let mut leaf = Leaf {
            readers: circle.readers,
            until: circle.until,
            ..Leaf::default()
        };
        for entry in entries.iter().filter(|entry| circle.entries.contains(&entry.seq)) {
            let found = entry.event.findable();
            leaf.words.extend(found.words.into_iter().map(str::to_owned));
            leaf.names.extend(found.names.into_iter().map(str::to_owned));
            let people = found.people.into_iter().filter_map(|id| organisation.person(id));
            leaf.names.extend(people.map(|person| person.name.clone()));
            let units = found.units.into_iter().filter_map(|id| organisation.unit(id));
            leaf.names.extend(units.map(|unit| unit.name.clone()));
        }
        let read = texts
            .iter()
            .filter(|(exhibit, _)| circle.exhibits.contains(exhibit));
        leaf.exhibits = read.flat_map(|(_, text)| text.clone()).collect();
        leaf
    }

    /// How far making the index again has come: cases read, and cases in all; none when it is not being made.
    pub fn rebuilding(&self) -> Option<(u64, u64)> {
        *self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cases that the caller may find by all words of `question`, the best first, from the `from`th. A case that has
    /// changed since it was read is left out until it is read again, a moment later.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn search(
        &self,
        caller: &Caller,
        question: &str,
        from: usize,
        limit: u32,
    ) -> Result<FoundCases, AppError> {
        let person = caller.id()?.clone();
        let question: String = question.chars().take(QUESTION).collect();
        let (from, limit) = (from.min(DEEPEST), limit as usize);
        let (search, who) = (Arc::clone(&self.store.search), person.clone());
        let found = blocking(move || search.find(&who, &question, from, limit)).await?;
        let now = self.now();
        let mut items = Vec::new();
        let mut read = self.store.db.read().await?;
        let next =
            (found.hits.len() == limit && from + limit < found.all.min(DEEPEST)).then_some(from + limit);
        for hit in found.hits {
            let Some(row) = store::cases::by_id(&mut read, &self.store.keys, &hit.case).await? else {
                continue;
            };
            let is_current =
                same(row.changed_at, hit.changed_at) && hit.until.is_none_or(|until| until > now);
            let people = store::cases::people(&mut read, &hit.case).await?;
            if is_current && people.iter().any(|(known, _)| known == &person) {
                items.push(FoundCase {
                    row: case_row(row, &person),
                    places: hit.places,
                });
            }
        }
        Ok(FoundCases {
            items,
            all: found.all,
            next,
            rebuilding: self.rebuilding(),
        })
    }
}

fn same(one: Timestamp, other: Timestamp) -> bool {
    one.as_microsecond() == other.as_microsecond()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| AppError::Internal(error.into()))??)
}
