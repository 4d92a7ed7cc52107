//! The case page: the next step on top, the story below, duties beside it, drawers as tabs.

use super::drawers;
use super::duty::{Duties, DutyLine, Next};
use super::exhibits::{Card, cards};
use super::head::{Head, Tab, is_only_party, number, tabs, teller};
use super::status;
use super::story::Line;
use crate::command::offer::{Group, group, offered};
use crate::ctx::Ctx;
use crate::guide::howto::Shelf;
use crate::page::{Fault, Frame, PageError, render};
use app::CaseView;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use domain::access::Action;
use domain::case::{CommandKind, Viewing};
use domain::vocabulary::Compartment;

#[derive(Template)]
#[template(path = "case/overview.html")]
struct Overview {
    frame: Frame,
    head: Head,
    tabs: Vec<Tab>,
    next: Option<Next>,
    story: Vec<Line>,
    duties: Vec<DutyLine>,
    exhibits: Vec<Card>,
    groups: Vec<Deeds>,
    can_export: bool,
    can_add: bool,
}

/// Further actions under one heading.
pub struct Deeds {
    pub heading: String,
    pub deeds: Vec<(String, String)>,
}

/// `GET /cases/{number}`, with `?drawer=` for one drawer.
pub async fn show(ctx: Ctx, Path(text): Path<String>) -> Result<Response, PageError> {
    let number = number(&text)?;
    let viewing = match ctx.query("drawer").as_deref() {
        None => Viewing::Case,
        Some(drawer) => Viewing::parse(drawer).ok_or(Fault::NotFound)?,
    };
    match viewing {
        Viewing::Case => overview(&ctx, &number).await,
        Viewing::Matter => drawers::drawer(&ctx, &number, Compartment::Matter).await,
        Viewing::Care => drawers::drawer(&ctx, &number, Compartment::Care).await,
        Viewing::Police => drawers::drawer(&ctx, &number, Compartment::Police).await,
        Viewing::Journal => drawers::journal(&ctx, &number).await,
        Viewing::AccessLog => drawers::access_log(&ctx, &number).await,
        Viewing::Status | Viewing::Exhibit | Viewing::RedactedCopy => Err(Fault::NotFound.into()),
    }
}

async fn overview(ctx: &Ctx, number: &domain::ids::CaseNumber) -> Result<Response, PageError> {
    let view = ctx.app.case(&ctx.caller, number, Viewing::Case).await?;
    if is_only_party(&view) {
        return status::page(ctx, &view);
    }
    let teller = teller(ctx);
    let guide = Shelf::of_case(ctx, &view).await?;
    let duties = Duties {
        teller: &teller,
        view: &view,
        me: &ctx.me.id,
        now: ctx.now,
        guide: guide.as_ref(),
    };
    render(&Overview {
        frame: Frame::of(ctx),
        head: Head::of(ctx, &view),
        tabs: tabs(ctx, &view, "overview"),
        next: duties.next(),
        story: teller.story(&view.entries),
        duties: duties.lines(),
        exhibits: cards(ctx, &view),
        groups: deeds(ctx, &view),
        can_export: Compartment::ALL
            .iter()
            .any(|drawer| view.may(Action::Export(*drawer))),
        can_add: offered(&view, &ctx.me.id).contains(&CommandKind::AddExhibits),
    })
}

/// What else can be done, grouped; only what may be done and makes sense now.
pub fn deeds(ctx: &Ctx, view: &CaseView) -> Vec<Deeds> {
    let (l, number) = (&ctx.l, &view.state.number);
    let offered = offered(view, &ctx.me.id);
    let href = |kind: CommandKind| match kind {
        CommandKind::AddExhibits => format!("/cases/{number}/exhibits"),
        CommandKind::MarkStatements => format!("/cases/{number}/statements?add=yes#add"),
        kind => format!("/cases/{number}/do/{kind}"),
    };
    let of = |wanted: Group| {
        let kinds = offered.iter().filter(|kind| group(**kind) == wanted);
        let deeds: Vec<_> = kinds
            .map(|kind| (href(*kind), l.t(&format!("do-{kind}"))))
            .collect();
        (!deeds.is_empty()).then(|| Deeds {
            heading: l.t(&format!("deeds-{}", wanted.name())),
            deeds,
        })
    };
    Group::ALL.into_iter().filter_map(of).collect()
}
