//! A look at database and files before anything is opened for writing; it makes and changes nothing.

use std::path::Path;

use super::{Marker, Place, Refusal, in_folder};
use crate::blobs::Blobs;
use crate::db::{Db, SQLITE_FILE, Schema};
use crate::error::{Result, StoreError};
use crate::{keys, settings};

/// What the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// There is none, or it has never been opened: no tables, or none with anything in them.
    Empty,
    Held {
        /// What it says of itself; `None` if it was made before stores had an id.
        marker: Option<Marker>,
        /// Whether the id was written beside the files.
        written: bool,
        /// Whether it holds what a master key opens.
        keyed: bool,
    },
}

/// What lies where files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Files {
    Empty,
    /// Files, and nothing that says whose.
    Unmarked,
    Marked(Marker),
}

/// How a database and files stand to each other that may be opened together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Both are empty.
    Fresh,
    /// They were being made when the program ended.
    Unfinished,
    /// Made before stores had an id.
    Adopt,
    Fits,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Survey {
    pub database: Database,
    pub files: Files,
    /// Which installation the data folder has served.
    pub folder: Option<Marker>,
    /// Which key signs here: its public half, 64 hexadecimal digits; `None` if none has.
    pub signed_by: Option<String>,
    /// Why a store of before is not taken in.
    strange: Option<Refusal>,
    place: Place,
}

impl Survey {
    /// Looks.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if a file that says whose files these are can't be read, or an SQLite log lies without its database;
    /// those of the database and the files.
    pub async fn of(place: &Place) -> Result<Self> {
        let _opening = crate::lock::wait_to_open(&place.dir).await?;
        Self::look(place).await
    }

    /// The same for whoever holds the lock on opening already.
    pub(crate) async fn look(place: &Place) -> Result<Self> {
        let open = database(place).await?;
        let files = match place.blobs_read_only()? {
            Some(blobs) => files(&blobs, place).await?,
            None => Files::Empty,
        };
        let folder = in_folder(&place.dir)?;
        let (signed_by, strange) = match &open {
            Some((db, Database::Held { marker, .. })) => {
                let signed_by = super::signed_by(&mut db.read().await?).await?;
                let adopts = marker.is_none() && !matches!(files, Files::Marked(_));
                let strange = match adopts {
                    true => super::fits::strange(db, place).await?,
                    false => None,
                };
                (signed_by, strange)
            }
            _ => (None, None),
        };
        let database = match open {
            Some((db, held)) => {
                db.close().await;
                held
            }
            None => Database::Empty,
        };
        Ok(Self {
            database,
            files,
            folder,
            signed_by,
            strange,
            place: place.clone(),
        })
    }

    /// Whether database and files may be opened together, and what has to be done first.
    ///
    /// # Errors
    /// Why not.
    pub fn standing(&self) -> Result<Standing, Refusal> {
        let Database::Held { marker, written, .. } = &self.database else {
            return self.without_database();
        };
        let Some(ours) = marker else {
            return match &self.files {
                Files::Marked(theirs) => Err(self.older(0, theirs.runs)),
                Files::Empty | Files::Unmarked => self.strange.clone().map_or(Ok(Standing::Adopt), Err),
            };
        };
        let id = || ours.installation.id.clone();
        if let Some(folder) = &self.folder
            && folder.installation.id != ours.installation.id
        {
            return Err(Refusal::OtherFolder {
                database: id(),
                folder: folder.installation.id.clone(),
                place: self.place.dir.display().to_string(),
                address: self.place.of_database(),
            });
        }
        let place = self.place.of_files();
        match &self.files {
            Files::Empty if !written => Ok(Standing::Unfinished),
            Files::Empty => Err(Refusal::NoFiles { id: id(), place }),
            Files::Unmarked => Err(Refusal::FilesUnmarked { id: id(), place }),
            Files::Marked(theirs) if theirs.installation.id != ours.installation.id => {
                Err(Refusal::OtherFiles {
                    database: id(),
                    files: theirs.installation.id.clone(),
                    place,
                })
            }
            Files::Marked(theirs) if theirs.runs > ours.runs => Err(self.older(ours.runs, theirs.runs)),
            Files::Marked(_) if !written => Ok(Standing::Unfinished),
            Files::Marked(_) => Ok(Standing::Fits),
        }
    }

