//! More exhibits for a case that is there already: the same form and the same way in as a report's.

use super::head::{number, title};
use crate::command::offer::is_offered;
use crate::ctx::{Ctx, wants_json};
use crate::page::{Fault, Frame, PageError, render, render_status};
use crate::report::receive::{Trouble, receive};
use crate::report::send::file_message;
use app::{AppError, CaseView, FILE_LIMIT};
use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::{CommandKind, Refusal, Viewing};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use serde_json::json;

#[derive(Template)]
#[template(path = "case/upload.html")]
struct UploadPage {
    frame: Frame,
    number: String,
    title: String,
    max_bytes: u64,
    limit: String,
    errors: Vec<String>,
}

impl UploadPage {
    fn new(ctx: &Ctx, view: &CaseView, errors: Vec<String>) -> Self {
        Self {
            frame: Frame::of(ctx),
            number: view.state.number.to_string(),
            title: title(ctx, view),
            max_bytes: FILE_LIMIT,
            limit: ctx.l.bytes(FILE_LIMIT),
            errors,
        }
    }
}

async fn permitted(ctx: &Ctx, text: &str) -> Result<CaseView, PageError> {
    let view = ctx.app.case(&ctx.caller, &number(text)?, Viewing::Status).await?;
    if !is_offered(&view, CommandKind::AddExhibits, &ctx.me.id) {
        return Err(Fault::NotFound.into());
    }
    Ok(view)
}

/// `GET /cases/{number}/exhibits`: the form.
pub async fn show(ctx: Ctx, Path(text): Path<String>) -> Result<Response, PageError> {
    let view = permitted(&ctx, &text).await?;
    render(&UploadPage::new(&ctx, &view, Vec::new()))
}

/// `POST /cases/{number}/exhibits`: every file becomes an exhibit, or none does and each fault is named.
pub async fn send(
    ctx: Ctx,
    Path(text): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let view = permitted(&ctx, &text).await?;
    let mut form = form.map_err(|_| Fault::BadRequest)?;
    let mut incoming = ctx.app.begin_exhibits(&ctx.caller, &view.state.number).await?;
    let received = match receive(&ctx, &mut form, &mut incoming, "exhibit").await {
        Ok(received) => received,
        Err(Trouble::App(error)) => return Err(error.into()),
        Err(Trouble::Unreadable) => return Err(Fault::BadRequest.into()),
        Err(Trouble::TooLong) => return Err(Fault::TooLarge.into()),
    };
    match ctx
        .app
        .add_exhibits(&ctx.caller, incoming, &received.claimed)
        .await
    {
        Ok(_) => Ok(arrived(&headers, &format!("/cases/{text}?done=add-exhibits"))),
        Err(AppError::Files(problems)) => {
            let errors = problems
                .iter()
                .map(|problem| file_message(&ctx.l, problem))
                .collect();
            refused(&ctx, &view, &headers, StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
        Err(AppError::Refused(Refusal::Invalid { .. })) => {
            let errors = vec![ctx.l.t("upload-choose")];
            refused(&ctx, &view, &headers, StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
        Err(AppError::Refused(refusal)) => {
            let errors = vec![ctx.l.t(&format!("refusal-{}", refusal.code()))];
            refused(&ctx, &view, &headers, StatusCode::CONFLICT, errors)
        }
        Err(other) => Err(other.into()),
    }
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

fn refused(
    ctx: &Ctx,
    view: &CaseView,
    headers: &HeaderMap,
    status: StatusCode,
    errors: Vec<String>,
) -> Result<Response, PageError> {
    if wants_json(headers) {
        let errors: Vec<_> = errors
            .iter()
            .map(|message| json!({ "field": "exhibit", "message": message }))
            .collect();
        let title = ctx.l.t("upload-not-added");
        let problem = json!({ "status": status.as_u16(), "title": title, "errors": errors });
        return Ok((
            status,
            [(CONTENT_TYPE, "application/problem+json")],
            problem.to_string(),
        )
            .into_response());
    }
    render_status(status, &UploadPage::new(ctx, view, errors))
}
