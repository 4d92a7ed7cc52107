//! `/practise`: take a screenshot of a made-up post, send it in as one would a real one, and see how it went; for managers a made-up
//! case too.

mod case;

use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render};
use app::{App, AttemptView, DrillView};
use askama::Template;
use axum::Router;
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::drill::{ADDRESS, Exercise, PROFILE};
use serde::Deserialize;
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

/// Where an exercise is done.
pub fn practise_page(exercise: Exercise) -> &'static str {
    match exercise {
        Exercise::Picture => "/practise",
        Exercise::Case => "/practise/case",
    }
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
    /// The files that were not opened, since malware was found in them.
    infected: String,
    /// What the picture did not show.
    missing: Vec<String>,
    /// What was sent in last, if it did not pass and is no case: was it for real?
    doubt: Option<Sending>,
    /// Everything else that was sent in and is still kept.
    sent: Vec<Sending>,
    /// They lead a unit, so there is a made-up case to handle too.
    leads: bool,
}

/// What came together as a drill.
struct Sending {
    drill: String,
    attempt: u64,
    at: String,
    files: String,
    /// The case that it became.
    became: Option<String>,
}

impl Sending {
    fn of(ctx: &Ctx, attempt: &AttemptView) -> Self {
        Self {
            drill: attempt.drill.clone(),
            attempt: attempt.attempt,
            at: ctx.l.at(attempt.at),
            files: attempt.files.join(", "),
            became: attempt.became.as_ref().map(ToString::to_string),
        }
    }
}

async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let view = ctx.app.my_drill(&ctx.caller).await?;
    let of = |ask: fn(&DrillView) -> bool| view.as_ref().is_some_and(ask);
    let drill = view.as_ref().map(|view| &view.drill);
    let missing = drill.into_iter().flat_map(|drill| &drill.missing);
    let attempts = view.as_ref().map_or(&[][..], |view| view.attempts.as_slice());
    let failed = of(|view| view.drill.passed_at.is_none() && view.drill.judged.is_some() && !view.waits);
    let last = attempts.first().filter(|_| failed);
    let doubt = last.filter(|last| last.became.is_none());
    render(&Page {
        frame: Frame::of(&ctx),
        open: of(|view| view.open),
        waits: of(|view| view.waits),
        passed: drill.and_then(|drill| drill.passed_at).map(|at| ctx.l.at(at)),
        failed,
        infected: last.map(|last| last.infected.join(", ")).unwrap_or_default(),
        missing: missing
            .map(|part| ctx.l.t(&format!("practise-missing-{part}")))
            .collect(),
        doubt: doubt.map(|attempt| Sending::of(&ctx, attempt)),
        sent: attempts
            .iter()
            .skip(usize::from(doubt.is_some()))
            .map(|attempt| Sending::of(&ctx, attempt))
            .collect(),
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

/// Which sending was for real.
#[derive(Deserialize)]
struct Serious {
    drill: String,
    attempt: u64,
}

async fn serious(ctx: Ctx, Form(which): Form<Serious>) -> Result<Response, PageError> {
    let number = ctx
        .app
        .drill_is_serious(&ctx.caller, &which.drill, which.attempt)
        .await?;
    Ok(Redirect::to(&format!("/cases/{number}/receipt")).into_response())
}
