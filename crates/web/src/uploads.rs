//! `/uploads`: files in pieces, by the tus protocol 1.0.0 with creation, expiration and termination (tus.io/protocols/resumable-upload,
//! checked 2026-11-25).

use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use app::{App, AppError, FILE_LIMIT, FileFault, NotAdded, Upload};
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{options, patch};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::sync::Arc;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,termination";

/// The routes of uploads.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/uploads", options(offer).post(create))
        .route("/uploads/{id}", patch(add).head(ask).delete(end))
}

/// What can be said to this server, to anybody.
async fn offer() -> Response {
    let limit = FILE_LIMIT.to_string();
    let head = [
        ("tus-resumable", VERSION),
        ("tus-version", VERSION),
        ("tus-extension", EXTENSIONS),
        ("tus-max-size", limit.as_str()),
    ];
    (StatusCode::NO_CONTENT, head).into_response()
}

async fn create(ctx: Ctx, headers: HeaderMap) -> Result<Response, PageError> {
    if let Some(refused) = other_version(&headers) {
        return Ok(refused);
    }
    let bytes = number(&headers, "upload-length").ok_or(Fault::BadRequest)?;
    let name = metadata(&headers, "filename").unwrap_or_default();
    match ctx.app.begin_upload(&ctx.caller, &name, bytes).await {
        Ok(upload) => {
            let mut answer = answer(StatusCode::CREATED, &upload);
            let place = format!("/uploads/{}", upload.id);
            put(&mut answer, LOCATION.as_str(), &place);
            Ok(answer)
        }
        Err(AppError::Files(problems)) => {
            let too_many = matches!(problems[0].fault, FileFault::TooMany { .. });
            let fault = if too_many { Fault::TooMany } else { Fault::TooLarge };
            Err(fault.into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn ask(ctx: Ctx, Path(id): Path<String>) -> Result<Response, PageError> {
    let upload = ctx.app.upload(&ctx.caller, &id).await?;
    let mut answer = answer(StatusCode::OK, &upload);
    put(&mut answer, "upload-length", &upload.bytes.to_string());
    put(&mut answer, CACHE_CONTROL.as_str(), "no-store");
    Ok(answer)
}

async fn add(
    ctx: Ctx,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    if let Some(refused) = other_version(&headers) {
        return Ok(refused);
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind != Some("application/offset+octet-stream") {
        return Ok(said(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let offset = number(&headers, "upload-offset").ok_or(Fault::BadRequest)?;
    let body = body.into_data_stream();
    match ctx.app.add_to_upload(&ctx.caller, &id, offset, body).await {
        Ok(upload) => Ok(answer(StatusCode::NO_CONTENT, &upload)),
        Err(NotAdded::Elsewhere(_)) => Ok(said(StatusCode::CONFLICT)),
        Err(NotAdded::TooLong) => Err(Fault::TooLarge.into()),
        Err(NotAdded::TooShort) => Err(Fault::TooMany.into()),
        Err(NotAdded::App(error)) => Err(error.into()),
    }
}

async fn end(ctx: Ctx, Path(id): Path<String>) -> Result<Response, PageError> {
    ctx.app.end_upload(&ctx.caller, &id).await?;
    Ok(said(StatusCode::NO_CONTENT))
}

fn other_version(headers: &HeaderMap) -> Option<Response> {
    let same = headers
        .get("tus-resumable")
        .is_some_and(|version| version == VERSION);
    (!same).then(|| {
        let mut refused = said(StatusCode::PRECONDITION_FAILED);
        put(&mut refused, "tus-version", VERSION);
        refused
    })
}

fn said(status: StatusCode) -> Response {
    (status, [("tus-resumable", VERSION)]).into_response()
}

fn answer(status: StatusCode, upload: &Upload) -> Response {
    let mut answer = said(status);
    put(&mut answer, "upload-offset", &upload.offset.to_string());
    let expires = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&upload.expires);
    put(&mut answer, "upload-expires", &expires.unwrap_or_default());
    answer
}

fn put(answer: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// One value of `Upload-Metadata`: `key base64,key base64`.
fn metadata(headers: &HeaderMap, key: &str) -> Option<String> {
    let pairs = headers.get("upload-metadata")?.to_str().ok()?;
    let value = pairs
        .split(',')
        .filter_map(|pair| pair.trim().split_once(' '))
        .find_map(|(name, value)| (name == key).then_some(value))?;
    let bytes = STANDARD.decode(value.trim()).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
