//! What the targeted employee and the one who told see: where it stands, who has it, and that it is our task now.

use super::duty::{Duties, DutyLine};
use super::exhibits::{Card, cards};
use super::head::{Tab, tabs, teller};
use super::story::Line;
use crate::command::offer::offered;
use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render};
use app::CaseView;
use askama::Template;
use axum::response::Response;
use domain::access::Relation;
use domain::case::{CommandKind, Event, Phase};

#[derive(Template)]
#[template(path = "case/status.html")]
struct Status {
    frame: Frame,
    number: String,
    heading: String,
    /// Who has it: "Vibeke Holst har sagen".
    owner: String,
    stand: String,
    is_target: bool,
    open: bool,
    tabs: Vec<Tab>,
    duties: Vec<DutyLine>,
    /// What this person told themselves.
    own: Vec<Line>,
    exhibits: Vec<Card>,
    can_supplement: bool,
    can_add: bool,
}

/// The status page.
///
/// # Errors
/// As [`render`].
pub fn page(ctx: &Ctx, view: &CaseView) -> Result<Response, PageError> {
    let (l, case, teller) = (&ctx.l, &view.state, teller(ctx));
    let is_target = view.standing.relations.contains(&Relation::Target);
    let duties = Duties {
        teller: &teller,
        view,
        me: &ctx.me.id,
        now: ctx.now,
        guide: None,
    };
    let told = view.entries.iter().filter(|entry| {
        let own = matches!(entry.event, Event::Told { .. } | Event::Supplemented { .. });
        own && entry.actor == ctx.caller.actor
    });
    let offered = offered(view, &ctx.me.id);
    let owner = teller.name(&case.owner);
    let (key, args) = match case.phase {
        Phase::Open if case.done.contains_key(&domain::vocabulary::DutyKind::Receive) => {
            ("status-taken", owner.clone())
        }
        Phase::Open => ("status-on-its-way", owner.clone()),
        Phase::Closed => ("status-closed", owner.clone()),
        Phase::Joined => (
            "status-joined",
            case.joined_into
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
    };
    render(&Status {
        frame: Frame::of(ctx),
        number: case.number.to_string(),
        heading: l.t(if case.phase == Phase::Open {
            "status-heading"
        } else {
            "status-heading-over"
        }),
        owner: l.ta("status-owner", &[("person", owner)]),
        stand: l.ta(key, &[("who", args)]),
        is_target,
        open: case.phase == Phase::Open,
        tabs: tabs(ctx, view, "overview"),
        duties: duties.lines(),
        own: told.map(|entry| teller.line(entry)).collect(),
        exhibits: cards(ctx, view),
        can_supplement: offered.contains(&CommandKind::Supplement),
        can_add: offered.contains(&CommandKind::AddExhibits),
    })
}
