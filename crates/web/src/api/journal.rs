//! What has happened in a case, and who has looked at it.

use super::client::{Client, number};
use super::problem::{Problem, ProblemDocument};
use super::shape::{Listed, actor};
use app::{AppError, CaseView, Reading};
use axum::Json;
use axum::extract::Path;
use domain::access::Relation;
use domain::case::{Actor, Entry, Viewing};
use domain::ids::CaseNumber;
use domain::organisation::Organisation;
use domain::vocabulary::Compartment;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One entry of a case's journal.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryItem {
    /// From 1; entries that are not for the caller are left out.
    seq: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// A person's name, `system` or `operator`.
    by: String,
    drawer: Compartment,
    /// What happened: `type`, and what else was written down. People are named by id.
    #[schema(value_type = Object, example = json!({"type": "received"}))]
    event: serde_json::Value,
}

impl EntryItem {
    fn of(entry: &Entry, people: &Organisation) -> Self {
        let mut event = serde_json::to_value(&entry.event).unwrap_or_default();
        // Where the file lies is nobody's business.
        if let Some(fields) = event.as_object_mut() {
            fields.remove("blob");
        }
        let (seq, at, drawer) = (entry.seq, entry.at, entry.event.compartment());
        Self {
            seq,
            at,
            by: actor(people, &entry.actor),
            drawer,
            event,
        }
    }
}

/// The journal as far as it is for the caller, oldest first. That the caller looked is an entry.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/journal", operation_id = "read-journal", tag = "cases",
    params(
        ("number" = String, Path, example = "2026-0001"),
        ("page" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 when nothing is said."),
    ),
    responses(
        (status = 200, body = Listed<EntryItem>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn journal(client: Client, Path(case): Path<String>) -> Result<Json<Listed<EntryItem>>, Problem> {
    let (number, limit) = (number(&case)?, client.limit()?);
    let after = match client.query("page") {
        None => 0,
        Some(page) => page
            .parse::<u64>()
            .map_err(|_| Problem::field("page", "not-a-number"))?,
    };
    let view = view(&client, &number).await?;
    let people = client.app.organisation();
    let mut shown = view.entries.iter().filter(|entry| entry.seq > after);
    let items: Vec<EntryItem> = shown
        .by_ref()
        .take(limit as usize)
        .map(|entry| EntryItem::of(entry, &people))
        .collect();
    let more = shown.next().is_some();
    let next = items.last().filter(|_| more).map(|entry| entry.seq.to_string());
    Ok(Json(Listed { items, next }))
}

/// The whole journal for readers of the matter; for target and reporter, who see the case but not the matter, what of it
/// is theirs.
async fn view(client: &Client, number: &CaseNumber) -> Result<CaseView, Problem> {
    match client.app.case(&client.caller, number, Viewing::Journal).await {
        Err(AppError::Forbidden) => Ok(client.app.case(&client.caller, number, Viewing::Case).await?),
        other => Ok(other?),
    }
}

/// One look at a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct Look {
    case: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// A person's name, `system` or `operator`.
    by: String,
    /// What they were to the case.
    relation: Option<Relation>,
    /// What they saw; `null` for an export.
    what: Option<Viewing>,
    exhibit: Option<u32>,
    /// The drawer that they took out.
    exported: Option<Compartment>,
}

impl Look {
    fn of(reading: &Reading, people: &Organisation) -> Self {
        Self {
            case: reading.number.to_string(),
            at: reading.at,
            by: actor(people, &Actor::parse(&reading.who)),
            relation: reading.relation,
            what: reading.what,
            exhibit: reading.exhibit,
            exported: reading.exported,
        }
    }
}

/// Who has looked at a case, newest first.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/access-log", operation_id = "read-access-log", tag = "cases",
    params(
        ("number" = String, Path, example = "2026-0001"),
        ("page" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 when nothing is said."),
    ),
    responses(
        (status = 200, body = Listed<Look>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn access_log(client: Client, Path(case): Path<String>) -> Result<Json<Listed<Look>>, Problem> {
    let (number, page, limit) = (number(&case)?, client.query("page"), client.limit()?);
    // Looking at who looked is a look too.
    client
        .app
        .case(&client.caller, &number, Viewing::AccessLog)
        .await?;
    let log = client
        .app
        .access_log(&client.caller, Some(&number), page.as_deref(), limit)
        .await?;
    let people = client.app.organisation();
    Ok(Json(Listed {
        items: log.items.iter().map(|look| Look::of(look, &people)).collect(),
        next: log.next,
    }))
}
