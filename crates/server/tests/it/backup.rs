//! Backups are made beside a server at work, restored to another place, and served from there.

use crate::tools::{Server, import_fjordby, ok, picture, run, text, token, until, vaern};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::{TempDir, tempdir};

const PICTURE: usize = 20_000;

/// A data folder and places beside it.
struct Town {
    dir: TempDir,
    data: PathBuf,
    target: PathBuf,
    keys: PathBuf,
    maja: String,
}

impl Town {
    fn new() -> Self {
        let dir = tempdir().unwrap();
        let data = dir.path().join("data");
        import_fjordby(&data);
        let maja = token(&data, "maja.poulsen@fjordby.example");
        Self {
            target: dir.path().join("target"),
            keys: dir.path().join("keys"),
            data,
            dir,
            maja,
        }
    }

    fn new_folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn back_up(&self) -> String {
        ok(
            &self.data,
            &["backup", text(&self.target), "--keys", text(&self.keys)],
        )
    }

    fn restore(&self, name: &str) -> (PathBuf, String) {
        let new = self.new_folder(name);
        let said = ok(&new, &["restore", text(&self.target), "--keys", text(&self.keys)]);
        (new, said)
    }
}

#[test]
fn backed_up_beside_a_server_at_work_everything_acknowledged_before_comes_back() {
    let town = Town::new();
    let server = Server::start(&town.data);
    let (receipts, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let acknowledged = || receipts.lock().unwrap().len();
    let before = std::thread::scope(|scope| {
        for writer in 0..4 {
            let (receipts, stop, server, maja) = (&receipts, &stop, &server, &town.maja);
            scope.spawn(move || {
                for round in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let which = writer * 10_000 + round;
                    let file = picture(which, PICTURE);
                    let case = server
                        .report(maja, &format!("Nummer {which}"), &[("skærm.png", &file)])
                        .unwrap()
                        .case();
                    receipts.lock().unwrap().push((case, which));
                }
            });
        }
        until("there are reports", || acknowledged() >= 20);
        let before = receipts.lock().unwrap().clone();
        town.back_up();
        // Again, while more came.
        let said = town.back_up();
        stop.store(true, Ordering::Relaxed);
        assert!(said.starts_with("000002-"), "{said}");
        before
    });
    drop(server);

    let (new, said) = town.restore("new");
    assert!(said.ends_with("all whole\n"), "{said}");
    assert!(!said.contains("FAIL") && !said.contains("MISSING"), "{said}");
    let again = Server::start(&new);
    for (case, which) in before {
        let path = format!("/api/v1/cases/{case}/exhibits/1/original");
        let original = again.get(&path, &town.maja).unwrap();
        assert_eq!(original.status, 200, "{case}");
        assert!(original.body == picture(which, PICTURE), "{case}: other bytes");
    }
    again
        .report(&town.maja, "Efter gendannelsen", &[])
        .unwrap()
        .case();
}

#[test]
fn a_backup_that_is_killed_leaves_the_last_one_good_and_the_next_goes_on() {
    let town = Town::new();
    let server = Server::start(&town.data);
    for which in 0..30 {
        let file = picture(which, 200_000);
        server
            .report(&town.maja, "Med billede", &[("skærm.png", &file)])
            .unwrap()
            .case();
    }
    town.back_up();
    for which in 30..60 {
        let file = picture(which, 200_000);
        server
            .report(&town.maja, "Med billede", &[("skærm.png", &file)])
            .unwrap()
            .case();
    }
    let partial = town.target.join("generations/.partial");
    let mut killed = 0;
    for _ in 0..5 {
        let mut child = vaern(&town.data, &["backup", text(&town.target)])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut ended = None;
        until("it is under way", || {
            ended = child.try_wait().unwrap();
            partial.exists() || ended.is_some()
        });
        child.kill().ok();
        if !child.wait().unwrap().success() {
            killed += 1;
        }
    }
    assert!(killed > 0, "none was killed in the middle");
    town.back_up();
    assert!(!partial.exists());
    let (_, said) = town.restore("new");
    assert!(said.ends_with("all whole\n"), "{said}");
}

#[test]
fn without_keys_it_says_so_and_keys_lie_apart_from_everything() {
    let town = Town::new();
    let said = ok(&town.data, &["backup", text(&town.target)]);
    assert!(said.contains("it holds no keys"), "{said}");
    let hex = std::fs::read_to_string(town.data.join("keys/master.key")).unwrap();
    assert!(
        !holds(&town.target, hex.trim().as_bytes()),
        "the key is in the target"
    );
    for keys in [
        town.target.join("keys"),
        town.data.join("keys"),
        town.data.join("apart"),
    ] {
        let said = run(&town.data, &["backup", text(&town.target), "--keys", text(&keys)]);
        assert_eq!(said.code, Some(1), "{}", keys.display());
        assert!(said.err.contains("apart"), "{}", said.err);
    }
    town.back_up();
    for name in ["master.key", "signing.key"] {
        let same = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(same(&town.keys), same(&town.data.join("keys")));
    }
    // Another key is never written over.
    std::fs::write(town.keys.join("master.key"), format!("{}\n", "5a".repeat(32))).unwrap();
    let said = run(
        &town.data,
        &["backup", text(&town.target), "--keys", text(&town.keys)],
    );
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("not replaced"), "{}", said.err);
}

