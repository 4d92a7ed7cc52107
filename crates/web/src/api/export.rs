//! One drawer as a bag that anybody can check offline.

use super::client::{Client, number};
use super::exhibits::attachment;
use super::problem::{Problem, ProblemDocument};
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::vocabulary::Compartment;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use tokio::io::AsyncReadExt;

/// Bytes read from the bag's file at a time.
const CHUNK: usize = 64 * 1024;

/// Take a drawer out as a bag (BagIt, RFC 8493): originals, dossier, journal and proofs. That it was taken is an entry.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/export/{drawer}", operation_id = "export", tag = "cases",
    params(("number" = String, Path, example = "2026-0001"), ("drawer" = Compartment, Path)),
    responses(
        (status = 200, content_type = "application/zip", body = Vec<u8>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 507, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn bag(client: Client, Path((case, drawer)): Path<(String, String)>) -> Result<Response, Problem> {
    let drawer = Compartment::parse(&drawer).ok_or(Problem::of("not-found"))?;
    let bag = client.app.export(&client.caller, &number(&case)?, drawer).await?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_LENGTH, bag.bytes.to_string()),
        (CONTENT_DISPOSITION, attachment(&bag.name)),
    ];
    let file = bag
        .open()
        .map_err(|error| app::AppError::Internal(error.into()))?;
    let file = tokio::fs::File::from_std(file);
    // The temporary file is kept until its last byte has been read.
    let stream = futures_util::stream::try_unfold((file, bag), |(mut file, bag)| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        let more = (read > 0).then(|| (bytes::Bytes::from(chunk), (file, bag)));
        Ok::<_, std::io::Error>(more)
    });
    Ok((headers, Body::from_stream(stream)).into_response())
}
