//! A bag that was changed must fail, and the report must say where.

use std::io::Cursor;

use proof::Header;
use proof::bag::{Chain, JournalLine};
use proof::entry::GENESIS;
use proof::verify::{BagReport, verify_bag};
use proptest::prelude::*;

use crate::fixture::{Parts, sha};

fn check(bag: &[u8]) -> BagReport {
    verify_bag(Cursor::new(bag))
}

/// That the bag fails, that every failure names a file, and that `file` is among them.
fn assert_fails(bag: &[u8], file: &str) {
    let failures = check(bag).failures;
    assert!(
        failures.iter().any(|failure| failure.file == file),
        "no failure names {file}: {failures:?}"
    );
    assert!(
        failures
            .iter()
            .all(|failure| !failure.file.is_empty() && !failure.what.is_empty())
    );
}

fn rewrite(spoil: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let mut parts = Parts::good();
    spoil(&mut parts);
    parts.write()
}

#[test]
fn one_changed_byte_anywhere_fails_and_names_a_file() {
    let bag = Parts::good().write();
    assert!(check(&bag).holds());
    assert!(bag.len() < 20_000, "too large to try every byte: {}", bag.len());
    std::thread::scope(|scope| {
        for half in 0..2 {
            let mut bag = bag.clone();
            scope.spawn(move || {
                for at in (half..bag.len()).step_by(2) {
                    // One bit, all bits, and the bit that turns a small letter into a capital.
                    for mask in [1 << (at % 8), 0xff, 0x20] {
                        bag[at] ^= mask;
                        let failures = check(&bag).failures;
                        assert!(!failures.is_empty(), "byte {at} with mask {mask:#x} went unseen");
                        assert!(
                            failures.iter().all(|it| !it.file.is_empty()),
                            "byte {at}: {failures:?}"
                        );
                        bag[at] ^= mask;
                    }
                }
            });
        }
    });
}

#[test]
fn a_changed_byte_names_the_file_that_it_is_in() {
    let bag = Parts::good().write();
    let mut zip = zip::ZipArchive::new(Cursor::new(&bag)).unwrap();
    for index in 0..zip.len() {
        let member = zip.by_index(index).unwrap();
        let name = member
            .name()
            .unwrap()
            .strip_prefix("vaern-2026-0001/")
            .unwrap()
            .to_owned();
        let places = [
            member.header_start() + 11,
            member.data_start().unwrap(),
            member.central_header_start() + 12,
        ];
        for at in places {
            let mut bad = bag.clone();
            bad[at as usize] ^= 1;
            assert_fails(&bad, &name);
        }
    }
    let mut bad = bag;
    let last = bad.len() - 1;
    bad[last] ^= 1;
    assert_fails(&bad, "(zip structure)");
}

#[test]
fn given_a_changed_byte_with_its_check_sums_put_right_then_the_manifests_tell() {
    let bag = Parts::good().write();
    let mut zip = zip::ZipArchive::new(Cursor::new(&bag)).unwrap();
    for index in 0..zip.len() {
        let member = zip.by_index(index).unwrap();
        let name = member
            .name()
            .unwrap()
            .strip_prefix("vaern-2026-0001/")
            .unwrap()
            .to_owned();
        let content = member.data_start().unwrap() as usize;
        let end = content + member.size() as usize;
        let sums = [member.header_start() + 14, member.central_header_start() + 16];
        for at in (content..end).step_by(7).chain([end - 1]) {
            let mut bad = bag.clone();
            bad[at] ^= 1;
            let crc = crc32fast::hash(&bad[content..end]).to_le_bytes();
            sums.iter()
                .for_each(|sum| bad[*sum as usize..][..4].copy_from_slice(&crc));
            let failures = check(&bad).failures;
            assert!(
                failures.iter().any(|it| it.file == name),
                "{name}, byte {at}: {failures:?}"
            );
            assert!(
                !failures.iter().any(|it| it.what.contains("check sum")),
                "the test puts sums right"
            );
        }
    }
}

