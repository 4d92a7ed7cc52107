//! Locks on the data folder, held by the operating system for as long as a process lives, so that none is left behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::error::{Result, StoreError};

/// The file in the data folder that a server holds.
pub const FILE: &str = "lock";

/// How long to wait before asking again who is opening.
const AGAIN: std::time::Duration = std::time::Duration::from_millis(10);

/// Who may serve the same data folder at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Nobody else: the database is a file in it, or everything in it is about to be replaced.
    Alone,
    /// Whoever shares too: the database is a server that several may use.
    Shared,
}

/// A folder that is held; given back when dropped.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "open for as long as it is held")] File);

/// Takes the data folder; `None` if another process holds it, with what that process says of itself.
///
/// # Errors
/// [`StoreError::Other`] names the file that can't be written.
pub fn take(dir: &Path, sharing: Sharing) -> Result<Result<Held, String>> {
    let path = dir.join(FILE);
    let named = |error: std::io::Error| StoreError::other(format!("{}: {error}", path.display()));
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(named)?;
    let locked = match sharing {
        Sharing::Alone => file.try_lock(),
        Sharing::Shared => file.try_lock_shared(),
    };
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut who = String::new();
            file.read_to_string(&mut who).ok();
            return Ok(Err(who.trim().to_owned()));
        }
        Err(TryLockError::Error(error)) => return Err(named(error)),
    }
    let who = format!("process {}\n", std::process::id());
    let noted = file.set_len(0).and_then(|()| {
        file.rewind()?;
        file.write_all(who.as_bytes())
    });
    noted.map_err(named)?;
    Ok(Ok(Held(file)))
}

/// Waits until nobody else is opening what is in this folder, so that of several that come to an empty one at once the first
/// makes everything and the others find it. The lock is on the folder itself: nothing is written.
pub(crate) async fn wait_to_open(dir: &Path) -> Result<Option<Held>> {
    let Ok(folder) = File::open(dir) else {
        return Ok(None);
    };
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(Held(folder))),
            // Who has it may be another task of this thread, which has to go on.
            Err(TryLockError::WouldBlock) => tokio::time::sleep(AGAIN).await,
            // A file system without locks on folders has none to wait for.
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}
