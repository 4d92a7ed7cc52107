//! The page of one command: shown, sent, refused with everything typed still there.

use super::ask::{self, Asking, open_before_closing};
use super::form::{Form, Posted};
use super::offer::{command_for, is_offered};
use crate::case::duty::{Basis, Duties};
use crate::case::head::{called, home, number, teller, title};
use crate::ctx::Ctx;
use crate::guide::howto::Shelf;
use crate::page::{Fault, Frame, PageError, render, render_status};
use crate::report::find_colleague;
use app::{AppError, CaseView};
use askama::Template;
use axum::Form as Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use domain::case::{Command, CommandKind, Refusal, Viewing};
use domain::vocabulary::DutyKind;
use http::StatusCode;

#[derive(Template)]
#[template(path = "command/page.html")]
struct CommandPage {
    frame: Frame,
    /// Where the case is.
    home: String,
    number: String,
    case_title: String,
    command: &'static str,
    title: String,
    intro: String,
    /// What the people of a drill say.
    cue: Option<String>,
    after: String,
    button: String,
    basis: Option<Basis>,
    /// "Frist: i dag kl. 16.00", and whether it has passed.
    due: Option<(String, bool)>,
    form: Form,
    errors: Vec<(String, String, String)>,
    refused: Option<String>,
    /// What must be done before the case can be closed: name, who has it, address of its form.
    open: Vec<(String, String, Option<String>)>,
    can_send: bool,
    /// Nothing calls for it now.
    not_now: bool,
}

/// A case and the command that somebody wants to give in it.
pub struct Prepared {
    pub view: CaseView,
    pub kind: CommandKind,
    /// The guide as it was when the case began.
    pub guide: Option<Shelf>,
}

/// What is to be said above a form that was not accepted.
#[derive(Default)]
pub struct Told {
    pub status: StatusCode,
    pub refused: Option<String>,
}

/// Loads the case for one of its commands.
///
/// # Errors
/// Not found where there is no such case, command or right for this person.
pub async fn prepare(ctx: &Ctx, text: &str, command: &str) -> Result<Prepared, PageError> {
    let number = number(text)?;
    let kind = CommandKind::parse(command).ok_or(Fault::NotFound)?;
    let view = ctx.app.case(&ctx.caller, &number, Viewing::Case).await?;
    if !view.may(Action::Do(kind)) {
        return Err(Fault::NotFound.into());
    }
    let guide = Shelf::of_case(ctx, &view).await?;
    Ok(Prepared { view, kind, guide })
}

/// The query of the address, decoded.
fn asked(ctx: &Ctx) -> Posted {
    let names = ["duty", "week", "purpose", "exhibit", "with"];
    let pairs = names
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), ctx.query(name)?)));
    Posted(pairs.collect())
}

fn form(ctx: &Ctx, prepared: &Prepared, query: &Posted) -> Form {
    ask::form(
        prepared.kind,
        &Asking {
            l: &ctx.l,
            view: &prepared.view,
            organisation: &ctx.org,
            calendar: ctx.app.calendar(),
            now: ctx.now,
            me: &ctx.me.id,
            query,
        },
    )
}

/// `GET /cases/{number}/do/{command}`
pub async fn show(ctx: Ctx, Path((text, command)): Path<(String, String)>) -> Result<Response, PageError> {
    let prepared = prepare(&ctx, &text, &command).await?;
    if prepared.kind == CommandKind::AddExhibits {
        return Ok(Redirect::to(&format!("/cases/{text}/exhibits")).into_response());
    }
    if prepared.kind == CommandKind::Redact {
        return Ok(Redirect::to(&format!("/cases/{text}")).into_response());
    }
    if prepared.kind.is_of_statements() {
        return Ok(Redirect::to(&format!("/cases/{text}/statements")).into_response());
    }
    shown(&ctx, &prepared)
}

/// The page as somebody comes to it.
///
/// # Errors
/// As [`render`].
pub fn shown(ctx: &Ctx, prepared: &Prepared) -> Result<Response, PageError> {
    let form = form(ctx, prepared, &asked(ctx));
    let mut page = page(ctx, prepared, form, None);
    // Only where somebody comes by an old link; what was sent in vain keeps its form.
    page.not_now = page.open.is_empty() && !is_offered(&prepared.view, prepared.kind, &ctx.me.id);
    page.can_send &= !page.not_now;
    render(&page)
}

/// `POST /cases/{number}/do/{command}`
pub async fn send(
    ctx: Ctx,
    Path((text, command)): Path<(String, String)>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let prepared = prepare(&ctx, &text, &command).await?;
    sent(&ctx, &prepared, &Posted(pairs)).await
}

/// What was sent is done, or asked for again.
///
/// # Errors
/// As [`carry_out`].
pub async fn sent(ctx: &Ctx, prepared: &Prepared, posted: &Posted) -> Result<Response, PageError> {
    let mut form = form(ctx, prepared, posted);
    form.take(posted);
    match carry_out(ctx, prepared, &mut form).await? {
        None => Ok(done(prepared)),
        Some(told) => render_status(told.status, &page(ctx, prepared, form, told.refused)),
    }
}

/// Back to the case, which says that it was done; to the list where the case has gone elsewhere.
pub fn done(prepared: &Prepared) -> Response {
    let said = match prepared.kind {
        // There is no letter to print afterwards.
        CommandKind::Contact if prepared.view.made_up => "practise-contact",
        kind => kind.name(),
    };
    Redirect::to(&format!("{}?done={said}", home(&prepared.view))).into_response()
}

