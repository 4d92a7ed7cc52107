//! Search: what is found is what the caller may read, by the words of the case, the words in its exhibits, and names.
//!
//! Each node has an index of its own and reads into it what has changed since (docs/adr/0020-nodes.md); it can be made again
//! from the journals, and nothing of a hit is shown but what lists show (docs/adr/0014-search.md).

use crate::query::{CaseRow, case_row};
use crate::{App, AppError, Caller};
use domain::case::finding::{Circle, circles};
use domain::case::redaction::{Coverable, coverable};
use domain::case::{CaseState, Entry, Event};
use domain::ids::CaseId;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use store::derivatives::{self, Derivative, Kind, Outcome};
use store::search::Leaf;
pub use store::search::Place;
use store::{Keys, StoreError, Tx, changes, journal};

/// The setting that says which making of the index is wanted; another value has every node make its own again.
const GENERATION: &str = "search-generation";
/// Changes that are written to disk together.
const TOGETHER: u32 = 100;
/// Cases that are read again in one part.
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

/// Up to where an index has read; written with it.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Indexed {
    /// The last change that it holds.
    pub(crate) number: u64,
    /// Which making of the index it is; none if it has never been whole.
    pub(crate) generation: Option<String>,
}

/// How far making the index again has come. It is not kept: after a restart it begins anew.
#[derive(Clone, Debug)]
pub(crate) struct Rebuild {
    round: String,
    /// The last case that was read.
    after: String,
    done: u64,
    all: u64,
    /// The last change that was read besides.
    number: u64,
    generation: String,
}

impl App {
    /// Notes, in the transaction that changed a case, that every node reads it again: now, and when a helper's time is up.
    pub(crate) async fn index_later(
        &self,
        tx: &mut Tx,
        case: &CaseId,
        entries: &[Entry],
    ) -> Result<(), AppError> {
        let Some(last) = entries.last() else { return Ok(()) };
        changes::note(tx, &format!("{case}-{}", last.seq), case, None).await?;
        for entry in entries {
            if let Event::HelperInvited { until, .. } = &entry.event {
                changes::note(tx, &format!("{case}-{}-until", entry.seq), case, Some(*until)).await?;
            }
        }
        Ok(())
    }

    /// Notes that every node reads the case again once the words of an exhibit are known.
    pub(crate) async fn index_exhibit_later(
        &self,
        tx: &mut Tx,
        case: &CaseId,
        exhibit: u32,
    ) -> Result<(), AppError> {
        Ok(changes::note(tx, &format!("{case}-exhibit-{exhibit}"), case, None).await?)
    }

