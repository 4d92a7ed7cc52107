//! From a backup to a store: files first, the database last, so that what was cut off is no store.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use domain::ids::BlobId;
use futures_util::{StreamExt, TryStreamExt};
use proof::DataKey;

use super::durable::{self, Sum, fault};
use super::files::{self, Manner};
use super::make::Progress;
use super::manifest::{Head, Manifest};
use super::sealing;
use super::target::{Target, is_empty_dir};
use crate::blobs::Blobs;
use crate::db::{dump_name, is_empty, load};
use crate::error::{Result, StoreError};

/// Files copied at the same time.
const AT_ONCE: usize = 8;
/// What lies in a folder whose restore has not come to its end.
pub const UNFINISHED: &str = "RESTORING";

/// What is restored, and where to.
pub struct Order<'a> {
    pub target: &'a Target,
    pub generation: &'a str,
    /// What database and manifest are sealed with, if they are.
    pub key: Option<&'a DataKey>,
    /// The new data folder: missing or empty.
    pub data: &'a Path,
    /// A PostgreSQL database without tables, for a backup that came from one.
    pub database_url: Option<&'a str>,
    pub manner: Manner,
    /// Leaves the files where they are, in an object store of their own.
    pub without_files: bool,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub head: Head,
    pub files: u64,
    pub bytes: u64,
    /// Files that could not be restored, and why.
    pub faults: BTreeMap<String, String>,
}

/// What a generation holds, and whether it may go to where the order says; nothing is written.
///
/// # Errors
/// [`StoreError::Other`] if the folder or the database is filled, the engines differ, or those of [`Target::manifest`].
pub async fn check(order: &Order<'_>) -> Result<Manifest> {
    let manifest = order.target.manifest(order.generation, order.key)?;
    let engine = if order.database_url.is_some() {
        "postgres"
    } else {
        "sqlite"
    };
    if manifest.head.engine != engine {
        return Err(StoreError::other(match engine {
            "sqlite" => {
                "this backup is of PostgreSQL: name an empty database in VAERN_DATABASE_URL to restore it to"
                    .to_owned()
            }
            _ => "this backup is of SQLite: unset VAERN_DATABASE_URL to restore it".to_owned(),
        }));
    }
    let data = order.data;
    if data.exists() && !is_empty_dir(data)? {
        return Err(StoreError::other(format!(
            "{} is not empty: a backup is restored only to a new or empty folder",
            data.display()
        )));
    }
    super::target::apart("the new data folder", data, "the backup", &order.target.root)?;
    if !is_empty(order.database_url, data).await? {
        return Err(StoreError::other(
            "the database of VAERN_DATABASE_URL holds tables: a backup is restored only to an empty one",
        ));
    }
    Ok(manifest)
}

/// Restores to a new data folder, comparing every byte with the manifest. `blobs` opens where its files go, once the folder is
/// there.
///
/// # Errors
/// Those of [`check`]; [`StoreError::DiskFull`]; [`StoreError::Other`] if the database is not what was backed up. A file that is
/// missing or changed is no error: see [`Restored::faults`].
pub async fn restore(
    order: &Order<'_>,
    blobs: impl FnOnce(&Path) -> Result<Blobs>,
    mut progress: impl FnMut(Progress),
) -> Result<Restored> {
    let manifest = check(order).await?;
    let data = order.data;
    durable::private_dir(data)?;
    durable::replace(
        &data.join(UNFINISHED),
        b"A restore into this folder has not come to its end.\n",
    )?;
    let mut restored = Restored {
        files: 0,
        bytes: 0,
        faults: manifest.missing.clone(),
        head: manifest.head.clone(),
    };
    for part in &manifest.head.settings {
        let from = order.target.generation(order.generation).join(&part.name);
        if !part.is(durable::copy_new(&from, &data.join(&part.name))?) {
            return Err(StoreError::other(format!(
                "{} is not what was backed up",
                from.display()
            )));
        }
    }
    if !order.without_files {
        let blobs = blobs(data)?;
        restore_files(order, &manifest, &blobs, &mut restored, &mut progress).await?;
    }
    progress(Progress::Database);
    restore_database(order, &manifest.head).await?;
    withdraw_announcements(order).await?;
    std::fs::remove_file(data.join(UNFINISHED)).map_err(fault(data))?;
    durable::sync_dir(data)?;
    Ok(restored)
}

