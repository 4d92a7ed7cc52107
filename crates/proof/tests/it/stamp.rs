//! Time-stamps by `openssl ts`: what is taken, and what an authority that lies gives itself away by.

use std::io::Cursor;

use proof::stamp::{Authorities, Flaw, MAX_DRIFT_US, Policy, Query, Stamp};
use proof::testing::{Authority, GOOD, Key, OTHER_POLICY, POLICY};
use proof::verify::{verify_bag, verify_bag_trusting};

use crate::fixture::Parts;

const DATA: &[u8] = b"vaern-seal-v1\n1795000000000000\n1\n00\n";
const NONCE: u64 = 0xfedc_ba98_7654_3210;

/// The authority's clock is the machine's.
#[expect(clippy::disallowed_methods, reason = "openssl asks the machine too")]
pub fn now_us() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

fn trusted(authority: &Authority) -> Authorities {
    Authorities::from_pem(&authority.root()).unwrap()
}

fn query() -> Query {
    Query::new(DATA, NONCE, None)
}

/// What comes of an answer that the authority gave to `asked`.
fn outcome(authority: &Authority, asked: &Query) -> Result<Stamp, Flaw> {
    let answer = authority.answer(&asked.to_der());
    query().accept(&answer, &trusted(authority), now_us())
}

#[test]
fn every_kind_of_key_is_taken_kept_and_read_again() {
    for key in [Key::Rsa, Key::Elliptic, Key::Large] {
        let authority = Authority::new(key);
        let stamp = outcome(&authority, &query()).unwrap();
        assert!(stamp.at_us().abs_diff(now_us()) < MAX_DRIFT_US);
        assert_eq!(stamp.before_us() - stamp.at_us(), 1_500_000);
        assert_eq!(stamp.policy(), POLICY);
        assert!(
            stamp.authority().contains("CN=Tidsstempler"),
            "{}",
            stamp.authority()
        );
        let again = Stamp::read(stamp.bytes(), DATA).unwrap();
        assert_eq!((again.at_us(), again.serial()), (stamp.at_us(), stamp.serial()));
        again.trusted_by(&trusted(&authority)).unwrap();
    }
}

