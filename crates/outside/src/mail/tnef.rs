//! Outlook's wrapping of a message for other Outlooks, `winmail.dat` ([MS-OXTNEF] 2.1; checked 2026-11-25): attributes one
//! after the other, each with a length and a sum, some of which hold lists of properties. Whatever can be read is read;
//! nothing is believed that does not lie within what came.

use super::head::Head;
use super::mapi::{self, Recipient};
use super::rtf;
use bytes::Bytes;
use jiff::Timestamp;
use std::collections::BTreeMap;

const SIGNATURE: u32 = 0x223E_9F78;
/// Attributes: the type in the upper half, the number in the lower one.
const ATT_SUBJECT: u32 = 0x0001_8004;
const ATT_BODY: u32 = 0x0002_800C;
const ATT_DATA: u32 = 0x0006_800F;
const ATT_TITLE: u32 = 0x0001_8010;
const ATT_TRANSPORT_NAME: u32 = 0x0006_9001;
const ATT_NEXT: u32 = 0x0006_9002;
const ATT_MESSAGE: u32 = 0x0006_9003;
const ATT_RECIPIENTS: u32 = 0x0006_9004;
const ATT_ATTACHMENT: u32 = 0x0006_9005;
const ATT_CODE_PAGE: u32 = 0x0006_9007;
/// IID_IMessage, as it lies in the file: the object is another message, wrapped the same way.
const MESSAGE: [u8; 16] = [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
/// From here on properties carry a name.
const NAMED: u16 = 0x8000;
const MANY_VALUES: u16 = 0x1000;
/// The most attachments that are told apart.
const ATTACHMENTS: usize = 10_000;
/// The most of one text that is read, in bytes.
const TEXT: usize = 4_000_000;

/// A wrapped message, one level of it.
pub(super) struct Wrapping {
    pub head: Head,
    pub plain: String,
    /// As it was written, tags and all.
    pub html: String,
    pub attachments: Vec<Attachment>,
    pub left_out: usize,
    /// It ended where it should, and every sum is right.
    pub whole: bool,
}

#[derive(Default)]
pub(super) struct Attachment {
    /// In the order in which they are preferred.
    names: [String; 4],
    pub media_type: String,
    pub content: Bytes,
    /// The content is another message, wrapped the same way.
    pub is_message: bool,
}

impl Attachment {
    pub fn name(&self) -> Option<&str> {
        self.names
            .iter()
            .map(String::as_str)
            .find(|name| !name.is_empty())
    }
}

/// Unwraps; nothing if it is no wrapping at all.
pub(super) fn read(raw: &Bytes) -> Option<Wrapping> {
    let mut bytes = Reader { raw, at: 0 };
    if bytes.u32()? != SIGNATURE {
        return None;
    }
    let mut message = Message::default();
    // The key is of no use to anybody.
    message.broken |= bytes.u16().is_none();
    while bytes.at < raw.len() && message.attribute(&mut bytes).is_some() {}
    message.broken |= bytes.at < raw.len();
    Some(message.end())
}

#[derive(Default)]
struct Message {
    code_page: u32,
    texts: BTreeMap<u16, String>,
    times: BTreeMap<u16, Timestamp>,
    recipients: Vec<Recipient>,
    attachments: Vec<Attachment>,
    left_out: usize,
    broken: bool,
}

impl Message {
    /// The next attribute; none if there is nothing more that could be one.
    fn attribute(&mut self, bytes: &mut Reader<'_>) -> Option<()> {
        if !matches!(bytes.raw.get(bytes.at), Some(1 | 2)) {
            return None;
        }
        bytes.at += 1;
        let (id, length) = (bytes.u32()?, bytes.u32()? as usize);
        // What is cut off is taken as far as it goes.
        let there = length.min(bytes.raw.len() - bytes.at);
        let data = bytes.take(there)?;
        let sum = data
            .iter()
            .fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        self.broken |= bytes.u16() != Some(sum);
        self.take(id, &data);
        Some(())
    }

    fn take(&mut self, id: u32, data: &Bytes) {
        match id {
            ATT_CODE_PAGE => self.code_page = Reader { raw: data, at: 0 }.u32().unwrap_or_default(),
            ATT_SUBJECT => self.put(mapi::SUBJECT, mapi::STRING, data),
            ATT_BODY => self.put(mapi::BODY, mapi::STRING, data),
            ATT_MESSAGE => {
                let whole = properties(&mut Reader { raw: data, at: 0 }, |id, kind, value| {
                    self.put(id, kind, value);
                });
                self.broken |= whole.is_none();
            }
            ATT_RECIPIENTS => self.broken |= self.people(data).is_none(),
            ATT_NEXT if self.attachments.len() >= ATTACHMENTS => self.left_out += 1,
            ATT_NEXT => self.attachments.push(Attachment::default()),
            ATT_TITLE | ATT_TRANSPORT_NAME | ATT_DATA | ATT_ATTACHMENT if self.left_out == 0 => {
                self.of_attachment(id, data);
            }
            _ => {}
        }
    }

    fn of_attachment(&mut self, id: u32, data: &Bytes) {
        if self.attachments.is_empty() {
            self.attachments.push(Attachment::default());
        }
        let code_page = self.code_page;
        let Some(attachment) = self.attachments.last_mut() else {
            return;
        };
        match id {
            ATT_TITLE => attachment.names[1] = text(mapi::STRING, data, code_page),
            ATT_TRANSPORT_NAME => attachment.names[2] = text(mapi::STRING, data, code_page),
            ATT_DATA => attachment.content = data.clone(),
            _ => {
                let whole = properties(&mut Reader { raw: data, at: 0 }, |id, kind, value| match id {
                    mapi::LONG_NAME => attachment.names[0] = text(kind, value, code_page),
                    mapi::SHORT_NAME | mapi::NAME if attachment.names[3].is_empty() => {
                        attachment.names[3] = text(kind, value, code_page);
                    }
                    mapi::MEDIA_TYPE => attachment.media_type = text(kind, value, code_page),
                    mapi::DATA if kind == mapi::OBJECT => {
                        // Which kind of object it is, and then the object.
                        attachment.is_message = value.starts_with(&MESSAGE);
                        attachment.content = value.slice(value.len().min(16)..);
                    }
                    mapi::DATA => attachment.content = value.clone(),
                    _ => {}
                });
                self.broken |= whole.is_none();
            }
        }
    }

    fn put(&mut self, id: u16, kind: u16, value: &Bytes) {
        match id {
            mapi::SENT | mapi::DELIVERED if kind == mapi::TIME => {
                self.times.extend(mapi::time(value).map(|time| (id, time)));
            }
            mapi::RTF if kind == mapi::BINARY => {
                self.texts.insert(id, rtf::words(value));
            }
            mapi::SUBJECT
            | mapi::SENDER
            | mapi::SENDER_ADDRESS
            | mapi::SENDER_SMTP
            | mapi::TO
            | mapi::CC
            | mapi::HEADERS
            | mapi::BODY
            | mapi::HTML
            | mapi::MESSAGE_ID => {
                let text = text(kind, value, self.code_page);
                if !text.is_empty() {
                    self.texts.insert(id, text);
                }
            }
            _ => {}
        }
    }

    fn people(&mut self, data: &Bytes) -> Option<()> {
        let mut bytes = Reader { raw: data, at: 0 };
        let rows = bytes.u32()?;
        let code_page = self.code_page;
        for _ in 0..(rows as usize).min(mapi::RECIPIENTS) {
            let mut recipient = Recipient::default();
            properties(&mut bytes, |id, kind, value| match id {
                mapi::NAME => recipient.name = text(kind, value, code_page),
                mapi::ADDRESS => recipient.address = text(kind, value, code_page),
                mapi::SMTP_ADDRESS => recipient.smtp = text(kind, value, code_page),
                mapi::RECIPIENT_KIND => recipient.is_copy = value.first().is_some_and(|kind| *kind != 1),
                _ => {}
            })?;
            self.recipients.push(recipient);
        }
        Some(())
    }

    fn end(mut self) -> Wrapping {
        let text = |id: u16| self.texts.get(&id).cloned().unwrap_or_default();
        let date = self
            .times
            .get(&mapi::DELIVERED)
            .or_else(|| self.times.get(&mapi::SENT));
        let recipients = std::mem::take(&mut self.recipients);
        let (plain, html) = (text(mapi::BODY), text(mapi::HTML));
        let plain = if plain.is_empty() && html.is_empty() {
            text(mapi::RTF)
        } else {
            plain
        };
        Wrapping {
            head: mapi::head(text, date.copied(), recipients),
            plain,
            html,
            attachments: self.attachments,
            left_out: self.left_out,
            whole: !self.broken,
        }
    }
}

/// As text; nothing of what is none.
fn text(kind: u16, value: &[u8], code_page: u32) -> String {
    let value = &value[..value.len().min(TEXT)];
    match kind {
        mapi::UNICODE => mapi::unicode(value),
        mapi::STRING | mapi::BINARY => mapi::eight_bit(value, code_page),
        _ => String::new(),
    }
}

/// Every property of one value: its number, type and value. None if the list breaks off.
fn properties(bytes: &mut Reader<'_>, mut each: impl FnMut(u16, u16, &Bytes)) -> Option<()> {
    for _ in 0..bytes.u32()? {
        let (kind, id) = (bytes.u16()?, bytes.u16()?);
        if id >= NAMED {
            bytes.take(16)?;
            if bytes.u32()? == 0 {
                bytes.u32()?;
            } else {
                let length = bytes.u32()?;
                bytes.padded(length)?;
            }
        }
        let single = kind & !MANY_VALUES;
        let length = match single {
            0x0001 => Some(0),
            0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => Some(4),
            0x0005 | 0x0006 | 0x0007 | 0x0014 | mapi::TIME => Some(8),
            0x0048 => Some(16),
            mapi::OBJECT | mapi::STRING | mapi::UNICODE | mapi::BINARY => None,
            _ => return None,
        };
        let counted = length.is_none() || kind != single;
        let values = if counted { bytes.u32()? } else { 1 };
        for _ in 0..values {
            let value = match length {
                // Many of nothing would never end.
                Some(0) if kind != single => return None,
                Some(length) => bytes.take(length)?,
                None => {
                    let length = bytes.u32()?;
                    bytes.padded(length)?
                }
            };
            if id < NAMED && kind == single {
                each(id, kind, &value);
            }
        }
    }
    Some(())
}

struct Reader<'a> {
    raw: &'a Bytes,
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Option<Bytes> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.raw.len())?;
        let taken = self.raw.slice(self.at..end);
        self.at = end;
        Some(taken)
    }

    /// So many bytes, and what fills them up to a multiple of four, where that is there.
    fn padded(&mut self, length: u32) -> Option<Bytes> {
        let taken = self.take(length as usize)?;
        self.at = self.at.next_multiple_of(4).min(self.raw.len());
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.as_ref().try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.as_ref().try_into().ok()?))
    }
}
