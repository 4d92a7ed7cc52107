//! `POST /report`: from the browser with or without JavaScript.

use super::colleague;
use super::form::{Typed, again};
use super::receive::{Received, Trouble, receive};
use crate::case::exhibits::short;
use crate::ctx::{Ctx, wants_json};
use crate::page::{Fault, PageError};
use crate::text::L;
use app::{AppError, FileFault, FileProblem, Incoming};
use axum::extract::Multipart;
use axum::extract::multipart::MultipartRejection;
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::{NewReport, Refusal, field};
use domain::vocabulary::Medium;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::json;

/// What is wrong with one field, in words.
#[derive(Clone, Debug, Serialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: &str, message: String) -> Self {
        Self {
            field: field.to_owned(),
            message,
        }
    }
}

/// Everything that is wrong, and the status that says so.
struct Wrong {
    status: StatusCode,
    errors: Vec<FieldError>,
}

/// `POST /report`
pub async fn send(
    ctx: Ctx,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let mut form = form.map_err(|_| Fault::BadRequest)?;
    let mut incoming = ctx.app.begin_report(&ctx.caller);
    let received = match receive(&ctx, &mut form, &mut incoming, "exhibit").await {
        Ok(received) => received,
        Err(Trouble::App(error)) => {
            let wrong = wrong(&ctx.l, error)?;
            return refused(&ctx, &headers, &Received::default(), wrong).await;
        }
        Err(Trouble::Unreadable) => return Err(Fault::BadRequest.into()),
        Err(Trouble::TooLong) => return Err(Fault::TooLarge.into()),
    };
    let new = match new_report(&ctx, &received) {
        Ok(new) => new,
        Err(errors) => {
            let wrong = Wrong {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                errors,
            };
            return refused(&ctx, &headers, &received, wrong).await;
        }
    };
    let sent = sent(&ctx, &headers, &received, incoming, new).await;
    match sent {
        Ok(location) => Ok(arrived(&headers, &location)),
        Err(error) => {
            let wrong = wrong(&ctx.l, error)?;
            refused(&ctx, &headers, &received, wrong).await
        }
    }
}

/// Makes it a drill, if the box is ticked, or else a report; gives where the answer is.
async fn sent(
    ctx: &Ctx,
    headers: &HeaderMap,
    received: &Received,
    mut incoming: Incoming,
    new: NewReport,
) -> Result<String, AppError> {
    let (key, claimed) = (key(headers, received), &received.claimed);
    // The box of a drill that is over meanwhile counts for nothing: rather a case too much.
    if received.ticked("practise") {
        let tried = ctx
            .app
            .try_drill(&ctx.caller, &mut incoming, claimed, &new, key.as_deref());
        if tried.await? {
            incoming.discard().await;
            return Ok("/practise".to_owned());
        }
    }
    let told = ctx
        .app
        .report(&ctx.caller, incoming, claimed, new, key.as_deref());
    Ok(format!("/cases/{}/receipt", told.await?.number))
}

/// The key that makes sending twice the same as sending once.
fn key(headers: &HeaderMap, received: &Received) -> Option<String> {
    let header = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    let key = header.unwrap_or_else(|| received.text("key"));
    Some(key.to_owned()).filter(|key| !key.is_empty())
}