    fn without_database(&self) -> Result<Standing, Refusal> {
        let refused = |id: Option<&Marker>| {
            Err(Refusal::NoDatabase {
                id: id.map(|marker| marker.installation.id.clone()),
                database: self.place.of_database(),
                place: match self.files {
                    Files::Empty => self.place.dir.display().to_string(),
                    _ => self.place.of_files(),
                },
            })
        };
        match (&self.files, &self.folder) {
            (Files::Marked(marker), _) => refused(Some(marker)),
            (Files::Unmarked, _) => refused(None),
            (Files::Empty, Some(marker)) => refused(Some(marker)),
            (Files::Empty, None) => Ok(Standing::Fresh),
        }
    }

    fn older(&self, database: u64, files: u64) -> Refusal {
        Refusal::OlderDatabase {
            database,
            files,
            place: self.place.of_files(),
        }
    }

    /// Whether keys may be made: nothing is there that others would have closed.
    #[must_use]
    pub fn may_make_keys(&self) -> bool {
        let keyed = matches!(self.database, Database::Held { keyed: true, .. });
        !keyed && self.files == Files::Empty
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.database == Database::Empty && self.files == Files::Empty
    }

    /// Which installation the database is of; `None` if it doesn't say, or there is none.
    #[must_use]
    pub fn installation(&self) -> Option<super::Installation> {
        match &self.database {
            Database::Held { marker, .. } => marker.as_ref().map(|marker| marker.installation.clone()),
            Database::Empty => None,
        }
    }

    /// Whether somebody who says that they put these together on purpose may be believed.
    pub(super) fn acceptable(&self, sampled: bool) -> Result<(), Refusal> {
        match self.standing() {
            Ok(Standing::Fresh) => Err(Refusal::NothingHere {
                place: self.place.dir.display().to_string(),
            }),
            // Whether the files that the database names are there is looked at next.
            Ok(_)
            | Err(Refusal::OlderDatabase { .. } | Refusal::FilesUnmarked { .. } | Refusal::NoFiles { .. }) => {
                Ok(())
            }
            // Every file was compared where it was restored.
            Err(Refusal::FilesDoNotFit { .. }) if !sampled => Ok(()),
            Err(other) => Err(other),
        }
    }
}

async fn database(place: &Place) -> Result<Option<(Db, Database)>> {
    let url = place.database_url.as_deref();
    if url.is_none() {
        refuse_lone_log(&place.dir)?;
    }
    let Some(db) = Db::connect_read_only(url, &place.dir).await? else {
        return Ok(None);
    };
    match what_it_holds(&db).await? {
        Database::Empty => {
            db.close().await;
            Ok(None)
        }
        held => Ok(Some((db, held))),
    }
}

async fn what_it_holds(db: &Db) -> Result<Database> {
    if db.schema().await? == Schema::None {
        return Ok(Database::Empty);
    }
    let mut read = db.read().await?;
    let keyed = settings::get(&mut read, keys::SYSTEM_KEY).await?.is_some();
    let (marker, written) = super::read(&mut read).await?.unzip();
    if marker.is_none() && !keyed {
        return Ok(Database::Empty);
    }
    Ok(Database::Held {
        marker,
        written: written.unwrap_or(false),
        keyed,
    })
}

async fn files(blobs: &Blobs, place: &Place) -> Result<Files> {
    if let Some(marker) = super::beside_files(blobs, place).await? {
        return Ok(Files::Marked(marker));
    }
    Ok(if blobs.is_empty().await? {
        Files::Empty
    } else {
        Files::Unmarked
    })
}

/// SQLite would throw a log away whose database is missing.
fn refuse_lone_log(dir: &Path) -> Result<()> {
    let (file, log) = (dir.join(SQLITE_FILE), dir.join(format!("{SQLITE_FILE}-wal")));
    let filled = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    if filled && !file.exists() {
        return Err(StoreError::from(Refusal::LoneLog {
            place: log.display().to_string(),
        }));
    }
    Ok(())
}
