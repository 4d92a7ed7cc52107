//! Writes a bag, one file after the other, as a stream.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::{BAG_INFO, BAGIT, DECLARATION, MANIFEST, TAG_MANIFEST, manifest_line};
use crate::entry::Hash;
use crate::zipcanon::{MAX_MEMBER, Member, central_header, check_name, end_records, local_header};

const BUFFER: usize = 256 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum BagError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the name {name:?} {why}")]
    Name { name: String, why: &'static str },
    #[error("{0:?} is already in the bag")]
    Twice(String),
    #[error("{0:?} is larger than 4 GiB")]
    TooBig(String),
    #[error("bag-info: {0:?} holds a line break, or its label is empty or holds a colon")]
    Info(String),
}

/// A bag being written. Dropped before [`BagWriter::finish`], it leaves a file that no zip reader takes.
pub struct BagWriter<W: Write + Seek> {
    out: W,
    top: String,
    members: Vec<Member>,
    names: HashSet<String>,
    manifest: String,
    tag_manifest: String,
    payload_bytes: u64,
    payload_files: u64,
    /// Where the next member begins.
    offset: u64,
    buffer: Vec<u8>,
}

impl<W: Write + Seek> BagWriter<W> {
    /// `out` must be empty: offsets in the archive count from its start. Give a buffered writer.
    ///
    /// # Errors
    /// [`BagError::Name`] if `top_folder` is not one plain folder name.
    pub fn new(out: W, top_folder: &str) -> Result<Self, BagError> {
        check(top_folder)?;
        if top_folder.contains('/') {
            return Err(BagError::Name {
                name: top_folder.into(),
                why: "is not one folder",
            });
        }
        Ok(Self {
            out,
            top: top_folder.into(),
            members: Vec::new(),
            names: HashSet::new(),
            manifest: String::new(),
            tag_manifest: String::new(),
            payload_bytes: 0,
            payload_files: 0,
            offset: 0,
            buffer: vec![0; BUFFER],
        })
    }

    /// Adds a payload file and gives its SHA-256. `path` is given without `data/`: `originals/bilag-001.png`.
    ///
    /// # Errors
    /// [`BagError`]; after an I/O error the bag cannot be finished to anything valid.
    pub fn add(&mut self, path: &str, reader: &mut impl Read) -> Result<Hash, BagError> {
        if path == "data" || path.starts_with("data/") {
            return Err(BagError::Name {
                name: path.into(),
                why: "begins with data/, which is put before it",
            });
        }
        let path = format!("data/{path}");
        let (hash, size) = self.store(&path, reader)?;
        self.manifest.push_str(&manifest_line(&hash, &path));
        self.payload_bytes += size;
        self.payload_files += 1;
        Ok(hash)
    }

    /// Writes the tag files and the zip directory, flushes, and gives the writer back (to be synced to disk).
    ///
    /// `info` becomes `bag-info.txt` (RFC 8493 §2.2.2) in the given order; the caller gives `Bagging-Date`
    /// (`YYYY-MM-DD`), this adds `Bag-Software-Agent` and `Payload-Oxum`.
    ///
    /// # Errors
    /// [`BagError::Info`] for a label or value that does not fit on its line; [`BagError::Io`].
    pub fn finish(mut self, info: &[(String, String)]) -> Result<W, BagError> {
        let mut text = String::new();
        for (label, value) in info {
            let broken = |it: &str| it.contains(['\r', '\n']);
            if label.is_empty() || label.contains(':') || broken(label) || broken(value) {
                return Err(BagError::Info(label.clone()));
            }
            text.push_str(&format!("{label}: {value}\n"));
        }
        text.push_str(&format!(
            "Bag-Software-Agent: Værn {}\n",
            env!("CARGO_PKG_VERSION")
        ));
        text.push_str(&format!(
            "Payload-Oxum: {}.{}\n",
            self.payload_bytes, self.payload_files
        ));

        let manifest = std::mem::take(&mut self.manifest);
        self.tag(BAGIT, DECLARATION)?;
        self.tag(BAG_INFO, &text)?;
        self.tag(MANIFEST, &manifest)?;
        let tag_manifest = std::mem::take(&mut self.tag_manifest);
        self.store(TAG_MANIFEST, &mut tag_manifest.as_bytes())?;

        let directory: Vec<u8> = self.members.iter().flat_map(central_header).collect();
        self.out.write_all(&directory)?;
        self.out.write_all(&end_records(
            self.members.len() as u64,
            self.offset,
            directory.len() as u64,
        ))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn tag(&mut self, name: &str, text: &str) -> Result<(), BagError> {
        let (hash, _) = self.store(name, &mut text.as_bytes())?;
        self.tag_manifest.push_str(&manifest_line(&hash, name));
        Ok(())
    }

    /// Writes one member; its header, which comes first, is written again once sum and size are known.
    fn store(&mut self, path: &str, reader: &mut impl Read) -> Result<(Hash, u64), BagError> {
        let name = format!("{}/{path}", self.top);
        check(&name)?;
        if !self.names.insert(name.to_lowercase()) {
            return Err(BagError::Twice(path.into()));
        }
        let mut member = Member {
            name,
            crc: 0,
            size: 0,
            offset: self.offset,
        };
        self.out.write_all(&local_header(&member))?;
        let (mut sha, mut crc, mut size) = (Sha256::new(), crc32fast::Hasher::new(), 0u64);
        loop {
            let read = match reader.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            let piece = &self.buffer[..read];
            sha.update(piece);
            crc.update(piece);
            self.out.write_all(piece)?;
            size += read as u64;
            if size > MAX_MEMBER {
                return Err(BagError::TooBig(path.into()));
            }
        }
        member.crc = crc.finalize();
        member.size = u32::try_from(size).expect("checked against the limit above");
        self.out.seek(SeekFrom::Start(self.offset))?;
        self.out.write_all(&local_header(&member))?;
        self.offset = member.content() + size;
        self.out.seek(SeekFrom::Start(self.offset))?;
        self.members.push(member);
        Ok((sha.finalize().into(), size))
    }
}

fn check(name: &str) -> Result<(), BagError> {
    check_name(name).map_err(|why| BagError::Name {
        name: name.into(),
        why,
    })
}
