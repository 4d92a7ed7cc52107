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
use http::HeaderMap;
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
    let command: Command = parse::body("command", &headers, body)?;
    let performed = client
        .app
        .perform(&client.caller, &number, command, client.key())
        .await?;
    Ok(Json(Done::of(&performed, &client.app.organisation())))
}
