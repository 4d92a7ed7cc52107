//! `GET /cases`: latest change first, open, closed or all.

use super::ROWS;
use crate::ctx::{Ctx, encode};
use crate::page::{Frame, PageError, render};
use crate::start::{about, is_hurried};
use app::{CaseFilter, CaseRow};
use askama::Template;
use axum::response::Response;
use domain::case::Phase;
use domain::vocabulary::Role;

#[derive(Template)]
#[template(path = "cases/list.html")]
struct List {
    frame: Frame,
    /// Somebody who only ever told of something: "Mine henvendelser".
    own_only: bool,
    filters: Vec<Filter>,
    rows: Vec<Row>,
    /// What the search field holds: nothing.
    asked: &'static str,
    first_page: bool,
    next: Option<String>,
}

struct Filter {
    href: String,
    label: String,
    current: bool,
}

pub(super) struct Row {
    pub(super) href: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) acute: bool,
    pub(super) owner: String,
    pub(super) state: String,
    /// The next duty in the case and when it is due.
    pub(super) next: String,
    pub(super) due: String,
    pub(super) late: bool,
    pub(super) changed: String,
    /// Where what was searched for stands; empty in a list that nothing was searched in.
    pub(super) found: String,
}

pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let asked = ctx.query("show").unwrap_or_default();
    let phase = match asked.as_str() {
        "closed" => Some(Phase::Closed),
        "all" => None,
        _ => Some(Phase::Open),
    };
    let cursor = ctx.query("after");
    let filter = CaseFilter {
        phase,
        ..CaseFilter::default()
    };
    let page = ctx
        .app
        .cases(&ctx.caller, filter, cursor.as_deref(), ROWS)
        .await?;
    let shown = phase.map_or("all", Phase::name);
    let handling = [
        Role::Manager,
        Role::Deputy,
        Role::LegalAdviser,
        Role::Hr,
        Role::Communication,
    ];
    render(&List {
        frame: Frame::of(&ctx),
        own_only: !handling.iter().any(|role| ctx.me.has(*role)),
        filters: filters(&ctx, shown),
        asked: "",
        rows: page.items.iter().map(|row| row_of(&ctx, row)).collect(),
        first_page: cursor.is_none(),
        next: page
            .next
            .map(|next| format!("/cases?show={shown}&after={}", encode(&next))),
    })
}

fn filters(ctx: &Ctx, shown: &str) -> Vec<Filter> {
    let filter = |name: &str| Filter {
        href: format!("/cases?show={name}"),
        label: ctx.l.t(&format!("show-{name}")),
        current: name == shown,
    };
    ["open", "closed", "all"].map(filter).into()
}

pub(super) fn row_of(ctx: &Ctx, row: &CaseRow) -> Row {
    let l = &ctx.l;
    let outcome = row.outcome.map(|outcome| l.t(&format!("outcome-{outcome}")));
    let phase = l.t(&format!("phase-{}", row.phase.name()));
    let open = row.phase == Phase::Open;
    Row {
        href: format!("/cases/{}", row.number),
        number: row.number.to_string(),
        title: about(l, row.title.as_deref(), row.medium, row.platform.as_deref()),
        acute: row.acute && open && row.next_duty.is_none_or(|duty| is_hurried(ctx, duty)),
        owner: ctx.name(&row.owner),
        state: outcome.map_or(phase.clone(), |outcome| format!("{phase} · {outcome}")),
        next: row
            .next_duty
            .filter(|_| open)
            .map_or_else(String::new, |duty| l.t(&format!("duty-{duty}"))),
        due: row
            .next_due
            .filter(|_| open)
            .map_or_else(String::new, |due| l.due(due, ctx.now)),
        late: open && row.next_due.is_some_and(|due| due < ctx.now),
        changed: l.due(row.changed_at, ctx.now),
        found: String::new(),
    }
}