/// Reads the fields as a report.
fn new_report(ctx: &Ctx, received: &Received) -> Result<NewReport, Vec<FieldError>> {
    let l = &ctx.l;
    let mut errors = Vec::new();
    let about_me = received.text("about") != "colleague";
    let mut about = None;
    if !about_me && !received.text("colleague").is_empty() {
        match colleague::find(ctx, received.text("colleague")) {
            Ok(person) => about = Some(person.to_string()),
            Err(message) => errors.push(FieldError::new("colleague", message)),
        }
    }
    let medium = Some(received.text("medium"))
        .filter(|text| !text.is_empty())
        .map(Medium::parse);
    if medium == Some(None) {
        errors.push(FieldError::new("medium", l.t("problem-unknown-value")));
    }
    let first_seen = Some(received.text("first_seen"))
        .filter(|text| !text.is_empty())
        .map(|text| l.read_moment(text));
    if first_seen == Some(None) {
        errors.push(FieldError::new("first_seen", l.t("problem-not-a-time")));
    }
    // Checked here too, so that all that is wrong is said at once.
    if let Err(Refusal::Invalid { problem, .. }) =
        field::web_address("source_url", received.text("source_url"))
    {
        errors.push(FieldError::new("source_url", l.t(&format!("problem-{problem}"))));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(NewReport {
        text: received.text("text").to_owned(),
        about_me,
        about,
        unit: None,
        acute: received.ticked("acute"),
        not_to_manager: received.ticked("not_to_manager"),
        medium: medium.flatten(),
        platform: received.text("platform").to_owned(),
        source_url: received.text("source_url").to_owned(),
        first_seen: first_seen.flatten(),
        originator: received.text("originator").to_owned(),
        files: 0,
    })
}

/// What to say of a report that was not taken; what is nobody's field is a page of its own.
fn wrong(l: &L, error: AppError) -> Result<Wrong, PageError> {
    let (status, errors) = match error {
        AppError::Refused(Refusal::Invalid { field, problem }) => {
            let field = if field == "about" {
                "colleague".to_owned()
            } else {
                field
            };
            let message = l.t(&format!("problem-{problem}"));
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                vec![FieldError { field, message }],
            )
        }
        AppError::Refused(refusal) => {
            let message = l.t(&format!("refusal-{}", refusal.code()));
            (StatusCode::CONFLICT, vec![FieldError::new("text", message)])
        }
        AppError::Files(problems) => {
            let say = |problem: &FileProblem| FieldError::new("exhibit", file_message(l, problem));
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                problems.iter().map(say).collect(),
            )
        }
        AppError::KeyReused => (
            StatusCode::CONFLICT,
            vec![FieldError::new("text", l.t("report-sent-already"))],
        ),
        other => return Err(other.into()),
    };
    Ok(Wrong { status, errors })
}

/// The limit as it is spoken of: 200 MB, in the 1,024s in which it is set.
pub fn file_limit(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}

/// What is wrong with a file, by its name.
pub fn file_message(l: &L, problem: &FileProblem) -> String {
    let (mut limit, mut found) = (String::new(), String::new());
    match &problem.fault {
        FileFault::TooBig { limit: bytes } => limit = file_limit(*bytes),
        FileFault::TooMany { limit: files } => limit = files.to_string(),
        FileFault::WrongContent { found: media_type } => {
            found = l.t(&format!("file-type-{}", short(media_type))).to_lowercase();
        }
        _ => {}
    }
    let key = format!("file-{}", problem.fault.code());
    l.ta(
        &key,
        &[
            ("name", problem.name.as_str()),
            ("limit", limit.as_str()),
            ("found", found.as_str()),
        ],
    )
}

fn arrived(headers: &HeaderMap, location: &str) -> Response {
    if wants_json(headers) {
        let head = [(CONTENT_TYPE, "application/json"), (LOCATION, location)];
        return (
            StatusCode::CREATED,
            head,
            json!({ "location": location }).to_string(),
        )
            .into_response();
    }
    Redirect::to(location).into_response()
}

async fn refused(
    ctx: &Ctx,
    headers: &HeaderMap,
    received: &Received,
    wrong: Wrong,
) -> Result<Response, PageError> {
    let Wrong { status, errors } = wrong;
    if wants_json(headers) {
        let (title, detail) = (ctx.l.t("report-not-sent"), ctx.l.t("report-not-sent-detail"));
        let problem =
            json!({ "status": status.as_u16(), "title": title, "detail": detail, "errors": errors });
        return Ok((
            status,
            [(CONTENT_TYPE, "application/problem+json")],
            problem.to_string(),
        )
            .into_response());
    }
    again(ctx, status, Typed::of(received), errors).await
}
