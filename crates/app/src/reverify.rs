//! Is every exhibit still the file that came? A job goes round all of them, a piece at a time, and names what is damaged, and
//! what is whole again.

use crate::daily::REVERIFY;
use crate::{App, AppError, Caller};
use domain::case::{CaseState, Damage, Exhibit};
use domain::ids::CaseId;
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Keys, StoreError, journal};

/// Under this name the settings keep the latest round.
const ROUND: &str = "reverify";
/// From one piece of a round to the next.
const PAUSE: SignedDuration = SignedDuration::from_secs(60);
/// What looking at one exhibit, or at one case, costs beside its bytes: so that many small ones are not one piece.
const STEP: u64 = 64 * 1024;
/// How much is checked between two words on the progress of a round that is made at once.
const PIECE: u64 = 64 * 1024 * 1024;

/// Damaged files that a round names.
const MAX_FILES: usize = 100;

/// A damaged file by the name that it has in the folder `blobs`: nothing of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamagedFile {
    pub file: String,
    pub what: Damage,
}

/// One round through all exhibits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub begun: Timestamp,
    /// None while it lasts.
    pub finished: Option<Timestamp>,
    /// Exhibits looked at.
    pub exhibits: u64,
    /// Bytes that were read and are as they came.
    pub bytes: u64,
    /// Exhibits that are damaged, also those that an earlier round told of.
    pub damaged: u64,
    /// Exhibits that the journal said were damaged and that were found whole, as it says now.
    #[serde(default)]
    pub mended: u64,
    /// The damaged ones' files, the first hundred.
    #[serde(default)]
    pub files: Vec<DamagedFile>,
    /// Exhibits whose files were not to be judged: the files at hand are not this installation's, or nobody could say. An
    /// operator's error, and no damage.
    #[serde(default)]
    pub not_here: u64,
    /// Cases whose own journal could not be read, so that their exhibits were not looked at.
    pub unreadable_cases: u64,
    /// Counts the chains of jobs that have worked on a round, so that an older chain knows that it was overtaken.
    turn: u64,
    steps: u64,
    /// The last that was looked at; exhibit `u32::MAX` is the end of its case.
    after: Option<(String, u32)>,
}

