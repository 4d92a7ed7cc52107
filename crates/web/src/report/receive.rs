//! A form with files, as it streams in: fields into memory within limits, files into the store chunk by chunk.

use crate::ctx::Ctx;
use app::{AppError, ClaimedFile, Incoming};
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use domain::case::{Arrival, Capture};
use serde::Deserialize;
use std::collections::HashMap;

/// The longest field that is not a file, in bytes: 20,000 characters of any alphabet.
const FIELD_LIMIT: usize = 100_000;
/// Hashes of as many files as can be sent at once need more.
const HASHES_LIMIT: usize = 200_000;
/// More fields than any of our forms has.
const FIELDS_LIMIT: usize = 40;

/// What came beside the files.
#[derive(Debug, Default)]
pub struct Received {
    fields: HashMap<String, String>,
    /// What the sender's device hashed, by name.
    pub claimed: Vec<ClaimedFile>,
}

/// One entry of the hidden field `hashes`, which upload.js fills.
#[derive(Deserialize)]
struct Hashed {
    name: String,
    sha256: Option<String>,
    /// Came from the clipboard.
    #[serde(default)]
    pasted: bool,
    /// What our extension said of the page that this is a capture of.
    capture: Option<serde_json::Value>,
    /// The file has come.
    #[serde(skip)]
    come: bool,
}

/// Why a form could not be received.
#[derive(Debug)]
pub enum Trouble {
    App(AppError),
    /// It is no form, or it ended in the middle.
    Unreadable,
    /// A field is longer than anything we keep.
    TooLong,
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<MultipartError> for Trouble {
    fn from(error: MultipartError) -> Self {
        tracing::debug!(%error, "a form broke off");
        Self::Unreadable
    }
}

impl Received {
    /// A field's text, trimmed; empty if it did not come.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |value| value.trim())
    }

    /// Whether a checkbox was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }
}

/// Reads the whole form. Files are in `incoming` when it returns, each durable or refused by name.
///
/// # Errors
/// [`Trouble`]; what `incoming` has stored is removed when it is dropped.
pub async fn receive(
    ctx: &Ctx,
    form: &mut Multipart,
    incoming: &mut Incoming,
    files: &str,
) -> Result<Received, Trouble> {
    let mut received = Received::default();
    let mut hashed: Vec<Hashed> = Vec::new();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == files {
            file(field, incoming, &mut hashed).await?;
        } else if name == "upload" {
            let id = text(field, FIELD_LIMIT).await?;
            upload(ctx, &id, incoming, &mut hashed).await?;
        } else if name == "hashes" {
            let text = text(field, HASHES_LIMIT).await?;
            hashed = serde_json::from_str(&text).unwrap_or_default();
        } else if received.fields.len() < FIELDS_LIMIT {
            let text = text(field, FIELD_LIMIT).await?;
            received.fields.insert(name, text);
        } else {
            return Err(Trouble::Unreadable);
        }
    }
    let claim = |hash: Hashed| {
        Some(ClaimedFile {
            name: hash.name,
            sha256: hash.sha256?,
        })
    };
    received.claimed = hashed.into_iter().filter_map(claim).collect();
    Ok(received)
}

async fn text(mut field: Field<'_>, limit: usize) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        if bytes.len() + chunk.len() > limit {
            return Err(Trouble::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn file(mut field: Field<'_>, incoming: &mut Incoming, hashed: &mut [Hashed]) -> Result<(), Trouble> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut chunk = field.chunk().await?;
    if name.is_empty() && chunk.as_ref().is_none_or(|bytes| bytes.is_empty()) {
        // What a browser sends for a file field in which nothing was chosen.
        return Ok(());
    }
    begin(&name, incoming, hashed).await?;
    while let Some(bytes) = chunk {
        incoming.write(&bytes).await?;
        chunk = match field.chunk().await {
            Ok(next) => next,
            Err(error) => {
                incoming.cut_off().await?;
                return Err(error.into());
            }
        };
    }
    incoming.end_file().await?;
    Ok(())
}

/// What came in pieces before (`/uploads`), in its place among the files. One that is not there any more is left to the check
/// against what the device announced.
async fn upload(ctx: &Ctx, id: &str, incoming: &mut Incoming, hashed: &mut [Hashed]) -> Result<(), Trouble> {
    match ctx.app.upload(&ctx.caller, id).await {
        Ok(upload) => {
            begin(&upload.name, incoming, hashed).await?;
            Ok(ctx.app.take_upload(&ctx.caller, id, incoming).await?)
        }
        Err(AppError::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Begins the file, as its announcement says it came.
async fn begin(name: &str, incoming: &mut Incoming, hashed: &mut [Hashed]) -> Result<(), Trouble> {
    // Files come in the order in which they were announced, so of two with one name each has its own announcement.
    let announced = hashed.iter_mut().find(|hash| !hash.come && hash.name == name);
    let mut arrival = Arrival::Uploaded;
    let mut capture = None;
    if let Some(announced) = announced {
        announced.come = true;
        arrival = if announced.pasted {
            Arrival::Pasted
        } else {
            arrival
        };
        capture = announced.capture.take();
    }
    incoming.file(name, arrival).await?;
    if let Some(capture) = capture {
        let capture: Capture = serde_json::from_value(capture).map_err(|_| Trouble::Unreadable)?;
        incoming.captured(capture)?;
    }
    Ok(())
}
