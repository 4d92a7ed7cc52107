//! `POST /share`: what the phone shared, when no service worker stood before us to keep it on the device.
//!
//! Words go into the form. A file can't be kept here: there is no case yet to seal it for, and one that nobody confirmed must not
//! lie on the server. So the page says at once that it did not come along, and where to choose it.

use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use crate::report::form::{Typed, again};
use crate::report::send::FieldError;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::response::Response;
use http::StatusCode;

/// What a phone shares beside files is a sentence and an address.
const WORDS_LIMIT: usize = 20_000;

#[derive(Default)]
struct Shared {
    title: String,
    text: String,
    url: String,
    files: bool,
}

pub async fn take(ctx: Ctx, form: Result<Multipart, MultipartRejection>) -> Result<Response, PageError> {
    let mut form = form.map_err(|_| Fault::BadRequest)?;
    let shared = read(&mut form).await.map_err(|_| Fault::BadRequest)?;
    let words = [shared.title.trim(), shared.text.trim()];
    let words: Vec<&str> = words.into_iter().filter(|text| !text.is_empty()).collect();
    let mut errors = Vec::new();
    if shared.files {
        errors.push(FieldError::new("exhibit", ctx.l.t("share-choose-again")));
    } else if words.is_empty() && shared.url.trim().is_empty() {
        errors.push(FieldError::new("text", ctx.l.t("share-nothing")));
    }
    let typed = Typed {
        about: "me".to_owned(),
        text: words.join("\n"),
        source_url: shared.url.trim().to_owned(),
        ..Typed::default()
    };
    again(&ctx, StatusCode::OK, typed, errors).await
}

async fn read(form: &mut Multipart) -> Result<Shared, MultipartError> {
    let mut shared = Shared::default();
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("title") => shared.title = words(field).await?,
            Some("text") => shared.text = words(field).await?,
            Some("url") => shared.url = words(field).await?,
            _ => shared.files |= !words(field).await?.is_empty(),
        }
    }
    Ok(shared)
}

/// The field's beginning as text; the rest is read and dropped.
async fn words(mut field: Field<'_>) -> Result<String, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        let room = WORDS_LIMIT.saturating_sub(bytes.len());
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
