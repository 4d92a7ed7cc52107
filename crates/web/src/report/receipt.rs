//! `GET /cases/{number}/receipt`: who has it now, what happens, and proof of what was received.

use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render};
use app::CaseView;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::{Exhibit, Phase, Viewing};
use domain::duties::{Duty, DutyState};
use domain::ids::{CaseNumber, PersonId};
use domain::vocabulary::DutyKind;

/// What the one who told needs to know of: the rest is ours.
const TOLD: [DutyKind; 4] = [
    DutyKind::Triage,
    DutyKind::Care,
    DutyKind::Review,
    DutyKind::Police,
];

#[derive(Template)]
#[template(path = "report/receipt.html")]
struct Receipt {
    frame: Frame,
    number: String,
    is_target: bool,
    owner: String,
    /// When they contact the target, or take the case.
    by: String,
    /// They have taken it already.
    taken: bool,
    /// What was promised by then has been done.
    kept: bool,
    /// Who gets it if they stay silent.
    then: Option<String>,
    steps: Vec<Step>,
    files: Vec<File>,
}

struct Step {
    mark: &'static str,
    what: String,
    owner: String,
    due: String,
    late: bool,
}

struct File {
    number: u32,
    name: String,
    size: String,
    hash: String,
    hash_in_full: String,
    /// The sender's own device had the same hash.
    unchanged: bool,
}

/// `GET /cases/{number}/receipt`; for those who told or whom it is about.
pub async fn show(ctx: Ctx, Path(number): Path<String>) -> Result<Response, PageError> {
    let number = CaseNumber::parse(&number).ok_or(Fault::NotFound)?;
    let view = ctx.app.case(&ctx.caller, &number, Viewing::Status).await?;
    let (case, l) = (&view.state, &ctx.l);
    let told = case.reports.iter().any(|(_, facts)| facts.reporter == ctx.me.id);
    let is_target = case.targets.contains(&ctx.me.id);
    if !told && !is_target {
        return Err(Fault::NotFound.into());
    }
    let duty = |kind: DutyKind| view.duties.iter().find(|duty| duty.kind == kind);
    let first = duty(if is_target {
        DutyKind::Triage
    } else {
        DutyKind::Receive
    });
    let due = |duty: &Duty| duty.due.map_or_else(String::new, |due| l.due(due, ctx.now));
    render(&Receipt {
        frame: Frame::of(&ctx),
        number: number.to_string(),
        is_target,
        owner: ctx.name(&case.owner),
        by: first.map_or_else(String::new, due),
        taken: case.done.contains_key(&DutyKind::Receive),
        kept: first.is_some_and(|duty| case.done.contains_key(&duty.kind)) || case.phase != Phase::Open,
        then: next_in_line(&ctx, &view).map(|person| ctx.name(&person)),
        steps: TOLD
            .into_iter()
            .filter_map(duty)
            .map(|duty| step(&ctx, duty, is_target))
            .collect(),
        files: own_files(&ctx, &view)
            .map(|exhibit| file(&ctx, exhibit))
            .collect(),
    })
}

/// `GET /cases/{number}/status`: the case's own page shows each what they may know, and the status to those it is about.
pub async fn status(ctx: Ctx, Path(number): Path<String>) -> Result<Response, PageError> {
    let number = CaseNumber::parse(&number).ok_or(Fault::NotFound)?;
    ctx.app.case(&ctx.caller, &number, Viewing::Status).await?;
    Ok(Redirect::to(&format!("/cases/{number}")).into_response())
}

/// Who gets the case if its owner stays silent.
fn next_in_line(ctx: &Ctx, view: &CaseView) -> Option<PersonId> {
    let case = &view.state;
    let chain = ctx.org.chain_of_command(&case.unit).into_iter();
    let after = chain.skip_while(|step| step.person != case.owner).skip(1);
    let free = |person: &PersonId| !case.is_party(person) && !ctx.org.is_away(person, ctx.now);
    after.map(|step| step.person).find(free)
}

fn step(ctx: &Ctx, duty: &Duty, is_target: bool) -> Step {
    let done = matches!(duty.state, DutyState::Done { .. } | DutyState::Waived { .. });
    let whose = if is_target { "me" } else { "other" };
    Step {
        mark: if done { "✓" } else { "○" },
        what: ctx.l.t(&format!("now-{whose}-{}", duty.kind)),
        owner: ctx.name(&duty.owner),
        due: duty
            .due
            .filter(|_| !done)
            .map_or_else(String::new, |due| ctx.l.due(due, ctx.now)),
        late: duty.late && !done,
    }
}

fn own_files<'a>(ctx: &'a Ctx, view: &'a CaseView) -> impl Iterator<Item = &'a Exhibit> {
    view.state
        .exhibits
        .iter()
        .map(|(_, exhibit)| exhibit)
        .filter(|exhibit| exhibit.sent_by == ctx.me.id)
}

fn file(ctx: &Ctx, exhibit: &Exhibit) -> File {
    File {
        number: exhibit.number,
        name: exhibit.name.clone(),
        size: ctx.l.bytes(exhibit.bytes),
        hash: ctx.l.hash(&exhibit.sha256),
        hash_in_full: ctx.l.hash_in_full(&exhibit.sha256),
        unchanged: exhibit.hashed_by_sender,
    }
}
