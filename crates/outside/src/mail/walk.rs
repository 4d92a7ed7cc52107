//! The way through a message's MIME structure, level by level to a fixed depth; what lies deeper stays as it is. What
//! Outlook packs in ways of its own is followed in [`super::wrapped`].

use super::head::{Body, Head};
use super::{Mail, html, line, raw_text, shown};
use bytes::Bytes;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

/// Levels that are followed, of multiparts and of letters in letters alike.
pub(super) const DEPTH: usize = 20;
/// Parts that are told apart; the rest are counted.
pub(super) const PARTS: usize = 10_000;
/// Characters of all letters' words together.
const WORDS: usize = 1_000_000;
/// The most of one HTML text that is read for its words, in bytes.
pub(super) const HTML: usize = 2_000_000;

/// What kind of thing lies in a mail.
#[derive(Clone, Debug)]
pub enum What {
    File,
    /// A letter in the letter: its header and its words.
    Letter(Box<(Head, String)>),
    Encrypted,
    Signature,
    Calendar,
    /// Outlook's wrapping, unwrapped: what lies in it comes after it.
    Winmail,
    /// The same, damaged: not all of it came out.
    BrokenWinmail,
    /// A letter that lies in Outlook's wrapping, and nowhere as a file.
    WinmailLetter(Box<(Head, String)>),
    /// Outlook's own file of a letter: what lies in it comes after it.
    Outlook(Box<(Head, String)>),
    /// Not what it should be.
    Unreadable,
    /// Deeper than is followed.
    TooDeep,
}

/// Something that lies in a mail.
#[derive(Clone, Debug)]
pub struct Part {
    /// As the sender called it, in one line; `-` if it has no name.
    pub name: String,
    /// As the sender called it, in lower case.
    pub media_type: String,
    pub what: What,
    /// How many letters it lies in, the outermost one not counted.
    pub letters: usize,
    packed: Bytes,
    encoding: String,
}

impl Part {
    /// Its content, unpacked. What is packed against the rules comes as it stands.
    pub fn content(&self) -> Bytes {
        unpack(&self.packed, &self.encoding)
    }

    /// What it says, if it is a letter of any kind.
    pub fn letter(&self) -> Option<&(Head, String)> {
        match &self.what {
            What::Letter(letter) | What::WinmailLetter(letter) | What::Outlook(letter) => Some(letter),
            _ => None,
        }
    }
}

pub(super) fn unpack(packed: &Bytes, encoding: &str) -> Bytes {
    let unpacked = match encoding {
        "base64" => base64_decode(packed),
        "quoted-printable" => quoted_printable_decode(packed),
        _ => None,
    };
    unpacked.map_or_else(|| packed.clone(), Bytes::from)
}

pub(super) fn read(raw: Bytes) -> Mail {
    let mut walk = Walk::default();
    let (head, body) = open(&raw);
    let words = walk.entity(&head.body, body, At::default()).best();
    walk.end(head, words)
}

/// A message or part: its header, read, and what follows the first empty line.
fn open(raw: &Bytes) -> (Head, Bytes) {
    let mut at = 0;
    if raw.starts_with(b"From ") {
        // The line that mailbox files put before each message.
        at = line_end(raw, 0);
    }
    let begin = at;
    while at < raw.len() {
        let end = line_end(raw, at);
        if raw[at..end].iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            return (Head::read(&raw[begin..end]), raw.slice(end..));
        }
        at = end;
    }
    (Head::read(&raw[begin..]), Bytes::new())
}

/// Just after the end of the line that begins at `at`.
fn line_end(raw: &[u8], at: usize) -> usize {
    let newline = raw[at..].iter().position(|byte| *byte == b'\n');
    newline.map_or(raw.len(), |newline| at + newline + 1)
}

#[derive(Clone, Copy, Default)]
pub(super) struct At {
    pub depth: usize,
    letters: usize,
    /// Parts of a digest are letters if they don't say what they are.
    in_digest: bool,
    /// Not the first part: a named text is an attachment.
    follows: bool,
}

