//! What can be wrong in a guide, each with its place, in words for both languages.

use super::{CHAPTER_LIMIT, Device, Platform, Reader};
use crate::language::Language;
use crate::vocabulary::DutyKind;

/// Something wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The language of the text that it is wrong in.
    pub text: Language,
    /// The chapter's name (`03-at-ske`), or `guide.toml`; empty when the guide as a whole is meant.
    pub chapter: String,
    /// From 1; 0 when the chapter as a whole is meant.
    pub line: usize,
    pub problem: Problem,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// No chapter at all.
    Empty,
    /// The first line is not `# Title {#slug}`.
    NoTitle,
    /// A second `#` heading.
    SecondTitle,
    /// A `##` heading without `{#anchor}`.
    NoAnchor(String),
    /// Not lower-case letters a to z, digits and hyphens, or longer than 80.
    BadAnchor(String),
    /// A page beside the guide is called so.
    TakenAnchor(String),
    /// The anchor is in this chapter too.
    SameAnchor {
        anchor: String,
        other: String,
    },
    UnknownAttribute(String),
    UnknownReader(String),
    UnknownDuty(String),
    UnknownPlatform(String),
    UnknownDevice(String),
    Html(String),
    OutsidePicture(String),
    UnknownPicture(String),
    /// A picture without words for those who can't see it.
    NoAlt(String),
    BrokenLink(String),
    /// A link that is neither to a paragraph nor `https:`, `http:`, `mailto:` or `tel:`.
    BadLink(String),
    UnknownVariable(String),
    /// `{{` without `}}`.
    OpenVariable,
    /// `guide.toml` can't be read.
    BadVariables(String),
    /// This many bytes.
    TooLarge(usize),
    TooDeep,
    ControlCharacters,
    /// The paragraph or chapter is not in the other language.
    OnlyHere(String),
    /// The paragraph's attributes are others in the other language.
    OtherAttributes(String),
    /// No paragraph explains the duty.
    DutyUnexplained(DutyKind),
}

impl Fault {
    pub(super) fn new(text: Language, chapter: &str, line: usize, problem: Problem) -> Self {
        Self {
            text,
            chapter: chapter.to_owned(),
            line,
            problem,
        }
    }

    /// The place: `da/03-at-ske.md, linje 12`.
    pub fn place(&self, language: Language) -> String {
        let file = match self.chapter.as_str() {
            "" => return String::new(),
            super::VARIABLES => super::VARIABLES.to_owned(),
            chapter => format!("{}/{chapter}.md", self.text),
        };
        match (self.line, language) {
            (0, _) => file,
            (line, Language::Da) => format!("{file}, linje {line}"),
            (line, Language::En) => format!("{file}, line {line}"),
        }
    }

    /// Place and problem in one line.
    pub fn message(&self, language: Language) -> String {
        let place = self.place(language);
        let problem = self.problem.message(language);
        if place.is_empty() {
            problem
        } else {
            format!("{place}: {problem}")
        }
    }
}