/// Checks the form and gives the command. `None` if it was done; else what to say, with the fields marked.
///
/// # Errors
/// What is not the user's to mend.
pub async fn carry_out(ctx: &Ctx, prepared: &Prepared, form: &mut Form) -> Result<Option<Told>, PageError> {
    let wrong = Told {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        refused: None,
    };
    if !form.check(&ctx.l) {
        return Ok(Some(wrong));
    }
    let Some(found) = form.find_people(|name| find_colleague(ctx, name)) else {
        return Ok(Some(wrong));
    };
    let json = found.json(prepared.kind.name(), &ctx.l);
    let command: Command = serde_json::from_value(json).map_err(|error| {
        tracing::warn!(command = %prepared.kind, %error, "a form does not make its command");
        Fault::BadRequest
    })?;
    match perform(ctx, &prepared.view, command).await {
        Ok(()) => Ok(None),
        Err(AppError::Refused(Refusal::Invalid { field, problem })) => {
            let message = ctx.l.t(&format!("problem-{problem}"));
            let field = if field == "absence_from" && form.field(&field).is_none() {
                "from"
            } else {
                &field
            };
            let refused = (!form.blame(field, message.clone())).then_some(message);
            Ok(Some(Told { refused, ..wrong }))
        }
        Err(AppError::Refused(refusal)) => {
            let refused = Some(refusal_text(ctx, &refusal));
            Ok(Some(Told {
                status: StatusCode::CONFLICT,
                refused,
            }))
        }
        Err(other) => Err(other.into()),
    }
}

async fn perform(ctx: &Ctx, view: &CaseView, command: Command) -> Result<(), AppError> {
    if view.made_up {
        return ctx.app.perform_in_drill(&ctx.caller, &command).await;
    }
    let performed = ctx.app.perform(&ctx.caller, &view.state.number, command, None);
    performed.await.map(drop)
}

/// Why a command is refused, and which duties that is about.
pub fn refusal_text(ctx: &Ctx, refusal: &Refusal) -> String {
    let l = &ctx.l;
    let why = l.t(&format!("refusal-{}", refusal.code()));
    let duties: Vec<String> = refusal
        .duties()
        .iter()
        .map(|duty| l.t(&format!("duty-{duty}")))
        .collect();
    if duties.is_empty() {
        why
    } else {
        format!("{why} ({})", duties.join(", "))
    }
}

fn page(ctx: &Ctx, prepared: &Prepared, form: Form, refused: Option<String>) -> CommandPage {
    let (l, view, kind) = (&ctx.l, &prepared.view, prepared.kind);
    let teller = teller(ctx);
    let duties = Duties {
        teller: &teller,
        view,
        me: &ctx.me.id,
        now: ctx.now,
        guide: prepared.guide.as_ref(),
    };
    let duty = duty_of(kind, &form);
    let owed = duty.and_then(|kind| {
        view.duties
            .iter()
            .find(|duty| duty.kind == kind && duty.is_owed())
    });
    let due = owed.and_then(|duty| {
        Some((
            l.ta(
                if duty.late { "was-due" } else { "due" },
                &[("due", l.due(duty.due?, ctx.now))],
            ),
            duty.late,
        ))
    });
    let open: Vec<_> = if kind == CommandKind::Close {
        still_open(ctx, view)
    } else {
        Vec::new()
    };
    CommandPage {
        frame: Frame::of(ctx),
        home: home(view),
        number: called(l, view),
        case_title: title(ctx, view),
        command: kind.name(),
        title: match kind {
            CommandKind::FollowUp => l.t(&format!("duty-{}", duty.unwrap_or(DutyKind::FollowUp1))),
            kind => l.t(&format!("do-{kind}")),
        },
        intro: l.t(&format!("do-{kind}-intro")),
        cue: cue(ctx, prepared),
        after: l.t(&format!("do-{kind}-after")),
        button: l.t(&format!("do-{kind}-send")),
        basis: duty.map(|duty| duties.basis(duty)),
        due,
        errors: form.errors(),
        form,
        refused,
        can_send: open.is_empty(),
        not_now: false,
        open,
    }
}

/// What the made-up people say that the manager is to act on.
pub fn cue(ctx: &Ctx, prepared: &Prepared) -> Option<String> {
    prepared
        .view
        .made_up
        .then(|| ctx.l.t(&format!("practise-cue-{}", prepared.kind)))
}

/// The duty whose basis and deadline the page tells.
fn duty_of(kind: CommandKind, form: &Form) -> Option<DutyKind> {
    let field = |name: &str| {
        form.field(name)
            .map(|field| field.value().to_owned())
            .unwrap_or_default()
    };
    match kind {
        CommandKind::FollowUp => Some(match field("week").as_str() {
            "4" => DutyKind::FollowUp4,
            "12" => DutyKind::FollowUp12,
            _ => DutyKind::FollowUp1,
        }),
        CommandKind::Waive => DutyKind::parse(&field("duty")),
        kind => kind.duty(),
    }
}

fn still_open(ctx: &Ctx, view: &CaseView) -> Vec<(String, String, Option<String>)> {
    let (home, teller) = (home(view), teller(ctx));
    let line = |duty: &domain::duties::Duty| {
        let (command, query) = command_for(view, duty.kind);
        let can = duty.is_owed() && is_offered(view, command, &ctx.me.id);
        let href = can.then(|| format!("{home}/do/{command}{query}"));
        (
            ctx.l.t(&format!("duty-{}", duty.kind)),
            teller.name(&duty.owner),
            href,
        )
    };
    open_before_closing(view).into_iter().map(line).collect()
}
