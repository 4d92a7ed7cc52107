//! The statements of a case, one utterance each.

use super::client::{Client, number};
use super::problem::{Problem, ProblemDocument};
use super::shape::{Listed, actor};
use app::AppError;
use axum::Json;
use axum::extract::Path;
use domain::case::{Region, Statement, Viewing};
use domain::organisation::Organisation;
use domain::vocabulary::Outcome;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One statement as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementItem {
    /// From 1 in each case, without gaps.
    number: u32,
    exhibit: u32,
    text: String,
    /// As the exhibit shows it; empty where it shows none.
    author: String,
    /// The time as the exhibit shows it, in its own words.
    said_at: String,
    region: Option<Region>,
    line: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    marked_at: Timestamp,
    /// `null` until the lawyer has assessed it.
    outcome: Option<Outcome>,
    reason: Option<String>,
    assessed_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    assessed_at: Option<Timestamp>,
    /// Why it is no statement after all.
    withdrawn: Option<String>,
}

impl StatementItem {
    fn of(statement: &Statement, people: &Organisation) -> Self {
        let (said, assessed) = (&statement.said, statement.assessed.as_ref());
        Self {
            number: statement.number,
            exhibit: statement.exhibit,
            text: said.text.clone(),
            author: said.author.clone(),
            said_at: said.said_at.clone(),
            region: said.region,
            line: said.line,
            marked_at: statement.marked_at,
            outcome: assessed.map(|assessed| assessed.outcome),
            reason: assessed.map(|assessed| assessed.reason.clone()),
            assessed_by: assessed.map(|assessed| actor(people, &assessed.deed.by)),
            assessed_at: assessed.map(|assessed| assessed.deed.at),
            withdrawn: statement.withdrawn.clone(),
        }
    }
}

/// A case's statements by number. Who may not read the matter finds none: 404. That the caller looked is an entry.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/statements", operation_id = "list-statements", tag = "cases",
    params(
        ("number" = String, Path, example = "2026-0001"),
        ("page" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 when nothing is said."),
    ),
    responses(
        (status = 200, body = Listed<StatementItem>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn list(client: Client, Path(case): Path<String>) -> Result<Json<Listed<StatementItem>>, Problem> {
    let (number, limit) = (number(&case)?, client.limit()?);
    let after = match client.query("page") {
        None => 0,
        Some(page) => page
            .parse::<u32>()
            .map_err(|_| Problem::field("page", "not-a-number"))?,
    };
    let view = match client.app.case(&client.caller, &number, Viewing::Matter).await {
        Err(AppError::Forbidden) => return Err(Problem::of("not-found")),
        view => view?,
    };
    let people = client.app.organisation();
    let mut shown = view
        .state
        .statements
        .iter()
        .filter(|statement| statement.number > after);
    let items: Vec<StatementItem> = shown
        .by_ref()
        .take(limit as usize)
        .map(|statement| StatementItem::of(statement, &people))
        .collect();
    let more = shown.next().is_some();
    let next = items
        .last()
        .filter(|_| more)
        .map(|statement| statement.number.to_string());
    Ok(Json(Listed { items, next }))
}