    /// Has every running server make its index again.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn reindex_later(&self) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        store::settings::set(&mut tx, GENERATION, &self.new_id()).await?;
        Ok(tx.commit().await?)
    }

    /// Makes this node's whole index again, here and now, and says after each part how many cases of how many are read.
    ///
    /// # Errors
    /// [`AppError::Busy`] if a running server writes the index: then [`App::reindex_later`].
    pub async fn reindex(&self, mut tell: impl FnMut(u64, u64)) -> Result<u64, AppError> {
        let mut indexing = self.indexing.lock().await;
        let mut rebuild = self.new_rebuild().await?;
        *indexing = None;
        while self.rebuild_part(&mut rebuild).await? {
            tell(rebuild.done, rebuild.all.max(rebuild.done));
        }
        Ok(rebuild.done)
    }

    /// Brings this node's index up to date with every change that has come to be, and says how many cases it read. An index
    /// that is new, or older than what was last asked for, is made again whole.
    ///
    /// # Errors
    /// Those of the store; what was not read is read the next time.
    pub async fn keep_search(&self) -> Result<usize, AppError> {
        let mut indexing = self.indexing.lock().await;
        self.number_changes().await?;
        let mut read = 0;
        loop {
            let mut rebuild = match indexing.take() {
                Some(rebuild) => Some(rebuild),
                None => self.rebuild_wanted().await?,
            };
            let (mut number, round) = match &rebuild {
                Some(rebuild) => (rebuild.number, rebuild.round.clone()),
                None => (self.indexed().number, String::new()),
            };
            let changed = self.read_changes(&mut number, &round).await?;
            read += changed;
            match &mut rebuild {
                Some(rebuild) => {
                    rebuild.number = number;
                    let before = rebuild.done;
                    let goes_on = self.rebuild_part(rebuild).await?;
                    read += usize::try_from(rebuild.done - before).unwrap_or(usize::MAX);
                    *indexing = goes_on.then(|| rebuild.clone());
                }
                None if changed == 0 => return Ok(read),
                None => {
                    let generation = self.indexed().generation;
                    self.commit_search(Some(Indexed { number, generation })).await?;
                }
            }
        }
    }

    async fn number_changes(&self) -> Result<(), AppError> {
        while changes::is_pending(&mut self.store.db.read().await?, self.now()).await? {
            let mut tx = self.store.db.begin().await?;
            changes::number(&mut tx, self.now()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// How far this node's index is, as it says itself.
    pub(crate) fn indexed(&self) -> Indexed {
        let state = self.store.search.state();
        state
            .and_then(|state| serde_json::from_str(&state).ok())
            .unwrap_or_default()
    }

    /// A new beginning, if this index never had one, or every node was asked for one since.
    async fn rebuild_wanted(&self) -> Result<Option<Rebuild>, AppError> {
        let wanted = store::settings::get(&mut self.store.db.read().await?, GENERATION).await?;
        if self.indexed().generation == Some(wanted.unwrap_or_default()) {
            return Ok(None);
        }
        self.new_rebuild().await.map(Some)
    }

    async fn new_rebuild(&self) -> Result<Rebuild, AppError> {
        self.number_changes().await?;
        let mut read = self.store.db.read().await?;
        let counts = store::cases::counts(&mut read).await?;
        Ok(Rebuild {
            round: self.new_id().replace('-', ""),
            after: String::new(),
            done: 0,
            all: counts.open + counts.closed + counts.joined,
            // Before the first case is read: what changes meanwhile comes after it.
            number: changes::last(&mut read).await?,
            generation: store::settings::get(&mut read, GENERATION)
                .await?
                .unwrap_or_default(),
        })
    }

    /// Reads the next cases that changed after `number`, which moves on; gives how many. A case that can't be read is
    /// passed over: what else has changed must not wait for it.
    async fn read_changes(&self, number: &mut u64, round: &str) -> Result<usize, AppError> {
        let changed = changes::since(&mut self.store.db.read().await?, *number, TOGETHER).await?;
        for change in &changed {
            self.index_or_pass(&change.case, round).await?;
            *number = change.number;
        }
        Ok(changed.len())
    }

    async fn index_or_pass(&self, case: &CaseId, round: &str) -> Result<(), AppError> {
        match self.index_case(case, round).await {
            Err(AppError::Internal(error)) => {
                let error = format!("{error:#}");
                tracing::error!(%case, error, "a case can't be read into the search index: verify-store says more");
                Ok(())
            }
            done => done,
        }
    }

    /// Reads some cases again; `false` when all are read and the rest is thrown out.
    async fn rebuild_part(&self, rebuild: &mut Rebuild) -> Result<bool, AppError> {
        let after = CaseId::new(rebuild.after.as_str());
        let ids = store::cases::ids_after(&mut self.store.db.read().await?, &after, CASES).await?;
        for id in &ids {
            self.index_or_pass(id, &rebuild.round).await?;
        }
        rebuild.done += ids.len() as u64;
        if let Some(last) = ids.last() {
            self.commit_search(None).await?;
            last.as_str().clone_into(&mut rebuild.after);
            self.show_rebuilding(Some((rebuild.done, rebuild.all.max(rebuild.done))));
            return Ok(true);
        }
        let (search, round) = (Arc::clone(&self.store.search), rebuild.round.clone());
        blocking(move || search.drop_others(&round)).await?;
        let (number, generation) = (rebuild.number, Some(rebuild.generation.clone()));
        self.commit_search(Some(Indexed { number, generation })).await?;
        self.show_rebuilding(None);
        Ok(false)
    }

    fn show_rebuilding(&self, so_far: Option<(u64, u64)>) {
        *self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner) = so_far;
    }

    /// Writes the index to disk, and with it how far it is, if that has changed.
    async fn commit_search(&self, indexed: Option<Indexed>) -> Result<(), AppError> {
        let state = indexed.map(|indexed| serde_json::to_string(&indexed)).transpose();
        let state = state.map_err(|error| AppError::Internal(error.into()))?;
        let search = Arc::clone(&self.store.search);
        blocking(move || {
            if let Some(state) = state {
                search.note(&state);
            }
            search.commit()
        })
        .await
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
