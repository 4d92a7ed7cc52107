//! `/practise`: take a screenshot of a made-up post, send it in as one would a real one, and see how it went; for managers a made-up
//! case too.

mod case;

use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render};
use app::{App, DrillView};
use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::drill::{ADDRESS, PROFILE};
use std::sync::Arc;

/// The routes of practising.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/practise", get(show).post(begin))
        .route("/practise/post", get(made_up))
        .route("/practise/serious", post(serious))
        .route("/practise/case", get(case::show).post(case::begin))
        .route("/practise/case/review", post(case::review))
        .route("/practise/case/do/{command}", get(case::ask).post(case::act))
}

#[derive(Template)]
#[template(path = "practise/practise.html")]
struct Page {
    frame: Frame,
    open: bool,
    waits: bool,
    /// When it was passed.
    passed: Option<String>,
    /// It was judged, and the word was not found.
    failed: bool,
    /// What the picture did not show.
    missing: Vec<String>,
    /// Pictures came.
    sent: bool,
    /// They lead a unit, so there is a made-up case to handle too.
    leads: bool,
}

async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let view = ctx.app.my_drill(&ctx.caller).await?;
    let of = |ask: fn(&DrillView) -> bool| view.as_ref().is_some_and(ask);
    let drill = view.as_ref().map(|view| &view.drill);
    let missing = drill.into_iter().flat_map(|drill| &drill.missing);
    render(&Page {
        frame: Frame::of(&ctx),
        open: of(|view| view.open),
        waits: of(|view| view.waits),
        passed: drill.and_then(|drill| drill.passed_at).map(|at| ctx.l.at(at)),
        failed: of(|view| view.drill.passed_at.is_none() && view.drill.judged.is_some() && !view.waits),
        missing: missing
            .map(|part| ctx.l.t(&format!("practise-missing-{part}")))
            .collect(),
        sent: of(|view| view.files > 0),
        leads: domain::drill::case::is_for(&ctx.me),
    })
}

async fn begin(ctx: Ctx) -> Result<Response, PageError> {
    ctx.app.begin_drill(&ctx.caller).await?;
    Ok(Redirect::to("/practise/post").into_response())
}

#[derive(Template)]
#[template(path = "practise/post.html")]
struct MadeUp {
    frame: Frame,
    word: String,
    profile: &'static str,
    address: &'static str,
}

async fn made_up(ctx: Ctx) -> Result<Response, PageError> {
    let view = ctx.app.my_drill(&ctx.caller).await?.filter(|view| view.open);
    let Some(view) = view else {
        return Ok(Redirect::to("/practise").into_response());
    };
    render(&MadeUp {
        frame: Frame::of(&ctx),
        word: view.drill.word,
        profile: PROFILE,
        address: ADDRESS,
    })
}

async fn serious(ctx: Ctx) -> Result<Response, PageError> {
    let text = ctx.l.t("practise-serious-text");
    let number = ctx.app.drill_is_serious(&ctx.caller, &text).await?;
    Ok(Redirect::to(&format!("/cases/{number}/receipt")).into_response())
}
