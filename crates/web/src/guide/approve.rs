//! `GET /guide/edit/approval`: everything that is wrong in the draft, who has approved it, and the way to publish it.

use super::edit::{Told, changed, draft, told};
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render, render_status};
use app::AppError;
use app::guide::Draft;
use askama::Template;
use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use domain::guide::{EditionState, Refused, Size};
use http::StatusCode;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "guide/approval.html")]
struct Page {
    frame: Frame,
    number: u64,
    revision: u64,
    changed: String,
    faults: Vec<Told>,
    /// The reader changed it last, so somebody else must approve it.
    own: bool,
    /// By whom, when, how large and why.
    approved: Option<(String, String, String, String)>,
    sizes: Vec<(&'static str, String, String)>,
    typed: Fields,
    reason_wrong: bool,
    message: Option<String>,
    published: Option<u64>,
}

/// What was filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Fields {
    #[serde(default)]
    edition: u64,
    #[serde(default)]
    revision: u64,
    #[serde(default)]
    size: String,
    #[serde(default)]
    reason: String,
}

/// `GET /guide/edit/approval`
pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let draft = draft(&ctx).await?.ok_or(Fault::NotFound)?;
    render(&page(&ctx, &draft, Fields::default()).await?)
}

async fn page(ctx: &Ctx, draft: &Draft, typed: Fields) -> Result<Page, PageError> {
    let l = &ctx.l;
    let edition = &draft.edition;
    let approved = edition.approved.as_ref().map(|approval| {
        (
            ctx.name(&approval.by),
            l.due(approval.at, ctx.now),
            l.t(&format!("guide-size-{}", approval.size)),
            approval.reason.clone(),
        )
    });
    let size = |size: &Size| {
        let name = size.name();
        (
            name,
            l.t(&format!("guide-size-{name}")),
            l.t(&format!("guide-size-{name}-what")),
        )
    };
    Ok(Page {
        frame: Frame::of(ctx),
        number: edition.number,
        revision: edition.revision,
        changed: changed(ctx, draft),
        faults: told(ctx, &draft.faults),
        own: edition.state == EditionState::Draft && edition.changed_by.person() == Some(&ctx.me.id),
        approved,
        sizes: Size::ALL.iter().map(size).collect(),
        typed,
        reason_wrong: false,
        message: None,
        published: ctx.app.guide(l.language).await?.map(|guide| guide.edition.number),
    })
}

/// `POST /guide/edit/approval`
pub async fn approve(ctx: Ctx, Form(fields): Form<Fields>) -> Result<Response, PageError> {
    let size = Size::parse(&fields.size).unwrap_or(Size::Major);
    let result = ctx
        .app
        .approve_guide(&ctx.caller, fields.edition, fields.revision, size, &fields.reason)
        .await;
    settled(&ctx, result, fields, "/guide/edit/approval?done=guide-approved").await
}

/// `POST /guide/edit/publish`
pub async fn publish(ctx: Ctx, Form(fields): Form<Fields>) -> Result<Response, PageError> {
    let result = ctx.app.publish_guide(&ctx.caller, fields.edition).await.map(drop);
    settled(&ctx, result, fields, "/guide?done=guide-published").await
}

async fn settled(
    ctx: &Ctx,
    result: Result<(), AppError>,
    typed: Fields,
    done: &str,
) -> Result<Response, PageError> {
    let refused = match result {
        Ok(()) => return Ok(Redirect::to(done).into_response()),
        Err(AppError::Guide(refused)) => refused,
        Err(other) => return Err(other.into()),
    };
    let Some(draft) = draft(ctx).await? else {
        return Err(Fault::Refused(refused.code()).into());
    };
    let mut page = page(ctx, &draft, typed).await?;
    let mut status = StatusCode::CONFLICT;
    match &refused {
        Refused::Field { .. } => {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            page.reason_wrong = true;
        }
        other => page.message = Some(ctx.l.t(&format!("refusal-{}", other.code()))),
    }
    render_status(status, &page)
}