#[test]
fn given_bytes_hidden_before_the_directory_with_the_end_record_put_right_then_it_fails() {
    let bag = Parts::good().write();
    let end = bag.len() - 22;
    let directory = u32::from_le_bytes(bag[end + 16..end + 20].try_into().unwrap()) as usize;
    let mut bad = bag;
    bad[end + 16..end + 20].copy_from_slice(&(directory as u32 + 6).to_le_bytes());
    bad.splice(directory..directory, *b"hidden");
    assert!(
        zip::ZipArchive::new(Cursor::new(&bad)).is_ok(),
        "a zip reader sees nothing wrong"
    );
    assert_fails(&bad, "(zip structure)");
}

#[test]
fn what_is_no_bag_at_all_fails_without_panic() {
    let zip = zip::ZipWriter::new(Cursor::new(Vec::new()))
        .finish()
        .unwrap()
        .into_inner();
    for bytes in [
        &b""[..],
        b"x",
        &[0; 22],
        &[0xff; 300],
        b"PK\x05\x06",
        b"PK\x03\x04 hello",
        &zip,
    ] {
        let failures = check(bytes).failures;
        assert!(
            !failures.is_empty() && failures.iter().all(|it| !it.file.is_empty()),
            "{failures:?}"
        );
    }
}

#[test]
fn a_bag_rewritten_by_another_zip_program_fails() {
    let bag = Parts::good().write();
    let mut source = zip::ZipArchive::new(Cursor::new(&bag)).unwrap();
    let mut copy = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..source.len() {
        copy.raw_copy_file(source.by_index_raw(index).unwrap()).unwrap();
    }
    assert!(!check(&copy.finish().unwrap().into_inner()).holds());
}

#[test]
fn an_archive_that_would_unpack_to_a_gigabyte_is_refused_without_unpacking_it() {
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let piece = vec![0; 1 << 20];
    for name in ["2026-0001/bagit.txt", "2026-0001/manifest-sha256.txt"] {
        bomb.start_file(name, options).unwrap();
        (0..512).for_each(|_| std::io::Write::write_all(&mut bomb, &piece).unwrap());
    }
    let bomb = bomb.finish().unwrap().into_inner();
    let mut counted = Counted {
        bytes: Cursor::new(&bomb),
        read: 0,
    };
    let report = verify_bag(&mut counted);
    assert!(!report.holds());
    // Twice: once for its directory, once for what it holds.
    assert!(
        counted.read <= 2 * bomb.len() + 65_536,
        "{} of {}",
        counted.read,
        bomb.len()
    );
}

/// Counts what is read of it.
struct Counted<'a> {
    bytes: Cursor<&'a Vec<u8>>,
    read: usize,
}

impl std::io::Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.bytes.read(into)?;
        self.read += read;
        Ok(read)
    }
}

impl std::io::Seek for Counted<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn bytes_cut_out_put_in_or_swapped_fail(
        at: prop::sample::Index,
        cut in 0..400usize,
        put in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let bag = Parts::good().write();
        let at = at.index(bag.len() + 1);
        let mut bad = bag.clone();
        bad.splice(at..(at + cut).min(bag.len()), put);
        prop_assume!(bad != bag);
        let failures = check(&bad).failures;
        prop_assert!(!failures.is_empty());
        prop_assert!(failures.iter().all(|it| !it.file.is_empty()), "{:?}", failures);
        prop_assert!(!check(&bag[..at.min(bag.len() - 1)]).holds());
    }

    #[test]
    fn random_bytes_at_the_end_of_a_file_never_panic(mut bytes: Vec<u8>, end in prop::collection::vec(any::<u8>(), 18)) {
        bytes.extend(b"PK\x05\x06");
        bytes.extend(end);
        prop_assert!(!check(&bytes).holds());
    }
}

// From here on the manifests are those of the changed files: only chain and seal can tell.

