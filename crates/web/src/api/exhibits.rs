//! Exhibits: in, listed, and out as they came.

use super::client::{Client, number};
use super::parse;
use super::problem::{Problem, ProblemDocument};
use super::reports::{Claim, claims};
use super::shape::{ExhibitItem, Listed, Received};
use super::upload::{self, Sending};
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::access::Action;
use domain::case::{Exhibit, Viewing};
use http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The exhibits that the caller may open: all of them, or those they sent themselves. That they looked is an entry.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/exhibits", operation_id = "list-exhibits", tag = "exhibits",
    params(("number" = String, Path, example = "2026-0001")),
    responses(
        (status = 200, body = Listed<ExhibitItem>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn list(client: Client, Path(case): Path<String>) -> Result<Json<Listed<ExhibitItem>>, Problem> {
    let view = client
        .app
        .case(&client.caller, &number(&case)?, Viewing::Case)
        .await?;
    let all = view.may(Action::ReadExhibits) && view.may(Action::ReadMatter);
    let own = view.may(Action::ReadOwnReport);
    let shown = view
        .state
        .exhibits
        .iter()
        .filter(|(_, exhibit)| all || (own && Some(&exhibit.sent_by) == client.caller.actor.person()));
    Ok(Json(Listed {
        items: shown.map(|(at, exhibit)| ExhibitItem::of(*at, exhibit)).collect(),
        next: None,
    }))
}

/// The JSON part `exhibits`.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct Claims {
    exhibits: Vec<Claim>,
}

/// The two kinds of part.
#[expect(dead_code, reason = "describes the form; the parts are read one by one")]
#[derive(ToSchema)]
pub struct ExhibitsForm {
    /// What the sender's device hashed; may be left out.
    exhibits: Option<Vec<Claim>>,
    /// Files, each at most 200 MiB, at most 100.
    #[schema(value_type = Vec<String>, format = Binary)]
    exhibit: Vec<String>,
}

/// What was added.
#[derive(Debug, Serialize, ToSchema)]
pub struct Added {
    case: String,
    exhibits: Vec<Received>,
}

/// Add files to a case.
#[utoipa::path(
    post, path = "/api/v1/cases/{number}/exhibits", operation_id = "add-exhibits", tag = "exhibits",
    params(("number" = String, Path, example = "2026-0001")),
    request_body(content = ExhibitsForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = Added),
        (status = 400, body = ProblemDocument, content_type = "application/problem+json", description = "Cut off or broken; nothing is kept."),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json", description = "The case is closed or joined."),
        (status = 413, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Names each file; nothing is kept."),
        (status = 507, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn add(client: Client, Path(case): Path<String>, sending: Sending) -> Result<Response, Problem> {
    let number = number(&case)?;
    let mut incoming = client.app.begin_exhibits(&client.caller, &number).await?;
    let json = upload::read(sending, "exhibits", &mut incoming, client.arrival).await?;
    let claimed = if json.is_empty() {
        Claims::default()
    } else {
        parse::json("exhibits", &wrapped(&json))?
    };
    let added = client
        .app
        .add_exhibits(&client.caller, incoming, &claims(claimed.exhibits))
        .await?;
    let exhibits = added.iter().map(Received::from).collect();
    Ok((
        StatusCode::CREATED,
        Json(Added {
            case: number.to_string(),
            exhibits,
        }),
    )
        .into_response())
}

/// The list as the field of an object, as it is in a report, so that its places have names.
fn wrapped(list: &[u8]) -> Vec<u8> {
    [b"{\"exhibits\":", list, b"}"].concat()
}

/// An exhibit's bytes as they came. That the caller took them is an entry.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/exhibits/{n}/original", operation_id = "read-original", tag = "exhibits",
    params(("number" = String, Path, example = "2026-0001"), ("n" = u32, Path, example = 1)),
    responses(
        (status = 200, content_type = "*/*", body = Vec<u8>,
            description = "With the media type that the content has, under the name that the sender gave.",
            headers(
                ("ETag" = String, description = "The SHA-256 in hexadecimal."),
                ("Repr-Digest" = String, description = "The SHA-256 as RFC 9530 writes it."),
            )),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn original(client: Client, Path((case, n)): Path<(String, String)>) -> Result<Response, Problem> {
    let (number, n) = (number(&case)?, n.parse().map_err(|_| Problem::of("not-found"))?);
    let (exhibit, stream) = client.app.exhibit(&client.caller, &number, n).await?;
    Ok((headers(&exhibit), Body::from_stream(stream)).into_response())
}

fn headers(exhibit: &Exhibit) -> HeaderMap {
    let digest = STANDARD.encode(hex::decode(&exhibit.sha256).unwrap_or_default());
    let said = [
        (CONTENT_TYPE, exhibit.media_type.clone()),
        (CONTENT_LENGTH, exhibit.bytes.to_string()),
        (CONTENT_DISPOSITION, attachment(&exhibit.name)),
        (ETAG, format!("\"{}\"", exhibit.sha256)),
        // RFC 9530, section 2 (checked 2026-11-23).
        (
            HeaderName::from_static("repr-digest"),
            format!("sha-256=:{digest}:"),
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    said.into_iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)))
        .collect()
}

/// A download under this name: in plain letters for old clients, whole for all others (RFC 6266, section 4.3, and RFC 8187,
/// section 3.2.1; checked 2026-11-23).
pub fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || " .-_()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let whole = name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    });
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_name_is_kept_whole_and_cannot_break_out_of_its_header() {
        assert_eq!(
            attachment("Skærm \"1\"; 😀.png"),
            "attachment; filename=\"Sk_rm _1__ _.png\"; filename*=UTF-8''Sk%C3%A6rm%20%221%22%3B%20%F0%9F%98%80.png"
        );
    }
}
