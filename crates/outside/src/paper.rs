//! Setting PDF: what every document of ours shares. The files are PDF/A-2a (ISO 19005-2, level A: tagged, archival) and
//! PDF/UA-1 (ISO 14289-1), as far as Typst 0.15 enforces them (checked 2026-11-23; see docs/adr/0002-pdf.md). All text comes
//! in as data and is never read as markup. The same input gives the same bytes.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub(crate) mod words;
pub(crate) mod world;

pub(crate) use words::Words;
pub(crate) use world::{Desk, Kit, Template};

/// The language of the fixed words, and the one that the PDF declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Danish,
    English,
}

impl Language {
    /// The ISO 639-1 code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Danish => "da",
            Self::English => "en",
        }
    }
}

/// Why a document could not be written. No text of people's causes one: these are faults of the program.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error("the document could not be laid out: {0}")]
    Layout(String),
    #[error("the document could not be written as PDF/A: {0}")]
    Export(String),
    #[error("the document's data could not be passed on: {0}")]
    Data(#[from] serde_json::Error),
}

/// Fonts, library and templates: about 1 MB, loaded by the first document and kept.
pub(crate) fn kit() -> &'static Kit {
    static KIT: OnceLock<Kit> = OnceLock::new();
    KIT.get_or_init(Kit::new)
}

/// Lays out and writes; gives the file and its number of pages. `ident` makes the file's identifier.
pub(crate) fn write(
    desk: &Desk<'_>,
    ident: String,
    made_at: Timestamp,
) -> Result<(Vec<u8>, usize), PaperError> {
    let written = lay_out(desk).and_then(|document| {
        let pages = document.pages().len();
        Ok((export(&document, ident, made_at)?, pages))
    });
    // What Typst remembers of this document would stay in memory, readable, for as long as the server runs.
    typst::comemo::evict(0);
    written
}

/// Lays out alone, to see how many pages it takes.
pub(crate) fn pages(desk: &Desk<'_>) -> Result<usize, PaperError> {
    let pages = lay_out(desk).map(|document| document.pages().len());
    typst::comemo::evict(0);
    pages
}

fn lay_out(desk: &Desk<'_>) -> Result<PagedDocument, PaperError> {
    typst::compile(desk)
        .output
        .map_err(|errors| PaperError::Layout(said(&errors)))
}

fn export(document: &PagedDocument, ident: String, made_at: Timestamp) -> Result<Vec<u8>, PaperError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| PaperError::Export(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Værn".to_owned())),
        timestamp: creation(made_at),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|errors| PaperError::Export(said(&errors)))
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
