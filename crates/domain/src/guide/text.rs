//! The guide's text as a tree of our own. What the tree can't say (HTML, scripts, pictures from elsewhere), no page and no
//! PDF made from it can show.

use serde::Serialize;

/// A block of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Block {
    /// A heading inside a paragraph of the guide; `level` 3 to 6.
    Heading {
        level: u8,
        text: Vec<Inline>,
    },
    Paragraph {
        text: Vec<Inline>,
    },
    List {
        /// The first number; none for bullets.
        first: Option<u64>,
        items: Vec<Item>,
    },
    Quote {
        blocks: Vec<Block>,
    },
    Code {
        text: String,
    },
    Rule,
    /// The first row is the header.
    Table {
        rows: Vec<Vec<Vec<Inline>>>,
    },
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// An item to tick, of the self-check.
    pub task: bool,
    pub blocks: Vec<Block>,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Inline {
    Text {
        text: String,
    },
    Code {
        text: String,
    },
    Emphasis {
        text: Vec<Inline>,
    },
    Strong {
        text: Vec<Inline>,
    },
    Link {
        to: Target,
        text: Vec<Inline>,
    },
    /// A picture of the guide's own, by its file name.
    Picture {
        name: String,
        alt: String,
    },
    Break,
}

/// Where a link goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "to", rename_all = "lowercase")]
pub enum Target {
    /// A paragraph or chapter of the guide.
    Anchor(String),
    /// `https:`, `http:`, `mailto:` or `tel:`.
    Web(String),
}

/// The words alone.
pub fn plain(text: &[Inline]) -> String {
    text.iter().fold(String::new(), |said, piece| match piece {
        Inline::Text { text } | Inline::Code { text } => said + text,
        Inline::Emphasis { text } | Inline::Strong { text } | Inline::Link { text, .. } => {
            said + &plain(text)
        }
        Inline::Picture { alt, .. } => said + alt,
        Inline::Break => said + " ",
    })
}

impl Block {
    /// Every piece of a line in this block and those inside it, changed by `change`; link targets too.
    pub fn each(&mut self, change: &mut impl FnMut(&mut Inline)) {
        match self {
            Self::Heading { text, .. } | Self::Paragraph { text } => inlines(text, change),
            Self::List { items, .. } => items
                .iter_mut()
                .flat_map(|item| &mut item.blocks)
                .for_each(|block| block.each(change)),
            Self::Quote { blocks } => blocks.iter_mut().for_each(|block| block.each(change)),
            Self::Table { rows } => rows.iter_mut().flatten().for_each(|cell| inlines(cell, change)),
            Self::Code { .. } | Self::Rule => {}
        }
    }

    /// How many words there are.
    pub fn words(&self) -> usize {
        let count = |text: &[Inline]| plain(text).split_whitespace().count();
        match self {
            Self::Heading { text, .. } | Self::Paragraph { text } => count(text),
            Self::List { items, .. } => items.iter().flat_map(|item| &item.blocks).map(Self::words).sum(),
            Self::Quote { blocks } => blocks.iter().map(Self::words).sum(),
            Self::Table { rows } => rows.iter().flatten().map(|cell| count(cell)).sum(),
            Self::Code { text } => text.split_whitespace().count(),
            Self::Rule => 0,
        }
    }

    /// How many items there are to tick.
    pub fn tasks(&self) -> usize {
        match self {
            Self::List { items, .. } => items
                .iter()
                .map(|item| usize::from(item.task) + item.blocks.iter().map(Self::tasks).sum::<usize>())
                .sum(),
            Self::Quote { blocks } => blocks.iter().map(Self::tasks).sum(),
            _ => 0,
        }
    }
}

fn inlines(text: &mut [Inline], change: &mut impl FnMut(&mut Inline)) {
    for piece in text {
        change(piece);
        match piece {
            Inline::Emphasis { text } | Inline::Strong { text } | Inline::Link { text, .. } => {
                inlines(text, change);
            }
            _ => {}
        }
    }
}
