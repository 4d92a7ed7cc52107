//! What is kept: the database and the files, and nothing of what they mean.
//!
//! The only crate that says SQL or touches stored files. What a case says is ciphertext here: journal entries, list
//! cards and exhibits under the case's own keys, remembered answers under the system's. In clear are ids, times, the
//! names of people and units, who has to do with which case, and what is owed when.
//!
//! A change of a case is one transaction: [`Db::begin`], [`journal::lock`] (or [`journal::create_case`]), load and
//! decide, [`journal::append`], [`cases::project`], [`jobs::enqueue`], [`Tx::commit`]. Reading has a door of its own,
//! [`Db::read`], which never waits for a writer.

pub mod backup;
mod batch;
pub mod blobs;
pub mod case_drills;
pub mod cases;
pub mod changes;
mod db;
pub mod derivatives;
pub mod drills;
mod error;
pub mod files;
pub mod guide;
pub mod health;
pub mod idempotency;
pub mod identity;
pub mod jobs;
pub mod journal;
mod keys;
pub mod lock;
pub mod mails;
pub mod nodes;
pub mod notices;
mod page;
pub mod passed;
pub mod people;
mod private;
pub mod reminders;
pub mod rollouts;
pub mod schedule;
pub mod seals;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod sign_in_tries;
pub mod stamps;
#[cfg(feature = "testing")]
pub mod testing;
pub mod uploads;

use std::path::PathBuf;
use std::sync::Arc;

use proof::MasterKey;
use rand::CryptoRng;

pub use blobs::Blobs;
pub use db::{
    Ask, Connections, DatabaseOptions, Db, Listener, Read, SQLITE_FILE, Schema, SchemaChange, Signal,
    Snapshot, Tx, create_scratch, drop_scratch,
};
pub use error::{Result, StoreError};
pub use identity::{Installation, Kind, Place, Refusal, Standing, Survey};
pub use keys::{KeyRing, Keys, WrappedKeys};
pub use page::{Cursor, Page};

/// Where things are kept, and with which key.
pub struct StoreConfig {
    /// `postgres://…`; without it, [`SQLITE_FILE`] in `dir`.
    pub database_url: Option<String>,
    pub database: DatabaseOptions,
    /// An existing folder; exhibits go into its folder `blobs`, the search index into `search`.
    pub dir: PathBuf,
    /// Where exhibits go in place of the folder.
    pub bucket: Option<blobs::S3Location>,
    pub master: MasterKey,
    pub mode: OpenMode,
    /// What a new store is made for.
    pub birth: Kind,
}

impl StoreConfig {
    /// Where it is kept.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            database_url: self.database_url.clone(),
            dir: self.dir.clone(),
            bucket: self.bucket.clone(),
        }
    }
}

/// What opening a store may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// Opens what is there for writing, and makes a new store where neither database nor files hold anything.
    Create,
    /// Opens what is there for writing; where nothing is, that is an error.
    Existing,
    /// Makes and changes nothing: no folder, table, row, key or search index. It works on media that can't be written; what
    /// would write fails.
    ReadOnly,
}

/// Everything that is kept. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub db: Db,
    pub blobs: Blobs,
    pub keys: Arc<KeyRing>,
    pub search: Arc<search::Search>,
    /// The data folder.
    pub dir: PathBuf,
    /// Who this is among the nodes that share a database: 16 hexadecimal digits, other ones at each opening.
    pub node: String,
    ledger: Arc<files::Ledger>,
    /// How it was opened.
    pub mode: OpenMode,
    /// Which one it is; `None` for one read only that was made before stores had an id.
    pub installation: Option<Installation>,
    /// Why it would not be opened for writing, if it is read only.
    pub misfit: Option<Refusal>,
}

