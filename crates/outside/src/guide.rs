//! The municipality's guide on paper: the whole of it, and a role's action card on one page. What is written is
//! `domain`'s tree of text, set word for word.

use std::collections::BTreeMap;

use domain::guide::{Block, Inline, Target};
use jiff::Timestamp;
use serde::Serialize;

use crate::paper::{self, Desk, Language, PaperError, Template, Words};

/// A guide to be printed. Every string is plain text in the reader's language.
#[derive(Debug, Clone)]
pub struct GuidePaper {
    pub language: Language,
    pub municipality: String,
    pub title: String,
    /// "Udgave 2, udgivet 3. nov. 2026".
    pub edition: String,
    pub words: Labels,
    pub chapters: Vec<Chapter>,
    /// The guide's own pictures by name, as SVG, PNG or JPEG; one that is missing or can't be read is told by its words.
    pub pictures: BTreeMap<String, Vec<u8>>,
}

/// What stands on every document.
#[derive(Debug, Clone, Serialize)]
pub struct Labels {
    pub contents: String,
    /// With `{n}` and `{of}`.
    pub page: String,
}

/// A chapter, or all that stands on a card.
#[derive(Debug, Clone, Default)]
pub struct Chapter {
    pub anchor: String,
    pub title: String,
    pub intro: Vec<Block>,
    pub sections: Vec<Section>,
}

/// A paragraph of the guide.
#[derive(Debug, Clone)]
pub struct Section {
    pub anchor: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

/// The sizes of type, in points, that a card is tried in until it fits on its page.
const CARD_SIZES: [f64; 9] = [11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0];

#[derive(Serialize)]
struct Sheet<'a> {
    lang: &'static str,
    labels: &'a Labels,
    municipality: String,
    title: String,
    edition: String,
    /// Points.
    size: f64,
    chapters: Vec<Part>,
    /// By name: file, format.
    pictures: BTreeMap<&'a str, (String, &'static str)>,
    /// The anchors that links can go to.
    anchors: Vec<String>,
}

#[derive(Serialize)]
struct Part {
    anchor: String,
    title: String,
    intro: Vec<Block>,
    sections: Vec<Part>,
}

impl GuidePaper {
    /// The guide as PDF, and its number of pages. Takes processor time: call it off the async threads.
    ///
    /// # Errors
    /// [`PaperError`] when Typst refuses.
    pub fn render(&self, made_at: Timestamp) -> Result<(Vec<u8>, usize), PaperError> {
        self.set(Template::Guide, 10.0, made_at)
    }

    /// The guide's chapters as an action card: in the largest type in which they fit on one page. Gives the number of
    /// pages too: more than one if they don't fit at all.
    ///
    /// # Errors
    /// [`PaperError`] when Typst refuses.
    pub fn card(&self, made_at: Timestamp) -> Result<(Vec<u8>, usize), PaperError> {
        let smallest = CARD_SIZES[CARD_SIZES.len() - 1];
        for size in CARD_SIZES {
            let fits = self.with_desk(Template::Card, size, true, paper::pages);
            if size == smallest || fits.is_ok_and(|pages| pages <= 1) {
                return self.set(Template::Card, size, made_at);
            }
        }
        self.set(Template::Card, smallest, made_at)
    }

    fn set(&self, template: Template, size: f64, made_at: Timestamp) -> Result<(Vec<u8>, usize), PaperError> {
        let ident = format!("vaern-guide {} {} {made_at}", self.title, self.edition);
        let write = |desk: &Desk<'_>| paper::write(desk, ident.clone(), made_at);
        match self.with_desk(template, size, true, write) {
            // A drawing that Typst can't read must not keep the guide from being printed: its words stand for it.
            Err(PaperError::Layout(_) | PaperError::Export(_)) if !self.pictures.is_empty() => {
                self.with_desk(template, size, false, write)
            }
            result => result,
        }
    }

    fn with_desk<T>(
        &self,
        template: Template,
        size: f64,
        with_pictures: bool,
        then: impl FnOnce(&Desk<'_>) -> Result<T, PaperError>,
    ) -> Result<T, PaperError> {
        let kit = paper::kit();
        let words = Words::new(kit.running());
        let (mut pictures, mut files) = (BTreeMap::new(), Vec::new());
        for (name, bytes) in self.pictures.iter().filter(|_| with_pictures) {
            pictures.insert(
                name.as_str(),
                (format!("/pictures/{}", files.len()), format_of(name)),
            );
            files.push(bytes.clone());
        }
        let chapters: Vec<Part> = self
            .chapters
            .iter()
            .map(|chapter| part(chapter, &words))
            .collect();
        let own = |part: &Part| {
            let below = part.sections.iter().map(|section| section.anchor.clone());
            below.chain([part.anchor.clone()]).collect::<Vec<_>>()
        };
        let sheet = Sheet {
            lang: self.language.code(),
            labels: &self.words,
            municipality: words.plain(&self.municipality),
            title: words.plain(&self.title),
            edition: words.plain(&self.edition),
            size,
            // Nothing on a card can be gone to.
            anchors: chapters
                .iter()
                .filter(|_| matches!(template, Template::Guide))
                .flat_map(own)
                .filter(|anchor| !anchor.is_empty())
                .collect(),
            chapters,
            pictures,
        };
        then(&Desk::new(kit, template, serde_json::to_vec(&sheet)?, files))
    }
}

fn format_of(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "png")) => "png",
        Some((_, "jpg" | "jpeg")) => "jpg",
        _ => "svg",
    }
}

fn part(chapter: &Chapter, words: &Words<'_>) -> Part {
    let section = |section: &Section| Part {
        anchor: section.anchor.clone(),
        title: words.plain(&section.title),
        intro: cleaned(&section.blocks, words),
        sections: Vec::new(),
    };
    Part {
        anchor: chapter.anchor.clone(),
        title: words.plain(&chapter.title),
        intro: cleaned(&chapter.intro, words),
        sections: chapter.sections.iter().map(section).collect(),
    }
}

/// Every character is one that the fonts have.
fn cleaned(blocks: &[Block], words: &Words<'_>) -> Vec<Block> {
    let mut blocks = blocks.to_vec();
    for block in &mut blocks {
        block.each(&mut |piece: &mut Inline| match piece {
            Inline::Text { text } | Inline::Code { text } => *text = words.line(text),
            Inline::Picture { alt, .. } => *alt = words.plain(alt),
            Inline::Link {
                to: Target::Web(url), ..
            } => *url = words.plain(url),
            _ => {}
        });
        if let Block::Code { text } = block {
            *text = words.lines(text);
        }
    }
    blocks
}
