//! Copies of an exhibit with something covered: made, listed, and taken.

use super::client::{Client, number};
use super::parse;
use super::problem::{Problem, ProblemDocument};
use super::shape::Listed;
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use domain::case::redaction::{Covers, Order, Patch};
use domain::case::{Recipient, Redacted, Region, Viewing};
use domain::ids::CaseNumber;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A copy that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyItem {
    /// Dense from 1 in the case.
    number: u32,
    exhibit: u32,
    recipient: Recipient,
    name: String,
    reason: String,
    /// How many boxes or passages were covered.
    covers: u32,
    media_type: String,
    bytes: u64,
    /// SHA-256 of the copy, in lower-case hexadecimal.
    sha256: String,
}

impl From<&Redacted> for CopyItem {
    fn from(made: &Redacted) -> Self {
        Self {
            number: made.number,
            exhibit: made.exhibit,
            recipient: made.recipient,
            name: made.name.clone(),
            reason: made.reason.clone(),
            covers: made.covers,
            media_type: made.media_type.clone(),
            bytes: made.bytes,
            sha256: made.sha256.clone(),
        }
    }
}

/// A box, in millionths of the page's sides from the upper left corner.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
struct BoxWanted {
    /// 0 for a picture, from 1 in a document.
    #[serde(default)]
    page: u32,
    x: u32,
    y: u32,
    w: u32,
    h: u32,
}

/// What is asked for: boxes on a picture or a document, passages of a text or an e-mail.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct Wanted {
    recipient: Recipient,
    /// Who, by name or reference; must be said of `other`.
    #[serde(default)]
    name: String,
    reason: String,
    #[serde(default)]
    boxes: Vec<BoxWanted>,
    #[serde(default)]
    passages: Vec<String>,
}

impl Wanted {
    fn order(self, exhibit: u32) -> Order {
        let patch = |one: &BoxWanted| Patch {
            page: one.page,
            region: Region {
                x: one.x,
                y: one.y,
                w: one.w,
                h: one.h,
            },
        };
        Order {
            exhibit,
            covers: if self.passages.is_empty() {
                Covers::Boxes(self.boxes.iter().map(patch).collect())
            } else {
                Covers::Passages(self.passages)
            },
            recipient: self.recipient,
            name: self.name,
            reason: self.reason,
        }
    }
}

fn places(case: &str, n: &str) -> Result<(CaseNumber, u32), Problem> {
    Ok((number(case)?, n.parse().map_err(|_| Problem::of("not-found"))?))
}

/// Make a copy of an exhibit with something covered. The exhibit itself is never touched; the copy is an entry.
#[utoipa::path(
    post, path = "/api/v1/cases/{number}/exhibits/{n}/redacted", operation_id = "redact", tag = "exhibits",
    params(("number" = String, Path, example = "2026-0001"), ("n" = u32, Path, example = 1)),
    request_body(content = Wanted, content_type = "application/json", example = json!({
        "recipient": "police", "reason": "Andres navne", "boxes": [{"x": 100_000, "y": 100_000, "w": 300_000, "h": 50_000}]
    })),
    responses(
        (status = 201, body = CopyItem),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json", description = "The case is joined, or the exhibit is infected."),
        (status = 415, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Names the field; `boxes.N` and `passages.N` count from 0. Nothing is made."),
    )
)]
pub async fn make(
    client: Client,
    Path((case, n)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (number, n) = places(&case, &n)?;
    let wanted: Wanted = parse::body("copy", &headers, body)?;
    let made = client
        .app
        .redact(&client.caller, &number, &wanted.order(n))
        .await?;
    Ok((StatusCode::CREATED, Json(CopyItem::from(&made))).into_response())
}

/// The copies of an exhibit, for those who may read all exhibits and the matter; for others there are none.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/exhibits/{n}/redacted", operation_id = "list-redacted", tag = "exhibits",
    params(("number" = String, Path, example = "2026-0001"), ("n" = u32, Path, example = 1)),
    responses(
        (status = 200, body = Listed<CopyItem>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    client: Client,
    Path((case, n)): Path<(String, String)>,
) -> Result<Json<Listed<CopyItem>>, Problem> {
    let (number, n) = places(&case, &n)?;
    let view = client.app.case(&client.caller, &number, Viewing::Case).await?;
    if !view.may_open(n) {
        return Err(Problem::of("not-found"));
    }
    Ok(Json(Listed {
        items: view.redactions_of(n).map(CopyItem::from).collect(),
        next: None,
    }))
}

/// A copy whole. That the caller took it is an entry.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/exhibits/{n}/redacted/{copy}", operation_id = "read-redacted", tag = "exhibits",
    params(("number" = String, Path, example = "2026-0001"), ("n" = u32, Path, example = 1), ("copy" = u32, Path, example = 1)),
    responses(
        (status = 200, content_type = "*/*", body = Vec<u8>, description = "PNG, PDF or text.",
            headers(("ETag" = String, description = "The SHA-256 in hexadecimal."))),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn one(
    client: Client,
    Path((case, n, copy)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (number, n) = places(&case, &n)?;
    let copy = copy.parse().map_err(|_| Problem::of("not-found"))?;
    let (made, bytes) = client.app.redacted_copy(&client.caller, &number, n, copy).await?;
    let headers = [
        (CONTENT_TYPE, made.media_type),
        (ETAG, format!("\"{}\"", made.sha256)),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
