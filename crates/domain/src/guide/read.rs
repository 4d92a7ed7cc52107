//! Markdown into chapters and paragraphs.

use super::text::{Block, Inline, Item, Target};
use super::{CHAPTER_LIMIT, Device, Fault, Platform, Problem, Reader};
use crate::language::Language;
use crate::vocabulary::DutyKind;
use comrak::nodes::{ListType, Node, NodeValue};
use comrak::{Arena, Options};

/// Lists and quotes inside each other, at most.
const DEPTH: usize = 12;
/// Longest anchor, in bytes.
const ANCHOR: usize = 80;
/// What the guide's own pages are called.
const TAKEN: [&str; 4] = ["edit", "editions", "path", "print"];

/// A chapter in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chapter {
    /// Its name among the texts, which orders the chapters: `03-at-ske`.
    pub name: String,
    /// Its own anchor.
    pub slug: String,
    pub title: String,
    /// What stands before the first paragraph.
    pub intro: Vec<Block>,
    pub sections: Vec<Section>,
    /// What the text points to, with the line.
    pub(super) uses: Vec<(usize, Use)>,
}

/// A paragraph of the guide: what duties, roles and platforms point to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    pub anchor: String,
    pub title: String,
    /// Empty: everybody.
    pub readers: Vec<Reader>,
    pub duties: Vec<DutyKind>,
    pub platforms: Vec<Platform>,
    pub devices: Vec<Device>,
    /// On whose action card it stands.
    pub cards: Vec<Reader>,
    pub blocks: Vec<Block>,
    pub line: usize,
}

impl Section {
    /// How many words the paragraph has.
    pub fn words(&self) -> usize {
        let own = self.title.split_whitespace().count();
        own + self.blocks.iter().map(Block::words).sum::<usize>()
    }

    /// How many items there are to tick.
    pub fn tasks(&self) -> usize {
        self.blocks.iter().map(Block::tasks).sum()
    }
}

/// What a text points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Anchor(String),
    Picture(String),
    Variable(String),
}

/// Reads one chapter; what is wrong in it by itself, beside what could be read.
pub fn chapter(language: Language, name: &str, text: &str) -> (Chapter, Vec<Fault>) {
    let mut reader = Reading {
        language,
        chapter: Chapter {
            name: name.to_owned(),
            ..Chapter::default()
        },
        faults: Vec::new(),
    };
    if text.len() > CHAPTER_LIMIT {
        reader.fault(0, Problem::TooLarge(text.len()));
        return (reader.chapter, reader.faults);
    }
    let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    for (line, _) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains(strange))
    {
        reader.fault(line + 1, Problem::ControlCharacters);
    }
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.tasklist = true;
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, text, &options);
    reader.document(root, &text.lines().collect::<Vec<_>>());
    (reader.chapter, reader.faults)
}

struct Reading {
    language: Language,
    chapter: Chapter,
    faults: Vec<Fault>,
}

impl Reading {
    fn fault(&mut self, line: usize, problem: Problem) {
        let fault = Fault::new(self.language, &self.chapter.name, line, problem);
        self.faults.push(fault);
    }

    fn document(&mut self, root: Node<'_>, lines: &[&str]) {
        let mut titled = false;
        for node in root.children() {
            let (line, level) = {
                let data = node.data.borrow();
                let level = match &data.value {
                    NodeValue::Heading(heading) => heading.level,
                    _ => 0,
                };
                (data.sourcepos.start.line, level)
            };
            let source = lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
            if !titled && level != 1 {
                self.fault(line, Problem::NoTitle);
            }
            match level {
                1 if titled => self.fault(line, Problem::SecondTitle),
                1 => self.title(source, line),
                2 => self.section(source, line),
                _ => {
                    let blocks = self.block(node, 0);
                    match self.chapter.sections.last_mut() {
                        Some(section) => section.blocks.extend(blocks),
                        None => self.chapter.intro.extend(blocks),
                    }
                }
            }
            titled = true;
        }
        if !titled {
            self.fault(1, Problem::NoTitle);
        }
    }

    fn title(&mut self, source: &str, line: usize) {
        let (title, attributes) = heading(source);
        self.variables_in(&title, line);
        self.chapter.title = title;
        match attributes.as_deref().and_then(|all| all.trim().strip_prefix('#')) {
            Some(slug) => {
                self.anchor(slug, line);
                self.chapter.slug = slug.to_owned();
            }
            None => self.fault(line, Problem::NoTitle),
        }
    }

