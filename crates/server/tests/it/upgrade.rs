//! Stores of earlier versions are taken over whole: verified, served, read and written to (tests/fixtures/README.md).

use crate::tools::{Server, ok, picture, text, token};
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
        whole.starts_with("note  lists were computed by an earlier version")
            && whole.contains("\n4 cases, ")
            && whole.contains(" 6 exhibits "),
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