/// The latest round, as it is kept.
pub(crate) async fn last_round(on: &mut store::Read) -> Result<Option<Round>, StoreError> {
    let kept = store::settings::get(on, ROUND).await?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

impl Round {
    fn begin(now: Timestamp, before: Option<&Self>) -> Self {
        Self {
            begun: now,
            finished: None,
            exhibits: 0,
            bytes: 0,
            damaged: 0,
            mended: 0,
            files: Vec::new(),
            not_here: 0,
            unreadable_cases: 0,
            turn: before.map_or(0, |before| before.turn) + 1,
            steps: 0,
            after: None,
        }
    }

    /// Whether nothing was found wrong so far.
    pub fn is_whole(&self) -> bool {
        self.damaged == 0 && self.not_here == 0 && self.unreadable_cases == 0
    }

    fn is_behind(&self, case: &str, exhibit: u32) -> bool {
        let here = Some((case, exhibit));
        let after = self
            .after
            .as_ref()
            .map(|(case, exhibit)| (case.as_str(), *exhibit));
        after < here
    }

    fn step(&mut self, case: &CaseId, exhibit: u32) {
        self.steps += 1;
        self.after = Some((case.as_str().to_owned(), exhibit));
    }

    /// What names the next piece; a job that carries another is late.
    fn place(&self) -> String {
        format!("{}:{}", self.turn, self.steps)
    }
}

impl App {
    /// Checks every exhibit now, in one go. Calls `progress` now and then.
    ///
    /// # Errors
    /// If the database can't be read or written; what is damaged, or no longer, is counted in the round, and told in its case.
    pub async fn reverify(&self, mut progress: impl FnMut(&Round)) -> Result<Round, AppError> {
        let mut round = Round::begin(self.now(), self.last_round().await?.as_ref());
        while round.finished.is_none() {
            self.go_on(&mut round, PIECE).await?;
            self.keep_round(&round, None).await?;
            progress(&round);
        }
        Ok(round)
    }

    /// The latest round, finished or under way.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn last_round(&self) -> Result<Option<Round>, AppError> {
        Ok(last_round(&mut self.store.db.read().await?).await?)
    }

    /// Begins a round, or goes on with one whose jobs were given up.
    pub(crate) async fn begin_round(&self) -> Result<(), AppError> {
        let round = match self.last_round().await? {
            Some(round) if round.finished.is_none() => Round {
                turn: round.turn + 1,
                ..round
            },
            before => Round::begin(self.now(), before.as_ref()),
        };
        self.piece(round).await
    }

    /// The job that follows: the piece at this place, unless another has gone on from there.
    pub(crate) async fn continue_round(&self, place: &str) -> Result<(), AppError> {
        match self.last_round().await? {
            Some(round) if round.finished.is_none() && round.place() == place => self.piece(round).await,
            _ => Ok(()),
        }
    }

    async fn piece(&self, mut round: Round) -> Result<(), AppError> {
        self.go_on(&mut round, self.daily.bytes).await?;
        let next = (round.finished.is_none()).then(|| self.now() + PAUSE);
        self.keep_round(&round, next).await
    }

    async fn keep_round(&self, round: &Round, next: Option<Timestamp>) -> Result<(), AppError> {
        let kept = serde_json::to_string(round).map_err(|error| AppError::Internal(error.into()))?;
        let mut tx = self.store.db.begin().await?;
        store::settings::set(&mut tx, ROUND, &kept).await?;
        if let Some(at) = next {
            let place = round.place();
            let id = format!("{REVERIFY}-{}-{place}", round.begun.as_microsecond());
            store::jobs::enqueue(&mut tx, &id, REVERIFY, &place, at).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Goes on with the round until about so many bytes are read; at least one step.
    async fn go_on(&self, round: &mut Round, budget: u64) -> Result<(), AppError> {
        let mut ids = store::cases::ids(&mut self.store.db.read().await?, None).await?;
        // Sorted here, because engines differ in how they sort text.
        ids.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        let (mut spent, from) = (0, round.steps);
        for id in ids {
            if !round.is_behind(id.as_str(), u32::MAX) {
                continue;
            }
            if spent >= budget && round.steps > from {
                return Ok(());
            }
            spent += STEP;
            match self.exhibits_of(&id).await {
                Ok((state, keys)) => {
                    for (_, exhibit) in &state.exhibits {
                        if !round.is_behind(id.as_str(), exhibit.number) {
                            continue;
                        }
                        if spent >= budget && round.steps > from {
                            return Ok(());
                        }
                        spent += STEP + exhibit.bytes;
                        self.check(round, &state, exhibit, &keys).await?;
                        round.step(&id, exhibit.number);
                    }
                }
                Err(error) => {
                    tracing::error!(case = %id, %error, "its journal can't be read: verify-store says more");
                    round.unreadable_cases += 1;
                }
            }
            round.step(&id, u32::MAX);
        }
        round.finished = Some(self.now());
        Ok(())
    }

    async fn exhibits_of(&self, id: &CaseId) -> Result<(CaseState, Keys), AppError> {
        let mut read = self.store.db.read().await?;
        let keys = self.store.keys.of(&mut read, id).await?;
        let entries = journal::load_without_readings(&mut read, id, &keys).await?;
        let state = CaseState::fold(&entries).ok_or(AppError::NotFound)?;
        Ok((state, keys))
    }

    async fn check(
        &self,
        round: &mut Round,
        state: &CaseState,
        exhibit: &Exhibit,
        keys: &Keys,
    ) -> Result<(), AppError> {
        round.exhibits += 1;
        let Some(first) = self.damage_of(exhibit, keys).await? else {
            round.bytes += exhibit.bytes;
            return self.found_whole(round, state, exhibit).await;
        };
        // An entry can't be taken out again: it is written only where the files are ours and say the same twice.
        if !self.are_ours(round, exhibit).await {
            return Ok(());
        }
        let Some(what) = self.damage_of(exhibit, keys).await? else {
            round.bytes += exhibit.bytes;
            return Ok(());
        };
        if what != first {
            round.not_here += 1;
            tracing::error!(file = %exhibit.blob, %first, %what, "an exhibit reads differently each time: nothing is said of it");
            return Ok(());
        }
        round.damaged += 1;
        if round.files.len() < MAX_FILES {
            let file = exhibit.blob.to_string();
            round.files.push(DamagedFile { file, what });
        }
        tracing::error!(file = %exhibit.blob, %what, "an exhibit is damaged: its case's owner is told");
        self.tell(state, exhibit.number, Some(what)).await?;
        Ok(())
    }

    /// Takes back what an earlier check said. One reading is enough, since only the file that came has its hash.
    async fn found_whole(
        &self,
        round: &mut Round,
        state: &CaseState,
        exhibit: &Exhibit,
    ) -> Result<(), AppError> {
        if state.entry_of_check(exhibit.number, None).is_none() || !self.are_ours(round, exhibit).await {
            return Ok(());
        }
        if self.tell(state, exhibit.number, None).await? {
            round.mended += 1;
            tracing::info!(file = %exhibit.blob, "an exhibit is whole again: its case's owner is told");
        }
        Ok(())
    }

    /// Whether the files at hand are this installation's; an exhibit that can't be judged for that is counted.
    async fn are_ours(&self, round: &mut Round, exhibit: &Exhibit) -> bool {
        let ours = matches!(self.store.has_its_files().await, Ok(true));
        if !ours {
            round.not_here += 1;
            tracing::error!(file = %exhibit.blob, "the files at hand are not this installation's, or can't be read: nothing is said of it");
        }
        ours
    }

    /// What is wrong with an exhibit's file; nothing if it is as it came.
    async fn damage_of(&self, exhibit: &Exhibit, keys: &Keys) -> Result<Option<Damage>, AppError> {
        Ok(match self.hashed(exhibit, keys).await {
            Ok((sha256, bytes)) if sha256 == exhibit.sha256 && bytes == exhibit.bytes => None,
            Ok(_) | Err(StoreError::Damaged { .. }) => Some(Damage::Altered),
            Err(StoreError::Missing { .. }) => Some(Damage::Missing),
            Err(StoreError::Other(error)) => {
                tracing::error!(file = %exhibit.blob, error, "an exhibit can't be read");
                Some(Damage::Unreadable)
            }
            Err(error) => return Err(error.into()),
        })
    }

    async fn hashed(&self, exhibit: &Exhibit, keys: &Keys) -> Result<(String, u64), StoreError> {
        let key = keys.of(Compartment::Matter);
        let mut stream = self.store.blobs.open_stream(&exhibit.blob, key).await?;
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        while let Some(part) = stream.try_next().await? {
            hash.update(&part);
            bytes += part.len() as u64;
        }
        Ok((hex::encode(hash.finalize()), bytes))
    }

    /// An entry and a notice, once for each damage and once for its end. Says whether there was anything to tell.
    async fn tell(&self, state: &CaseState, exhibit: u32, found: Option<Damage>) -> Result<bool, AppError> {
        if state.entry_of_check(exhibit, found).is_none() {
            return Ok(false);
        }
        let system = Caller::system();
        let mut tx = self.store.db.begin().await?;
        let mut case = self.lock(&mut tx, &system, &state.number).await?;
        let event = case.state.entry_of_check(exhibit, found);
        let is_news = event.is_some();
        if let Some(event) = event {
            self.append(&mut tx, &mut case, &system.actor, vec![event])
                .await?;
        }
        tx.commit().await?;
        Ok(is_news)
    }
}
