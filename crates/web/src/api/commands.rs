//! `POST /api/v1/cases/{number}/commands`: the one door through which a case changes.

use super::client::{Client, number};
use super::parse;
use super::problem::{Problem, ProblemDocument};
use super::shape::DutyItem;
use app::Performed;
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use domain::case::Command;
use domain::organisation::Organisation;
use domain::vocabulary::Compartment;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

/// What a command led to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    case: String,
    /// The names of the entries that it made.
    #[schema(example = json!(["received"]))]
    events: Vec<String>,
    /// The duties as they stand afterwards.
    duties: Vec<DutyItem>,
}

impl Done {
    fn of(performed: &Performed, people: &Organisation) -> Self {
        let duty = |duty| {
            // What was set aside, and why, is for those who may read it: it is on the case's own page.
            DutyItem::shown(
                duty,
                &performed.state,
                people,
                duty.kind.compartment() == Compartment::Matter,
            )
        };
        Self {
            case: performed.number.to_string(),
            events: performed.events.iter().map(|entry| entry.event.name()).collect(),
            duties: performed.duties.iter().map(duty).collect(),
        }
    }
}

/// Do something in a case: `{"type": "receive"}` and what else the command takes.
#[utoipa::path(
    post, path = "/api/v1/cases/{number}/commands", operation_id = "command", tag = "cases",
    params(
        ("number" = String, Path, example = "2026-0001"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gives the first answer again."),
    ),
    request_body(content = Command, content_type = "application/json", example = json!({"type": "receive"})),
    responses(
        (status = 200, body = Done),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json", description = "The caller may see the case, but this is somebody else's to do."),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json", description = "Refused; `type` says why. Nothing has happened."),
        (status = 415, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Names the field. Nothing has happened."),
    )
)]
pub async fn perform(
    client: Client,
    Path(case): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Done>, Problem> {
    let number = number(&case)?;
    if !is_json(&headers) {
        return Err(Problem::of("not-json"));
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of("too-large"),
        _ => Problem::of("bad-request"),
    })?;
    let command: Command = parse::json("command", &body)?;
    let performed = client
        .app
        .perform(&client.caller, &number, command, client.key())
        .await?;
    Ok(Json(Done::of(&performed, &client.app.organisation())))
}

/// Whether the body is said to be JSON, or not said to be anything.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(said) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let kind = said
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}
