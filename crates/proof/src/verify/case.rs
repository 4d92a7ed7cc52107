//! The case in the bag: journal lines against the chain, the chain's head against the seal, originals against
//! the entries that recorded them. None of this helps itself to the manifests, which anybody can recompute.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::BagReport;
use super::archive::Found;
use super::{manifests::text, stamps};
use crate::bag::journal::at_text;
use crate::bag::{
    CHAIN, Chain, EXHIBITS, ExhibitProof, JOURNAL, JournalLine, ORIGINALS, SEAL, STAMPS, STAMPS_FOLDER,
    SealProof, StampProof,
};
use crate::entry::{GENESIS, Hash, Header, commitment};
use crate::hexed;
use crate::keys::fingerprint;
use crate::merkle::verify_inclusion;
use crate::stamp::Authorities;

/// Longest journal line: bounds the memory that reading takes.
const MAX_LINE: u64 = 16 << 20;
const MAX_EXHIBITS: usize = 100_000;

/// What the event of an exhibit's entry says. Other events, and its other fields, are not read.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    number: Option<u64>,
    #[serde(borrow)]
    sha256: Option<std::borrow::Cow<'a, str>>,
}

/// Exhibits as the journal records them: number to entry and hash.
type Recorded = BTreeMap<u64, (u64, Hash)>;

pub(super) fn check(
    reader: &mut (impl Read + Seek),
    files: &[Found],
    authorities: Option<&Authorities>,
    report: &mut BagReport,
) -> io::Result<()> {
    let chain: Option<Chain> = parse(files, CHAIN, report);
    let seal: Option<SealProof> = parse(files, SEAL, report);
    let exhibits: Option<Vec<ExhibitProof>> = parse(files, EXHIBITS, report);
    let stamped = files
        .iter()
        .any(|file| file.path == STAMPS || file.path.starts_with(STAMPS_FOLDER));
    let stamps: Option<Vec<StampProof>> = stamped.then(|| parse(files, STAMPS, report)).flatten();
    let Some(chain) = chain else { return Ok(()) };
    report.number = Some(chain.number.clone());
    if let Err(why) = chain.well_formed() {
        report.fail(CHAIN, why);
        return Ok(());
    }
    let hashes = chain.hashes();
    if let Some(seal) = seal {
        report.part(|report| check_seal(&seal, &chain, &hashes, report));
        if let Some(stamps) = stamps {
            stamps::check(&stamps, &seal, &chain, &hashes, files, authorities, report);
        }
    }
    let mut recorded = Ok(Recorded::new());
    report.part(|report| {
        recorded = check_journal(reader, files, &chain, &hashes, report);
        format!(
            "journal: every line recomputes to its place in the chain of {} entries",
            hashes.len()
        )
    });
    let recorded = recorded?;
    if let Some(exhibits) = exhibits {
        report.part(|report| {
            check_exhibits(&exhibits, &recorded, files, report);
            format!(
                "originals: {} match the entries that recorded them",
                exhibits.len()
            )
        });
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(files: &[Found], path: &str, report: &mut BagReport) -> Option<T> {
    if !files.iter().any(|file| file.path == path) {
        report.fail(path, "is missing");
    }
    match serde_json::from_slice(text(files, path)?) {
        Ok(value) => Some(value),
        Err(error) => {
            report.fail(path, format!("cannot be read: {error}"));
            None
        }
    }
}

fn check_seal(proof: &SealProof, chain: &Chain, hashes: &[Hash], report: &mut BagReport) -> String {
    report.head = Some(proof.head.clone());
    report.sealed_at_us = Some(proof.at_us);
    report.public_key_fingerprint = fingerprint(&proof.public_key);
    if !proof.well_formed() {
        report.fail(SEAL, "is not of format vaern-seal-v1");
    }
    if !proof.seal().verify() {
        report.fail(SEAL, "its signature does not fit its text and key");
    }
    let path: Vec<Hash> = proof.path.iter().map(|hash| hash.0).collect();
    if !verify_inclusion(&proof.head.bytes(), proof.index, proof.size, &path, &proof.root) {
        report.fail(SEAL, "its head does not lie under its root");
    }
    let sealed = (proof.head.case.as_str(), proof.head.seq, Some(&proof.head.head));
    if sealed != (chain.case.as_str(), hashes.len() as u64, hashes.last()) {
        report.fail(CHAIN, "does not end in the head that is sealed");
    }
    format!(
        "seal: the head of {} entries lies under a root of {} cases, signed",
        hashes.len(),
        proof.size
    )
}

fn check_journal(
    reader: &mut (impl Read + Seek),
    files: &[Found],
    chain: &Chain,
    hashes: &[Hash],
    report: &mut BagReport,
) -> io::Result<Recorded> {
    let mut recorded = Recorded::new();
    let Some(file) = files.iter().find(|file| file.path == JOURNAL) else {
        report.fail(JOURNAL, "is missing");
        return Ok(recorded);
    };
    reader.seek(SeekFrom::Start(file.at))?;
    let mut lines = BufReader::with_capacity(128 * 1024, reader.take(file.size));
    let (mut line, mut count, mut last) = (Vec::new(), 0u64, 0);
    loop {
        line.clear();
        count += 1;
        if (&mut lines).take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(recorded);
        }
        let outcome = match line.strip_suffix(b"\n") {
            None => Err("is cut off, or too long".into()),
            Some(line) => check_line(line, &mut last, chain, hashes, &mut recorded),
        };
        if let Err(why) = outcome {
            report.fail(JOURNAL, format!("line {count} {why}"));
            if !line.ends_with(b"\n") {
                return Ok(recorded);
            }
        }
    }
}

fn check_line(
    line: &[u8],
    last: &mut u64,
    chain: &Chain,
    hashes: &[Hash],
    recorded: &mut Recorded,
) -> Result<(), String> {
    let line: JournalLine =
        serde_json::from_slice(line).map_err(|error| format!("cannot be read: {error}"))?;
    let seq = line.seq;
    let index = usize::try_from(seq).ok().and_then(|seq| seq.checked_sub(1));
    let Some((index, entry)) = index.and_then(|index| Some((index, chain.entries.get(index)?))) else {
        return Err(format!("is entry {seq}, which the chain does not have"));
    };
    if seq <= *last {
        return Err(format!("is entry {seq}, but follows entry {last}"));
    }
    *last = seq;
    if line.actor.contains('\n') || line.compartment.contains('\n') {
        return Err(format!("is entry {seq}, whose header holds a line break"));
    }
    let header = Header {
        case: chain.case.clone(),
        seq,
        at_us: line.at_us,
        commitment: commitment(&line.salt, line.event.get().as_bytes()),
        actor: line.actor,
        compartment: line.compartment,
    };
    if header.leaf() != entry.leaf {
        return Err(format!("is not what entry {seq} of the chain commits to"));
    }
    let prev = index.checked_sub(1).map_or(GENESIS, |before| hashes[before]);
    if (line.prev, line.hash) != (prev, hashes[index]) {
        return Err(format!(
            "is entry {seq}, but gives other chain hashes than the chain"
        ));
    }
    if at_text(line.at_us).as_deref() != Some(&line.at) {
        return Err(format!(
            "is entry {seq}, whose time in words is not its time in numbers"
        ));
    }
    record_exhibit(seq, line.event.get(), recorded)
}

fn record_exhibit(seq: u64, event: &str, recorded: &mut Recorded) -> Result<(), String> {
    let Ok(event) = serde_json::from_str::<Event<'_>>(event) else {
        return Ok(());
    };
    if event.kind != "exhibit-sealed" {
        return Ok(());
    }
    let hash = event.sha256.as_deref().and_then(hexed::parse32);
    let (Some(number), Some(hash)) = (event.number, hash) else {
        return Err(format!(
            "is entry {seq}, which seals an exhibit without number or SHA-256"
        ));
    };
    if recorded.len() >= MAX_EXHIBITS || recorded.insert(number, (seq, hash)).is_some() {
        return Err(format!(
            "is entry {seq}, which seals exhibit {number} again, or one too many"
        ));
    }
    Ok(())
}

