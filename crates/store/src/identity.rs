//! Which installation this is, so that a database and files that don't belong together are never served together
//! (docs/adr/0019-identity.md).
//!
//! A random id is made once, with the store. It stands in the database and in the file [`FILE`] beside the files, wherever they
//! are kept, and in the data folder of every node. A counter stands beside it in both: a server raises it at its start, its stop
//! and now and then between, first in the database and then beside the files. So a database whose counter is behind that of the
//! files is older than the one that last ran with them.

mod fits;
mod survey;
mod words;

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use domain::ids::BlobId;
use rand::CryptoRng;

use crate::blobs::{Blobs, S3Location};
use crate::db::{Ask, Db, Tx, statements};
use crate::error::{Result, StoreError};
use crate::settings;

pub use survey::{Database, Files, Standing, Survey};
pub use words::Refusal;

statements! {
    OLDEST_FILES = "SELECT id FROM blobs ORDER BY at, id LIMIT $1";
    NEWEST_FILES = "SELECT id FROM blobs ORDER BY at DESC, id DESC LIMIT $1";
}

/// The name of the file that says whose files these are.
pub const FILE: &str = "INSTALLATION";
const HEADING: &str = "vaern-installation-v1";

const ID: &str = "installation";
const KIND: &str = "installation-kind";
/// Whether the id stands beside the files: [`PENDING`] until it was written there once.
const BESIDE_FILES: &str = "installation-files";
const RUNS: &str = "installation-runs";
/// A row that whoever changes any of these changes first, so that others wait.
const LOCK: &str = "installation-lock";
/// Which key signs: its public half.
const SIGNED_BY: &str = "signing-key";
const PENDING: &str = "pending";
const WRITTEN: &str = "written";

/// Where a store is kept.
#[derive(Clone, Debug)]
pub struct Place {
    /// `postgres://…`; without it, [`crate::SQLITE_FILE`] in `dir`.
    pub database_url: Option<String>,
    /// The data folder.
    pub dir: PathBuf,
    /// Where files are in place of its folder `blobs`.
    pub bucket: Option<S3Location>,
}

impl Place {
    /// The files; their folder is made if it is not there.
    pub(crate) fn blobs(&self) -> Result<Blobs> {
        match &self.bucket {
            Some(bucket) => Blobs::open_s3(bucket),
            None => Blobs::open(&self.dir.join("blobs")),
        }
    }

    /// The files, as they lie there; `None` if there is no folder of them.
    ///
    /// # Errors
    /// [`StoreError::Other`] if the folder can't be read or no client can be made for the bucket.
    pub fn blobs_read_only(&self) -> Result<Option<Blobs>> {
        let folder = self.dir.join("blobs");
        match &self.bucket {
            Some(bucket) => Blobs::open_s3(bucket).map(Some),
            None if folder.is_dir() => Blobs::open_existing(&folder).map(Some),
            None => Ok(None),
        }
    }

    /// Where the files are, for people to read.
    fn of_files(&self) -> String {
        match &self.bucket {
            Some(_) => "VAERN_BLOBS".into(),
            None => self.dir.join("blobs").display().to_string(),
        }
    }

    /// Where the database is, for people to read, without what stands in its address.
    fn of_database(&self) -> String {
        match self.database_url {
            Some(_) => "VAERN_DATABASE_URL".into(),
            None => self.dir.join(crate::SQLITE_FILE).display().to_string(),
        }
    }
}

/// What the store was made for, which never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Real,
    /// An invented municipality, in which anybody may step in as anybody.
    Demonstration,
}

impl Kind {
    /// `real` or `demonstration`, as it is written down.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Demonstration => "demonstration",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [Self::Real, Self::Demonstration];
        all.into_iter().find(|kind| kind.name() == text)
    }
}

/// An installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// 32 hexadecimal digits.
    pub id: String,
    pub kind: Kind,
}

/// What stands beside the files: lines of a name and a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    pub installation: Installation,
    pub runs: u64,
}

impl Marker {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(HEADING) {
            return None;
        }
        let (mut id, mut kind, mut runs) = (None, None, 0);
        for line in lines {
            match line.split_once(' ')? {
                ("id", value) => id = Some(value),
                ("kind", value) => kind = Kind::parse(value),
                ("runs", value) => runs = value.parse().ok()?,
                // What a later version adds.
                _ => {}
            }
        }
        let id = id.filter(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let installation = Installation {
            id: id.to_owned(),
            kind: kind?,
        };
        Some(Self { installation, runs })
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Installation { id, kind } = &self.installation;
        write!(
            out,
            "{HEADING}\nid {id}\nkind {}\nruns {}\n",
            kind.name(),
            self.runs
        )
    }
}

