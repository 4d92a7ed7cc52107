//! Documents with boxes burnt in: every page a picture of new pixels, so that there is no text, layer or attachment left to
//! find anything in.

use std::path::{Path, PathBuf};

use domain::case::redaction::Patch;
use image::codecs::jpeg::JpegEncoder;
use jiff::Timestamp;
use serde::Serialize;

use super::program::Fault;
use super::redact::{burn, read};
use super::{PAGES, document};
use crate::paper::{self, Desk, Language, PaperError, Template};
use crate::picture;

/// The type of a document that was covered.
pub const COVERED_DOCUMENT: &str = "application/pdf";
/// The longest side of a page, in pixels: about 200 to the inch of an A4 page.
const SIDE: u32 = 2340;
/// And in points.
const POINTS: f64 = 842.0;
const QUALITY: u8 = 85;

/// Why a document could not be covered.
#[derive(Debug)]
pub enum NotCovered {
    Fault(Fault),
    /// It has more than [`PAGES`]; a copy of some of them would look like all of them.
    TooManyPages,
    /// The box at this place, from 0, lies on a page that there is none of.
    NoSuchPage(usize),
    /// The new document could not be written: a fault of ours.
    Unwritten(PaperError),
}

impl From<Fault> for NotCovered {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What the copy says of itself.
#[derive(Clone, Debug)]
pub struct CoveredBy {
    pub language: Language,
    pub title: String,
    /// With `{n}` for the page's number: what stands for a page to who can't see it.
    pub page: String,
}

#[derive(Serialize)]
struct Sheets<'a> {
    lang: &'static str,
    title: &'a str,
    pages: Vec<Sheet>,
}

#[derive(Serialize)]
struct Sheet {
    width: f64,
    height: f64,
    alt: String,
}

/// The document at `original` as a new PDF whose pages are pictures, with the patches black. `room` is an empty private
/// folder.
///
/// # Errors
/// See [`NotCovered`].
pub async fn covered_document(
    original: &Path,
    room: &Path,
    patches: Vec<Patch>,
    by: CoveredBy,
    at: Timestamp,
) -> Result<Vec<u8>, NotCovered> {
    if document::count(original, room)
        .await
        .is_some_and(|count| count > PAGES)
    {
        return Err(NotCovered::TooManyPages);
    }
    let pages = document::pages(original, room, SIDE, "-png").await?;
    let beyond = |patch: &Patch| patch.page == 0 || patch.page as usize > pages.len();
    if let Some(at) = patches.iter().position(beyond) {
        return Err(NotCovered::NoSuchPage(at));
    }
    let made = tokio::task::spawn_blocking(move || set(&pages, &patches, &by, at));
    made.await.unwrap_or(Err(Fault::Broken.into()))
}

fn set(pages: &[PathBuf], patches: &[Patch], by: &CoveredBy, at: Timestamp) -> Result<Vec<u8>, NotCovered> {
    let (mut sheets, mut pictures) = (Vec::new(), Vec::new());
    for (number, path) in (1..).zip(pages) {
        let mut page = picture::flat(read(path)?);
        let on_it = patches.iter().filter(|patch| patch.page == number);
        on_it.for_each(|patch| burn(&mut page, patch.region));
        let (width, height) = (f64::from(page.width()), f64::from(page.height()));
        let scale = POINTS / width.max(height);
        sheets.push(Sheet {
            width: width * scale,
            height: height * scale,
            alt: by.page.replace("{n}", &number.to_string()),
        });
        let mut jpeg = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
        page.write_with_encoder(encoder).map_err(|_| Fault::Broken)?;
        pictures.push(jpeg);
    }
    let data = Sheets {
        lang: by.language.code(),
        title: &by.title,
        pages: sheets,
    };
    let data = serde_json::to_vec(&data).map_err(|error| NotCovered::Unwritten(error.into()))?;
    let desk = Desk::new(paper::kit(), Template::Covered, data, pictures);
    let ident = format!("vaern-covered {} {at}", by.title);
    let written = paper::write(&desk, ident, at);
    written.map(|(pdf, _)| pdf).map_err(NotCovered::Unwritten)
}
