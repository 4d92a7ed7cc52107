//! Text from elsewhere, made fit for the page: every character is one that the fonts have, or a visible stand-in.
//!
//! PDF/A forbids glyphs that a font lacks (ISO 19005-2, 6.2.11.8, through krilla 0.8's validator, checked
//! 2026-11-23), so a missing character is replaced before typesetting. What stands in the journal is untouched.

use std::cell::Cell;

use typst::text::{FontInfo, is_default_ignorable};

/// Stands where a character can't be shown.
pub(crate) const STAND_IN: char = '\u{FFFD}';
/// An invisible place where a line may break.
const MAY_BREAK: char = '\u{200B}';
/// Words longer than this get places where they may break, so that none runs off the page; shorter ones, such as
/// "arbejdsmiljørepræsentant", stay whole.
const LONG_WORD: usize = 24;
/// At most this many characters of a long word lie between two such places.
const BREAK_EVERY: usize = 8;
/// A long word rather breaks after one of these: it is an address or a path.
const SEAMS: &[char] = &['/', '?', '&', '=', '.', '_', '-', ':', '@', '#', '\\'];
/// How many accents may sit on one letter.
const MAX_MARKS: usize = 3;

/// Cleans texts and remembers whether anything had to be replaced.
pub(crate) struct Words<'a> {
    fonts: Vec<&'a FontInfo>,
    replaced: Cell<bool>,
}

impl<'a> Words<'a> {
    /// `fonts`: those that may be asked to show running text; a character must be in all of them.
    pub(crate) fn new(fonts: Vec<&'a FontInfo>) -> Self {
        Self {
            fonts,
            replaced: Cell::new(false),
        }
    }

    /// Whether any character so far was replaced by a stand-in.
    pub(crate) fn replaced(&self) -> bool {
        self.replaced.get()
    }

    /// Several lines, kept apart by `\n`.
    pub(crate) fn lines(&self, text: &str) -> String {
        self.broken(&self.shown(text))
    }

    /// One line: line ends become spaces.
    pub(crate) fn line(&self, text: &str) -> String {
        self.broken(&self.shown(text).replace('\n', " "))
    }

    /// One line without extra places to break, for headings and metadata.
    pub(crate) fn plain(&self, text: &str) -> String {
        self.shown(text).replace('\n', " ")
    }

    fn shown(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut marks = 0;
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let is_mark = matches!(c, '\u{300}'..='\u{36F}');
            marks = if is_mark { marks + 1 } else { 0 };
            match c {
                '\r' if rest.peek() == Some(&'\n') => {}
                '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
                '\t' => out.push_str("    "),
                // These turn the order of what follows: the reader must see that they were there.
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => self.stand_in(&mut out),
                _ if c.is_control() => self.stand_in(&mut out),
                _ if is_default_ignorable(c) => {}
                _ if is_mark && (marks > MAX_MARKS || out.is_empty()) => {}
                _ if self.has(c) => out.push(c),
                _ if c.is_whitespace() => out.push(' '),
                _ => self.stand_in(&mut out),
            }
        }
        out
    }

    fn stand_in(&self, out: &mut String) {
        self.replaced.set(true);
        out.push(STAND_IN);
    }

    fn has(&self, c: char) -> bool {
        let private = matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..);
        !private && self.fonts.iter().all(|font| font.coverage.contains(u32::from(c)))
    }

    /// Lets long words break.
    fn broken(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        for piece in text.split_inclusive(char::is_whitespace) {
            if piece.chars().count() <= LONG_WORD {
                out.push_str(piece);
                continue;
            }
            let mut seams = piece.split_inclusive(SEAMS).peekable();
            while let Some(part) = seams.next() {
                // An ordinary word in an address stays whole; anything longer is no word.
                let splits = part.chars().count() > LONG_WORD / 2;
                for (at, c) in part.chars().enumerate() {
                    if splits && at > 0 && at % BREAK_EVERY == 0 && !matches!(c, '\u{300}'..='\u{36F}') {
                        out.push(MAY_BREAK);
                    }
                    out.push(c);
                }
                if seams.peek().is_some() {
                    out.push(MAY_BREAK);
                }
            }
        }
        out
    }
}
