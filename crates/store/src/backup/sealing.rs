//! Database and manifest of a backup under a key of their own. Exhibits' files are ciphertext already.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use proof::DataKey;
use proof::stream::{Opener, Sealer};
use rand::CryptoRng;
use sha2::{Digest, Sha256};

use super::durable::{self, Sum, fault};
use crate::error::{Result, StoreError};

const PIECE: usize = 256 * 1024;

/// What a sealed file is called.
pub(super) fn sealed_name(name: &str) -> String {
    format!("{name}.sealed")
}

/// Binds a sealed file to its place, so that none can be passed off as another.
pub(super) fn context(generation: &str, name: &str) -> String {
    format!("vaern-backup-v1\n{generation}\n{name}")
}

/// Seals what `from` gives into the file `to`; the sum is of the sealed bytes. Not yet durable.
pub(super) fn seal(
    mut from: impl Read,
    to: &Path,
    key: &DataKey,
    context: &str,
    rng: &mut impl CryptoRng,
) -> Result<Sum> {
    let mut file = durable::create(to)?;
    let (mut sealer, mut out) = Sealer::new(key, context, rng);
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; PIECE];
    let mut write = |out: &mut Vec<u8>| {
        hash.update(&*out);
        bytes += out.len() as u64;
        file.write_all(out).map_err(fault(to))?;
        out.clear();
        Ok::<_, StoreError>(())
    };
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            break;
        }
        sealer.push(&piece[..count], &mut out);
        write(&mut out)?;
    }
    sealer.finish(&mut out);
    write(&mut out)?;
    Ok(Sum {
        bytes,
        sha256: hash.finalize().into(),
    })
}

/// Opens a sealed file into `to`; what came out is proved only when this returns.
pub(super) fn open(from: &Path, key: &DataKey, context: &str, mut to: impl Write) -> Result<()> {
    let refused = |_| {
        StoreError::other(format!(
            "{} does not open with this key, or is damaged",
            from.display()
        ))
    };
    let mut opener = Opener::new(key, context);
    let mut file = File::open(from).map_err(fault(from))?;
    let (mut piece, mut plain) = (vec![0; PIECE], Vec::new());
    loop {
        let count = file.read(&mut piece).map_err(fault(from))?;
        if count == 0 {
            break;
        }
        opener.push(&piece[..count], &mut plain).map_err(refused)?;
        to.write_all(&plain)?;
        plain.clear();
    }
    opener.finish(&mut plain).map_err(refused)?;
    Ok(to.write_all(&plain)?)
}
