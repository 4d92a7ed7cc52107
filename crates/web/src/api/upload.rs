//! `multipart/form-data` (RFC 7578) with one JSON part and any number of files, in any order. The files go through chunk
//! by chunk; nothing is kept unless all of it is.

use super::JSON_LIMIT;
use super::problem::Problem;
use app::Incoming;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use domain::case::Arrival;
use http::StatusCode;

/// The name of a file part.
const FILE: &str = "exhibit";

/// A sending that is read.
pub type Sending = Result<Multipart, MultipartRejection>;

/// Reads all parts: files into `incoming`, the JSON part called `json` into the answer; empty if it did not come.
///
/// # Errors
/// 415 for what is no multipart, 400 for one that is broken or cut off, 413 for too much of it, 422 for a part that we do
/// not know.
pub async fn read(
    sending: Sending,
    json: &'static str,
    incoming: &mut Incoming,
    arrival: Arrival,
) -> Result<Vec<u8>, Problem> {
    let mut sending = sending.map_err(|_| Problem::of("not-multipart"))?;
    let mut text = None;
    // The rest is read all the same, so that the sender hears of it instead of losing the line.
    let mut refused = None;
    while let Some(mut field) = sending.next_field().await.map_err(|error| broken(&error, None))? {
        match field.name().unwrap_or_default().to_owned() {
            name if name == FILE => file(&mut field, incoming, arrival, refused.is_some()).await?,
            name if name == json && text.is_none() => {
                let part = json_part(&mut field).await?;
                refused = refused.or(part.is_none().then(|| Problem::of("too-large")));
                text = Some(part.unwrap_or_default());
            }
            name => {
                let code = if name == json { "twice" } else { "unknown-field" };
                refused = refused.or(Some(Problem::field(&name, code)));
                while field
                    .chunk()
                    .await
                    .map_err(|error| broken(&error, None))?
                    .is_some()
                {}
            }
        }
    }
    refused.map_or(Ok(text.unwrap_or_default()), Err)
}

async fn file(
    field: &mut Field<'_>,
    incoming: &mut Incoming,
    arrival: Arrival,
    pass: bool,
) -> Result<(), Problem> {
    let name = field.file_name().unwrap_or_default().to_owned();
    if !pass {
        incoming.file(&name, arrival).await?;
    }
    loop {
        match field.chunk().await {
            Ok(Some(bytes)) if !pass => incoming.write(&bytes).await?,
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(error) => {
                incoming.cut_off().await?;
                return Err(broken(&error, Some(name)));
            }
        }
    }
    if !pass {
        incoming.end_file().await?;
    }
    Ok(())
}

/// The part's bytes; `None` if there are too many.
async fn json_part(field: &mut Field<'_>) -> Result<Option<Vec<u8>>, Problem> {
    let mut text = Vec::new();
    let mut fits = true;
    while let Some(bytes) = field.chunk().await.map_err(|error| broken(&error, None))? {
        fits = fits && text.len() + bytes.len() <= JSON_LIMIT;
        if fits {
            text.extend_from_slice(&bytes);
        }
    }
    Ok(fits.then_some(text))
}

/// What broke the reading: more than is taken, a line that went dead, or no proper multipart.
fn broken(error: &MultipartError, file: Option<String>) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of("too-large"),
        _ if file.is_some() => Problem::cut_off(file),
        StatusCode::BAD_REQUEST if !error.body_text().contains("complete") => Problem::of("broken-multipart"),
        _ => Problem::cut_off(None),
    }
}
