//! The dossier: one drawer of one case, readable by a person, as PDF.
//!
//! The file is PDF/A-2a (ISO 19005-2, level A: tagged, archival) and PDF/UA-1 (ISO 14289-1), as far as Typst 0.15
//! enforces them (checked 2026-11-23; see docs/adr/0002-pdf.md). All text comes in as data and is never read as
//! markup. The same input gives the same bytes.

use jiff::Timestamp;
use serde::Serialize;

use crate::paper::{self, Desk, Template, Words};

pub use crate::paper::{Language, PaperError as DossierError};

mod labels;
mod parts;
mod sheet;

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

/// Writes dossiers. Making one costs nothing: fonts and library are loaded by the first document (about 1 MB) and kept.
#[derive(Debug, Default)]
pub struct DossierWriter;

impl DossierWriter {
    /// Loads nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// The dossier as PDF. Takes processor time (tens of milliseconds and up, more with many pictures): call it off
    /// the async threads. `made_at` becomes the creation date in the metadata, in UTC.
    ///
    /// # Errors
    ///
    /// [`DossierError`] when Typst refuses; no picture and no text makes it.
    pub fn render(&self, dossier: &Dossier, made_at: Timestamp) -> Result<Vec<u8>, DossierError> {
        let kit = paper::kit();
        let (sheet, pictures) = sheet::fill(dossier, &Words::new(kit.running()));
        let desk = Desk::new(kit, Template::Dossier, serde_json::to_vec(&sheet)?, pictures);
        let ident = format!("vaern-dossier {} {}", dossier.number, made_at);
        Ok(paper::write(&desk, ident, made_at)?.0)
    }
}