#[test]
fn given_a_swapped_original_when_manifests_and_list_are_recomputed_then_the_journal_tells() {
    let swapped = rewrite(|parts| {
        parts.files[0].1 = b"another picture".to_vec();
    });
    assert_fails(&swapped, "data/originals/bilag-001.png");
    let relisted = rewrite(|parts| {
        parts.files[0].1 = b"another picture".to_vec();
        parts.exhibits[0].sha256 = sha(b"another picture");
        parts.exhibits[0].bytes = 15;
    });
    assert_fails(&relisted, "data/originals/bilag-001.png");
    assert_eq!(check(&relisted).failures.len(), 1);
}

#[test]
fn given_two_originals_swapped_for_each_other_then_it_fails() {
    let bag = rewrite(|parts| {
        let (first, second) = parts.exhibits.split_at_mut(1);
        std::mem::swap(&mut first[0].number, &mut second[0].number);
    });
    assert_fails(&bag, "data/originals/bilag-001.png");
    assert_fails(&bag, "data/originals/bilag-002.pdf");
}

#[test]
fn given_an_exhibit_left_out_added_or_listed_twice_then_it_fails() {
    let left_out = rewrite(|parts| {
        parts.files.remove(1);
        parts.exhibits.remove(1);
    });
    assert_fails(&left_out, "data/proof/exhibits.json");
    assert_fails(
        &rewrite(|parts| drop(parts.files.remove(1))),
        "data/originals/bilag-002.pdf",
    );
    let added = rewrite(|parts| {
        parts
            .files
            .push(("originals/bilag-003.png".into(), b"new".to_vec()))
    });
    assert_fails(&added, "data/originals/bilag-003.png");
    assert_fails(
        &rewrite(|parts| parts.exhibits.push(parts.exhibits[0].clone())),
        "data/proof/exhibits.json",
    );
    let wrong_entry = rewrite(|parts| parts.exhibits[0].seq = 4);
    assert_fails(&wrong_entry, "data/originals/bilag-001.png");
}

/// A way to change one field of a journal line.
type Spoil = fn(&mut JournalLine);

