//! `GET /access-log`: who looked at what in every case, newest first; for the data protection officer.

use crate::cases::ROWS;
use crate::ctx::{Ctx, encode};
use crate::page::{Frame, PageError, render};
use app::{Counts, Reading};
use askama::Template;
use axum::response::Response;
use domain::case::Actor;

#[derive(Template)]
#[template(path = "oversight/access_log.html")]
struct AccessLog {
    frame: Frame,
    counts: Counts,
    rows: Vec<Row>,
    first_page: bool,
    next: Option<String>,
}

struct Row {
    at: String,
    who: String,
    what: String,
    relation: String,
    number: String,
}

pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let cursor = ctx.query("after");
    let page = ctx
        .app
        .access_log(&ctx.caller, None, cursor.as_deref(), ROWS)
        .await?;
    render(&AccessLog {
        frame: Frame::of(&ctx),
        counts: ctx.app.counts(&ctx.caller).await?,
        rows: page.items.iter().map(|reading| row(&ctx, reading)).collect(),
        first_page: cursor.is_none(),
        next: page
            .next
            .map(|next| format!("/access-log?after={}", encode(&next))),
    })
}

fn row(ctx: &Ctx, reading: &Reading) -> Row {
    let l = &ctx.l;
    let viewed = || {
        reading
            .what
            .map_or_else(String::new, |what| l.t(&format!("viewing-{what}")))
    };
    let what = match (reading.exported, reading.exhibit) {
        (Some(drawer), _) => l.ta("viewing-export", &[("drawer", l.t(&format!("drawer-{drawer}")))]),
        (None, Some(exhibit)) => l.ta("viewing-exhibit-number", &[("number", exhibit)]),
        (None, None) => viewed(),
    };
    Row {
        at: l.at(reading.at),
        who: match Actor::parse(&reading.who) {
            Actor::Person(person) => ctx.name(&person),
            Actor::System => l.t("relation-system"),
            Actor::Operator => l.t("relation-operator"),
        },
        what,
        relation: reading
            .relation
            .map_or_else(String::new, |relation| l.t(&format!("relation-{relation}"))),
        number: reading.number.to_string(),
    }
}
