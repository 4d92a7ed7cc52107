//! The folder that backups go to. It belongs to one installation, and holds nothing else:
//!
//! ```text
//! TARGET/VAERN-BACKUP           whose it is, and its own id
//! TARGET/lock                   held by whoever writes
//! TARGET/files/{ab}/{id}        exhibits' files as they lie in the store, shared by all generations
//! TARGET/files.jsonl            those of them that are durable, with their SHA-256
//! TARGET/generations/{name}/    database, manifest.jsonl, procedure.toml, vaern.toml; renamed into place last
//! ```

use std::fs::{File, OpenOptions};
use std::io::{BufReader, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use proof::DataKey;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use super::durable::{self, fault};
use super::manifest::{self, Manifest};
use super::sealing;
use crate::error::{Result, StoreError};

const MARK: &str = "VAERN-BACKUP";
const LOCK: &str = "lock";
pub(super) const GENERATIONS: &str = "generations";
/// A generation that is being written, and one that is being removed. No generation has a name like these.
pub(super) const PARTIAL: &str = ".partial";
pub(super) const REMOVED: &str = ".removed";

/// What stands in [`MARK`].
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mark {
    vaern_backup: u32,
    target: String,
    installation: String,
}

/// A folder of backups.
#[derive(Debug)]
pub struct Target {
    pub(super) root: PathBuf,
    /// Its own id: 32 hex digits.
    pub id: String,
    /// Whose backups it holds.
    pub installation: String,
    /// Held while it is written to.
    _lock: Option<File>,
}

impl Target {
    /// Opens the folder for a backup of `installation`, alone; makes it if it isn't there or is empty. The folder above it
    /// must be there: a disk that is not mounted is no place for a backup.
    ///
    /// # Errors
    /// [`StoreError::Other`] if it holds something else, belongs to another installation, lies inside the data folder or
    /// around it, or somebody else writes to it.
    pub fn open_for(root: &Path, installation: &str, data: &Path, rng: &mut impl CryptoRng) -> Result<Self> {
        if !root.exists() {
            durable::private_dir(root)?;
        }
        apart("the data folder", data, "the target", root)?;
        let mark = match read_mark(root)? {
            Some(mark) => mark,
            None => begin(root, installation, rng)?,
        };
        if mark.installation != installation {
            return Err(StoreError::other(format!(
                "{} holds backups of another installation ({}, and this is {installation})",
                root.display(),
                mark.installation
            )));
        }
        let lock = lock(root)?;
        for unfinished in [PARTIAL, REMOVED] {
            remove_all(&root.join(GENERATIONS).join(unfinished))?;
        }
        Ok(Self {
            root: root.to_owned(),
            id: mark.target,
            installation: mark.installation,
            _lock: Some(lock),
        })
    }

    /// Opens the folder for reading; nothing in it is changed.
    ///
    /// # Errors
    /// [`StoreError::Other`] if it holds no backups.
    pub fn open(root: &Path) -> Result<Self> {
        let mark = read_mark(root)?.ok_or_else(|| {
            StoreError::other(format!("{} holds no backup: it has no {MARK}", root.display()))
        })?;
        Ok(Self {
            root: root.to_owned(),
            id: mark.target,
            installation: mark.installation,
            _lock: None,
        })
    }

    /// The finished generations, oldest first.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn generations(&self) -> Result<Vec<String>> {
        let folder = self.root.join(GENERATIONS);
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(fault(&folder))? {
            let name = entry.map_err(fault(&folder))?.file_name();
            names.extend(
                name.to_str()
                    .filter(|name| number(name).is_some())
                    .map(str::to_owned),
            );
        }
        names.sort_by_key(|name| number(name));
        Ok(names)
    }

    /// What a generation holds.
    ///
    /// # Errors
    /// [`StoreError::Other`] if there is none such, or its manifest is cut off, damaged, of another target, or sealed and
    /// `key` doesn't open it.
    pub fn manifest(&self, generation: &str, key: Option<&DataKey>) -> Result<Manifest> {
        let read = || {
            let folder = self.generation(generation);
            let plain = folder.join(manifest::NAME);
            if plain.exists() {
                return Manifest::read(BufReader::new(File::open(&plain).map_err(fault(&plain))?));
            }
            let sealed = folder.join(sealing::sealed_name(manifest::NAME));
            if !sealed.exists() {
                return Err(StoreError::other("it has no manifest"));
            }
            let key = key.ok_or_else(|| StoreError::other("it is sealed: name its key"))?;
            let mut text = Vec::new();
            sealing::open(
                &sealed,
                key,
                &sealing::context(generation, manifest::NAME),
                &mut text,
            )?;
            Manifest::read(text.as_slice())
        };
        let named = |error| StoreError::other(format!("backup {generation}: {error}"));
        let manifest = read().map_err(named)?;
        if manifest.head.target != self.id || manifest.head.generation != generation {
            return Err(named(StoreError::other("it was not made here")));
        }
        Ok(manifest)
    }

    pub(super) fn generation(&self, name: &str) -> PathBuf {
        self.root.join(GENERATIONS).join(name)
    }
}

