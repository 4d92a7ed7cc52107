//! What Outlook's two ways of packing a message have in common: its numbered properties ([MS-OXPROPS], [MS-OXCMSG];
//! checked 2026-11-25).

use super::head::{Address, Head};
use super::{line, raw_text, shown};
use jiff::Timestamp;
use mail_parser::decoders::charsets::map::charset_decoder;

pub(super) const SUBJECT: u16 = 0x0037;
pub(super) const SENT: u16 = 0x0039;
pub(super) const SENDER: u16 = 0x0C1A;
pub(super) const RECIPIENT_KIND: u16 = 0x0C15;
pub(super) const SENDER_ADDRESS: u16 = 0x0C1F;
pub(super) const TO: u16 = 0x0E04;
pub(super) const CC: u16 = 0x0E03;
pub(super) const DELIVERED: u16 = 0x0E06;
pub(super) const HEADERS: u16 = 0x007D;
pub(super) const BODY: u16 = 0x1000;
pub(super) const RTF: u16 = 0x1009;
pub(super) const HTML: u16 = 0x1013;
pub(super) const MESSAGE_ID: u16 = 0x1035;
pub(super) const NAME: u16 = 0x3001;
pub(super) const ADDRESS: u16 = 0x3003;
pub(super) const DATA: u16 = 0x3701;
pub(super) const SHORT_NAME: u16 = 0x3704;
pub(super) const LONG_NAME: u16 = 0x3707;
pub(super) const MEDIA_TYPE: u16 = 0x370E;
pub(super) const SMTP_ADDRESS: u16 = 0x39FE;
pub(super) const SENDER_SMTP: u16 = 0x5D01;

pub(super) const OBJECT: u16 = 0x000D;
pub(super) const STRING: u16 = 0x001E;
pub(super) const UNICODE: u16 = 0x001F;
pub(super) const TIME: u16 = 0x0040;
pub(super) const BINARY: u16 = 0x0102;

/// The most recipients of a message that are kept.
pub(super) const RECIPIENTS: usize = 100;
/// Seconds from 1601, where Windows begins to count, to 1970.
const TO_1970: i64 = 11_644_473_600;

/// Somebody to whom a message went.
#[derive(Default)]
pub(super) struct Recipient {
    pub name: String,
    pub smtp: String,
    pub address: String,
    pub is_copy: bool,
}

/// A message's header from its properties: as the servers wrote it where Outlook kept that, and as Outlook says where not.
pub(super) fn head(
    mut text: impl FnMut(u16) -> String,
    date: Option<Timestamp>,
    people: Vec<Recipient>,
) -> Head {
    let mut head = Head::read(text(HEADERS).as_bytes());
    if head.from.is_empty() {
        let (smtp, other) = (text(SENDER_SMTP), text(SENDER_ADDRESS));
        let address = if smtp.is_empty() { other } else { smtp };
        head.from.extend(person(&text(SENDER), &address));
    }
    if head.to.is_empty() && head.cc.is_empty() {
        for recipient in people {
            let smtp = &recipient.smtp;
            let address = if smtp.is_empty() { &recipient.address } else { smtp };
            let list = if recipient.is_copy {
                &mut head.cc
            } else {
                &mut head.to
            };
            list.extend(person(&recipient.name, address));
        }
    }
    for (list, id) in [(&mut head.to, TO), (&mut head.cc, CC)] {
        if list.is_empty() {
            let names = text(id);
            let people = names.split(';').filter_map(|name| person(name, ""));
            list.extend(people.take(RECIPIENTS));
        }
    }
    if head.date.is_none() {
        head.date = date;
        head.date_said = date.map(|date| date.to_string()).unwrap_or_default();
    }
    if head.subject.is_empty() {
        head.subject = line(&text(SUBJECT), 1_000);
    }
    if head.message_id.is_empty() {
        head.message_id = line(text(MESSAGE_ID).trim().trim_matches(['<', '>']), 400);
    }
    head
}

fn person(name: &str, address: &str) -> Option<Address> {
    let (name, address) = (line(name, 200), line(address, 320));
    let name = if name == address { String::new() } else { name };
    let person = Address { name, address };
    (person != Address::default()).then_some(person)
}

/// A time in steps of 100 ns since 1601.
pub(super) fn time(bytes: &[u8]) -> Option<Timestamp> {
    let steps = i64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    Timestamp::from_second((steps / 10_000_000).checked_sub(TO_1970)?).ok()
}

/// UTF-16, in whose end a half sign is left out.
pub(super) fn unicode(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_le_bytes(*pair))
        .collect();
    shown(&String::from_utf16_lossy(&units))
}

/// Text in the writer's own code page: where that is unknown, and for what is UTF-8 all the same, as a mail's.
pub(super) fn eight_bit(bytes: &[u8], code_page: u32) -> String {
    let name = match code_page {
        1250..=1258 => format!("windows-{code_page}"),
        28591..=28605 => format!("iso-8859-{}", code_page - 28590),
        _ => String::new(),
    };
    let text = match charset_decoder(name.as_bytes()) {
        Some(decode) if std::str::from_utf8(bytes).is_err() => decode(bytes),
        _ => raw_text(bytes),
    };
    shown(&text)
}