/// What the database says of itself.
async fn read(on: &mut impl Ask) -> Result<Option<(Marker, bool)>> {
    let Some(id) = settings::get(on, ID).await? else {
        return Ok(None);
    };
    let kind = settings::get(on, KIND).await?;
    let kind = kind.as_deref().and_then(Kind::parse).unwrap_or(Kind::Real);
    let written = settings::get(on, BESIDE_FILES).await?.as_deref() == Some(WRITTEN);
    let runs = runs(on).await?;
    let installation = Installation { id, kind };
    Ok(Some((Marker { installation, runs }, written)))
}

async fn runs(on: &mut impl Ask) -> Result<u64> {
    let text = settings::get(on, RUNS).await?.unwrap_or_else(|| "0".into());
    text.parse()
        .map_err(|_| StoreError::other(format!("the counter {text} of the installation is no number")))
}

/// Makes or completes what a store knows of itself, as `standing` asks for.
pub(crate) async fn establish(
    db: &Db,
    blobs: &Blobs,
    place: &Place,
    standing: Standing,
    birth: Kind,
    rng: &mut (impl CryptoRng + Send),
) -> Result<Installation> {
    if standing != Standing::Fits {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        let mut tx = locked(db).await?;
        settings::set_once(&mut tx, ID, &crate::keys::to_hex(&id)).await?;
        settings::set_once(&mut tx, KIND, birth.name()).await?;
        settings::set_once(&mut tx, BESIDE_FILES, PENDING).await?;
        tx.commit().await?;
        write_beside_files(db, blobs, place).await?;
    }
    let found = read(&mut db.read().await?).await?;
    let (marker, _) = found.ok_or_else(|| StoreError::missing("the installation's id"))?;
    write_in_folder(&place.dir, &marker)?;
    Ok(marker.installation)
}

/// A transaction in which nobody else changes anything here.
async fn locked(db: &Db) -> Result<Tx> {
    let mut tx = db.begin().await?;
    settings::set(&mut tx, LOCK, "").await?;
    Ok(tx)
}

/// Only while the database knows that it was never done: a node that comes with empty files of its own finds it done.
async fn write_beside_files(db: &Db, blobs: &Blobs, place: &Place) -> Result<()> {
    let mut tx = locked(db).await?;
    let found = read(&mut tx).await?;
    let (ours, written) = found.ok_or_else(|| StoreError::missing("the installation's id"))?;
    match beside_files(blobs, place).await? {
        Some(theirs) if theirs.installation.id != ours.installation.id => {
            return Err(Refusal::OtherFiles {
                database: ours.installation.id,
                files: theirs.installation.id,
                place: place.of_files(),
            }
            .into());
        }
        Some(_) => {}
        None if written => {
            return Err(Refusal::NoFiles {
                id: ours.installation.id,
                place: place.of_files(),
            }
            .into());
        }
        None => blobs.write_marker(&ours.to_string()).await?,
    }
    settings::set(&mut tx, BESIDE_FILES, WRITTEN).await?;
    tx.commit().await
}

/// What stands beside the files.
async fn beside_files(blobs: &Blobs, place: &Place) -> Result<Option<Marker>> {
    let Some(text) = blobs.read_marker().await? else {
        return Ok(None);
    };
    let marker = Marker::parse(&text);
    let unreadable = || Refusal::Unreadable {
        place: format!("{}/{FILE}", place.of_files()),
    };
    Ok(Some(marker.ok_or_else(unreadable)?))
}

impl crate::Store {
    /// Whether the files at hand are this installation's, by what stands beside them. Where they are not, a file that is not
    /// found is not lost: it is elsewhere.
    ///
    /// # Errors
    /// Those of the files: nobody can say then.
    pub async fn has_its_files(&self) -> Result<bool> {
        let beside = self.blobs.read_marker().await?;
        let beside = beside.as_deref().and_then(Marker::parse);
        let ids = (
            self.installation.as_ref().map(|ours| &ours.id),
            beside.as_ref().map(|marker| &marker.installation.id),
        );
        Ok(ids.0 == ids.1)
    }
}

/// What stands in a node's own data folder: which installation it has served.
fn in_folder(dir: &Path) -> Result<Option<Marker>> {
    let path = dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let unreadable = || Refusal::Unreadable {
                place: path.display().to_string(),
            };
            Ok(Some(Marker::parse(&text).ok_or_else(unreadable)?))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::other(format!("{}: {error}", path.display()))),
    }
}