#[test]
fn openssl_takes_what_is_kept() {
    let authority = Authority::new(Key::Elliptic);
    let stamp = outcome(&authority, &query()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (data, token) = (folder.path().join("seal.txt"), folder.path().join("seal.tsr"));
    std::fs::write(&data, DATA).unwrap();
    std::fs::write(&token, stamp.bytes()).unwrap();
    assert!(authority.openssl_takes(&data, &token));
    std::fs::write(&data, b"other").unwrap();
    assert!(!authority.openssl_takes(&data, &token));
}

#[test]
fn fractions_of_a_second_are_read() {
    let authority = Authority::new(Key::Elliptic);
    let stamps = (0..3).map(|_| {
        let answer = authority.answer_precisely(&query().to_der());
        query().accept(&answer, &trusted(&authority), now_us()).unwrap()
    });
    // Three in a row would not all fall on a whole second.
    assert!(
        stamps
            .map(|stamp| stamp.at_us() % 1_000_000)
            .any(|rest| rest != 0)
    );
}

#[test]
fn a_policy_that_was_asked_for_must_be_given() {
    let authority = Authority::new(Key::Elliptic);
    let other = || Query::new(DATA, NONCE, Policy::parse(OTHER_POLICY));
    let answer = authority.answer(&other().to_der());
    let stamp = other().accept(&answer, &trusted(&authority), now_us()).unwrap();
    assert_eq!(stamp.policy(), OTHER_POLICY);
    let plain = authority.answer(&query().to_der());
    let taken = other().accept(&plain, &trusted(&authority), now_us());
    assert_eq!(taken.unwrap_err(), Flaw::Policy);
    // A policy that it does not know: openssl answers with a rejection.
    let unknown = Query::new(DATA, NONCE, Policy::parse("1.2.3.9"));
    assert_eq!(outcome(&authority, &unknown).unwrap_err(), Flaw::Refused);
    assert!(Policy::parse("x").is_none() && Policy::parse("").is_none());
}

#[test]
fn an_answer_to_another_question_is_not_taken() {
    let authority = Authority::new(Key::Elliptic);
    assert_eq!(
        outcome(&authority, &Query::new(b"other", NONCE, None)).unwrap_err(),
        Flaw::Imprint
    );
    assert_eq!(
        outcome(&authority, &Query::new(DATA, NONCE + 1, None)).unwrap_err(),
        Flaw::Nonce
    );
    for nonce in [0, 1, 0x7f, 0x80, 0x00ff_ffff, u64::MAX] {
        let query = Query::new(DATA, nonce, None);
        let answer = authority.answer(&query.to_der());
        query.accept(&answer, &trusted(&authority), now_us()).unwrap();
    }
}

#[test]
fn a_clock_that_is_off_is_not_taken() {
    let authority = Authority::new(Key::Elliptic);
    let answer = authority.answer(&query().to_der());
    for minutes in [-6, 6] {
        let ours = now_us() + minutes * 60_000_000;
        let taken = query().accept(&answer, &trusted(&authority), ours);
        assert_eq!(taken.unwrap_err(), Flaw::Time);
    }
    for minutes in [-4, 4] {
        let ours = now_us() + minutes * 60_000_000;
        query().accept(&answer, &trusted(&authority), ours).unwrap();
    }
}

#[test]
fn another_authority_or_a_certificate_for_something_else_is_not_taken() {
    let (ours, theirs) = (Authority::new(Key::Elliptic), Authority::new(Key::Elliptic));
    let answer = theirs.answer(&query().to_der());
    let taken = query().accept(&answer, &trusted(&ours), now_us());
    assert_eq!(taken.unwrap_err(), Flaw::Untrusted);
    let both = [ours.root(), b"kommentar\n".to_vec(), theirs.root()].concat();
    let both = Authorities::from_pem(&both).unwrap();
    query().accept(&answer, &both, now_us()).unwrap();
    for bad in [
        "",
        "x",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        assert!(Authorities::from_pem(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn a_certificate_for_something_else_of_another_time_or_by_no_issuer_is_not_taken() {
    let authority = Authority::new(Key::Elliptic);
    let outcome = |extensions: &str, days, by_no_issuer| {
        let answer = authority.forged(&query().to_der(), extensions, days, by_no_issuer);
        query().accept(&answer, &trusted(&authority), now_us()).map(drop)
    };
    assert_eq!(outcome(GOOD, 5, false), Ok(()));
    let others = [
        GOOD.replace("critical,timeStamping", "timeStamping"),
        GOOD.replace("critical,timeStamping", "critical,timeStamping,codeSigning"),
        GOOD.replace("critical,timeStamping", "critical,codeSigning"),
        GOOD.replace("digitalSignature", "keyEncipherment"),
        "keyUsage=critical,digitalSignature\n".to_owned(),
        format!("{GOOD}1.2.3.4.5=critical,DER:0500\n"),
    ];
    for other in others {
        assert_eq!(outcome(&other, 5, false), Err(Flaw::Purpose), "{other}");
    }
    assert_eq!(outcome(GOOD, -1, false), Err(Flaw::Expired));
    assert_eq!(outcome(GOOD, 5, true), Err(Flaw::Untrusted));
}

#[test]
fn every_changed_byte_of_a_kept_stamp_is_seen() {
    for key in [Key::Rsa, Key::Elliptic] {
        let authority = Authority::new(key);
        let trusted = trusted(&authority);
        let stamp = outcome(&authority, &query()).unwrap();
        let mut bytes = stamp.bytes().to_vec();
        for at in 0..bytes.len() {
            for mask in [1 << (at % 8), 0xff, 0x20] {
                bytes[at] ^= mask;
                let read = Stamp::read(&bytes, DATA).and_then(|stamp| stamp.trusted_by(&trusted));
                assert!(read.is_err(), "byte {at} with mask {mask:#x} went unseen");
                bytes[at] ^= mask;
            }
        }
        for end in 0..bytes.len() {
            assert!(Stamp::read(&bytes[..end], DATA).is_err(), "cut off at {end}");
        }
        assert!(Stamp::read(&[bytes.as_slice(), &[0]].concat(), DATA).is_err());
        assert_eq!(Stamp::read(&bytes, b"other").unwrap_err(), Flaw::Imprint);
    }
}

#[test]
fn what_is_no_answer_at_all_is_not_taken() {
    let authority = Authority::new(Key::Elliptic);
    let large = vec![0x30; 70_000];
    for bytes in [
        &b""[..],
        b"hello",
        b"<html>",
        &[0x30, 0x80, 0, 0],
        &[0x30, 0],
        &large,
    ] {
        let taken = query().accept(bytes, &trusted(&authority), now_us());
        assert_eq!(taken.unwrap_err(), Flaw::Unreadable);
    }
    assert_eq!(
        query()
            .accept(&[0x30, 5, 0x30, 3, 2, 1, 2], &trusted(&authority), 0)
            .unwrap_err(),
        Flaw::Refused
    );
}

#[test]
fn every_flaw_has_a_code_of_its_own() {
    let codes: std::collections::BTreeSet<_> = Flaw::CODES.iter().collect();
    assert_eq!(codes.len(), Flaw::CODES.len());
}

/// A bag with time-stamps over its first three entries and over the first six.
fn stamped(authority: &Authority) -> Parts {
    let mut parts = Parts::good();
    parts.stamp(3, 3, authority);
    parts.stamp(7, 6, authority);
    parts
}

fn fails(parts: &Parts, authorities: Option<&Authorities>, file: &str) {
    let report = verify_bag_trusting(Cursor::new(parts.write()), authorities);
    let named = report.failures.iter().any(|failure| failure.file == file);
    assert!(named, "no failure names {file}: {:?}", report.failures);
}

#[test]
fn a_stamped_bag_holds_and_says_which_entries_are_proved_by_whom() {
    let authority = Authority::new(Key::Elliptic);
    let bag = stamped(&authority).write();
    let report = verify_bag_trusting(Cursor::new(&bag), Some(&trusted(&authority)));
    assert_eq!(report.failures, []);
    assert_eq!(
        report.stamps.iter().map(|seen| seen.up_to).collect::<Vec<_>>(),
        [3, 6]
    );
    assert!(
        report
            .stamps
            .iter()
            .all(|seen| seen.is_trusted && seen.authority.contains("CN=Tidsstempler"))
    );
    // Without a root the tokens are read all the same, and that nothing is known of the authority is said.
    let report = verify_bag(Cursor::new(&bag));
    assert_eq!(report.failures, []);
    assert!(report.stamps.iter().all(|seen| !seen.is_trusted));
    let said = report.checked.iter().any(|line| line.contains("was not checked"));
    assert!(said, "{:?}", report.checked);
    let other = Authority::new(Key::Elliptic);
    let path = "data/proof/stamps/000003.tsr";
    fails(&stamped(&authority), Some(&trusted(&other)), path);
}

#[test]
fn a_bag_without_time_stamps_holds_and_says_nothing_of_them() {
    let authority = Authority::new(Key::Elliptic);
    let report = verify_bag_trusting(Cursor::new(Parts::good().write()), Some(&trusted(&authority)));
    assert_eq!(
        (report.failures, report.stamps, report.checked.len()),
        (vec![], vec![], 5)
    );
}

#[test]
fn given_time_stamps_that_were_changed_when_the_manifests_are_recomputed_then_they_fail() {
    const LIST: &str = "data/proof/stamps.json";
    const TEXT: &str = "data/proof/stamps/000003.txt";
    const TOKEN: &str = "data/proof/stamps/000003.tsr";
    type Spoil = fn(&mut Parts);
    let spoils: [(&str, Spoil); 13] = [
        (TOKEN, |parts| parts.files[4].1[200] ^= 1),
        (TOKEN, |parts| drop(parts.files.remove(4))),
        (TEXT, |parts| parts.files[3].1[20] ^= 1),
        (TEXT, |parts| drop(parts.files.remove(3))),
        (TOKEN, |parts| parts.files[4].1 = parts.files[6].1.clone()),
        (TOKEN, |parts| parts.files[4].1 = vec![0; 1000]),
        (LIST, |parts| parts.stamps[0].seal.head.seq = 4),
        (LIST, |parts| parts.stamps[0].seal.head.seq = 0),
        (LIST, |parts| parts.stamps[0].seal.head.head[0] ^= 1),
        (LIST, |parts| parts.stamps[0].seal.at_us += 1),
        (LIST, |parts| parts.stamps[0].seal.path.clear()),
        (LIST, |parts| parts.stamps[1] = parts.stamps[0].clone()),
        (TOKEN, |parts| drop(parts.stamps.remove(0))),
    ];
    let authority = Authority::new(Key::Elliptic);
    for (file, spoil) in spoils {
        let mut parts = stamped(&authority);
        spoil(&mut parts);
        fails(&parts, None, file);
    }
    // Tokens without a list are no time-stamps either.
    let mut parts = stamped(&authority);
    parts.stamps.clear();
    fails(&parts, None, LIST);
    // A time-stamp over another case's chain.
    let mut parts = stamped(&authority);
    parts.chain.entries[1].leaf[0] ^= 1;
    parts.reseal();
    fails(&parts, None, LIST);
}
