//! One drawer in full, the whole journal, and who has looked.

use super::head::{Head, Tab, tabs, teller};
use super::story::Line;
use crate::ctx::{Ctx, encode};
use crate::page::{Frame, PageError, render};
use app::Reading;
use askama::Template;
use axum::response::Response;
use domain::access::Action;
use domain::case::{Actor, Viewing};
use domain::ids::CaseNumber;
use domain::vocabulary::Compartment;

/// Journal lines on one page.
const PAGE: usize = 50;
/// Lines of the access log on one page.
const READINGS: u32 = 50;

#[derive(Template)]
#[template(path = "case/drawer.html")]
struct DrawerPage {
    frame: Frame,
    head: Head,
    tabs: Vec<Tab>,
    heading: String,
    intro: String,
    lines: Vec<Line>,
    can_export: bool,
}

#[derive(Template)]
#[template(path = "case/journal.html")]
struct JournalPage {
    frame: Frame,
    head: Head,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    /// Up to where an authority has stamped the journal, and before when.
    proved: Option<String>,
    /// Numbers of the pages, the current one marked.
    pages: Vec<(usize, bool)>,
}

#[derive(Template)]
#[template(path = "case/access.html")]
struct AccessPage {
    frame: Frame,
    head: Head,
    tabs: Vec<Tab>,
    rows: Vec<Seen>,
    next: Option<String>,
}

/// Somebody's look.
struct Seen {
    at: String,
    who: String,
    what: String,
    relation: String,
}

/// One drawer, newest first, with every fact.
pub async fn drawer(ctx: &Ctx, number: &CaseNumber, drawer: Compartment) -> Result<Response, PageError> {
    let viewing = match drawer {
        Compartment::Matter => Viewing::Matter,
        Compartment::Care => Viewing::Care,
        Compartment::Police => Viewing::Police,
    };
    let view = ctx.app.case(&ctx.caller, number, viewing).await?;
    let mut lines = teller(ctx).in_runs(&view.entries);
    lines.retain(|line| line.drawer == drawer);
    lines.reverse();
    render(&DrawerPage {
        frame: Frame::of(ctx),
        head: Head::of(ctx, &view),
        tabs: tabs(ctx, &view, drawer.name()),
        heading: ctx.l.t(&format!("drawer-{drawer}-heading")),
        intro: ctx.l.t(&format!("drawer-{drawer}-intro")),
        lines,
        can_export: view.may(Action::Export(drawer)),
    })
}

/// Every entry that is shown to the reader, newest first, in pages.
pub async fn journal(ctx: &Ctx, number: &CaseNumber) -> Result<Response, PageError> {
    let view = ctx.app.case(&ctx.caller, number, Viewing::Journal).await?;
    let proved = ctx
        .app
        .proved(&view)
        .await?
        .into_iter()
        .next_back()
        .map(|proved| {
            let before = ctx.l.at(proved.before);
            let args = [
                ("up_to", proved.up_to.to_string()),
                ("before", before),
                ("authority", proved.authority),
            ];
            ctx.l.ta("journal-proved", &args)
        });
    let mut lines = teller(ctx).lines(&view.entries);
    lines.reverse();
    let asked = ctx
        .query("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1)
        .max(1);
    let last = lines.len().div_ceil(PAGE).max(1);
    let page = asked.min(last);
    let lines = lines.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
    render(&JournalPage {
        frame: Frame::of(ctx),
        head: Head::of(ctx, &view),
        tabs: tabs(ctx, &view, "journal"),
        lines,
        proved,
        pages: if last > 1 {
            (1..=last).map(|number| (number, number == page)).collect()
        } else {
            Vec::new()
        },
    })
}

/// Who has looked, at what, and what they are to the case.
pub async fn access_log(ctx: &Ctx, number: &CaseNumber) -> Result<Response, PageError> {
    let view = ctx.app.case(&ctx.caller, number, Viewing::AccessLog).await?;
    let page = ctx.query("page");
    let log = ctx
        .app
        .access_log(&ctx.caller, Some(number), page.as_deref(), READINGS)
        .await?;
    let next = log
        .next
        .map(|cursor| format!("/cases/{number}?drawer=access-log&page={}", encode(&cursor)));
    render(&AccessPage {
        frame: Frame::of(ctx),
        head: Head::of(ctx, &view),
        tabs: tabs(ctx, &view, "access-log"),
        rows: log.items.iter().map(|reading| seen(ctx, reading)).collect(),
        next,
    })
}

fn seen(ctx: &Ctx, reading: &Reading) -> Seen {
    let l = &ctx.l;
    let what = match (reading.what, reading.exhibit, reading.exported) {
        (_, _, Some(drawer)) => l.ta("seen-export", &[("drawer", l.t(&format!("drawer-{drawer}")))]),
        (Some(Viewing::Exhibit), Some(n), _) => l.ta("seen-exhibit", &[("number", n)]),
        (Some(Viewing::RedactedCopy), Some(n), _) => l.ta("seen-redacted-copy-n", &[("number", n)]),
        (Some(what), ..) => l.t(&format!("seen-{what}")),
        (None, ..) => String::new(),
    };
    Seen {
        at: l.at(reading.at),
        who: teller(ctx).actor(&Actor::parse(&reading.who)),
        what,
        relation: reading
            .relation
            .map(|relation| l.t(&format!("relation-{relation}")))
            .unwrap_or_default(),
    }
}