    fn anchor(&mut self, anchor: &str, line: usize) {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if anchor.is_empty() || anchor.len() > ANCHOR || !anchor.bytes().all(fits) {
            self.fault(line, Problem::BadAnchor(anchor.to_owned()));
        } else if TAKEN.contains(&anchor) {
            self.fault(line, Problem::TakenAnchor(anchor.to_owned()));
        }
    }

    fn section(&mut self, source: &str, line: usize) {
        let (title, attributes) = heading(source);
        self.variables_in(&title, line);
        let mut section = Section {
            title: title.clone(),
            line,
            ..Section::default()
        };
        for word in attributes.unwrap_or_default().split_whitespace() {
            if let Some(anchor) = word.strip_prefix('#') {
                self.anchor(anchor, line);
                section.anchor = anchor.to_owned();
                continue;
            }
            let (key, values) = word.split_once('=').unwrap_or((word, ""));
            let values: Vec<&str> = values.split(',').collect();
            match key {
                "role" => section.readers = self.words(&values, line, Reader::parse, Problem::UnknownReader),
                "card" => section.cards = self.words(&values, line, Reader::parse, Problem::UnknownReader),
                "duty" => section.duties = self.words(&values, line, DutyKind::parse, Problem::UnknownDuty),
                "platform" => {
                    section.platforms = self.words(&values, line, Platform::parse, Problem::UnknownPlatform);
                }
                "device" => {
                    section.devices = self.words(&values, line, Device::parse, Problem::UnknownDevice)
                }
                _ => self.fault(line, Problem::UnknownAttribute(word.to_owned())),
            }
        }
        if section.anchor.is_empty() {
            self.fault(line, Problem::NoAnchor(title));
        }
        self.chapter.sections.push(section);
    }

    fn words<T>(
        &mut self,
        values: &[&str],
        line: usize,
        parse: impl Fn(&str) -> Option<T>,
        unknown: impl Fn(String) -> Problem,
    ) -> Vec<T> {
        let mut known = Vec::new();
        for value in values {
            match parse(value) {
                Some(value) => known.push(value),
                None => self.fault(line, unknown((*value).to_owned())),
            }
        }
        known
    }

    fn variables_in(&mut self, text: &str, line: usize) {
        for found in super::fill::names(text) {
            match found {
                Some(name) => self.chapter.uses.push((line, Use::Variable(name.to_owned()))),
                None => self.fault(line, Problem::OpenVariable),
            }
        }
    }

    fn blocks(&mut self, parent: Node<'_>, depth: usize) -> Vec<Block> {
        parent
            .children()
            .flat_map(|node| self.block(node, depth))
            .collect()
    }

    fn block(&mut self, node: Node<'_>, depth: usize) -> Vec<Block> {
        let data = node.data.borrow();
        let line = data.sourcepos.start.line;
        if depth > DEPTH {
            self.fault(line, Problem::TooDeep);
            return Vec::new();
        }
        let block = match &data.value {
            NodeValue::Paragraph => Block::Paragraph {
                text: self.inlines(node, depth),
            },
            NodeValue::Heading(heading) => Block::Heading {
                level: heading.level,
                text: self.inlines(node, depth),
            },
            NodeValue::BlockQuote => Block::Quote {
                blocks: self.blocks(node, depth + 1),
            },
            NodeValue::List(list) => Block::List {
                first: (list.list_type == ListType::Ordered).then_some(list.start as u64),
                items: node.children().map(|item| self.item(item, depth + 1)).collect(),
            },
            NodeValue::CodeBlock(code) => Block::Code {
                text: code.literal.clone(),
            },
            NodeValue::ThematicBreak => Block::Rule,
            NodeValue::Table(_) => Block::Table {
                rows: node
                    .children()
                    .map(|row| row.children().map(|cell| self.inlines(cell, depth)).collect())
                    .collect(),
            },
            NodeValue::HtmlBlock(html) => {
                self.fault(line, Problem::Html(shortened(&html.literal)));
                return Vec::new();
            }
            _ => return Vec::new(),
        };
        vec![block]
    }

    fn item(&mut self, node: Node<'_>, depth: usize) -> Item {
        let task = matches!(node.data.borrow().value, NodeValue::TaskItem(_));
        Item {
            task,
            blocks: self.blocks(node, depth),
        }
    }