#[test]
fn given_a_changed_journal_line_then_it_fails() {
    let spoils: [(&str, Spoil); 9] = [
        ("event", |line| {
            line.event = serde_json::from_str(r#"{"type":"told","text":"Alt er fint"}"#).unwrap()
        }),
        ("event spacing", |line| {
            line.event = serde_json::from_str(&line.event.get().replace(':', ": ")).unwrap()
        }),
        ("actor", |line| line.actor = "p10".into()),
        ("actor with line break", |line| line.actor = "p09\nmatter".into()),
        ("time", |line| line.at_us += 1),
        ("time in words", |line| line.at = "2026-01-01T00:00:00Z".into()),
        ("drawer", |line| line.compartment = "care".into()),
        ("salt", |line| line.salt[0] ^= 1),
        ("hash", |line| line.hash[0] ^= 1),
    ];
    for (what, spoil) in spoils {
        let bag = rewrite(|parts| spoil(&mut parts.lines[0]));
        let failures = check(&bag).failures;
        assert!(
            failures.iter().any(|it| it.file == "data/journal.jsonl"),
            "{what}: {failures:?}"
        );
    }
    assert_fails(
        &rewrite(|parts| parts.lines[1].prev = GENESIS),
        "data/journal.jsonl",
    );
    assert_fails(&rewrite(|parts| parts.lines.swap(0, 1)), "data/journal.jsonl");
    assert_fails(&rewrite(|parts| parts.lines[0].seq = 8), "data/journal.jsonl");
    assert_fails(&rewrite(|parts| parts.lines[0].seq = 0), "data/journal.jsonl");
    assert_fails(
        &rewrite(|parts| parts.lines[0].seq = u64::MAX),
        "data/journal.jsonl",
    );
}

#[test]
fn given_a_journal_that_is_no_journal_then_it_fails() {
    let parts = Parts::good();
    let good = parts.journal();
    let twice = [good.clone(), good.clone()].concat();
    let blank = [good.clone(), b"\n".to_vec()].concat();
    for bad in [&good[..good.len() - 1], &twice, &blank, b"hello\n", b"\xff\n"] {
        assert_fails(&parts.write_with(bad), "data/journal.jsonl");
    }
}

#[test]
fn given_failures_without_end_then_the_list_ends_and_nothing_later_counts_as_checked() {
    let bag = Parts::good().write_with(&b"\n".repeat(5000));
    let report = check(&bag);
    assert_eq!(report.failures.len(), 201);
    assert!(
        report.failures[200].what.contains("more"),
        "{:?}",
        report.failures[200]
    );
    assert!(
        !report.checked.iter().any(|it| it.starts_with("originals")),
        "{:?}",
        report.checked
    );
}

#[test]
fn given_an_entry_changed_in_chain_and_journal_then_the_seal_tells() {
    let forge = |parts: &mut Parts| {
        let mut leaves: Vec<_> = parts.chain.entries.iter().map(|entry| entry.leaf).collect();
        let line = &mut parts.lines[5];
        let event = r#"{"type":"closed"}"#;
        let header = Header {
            case: parts.chain.case.clone(),
            seq: line.seq,
            at_us: line.at_us,
            actor: line.actor.clone(),
            compartment: line.compartment.clone(),
            commitment: proof::entry::commitment(&line.salt, event.as_bytes()),
        };
        *line = JournalLine::new(&header, "Vibeke Holst", &line.salt, event.as_bytes(), &line.prev).unwrap();
        leaves[6] = header.leaf();
        parts.chain = Chain::new(&parts.chain.case, &parts.chain.number, leaves);
    };
    assert_fails(&rewrite(forge), "data/proof/chain.json");
    let moved_head = rewrite(|parts| {
        forge(parts);
        parts.seal.head.head = *parts.chain.hashes().last().unwrap();
    });
    assert_fails(&moved_head, "data/proof/seal.json");
    // Only a holder of the key can do this, which is why its fingerprint is published.
    let signed_anew = rewrite(|parts| {
        forge(parts);
        parts.reseal();
    });
    assert!(check(&signed_anew).holds());
}

#[test]
fn given_a_chain_cut_short_grown_or_of_another_case_then_it_fails() {
    assert_fails(
        &rewrite(|parts| parts.chain.entries.truncate(6)),
        "data/proof/chain.json",
    );
    assert_fails(
        &rewrite(|parts| {
            parts.chain.entries.remove(2);
        }),
        "data/proof/chain.json",
    );
    assert_fails(
        &rewrite(|parts| parts.chain.entries.clear()),
        "data/proof/chain.json",
    );
    assert_fails(
        &rewrite(|parts| parts.chain.entries[2].leaf[0] ^= 1),
        "data/proof/chain.json",
    );
    assert_fails(
        &rewrite(|parts| parts.chain.case = "another".into()),
        "data/proof/chain.json",
    );
    let grown = rewrite(|parts| {
        let leaves: Vec<_> = parts
            .chain
            .entries
            .iter()
            .map(|it| it.leaf)
            .chain([[5; 32]])
            .collect();
        parts.chain = Chain::new(&parts.chain.case, &parts.chain.number, leaves);
    });
    assert_fails(&grown, "data/proof/chain.json");
}

#[test]
fn given_a_seal_that_says_anything_else_then_it_fails() {
    type Spoil = fn(&mut Parts);
    let spoils: [Spoil; 8] = [
        |parts| parts.seal.at_us += 1,
        |parts| parts.seal.size += 1,
        |parts| parts.seal.root[0] ^= 1,
        |parts| parts.seal.index = 0,
        |parts| parts.seal.head.seq -= 1,
        |parts| parts.seal.path.truncate(1),
        |parts| parts.seal.public_key = "00".repeat(32),
        |parts| parts.seal.signature = String::new(),
    ];
    for spoil in spoils {
        assert_fails(&rewrite(spoil), "data/proof/seal.json");
    }
}
