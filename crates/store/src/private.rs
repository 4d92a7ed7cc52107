//! What is kept is for the user alone whose program keeps it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::db::SQLITE_FILE;

/// Takes from group and others what they may do with the database's files and the folder of exhibits, and says so in the log. What
/// belongs to another user stays as it is, and is said too.
pub(crate) fn tighten(dir: &Path) {
    let database = ["", "-wal", "-shm"].map(|end| dir.join(format!("{SQLITE_FILE}{end}")));
    for path in database.iter().chain([&dir.join("blobs")]) {
        let Ok(about) = std::fs::metadata(path) else {
            continue;
        };
        let mode = about.permissions().mode() & 0o7777;
        if mode & 0o077 == 0 {
            continue;
        }
        let was = format!("{mode:04o}");
        match std::fs::set_permissions(path, Permissions::from_mode(mode & 0o7700)) {
            Ok(()) => {
                tracing::info!(path = %path.display(), was, "others could read this; now it is yours alone")
            }
            Err(error) => tracing::warn!(path = %path.display(), was, %error, "others can read this"),
        }
    }
}
