//! What kind of file it is, by its content and not by its name.

use crate::error::FileFault;

/// How much of a file's beginning is looked at.
pub const HEAD: usize = 8 * 1024;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub media_type: &'static str,
    /// The extension that fits, without the dot.
    pub extension: &'static str,
    family: Family,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Picture,
    Pdf,
    Mail,
    Text,
    Film,
    Sound,
    Archive,
    Page,
}

const fn kind(media_type: &'static str, extension: &'static str, family: Family) -> Kind {
    Kind {
        media_type,
        extension,
        family,
    }
}

const PNG: Kind = kind("image/png", "png", Family::Picture);
const JPEG: Kind = kind("image/jpeg", "jpg", Family::Picture);
const WEBP: Kind = kind("image/webp", "webp", Family::Picture);
const GIF: Kind = kind("image/gif", "gif", Family::Picture);
const HEIC: Kind = kind("image/heic", "heic", Family::Picture);
const PDF: Kind = kind("application/pdf", "pdf", Family::Pdf);
pub(crate) const EML: Kind = kind("message/rfc822", "eml", Family::Mail);
const MSG: Kind = kind("application/vnd.ms-outlook", "msg", Family::Mail);
/// A web page with what belongs to it in one file (RFC 2557). Its own type for a message would let it be taken for an e-mail.
const MHTML: Kind = kind("multipart/related", "mhtml", Family::Page);
const TEXT: Kind = kind("text/plain", "txt", Family::Text);
const MP4: Kind = kind("video/mp4", "mp4", Family::Film);
const MOV: Kind = kind("video/quicktime", "mov", Family::Film);
const M4A: Kind = kind("audio/mp4", "m4a", Family::Sound);
const MP3: Kind = kind("audio/mpeg", "mp3", Family::Sound);
const ZIP: Kind = kind("application/zip", "zip", Family::Archive);
const WACZ: Kind = kind("application/wacz", "wacz", Family::Archive);

/// Every kind that is taken.
pub const TAKEN: &[Kind] = &[
    PNG, JPEG, WEBP, GIF, HEIC, PDF, EML, MSG, MHTML, TEXT, MP4, MOV, M4A, MP3, WACZ, ZIP,
];

/// The extension that fits a media type that we took; `bin` for any other.
pub fn extension(media_type: &str) -> &'static str {
    TAKEN
        .iter()
        .find(|kind| kind.media_type == media_type)
        .map_or("bin", |kind| kind.extension)
}

/// Outlook's message has this stream in its compound file (UTF-16LE, [MS-OXMSG] 2.2, checked 2026-11-23).
const MSG_STREAM: &str = "__properties_version1.0";
/// A web archive names this file at its root (WACZ 1.1.1, section 5.1, checked 2026-11-23).
const WACZ_FILE: &[u8] = b"datapackage.json";

/// Watches a file go by and says at the end what it is. Keeps only the head and a few flags.
#[derive(Debug, Default)]
pub struct Sniffer {
    head: Vec<u8>,
    /// The end of the last chunk, so that a mark across two chunks is seen.
    tail: Vec<u8>,
    binary: bool,
    has_msg_stream: bool,
    has_datapackage: bool,
}

