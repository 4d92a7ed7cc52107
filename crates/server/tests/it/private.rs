//! Private at rest: what is kept, and what is read for a moment, is for the user alone whose program reads it.

use crate::tools::{Server, import_fjordby, ok, picture, text, token, until};
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::tempdir;

const MAJA: &str = "maja.poulsen@fjordby.example";

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Everything below a folder, or nothing if it is not there.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(below(&entry.path()));
        }
        found.push(entry.path());
    }
    found
}

#[test]
fn what_is_kept_is_for_its_user_alone_and_what_was_open_before_is_closed() {
    let data = tempdir().unwrap();
    let place = data.path().join("new");
    import_fjordby(&place);
    let (database, blobs) = (place.join("vaern.sqlite"), place.join("blobs"));
    for path in below(&place).iter().chain([&place]) {
        assert_eq!(mode(path) & 0o077, 0, "{}", path.display());
    }
    std::fs::set_permissions(&database, Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(&blobs, Permissions::from_mode(0o755)).unwrap();
    ok(&place, &["seal"]);
    assert_eq!((mode(&database), mode(&blobs)), (0o600, 0o700));
}

#[test]
fn a_server_that_is_killed_while_it_makes_copies_leaves_nothing_to_read_and_nothing_outside_its_folder() {
    let (data, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
    let settings = [("TMPDIR", text(elsewhere.path()))];
    import_fjordby(data.path());
    let maja = token(data.path(), MAJA);
    let work = data.path().join("work");
    let mut server = Server::start_with(data.path(), &settings);
    for which in 0..8 {
        let file = picture(which, 200_000);
        server
            .report(&maja, "En besked", &[("a.png", &file)])
            .unwrap()
            .case();
    }
    until("a copy is being made", || {
        below(&work).iter().any(|path| path.ends_with("original"))
    });
    server.kill();
    assert_eq!(below(elsewhere.path()), Vec::<PathBuf>::new());
    for path in below(&work) {
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
    // What a process holds that is still at work stays, and so nobody's work is taken from under them.
    let (left, held) = (work.join("left"), work.join("held"));
    for folder in [&left, &held] {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("original"), "x").unwrap();
    }
    let lock = File::open(&held).unwrap();
    lock.lock().unwrap();
    let before: Vec<PathBuf> = below(&work)
        .into_iter()
        .filter(|path| !path.starts_with(&held))
        .collect();
    let _server = Server::start_with(data.path(), &settings);
    let kept: Vec<&PathBuf> = before.iter().filter(|path| path.exists()).collect();
    assert_eq!(kept, Vec::<&PathBuf>::new(), "it was left behind");
    assert!(held.join("original").exists());
    assert_eq!(below(elsewhere.path()), Vec::<PathBuf>::new());
}
