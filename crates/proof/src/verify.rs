//! The offline check of a bag: no server, no clock, no other input than the file.

mod archive;
mod case;
mod manifests;
mod stamps;

use std::io::{self, Read, Seek};

use crate::seal::HeadLeaf;
use crate::stamp::Authorities;
use crate::zipcanon::{STRUCTURE, read_members};

/// A damaged file can fail in every line; a reader needs the first of them.
const MAX_FAILURES: usize = 200;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Path from the bag's top folder, or `(zip structure)`. Never empty.
    pub file: String,
    /// What is wrong with it, in English, as the rest of a sentence.
    pub what: String,
}

/// A time-stamp that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampSeen {
    /// The entries from 1 to this one existed at its time.
    pub up_to: u64,
    /// The authority's time, in microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    /// The same with what the authority's clock may be off by: before then they existed.
    pub before_us: i64,
    /// Whom the certificate names.
    pub authority: String,
    /// The stamp's number with that authority, in hex.
    pub serial: String,
    /// Whether the certificate leads to one that the reader trusts; `false` if the reader named none.
    pub is_trusted: bool,
}

/// What [`verify_bag`] found. The bag is good if `failures` is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BagReport {
    /// What was checked and holds, one line each, in English.
    pub checked: Vec<String>,
    /// At most 200, then one that says so.
    pub failures: Vec<Failure>,
    /// Case number such as `2026-0001`, as the bag says; the case's id, not its number, is under the seal.
    pub number: Option<String>,
    /// The sealed head of the case's chain, as the bag says.
    pub head: Option<HeadLeaf>,
    /// Microseconds since 1970-01-01T00:00:00Z, by the server's own clock.
    pub sealed_at_us: Option<i64>,
    /// SHA-256 of the public key, in hex: to be compared with the published one.
    pub public_key_fingerprint: Option<String>,
    /// In the order of the bag; empty if it carries none.
    pub stamps: Vec<StampSeen>,
}

impl BagReport {
    /// Whether everything that was checked holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.failures.is_empty()
    }

    fn fail(&mut self, file: impl Into<String>, what: impl Into<String>) {
        let (file, what) = match self.failures.len() {
            seen if seen > MAX_FAILURES => return,
            MAX_FAILURES => (file.into(), "fails, and more is not listed".into()),
            _ => (file.into(), what.into()),
        };
        self.failures.push(Failure { file, what });
    }

    /// Runs one part, and lists it as checked if it added no failure (which cannot be told once the list is full).
    fn part(&mut self, run: impl FnOnce(&mut Self) -> String) {
        let before = self.failures.len();
        let what = run(self);
        if self.failures.len() == before && before <= MAX_FAILURES {
            self.checked.push(what);
        }
    }
}

/// Checks everything about a bag that can be checked offline (see the crate's documentation for what that
/// proves). Reads the file once, the journal twice; memory stays bounded whatever the file holds.
pub fn verify_bag(reader: impl Read + Seek) -> BagReport {
    verify_bag_trusting(reader, None)
}

/// As [`verify_bag`]; time-stamps must come from one of these authorities.
pub fn verify_bag_trusting(mut reader: impl Read + Seek, authorities: Option<&Authorities>) -> BagReport {
    let mut report = BagReport::default();
    if let Err(error) = check(&mut reader, authorities, &mut report) {
        report.fail(STRUCTURE, format!("cannot be read: {error}"));
    }
    report
}

fn check(
    reader: &mut (impl Read + Seek),
    authorities: Option<&Authorities>,
    report: &mut BagReport,
) -> io::Result<()> {
    let members = match read_members(reader)? {
        Ok(members) => members,
        Err(flaws) => {
            flaws
                .into_iter()
                .for_each(|flaw| report.fail(archive::inner(&flaw.file), flaw.what));
            return Ok(());
        }
    };
    let mut files = Vec::new();
    let mut read = Ok(());
    report.part(|report| {
        archive::top_folder(&members, report);
        read = archive::hash_all(reader, &members, report).map(|found| files = found);
        format!("archive: {} files, and every byte around them", members.len())
    });
    read?;
    manifests::check(&files, report);
    case::check(reader, &files, authorities, report)
}
