//! What lies in Outlook's own ways of packing a message: `winmail.dat` and `.msg`. Each thing in them becomes a part as if
//! it had been attached to an ordinary mail.

use super::head::{Body, Head};
use super::outlook::File;
use super::walk::{At, DEPTH, HTML, PARTS, Walk, What, Words, unpack};
use super::{Mail, html, shown, tnef};
use bytes::Bytes;

/// Outlook's own file of a message, as a mail; nothing if it can't be read.
pub(super) fn read(bytes: Bytes) -> Option<Mail> {
    let mut file = File::open(bytes)?;
    let mut walk = Walk::default();
    let (head, words) = walk.message(&mut file, "/", At::default());
    Some(walk.end(head, words.best()))
}

impl Walk {
    /// Outlook's wrapping: it says what the mail says, and holds what is attached to it.
    pub fn winmail(&mut self, body: &Body, packed: Bytes, at: At) -> Words {
        let raw = unpack(&packed, &body.encoding);
        let Some(place) = self.place(body, packed, at) else {
            return Words::default();
        };
        match tnef::read(&raw) {
            Some(wrapping) => {
                self.parts[place].what = broken_or(wrapping.whole, What::Winmail);
                self.unwrap(wrapping, at).1
            }
            None => {
                self.parts[place].what = What::Unreadable;
                Words::default()
            }
        }
    }

    fn unwrap(&mut self, wrapping: tnef::Wrapping, at: At) -> (Head, Words) {
        self.left_out += wrapping.left_out;
        for attachment in wrapping.attachments {
            let body = attached(attachment.name(), &attachment.media_type);
            if attachment.is_message {
                self.wrapped_letter(&body, attachment.content, at.below());
            } else {
                self.entity(&body, attachment.content, at.below());
            }
        }
        self.cut |= wrapping.html.len() > HTML;
        let page = &wrapping.html[..wrapping.html.floor_char_boundary(HTML)];
        let own = Words {
            plain: wrapping.plain,
            html: shown(&html::lines(page)),
            wrapped: String::new(),
        };
        let words = Words {
            wrapped: own.best(),
            ..Words::default()
        };
        (wrapping.head, words)
    }

    fn wrapped_letter(&mut self, body: &Body, content: Bytes, at: At) {
        let Some(place) = self.place(body, content.clone(), at) else {
            return;
        };
        let Some(wrapping) = tnef::read(&content) else {
            self.parts[place].what = What::Unreadable;
            return;
        };
        let whole = wrapping.whole;
        let (head, words) = self.unwrap(wrapping, at.in_letter());
        self.cut |= !whole;
        self.told(place, head, words, What::WinmailLetter);
    }

    /// Outlook's own file of a letter, attached to a mail.
    pub fn outlook(&mut self, body: &Body, packed: Bytes, at: At) {
        let raw = unpack(&packed, &body.encoding);
        let Some(place) = self.place(body, packed, at) else {
            return;
        };
        // What can't be opened is a file like any other, and its kind is looked at there.
        self.parts[place].what = What::File;
        if let Some(mut file) = File::open(raw) {
            let (head, words) = self.message(&mut file, "/", at.below().in_letter());
            self.told(place, head, words, What::Outlook);
        }
    }

    fn message(&mut self, file: &mut File, folder: &str, at: At) -> (Head, Words) {
        let (head, words) = (file.head(folder), file.words(folder));
        let room = PARTS.saturating_sub(self.parts.len());
        let (attachments, left_out) = file.attachments(folder, room);
        self.left_out += left_out;
        for attachment in attachments {
            let body = attached(attachment.name.as_deref(), &attachment.media_type);
            if let Some(inner) = &attachment.message {
                self.inner_message(&body, file, inner, at.below());
                continue;
            }
            match file.content(&attachment) {
                Some(content) => {
                    self.entity(&body, content, at.below());
                }
                None => self.add(&body, Bytes::new(), What::Unreadable, at),
            }
        }
        self.cut |= file.cut;
        (head, words)
    }

    fn inner_message(&mut self, body: &Body, file: &mut File, folder: &str, at: At) {
        let Some(place) = self.place(body, Bytes::new(), at) else {
            return;
        };
        let (head, words) = self.message(file, folder, at.in_letter());
        self.told(place, head, words, What::Letter);
    }

    /// Where a part will stand whose content is looked into; none if that goes too deep, or there are too many.
    fn place(&mut self, body: &Body, packed: Bytes, at: At) -> Option<usize> {
        let place = self.parts.len();
        self.add(body, packed, What::TooDeep, at);
        (at.depth < DEPTH && self.parts.len() > place).then_some(place)
    }

    fn told(&mut self, place: usize, head: Head, words: Words, what: fn(Box<(Head, String)>) -> What) {
        let words = self.keep(words.best());
        let part = &mut self.parts[place];
        if part.name == "-" && !head.subject.is_empty() {
            part.name.clone_from(&head.subject);
        }
        part.what = what(Box::new((head, words)));
    }
}

fn broken_or(whole: bool, what: What) -> What {
    if whole { what } else { What::BrokenWinmail }
}

/// What a mail's own part would say of an attachment.
fn attached(name: Option<&str>, media_type: &str) -> Body {
    let kind = media_type.trim().to_ascii_lowercase();
    Body {
        // Outlook keeps a signed letter whole under the type that it has outside; here it is a file.
        kind: if kind.is_empty() || kind.starts_with("multipart/") {
            "application/octet-stream".into()
        } else {
            kind
        },
        name: name.map(str::to_owned),
        is_attachment: true,
        ..Body::default()
    }
}