async fn restore_files(
    order: &Order<'_>,
    manifest: &Manifest,
    blobs: &Blobs,
    restored: &mut Restored,
    progress: &mut impl FnMut(Progress),
) -> Result<()> {
    let of = manifest.files.len() as u64;
    // Each copy owns what it needs: a stream of borrowed ones could not be moved between threads.
    let wanted: Vec<(String, Sum)> = manifest
        .files
        .iter()
        .map(|(id, sum)| (id.clone(), *sum))
        .collect();
    let mut copies = futures_util::stream::iter(wanted)
        .map(|(id, sum)| copy_out(order.target.root.clone(), order.manner, blobs.clone(), id, sum))
        .buffer_unordered(AT_ONCE);
    let mut done = 0;
    while let Some((id, sum, fault)) = copies.try_next().await? {
        done += 1;
        progress(Progress::Files { done, of });
        match fault {
            Some(why) => {
                restored.faults.insert(id, why);
            }
            None => {
                restored.files += 1;
                restored.bytes += sum.bytes;
                // The store had lost it; the target had it from before.
                restored.faults.remove(&id);
            }
        }
    }
    drop(copies);
    durable::sync_file_system(order.data)
}

/// Copies a file, and gives why it could not be had if it couldn't. What does not fit the manifest is not kept.
async fn copy_out(
    target: PathBuf,
    manner: Manner,
    blobs: Blobs,
    name: String,
    wanted: Sum,
) -> Result<(String, Sum, Option<String>)> {
    let id = BlobId::new(name.as_str());
    let from = files::place(&target, &id)?;
    let fault = if !from.is_file() {
        Some("the backup does not hold it".into())
    } else if let Some(to) = blobs.local(&id)? {
        let copy = move || copy_down(&from, &to, manner, wanted);
        tokio::task::spawn_blocking(copy)
            .await
            .map_err(StoreError::other)??
    } else {
        copy_up(&from, &blobs, &id, wanted).await?
    };
    Ok((name, wanted, fault))
}

/// To a folder.
fn copy_down(from: &Path, to: &Path, manner: Manner, wanted: Sum) -> Result<Option<String>> {
    let folder = to.parent().unwrap_or(to);
    if !folder.is_dir() {
        durable::private_dir(folder)?;
    }
    let copied = match manner {
        Manner::Link => files::link(from, to),
        Manner::Copy => files::copy_whole(from, to),
    };
    match copied {
        Ok(sum) if sum == wanted => Ok(None),
        Ok(_) => {
            std::fs::remove_file(to).map_err(fault(to))?;
            Ok(Some("the backup holds other bytes than were backed up".into()))
        }
        Err(StoreError::Damaged { reason, .. }) => Ok(Some(reason)),
        Err(StoreError::Missing { .. }) => Ok(Some("the backup does not hold it".into())),
        Err(error) => Err(error),
    }
}

/// The same to an object store.
async fn copy_up(from: &Path, blobs: &Blobs, id: &BlobId, wanted: Sum) -> Result<Option<String>> {
    // Read twice: nothing goes up that is not what it should be.
    let path = from.to_owned();
    let found = tokio::task::spawn_blocking(move || durable::sum(&path))
        .await
        .map_err(StoreError::other)?;
    match found {
        Ok(sum) if sum == wanted => {}
        Ok(_) => return Ok(Some("the backup holds other bytes than were backed up".into())),
        Err(error) => return Ok(Some(error.to_string())),
    }
    blobs.put_file(id, from).await?;
    Ok(None)
}

/// What was on its way when the backup was made may have become evidence since, and its file may still lie somewhere: none of it
/// is collected.
async fn withdraw_announcements(order: &Order<'_>) -> Result<()> {
    let db = crate::Db::connect(order.database_url, order.data).await?;
    let mut tx = db.begin().await?;
    crate::files::withdraw_all(&mut tx).await?;
    tx.commit().await?;
    db.close().await;
    Ok(())
}

async fn restore_database(order: &Order<'_>, head: &Head) -> Result<()> {
    let folder = order.target.generation(order.generation);
    let from = folder.join(&head.database.name);
    let read = from.clone();
    let sum = tokio::task::spawn_blocking(move || durable::sum(&read))
        .await
        .map_err(StoreError::other)??;
    if !head.database.is(sum) {
        return Err(StoreError::other(format!(
            "{} is not what was backed up",
            from.display()
        )));
    }
    let Some(key) = order.key.filter(|_| head.sealed) else {
        return load(&from, order.database_url, order.data).await;
    };
    let name = dump_name(&head.engine);
    let plain = order.data.join(format!("{name}.opened"));
    open_database(&from, &plain, key, &sealing::context(order.generation, name))?;
    let loaded = load(&plain, order.database_url, order.data).await;
    std::fs::remove_file(&plain).map_err(fault(&plain))?;
    loaded
}

fn open_database(from: &Path, to: &Path, key: &DataKey, context: &str) -> Result<()> {
    let mut out = BufWriter::new(durable::create(to)?);
    sealing::open(from, key, context, &mut out)?;
    let file: File = out.into_inner().map_err(|error| fault(to)(error.into_error()))?;
    (&file).flush().and_then(|()| file.sync_all()).map_err(fault(to))
}