impl At {
    pub fn below(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    /// In one letter more.
    pub fn in_letter(self) -> Self {
        Self {
            letters: self.letters + 1,
            in_digest: false,
            follows: false,
            ..self
        }
    }
}

/// The ways in which the same words may be said.
#[derive(Default)]
pub(super) struct Words {
    pub plain: String,
    pub html: String,
    /// In Outlook's wrapping.
    pub wrapped: String,
}

impl Words {
    /// The plain words, unless the HTML says much more: then the plain ones only ask for a better mail program, or hide
    /// something. So with what is wrapped.
    pub fn best(self) -> String {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        let (plain, html, wrapped) = (letters(&self.plain), letters(&self.html), letters(&self.wrapped));
        if wrapped > 2 * plain.max(html) {
            self.wrapped
        } else if html > 2 * plain {
            self.html
        } else {
            self.plain
        }
    }
}

#[derive(Default)]
pub(super) struct Walk {
    pub parts: Vec<Part>,
    pub left_out: usize,
    words: usize,
    pub cut: bool,
}

impl Walk {
    pub fn end(mut self, head: Head, words: String) -> Mail {
        let words = self.keep(words);
        Mail {
            head,
            words,
            parts: self.parts,
            left_out: self.left_out,
            cut: self.cut,
        }
    }

    /// What one part says; what it holds besides is added to the parts.
    pub fn entity(&mut self, body: &Body, packed: Bytes, at: At) -> Words {
        let silent = if at.in_digest {
            "message/rfc822"
        } else {
            "text/plain"
        };
        let kind = if body.kind.is_empty() { silent } else { &body.kind };
        match kind {
            "multipart/encrypted" => self.add(body, packed, What::Encrypted, at),
            kind if kind.starts_with("multipart/") => return self.multipart(body, packed, at),
            "message/rfc822" | "message/global" => self.letter(body, &packed, at),
            "text/plain" | "text/html" if !(body.is_attachment || at.follows && body.name.is_some()) => {
                return self.text(body, kind == "text/html", &packed);
            }
            _ => match what(body, kind) {
                What::Winmail => return self.winmail(body, packed, at),
                What::File if is_outlook(body, kind) => self.outlook(body, packed, at),
                what => self.add(body, packed, what, at),
            },
        }
        Words::default()
    }

    fn multipart(&mut self, body: &Body, packed: Bytes, at: At) -> Words {
        if at.depth >= DEPTH {
            self.add(body, packed, What::TooDeep, at);
            return Words::default();
        }
        let boundary = body.boundary.clone().unwrap_or_default();
        let mut parts = Split::new(&packed, &boundary).peekable();
        if boundary.is_empty() || parts.peek().is_none() {
            // Broken: there is nothing to tell parts apart by, so all of it is one text.
            return self.text(body, false, &packed);
        }
        let alternative = body.kind == "multipart/alternative";
        let (mut said, mut first) = (Words::default(), true);
        for part in parts {
            if self.parts.len() >= PARTS {
                self.left_out += 1;
                continue;
            }
            let (head, inside) = open(&part);
            let below = At {
                in_digest: body.kind == "multipart/digest",
                follows: !first && !alternative,
                ..at.below()
            };
            let mut words = self.entity(&head.body, inside, below);
            first = false;
            if alternative {
                fill(&mut said.plain, words.plain);
                fill(&mut said.html, words.html);
                fill(&mut said.wrapped, words.wrapped);
            } else {
                fill(&mut said.wrapped, std::mem::take(&mut words.wrapped));
                join(&mut said.plain, &words.best());
            }
        }
        said
    }

    fn text(&mut self, body: &Body, is_html: bool, packed: &Bytes) -> Words {
        let content = unpack(packed, &body.encoding);
        let decoder = body
            .charset
            .as_deref()
            .and_then(|charset| charset_decoder(charset.as_bytes()));
        let decode = |bytes: &[u8]| match decoder {
            Some(decoder) => decoder(bytes),
            None => raw_text(bytes),
        };
        if is_html {
            let read = &content[..content.len().min(HTML)];
            self.cut |= read.len() < content.len();
            return Words {
                html: shown(&html::lines(&decode(read))),
                ..Words::default()
            };
        }
        let read = &content[..content.len().min(4 * WORDS)];
        self.cut |= read.len() < content.len();
        Words {
            plain: shown(&decode(read)),
            ..Words::default()
        }
    }

