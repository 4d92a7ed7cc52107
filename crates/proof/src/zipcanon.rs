//! The one zip file that a list of names and contents has.
//!
//! Layout: PKWARE APPNOTE.TXT 6.3.10, §4.3 (checked 2026-11-23): per member a local header and its bytes, stored;
//! then the central directory; then the end record, with the zip64 records (§4.3.14, §4.3.15) only where an
//! offset or a count needs them. Every field that the format leaves open is fixed here, so that checking a file
//! is: read the names, sizes and check sums from the directory, build the archive's frame anew, compare.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};

/// Largest member: beyond it the local header would need zip64 fields.
pub(crate) const MAX_MEMBER: u64 = u32::MAX as u64 - 1;
/// What a failure in no member's own header is called.
pub(crate) const STRUCTURE: &str = "(zip structure)";
/// More directory than this is no bag of ours; it bounds the memory that checking takes.
const MAX_DIRECTORY: u64 = 64 << 20;
const MAX_NAME: usize = 1024;

const LOCAL: usize = 30;
const CENTRAL: usize = 46;
const END: u64 = 22;
const END64: u64 = 56 + 20;
/// Names are UTF-8 (general purpose bit 11).
const FLAGS: u16 = 1 << 11;
/// 1980-01-01 00:00:00, the first time that the format can say.
const TIME: u16 = 0;
const DATE: u16 = 1 << 5 | 1;
const FULL16: u16 = u16::MAX;
const FULL32: u32 = u32::MAX;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub name: String,
    pub crc: u32,
    pub size: u32,
    /// Where its local header begins.
    pub offset: u64,
}

impl Member {
    /// Where its bytes begin.
    pub fn content(&self) -> u64 {
        self.offset + (LOCAL + self.name.len()) as u64
    }

    fn end(&self) -> u64 {
        self.content() + u64::from(self.size)
    }
}

/// A place in the archive that is not as we write it.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub file: String,
    pub what: String,
}

impl Flaw {
    fn new(file: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            what: what.into(),
        }
    }

    fn frame(what: impl Into<String>) -> Self {
        Self::new(STRUCTURE, what)
    }
}

/// Refuses names that could be unpacked elsewhere, or that systems read differently.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.len() > MAX_NAME {
        return Err("is longer than 1024 bytes");
    }
    if name.contains(['\\', ':', '\0']) {
        return Err("holds a backslash, a colon or a null");
    }
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("is absolute or has an empty, '.' or '..' part");
    }
    Ok(())
}

pub(crate) fn local_header(member: &Member) -> Vec<u8> {
    let mut out = Vec::with_capacity(LOCAL + member.name.len());
    out.extend(b"PK\x03\x04");
    put16(&mut out, &[10]);
    common(&mut out, member);
    put16(&mut out, &[0]);
    out.extend(member.name.as_bytes());
    out
}

pub(crate) fn central_header(member: &Member) -> Vec<u8> {
    let far = member.offset >= u64::from(FULL32);
    let mut out = Vec::with_capacity(CENTRAL + member.name.len() + 12);
    out.extend(b"PK\x01\x02");
    // Made on Unix by a writer of version 4.5; needs 1.0, or 4.5 for the zip64 field.
    put16(&mut out, &[3 << 8 | 45, if far { 45 } else { 10 }]);
    common(&mut out, member);
    put16(&mut out, &[if far { 12 } else { 0 }, 0, 0, 0]);
    // A regular file that its owner may write and all may read.
    put32(
        &mut out,
        &[0o100_644 << 16, if far { FULL32 } else { member.offset as u32 }],
    );
    out.extend(member.name.as_bytes());
    if far {
        put16(&mut out, &[1, 8]);
        out.extend(member.offset.to_le_bytes());
    }
    out
}

/// The fields that local and central header share, from the flags to the length of the name.
fn common(out: &mut Vec<u8>, member: &Member) {
    put16(out, &[FLAGS, 0, TIME, DATE]);
    put32(out, &[member.crc, member.size, member.size]);
    put16(
        out,
        &[u16::try_from(member.name.len()).expect("names are checked to be short")],
    );
}

pub(crate) fn end_records(count: u64, directory: u64, length: u64) -> Vec<u8> {
    let mut out = Vec::new();
    if count >= u64::from(FULL16) || directory >= u64::from(FULL32) {
        out.extend(b"PK\x06\x06");
        out.extend(44u64.to_le_bytes());
        put16(&mut out, &[3 << 8 | 45, 45]);
        put32(&mut out, &[0, 0]);
        for value in [count, count, length, directory] {
            out.extend(value.to_le_bytes());
        }
        out.extend(b"PK\x06\x07");
        put32(&mut out, &[0]);
        out.extend((directory + length).to_le_bytes());
        put32(&mut out, &[1]);
    }
    let count = u16::try_from(count).unwrap_or(FULL16);
    out.extend(b"PK\x05\x06");
    put16(&mut out, &[0, 0, count, count]);
    put32(
        &mut out,
        &[
            u32::try_from(length).unwrap_or(FULL32),
            u32::try_from(directory).unwrap_or(FULL32),
        ],
    );
    put16(&mut out, &[0]);
    out
}

