//! `/practise/case`: a manager takes a made-up case from the report to the contact, on the pages of a case.

use crate::case::duty::{Duties, DutyLine, Next};
use crate::case::head::{Head, teller};
use crate::case::story::{Fact, Line};
use crate::command::{self, Posted, Prepared};
use crate::contact;
use crate::ctx::Ctx;
use crate::guide::howto::{Howto, Shelf};
use crate::page::{Fault, Frame, PageError, render};
use app::{CaseDrillView, CaseView};
use askama::Template;
use axum::Form as Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::CommandKind;
use domain::drill::case::{COMMANDS, DUTIES, Missed, Script, Step, can_be_reviewed};
use domain::drill::{ADDRESS, PROFILE};
use domain::vocabulary::DutyKind;
use std::sync::Arc;

const HOME: &str = "/practise/case";

/// The made-up case while it is handled.
#[derive(Template)]
#[template(path = "practise/case.html")]
struct CasePage {
    frame: Frame,
    head: Head,
    next: Option<Next>,
    steps: Vec<StepLine>,
    /// The lawyer can be heard now.
    can_review: bool,
    /// The lawyer's outcome in words, and the facts of the advice.
    outcome: Option<String>,
    advice: Vec<Fact>,
    profile: &'static str,
    address: &'static str,
    /// When the post was written: the evening before.
    written: String,
    story: Vec<Line>,
    duties: Vec<DutyLine>,
}

/// Before it begins, and how it went.
#[derive(Template)]
#[template(path = "practise/case_result.html")]
struct ResultPage {
    frame: Frame,
    passed: Option<String>,
    /// One was begun and not finished in time.
    over: bool,
    steps: Vec<StepLine>,
    missed: Vec<(String, Option<Howto>)>,
    /// What is written is still there to be looked at.
    kept: bool,
    /// What would be left to do in a real case.
    duties: Vec<DutyLine>,
}

/// One step: its name, and when it was done.
struct StepLine {
    name: String,
    done: Option<String>,
}

/// `GET /practise/case`
pub async fn show(mut ctx: Ctx) -> Result<Response, PageError> {
    let drill = ctx.app.my_case_drill(&ctx.caller).await?;
    let Some(mut drill) = drill else {
        return render(&result(&ctx, None).await?);
    };
    ctx.org = Arc::clone(&drill.town);
    match drill.case.take() {
        Some(view) if drill.open => render(&handled(&ctx, &drill, &view).await?),
        view => {
            drill.case = view;
            render(&result(&ctx, Some(&drill)).await?)
        }
    }
}

/// `POST /practise/case`: begins one.
pub async fn begin(ctx: Ctx) -> Result<Response, PageError> {
    ctx.app.begin_case_drill(&ctx.caller, &script(&ctx)).await?;
    Ok(Redirect::to(HOME).into_response())
}

/// `POST /practise/case/review`: the made-up lawyer assesses it.
pub async fn review(ctx: Ctx) -> Result<Response, PageError> {
    ctx.app.review_in_drill(&ctx.caller, &script(&ctx)).await?;
    Ok(Redirect::to(&format!("{HOME}?done=practise-review")).into_response())
}

/// `GET /practise/case/do/{command}`
pub async fn ask(mut ctx: Ctx, Path(command): Path<String>) -> Result<Response, PageError> {
    match prepare(&mut ctx, &command).await? {
        None => Ok(Redirect::to(HOME).into_response()),
        Some(prepared) if prepared.kind == CommandKind::Contact => contact::shown(&ctx, &prepared),
        Some(prepared) => command::shown(&ctx, &prepared),
    }
}

/// `POST /practise/case/do/{command}`
pub async fn act(
    mut ctx: Ctx,
    Path(command): Path<String>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let posted = Posted(pairs);
    match prepare(&mut ctx, &command).await? {
        None => Err(Fault::NotFound.into()),
        Some(prepared) if prepared.kind == CommandKind::Contact => {
            contact::sent(&ctx, &prepared, &posted).await
        }
        Some(prepared) => command::sent(&ctx, &prepared, &posted).await,
    }
}

/// The made-up case for one of its commands, in its own town; none where none is open.
async fn prepare(ctx: &mut Ctx, command: &str) -> Result<Option<Prepared>, PageError> {
    let kind = CommandKind::parse(command).filter(|kind| COMMANDS.contains(kind));
    let kind = kind.ok_or(Fault::NotFound)?;
    let drill = ctx.app.my_case_drill(&ctx.caller).await?;
    let Some(CaseDrillView {
        open: true,
        case: Some(view),
        town,
        ..
    }) = drill
    else {
        return Ok(None);
    };
    ctx.org = town;
    let guide = Shelf::of_case(ctx, &view).await?;
    Ok(Some(Prepared { view, kind, guide }))
}

