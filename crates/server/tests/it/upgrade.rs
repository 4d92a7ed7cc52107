//! Stores of earlier versions are taken over whole: verified, served, read and written to (tests/fixtures/README.md).

use crate::tools::{Server, ok, picture, text, token, vaern};
use std::path::Path;
use std::process::Command;
use tempfile::tempdir;

/// A copy of a store that an earlier version left behind.
fn unpack(name: &str, to: &Path) {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    let status = Command::new("tar")
        .arg("-xzf")
        .arg(&packed)
        .arg("-C")
        .arg(to)
        .status();
    assert!(status.expect("there is a program tar").success(), "{name}");
}

#[test]
fn a_store_of_version_0_1_0_is_verified_served_read_and_written_to() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    unpack("store-c7671e3.tar.gz", &data);
    // As its operator would: a token first, which opens the store for writing.
    let maja = token(&data, "maja.poulsen@fjordby.example");
    let mette = token(&data, "mette.ravn@fjordby.example");
    let whole = ok(&data, &["verify-store"]);
    assert!(
        whole.starts_with("4 cases, ") && whole.contains(" 6 exhibits "),
        "{whole}"
    );
    assert!(
        whole.contains("1 seals") && whole.ends_with("all whole\n"),
        "{whole}"
    );

    let server = Server::start(&data);
    for (number, who) in [(1, &maja), (2, &mette), (3, &maja), (4, &mette)] {
        let case = format!("/api/v1/cases/2026-{number:04}");
        assert_eq!(server.get(&case, who).unwrap().status, 200, "{case}");
    }
    let note = server
        .get("/api/v1/cases/2026-0001/exhibits/2/original", &maja)
        .unwrap();
    assert_eq!(
        (note.status, note.body.as_slice()),
        (200, "Jeg ved, hvor du bor".as_bytes())
    );
    let file = picture(1, 5_000);
    let next = server
        .report(&maja, "Efter opgraderingen", &[("skærm.png", &file)])
        .unwrap()
        .case();
    assert_eq!(next, "2026-0005");
    drop(server);

    // And it can be backed up and restored like any other.
    let (target, keys, new) = (
        folder.path().join("target"),
        folder.path().join("keys"),
        folder.path().join("new"),
    );
    ok(&data, &["backup", text(&target), "--keys", text(&keys)]);
    let said = ok(&new, &["restore", text(&target), "--keys", text(&keys)]);
    assert!(
        said.contains("5 cases, ") && said.ends_with("all whole\n"),
        "{said}"
    );
}

#[test]
fn migrate_says_what_it_would_do_backs_up_and_does_it() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (data, target, keys, restored) = (at("data"), at("backup"), at("keys"), at("restored"));
    std::fs::create_dir(&data).unwrap();
    unpack("store-c7671e3.tar.gz", &data);
    let by_hand = |args: &[&str]| {
        let output = vaern(&data, args)
            .env("VAERN_MIGRATE", "by-hand")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let before = std::fs::read(data.join("vaern.sqlite")).unwrap();

    let refused = by_hand(&["token", "create", "--as", "maja.poulsen@fjordby.example"]);
    assert_eq!(refused.0, Some(1), "{}", refused.1);
    assert!(refused.1.contains("vaern migrate"), "{}", refused.1);
    let dry = by_hand(&["migrate", "--dry-run"]);
    assert_eq!(dry.0, Some(0), "{}", dry.1);
    assert!(
        dry.1.contains("makes the table blob_intents") && dry.1.contains("can go on working meanwhile"),
        "{}",
        dry.1
    );
    let nowhere = by_hand(&["migrate"]);
    assert_eq!(nowhere.0, Some(1), "{}", nowhere.1);
    assert!(nowhere.1.contains("--backup"), "{}", nowhere.1);
    assert_eq!(
        std::fs::read(data.join("vaern.sqlite")).unwrap(),
        before,
        "changed"
    );

    let (to, apart) = (target.to_str().unwrap(), keys.to_str().unwrap());
    let done = by_hand(&["migrate", "--backup", to, "--keys", apart]);
    assert_eq!(done.0, Some(0), "{}", done.1);
    let again = by_hand(&["migrate"]);
    assert!(
        again.0 == Some(0) && again.1.contains("nothing to change"),
        "{}",
        again.1
    );
    assert!(ok(&data, &["verify-store"]).ends_with("all whole\n"));

    // The backup is the store as it was before, and this version takes it in.
    let whole = ok(&restored, &["restore", to, "--keys", apart]);
    assert!(
        whole.contains("4 cases, ") && whole.ends_with("all whole\n"),
        "{whole}"
    );
}