impl Sniffer {
    /// The next bytes of the file, in order.
    pub fn push(&mut self, bytes: &[u8]) {
        let wanted = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..wanted]);
        self.binary = self.binary || bytes.contains(&0);
        if self.head.starts_with(&OLE) && !self.has_msg_stream {
            self.has_msg_stream = self.seen(bytes, &utf16(MSG_STREAM));
        } else if self.head.starts_with(b"PK") && !self.has_datapackage {
            self.has_datapackage = self.seen(bytes, WACZ_FILE);
        }
    }

    fn seen(&mut self, bytes: &[u8], mark: &[u8]) -> bool {
        let keep = mark.len() - 1;
        let mut seam = std::mem::take(&mut self.tail);
        seam.extend_from_slice(&bytes[..bytes.len().min(keep)]);
        let found = contains(&seam, mark) || contains(bytes, mark);
        if bytes.len() >= keep {
            self.tail = bytes[bytes.len() - keep..].to_vec();
        } else {
            self.tail = seam.split_off(seam.len().saturating_sub(keep));
        }
        found
    }

    /// What the file is.
    ///
    /// # Errors
    /// [`FileFault::UnknownType`] if it is nothing that we take; [`FileFault::WrongContent`] if its name promises a file
    /// of another family (a `.png` that is text), so that nobody believes a picture is sealed when it is not.
    pub fn finish(&self, name: &str) -> Result<Kind, FileFault> {
        let found = match self.kind() {
            // Browsers before Chromium gave a saved page nothing but its name to know it by.
            Some(EML) if promised(name) == Some(Family::Page) && is_related(&self.head) => MHTML,
            found => found.ok_or(FileFault::UnknownType)?,
        };
        match promised(name) {
            Some(promised) if !agree(promised, found.family) => Err(FileFault::WrongContent {
                found: found.media_type,
            }),
            _ => Ok(found),
        }
    }

    fn kind(&self) -> Option<Kind> {
        if self.head.starts_with(&OLE) {
            return self.has_msg_stream.then_some(MSG);
        }
        match infer::get(&self.head).map(|found| found.mime_type()) {
            Some("image/png") => Some(PNG),
            Some("image/jpeg") => Some(JPEG),
            Some("image/webp") => Some(WEBP),
            Some("image/gif") => Some(GIF),
            Some("image/heif" | "image/heic") => Some(HEIC),
            Some("application/pdf") => Some(PDF),
            Some("video/mp4" | "video/x-m4v") => Some(MP4),
            Some("video/quicktime") => Some(MOV),
            Some("audio/m4a" | "audio/mp4" | "audio/x-m4a") => Some(M4A),
            Some("audio/mpeg") => Some(MP3),
            Some("application/zip") if self.has_datapackage => Some(WACZ),
            Some("application/zip") => Some(ZIP),
            Some(_) => None,
            None if self.binary => None,
            None if is_mail(&self.head) && is_saved_page(&self.head) => Some(MHTML),
            None if is_mail(&self.head) => Some(EML),
            None => is_text(&self.head).then_some(TEXT),
        }
    }
}

/// The magic number of a compound file ([MS-CFB] 2.2).
const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    let Some(first) = mark.first() else { return true };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at..];
        if rest.starts_with(mark) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

fn promised(name: &str) -> Option<Family> {
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    let extension = match extension.as_str() {
        "jpeg" | "jpe" | "jfif" => "jpg",
        "heif" => "heic",
        "m4v" => "mp4",
        "mht" => "mhtml",
        "text" | "log" | "csv" | "md" => "txt",
        other => other,
    };
    TAKEN
        .iter()
        .find(|kind| kind.extension == extension)
        .map(|kind| kind.family)
}

/// An e-mail is also text, and a sound may come in a film's container.
fn agree(promised: Family, found: Family) -> bool {
    let pair = (promised, found);
    promised == found
        || matches!(
            pair,
            (Family::Text, Family::Mail)
                | (Family::Mail, Family::Text)
                | (Family::Film, Family::Sound)
                | (Family::Sound, Family::Film)
                | (Family::Text | Family::Mail, Family::Page)
        )
}

/// A message begins with header lines, of which at least two are those every mail has (RFC 5322, section 3.6).
fn is_mail(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut known = 0;
    let mut lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    if head.len() >= HEAD {
        // Mails that went far have more header than we keep: the last line is cut anywhere.
        lines.pop();
    }
    for line in lines.into_iter().take_while(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) || line.starts_with("From ") {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else {
            return false;
        };
        if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return false;
        }
        let name = name.to_ascii_lowercase();
        let usual = [
            "from",
            "to",
            "date",
            "subject",
            "received",
            "message-id",
            "mime-version",
            "return-path",
        ];
        known += usize::from(usual.contains(&name.as_str()));
    }
    known >= 2
}

