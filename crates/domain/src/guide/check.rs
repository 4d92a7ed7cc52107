//! A whole edition: everything that is wrong in it, at once; and the book that it makes for readers.

use super::read::{Use, chapter};
use super::{Chapter, Device, Fault, Platform, Problem, Reader, Section, VARIABLES, Variables};
use crate::language::Language;
use crate::vocabulary::DutyKind;
use std::collections::{BTreeMap, BTreeSet};

/// How many words are read in two minutes, at the pace of somebody who is not in a hurry.
const TWO_MINUTES: usize = 460;

/// Which text: a chapter, or [`VARIABLES`] (which is kept as Danish).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub name: String,
    pub language: Language,
}

impl Key {
    /// The text of this name in this language.
    pub fn new(name: impl Into<String>, language: Language) -> Self {
        Self {
            name: name.into(),
            language,
        }
    }
}

/// The texts and pictures of one edition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub texts: BTreeMap<Key, String>,
    /// The pictures' file names.
    pub pictures: BTreeSet<String>,
}

/// The guide as one person reads it: one language, every name filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    pub language: Language,
    pub chapters: Vec<Chapter>,
}

impl Content {
    /// One text.
    pub fn get(&self, name: &str, language: Language) -> Option<&str> {
        self.texts.get(&Key::new(name, language)).map(String::as_str)
    }

    /// The names of the chapters, in order, whichever language they are in.
    pub fn chapters(&self) -> BTreeSet<&str> {
        let names = self.texts.keys().map(|key| key.name.as_str());
        names.filter(|name| *name != VARIABLES).collect()
    }

    /// The guide in one language; what can't be read is left out.
    pub fn book(&self, language: Language, variables: &Variables) -> Book {
        let texts = self
            .texts
            .iter()
            .filter(|(key, _)| key.language == language && key.name != VARIABLES);
        let read = texts.map(|(key, text)| chapter(language, &key.name, text).0);
        Book {
            language,
            chapters: read.map(|read| variables.fill(read, language)).collect(),
        }
    }
}

impl Book {
    /// Every paragraph with its chapter, in order.
    pub fn sections(&self) -> impl Iterator<Item = (&Chapter, &Section)> {
        self.chapters
            .iter()
            .flat_map(|chapter| chapter.sections.iter().map(move |section| (chapter, section)))
    }

    /// The chapter of this name or slug.
    pub fn chapter(&self, slug: &str) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.slug == slug)
    }

    /// The paragraph of this anchor.
    pub fn section(&self, anchor: &str) -> Option<(&Chapter, &Section)> {
        self.sections().find(|(_, section)| section.anchor == anchor)
    }

    /// The paragraph that explains a duty.
    pub fn on_duty(&self, duty: DutyKind) -> Option<&Section> {
        self.sections()
            .map(|(_, section)| section)
            .find(|section| section.duties.contains(&duty))
    }

    /// The how-to of a platform.
    pub fn on_platform(&self, platform: Platform) -> Option<&Section> {
        self.sections()
            .map(|(_, section)| section)
            .find(|section| section.platforms.contains(&platform))
    }

    /// The how-to of a device.
    pub fn on_device(&self, device: Device) -> Option<&Section> {
        self.sections()
            .map(|(_, section)| section)
            .find(|section| section.devices.contains(&device))
    }

    /// What to read first, in two minutes: what stands on the action cards of these readers, else what is written for them;
    /// in order, as far as the time goes. What is for a role of theirs comes before what is for every employee.
    pub fn path(&self, readers: &BTreeSet<Reader>) -> Vec<(&Chapter, &Section)> {
        let roles: BTreeSet<Reader> = readers
            .iter()
            .copied()
            .filter(|reader| *reader != Reader::Employee)
            .collect();
        let meant =
            |whom: &[Reader], readers: &BTreeSet<Reader>| whom.iter().any(|reader| readers.contains(reader));
        let carded = self.sections().any(|(_, section)| meant(&section.cards, readers));
        let whom = |section: &Section| {
            if carded {
                section.cards.clone()
            } else {
                section.readers.clone()
            }
        };
        let (mut words, mut chosen) = (0, BTreeSet::new());
        for readers in [&roles, readers] {
            for (place, (_, section)) in self.sections().enumerate() {
                if chosen.contains(&place) || !meant(&whom(section), readers) {
                    continue;
                }
                if words == 0 || words + section.words() <= TWO_MINUTES {
                    words += section.words();
                    chosen.insert(place);
                }
            }
        }
        let places = self.sections().enumerate();
        places
            .filter_map(|(place, found)| chosen.contains(&place).then_some(found))
            .collect()
    }

    /// What stands on a role's action card.
    pub fn card(&self, reader: Reader) -> Vec<&Section> {
        self.sections()
            .map(|(_, section)| section)
            .filter(|section| section.cards.contains(&reader))
            .collect()
    }
}

