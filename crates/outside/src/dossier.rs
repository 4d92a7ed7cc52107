//! The dossier: one drawer of one case, readable by a person, as PDF.
//!
//! The file is PDF/A-2a (ISO 19005-2, level A: tagged, archival) and PDF/UA-1 (ISO 14289-1), as far as Typst 0.15
//! enforces them (checked 2026-11-23; see docs/adr/0002-pdf.md). All text comes in as data and is never read as
//! markup. The same input gives the same bytes.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

mod labels;
mod parts;
mod sheet;
mod words;
mod world;

/// The language of the fixed words, and the one that the PDF declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Danish,
    English,
}

impl Language {
    /// The ISO 639-1 code.
    fn code(self) -> &'static str {
        match self {
            Self::Danish => "da",
            Self::English => "en",
        }
    }
}

/// Everything that stands in a dossier. Every string is plain text, already in the reader's language and zone;
/// `\n` in paragraphs starts a new line.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub language: Language,
    pub municipality: String,
    /// The case's number, such as `2026-0001`. It becomes part of the file's metadata.
    pub number: String,
    pub title: String,
    /// What the drawer is called on screen, such as "Sagen".
    pub drawer: String,
    /// When the dossier was made, as the reader should see it.
    pub made: String,
    /// The table on the front page: name, value.
    pub facts: Vec<(String, String)>,
    /// Paragraphs.
    pub summary: Vec<String>,
    pub assessment: Vec<Section>,
    pub contacts: Vec<Section>,
    /// In the order in which it is to be read.
    pub chronology: Vec<Line>,
    pub exhibits: Vec<Exhibit>,
    /// Paragraphs: head hash, root, and whatever else a checker compares; reads best as `name:\nvalue`.
    pub proof: Vec<String>,
}

/// A heading (may be empty) and its paragraphs.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    pub heading: String,
    pub paragraphs: Vec<String>,
}

/// One line of the chronology.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub when: String,
    pub who: String,
    pub what: String,
}

/// One exhibit: what is known of it, and its picture or text where it has one. Fields left empty are not shown.
#[derive(Debug, Clone)]
pub struct Exhibit {
    pub number: u32,
    pub name: String,
    pub kind: String,
    pub size: String,
    /// 64 hex digits.
    pub sha256: String,
    /// How it came.
    pub came: String,
    /// When, and by whose word, it was seen.
    pub seen: String,
    pub received: String,
    /// Who says where it comes from, or its address.
    pub source: String,
    pub sent_by: String,
    pub corroboration: String,
    /// PNG, JPEG, WebP or GIF, as it came. Anything that can't be decoded within 60 megapixels is said, not shown.
    pub picture: Option<Vec<u8>>,
    /// What the picture shows, for those who can't see it; empty gives a general text.
    pub alt: String,
    /// The readable text of a text file or a mail; the first 20,000 characters are shown.
    pub text: Option<String>,
}

/// Why a dossier could not be written. No input text causes one: these are faults of the program.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    #[error("the dossier could not be laid out: {0}")]
    Layout(String),
    #[error("the dossier could not be written as PDF/A: {0}")]
    Export(String),
    #[error("the dossier's data could not be passed on: {0}")]
    Data(#[from] serde_json::Error),
}

/// Writes dossiers. Making one costs nothing: fonts and library are loaded by the first dossier (about 1 MB) and kept.
#[derive(Default)]
pub struct DossierWriter {
    kit: OnceLock<world::Kit>,
}

impl std::fmt::Debug for DossierWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DossierWriter")
    }
}

impl DossierWriter {
    /// Loads nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The dossier as PDF. Takes processor time (tens of milliseconds and up, more with many pictures): call it off
    /// the async threads. `made_at` becomes the creation date in the metadata, in UTC.
    ///
    /// # Errors
    ///
    /// [`DossierError`] when Typst refuses; no picture and no text makes it.
    pub fn render(&self, dossier: &Dossier, made_at: Timestamp) -> Result<Vec<u8>, DossierError> {
        let kit = self.kit.get_or_init(world::Kit::new);
        let (sheet, pictures) = sheet::fill(dossier, &words::Words::new(kit.running()));
        let desk = world::Desk::new(kit, serde_json::to_vec(&sheet)?, pictures);
        let written = write(&desk, dossier, made_at);
        // What Typst remembers of this dossier would stay in memory, readable, for as long as the server runs.
        typst::comemo::evict(0);
        written
    }
}

fn write(desk: &world::Desk<'_>, dossier: &Dossier, made_at: Timestamp) -> Result<Vec<u8>, DossierError> {
    let document: PagedDocument = typst::compile(desk)
        .output
        .map_err(|errors| DossierError::Layout(said(&errors)))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| DossierError::Export(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("vaern-dossier {} {}", dossier.number, made_at)),
        creator: Smart::Custom(Some("Værn".to_owned())),
        timestamp: creation(made_at),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| DossierError::Export(said(&errors)))
}

fn creation(at: Timestamp) -> Option<typst_pdf::Timestamp> {
    let at = at.to_zoned(TimeZone::UTC);
    let small = |n: i8| u8::try_from(n).ok();
    let datetime = Datetime::from_ymd_hms(
        i32::from(at.year()),
        small(at.month())?,
        small(at.day())?,
        small(at.hour())?,
        small(at.minute())?,
        small(at.second())?,
    )?;
    Some(typst_pdf::Timestamp::new_utc(datetime))
}

fn said(errors: &[SourceDiagnostic]) -> String {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    messages.join("; ")
}
