//! The page of the legal review.

use super::ask;
use crate::case::duty::{Basis, Duties};
use crate::case::exhibits::{Card, cards};
use crate::case::head::{Head, teller};
use crate::case::story::{Fact, Line};
use crate::command::form::{Form, Posted};
use crate::command::offer::is_offered;
use crate::command::{Prepared, carry_out, done, prepare};
use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render, render_status};
use askama::Template;
use axum::Form as Body;
use axum::extract::Path;
use axum::response::Response;
use domain::case::{CommandKind, Event};
use domain::vocabulary::DutyKind;

#[derive(Template)]
#[template(path = "review/page.html")]
struct ReviewPage {
    frame: Frame,
    head: Head,
    /// What people told, in their own words.
    told: Vec<Line>,
    facts: Vec<Fact>,
    exhibits: Vec<Card>,
    /// How many statements have each outcome.
    statements: Vec<(String, usize)>,
    basis: Basis,
    due: Option<(String, bool)>,
    form: Form,
    errors: Vec<(String, String, String)>,
    refused: Option<String>,
    /// Already assessed, and nothing new since: shown, not asked.
    is_done: bool,
}

/// `GET /cases/{number}/do/review`
pub async fn show(ctx: Ctx, Path(text): Path<String>) -> Result<Response, PageError> {
    let prepared = prepare(&ctx, &text, CommandKind::Review.name()).await?;
    let form = ask::form(&ctx.l, &prepared.view);
    render(&page(&ctx, &prepared, form, None))
}

/// `POST /cases/{number}/do/review`
pub async fn send(
    ctx: Ctx,
    Path(text): Path<String>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let prepared = prepare(&ctx, &text, CommandKind::Review.name()).await?;
    let mut form = ask::form(&ctx.l, &prepared.view);
    form.take(&Posted(pairs));
    match carry_out(&ctx, &prepared, &mut form).await? {
        None => Ok(done(&prepared)),
        Some(told) => render_status(told.status, &page(&ctx, &prepared, form, told.refused)),
    }
}

fn page(ctx: &Ctx, prepared: &Prepared, form: Form, refused: Option<String>) -> ReviewPage {
    let (l, view, teller) = (&ctx.l, &prepared.view, teller(ctx));
    let duties = Duties {
        teller: &teller,
        view,
        me: &ctx.me.id,
        now: ctx.now,
        guide: prepared.guide.as_ref(),
    };
    let review = view
        .duties
        .iter()
        .find(|duty| duty.kind == DutyKind::Review && duty.is_owed());
    let due = review.and_then(|duty| {
        let key = if duty.late { "was-due" } else { "due" };
        Some((l.ta(key, &[("due", l.due(duty.due?, ctx.now))]), duty.late))
    });
    let told = view
        .entries
        .iter()
        .filter(|entry| matches!(entry.event, Event::Told { .. } | Event::Supplemented { .. }));
    let facts = view.entries.iter().filter_map(|entry| match &entry.event {
        Event::ReportMade(_) => Some(teller.line(entry).facts),
        _ => None,
    });
    let registered = view
        .state
        .registration
        .as_ref()
        .map(|(_, registration)| teller.registration(registration));
    let mut known = registered.unwrap_or_default();
    // What was told and has been registered since is not said twice.
    let untold = |fact: &Fact| known.iter().all(|known| known.label != fact.label);
    let mut facts: Vec<Fact> = facts.flatten().filter(untold).collect();
    facts.append(&mut known);
    ReviewPage {
        frame: Frame::of(ctx),
        head: Head::of(ctx, view),
        told: told.map(|entry| teller.line(entry)).collect(),
        facts,
        exhibits: cards(ctx, view),
        statements: crate::statements::summary(l, view),
        basis: duties.basis(DutyKind::Review),
        due,
        errors: form.errors(),
        form,
        refused,
        is_done: !is_offered(view, CommandKind::Review, &ctx.me.id),
    }
}
