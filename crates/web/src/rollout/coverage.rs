//! `GET /coverage/{unit}`: how many have read; for the unit's own manager also who.

use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render, render_status};
use app::{OwnPerson, UnitCoverage};
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::UnitId;
use domain::rollout::coverage::{LEAST, Share, Sight};
use domain::rollout::may_roll_out;
use http::StatusCode;

#[derive(Template)]
#[template(path = "rollout/coverage.html")]
pub struct Page {
    frame: Frame,
    name: String,
    unit: String,
    edition: Option<u64>,
    pub share: Line,
    pub parts: Vec<Line>,
    pub people: Vec<Named>,
    /// Fewer than that are asked here, and the reader sees numbers alone.
    pub hidden: bool,
    may_roll_out: bool,
    least: u32,
    today: String,
    /// The field that is wrong in what was noted of a meeting, and why.
    wrong: Option<(String, String)>,
    held: String,
}

pub struct Line {
    pub name: String,
    /// Where its own parts are, if the reader may go there and there are any.
    href: Option<String>,
    pub share: Share,
}

/// One of the reader's own people.
pub struct Named {
    id: String,
    pub name: String,
    pub read: bool,
    /// Counts as having practised.
    pub drilled: bool,
    /// Owes something of it whose time is over.
    pub late: bool,
    /// How far they are with reading, and whether that is late.
    reading: (String, bool),
    /// How far they are with practising, and whether that is late.
    practice: (String, bool),
    ticked: bool,
}

/// `GET /coverage`: where the reader's sight begins.
pub async fn start(ctx: Ctx) -> Result<Response, PageError> {
    let unit = ctx.app.coverage_from(&ctx.caller).ok_or(Fault::NotFound)?;
    Ok(Redirect::to(&format!("/coverage/{}", crate::ctx::encode(unit.as_str()))).into_response())
}

/// `GET /coverage/{unit}`
pub async fn show(ctx: Ctx, Path(unit): Path<String>) -> Result<Response, PageError> {
    render(&page(&ctx, &UnitId::new(unit), None).await?)
}

/// The page with what is wrong in the form below it: the field, why, and what was typed and ticked.
pub async fn again(
    ctx: &Ctx,
    unit: &UnitId,
    wrong: (String, String),
    typed: (String, Vec<String>),
) -> Result<Response, PageError> {
    let mut page = page(ctx, unit, Some(wrong)).await?;
    page.held = typed.0;
    page.people
        .iter_mut()
        .for_each(|person| person.ticked = typed.1.contains(&person.id));
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// A unit under those above it: `Børn og Familie / Myndighed`; the municipality itself is not said on each line.
pub fn unit_name(ctx: &Ctx, unit: &UnitId) -> String {
    let mut path: Vec<&str> = ctx.org.path(unit).iter().map(|unit| unit.name.as_str()).collect();
    path.reverse();
    let below = if path.len() > 1 { &path[1..] } else { &path[..] };
    below.join(" / ")
}

pub async fn page(ctx: &Ctx, unit: &UnitId, wrong: Option<(String, String)>) -> Result<Page, PageError> {
    let seen = ctx.app.coverage(&ctx.caller, unit).await?;
    let name = unit_name(ctx, unit);
    let hidden = seen.sight == Sight::Numbers && seen.share.people < LEAST;
    let share = if hidden { Share::default() } else { seen.share };
    Ok(Page {
        frame: Frame::of(ctx),
        unit: crate::ctx::encode(unit.as_str()),
        edition: seen.edition,
        share: Line {
            name: ctx.l.ta("coverage-all", &[("unit", name.as_str())]),
            href: None,
            share,
        },
        parts: if hidden { Vec::new() } else { parts(ctx, &seen) },
        people: seen.people.iter().map(|own| named(ctx, own)).collect(),
        hidden,
        may_roll_out: may_roll_out(&ctx.me),
        least: LEAST,
        today: ctx.l.local(ctx.now).date().to_string(),
        held: ctx.l.local(ctx.now).date().to_string(),
        name,
        wrong,
    })
}

fn parts(ctx: &Ctx, seen: &UnitCoverage) -> Vec<Line> {
    let line = |(unit, share): &(Option<UnitId>, Share)| match unit {
        Some(unit) => Line {
            name: ctx
                .org
                .unit(unit)
                .map_or_else(String::new, |unit| unit.name.clone()),
            href: Some(format!("/coverage/{}", crate::ctx::encode(unit.as_str()))),
            share: *share,
        },
        None => Line {
            name: ctx.l.t("coverage-own"),
            href: None,
            share: *share,
        },
    };
    let mut lines: Vec<Line> = seen.parts.shown.iter().map(line).collect();
    if seen.parts.rest.people > 0 {
        lines.push(Line {
            name: ctx.l.tn("coverage-rest", i64::from(seen.parts.folded)),
            href: None,
            share: seen.parts.rest,
        });
    }
    // One part alone is the whole again.
    if lines.len() > 1 { lines } else { Vec::new() }
}

fn named(ctx: &Ctx, own: &OwnPerson) -> Named {
    let reading = &own.asked.reading;
    let by = |due| [("when", ctx.l.due(due, ctx.now))];
    let practice = match own.asked.practice.iter().map(|owed| owed.due).min() {
        None => (ctx.l.t("coverage-has-drilled"), false),
        Some(due) if due < ctx.now => (ctx.l.ta("coverage-drill-late", &by(due)), true),
        Some(_) => (ctx.l.t("coverage-not-drilled"), false),
    };
    Named {
        id: own.person.id.to_string(),
        name: own.person.name.clone(),
        read: reading.read,
        drilled: own.asked.practice.is_empty(),
        late: own.asked.is_overdue(ctx.now),
        reading: match reading.read {
            true => (ctx.l.t("coverage-has-read"), false),
            false => (
                ctx.l.ta("coverage-due", &by(reading.due)),
                reading.is_overdue(ctx.now),
            ),
        },
        practice,
        ticked: false,
    }
}
