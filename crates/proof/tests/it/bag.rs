use std::io::{Cursor, Read};

use proof::bag::{BagError, BagWriter, JournalLine};
use proof::verify::verify_bag;
use proof::{Header, entry::GENESIS};

use crate::fixture::{AT, CASE, NUMBER, Parts, sha, signing_key};

fn names(bag: &[u8]) -> Vec<String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bag)).unwrap();
    (0..zip.len())
        .map(|n| zip.by_index(n).unwrap().name().unwrap().into_owned())
        .collect()
}

fn file(bag: &[u8], path: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bag)).unwrap();
    let mut text = String::new();
    zip.by_name(&format!("vaern-2026-0001/{path}"))
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn empty() -> BagWriter<Cursor<Vec<u8>>> {
    BagWriter::new(Cursor::new(Vec::new()), "top").unwrap()
}

#[test]
fn a_good_bag_holds_and_says_what_it_is() {
    let parts = Parts::good();
    let report = verify_bag(Cursor::new(parts.write()));
    assert_eq!(report.failures, []);
    assert_eq!(report.checked.len(), 5, "{:?}", report.checked);
    assert_eq!(report.number.as_deref(), Some(NUMBER));
    assert_eq!(report.sealed_at_us, Some(AT + 60_000_000));
    assert_eq!(report.public_key_fingerprint, Some(signing_key().fingerprint()));
    let head = report.head.unwrap();
    assert_eq!(
        (head.case.as_str(), head.seq, head.head),
        (CASE, 7, *parts.chain.hashes().last().unwrap())
    );
}

#[test]
fn another_zip_reader_takes_the_bag_and_finds_bagit_in_it() {
    let bag = Parts::good().write();
    assert!(names(&bag).contains(&"vaern-2026-0001/data/originals/bilag-001.png".to_owned()));
    assert_eq!(
        file(&bag, "bagit.txt"),
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    );
    let info = file(&bag, "bag-info.txt");
    assert!(
        info.starts_with("Bagging-Date: 2026-11-23\nBag-Software-Agent: Værn "),
        "{info}"
    );
    let manifest = file(&bag, "manifest-sha256.txt");
    let payload = names(&bag).iter().filter(|name| name.contains("/data/")).count();
    assert_eq!(manifest.lines().count(), payload);
    let dossier = format!("{}  data/dossier.pdf\n", hex::encode(sha(b"%PDF-1.7 a dossier")));
    assert!(manifest.contains(&dossier), "{manifest}");
    let tags = file(&bag, "tagmanifest-sha256.txt");
    assert!(tags.contains(&format!(
        "{}  manifest-sha256.txt\n",
        hex::encode(sha(manifest.as_bytes()))
    )));
}

#[test]
fn the_same_case_gives_the_same_bytes() {
    assert!(Parts::good().write() == Parts::good().write());
}

#[test]
fn line_breaks_and_percent_signs_in_names_are_encoded_in_the_manifest() {
    let mut parts = Parts::good();
    parts.files.push(("50%\r\n.txt".into(), b"x".to_vec()));
    let bag = parts.write();
    assert!(file(&bag, "manifest-sha256.txt").contains("  data/50%25%0D%0A.txt\n"));
    assert_eq!(verify_bag(Cursor::new(bag)).failures, []);
}

#[test]
fn names_that_lead_elsewhere_or_come_twice_are_refused() {
    for bad in [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        "a\\b",
        "c:x",
        "a\0b",
        "data/x",
        "data",
    ] {
        assert!(
            matches!(empty().add(bad, &mut &b""[..]), Err(BagError::Name { .. })),
            "{bad:?}"
        );
    }
    assert!(empty().add(&"x".repeat(2000), &mut &b""[..]).is_err());
    let mut bag = empty();
    bag.add("a.png", &mut &b""[..]).unwrap();
    assert!(matches!(bag.add("a.png", &mut &b""[..]), Err(BagError::Twice(_))));
    assert!(
        matches!(bag.add("A.PNG", &mut &b""[..]), Err(BagError::Twice(_))),
        "one file on Windows"
    );
    for top in ["", "a/b", "..", "/"] {
        assert!(BagWriter::new(Cursor::new(Vec::new()), top).is_err(), "{top:?}");
    }
}

#[test]
fn bag_info_cannot_be_made_to_say_more_than_it_was_given() {
    for (label, value) in [
        ("", "x"),
        ("a:b", "x"),
        ("a\nb", "x"),
        ("a", "x\nPayload-Oxum: 0.0"),
        ("a", "x\r"),
    ] {
        let info = [(label.to_owned(), value.to_owned())];
        assert!(
            matches!(empty().finish(&info), Err(BagError::Info(_))),
            "{label:?} {value:?}"
        );
    }
}

#[test]
fn a_reader_that_fails_is_reported() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("disk on fire"))
        }
    }
    assert!(matches!(empty().add("a", &mut Broken), Err(BagError::Io(_))));
}

#[test]
fn an_event_whose_bytes_would_not_survive_the_journal_is_refused() {
    let header = |at_us| Header {
        case: CASE.into(),
        seq: 1,
        at_us,
        actor: "p09".into(),
        compartment: "matter".into(),
        commitment: [0; 32],
    };
    for bad in ["", "{", " {}", "{}\n", "{\n}", "{} {}"] {
        assert!(
            JournalLine::new(&header(0), "", &[0; 32], bad.as_bytes(), &GENESIS).is_err(),
            "{bad:?}"
        );
    }
    assert!(JournalLine::new(&header(i64::MAX), "", &[0; 32], b"{}", &GENESIS).is_err());
    let line = JournalLine::new(
        &header(1_500_000),
        "",
        &[0; 32],
        br#"{"b": 1.0, "a":"\u00e6"}"#,
        &GENESIS,
    )
    .unwrap();
    assert_eq!(line.event.get(), r#"{"b": 1.0, "a":"\u00e6"}"#);
    assert_eq!(line.at, "1970-01-01T00:00:01.5Z");
}