impl Store {
    /// Opens or creates what `config` names, and brings the tables up to date. `rng` makes the installation's id and the system's
    /// own data key the first time.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if database and files don't belong together, or there is nothing and nothing may be made: nothing
    /// is then written. [`StoreError::Key`] if the database belongs to another master key; [`StoreError::Other`] if the folder or
    /// the database cannot be opened.
    pub async fn open(config: StoreConfig, rng: &mut (impl CryptoRng + Send)) -> Result<Self> {
        let place = config.place();
        if config.mode == OpenMode::ReadOnly {
            return Self::open_read_only(config, &place).await;
        }
        let _opening = lock::wait_to_open(&config.dir).await?;
        let standing = Survey::look(&place).await?.standing()?;
        if standing == Standing::Fresh && config.mode == OpenMode::Existing {
            let place = config.dir.display().to_string();
            return Err(Refusal::NothingHere { place }.into());
        }
        let db = Db::connect_with(config.database_url.as_deref(), &config.dir, config.database).await?;
        let blobs = place.blobs()?;
        private::tighten(&config.dir);
        let installation = identity::establish(&db, &blobs, &place, standing, config.birth, rng).await?;
        let keys = Arc::new(KeyRing::open(&db, config.master, rng).await?);
        let search = Arc::new(search::Search::open(&config.dir.join("search"))?);
        let mut random = [0; 8];
        rng.fill_bytes(&mut random);
        let node = hex::encode(random);
        let ledger = Arc::new(files::Ledger::new(db.clone(), node.clone()));
        Ok(Self {
            node,
            ledger,
            db,
            blobs,
            keys,
            search,
            dir: config.dir,
            mode: config.mode,
            installation: Some(installation),
            misfit: None,
        })
    }

    async fn open_read_only(config: StoreConfig, place: &Place) -> Result<Self> {
        let survey = Survey::of(place).await?;
        let misfit = match survey.standing() {
            Ok(Standing::Fresh) => {
                let place = config.dir.display().to_string();
                return Err(Refusal::NothingHere { place }.into());
            }
            Ok(_) => None,
            Err(refusal @ Refusal::NoDatabase { .. }) => return Err(refusal.into()),
            Err(refusal) => Some(refusal),
        };
        let db = Db::connect_read_only(config.database_url.as_deref(), &config.dir).await?;
        let db = db.ok_or_else(|| StoreError::missing("the database"))?;
        readable(db.schema().await?)?;
        let blobs = place.blobs_read_only()?;
        let node = String::new();
        Ok(Self {
            ledger: Arc::new(files::Ledger::new(db.clone(), node.clone())),
            node,
            blobs: blobs.ok_or_else(|| StoreError::missing("the folder of files"))?,
            keys: Arc::new(KeyRing::open_existing(&db, config.master).await?),
            search: Arc::new(search::Search::in_memory()?),
            db,
            dir: config.dir,
            mode: config.mode,
            installation: survey.installation(),
            misfit,
        })
    }
}

/// Whether this program knows the tables.
fn readable(schema: Schema) -> Result<()> {
    match schema {
        Schema::Current => Ok(()),
        Schema::None => Err(StoreError::other("the database holds no store")),
        Schema::Older { lacking } => Err(StoreError::other(format!(
            "the database is of an older version of Værn and lacks {lacking} changes: read it with that version, or start this \
             one on it once"
        ))),
        Schema::Newer { latest } => Err(db::newer(latest)),
    }
}

/// Every statement that this crate can say.
const STATEMENTS: &[&[&str]] = &[
    blobs::STATEMENTS,
    case_drills::STATEMENTS,
    passed::STATEMENTS,
    cases::STATEMENTS,
    changes::STATEMENTS,
    derivatives::STATEMENTS,
    drills::STATEMENTS,
    files::STATEMENTS,
    files::COLLECT_STATEMENTS,
    guide::STATEMENTS,
    health::STATEMENTS,
    idempotency::STATEMENTS,
    identity::STATEMENTS,
    jobs::STATEMENTS,
    journal::STATEMENTS,
    keys::STATEMENTS,
    mails::STATEMENTS,
    nodes::STATEMENTS,
    notices::STATEMENTS,
    people::STATEMENTS,
    reminders::STATEMENTS,
    rollouts::STATEMENTS,
    schedule::STATEMENTS,
    seals::STATEMENTS,
    sessions::STATEMENTS,
    settings::STATEMENTS,
    sign_in_tries::STATEMENTS,
    stamps::STATEMENTS,
    uploads::STATEMENTS,
];

/// Whether a text was declared by `statements!`, so that the tests have prepared it.
fn is_statement(text: &str) -> bool {
    STATEMENTS.iter().any(|module| module.contains(&text))
}