    fn letter(&mut self, body: &Body, packed: &Bytes, at: At) {
        if at.depth >= DEPTH {
            self.add(body, packed.clone(), What::TooDeep, at);
            return;
        }
        let place = self.parts.len();
        self.add(body, packed.clone(), What::TooDeep, at);
        if self.parts.len() == place {
            return;
        }
        let (head, inside) = open(&unpack(packed, &body.encoding));
        let words = self.entity(&head.body, inside, at.below().in_letter()).best();
        let words = self.keep(words);
        if let Some(part) = self.parts.get_mut(place) {
            if part.name == "-" && !head.subject.is_empty() {
                part.name.clone_from(&head.subject);
            }
            part.what = What::Letter(Box::new((head, words)));
        }
    }

    pub fn add(&mut self, body: &Body, packed: Bytes, what: What, at: At) {
        if self.parts.len() >= PARTS {
            self.left_out += 1;
            return;
        }
        let name = body
            .name
            .as_deref()
            .map(|name| line(name, 200))
            .unwrap_or_default();
        self.parts.push(Part {
            name: if name.is_empty() { "-".into() } else { name },
            media_type: line(&body.kind, 100),
            what,
            letters: at.letters,
            packed,
            encoding: body.encoding.clone(),
        });
    }

    /// As many of the words as there is room for.
    pub fn keep(&mut self, words: String) -> String {
        let room = WORDS - self.words;
        let kept = match words.char_indices().nth(room) {
            Some((end, _)) => {
                self.cut = true;
                words[..end].to_owned()
            }
            None => words,
        };
        self.words += kept.chars().count();
        kept
    }
}

fn what(body: &Body, kind: &str) -> What {
    let name = body.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    match kind {
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => What::Encrypted,
        "application/pgp-encrypted" => What::Encrypted,
        "application/pkcs7-signature" | "application/x-pkcs7-signature" | "application/pgp-signature" => {
            What::Signature
        }
        "text/calendar" | "application/ics" => What::Calendar,
        "application/ms-tnef" | "application/vnd.ms-tnef" => What::Winmail,
        _ if name == "winmail.dat" => What::Winmail,
        _ if name.ends_with(".p7m") => What::Encrypted,
        _ => What::File,
    }
}

/// A letter as Outlook saves it.
fn is_outlook(body: &Body, kind: &str) -> bool {
    let name = body.name.as_deref().unwrap_or_default();
    let ending = name.get(name.len().saturating_sub(4)..).unwrap_or_default();
    kind == "application/vnd.ms-outlook" || ending.eq_ignore_ascii_case(".msg")
}

fn fill(into: &mut String, words: String) {
    if into.trim().is_empty() {
        *into = words;
    }
}

fn join(into: &mut String, words: &str) {
    if words.trim().is_empty() {
        return;
    }
    if !into.is_empty() {
        into.push('\n');
    }
    into.push_str(words);
}

/// The parts between a multipart's delimiter lines, without what comes before the first and after the last.
struct Split<'a> {
    raw: &'a Bytes,
    boundary: &'a str,
    at: usize,
    ended: bool,
}

impl<'a> Split<'a> {
    fn new(raw: &'a Bytes, boundary: &'a str) -> Self {
        let mut split = Self {
            raw,
            boundary,
            at: 0,
            ended: false,
        };
        split.ended = split.next_delimiter().is_none_or(|(_, last)| last);
        split
    }

    /// Where the next delimiter line begins, and whether it is the last; leaves `at` after it.
    fn next_delimiter(&mut self) -> Option<(usize, bool)> {
        while self.at < self.raw.len() {
            let (begin, end) = (self.at, line_end(self.raw, self.at));
            self.at = end;
            let line = self.raw[begin..end].trim_ascii_end();
            let rest = line
                .strip_prefix(b"--")
                .and_then(|line| line.strip_prefix(self.boundary.trim_end().as_bytes()));
            match rest {
                Some(b"") => return Some((begin, false)),
                Some(b"--") => return Some((begin, true)),
                _ => {}
            }
        }
        None
    }
}

impl Iterator for Split<'_> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.ended || self.at >= self.raw.len() {
            return None;
        }
        let begin = self.at;
        let end = match self.next_delimiter() {
            Some((end, last)) => {
                self.ended = last;
                end
            }
            None => {
                self.ended = true;
                self.raw.len()
            }
        };
        // The line's end before a delimiter belongs to the delimiter.
        let part = &self.raw[begin..end];
        let part = part.strip_suffix(b"\n").unwrap_or(part);
        let part = part.strip_suffix(b"\r").unwrap_or(part);
        Some(self.raw.slice(begin..begin + part.len()))
    }
}