fn write_in_folder(dir: &Path, marker: &Marker) -> Result<()> {
    let path = dir.join(FILE);
    if path.exists() {
        return Ok(());
    }
    let draft = dir.join(format!("{FILE}.{}", std::process::id()));
    let written = std::fs::write(&draft, marker.to_string()).and_then(|()| std::fs::rename(&draft, &path));
    written.map_err(|error| StoreError::other(format!("{}: {error}", path.display())))
}

/// The public half of the key that signs here, 64 hexadecimal digits: the one that was remembered, or that of the last seal.
async fn signed_by(on: &mut impl Ask) -> Result<Option<String>> {
    match settings::get(on, SIGNED_BY).await? {
        Some(known) => Ok(Some(known)),
        None => Ok(crate::seals::latest(on)
            .await?
            .map(|last| last.seal.public_key_hex)),
    }
}

/// Remembers which key signs here from now on.
///
/// # Errors
/// Those of the database.
pub async fn sign_by(db: &Db, public: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    settings::set(&mut tx, SIGNED_BY, public).await?;
    tx.commit().await
}

/// Raises the counter in the database and then beside the files. Gives the new one.
///
/// # Errors
/// Those of the database and of the files; if the files can't be written, the database may be ahead of them, which is no harm.
pub async fn count_run(db: &Db, blobs: &Blobs) -> Result<u64> {
    let mut tx = locked(db).await?;
    let next = runs(&mut tx).await? + 1;
    settings::set(&mut tx, RUNS, &next.to_string()).await?;
    let found = read(&mut tx).await?;
    tx.commit().await?;
    if let Some((marker, _)) = found {
        blobs.write_marker(&marker.to_string()).await?;
    }
    Ok(next)
}

/// Takes a database and files together that were put together on purpose: a backup that was restored, files whose
/// [`FILE`] was lost. From then on they fit. Gives the installation.
///
/// # Errors
/// [`StoreError::Refused`] if nothing is there, if they are of two installations, or if hardly any of the files that the database
/// names is there.
pub async fn accept_restored(place: &Place, rng: &mut (impl CryptoRng + Send)) -> Result<Installation> {
    accept(place, true, rng).await
}

/// The same for what [`crate::backup::restore`] has just laid there: it has compared every file with its backup and named those
/// that are missing, so database and files belong together however many are.
///
/// # Errors
/// [`StoreError::Refused`] if nothing is there, or they are of two installations.
pub async fn take_in_restored(place: &Place, rng: &mut (impl CryptoRng + Send)) -> Result<Installation> {
    accept(place, false, rng).await
}

async fn accept(place: &Place, sampled: bool, rng: &mut (impl CryptoRng + Send)) -> Result<Installation> {
    let _opening = crate::lock::wait_to_open(&place.dir).await?;
    let survey = Survey::look(place).await?;
    survey.acceptable(sampled)?;
    let db = Db::connect(place.database_url.as_deref(), &place.dir).await?;
    let blobs = place.blobs()?;
    if sampled {
        fits::adoptable(&db, &blobs, place).await?;
    }
    let theirs = beside_files(&blobs, place).await?;
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let id = theirs.as_ref().map_or_else(
        || crate::keys::to_hex(&id),
        |theirs| theirs.installation.id.clone(),
    );
    let kind = theirs
        .as_ref()
        .map_or(Kind::Real, |theirs| theirs.installation.kind);
    let mut tx = locked(&db).await?;
    settings::set_once(&mut tx, ID, &id).await?;
    settings::set_once(&mut tx, KIND, kind.name()).await?;
    let next = runs(&mut tx).await?.max(theirs.map_or(0, |theirs| theirs.runs)) + 1;
    settings::set(&mut tx, RUNS, &next.to_string()).await?;
    settings::set(&mut tx, BESIDE_FILES, WRITTEN).await?;
    let found = read(&mut tx).await?;
    let (marker, _) = found.ok_or_else(|| StoreError::missing("the installation's id"))?;
    blobs.write_marker(&marker.to_string()).await?;
    tx.commit().await?;
    write_in_folder(&place.dir, &marker)?;
    db.close().await;
    Ok(marker.installation)
}

/// Some of the files that the database names: the oldest and the newest.
async fn sampled(on: &mut impl Ask, many: i64) -> Result<Vec<BlobId>> {
    let mut ids = Vec::new();
    for text in [OLDEST_FILES, NEWEST_FILES] {
        for row in on.sql(text).bind(many).all().await? {
            ids.push(BlobId::new(row.text(0)?));
        }
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// The ids of at most `many` things, for people to read.
fn some(ids: &[BlobId], many: usize) -> String {
    let mut out = String::new();
    for (place, id) in ids.iter().take(many).enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        write!(out, "{comma}{id}").ok();
    }
    out
}
