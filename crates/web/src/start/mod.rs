//! The start page: one button on top, then what the person owes, what is new, and what became of what they told.

mod parts;

use crate::ctx::Visitor;
use crate::oversight::Facts;
use crate::page::{Frame, PageError, render};
use crate::sign_in::demo_page;
use app::{App, Counts};
use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::vocabulary::Role;
pub use parts::{DutyItem, about, is_hurried};
use parts::{GuideItem, NoticeItem, ReportItem};
use std::sync::Arc;

/// The route of the start page.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/", get(show))
}

#[derive(Template)]
#[template(path = "start/start.html")]
struct Start {
    frame: Frame,
    handles: bool,
    duties: Vec<DutyItem>,
    more_duties: bool,
    notices: Vec<NoticeItem>,
    reports: Vec<ReportItem>,
    guide: Vec<GuideItem>,
    /// How many e-mails wait for the reader.
    mails: Option<String>,
    counts: Option<Counts>,
    is_dpo: bool,
    facts: Option<Facts>,
}

async fn show(visitor: Visitor) -> Result<Response, PageError> {
    if visitor.caller.is_none() && visitor.app.is_demo() {
        return demo_page(&visitor, "/");
    }
    let Some(ctx) = visitor.signed_in() else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let watches = [Role::Dpo, Role::Hr, Role::Safety]
        .iter()
        .any(|role| ctx.me.has(*role));
    let (duties, more_duties) = parts::duties(&ctx).await?;
    let handling = [
        Role::Manager,
        Role::Deputy,
        Role::LegalAdviser,
        Role::Hr,
        Role::Communication,
    ];
    render(&Start {
        frame: Frame::of(&ctx),
        handles: !duties.is_empty() || handling.iter().any(|role| ctx.me.has(*role)),
        duties,
        more_duties,
        notices: parts::notices(&ctx).await?,
        reports: parts::reports(&ctx).await?,
        guide: parts::guide(&ctx).await?,
        mails: crate::mail::waiting(&ctx).await?,
        counts: if watches {
            Some(ctx.app.counts(&ctx.caller).await?)
        } else {
            None
        },
        is_dpo: ctx.me.has(Role::Dpo),
        facts: ctx.me.has(Role::Admin).then(|| Facts::of(&ctx.org)),
    })
}