/// The number that a generation's name begins with; `None` for what is none.
pub(super) fn number(name: &str) -> Option<u64> {
    let (number, at) = name.split_once('-')?;
    (at.len() == 16).then(|| number.parse().ok()).flatten()
}

/// Refuses two folders of which one lies in the other.
///
/// # Errors
/// [`StoreError::Other`] that names both.
pub fn apart(what: &str, one: &Path, other_what: &str, other: &Path) -> Result<()> {
    let (a, b) = (resolved(one)?, resolved(other)?);
    if a.starts_with(&b) || b.starts_with(&a) {
        return Err(StoreError::other(format!(
            "{other_what} {} and {what} {} must lie apart",
            other.display(),
            one.display()
        )));
    }
    Ok(())
}

/// The path without links, also of what is not there yet.
fn resolved(path: &Path) -> Result<PathBuf> {
    let whole = std::path::absolute(path).map_err(fault(path))?;
    let mut missing = Vec::new();
    let mut there = whole.as_path();
    loop {
        match there.canonicalize() {
            Ok(found) => return Ok(missing.iter().rev().fold(found, |path, name| path.join(name))),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let (Some(parent), Some(name)) = (there.parent(), there.file_name()) else {
                    return Ok(whole);
                };
                missing.push(name);
                there = parent;
            }
            Err(error) => return Err(fault(path)(error)),
        }
    }
}

/// Whether a folder holds nothing, but what a file system puts into its own root.
///
/// # Errors
/// Those of the file system.
pub fn is_empty_dir(path: &Path) -> Result<bool> {
    let mut entries = std::fs::read_dir(path).map_err(fault(path))?;
    Ok(entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == "lost+found")))
}

fn read_mark(root: &Path) -> Result<Option<Mark>> {
    let path = root.join(MARK);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| StoreError::other(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound && root.is_dir() => Ok(None),
        Err(error) => Err(fault(&path)(error)),
    }
}

fn begin(root: &Path, installation: &str, rng: &mut impl CryptoRng) -> Result<Mark> {
    let unfinished = ["VAERN-BACKUP.part", "files", GENERATIONS, LOCK];
    let foreign = std::fs::read_dir(root)
        .map_err(fault(root))?
        .flatten()
        .find(|entry| {
            let name = entry.file_name();
            name != "lost+found" && !unfinished.iter().any(|ours| name == *ours)
        });
    if let Some(foreign) = foreign {
        return Err(StoreError::other(format!(
            "{} is no folder of backups and not empty: it holds {}",
            root.display(),
            foreign.file_name().display()
        )));
    }
    for folder in ["files", GENERATIONS] {
        durable::private_dir(&root.join(folder))?;
    }
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let mark = Mark {
        vaern_backup: manifest::FORMAT,
        target: hex::encode(id),
        installation: installation.to_owned(),
    };
    let mut text = serde_json::to_vec(&mark).map_err(StoreError::other)?;
    text.push(b'\n');
    durable::replace(&root.join(MARK), &text)?;
    Ok(mark)
}

fn lock(root: &Path) -> Result<File> {
    let path = root.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .map_err(fault(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::other(format!(
            "another backup into {} is under way",
            root.display()
        ))),
        Err(std::fs::TryLockError::Error(error)) => Err(fault(&path)(error)),
    }
}

pub(super) fn remove_all(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(fault(folder)),
    }
}
