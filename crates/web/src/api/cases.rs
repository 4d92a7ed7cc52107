//! Cases and duties as the caller may see them.

use super::client::{Client, number};
use super::problem::{Problem, ProblemDocument};
use super::shape::{CaseDetail, CaseItem, DutyItem, FoundItem, Listed, Me, OwedItem};
use app::{CaseFilter, CaseRow};
use axum::Json;
use axum::extract::Path;
use domain::case::{Phase, Viewing};

/// Who the caller is.
#[utoipa::path(
    get, path = "/api/v1/me", operation_id = "who-am-i", tag = "me",
    responses(
        (status = 200, body = Me),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn me(client: Client) -> Result<Json<Me>, Problem> {
    let person = client
        .caller
        .person
        .as_deref()
        .ok_or(Problem::of("unauthorized"))?;
    Ok(Json(Me {
        id: person.id.to_string(),
        name: person.name.clone(),
        email: person.email.clone(),
        title: person.title.clone(),
        unit: person.unit.to_string(),
        roles: person.roles.iter().copied().collect(),
        language: client.caller.language,
    }))
}

/// What the caller owes, soonest first.
#[utoipa::path(
    get, path = "/api/v1/duties", operation_id = "my-duties", tag = "me",
    params(
        ("page" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 when nothing is said."),
    ),
    responses(
        (status = 200, body = Listed<OwedItem>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn my_duties(client: Client) -> Result<Json<Listed<OwedItem>>, Problem> {
    let page = client
        .app
        .my_duties(&client.caller, client.query("page").as_deref(), client.limit()?)
        .await?;
    Ok(Json(Listed {
        items: page.items.into_iter().map(OwedItem::from).collect(),
        next: page.next,
    }))
}

/// The cases that the caller has to do with, latest change first.
#[utoipa::path(
    get, path = "/api/v1/cases", operation_id = "list-cases", tag = "cases",
    params(
        ("phase" = Option<super::shape::PhaseName>, Query, description = "All when nothing is said."),
        ("page" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 when nothing is said."),
    ),
    responses(
        (status = 200, body = Listed<CaseItem>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn list(client: Client) -> Result<Json<Listed<CaseItem>>, Problem> {
    let phase = match client.query("phase").as_deref() {
        None => None,
        Some("open") => Some(Phase::Open),
        Some("closed") => Some(Phase::Closed),
        Some("joined") => Some(Phase::Joined),
        Some(_) => return Err(Problem::field("phase", "unknown-value")),
    };
    let (cursor, limit) = (client.query("page"), client.limit()?);
    let filter = CaseFilter {
        phase,
        relation: None,
    };
    let page = client
        .app
        .cases(&client.caller, filter, cursor.as_deref(), limit)
        .await?;
    let people = client.app.organisation();
    let item = |row: CaseRow| CaseItem::of(row, &people);
    Ok(Json(Listed {
        items: page.items.into_iter().map(item).collect(),
        next: page.next,
    }))
}

/// The cases in which all these words stand, the best first: in the text of the case, in its exhibits, or as a name.
/// Nobody finds anything in what they may not read. A case that has changed is found again within seconds.
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "search-cases", tag = "cases",
    params(
        ("q" = String, Query, description = "The words; of at most 200 characters."),
        ("page" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 when nothing is said."),
    ),
    responses(
        (status = 200, body = Listed<FoundItem>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn search(client: Client) -> Result<Json<Listed<FoundItem>>, Problem> {
    let asked = client.query("q").filter(|asked| !asked.trim().is_empty());
    let asked = asked.ok_or(Problem::field("q", "required"))?;
    let from = client
        .query("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(0);
    let limit = client.limit()?;
    let found = client.app.search(&client.caller, &asked, from, limit).await?;
    let people = client.app.organisation();
    let item = |found| FoundItem::of(found, &people);
    Ok(Json(Listed {
        items: found.items.into_iter().map(item).collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

/// One case. That the caller looked is an entry.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}", operation_id = "read-case", tag = "cases",
    params(("number" = String, Path, example = "2026-0001")),
    responses(
        (status = 200, body = CaseDetail),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn one(client: Client, Path(case): Path<String>) -> Result<Json<CaseDetail>, Problem> {
    let view = client
        .app
        .case(&client.caller, &number(&case)?, Viewing::Case)
        .await?;
    Ok(Json(CaseDetail::of(&view, &client.app.organisation())))
}

/// A case's duties, in the order of the procedure. That the caller looked is an entry.
#[utoipa::path(
    get, path = "/api/v1/cases/{number}/duties", operation_id = "list-duties", tag = "cases",
    params(("number" = String, Path, example = "2026-0001")),
    responses(
        (status = 200, body = Listed<DutyItem>),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn duties(client: Client, Path(case): Path<String>) -> Result<Json<Listed<DutyItem>>, Problem> {
    let view = client
        .app
        .case(&client.caller, &number(&case)?, Viewing::Status)
        .await?;
    let people = client.app.organisation();
    let items = view
        .duties
        .iter()
        .map(|duty| DutyItem::of(duty, &view, &people))
        .collect();
    Ok(Json(Listed { items, next: None }))
}
