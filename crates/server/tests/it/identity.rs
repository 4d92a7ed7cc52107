//! A store knows itself: what doesn't belong together is refused with words, and nothing is lost by trying.

use crate::tools::{Server, blob_files, example, import_fjordby, ok, picture, run, text, token, vaern};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::testing::Engine;
use tempfile::{TempDir, tempdir};

/// An e-mail address of somebody who may report.
const MAJA: &str = "maja.poulsen@fjordby.example";

/// A stopped store with one report of one file for each of `reports`.
fn filled(reports: u32) -> TempDir {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    report(data.path(), 0..reports);
    data
}

fn report(data: &Path, which: std::ops::Range<u32>) {
    let maja = token(data, MAJA);
    let mut server = Server::start(data);
    for which in which {
        let file = picture(which, 20_000);
        server
            .report(&maja, "En besked", &[("a.png", &file)])
            .unwrap()
            .case();
    }
    server.stop();
}

/// Everything below a folder but what SQLite makes to read, with its content.
fn everything(data: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
                found.insert(path, Vec::new());
            } else if !path.to_string_lossy().ends_with("-shm") {
                found.insert(path.clone(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Every command that writes refuses with these words, and everything stays as it is.
fn all_refuse(data: &Path, settings: &[(&str, &str)], words: &[&str]) {
    let before = everything(data);
    let (units, people) = (example("units.csv"), example("people.csv"));
    let commands: [&[&str]; 6] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["seal"],
        &["org", "import", text(&units), text(&people)],
        &["token", "create", "--as", MAJA],
        &["reverify"],
        &["init"],
    ];
    for args in commands {
        let said = vaern(data, args).envs(settings.iter().copied()).output().unwrap();
        let err = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(1), "{args:?}: {err}");
        if args != ["init"] {
            for word in words {
                assert!(err.contains(word), "{args:?} doesn't say {word}: {err}");
            }
        }
        assert!(everything(data) == before, "{args:?} changed something");
    }
}

#[test]
fn an_empty_database_beside_files_is_refused_and_deletes_nothing() {
    let data = filled(3);
    let other = store::testing::database(Engine::Postgres);
    let url = other.url().unwrap();
    let settings = [("VAERN_DATABASE_URL", url.as_str())];
    all_refuse(
        data.path(),
        &settings,
        &["installation", "VAERN_DATABASE_URL", "Nothing was changed"],
    );
    for file in ["vaern.sqlite", "vaern.sqlite-wal", "vaern.sqlite-shm"] {
        std::fs::remove_file(data.path().join(file)).ok();
    }
    all_refuse(
        data.path(),
        &[],
        &["vaern.sqlite", "put the newest database back"],
    );
    assert!(!data.path().join("vaern.sqlite").exists());
}

#[test]
fn a_folder_whose_database_address_is_forgotten_makes_no_new_store_even_without_files() {
    let data = tempdir().unwrap();
    let database = store::testing::database(Engine::Postgres);
    let url = database.url().unwrap();
    let (units, people) = (example("units.csv"), example("people.csv"));
    let import = ["org", "import", text(&units), text(&people)];
    let said = vaern(data.path(), &import)
        .env("VAERN_DATABASE_URL", &url)
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    all_refuse(data.path(), &[], &["VAERN_DATABASE_URL"]);
}

#[test]
fn an_older_database_put_back_is_refused_until_somebody_says_that_it_was_on_purpose() {
    let data = filled(2);
    let file = data.path().join("vaern.sqlite");
    let older = std::fs::read(&file).unwrap();
    report(data.path(), 2..6);
    let files = blob_files(data.path());
    std::fs::write(&file, older).unwrap();
    for beside in ["vaern.sqlite-wal", "vaern.sqlite-shm"] {
        std::fs::remove_file(data.path().join(beside)).ok();
    }
    all_refuse(data.path(), &[], &["older", "accept-restored"]);

    ok(data.path(), &["accept-restored"]);
    let mut server = Server::start(data.path());
    server.stop();
    let kept = blob_files(data.path());
    assert!(files.iter().all(|file| kept.contains(file)), "a file is gone");
}

#[test]
fn a_database_without_its_log_is_refused() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let maja = token(data.path(), MAJA);
    let mut server = Server::start(data.path());
    for which in 0..3 {
        let file = picture(which, 20_000);
        server
            .report(&maja, "En besked", &[("a.png", &file)])
            .unwrap()
            .case();
    }
    server.kill();
    let log = data.path().join("vaern.sqlite-wal");
    assert!(log.metadata().unwrap().len() > 0);
    std::fs::remove_file(log).unwrap();
    std::fs::remove_file(data.path().join("vaern.sqlite-shm")).unwrap();
    all_refuse(data.path(), &[], &["vaern.sqlite-wal"]);
}

