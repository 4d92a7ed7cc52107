//! Outlook's own file of a message: a compound file in which each property is a stream ([MS-OXMSG] 2.1 to 2.4, property
//! numbers from [MS-OXPROPS]; checked 2026-11-25). Only the few that are read are opened.

use super::head::Head;
use super::mapi::{self, Recipient};
use super::walk::Words;
use super::{html, line, rtf, shown};
use bytes::Bytes;
use cfb::CompoundFile;
use std::io::{Cursor, Read as _};

/// The most of one text that is read, in bytes.
const LONGEST: u64 = 2_000_000;
/// The most attachments and recipients together, times the entries of the file: a lying file makes of its directory one
/// long chain, along which each of them would be sought.
const SOUGHT: usize = 5_000_000;

/// A file, open.
pub(super) struct File {
    file: CompoundFile<Cursor<Bytes>>,
    /// How much more its attachments can hold together: streams of a lying file may all be the same one.
    room: u64,
    /// How many more attachments and recipients are looked at.
    left: usize,
    /// A text was longer than what is read of it.
    pub cut: bool,
}

/// Something attached to a message.
pub(super) struct Attachment {
    /// Where it lies, with a slash at its end.
    folder: String,
    pub name: Option<String>,
    pub media_type: String,
    /// It is another message, which lies here.
    pub message: Option<String>,
}

impl File {
    pub fn open(bytes: Bytes) -> Option<Self> {
        let room = bytes.len() as u64;
        let left = SOUGHT / entries(&bytes).max(1);
        let file = CompoundFile::open(Cursor::new(bytes)).ok()?;
        Some(Self {
            file,
            room,
            left,
            cut: false,
        })
    }

    /// A message's header; the file's own message lies in `/`, those in it in folders of their own.
    pub fn head(&mut self, folder: &str) -> Head {
        // The properties of fixed length follow a header: longer for the outermost message.
        let before = if folder == "/" { 32 } else { 24 };
        let fixed = self.fixed(folder, before);
        let date = fixed_of(&fixed, mapi::DELIVERED, mapi::TIME)
            .or_else(|| fixed_of(&fixed, mapi::SENT, mapi::TIME))
            .and_then(|value| mapi::time(&value));
        let people = self.people(folder);
        mapi::head(|id| self.text(folder, id), date, people)
    }

    pub fn words(&mut self, folder: &str) -> Words {
        let plain = self.text(folder, mapi::BODY);
        if !plain.is_empty() {
            return Words {
                plain,
                ..Words::default()
            };
        }
        let page = self.stream(folder, mapi::HTML, mapi::BINARY);
        let page = page.map(|bytes| mapi::eight_bit(&bytes, 0));
        let page = page.unwrap_or_else(|| self.text(folder, mapi::HTML));
        if page.is_empty() {
            let rich = self.stream(folder, mapi::RTF, mapi::BINARY);
            return Words {
                plain: rich.map(|packed| rtf::words(&packed)).unwrap_or_default(),
                ..Words::default()
            };
        }
        Words {
            html: shown(&html::lines(&page)),
            ..Words::default()
        }
    }

    /// At most `most` attachments, and how many there are besides.
    pub fn attachments(&mut self, folder: &str, most: usize) -> (Vec<Attachment>, usize) {
        let folders = self.folders(folder, "__attach_version1.0_");
        let most = folders.len().min(most).min(self.left);
        self.left -= most;
        let left_out = folders.len() - most;
        let attachments = folders.into_iter().take(most);
        (
            attachments.map(|folder| self.attachment(folder)).collect(),
            left_out,
        )
    }

    fn attachment(&mut self, folder: String) -> Attachment {
        let names = [mapi::LONG_NAME, mapi::SHORT_NAME, mapi::NAME];
        let name = names
            .iter()
            .map(|id| self.text(&folder, *id))
            .find(|name| !name.is_empty());
        let message = path(&folder, mapi::DATA, mapi::OBJECT);
        Attachment {
            name: name.map(|name| line(&name, 200)),
            media_type: self.text(&folder, mapi::MEDIA_TYPE),
            message: self.file.is_storage(&message).then(|| format!("{message}/")),
            folder,
        }
    }

