//! What the template reads: the dossier with every text made fit for the page and every picture cut to it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::paper::Words;

use super::{Dossier, Exhibit, Line, Section, labels, parts};

/// How many characters of an exhibit's text are shown.
const MAX_TEXT: usize = 20_000;
/// How many strips a whole dossier may show; exhibits after that are said to lie in the bag.
const MAX_PICTURES: usize = 2_000;
/// A picture at least this many times as high as wide stands beside its facts instead of over them.
const UPRIGHT: f64 = 1.15;

#[derive(Serialize)]
pub(crate) struct Sheet {
    lang: &'static str,
    labels: BTreeMap<&'static str, &'static str>,
    municipality: String,
    number: String,
    title: String,
    drawer: String,
    made: String,
    facts: Vec<(String, String)>,
    summary: Vec<String>,
    assessment: Vec<Section>,
    contacts: Vec<Section>,
    chronology: Vec<Line>,
    exhibits: Vec<Card>,
    proof: Vec<String>,
    replaced: bool,
}

#[derive(Serialize)]
struct Card {
    number: u32,
    rows: Vec<(&'static str, String)>,
    sha256: Vec<String>,
    /// `None`: no picture. Empty: a picture that can't be shown.
    strips: Option<Vec<Place>>,
    cut: bool,
    upright: bool,
    alt: String,
    text: Option<String>,
    text_cut: bool,
}

/// A strip's pixels and where they are.
#[derive(Serialize)]
struct Place {
    file: String,
    width: u32,
    height: u32,
}

/// Gives the template's data and the pixels that it refers to, in order.
pub(crate) fn fill(dossier: &Dossier, words: &Words<'_>) -> (Sheet, Vec<Vec<u8>>) {
    let shown = dossier
        .exhibits
        .iter()
        .filter(|exhibit| exhibit.picture.is_some())
        .count();
    let pixels = parts::pixels_each(shown);
    let cut = in_parallel(&dossier.exhibits, pixels);
    let mut pictures = Vec::new();
    let exhibits = dossier.exhibits.iter().zip(cut);
    let exhibits = exhibits
        .map(|(exhibit, cut)| card(exhibit, cut, words, &mut pictures))
        .collect();
    let mut sheet = Sheet {
        lang: dossier.language.code(),
        labels: labels::of(dossier.language),
        municipality: words.plain(&dossier.municipality),
        number: words.plain(&dossier.number),
        title: words.line(&dossier.title),
        drawer: words.line(&dossier.drawer),
        made: words.line(&dossier.made),
        facts: dossier
            .facts
            .iter()
            .map(|(name, value)| (words.line(name), words.lines(value)))
            .collect(),
        summary: paragraphs(&dossier.summary, words),
        assessment: sections(&dossier.assessment, words),
        contacts: sections(&dossier.contacts, words),
        chronology: dossier.chronology.iter().map(|line| entry(line, words)).collect(),
        exhibits,
        proof: paragraphs(&dossier.proof, words),
        replaced: false,
    };
    sheet.replaced = words.replaced();
    (sheet, pictures)
}

/// Two at a time: decoding is most of the work, and each holds a whole picture in memory.
fn in_parallel(exhibits: &[Exhibit], pixels: u64) -> Vec<Option<parts::Parts>> {
    let one = |exhibit: &Exhibit| {
        exhibit
            .picture
            .as_deref()
            .and_then(|bytes| parts::cut(bytes, pixels))
    };
    std::thread::scope(|scope| {
        let odd = scope.spawn(|| exhibits.iter().skip(1).step_by(2).map(one).collect::<Vec<_>>());
        let even: Vec<_> = exhibits.iter().step_by(2).map(one).collect();
        let mut odd = odd.join().unwrap_or_default().into_iter();
        let mut all = Vec::with_capacity(exhibits.len());
        for (n, parts) in even.into_iter().enumerate() {
            all.push(parts);
            if 2 * n + 1 < exhibits.len() {
                all.push(odd.next().flatten());
            }
        }
        all
    })
}

fn card(
    exhibit: &Exhibit,
    cut: Option<parts::Parts>,
    words: &Words<'_>,
    pictures: &mut Vec<Vec<u8>>,
) -> Card {
    let rows = [
        ("name", &exhibit.name),
        ("kind", &exhibit.kind),
        ("size", &exhibit.size),
        ("sha256", &exhibit.sha256),
        ("came", &exhibit.came),
        ("sent_by", &exhibit.sent_by),
        ("seen", &exhibit.seen),
        ("received", &exhibit.received),
        ("source", &exhibit.source),
        ("corroboration", &exhibit.corroboration),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.trim().is_empty());
    let hash: Vec<char> = words.plain(&exhibit.sha256).chars().collect();
    let fits = cut.filter(|parts| pictures.len() + parts.strips.len() <= MAX_PICTURES);
    let (was_cut, upright) = fits.as_ref().map_or((false, false), |parts| {
        let upright = parts
            .strips
            .first()
            .is_some_and(|s| f64::from(s.height) >= UPRIGHT * f64::from(s.width));
        (parts.cut, upright)
    });
    let strips = exhibit.picture.as_ref().map(|_| {
        let strips = fits.into_iter().flat_map(|parts| parts.strips);
        strips.map(|strip| place(strip, pictures)).collect()
    });
    let text = exhibit
        .text
        .as_ref()
        .map(|text| text.chars().take(MAX_TEXT).collect::<String>());
    Card {
        number: exhibit.number,
        rows: rows.map(|(label, value)| (label, words.lines(value))).collect(),
        sha256: hash.chunks(8).map(|group| group.iter().collect()).collect(),
        strips,
        cut: was_cut,
        upright,
        alt: words.plain(&exhibit.alt),
        text: text.map(|text| words.lines(&text)),
        text_cut: exhibit
            .text
            .as_ref()
            .is_some_and(|text| text.chars().nth(MAX_TEXT).is_some()),
    }
}

fn place(strip: parts::Strip, pictures: &mut Vec<Vec<u8>>) -> Place {
    let file = format!("/pictures/{}", pictures.len());
    pictures.push(strip.rgb);
    Place {
        file,
        width: strip.width,
        height: strip.height,
    }
}

fn entry(line: &Line, words: &Words<'_>) -> Line {
    Line {
        when: words.line(&line.when),
        who: words.line(&line.who),
        what: words.lines(&line.what),
    }
}

fn paragraphs(texts: &[String], words: &Words<'_>) -> Vec<String> {
    texts.iter().map(|text| words.lines(text)).collect()
}

fn sections(sections: &[Section], words: &Words<'_>) -> Vec<Section> {
    let cleaned = sections.iter().map(|section| Section {
        heading: words.line(&section.heading),
        paragraphs: paragraphs(&section.paragraphs, words),
    });
    cleaned.collect()
}
