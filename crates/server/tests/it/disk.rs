//! A full disk: said in words, nothing half-kept, and on as soon as there is room.

use crate::tools::{
    Answer, Server, SmallDisk, import_fjordby, ok, picture, stored_files, text, token, until,
};
use tempfile::tempdir;

fn says_that_the_disk_is_full(answer: &Answer) {
    let words = String::from_utf8_lossy(&answer.body);
    assert_eq!(
        (answer.status, answer.kind.as_str()),
        (507, "application/problem+json"),
        "{words}"
    );
    let problem = answer.json();
    assert_eq!(problem["type"], "urn:vaern:problem:disk-full");
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|detail| !detail.is_empty()),
        "{problem}"
    );
}

#[test]
fn a_full_disk_is_said_keeps_nothing_half_and_is_over_when_there_is_room() {
    let Some(disk) = SmallDisk::mount(16) else { return };
    import_fjordby(disk.path());
    let maja = token(disk.path(), "maja.poulsen@fjordby.example");
    let logs = tempdir().unwrap();
    let log = logs.path().join("log");
    let server = Server::start_logged(disk.path(), &[], &log);
    let is_ready = || server.get("/readyz", "").unwrap().status == 200;
    assert!(is_ready());
    let kept = picture(1, 200_000);
    let first = server.report(&maja, "Før", &[("før.png", &kept)]).unwrap().case();

    // Room for some of the file, not for all of it.
    disk.fill(300_000);
    let big = picture(2, 1_500_000);
    says_that_the_disk_is_full(
        &server
            .report(&maja, "Filen er for stor", &[("stor.png", &big)])
            .unwrap(),
    );
    until("what there was of the file is gone", || {
        stored_files(disk.path(), kept.len()) == 1
    });

    // Room for nothing: not even for words.
    disk.fill(0);
    says_that_the_disk_is_full(&server.report(&maja, "Kun ord", &[]).unwrap());

    // It is said to whoever watches: once in the log, with the place, and by the check.
    let said = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("the disk is full"))
        .collect();
    assert!(lines.len() == 1 && lines[0].contains(text(disk.path())), "{said}");
    until("it is not ready", || !is_ready());
    let checks = server.get("/readyz", "").unwrap().json()["checks"].clone();
    let of = |name: &str| {
        let mut all = checks.as_array().unwrap().iter();
        all.find(|check| check["name"] == name).unwrap().clone()
    };
    assert_eq!(
        (&of("disk")["state"], &of("disk")["reason"]),
        (&"failed".into(), &"full".into())
    );
    assert_eq!(of("database-read")["state"], "ok");

    // What was kept can still be read.
    assert_eq!(server.get("/healthz", "").unwrap().status, 200);
    let original = format!("/api/v1/cases/{first}/exhibits/1/original");
    let cases = || {
        server.get("/api/v1/cases", &maja).unwrap().json()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(cases(), 1);

    disk.free();
    until("it is ready again", is_ready);
    let second = server
        .report(&maja, "Filen er for stor", &[("stor.png", &big)])
        .unwrap()
        .case();
    let words = server.report(&maja, "Kun ord", &[]).unwrap().case();
    assert_eq!(cases(), 3);
    assert!(first < second && second < words);
    assert!(server.get(&original, &maja).unwrap().body == kept);
    let again = server
        .get(&format!("/api/v1/cases/{second}/exhibits/1/original"), &maja)
        .unwrap();
    assert!(again.body == big);
    until("nothing is left of what was refused", || {
        stored_files(disk.path(), kept.len()) == 2
    });
    let whole = ok(disk.path(), &["verify-store"]);
    assert!(
        whole.starts_with("3 cases, ") && whole.contains("2 exhibits"),
        "{whole}"
    );
}