    /// An attachment's bytes; none if they can't be read, or if there are more than the file can hold.
    pub fn content(&mut self, attachment: &Attachment) -> Option<Bytes> {
        let path = path(&attachment.folder, mapi::DATA, mapi::BINARY);
        if !self.file.is_stream(&path) {
            return Some(Bytes::new());
        }
        let stream = self.file.open_stream(&path).ok()?;
        let length = stream.len();
        let room = self.room.checked_sub(length)?;
        let mut content = Vec::new();
        stream.take(length).read_to_end(&mut content).ok()?;
        self.room = room;
        (content.len() as u64 == length).then(|| content.into())
    }

    fn people(&mut self, folder: &str) -> Vec<Recipient> {
        let mut people = Vec::new();
        let folders = self.folders(folder, "__recip_version1.0_");
        let most = folders.len().min(mapi::RECIPIENTS).min(self.left);
        self.left -= most;
        for folder in folders.into_iter().take(most) {
            let fixed = self.fixed(&folder, 8);
            let kind = fixed_of(&fixed, mapi::RECIPIENT_KIND, 0x0003);
            people.push(Recipient {
                name: self.text(&folder, mapi::NAME),
                smtp: self.text(&folder, mapi::SMTP_ADDRESS),
                address: self.text(&folder, mapi::ADDRESS),
                is_copy: kind.is_some_and(|kind| kind[0] != 1),
            });
        }
        people
    }

    /// The folders in a folder whose names begin so, with a slash at their ends.
    fn folders(&mut self, folder: &str, begin: &str) -> Vec<String> {
        let Ok(entries) = self.file.read_storage(folder) else {
            return Vec::new();
        };
        entries
            .filter(|entry| entry.is_storage() && entry.name().starts_with(begin))
            .map(|entry| format!("{folder}{}/", entry.name()))
            .collect()
    }

    fn fixed(&mut self, folder: &str, before: usize) -> Vec<[u8; 16]> {
        let path = format!("{folder}__properties_version1.0");
        let bytes = self.read(&path).unwrap_or_default();
        bytes
            .get(before..)
            .unwrap_or_default()
            .as_chunks::<16>()
            .0
            .to_vec()
    }

    /// A text property, in Unicode or in the writer's own code page, which is read as Latin-1.
    fn text(&mut self, folder: &str, id: u16) -> String {
        if let Some(bytes) = self.stream(folder, id, mapi::UNICODE) {
            return mapi::unicode(&bytes);
        }
        let bytes = self.stream(folder, id, mapi::STRING).unwrap_or_default();
        mapi::eight_bit(&bytes, 0)
    }

    fn stream(&mut self, folder: &str, id: u16, kind: u16) -> Option<Vec<u8>> {
        self.read(&path(folder, id, kind))
    }

    fn read(&mut self, path: &str) -> Option<Vec<u8>> {
        let stream = self.file.open_stream(path).ok()?;
        self.cut |= stream.len() > LONGEST;
        let mut bytes = Vec::new();
        stream.take(LONGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// How many entries the file's directory has at most ([MS-CFB] 2.6.1): 128 bytes each, with a name's length, a type, a colour.
fn entries(bytes: &[u8]) -> usize {
    let is_entry = |entry: &&[u8; 128]| matches!(entry[64..68], [1..=64, 0, 1 | 2, 0 | 1]);
    bytes.as_chunks().0.iter().filter(is_entry).count()
}

fn path(folder: &str, id: u16, kind: u16) -> String {
    format!("{folder}__substg1.0_{id:04X}{kind:04X}")
}

/// The value of a property of fixed length: 16 bytes each, type, number, flags, value.
fn fixed_of(properties: &[[u8; 16]], id: u16, kind: u16) -> Option<[u8; 8]> {
    let tag = (u32::from(id) << 16 | u32::from(kind)).to_le_bytes();
    let found = properties.iter().find(|property| property[..4] == tag)?;
    found[8..].try_into().ok()
}
