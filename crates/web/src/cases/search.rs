//! `GET /search`: cases by their words, the words in their exhibits, and names; only what the caller may read.

use super::ROWS;
use super::list::{Row, row_of};
use crate::ctx::{Ctx, encode};
use crate::page::{Frame, PageError, render};
use crate::text::L;
use app::{FoundCase, Place};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "cases/search.html")]
struct Search {
    frame: Frame,
    asked: String,
    /// What came of it, in words; none before anything is asked.
    outcome: Option<String>,
    rebuilding: Option<String>,
    rows: Vec<Row>,
    first_page: bool,
    next: Option<String>,
}

pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let asked = ctx.query("q").unwrap_or_default().trim().to_owned();
    let from = ctx.query("after").and_then(|from| from.parse().ok()).unwrap_or(0);
    let found = ctx.app.search(&ctx.caller, &asked, from, ROWS).await?;
    let l = &ctx.l;
    let rebuilding = found.rebuilding.map(|(done, all)| {
        l.ta(
            "search-rebuilding",
            &[("done", done.to_string()), ("all", all.to_string())],
        )
    });
    let outcome = match (asked.is_empty(), found.all, found.items.is_empty()) {
        (true, ..) => None,
        (_, 0, _) => Some(l.ta("search-none", &[("asked", asked.clone())])),
        (_, _, true) => Some(l.t("list-end")),
        (_, all, _) => Some(l.tn("search-found", all as u64)),
    };
    render(&Search {
        frame: Frame::of(&ctx),
        outcome,
        rebuilding,
        rows: found.items.into_iter().map(|found| row(&ctx, found)).collect(),
        first_page: from == 0,
        next: found
            .next
            .map(|next| format!("/search?q={}&after={next}", encode(&asked))),
        asked,
    })
}

fn row(ctx: &Ctx, found: FoundCase) -> Row {
    Row {
        found: places(&ctx.l, &found),
        ..row_of(ctx, &found.row)
    }
}

fn places(l: &L, found: &FoundCase) -> String {
    let name = |place: &Place| match place {
        Place::Case => l.t("found-in-case"),
        Place::Exhibit => l.t("found-in-exhibit"),
        Place::Name => l.t("found-in-name"),
    };
    let names: Vec<String> = found.places.iter().map(name).collect();
    l.ta("found-in", &[("places", names.join(", "))])
}