async fn handled(ctx: &Ctx, drill: &CaseDrillView, view: &CaseView) -> Result<CasePage, PageError> {
    let guide = Shelf::of_case(ctx, view).await?;
    let mut practised = view.clone();
    let demanded = view.state.demand.is_some();
    // Nobody waits here for the outcome of a demand.
    let is_practised = |kind| DUTIES.contains(&kind) && !(demanded && kind == DutyKind::ContactBoundary);
    practised.duties.retain(|duty| is_practised(duty.kind));
    let assessment = view.state.assessment.as_ref();
    Ok(CasePage {
        frame: Frame::of(ctx),
        head: Head::of(ctx, view),
        next: duties(ctx, &practised, guide.as_ref(), |told| told.next()),
        steps: steps_in_order(ctx, drill),
        can_review: can_be_reviewed(&view.state),
        outcome: assessment.map(|found| ctx.l.t(&format!("outcome-{}", found.outcome))),
        advice: contact::advice(ctx, view),
        profile: PROFILE,
        address: ADDRESS,
        written: written(ctx, view),
        story: teller(ctx).story(&view.entries),
        duties: duties(ctx, view, guide.as_ref(), |told| told.lines()),
    })
}

fn written(ctx: &Ctx, view: &CaseView) -> String {
    let told = ctx.l.local(view.state.opened_at).date();
    let evening = told.yesterday().unwrap_or(told).at(21, 5, 0, 0);
    let evening = ctx.l.read_moment(&evening.to_string());
    evening.map(|at| ctx.l.at(at)).unwrap_or_default()
}

async fn result(ctx: &Ctx, drill: Option<&CaseDrillView>) -> Result<ResultPage, PageError> {
    let mut page = ResultPage {
        frame: Frame::of(ctx),
        passed: None,
        over: false,
        steps: Vec::new(),
        missed: Vec::new(),
        kept: false,
        duties: Vec::new(),
    };
    let Some(drill) = drill else { return Ok(page) };
    page.passed = drill.passed_at.map(|at| ctx.l.at(at));
    page.over = drill.passed_at.is_none();
    let Some(view) = drill.case.as_ref().filter(|_| !page.over) else {
        return Ok(page);
    };
    let guide = Shelf::of_case(ctx, view).await?;
    let mut left = view.clone();
    left.duties.retain(|duty| duty.is_open());
    page.kept = true;
    page.duties = duties(ctx, &left, guide.as_ref(), |told| told.lines());
    let hint = |missed: &Missed| {
        let howto = guide.as_ref().and_then(|guide| guide.on(missed.duty()));
        (ctx.l.t(&format!("practise-missed-{missed}")), howto)
    };
    page.missed = drill.course.missed.iter().map(hint).collect();
    let done = drill.course.done.iter();
    page.steps = done
        .map(|(step, at)| line(ctx, *step, Some(ctx.l.at(*at))))
        .collect();
    Ok(page)
}

fn duties<T>(ctx: &Ctx, view: &CaseView, guide: Option<&Shelf>, tell: impl FnOnce(&Duties<'_>) -> T) -> T {
    let teller = teller(ctx);
    tell(&Duties {
        teller: &teller,
        view,
        me: &ctx.me.id,
        now: ctx.now,
        guide,
    })
}

/// The steps in the order in which they are best taken.
fn steps_in_order(ctx: &Ctx, drill: &CaseDrillView) -> Vec<StepLine> {
    let steps = Step::ALL.iter();
    steps
        .map(|step| line(ctx, *step, drill.course.at(*step).map(|at| ctx.l.at(at))))
        .collect()
}

fn line(ctx: &Ctx, step: Step, done: Option<String>) -> StepLine {
    StepLine {
        name: ctx.l.t(&format!("practise-step-{step}")),
        done,
    }
}

/// What the made-up people say, in the reader's language.
fn script(ctx: &Ctx) -> Script {
    let say = |what: &str| ctx.l.t(&format!("practise-says-{what}"));
    Script {
        told: say("told"),
        said: say("said"),
        repetition: say("repetition"),
        reach: say("reach"),
        counter_argument: say("counter-argument"),
        conclusion: say("conclusion"),
        by: say("by"),
        how: say("how"),
        no_exhibits: say("no-exhibits"),
    }
}