fn check_exhibits(exhibits: &[ExhibitProof], recorded: &Recorded, files: &[Found], report: &mut BagReport) {
    let originals: BTreeMap<&str, &Found> = files
        .iter()
        .filter(|file| file.path.starts_with(ORIGINALS))
        .map(|file| (file.path.as_str(), file))
        .collect();
    let (mut numbers, mut paths) = (HashSet::new(), HashSet::new());
    for exhibit in exhibits {
        let number = exhibit.number;
        if !numbers.insert(number) | !paths.insert(exhibit.path.as_str()) {
            report.fail(EXHIBITS, format!("lists exhibit {number} or its file twice"));
        }
        if recorded.get(&number) != Some(&(exhibit.seq, exhibit.sha256)) {
            report.fail(
                &exhibit.path,
                format!("is not the exhibit {number} that the journal recorded"),
            );
        }
        match originals.get(exhibit.path.as_str()) {
            None => report.fail(&exhibit.path, "is missing"),
            Some(file) if (file.hash, file.size) != (exhibit.sha256, exhibit.bytes) => {
                report.fail(
                    &exhibit.path,
                    format!("is not the file that is recorded as exhibit {number}"),
                );
            }
            Some(_) => {}
        }
    }
    for number in recorded.keys().filter(|number| !numbers.contains(number)) {
        report.fail(
            EXHIBITS,
            format!("leaves out exhibit {number}, which the journal records"),
        );
    }
    for path in originals.keys().filter(|path| !paths.contains(*path)) {
        report.fail(*path, "is no exhibit that the journal records");
    }
}
