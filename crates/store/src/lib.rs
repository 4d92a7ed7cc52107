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
mod db;
pub mod derivatives;
pub mod drills;
mod error;
pub mod files;
pub mod guide;
pub mod health;
pub mod idempotency;
pub mod jobs;
pub mod journal;
mod keys;
pub mod mails;
pub mod notices;
mod page;
pub mod passed;
pub mod people;
pub mod reminders;
pub mod rollouts;
pub mod seals;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod stamps;
#[cfg(feature = "testing")]
pub mod testing;
pub mod uploads;

use std::path::PathBuf;
use std::sync::Arc;

use proof::MasterKey;
use rand::CryptoRng;

pub use blobs::Blobs;
pub use db::{Ask, Db, Read, SQLITE_FILE, Snapshot, Tx, create_scratch, drop_scratch};
pub use error::{Result, StoreError};
pub use keys::{KeyRing, Keys, WrappedKeys};
pub use page::{Cursor, Page};

/// Where things are kept, and with which key.
pub struct StoreConfig {
    /// `postgres://…`; without it, [`SQLITE_FILE`] in `dir`.
    pub database_url: Option<String>,
    /// An existing folder; exhibits go into its folder `blobs`, the search index into `search`.
    pub dir: PathBuf,
    /// Where exhibits go in place of the folder.
    pub bucket: Option<blobs::S3Location>,
    pub master: MasterKey,
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
    /// Who writes: 16 hexadecimal digits, others each time that a store is opened.
    pub node: String,
    ledger: Arc<files::Ledger>,
}

impl Store {
    /// Opens or creates what `config` names, and brings the tables up to date. `rng` makes the system's own data key
    /// the first time.
    ///
    /// # Errors
    /// [`StoreError::Key`] if the database belongs to another master key; [`StoreError::Other`] if the folder or the
    /// database cannot be opened.
    pub async fn open(config: StoreConfig, rng: &mut (impl CryptoRng + Send)) -> Result<Self> {
        let db = Db::connect(config.database_url.as_deref(), &config.dir).await?;
        let blobs = match &config.bucket {
            Some(bucket) => Blobs::open_s3(bucket)?,
            None => Blobs::open(&config.dir.join("blobs"))?,
        };
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
        })
    }
}

/// Every statement that this crate can say.
const STATEMENTS: &[&[&str]] = &[
    blobs::STATEMENTS,
    case_drills::STATEMENTS,
    passed::STATEMENTS,
    cases::STATEMENTS,
    derivatives::STATEMENTS,
    drills::STATEMENTS,
    files::STATEMENTS,
    files::COLLECT_STATEMENTS,
    guide::STATEMENTS,
    health::STATEMENTS,
    idempotency::STATEMENTS,
    jobs::STATEMENTS,
    journal::STATEMENTS,
    keys::STATEMENTS,
    mails::STATEMENTS,
    notices::STATEMENTS,
    people::STATEMENTS,
    reminders::STATEMENTS,
    rollouts::STATEMENTS,
    seals::STATEMENTS,
    sessions::STATEMENTS,
    settings::STATEMENTS,
    stamps::STATEMENTS,
    uploads::STATEMENTS,
];

/// Whether a text was declared by `statements!`, so that the tests have prepared it.
fn is_statement(text: &str) -> bool {
    STATEMENTS.iter().any(|module| module.contains(&text))
}