fn holds(folder: &Path, text: &[u8]) -> bool {
    let mut paths = vec![folder.to_owned()];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if std::fs::read(&path)
            .unwrap()
            .windows(text.len())
            .any(|window| window == text)
        {
            return true;
        }
    }
    false
}

#[test]
fn a_restore_wants_an_empty_place_the_right_keys_and_a_backup() {
    let town = Town::new();
    town.back_up();
    let refused = |new: &Path, args: &[&str], says: &str| {
        let said = run(new, args);
        assert_eq!(said.code, Some(1), "{args:?}: {}", said.out);
        assert!(said.err.contains(says), "{args:?}: {}", said.err);
    };
    let (target, keys) = (text(&town.target), text(&town.keys));
    refused(&town.data, &["restore", target, "--keys", keys], "not empty");
    let new = town.new_folder("new");
    refused(&new, &["restore", target], "--keys");
    refused(
        &new,
        &["restore", text(&town.data), "--keys", keys],
        "holds no backup",
    );
    refused(
        &new,
        &[
            "restore",
            target,
            "--keys",
            keys,
            "--generation",
            "000009-20260101T000000Z",
        ],
        "000009",
    );
    let other = Town::new();
    refused(
        &new,
        &["restore", target, "--keys", text(&other.data.join("keys"))],
        "another signing key",
    );
    assert!(!new.exists(), "nothing was made");
    // Another installation's backups stay its own.
    let said = run(&other.data, &["backup", target]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("another installation"), "{}", said.err);
}

#[test]
fn a_sealed_backup_is_proved_and_restored_with_its_key() {
    let town = Town::new();
    let server = Server::start(&town.data);
    let file = picture(1, PICTURE);
    server
        .report(&town.maja, "Med billede", &[("skærm.png", &file)])
        .unwrap()
        .case();
    let key = town.new_folder("seal.key");
    let (target, keys) = (text(&town.target), text(&town.keys));
    let sealed = [
        "backup",
        target,
        "--keys",
        keys,
        "--encrypt-to",
        text(&key),
        "--prove",
    ];
    let said = ok(&town.data, &sealed);
    assert!(
        said.contains("restored to a scratch folder") && said.ends_with("all whole\n"),
        "{said}"
    );
    assert!(!holds(&town.target, b"maja.poulsen"), "a name is in clear");
    // A key that is not there is not made for a target that is.
    let wrong = town.new_folder("wrong.key");
    let said = run(&town.data, &["backup", target, "--encrypt-to", text(&wrong)]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    let new = town.new_folder("new");
    let said = run(&new, &["restore", target, "--keys", keys]);
    assert!(
        said.code == Some(1) && said.err.contains("sealed"),
        "{}",
        said.err
    );
    let said = ok(
        &new,
        &["restore", target, "--keys", keys, "--encrypted-with", text(&key)],
    );
    assert!(
        said.contains("1 cases") && said.ends_with("all whole\n"),
        "{said}"
    );
}

#[test]
fn what_is_broken_in_a_backup_is_named_by_its_proof_and_by_its_restore() {
    let town = Town::new();
    let server = Server::start(&town.data);
    let file = picture(1, PICTURE);
    let case = server
        .report(&town.maja, "Med billede", &[("skærm.png", &file)])
        .unwrap()
        .case();
    town.back_up();
    drop(server);
    let (path, id) = largest(&town.target.join("files"));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (target, keys) = (text(&town.target), text(&town.keys));
    let said = run(&town.data, &["backup", target, "--keys", keys, "--prove"]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.out.contains(&id), "{}", said.out);
    let new = town.new_folder("new");
    let said = run(&new, &["restore", target, "--keys", keys]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.out.contains(&format!("MISSING  file {id}")), "{}", said.out);
    // The rest of it is there.
    let again = Server::start(&new);
    assert_eq!(
        again
            .get(&format!("/api/v1/cases/{case}"), &town.maja)
            .unwrap()
            .status,
        200
    );
}

fn largest(folder: &Path) -> (PathBuf, String) {
    let mut paths = vec![folder.to_owned()];
    let mut found = (0, PathBuf::new());
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            found = found.max((std::fs::metadata(&path).unwrap().len(), path));
        }
    }
    let id = found.1.file_name().unwrap().to_str().unwrap().to_owned();
    (found.1, id)
}
