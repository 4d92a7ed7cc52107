//! What a message's header fields say (RFC 5322, RFC 2047, RFC 3834, RFC 2369; checked 2026-11-25).

use super::{line, raw_text, shown};
use domain::mail::Marks;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use mail_parser::{Header, HeaderName, HeaderValue, MessageParser};
use std::fmt;

/// The most of a header that is read, in bytes.
const HEADER: usize = 256 * 1024;
/// The longest single value, in characters.
const VALUE: usize = 1_000;
/// The most addresses of one field, references, or servers that are kept.
const MANY: usize = 100;
/// What our own receipts carry.
const OWN: &str = "x-vaern-receipt";

/// Somebody as a mail calls them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub name: String,
    /// As written.
    pub address: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name.is_empty(), self.address.is_empty()) {
            (false, false) => write!(f, "{} <{}>", self.name, self.address),
            (false, true) => f.write_str(&self.name),
            _ => f.write_str(&self.address),
        }
    }
}

/// A message's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Of every From field: a mail that has two is nobody's.
    pub from: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub date: Option<Timestamp>,
    pub date_said: String,
    pub subject: String,
    /// Without its brackets.
    pub message_id: String,
    /// What it answers, and what that answered.
    pub refers_to: Vec<String>,
    /// Each server's own line, the last first.
    pub received: Vec<String>,
    /// The envelope's sender as the last server wrote it down; empty for nobody.
    pub return_path: Option<String>,
    /// `Authentication-Results` fields, the last first (RFC 8601).
    pub verdicts: Vec<String>,
    pub marks: Marks,
    /// How the body is packed, and as what.
    pub(super) body: Body,
}

/// What the MIME fields say of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    /// In lower case; empty if nothing is said.
    pub kind: String,
    pub boundary: Option<String>,
    pub charset: Option<String>,
    pub name: Option<String>,
    pub encoding: String,
    pub is_attachment: bool,
    pub smime_type: String,
}

/// When a date was, by its own offset.
pub fn known_since(date: &mail_parser::DateTime) -> Option<Timestamp> {
    let signed = |value: u8| i8::try_from(value).ok();
    let local = DateTime::new(
        i16::try_from(date.year).ok()?,
        signed(date.month)?,
        signed(date.day)?,
        signed(date.hour)?,
        signed(date.minute)?,
        signed(date.second)?,
        0,
    );
    let minutes = i32::from(date.tz_hour) * 60 + i32::from(date.tz_minute);
    let seconds = if date.tz_before_gmt { -minutes } else { minutes } * 60;
    Offset::from_seconds(seconds).ok()?.to_timestamp(local.ok()?).ok()
}

impl Head {
    /// Reads a block of header fields.
    pub(super) fn read(block: &[u8]) -> Self {
        let block = &block[..block.len().min(HEADER)];
        // Raw 8-bit header fields are against the rules and common: what is not UTF-8 is read as Latin-1.
        let text = raw_text(block);
        let Some(message) = MessageParser::default().parse_headers(text.as_bytes()) else {
            return Self::default();
        };
        let mut head = Self::default();
        for header in message
            .parts
            .first()
            .map(|part| part.headers.as_slice())
            .unwrap_or_default()
        {
            let raw = text
                .get(header.offset_start as usize..header.offset_end as usize)
                .unwrap_or_default();
            head.take(header, raw);
        }
        head
    }

    fn take(&mut self, header: &Header<'_>, raw: &str) {
        match &header.name {
            HeaderName::From => add(&mut self.from, &header.value),
            HeaderName::To => add(&mut self.to, &header.value),
            HeaderName::Cc => add(&mut self.cc, &header.value),
            HeaderName::Subject => self.subject = line(header.value.as_text().unwrap_or_default(), VALUE),
            HeaderName::Date => {
                if let Some(date) = header.value.as_datetime() {
                    self.date = known_since(date);
                    self.date_said = shown(&date.to_rfc822());
                }
            }
            HeaderName::MessageId => {
                self.message_id = ids(&header.value).into_iter().next().unwrap_or_default();
            }
            HeaderName::InReplyTo | HeaderName::References => {
                let room = MANY.saturating_sub(self.refers_to.len());
                self.refers_to.extend(ids(&header.value).into_iter().take(room));
            }
            HeaderName::Received if self.received.len() < MANY => self.received.push(line(raw, VALUE)),
            HeaderName::ReturnPath if self.return_path.is_none() => {
                self.return_path = Some(line(raw, VALUE).trim_matches(['<', '>', ' ']).to_owned());
            }
            HeaderName::ListId | HeaderName::ListUnsubscribe | HeaderName::ListPost => self.marks.list = true,
            HeaderName::ContentType => self.content_type(&header.value),
            HeaderName::ContentDisposition => self.disposition(&header.value),
            HeaderName::ContentTransferEncoding => {
                self.body.encoding = header
                    .value
                    .as_text()
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase();
            }
            other => self.mark(&other.as_str().to_ascii_lowercase(), raw),
        }
    }

    fn content_type(&mut self, value: &HeaderValue<'_>) {
        let Some(kind) = value.as_content_type() else {
            return;
        };
        let attribute = |name: &str| kind.attribute(name).map(str::to_owned);
        self.body.kind = match kind.subtype() {
            Some(subtype) => format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase(),
            None => kind.ctype().to_ascii_lowercase(),
        };
        self.body.boundary = attribute("boundary").filter(|boundary| !boundary.is_empty());
        self.body.charset = attribute("charset");
        self.body.name = self.body.name.take().or(attribute("name"));
        self.body.smime_type = attribute("smime-type").unwrap_or_default().to_ascii_lowercase();
        let report = attribute("report-type").unwrap_or_default();
        self.marks.bounce |=
            self.body.kind == "multipart/report" && report.eq_ignore_ascii_case("delivery-status");
        self.marks.automatic |= self.body.kind == "multipart/report";
    }

    fn disposition(&mut self, value: &HeaderValue<'_>) {
        let Some(disposition) = value.as_content_type() else {
            return;
        };
        self.body.is_attachment = disposition.ctype().eq_ignore_ascii_case("attachment");
        if let Some(name) = disposition.attribute("filename") {
            self.body.name = Some(name.to_owned());
        }
    }

    fn mark(&mut self, name: &str, raw: &str) {
        let value = raw.trim().to_ascii_lowercase();
        match name {
            "auto-submitted" => self.marks.automatic |= !value.starts_with("no"),
            "x-autoreply" | "x-autorespond" => self.marks.automatic = true,
            "x-auto-response-suppress" => {}
            "precedence" => match value.as_str() {
                "bulk" | "list" | "junk" => self.marks.list = true,
                "auto_reply" => self.marks.automatic = true,
                _ => {}
            },
            "authentication-results" if self.verdicts.len() < MANY => self.verdicts.push(line(raw, VALUE)),
            OWN => self.marks.own = true,
            _ => {}
        }
    }
}

fn add(people: &mut Vec<Address>, value: &HeaderValue<'_>) {
    let Some(address) = value.as_address() else { return };
    for addr in address.iter().take(MANY.saturating_sub(people.len())) {
        let found = Address {
            name: line(addr.name().unwrap_or_default(), 200),
            address: line(addr.address().unwrap_or_default(), 320),
        };
        if found != Address::default() {
            people.push(found);
        }
    }
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let found: Vec<&str> = match value {
        HeaderValue::Text(id) => vec![id],
        HeaderValue::TextList(ids) => ids.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    let ids = found.into_iter().map(|id| line(id, 400));
    ids.filter(|id| !id.is_empty()).take(MANY).collect()
}