/// The value of a header of a message, on one line; empty if it has none.
fn header(head: &[u8], wanted: &str) -> String {
    let text = String::from_utf8_lossy(head).replace("\r\n", "\n");
    let (head, _) = text.split_once("\n\n").unwrap_or((&text, ""));
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    let mut lines = unfolded.lines().filter_map(|line| line.split_once(':'));
    lines
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

fn is_related(head: &[u8]) -> bool {
    header(head, "content-type")
        .to_ascii_lowercase()
        .starts_with("multipart/related")
}

/// Chromium, and our extension, say where a saved page came from; an e-mail with pictures in it is otherwise alike.
fn is_saved_page(head: &[u8]) -> bool {
    is_related(head) && !header(head, "snapshot-content-location").is_empty()
}

/// Text: UTF-8 or an 8-bit alphabet, without control characters other than those of text.
fn is_text(head: &[u8]) -> bool {
    !head.is_empty()
        && head
            .iter()
            .all(|byte| *byte >= 0x20 || matches!(byte, b'\n' | b'\r' | b'\t' | 0x0C | 0x1B))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(bytes: &[u8], chunk: usize, name: &str) -> Result<&'static str, FileFault> {
        let mut sniffer = Sniffer::default();
        bytes.chunks(chunk).for_each(|part| sniffer.push(part));
        sniffer.finish(name).map(|kind| kind.media_type)
    }

    const PNG_HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn content_decides_not_the_name() {
        assert_eq!(sniff(PNG_HEAD, 3, "billede"), Ok("image/png"));
        assert_eq!(
            sniff(PNG_HEAD, 100, "IMG_1.jpg"),
            Ok("image/png"),
            "both are pictures"
        );
        assert_eq!(
            sniff(b"hej med dig", 100, "IMG_1.png"),
            Err(FileFault::WrongContent { found: "text/plain" })
        );
        assert_eq!(
            sniff(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", 7, "IMG_1.png"),
            Err(FileFault::UnknownType)
        );
    }

    #[test]
    fn markup_that_a_browser_could_run_is_not_taken() {
        assert_eq!(
            sniff(b"<!DOCTYPE html><script>alert(1)</script>", 9, "a.txt"),
            Err(FileFault::UnknownType)
        );
        assert_eq!(
            sniff(b"<?xml version=\"1.0\"?><svg onload=\"x()\"/>", 9, "a.svg"),
            Err(FileFault::UnknownType)
        );
    }

    #[test]
    fn marks_are_seen_across_chunks() {
        let mut msg = OLE.to_vec();
        msg.extend(vec![0; 5000]);
        msg.extend(utf16(MSG_STREAM));
        let mut wacz = b"PK\x03\x04\x14\0\0\0".to_vec();
        wacz.extend(vec![b'x'; 1000]);
        wacz.extend(WACZ_FILE);
        for chunk in [1, 2, 7, 16, 64, 6000] {
            assert_eq!(
                sniff(&msg, chunk, "a.msg"),
                Ok("application/vnd.ms-outlook"),
                "in chunks of {chunk}"
            );
            assert_eq!(
                sniff(&wacz, chunk, "a.wacz"),
                Ok("application/wacz"),
                "in chunks of {chunk}"
            );
        }
        assert_eq!(sniff(&OLE, 3, "regneark.xls"), Err(FileFault::UnknownType));
    }

    #[test]
    fn a_saved_page_is_told_from_a_mail_with_pictures() {
        let related = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\"\r\n\r\n--a";
        let saved =
            format!("From: <Saved by Blink>\r\nSnapshot-Content-Location: https://x.example/\r\n{related}");
        let mail = format!("From: a@b.dk\r\n{related}");
        for name in ["a.mhtml", "a.mht", "side", "a.eml"] {
            assert_eq!(
                sniff(saved.as_bytes(), 5, name),
                Ok("multipart/related"),
                "{name}"
            );
        }
        assert_eq!(sniff(mail.as_bytes(), 5, "a.eml"), Ok("message/rfc822"));
        assert_eq!(
            sniff(mail.as_bytes(), 5, "a.mht"),
            Ok("multipart/related"),
            "an older browser's"
        );
        assert_eq!(
            sniff(b"From: a@b.dk\r\nSubject: x\r\n\r\nhej", 5, "a.mht"),
            Err(FileFault::WrongContent {
                found: "message/rfc822"
            })
        );
        assert_eq!(
            sniff(saved.as_bytes(), 5, "a.png"),
            Err(FileFault::WrongContent {
                found: "multipart/related"
            })
        );
    }

    #[test]
    fn a_mail_is_told_from_text() {
        assert_eq!(
            sniff(b"From: a@b.dk\r\nSubject: x\r\n\r\nhej", 5, "a.eml"),
            Ok("message/rfc822")
        );
        assert_eq!(
            sniff(b"Kl. 12: han ringede\nKl. 13: igen\n", 5, "log.txt"),
            Ok("text/plain")
        );
        assert_eq!(sniff("blåbærgrød".as_bytes(), 5, "note.txt"), Ok("text/plain"));
        assert_eq!(
            sniff(b"bl\xe5b\xe6r", 5, "note.txt"),
            Ok("text/plain"),
            "Latin-1 too"
        );
    }
}
