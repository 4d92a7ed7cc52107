//! The time-stamps in the bag: each over the text of a seal that an earlier head of this case lies under.

use std::collections::HashSet;

use super::archive::Found;
use super::manifests::text;
use super::{BagReport, StampSeen};
use crate::bag::{Chain, STAMPS, STAMPS_FOLDER, SealProof, StampProof};
use crate::entry::Hash;
use crate::merkle::verify_inclusion;
use crate::stamp::{Authorities, Stamp};

pub(super) fn check(
    stamps: &[StampProof],
    seal: &SealProof,
    chain: &Chain,
    hashes: &[Hash],
    files: &[Found],
    authorities: Option<&Authorities>,
    report: &mut BagReport,
) {
    report.part(|report| {
        let mut listed = HashSet::new();
        for stamp in stamps {
            for path in [&stamp.text, &stamp.token] {
                if !path.starts_with(STAMPS_FOLDER) || !listed.insert(path.as_str()) {
                    report.fail(STAMPS, format!("lists {path}, which is no stamp's own file"));
                }
            }
            if let Err(why) = check_seal(stamp, seal, chain, hashes) {
                report.fail(STAMPS, format!("{}: {why}", stamp.token));
            }
            match check_token(stamp, files, authorities) {
                Ok(seen) => report.stamps.push(seen),
                Err((file, why)) => report.fail(file, why),
            }
        }
        let loose = files.iter().filter(|file| file.path.starts_with(STAMPS_FOLDER));
        for file in loose.filter(|file| !listed.contains(file.path.as_str())) {
            report.fail(&file.path, "is no time-stamp that is listed");
        }
        let authority = match authorities {
            Some(_) => "and their authority is trusted",
            None => "but whether their authority can be trusted was not checked",
        };
        format!("time-stamps: {} hold, {authority}", stamps.len())
    });
}

fn check_seal(
    stamp: &StampProof,
    seal: &SealProof,
    chain: &Chain,
    hashes: &[Hash],
) -> Result<(), &'static str> {
    let stamped = &stamp.seal;
    if !stamped.well_formed() || stamped.public_key != seal.public_key || !stamped.seal().verify() {
        return Err("its seal is not signed with the key of the bag's own");
    }
    let head = &stamped.head;
    let path: Vec<Hash> = stamped.path.iter().map(|hash| hash.0).collect();
    if !verify_inclusion(&head.bytes(), stamped.index, stamped.size, &path, &stamped.root) {
        return Err("its head does not lie under its root");
    }
    let index = usize::try_from(head.seq).ok().and_then(|seq| seq.checked_sub(1));
    if head.case != chain.case || index.and_then(|index| hashes.get(index)) != Some(&head.head) {
        return Err("its head is none of this chain's");
    }
    Ok(())
}

fn check_token(
    stamp: &StampProof,
    files: &[Found],
    authorities: Option<&Authorities>,
) -> Result<StampSeen, (String, String)> {
    let file = |path: &str| text(files, path).ok_or_else(|| (path.to_owned(), "is missing".to_owned()));
    let (data, token) = (file(&stamp.text)?, file(&stamp.token)?);
    if data != stamp.seal.seal().signed_text().as_bytes() {
        return Err((stamp.text.clone(), "is not the text of its seal".into()));
    }
    let fails = |flaw| (stamp.token.clone(), format!("fails: {flaw}"));
    let read = Stamp::read(token, data).map_err(fails)?;
    if let Some(authorities) = authorities {
        read.trusted_by(authorities).map_err(fails)?;
    }
    Ok(StampSeen {
        up_to: stamp.seal.head.seq,
        at_us: read.at_us(),
        before_us: read.before_us(),
        authority: read.authority(),
        serial: read.serial(),
        is_trusted: authorities.is_some(),
    })
}
