//! E-mails as they come: what they say of themselves, their words, and what lies in them. Nothing is run or fetched, and
//! HTML is only ever read for its words.
//!
//! The MIME structure (RFC 2046, checked 2026-11-25) is walked here and not by the parser that reads the header fields:
//! it nests what it finds, and a letter in a letter in a letter, 35 MB of them, overflows the stack when it is dropped.

mod head;
mod html;
mod mapi;
mod outlook;
mod quoted;
mod rtf;
mod tnef;
mod verdicts;
mod walk;
mod wrapped;

pub use head::{Address, Head, known_since};
pub use quoted::{Quoted, split};
pub use verdicts::verdicts;
pub use walk::{Part, What};

use bytes::Bytes;

/// An e-mail, read.
#[derive(Clone, Debug)]
pub struct Mail {
    pub head: Head,
    /// What it says, without what lies in it; at most 1 MB in all letters together.
    pub words: String,
    /// Everything else that lies in it, letters' own contents after them, in their order.
    pub parts: Vec<Part>,
    /// Things that are not among the parts, because there are too many.
    pub left_out: usize,
    /// Some of the words are left out.
    pub cut: bool,
}

/// Reads a message. Anything is read as far as it goes; memory is bounded by a small multiple of its length.
pub fn read(bytes: &[u8]) -> Mail {
    walk::read(Bytes::copy_from_slice(bytes))
}

/// The mail's From, To, Cc, Date and Subject, an empty line, and its text; forwarded messages follow, each after a line
/// of its own. What is no e-mail comes back as it stands.
pub fn readable(bytes: &[u8]) -> String {
    let mail = read(bytes);
    // Anything can be read as a message; without a sender and a subject nobody would know it as one.
    if mail.head.from.is_empty() && mail.head.subject.is_empty() {
        return text(bytes);
    }
    written(&mail)
}

/// The words of a saved page (MHTML, which is a message to nobody): those of the page alone.
#[must_use]
pub fn saved_page(bytes: &[u8]) -> String {
    let mail = read(bytes);
    let mut out = mail.words;
    if mail.cut {
        out.push_str("\n[…]\n");
    }
    out
}

/// Outlook's own file of a message (`.msg`), as [`readable`]; nothing if it can't be read.
pub fn readable_outlook(bytes: &[u8]) -> Option<String> {
    wrapped::read(Bytes::copy_from_slice(bytes)).map(|mail| written(&mail))
}

/// Bytes as text: UTF-8, or else every byte as its Latin-1 sign; nothing that steers a screen.
pub fn text(bytes: &[u8]) -> String {
    shown(&raw_text(bytes))
}

fn raw_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // A text cut in the middle of a sign is UTF-8 all the same.
        Err(error) if error.error_len().is_none() => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Without what steers a screen or turns the reading direction.
fn shown(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| !steers(*c))
        .collect()
}

/// In one line, at most `limit` signs.
fn line(text: &str, limit: usize) -> String {
    let text = shown(text);
    let mut words = text.split_whitespace();
    let mut out: String = words.next().unwrap_or_default().to_owned();
    for word in words {
        out.push(' ');
        out.push_str(word);
        if out.len() > limit * 4 {
            break;
        }
    }
    match out.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &out[..end]),
        None => out,
    }
}

fn written(mail: &Mail) -> String {
    let mut out = String::new();
    write(&mail.head, &mail.words, &mut out);
    for part in &mail.parts {
        match part.letter() {
            Some((head, words)) => {
                out.push_str("\n----------\n\n");
                write(head, words, &mut out);
            }
            None => out.push_str(&format!("\n[{}]\n", part.name)),
        }
    }
    if mail.cut || mail.left_out > 0 {
        out.push_str("\n[…]\n");
    }
    out
}

fn write(head: &Head, words: &str, out: &mut String) {
    let list = |people: &[Address]| {
        people
            .iter()
            .map(Address::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let fields = [
        ("From", list(&head.from)),
        ("To", list(&head.to)),
        ("Cc", list(&head.cc)),
        ("Date", head.date_said.clone()),
        ("Subject", head.subject.clone()),
    ];
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        out.push_str(&format!("{name}: {value}\n"));
    }
    out.push('\n');
    out.push_str(words.trim_end());
    out.push('\n');
}
