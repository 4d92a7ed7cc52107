//! Working copies of files that somebody else made: small pictures, pages, a frame, the words in them.
//!
//! What comes in lies in a file, so that nothing is held whole in memory but a decoded picture of at most
//! [`crate::picture::MAX_PIXELS`]. Documents, films and words are read by Debian's programs (see [`program`]), each in a
//! process of its own with bounded time and memory. Nothing in a file is ever run: no script, no link, no playlist.

mod covered;
mod document;
mod film;
pub mod fingerprint;
mod program;
mod recorded;
mod redact;
mod still;
mod tools;
mod words;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use covered::{COVERED_DOCUMENT, CoveredBy, NotCovered, covered_document};
pub use program::Fault;
pub use redact::{COVERED_PICTURE, covered_picture};
pub use tools::{Tool, tools};
pub use words::{Line, Text};

/// The longest side of a thumbnail, in pixels.
pub const THUMBNAIL: u32 = 320;
/// The longest side of a page's preview, in pixels.
pub const PREVIEW: u32 = 1600;
/// The most pages of a document that are shown.
pub const PAGES: u32 = 20;
/// The type of every picture that is made here.
pub const PICTURE_TYPE: &str = "image/jpeg";

/// What a file says of itself, recorded and not trusted; and what it looks like, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// In pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How long a film runs, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// How many pages a document has, also those that are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// Stable names (`taken`, `device`, `program`, `place`) and what the file says; `place` says only that there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recorded: Vec<(String, String)>,
    /// See [`fingerprint`]; none where there is too little to see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// One working copy, or why there is none; `by` names the program that made it or should have.
#[derive(Clone, Debug, PartialEq)]
pub struct Made<T> {
    pub what: Result<T, Fault>,
    pub by: &'static str,
}

/// All that could be made of one file.
#[derive(Clone, Debug)]
pub struct Copies {
    /// A JPEG of at most [`THUMBNAIL`] pixels a side, without metadata.
    pub thumbnail: Made<Vec<u8>>,
    /// JPEGs of at most [`PREVIEW`] pixels a side: the first [`PAGES`] pages of a document, or a frame of a film.
    pub previews: Vec<Made<Vec<u8>>>,
    /// One for each page, from the first; one for a picture, none for a film.
    pub texts: Vec<Made<Text>>,
    pub facts: Facts,
}

impl Copies {
    /// Nothing could be made.
    fn failed(fault: Fault, by: &'static str) -> Self {
        Self {
            thumbnail: Made { what: Err(fault), by },
            previews: Vec::new(),
            texts: Vec::new(),
            facts: Facts::default(),
        }
    }
}

/// Whether working copies are made of files of this type at all.
#[must_use]
pub fn is_copied(media_type: &str) -> bool {
    ["image/", "video/"]
        .iter()
        .any(|family| media_type.starts_with(family))
        || media_type == "application/pdf"
}

/// The small picture of a picture file, and nothing else of what [`copies`] makes.
///
/// # Errors
/// Why there is none.
pub fn small_picture(original: &Path) -> Result<Vec<u8>, Fault> {
    Ok(still::see(&still::made(original)?)?.thumbnail)
}

/// Makes what can be made of the file at `original`. `room` is an empty private folder for the programs' own files.
/// Never fails: what could not be made says why.
pub async fn copies(original: &Path, media_type: &str, room: &Path) -> Copies {
    match media_type {
        "image/heic" => Copies::failed(Fault::NoDecoder, still::BY),
        "application/pdf" => document::copies(original, room).await,
        film if film.starts_with("video/") => film::copies(original, room).await,
        _ => still::copies(original, room).await,
    }
}