/// Reads the directory and checks everything about the archive but the members' local headers and bytes.
/// The members come in the order of the file, leave no gap and have safe, distinct names.
pub(crate) fn read_members(file: &mut (impl Read + Seek)) -> io::Result<Result<Vec<Member>, Vec<Flaw>>> {
    let length = file.seek(SeekFrom::End(0))?;
    let Some((directory, tail)) = find_directory(file, length)? else {
        return Ok(Err(vec![Flaw::frame(
            "has no end record where one belongs: cut off, appended to, or no zip file",
        )]));
    };
    let mut bytes = vec![0; (length - tail - directory) as usize];
    file.seek(SeekFrom::Start(directory))?;
    file.read_exact(&mut bytes)?;
    let mut end = vec![0; tail as usize];
    file.read_exact(&mut end)?;

    let (members, mut flaws) = parse_directory(&bytes);
    let ends = members.last().map_or(0, Member::end);
    if flaws.is_empty() && ends != directory {
        flaws.push(Flaw::frame("has bytes between the last file and the directory"));
    }
    if flaws.is_empty() && end != end_records(members.len() as u64, directory, bytes.len() as u64) {
        flaws.push(Flaw::frame("has an end record that does not fit the directory"));
    }
    Ok(if flaws.is_empty() { Ok(members) } else { Err(flaws) })
}

/// Where the directory begins, and how long the end records are that must follow it up to the end of the file.
fn find_directory(file: &mut (impl Read + Seek), length: u64) -> io::Result<Option<(u64, u64)>> {
    let Some(at) = length.checked_sub(END) else {
        return Ok(None);
    };
    let mut end = [0; END as usize];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut end)?;
    let (mut directory, mut tail) = (u64::from(get32(&end, 16)), END);
    if get16(&end, 8) == FULL16 || directory == u64::from(FULL32) {
        let Some(at) = length.checked_sub(END + END64) else {
            return Ok(None);
        };
        let mut record = [0; END64 as usize];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut record)?;
        directory = u64::from(get32(&record, 48)) | u64::from(get32(&record, 52)) << 32;
        tail += END64;
    }
    let fits = end.starts_with(b"PK\x05\x06")
        && length
            .checked_sub(tail)
            .and_then(|it| it.checked_sub(directory))
            .is_some_and(|it| it <= MAX_DIRECTORY);
    Ok(fits.then_some((directory, tail)))
}

fn parse_directory(mut bytes: &[u8]) -> (Vec<Member>, Vec<Flaw>) {
    let mut members: Vec<Member> = Vec::new();
    let mut names = HashSet::new();
    let mut flaws = Vec::new();
    while !bytes.is_empty() {
        let offset = members.last().map_or(0, Member::end);
        let Some(member) = parse_central(bytes, offset) else {
            let after = members
                .last()
                .map_or("at its start".into(), |it| format!("after {}", it.name));
            flaws.push(Flaw::frame(format!(
                "has a directory that cannot be read {after}"
            )));
            break;
        };
        if let Err(why) = check_name(&member.name) {
            flaws.push(Flaw::new(&member.name, format!("its name {why}")));
        }
        // Some systems unpack names that differ only in case into one file.
        if !names.insert(member.name.to_lowercase()) {
            flaws.push(Flaw::new(&member.name, "is there twice"));
        }
        let expected = central_header(&member);
        if !bytes.starts_with(&expected) {
            flaws.push(Flaw::new(
                &member.name,
                "its header in the zip directory is not as written",
            ));
            // Sizes and offsets after this one are anybody's guess.
            break;
        }
        bytes = &bytes[expected.len()..];
        members.push(member);
    }
    (members, flaws)
}

fn parse_central(bytes: &[u8], offset: u64) -> Option<Member> {
    let name = bytes.get(CENTRAL..CENTRAL + get16(bytes.get(..CENTRAL)?, 28) as usize)?;
    let name = String::from_utf8_lossy(name).into_owned();
    (name.len() <= MAX_NAME && !name.is_empty()).then(|| Member {
        name,
        crc: get32(bytes, 16),
        size: get32(bytes, 24),
        offset,
    })
}

fn get16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn get32(bytes: &[u8], at: usize) -> u32 {
    u32::from(get16(bytes, at)) | u32::from(get16(bytes, at + 2)) << 16
}

fn put16(out: &mut Vec<u8>, values: &[u16]) {
    values.iter().for_each(|value| out.extend(value.to_le_bytes()));
}

fn put32(out: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|value| out.extend(value.to_le_bytes()));
}