#[test]
fn files_of_another_installation_or_none_are_refused() {
    let (one, other) = (filled(1), filled(1));
    let (ours, theirs) = (one.path().join("blobs"), other.path().join("blobs"));
    let aside = one.path().join("aside");
    std::fs::rename(&ours, &aside).unwrap();
    all_refuse(one.path(), &[], &["mounted", "VAERN_BLOBS"]);
    std::fs::rename(&theirs, &ours).unwrap();
    all_refuse(one.path(), &[], &["installation", "Nothing was changed"]);
    std::fs::remove_dir_all(&ours).unwrap();
    std::fs::rename(&aside, &ours).unwrap();
    std::fs::remove_file(ours.join("INSTALLATION")).unwrap();
    all_refuse(one.path(), &[], &["INSTALLATION", "accept-restored"]);
    ok(one.path(), &["accept-restored"]);
    ok(one.path(), &["seal"]);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_and_commands_go_on_beside_the_first() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let server = Server::start(data.path());
    let second = run(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("served already (process "), "{}", second.err);
    let maja = token(data.path(), MAJA);
    assert_eq!(server.get("/api/v1/me", &maja).unwrap().status, 200);
    ok(data.path(), &["seal"]);
    ok(data.path(), &["verify-store"]);
}

#[test]
fn two_servers_share_one_postgresql_and_one_folder_but_not_with_folders_of_their_own() {
    let database = store::testing::database(Engine::Postgres);
    let url = database.url().unwrap();
    let settings = [("VAERN_DATABASE_URL", url.as_str())];
    let (shared, own) = (tempdir().unwrap(), tempdir().unwrap());
    let _first = Server::start_with(shared.path(), &settings);
    let _second = Server::start_with(shared.path(), &settings);

    let keys = |name| std::fs::read_to_string(shared.path().join("keys").join(name)).unwrap();
    let (master, signing) = (keys("master.key"), keys("signing.key"));
    let third = vaern(own.path(), &["serve", "--listen", "127.0.0.1:0"])
        .envs(settings)
        .envs([("VAERN_MASTER_KEY", &master), ("VAERN_SIGNING_KEY", &signing)])
        .output()
        .unwrap();
    let said = String::from_utf8(third.stderr).unwrap();
    assert_eq!(third.status.code(), Some(1), "{said}");
    assert!(said.contains("must share its files"), "{said}");
    assert_eq!(everything(own.path()).len(), 0);
}

#[test]
fn a_missing_key_beside_data_is_refused_and_not_made_anew() {
    for (name, words) in [
        ("master.key", "VAERN_MASTER_KEY"),
        ("signing.key", "VAERN_SIGNING_KEY"),
    ] {
        let data = filled(1);
        let key = data.path().join("keys").join(name);
        let text = std::fs::read_to_string(&key).unwrap();
        std::fs::remove_file(&key).unwrap();
        all_refuse(data.path(), &[], &[name, words, "Nothing was changed"]);
        let served = vaern(data.path(), &["seal"])
            .env(words, text.trim())
            .output()
            .unwrap();
        assert!(served.status.success(), "{served:?}");
        assert!(!key.exists());
    }
}

#[test]
fn another_signing_key_than_that_of_the_seals_is_refused_until_one_is_made_on_purpose() {
    let data = filled(1);
    ok(data.path(), &["seal"]);
    let key = data.path().join("keys/signing.key");
    std::fs::write(&key, format!("{}\n", "5a".repeat(32))).unwrap();
    all_refuse(data.path(), &[], &["fingerprint", "new-signing-key"]);
    std::fs::remove_file(&key).unwrap();
    let new = ok(data.path(), &["new-signing-key"]);
    let sealed = ok(data.path(), &["seal"]);
    assert!(sealed.ends_with(&new), "{sealed}{new}");
    ok(data.path(), &["verify-store"]);
}

#[test]
fn a_demonstration_leaves_a_real_store_alone_and_a_server_of_real_ones_leaves_a_demonstration_alone() {
    let real = filled(1);
    let before = everything(real.path());
    for args in [&["demo", "--fill-only"][..], &["demo", "--listen", "127.0.0.1:0"]] {
        let said = run(real.path(), args);
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains("no demonstration"), "{}", said.err);
        assert!(everything(real.path()) == before, "it changed something");
    }

    let invented = tempdir().unwrap();
    ok(invented.path(), &["demo", "--fill-only"]);
    let (units, people) = (example("units.csv"), example("people.csv"));
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["org", "import", text(&units), text(&people)],
    ] {
        let said = run(invented.path(), args);
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains("vaern demo"), "{}", said.err);
    }
    ok(invented.path(), &["verify-store"]);
}

