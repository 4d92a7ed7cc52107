//! Reads each file of the archive once: its local header, its check sum, its hash.

use std::io::{self, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use super::BagReport;
use crate::bag::{BAG_INFO, BAGIT, CHAIN, EXHIBITS, MANIFEST, SEAL, STAMPS, STAMPS_FOLDER, TAG_MANIFEST};
use crate::entry::Hash;
use crate::zipcanon::{Member, local_header};

/// Small enough that what was read is still in the processor's cache when it is hashed.
const BUFFER: usize = 128 * 1024;
/// Of the files that are parsed whole: 300,000 entries of a chain.
const MAX_PARSED: u32 = 32 << 20;
const PARSED: [&str; 8] = [
    BAGIT,
    BAG_INFO,
    MANIFEST,
    TAG_MANIFEST,
    CHAIN,
    SEAL,
    EXHIBITS,
    STAMPS,
];

/// One file of the bag.
pub(super) struct Found {
    /// From the top folder.
    pub path: String,
    pub hash: Hash,
    pub size: u64,
    /// Where its bytes begin in the archive.
    pub at: u64,
    /// Its bytes, of the few that are parsed whole.
    pub text: Option<Vec<u8>>,
}

/// The name without the top folder.
pub(super) fn inner(name: &str) -> &str {
    match name.split_once('/') {
        Some((_, rest)) if !rest.is_empty() => rest,
        _ => name,
    }
}

pub(super) fn top_folder(members: &[Member], report: &mut BagReport) {
    let top = |member: &Member| member.name.split_once('/').map(|(top, _)| top.to_owned());
    let first = members.first().and_then(top);
    for member in members {
        if first.is_none() || top(member) != first {
            report.fail(inner(&member.name), "is not in the one top folder");
        }
    }
}

pub(super) fn hash_all(
    reader: &mut (impl Read + Seek),
    members: &[Member],
    report: &mut BagReport,
) -> io::Result<Vec<Found>> {
    reader.seek(SeekFrom::Start(0))?;
    let mut buffer = vec![0; BUFFER];
    let mut left_for_stamps = MAX_PARSED;
    members
        .iter()
        .map(|member| hash_one(reader, member, &mut buffer, &mut left_for_stamps, report))
        .collect()
}

/// The reader stands at the member's local header, and afterwards at the next one.
fn hash_one(
    reader: &mut impl Read,
    member: &Member,
    buffer: &mut [u8],
    left_for_stamps: &mut u32,
    report: &mut BagReport,
) -> io::Result<Found> {
    let path = inner(&member.name).to_owned();
    let expected = local_header(member);
    let header = &mut buffer[..expected.len()];
    reader.read_exact(header)?;
    if header != expected {
        report.fail(&path, "its header in the zip file is not as written");
    }
    let is_stamp = path.starts_with(STAMPS_FOLDER);
    let parsed = is_stamp || PARSED.contains(&path.as_str());
    let fits = member.size <= if is_stamp { *left_for_stamps } else { MAX_PARSED };
    if parsed && !fits {
        report.fail(&path, "is too large");
    }
    if is_stamp && fits {
        *left_for_stamps -= member.size;
    }
    let mut text = (parsed && fits).then(Vec::new);
    let (mut sha, mut crc) = (Sha256::new(), crc32fast::Hasher::new());
    let mut left = u64::from(member.size);
    while left > 0 {
        let piece = &mut buffer[..left.min(BUFFER as u64) as usize];
        reader.read_exact(piece)?;
        crc.update(piece);
        sha.update(&*piece);
        if let Some(text) = &mut text {
            text.extend_from_slice(piece);
        }
        left -= piece.len() as u64;
    }
    if crc.finalize() != member.crc {
        report.fail(&path, "its bytes do not fit their check sum");
    }
    Ok(Found {
        path,
        hash: sha.finalize().into(),
        size: member.size.into(),
        at: member.content(),
        text,
    })
}