impl Problem {
    /// The problem alone, as a sentence without its full stop.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Da => self.danish(),
            Language::En => self.english(),
        }
    }

    fn danish(&self) -> String {
        match self {
            Self::Empty => "Vejledningen har ingen kapitler".into(),
            Self::NoTitle => "Første linje skal være kapitlets titel, som »# Titel {#navn}«".into(),
            Self::SecondTitle => "Et kapitel har kun én titel med #; afsnit begynder med ##".into(),
            Self::NoAnchor(title) => format!("Afsnittet »{title}« mangler sit navn, som »{{#navn}}«"),
            Self::TakenAnchor(name) => format!("»{name}« er navnet på en side i Værn: vælg et andet"),
            Self::BadAnchor(name) => {
                format!(
                    "»{name}« kan ikke være navn: brug små bogstaver a-z, tal og bindestreg, højst 80 tegn"
                )
            }
            Self::SameAnchor { anchor, other } => format!("Navnet »{anchor}« bruges allerede i {other}"),
            Self::UnknownAttribute(word) => {
                format!("»{word}« kendes ikke; brug role, duty, platform, device eller card")
            }
            Self::UnknownReader(word) => format!("Rollen »{word}« findes ikke; brug {}", names(Reader::ALL)),
            Self::UnknownDuty(word) => format!("Pligten »{word}« findes ikke; brug {}", names(DutyKind::ALL)),
            Self::UnknownPlatform(word) => {
                format!("Platformen »{word}« findes ikke; brug {}", names(Platform::ALL))
            }
            Self::UnknownDevice(word) => format!("Enheden »{word}« findes ikke; brug {}", names(Device::ALL)),
            Self::Html(html) => format!("HTML kan ikke bruges: »{html}«"),
            Self::OutsidePicture(url) => {
                format!(
                    "Billedet »{url}« ligger et andet sted; brug et af vejledningens egne, som »pictures/navn.svg«"
                )
            }
            Self::UnknownPicture(name) => format!("Billedet »{name}« findes ikke i vejledningen"),
            Self::NoAlt(name) => format!("Billedet »{name}« mangler en tekst til dem, der ikke kan se det"),
            Self::BrokenLink(anchor) => format!("Linket til »#{anchor}« fører ingen steder hen"),
            Self::BadLink(url) => {
                format!("Linket »{url}« kan ikke bruges: link til et afsnit (#navn), https, mailto eller tel")
            }
            Self::UnknownVariable(name) => format!("Oplysningen »{{{{{name}}}}}« findes ikke"),
            Self::OpenVariable => "»{{« mangler sit »}}«".into(),
            Self::BadVariables(why) => format!("Kommunens oplysninger kan ikke læses: {why}"),
            Self::TooLarge(bytes) => {
                format!(
                    "Kapitlet fylder {bytes} byte; det højeste er {CHAPTER_LIMIT}. Del det i flere kapitler"
                )
            }
            Self::TooDeep => "Lister og citater ligger for dybt inde i hinanden".into(),
            Self::ControlCharacters => "Teksten har styretegn, som ikke kan vises".into(),
            Self::OnlyHere(anchor) => format!("»{anchor}« findes ikke på det andet sprog"),
            Self::OtherAttributes(anchor) => {
                format!("»{anchor}« har andre roller, pligter eller platforme på det andet sprog")
            }
            Self::DutyUnexplained(duty) => format!("Intet afsnit forklarer pligten »{duty}«"),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Empty => "The guide has no chapters".into(),
            Self::NoTitle => "The first line must be the chapter's title, such as “# Title {#name}”".into(),
            Self::SecondTitle => "A chapter has one title with #; paragraphs begin with ##".into(),
            Self::NoAnchor(title) => format!("The paragraph “{title}” has no name, such as “{{#name}}”"),
            Self::TakenAnchor(name) => format!("“{name}” is the name of a page of Værn: choose another"),
            Self::BadAnchor(name) => {
                format!("“{name}” can't be a name: use small letters a-z, digits and hyphens, at most 80")
            }
            Self::SameAnchor { anchor, other } => format!("The name “{anchor}” is used in {other} already"),
            Self::UnknownAttribute(word) => {
                format!("“{word}” is unknown; use role, duty, platform, device or card")
            }
            Self::UnknownReader(word) => format!("There is no role “{word}”; use {}", names(Reader::ALL)),
            Self::UnknownDuty(word) => format!("There is no duty “{word}”; use {}", names(DutyKind::ALL)),
            Self::UnknownPlatform(word) => {
                format!("There is no platform “{word}”; use {}", names(Platform::ALL))
            }
            Self::UnknownDevice(word) => format!("There is no device “{word}”; use {}", names(Device::ALL)),
            Self::Html(html) => format!("HTML can't be used: “{html}”"),
            Self::OutsidePicture(url) => {
                format!(
                    "The picture “{url}” lies elsewhere; use one of the guide's own, such as “pictures/name.svg”"
                )
            }
            Self::UnknownPicture(name) => format!("The guide has no picture “{name}”"),
            Self::NoAlt(name) => format!("The picture “{name}” has no words for those who can't see it"),
            Self::BrokenLink(anchor) => format!("The link to “#{anchor}” leads nowhere"),
            Self::BadLink(url) => {
                format!("The link “{url}” can't be used: link to a paragraph (#name), https, mailto or tel")
            }
            Self::UnknownVariable(name) => format!("There is no “{{{{{name}}}}}”"),
            Self::OpenVariable => "“{{” has no “}}”".into(),
            Self::BadVariables(why) => format!("The municipality's own names can't be read: {why}"),
            Self::TooLarge(bytes) => {
                format!("The chapter has {bytes} bytes; the most is {CHAPTER_LIMIT}. Split it into several")
            }
            Self::TooDeep => "Lists and quotes lie too deep inside each other".into(),
            Self::ControlCharacters => "The text has control characters, which can't be shown".into(),
            Self::OnlyHere(anchor) => format!("“{anchor}” is not in the other language"),
            Self::OtherAttributes(anchor) => {
                format!("“{anchor}” has other roles, duties or platforms in the other language")
            }
            Self::DutyUnexplained(duty) => format!("No paragraph explains the duty “{duty}”"),
        }
    }
}

fn names<T: std::fmt::Display>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
