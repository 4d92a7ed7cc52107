//! Outlook's own file of a message: a compound file in which each property is a stream ([MS-OXMSG] 2.1 and 2.4, property
//! numbers from [MS-OXPROPS]; checked 2026-11-25). Only the few that are read are opened.

use super::{html, line, raw_text, shown};
use cfb::CompoundFile;
use jiff::Timestamp;
use std::io::{Cursor, Read as _};

/// The most of one property that is read, in bytes.
const LONGEST: u64 = 2_000_000;
/// The most attachments that are named.
const NAMED: usize = 200;
/// Seconds from 1601, where Windows begins to count, to 1970.
const TO_1970: i64 = 11_644_473_600;

type File<'a> = CompoundFile<Cursor<&'a [u8]>>;

/// Fields and words as [`super::readable`]; nothing if it can't be read.
pub(super) fn readable(bytes: &[u8]) -> Option<String> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).ok()?;
    let from = match (text(&mut file, "0C1A"), sender(&mut file)) {
        (name, address) if name.is_empty() || name == address => address,
        (name, address) if address.is_empty() => name,
        (name, address) => format!("{name} <{address}>"),
    };
    let fields = [
        ("From", from),
        ("To", text(&mut file, "0E04")),
        ("Cc", text(&mut file, "0E03")),
        ("Date", delivered(&mut file)),
        ("Subject", text(&mut file, "0037")),
    ];
    let words = words(&mut file);
    let mut out = String::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        out.push_str(&format!("{name}: {}\n", line(value, 1_000)));
    }
    out.push('\n');
    out.push_str(words.trim_end());
    out.push('\n');
    for name in attachments(&mut file) {
        out.push_str(&format!("\n[{name}]\n"));
    }
    Some(out)
}

/// The address as the internet writes it, or as the sender's own system does.
fn sender(file: &mut File<'_>) -> String {
    let address = text(file, "5D01");
    if address.is_empty() {
        text(file, "0C1F")
    } else {
        address
    }
}

fn words(file: &mut File<'_>) -> String {
    let plain = text(file, "1000");
    if !plain.is_empty() {
        return plain;
    }
    let page = stream(file, "/__substg1.0_10130102").map(|bytes| raw_text(&bytes));
    let page = page.unwrap_or_else(|| text(file, "1013"));
    shown(&html::lines(&page))
}

/// A text property, in Unicode or in the writer's own code page, which is read as Latin-1.
fn text(file: &mut File<'_>, id: &str) -> String {
    text_in(file, "/", id)
}

fn text_in(file: &mut File<'_>, folder: &str, id: &str) -> String {
    if let Some(bytes) = stream(file, &format!("{folder}__substg1.0_{id}001F")) {
        let units: Vec<u16> = bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| u16::from_le_bytes(*pair))
            .collect();
        return shown(&String::from_utf16_lossy(&units));
    }
    let bytes = stream(file, &format!("{folder}__substg1.0_{id}001E")).unwrap_or_default();
    shown(&raw_text(&bytes))
}

fn stream(file: &mut File<'_>, path: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let stream = file.open_stream(path).ok()?;
    stream.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// When it was delivered, or else sent: among the properties of fixed length, 16 bytes each after a header of 32.
fn delivered(file: &mut File<'_>) -> String {
    let fixed = stream(file, "/__properties_version1.0").unwrap_or_default();
    let properties = fixed.get(32..).unwrap_or_default().as_chunks::<16>().0;
    let time = |tag: u32| {
        let found = properties
            .iter()
            .find(|property| property[..4] == tag.to_le_bytes())?;
        let steps = i64::from_le_bytes(found[8..].try_into().ok()?);
        Timestamp::from_second(steps / 10_000_000 - TO_1970).ok()
    };
    let at = time(0x0E06_0040).or_else(|| time(0x0039_0040));
    at.map_or_else(String::new, |at| at.to_string())
}

fn attachments(file: &mut File<'_>) -> Vec<String> {
    let Ok(entries) = file.read_storage("/") else {
        return Vec::new();
    };
    let folders: Vec<String> = entries
        .map(|entry| entry.name().to_owned())
        .filter(|name| name.starts_with("__attach_version1.0_"))
        .take(NAMED)
        .collect();
    let mut names = Vec::new();
    for folder in folders {
        let folder = format!("/{folder}/");
        let name = ["3707", "3704", "3001"]
            .iter()
            .map(|id| text_in(file, &folder, id))
            .find(|name| !name.is_empty());
        names.push(name.map_or_else(|| "-".into(), |name| line(&name, 200)));
    }
    names
}