/// Everything that is wrong in an edition, by language, chapter and line.
pub fn check(content: &Content, variables: &Variables) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some((line, why)) = &variables.fault {
        let problem = Problem::BadVariables(why.clone());
        faults.push(Fault::new(Language::Da, VARIABLES, *line, problem));
    }
    if content.chapters().is_empty() {
        faults.push(Fault::new(Language::Da, "", 0, Problem::Empty));
    }
    let read = |language: Language, faults: &mut Vec<Fault>| -> Vec<Chapter> {
        let texts = content
            .texts
            .iter()
            .filter(|(key, _)| key.language == language && key.name != VARIABLES);
        let mut chapters = Vec::new();
        for (key, text) in texts {
            let (chapter, found) = chapter(language, &key.name, text);
            faults.extend(found);
            chapters.push(chapter);
        }
        chapters
    };
    for language in Language::ALL {
        let chapters = read(*language, &mut faults);
        let other = match language {
            Language::Da => Language::En,
            Language::En => Language::Da,
        };
        let others = read(other, &mut Vec::new());
        one_language(*language, &chapters, content, variables, &mut faults);
        missing_in_other(*language, &chapters, &others, &mut faults);
    }
    faults.sort();
    faults
}

fn one_language(
    language: Language,
    chapters: &[Chapter],
    content: &Content,
    variables: &Variables,
    faults: &mut Vec<Fault>,
) {
    let mut anchors: BTreeMap<&str, &str> = BTreeMap::new();
    for chapter in chapters {
        let own = [(chapter.slug.as_str(), 1)];
        let all = own.into_iter().chain(
            chapter
                .sections
                .iter()
                .map(|section| (section.anchor.as_str(), section.line)),
        );
        for (anchor, line) in all.filter(|(anchor, _)| !anchor.is_empty()) {
            if let Some(first) = anchors.insert(anchor, &chapter.name) {
                let (anchor, other) = (anchor.to_owned(), first.to_owned());
                faults.push(Fault::new(
                    language,
                    &chapter.name,
                    line,
                    Problem::SameAnchor { anchor, other },
                ));
            }
        }
    }
    for chapter in chapters {
        for (line, used) in &chapter.uses {
            let problem = match used {
                Use::Anchor(anchor) if !anchors.contains_key(anchor.as_str()) => {
                    Problem::BrokenLink(anchor.clone())
                }
                Use::Picture(name) if !content.pictures.contains(name) => {
                    Problem::UnknownPicture(name.clone())
                }
                Use::Variable(name) if variables.get(name, language).is_none() => {
                    Problem::UnknownVariable(name.clone())
                }
                _ => continue,
            };
            faults.push(Fault::new(language, &chapter.name, *line, problem));
        }
    }
    if chapters.is_empty() {
        return;
    }
    let explained: BTreeSet<DutyKind> = chapters
        .iter()
        .flat_map(|chapter| &chapter.sections)
        .flat_map(|section| section.duties.iter().copied())
        .collect();
    for duty in DutyKind::ALL.iter().filter(|duty| !explained.contains(duty)) {
        faults.push(Fault::new(language, "", 0, Problem::DutyUnexplained(*duty)));
    }
}

fn missing_in_other(language: Language, here: &[Chapter], there: &[Chapter], faults: &mut Vec<Fault>) {
    let slugs: BTreeSet<&str> = there.iter().map(|chapter| chapter.slug.as_str()).collect();
    let sections: BTreeMap<&str, &Section> = there
        .iter()
        .flat_map(|chapter| &chapter.sections)
        .map(|section| (section.anchor.as_str(), section))
        .collect();
    for chapter in here {
        let mut put = |line, problem| faults.push(Fault::new(language, &chapter.name, line, problem));
        if !slugs.contains(chapter.slug.as_str()) {
            put(0, Problem::OnlyHere(chapter.slug.clone()));
        }
        for section in chapter
            .sections
            .iter()
            .filter(|section| !section.anchor.is_empty())
        {
            match sections.get(section.anchor.as_str()) {
                None => put(section.line, Problem::OnlyHere(section.anchor.clone())),
                // Said once, where Danish is.
                Some(other) if language == Language::Da && attributes(section) != attributes(other) => {
                    put(section.line, Problem::OtherAttributes(section.anchor.clone()));
                }
                Some(_) => {}
            }
        }
    }
}

/// Everything that a heading says beside its title, in an order of its own.
fn attributes(section: &Section) -> [BTreeSet<&'static str>; 5] {
    [
        section.readers.iter().map(|word| word.name()).collect(),
        section.cards.iter().map(|word| word.name()).collect(),
        section.duties.iter().map(|word| word.name()).collect(),
        section.platforms.iter().map(|word| word.name()).collect(),
        section.devices.iter().map(|word| word.name()).collect(),
    ]
}