#[test]
fn a_demonstration_listens_on_loopback_only_unless_told() {
    let data = tempdir().unwrap();
    let said = run(data.path(), &["demo", "--listen", "0.0.0.0:0"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("VAERN_DEMO_ANYWHERE=1"), "{}", said.err);
    assert_eq!(everything(data.path()).len(), 0);
}

#[test]
fn init_makes_a_store_once() {
    let data = tempdir().unwrap();
    let place = data.path().join("new");
    let made = ok(&place, &["init"]);
    assert!(
        made.starts_with("installation ") && made.contains("\nkey "),
        "{made}"
    );
    let again = run(&place, &["init"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("already"), "{}", again.err);
}

#[test]
fn many_commands_at_once_on_an_empty_folder_make_one_store() {
    let data = tempdir().unwrap();
    let (units, people) = (example("units.csv"), example("people.csv"));
    let all: Vec<_> = (0..4)
        .map(|_| vaern(data.path(), &["org", "import", text(&units), text(&people)]))
        .map(|mut command| command.stderr(std::process::Stdio::piped()).spawn().unwrap())
        .collect();
    for one in all {
        let said = one.wait_with_output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }
}

#[test]
fn what_only_reads_makes_nothing_where_nothing_is() {
    let data = tempdir().unwrap();
    let wrong = data.path().join("not/here");
    let bag = data.path().join("bag.zip");
    let commands: [&[&str]; 5] = [
        &["verify-store"],
        &["reverify"],
        &["reindex"],
        &["seal"],
        &["export", "2026-0001", "--drawer", "matter", "-o", text(&bag)],
    ];
    for args in commands {
        let said = run(&wrong, args);
        assert_eq!(said.code, Some(1), "{args:?}");
        assert!(said.err.contains("no store here"), "{args:?}: {}", said.err);
        assert!(!data.path().join("not").exists(), "{args:?} made something");
    }
}

#[test]
fn verify_store_changes_nothing_and_reads_what_cannot_be_written() {
    let data = filled(2);
    let before = everything(data.path());
    assert!(ok(data.path(), &["verify-store"]).ends_with("all whole\n"));
    assert!(everything(data.path()) == before, "it changed something");

    let mount = tempdir().unwrap();
    let mounted = |args: &[&str]| {
        let said = std::process::Command::new("mount")
            .args(args)
            .arg(mount.path())
            .output()
            .unwrap();
        said.status.success()
    };
    if !mounted(&["--bind", text(data.path())]) {
        assert!(
            std::env::var_os("VAERN_NO_TMPFS").is_some(),
            "only root may mount: set VAERN_NO_TMPFS=1 to go without"
        );
        return;
    }
    let _gone = Unmounted(mount.path().to_owned());
    assert!(mounted(&["-o", "remount,ro,bind"]));
    assert!(ok(mount.path(), &["verify-store"]).ends_with("all whole\n"));
    let serve = run(mount.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(serve.code, Some(1));
    assert!(serve.err.contains(text(mount.path())), "{}", serve.err);
}

struct Unmounted(PathBuf);

impl Drop for Unmounted {
    fn drop(&mut self) {
        std::process::Command::new("umount").arg(&self.0).status().ok();
    }
}

#[test]
fn a_store_of_before_is_taken_in_once_if_its_files_are_there() {
    let data = filled(3);
    forget_identity(data.path());
    let before = blob_files(data.path());
    ok(data.path(), &["seal"]);
    assert!(data.path().join("blobs/INSTALLATION").exists());
    assert_eq!(blob_files(data.path()), before);
    ok(data.path(), &["verify-store"]);
}

#[test]
fn a_store_of_before_is_not_taken_in_with_the_files_of_another() {
    let (one, other) = (filled(3), filled(3));
    forget_identity(one.path());
    forget_identity(other.path());
    let ours = one.path().join("blobs");
    std::fs::remove_dir_all(&ours).unwrap();
    std::fs::rename(other.path().join("blobs"), &ours).unwrap();
    all_refuse(one.path(), &[], &["don't look like", "Nothing was changed"]);
}

#[test]
fn a_restore_that_was_cut_off_is_no_store() {
    let one = filled(1);
    std::fs::write(one.path().join(store::backup::UNFINISHED), "").unwrap();
    all_refuse(one.path(), &[], &["was cut off", "restore again"]);
}

/// Makes a store what it was before stores had an id.
fn forget_identity(data: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = store::Db::connect(None, data).await.unwrap();
        let known = "DELETE FROM settings WHERE key LIKE 'installation%' OR key = 'signing-key'";
        store::testing::tamper(&db, known).await.unwrap();
        db.close().await;
    });
    std::fs::remove_file(data.join("INSTALLATION")).unwrap();
    std::fs::remove_file(data.join("blobs/INSTALLATION")).unwrap();
}