    fn inlines(&mut self, parent: Node<'_>, depth: usize) -> Vec<Inline> {
        let mut text: Vec<Inline> = Vec::new();
        for node in parent.children() {
            let Some(piece) = self.inline(node, depth + 1) else {
                continue;
            };
            match (text.last_mut(), piece) {
                (Some(Inline::Text { text }), Inline::Text { text: more }) => text.push_str(&more),
                (_, piece) => text.push(piece),
            }
        }
        let line = parent.data.borrow().sourcepos.start.line;
        let said: Vec<String> = text
            .iter()
            .filter_map(|piece| match piece {
                Inline::Text { text } => Some(text.clone()),
                _ => None,
            })
            .collect();
        said.iter().for_each(|text| self.variables_in(text, line));
        text
    }

    fn inline(&mut self, node: Node<'_>, depth: usize) -> Option<Inline> {
        let data = node.data.borrow();
        let line = data.sourcepos.start.line;
        if depth > 2 * DEPTH {
            self.fault(line, Problem::TooDeep);
            return None;
        }
        Some(match &data.value {
            NodeValue::Text(text) => Inline::Text {
                text: text.clone().into_owned(),
            },
            NodeValue::SoftBreak => Inline::Text { text: " ".into() },
            NodeValue::LineBreak => Inline::Break,
            NodeValue::Code(code) => Inline::Code {
                text: code.literal.clone(),
            },
            NodeValue::Emph => Inline::Emphasis {
                text: self.inlines(node, depth),
            },
            NodeValue::Strong => Inline::Strong {
                text: self.inlines(node, depth),
            },
            NodeValue::Link(link) => {
                let text = self.inlines(node, depth);
                match self.target(&link.url, line) {
                    Some(to) => Inline::Link { to, text },
                    None => return None,
                }
            }
            NodeValue::Image(link) => {
                let alt = super::plain(&self.inlines(node, depth));
                return self.picture(&link.url, alt, line);
            }
            NodeValue::HtmlInline(html) => {
                self.fault(line, Problem::Html(shortened(html)));
                return None;
            }
            _ => return None,
        })
    }

    fn target(&mut self, url: &str, line: usize) -> Option<Target> {
        if let Some(anchor) = url.strip_prefix('#') {
            self.chapter.uses.push((line, Use::Anchor(anchor.to_owned())));
            return Some(Target::Anchor(anchor.to_owned()));
        }
        self.variables_in(url, line);
        let lower = url.to_ascii_lowercase();
        let known = ["https://", "http://", "mailto:", "tel:"];
        let whole = url.starts_with("{{") && url.ends_with("}}");
        if known.iter().any(|scheme| lower.starts_with(scheme)) || whole {
            Some(Target::Web(url.to_owned()))
        } else {
            self.fault(line, Problem::BadLink(shortened(url)));
            None
        }
    }

    fn picture(&mut self, url: &str, alt: String, line: usize) -> Option<Inline> {
        let name = url.strip_prefix("pictures/").filter(|name| is_file_name(name));
        let Some(name) = name else {
            self.fault(line, Problem::OutsidePicture(shortened(url)));
            return None;
        };
        if alt.trim().is_empty() {
            self.fault(line, Problem::NoAlt(name.to_owned()));
        }
        self.chapter.uses.push((line, Use::Picture(name.to_owned())));
        Some(Inline::Picture {
            name: name.to_owned(),
            alt,
        })
    }
}

/// Whether it can be the name of a picture: letters a to z, digits, hyphens, and one ending.
pub(super) fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    name.split_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty()
            && stem.len() <= ANCHOR
            && stem.bytes().all(plain)
            && ["svg", "png", "jpg", "jpeg"].contains(&ending)
    })
}

/// `## Title {attributes}` into title and attributes.
fn heading(source: &str) -> (String, Option<String>) {
    let text = source.trim().trim_start_matches('#').trim();
    match text.strip_suffix('}').and_then(|text| text.rsplit_once('{')) {
        // `{{name}}` at the end of a title is no list of attributes.
        Some((title, attributes)) if !attributes.contains('}') && !title.ends_with('{') => {
            (title.trim().to_owned(), Some(attributes.to_owned()))
        }
        _ => (text.to_owned(), None),
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= SHOWN {
        return line.to_owned();
    }
    line.chars().take(SHOWN).chain(['…']).collect()
}
