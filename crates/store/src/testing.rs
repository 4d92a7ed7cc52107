//! Throw-away stores on both engines, for tests here and in the crates above.
//!
//! ```ignore
//! for engine in store::testing::engines() {
//!     let (store, scratch) = store::testing::store(engine).await;
//!     …
//!     let again = scratch.reopen().await; // as after a restart
//! }
//! ```

mod postgres;
pub mod s3;

pub use crate::keys::destroy as destroy_keys;

use std::path::Path;

use proof::MasterKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;

use crate::blobs::S3Location;
use crate::{Db, Result, Store, StoreConfig};

static OPENED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1_000);

/// An SQL engine to test on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Both, always: without PostgreSQL's programs the tests fail.
#[must_use]
pub fn engines() -> Vec<Engine> {
    vec![Engine::Sqlite, Engine::Postgres]
}

/// Where the files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    Folder,
    /// Of a real S3 server on this machine.
    Bucket,
}

/// What a test store lives in; dropped, it is gone.
pub struct Scratch {
    dir: TempDir,
    database: Option<postgres::Database>,
    bucket: Option<S3Location>,
}

impl Scratch {
    /// The data folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The address of the database, if it is not a file in [`Scratch::dir`].
    #[must_use]
    pub fn database_url(&self) -> Option<String> {
        self.database.as_ref().map(|database| database.url.clone())
    }

    /// The bucket, if the files are in one.
    #[must_use]
    pub fn bucket(&self) -> Option<&S3Location> {
        self.bucket.as_ref()
    }

    /// What [`Store::open`] takes to open the same store again.
    #[must_use]
    pub fn config(&self) -> StoreConfig {
        StoreConfig {
            database_url: self.database_url(),
            database: crate::DatabaseOptions::default(),
            dir: self.dir().to_owned(),
            bucket: self.bucket.clone(),
            master: master(),
            mode: crate::OpenMode::Create,
            birth: crate::Kind::Real,
        }
    }

    /// Opens the same store again, as another process would.
    ///
    /// # Panics
    /// If it does not open.
    pub async fn reopen(&self) -> Store {
        // Other dice each time: a node's name must not come twice.
        let seed = OPENED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Store::open(self.config(), &mut rng(seed))
            .await
            .expect("the store opens again")
    }
}

/// A database without anything in it; dropped, it is gone.
pub struct TestDatabase(Option<postgres::Database>);

impl TestDatabase {
    /// Its address, if it is not a file.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        self.0.as_ref().map(|database| database.url.clone())
    }
}

/// A database of its own on this engine, without tables.
///
/// # Panics
/// Without PostgreSQL's programs it names what to install.
#[must_use]
pub fn database(engine: Engine) -> TestDatabase {
    TestDatabase((engine == Engine::Postgres).then(postgres::Database::create))
}

/// An empty store.
///
/// # Panics
/// If it cannot be made; without PostgreSQL's programs it names what to install.
pub async fn store(engine: Engine) -> (Store, Scratch) {
    store_on(engine, Files::Folder).await
}

/// An empty store with its files in a folder or a bucket.
///
/// # Panics
/// As [`store`]; without moto's server it names what to install.
pub async fn store_on(engine: Engine, files: Files) -> (Store, Scratch) {
    let bucket = (files == Files::Bucket).then(s3::create_bucket);
    let scratch = Scratch {
        bucket,
        ..scratch(engine)
    };
    let store = Store::open(scratch.config(), &mut rng(1))
        .await
        .expect("a new store opens");
    (store, scratch)
}

/// A place for a store: an empty folder, and an empty database where the engine wants one.
///
/// # Panics
/// As [`store`].
#[must_use]
pub fn scratch(engine: Engine) -> Scratch {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let database = (engine == Engine::Postgres).then(postgres::Database::create);
    Scratch {
        dir,
        database,
        bucket: None,
    }
}

/// The master key of all test stores.
///
/// # Panics
/// Never.
#[must_use]
pub fn master() -> MasterKey {
    MasterKey::from_hex(&"5a".repeat(32)).expect("64 digits")
}

/// Randomness that is the same in every run.
#[must_use]
pub fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// Every statement that this crate can say.
#[must_use]
pub fn statements() -> Vec<&'static str> {
    crate::STATEMENTS.concat()
}

/// Parses a statement without running it.
///
/// # Errors
/// What the engine says against it.
pub async fn prepare(db: &Db, text: &'static str) -> Result<()> {
    crate::db::prepare(db, text).await
}

/// Changes the database behind the back of everything, as somebody with the disk in their hands could.
///
/// # Errors
/// What the engine says against it.
pub async fn tamper(db: &Db, text: &'static str) -> Result<u64> {
    crate::db::tamper(db, text).await
}

/// How SQLite would answer a statement, one step a line.
///
/// # Errors
/// What the engine says against it.
pub async fn plan(db: &Db, text: &'static str) -> Result<String> {
    crate::db::plan(db, text).await
}
