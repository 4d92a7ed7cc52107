//! `/mail`: the e-mails that are in no case, for HR to sort.

use crate::command::Posted;
use crate::ctx::{Ctx, encode};
use crate::page::{Frame, PageError, render, render_status};
use crate::report::find_colleague;
use app::{App, AppError, MailRow, MailText};
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::case::{Refusal, Verdict};
use domain::vocabulary::Role;
use http::StatusCode;
use std::sync::Arc;

/// The lists, the first one first.
const STATES: [&str; 3] = ["waiting", "no-case", "discarded"];

/// The routes of the e-mails that wait.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/mail", get(list))
        .route("/mail/{id}", get(one))
        .route("/mail/{id}/report", post(let_in))
        .route("/mail/{id}/discard", post(discard))
}

/// What the start page says of them: how many wait; none for others than HR, or if none waits.
///
/// # Errors
/// Those of the store.
pub async fn waiting(ctx: &Ctx) -> Result<Option<String>, PageError> {
    if !ctx.me.has(Role::Hr) {
        return Ok(None);
    }
    let waiting = ctx.app.mails_waiting(&ctx.caller).await?;
    Ok((waiting > 0).then(|| ctx.l.tn("mail-wait", i64::try_from(waiting).unwrap_or(i64::MAX))))
}

#[derive(Template)]
#[template(path = "mail/list.html")]
struct List {
    frame: Frame,
    /// Name, address and whether it is the one shown.
    lists: Vec<(String, String, bool)>,
    what: String,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    href: String,
    from: String,
    subject: String,
    came: String,
    reason: String,
}

async fn list(ctx: Ctx) -> Result<Response, PageError> {
    let state = ctx.query("show").unwrap_or_else(|| STATES[0].to_owned());
    let page = ctx
        .app
        .mails(&ctx.caller, &state, ctx.query("after").as_deref())
        .await?;
    let lists = STATES.iter().map(|name| {
        let label = ctx.l.t(&format!("mail-state-{name}"));
        (label, format!("/mail?show={name}"), *name == state)
    });
    render(&List {
        frame: Frame::of(&ctx),
        lists: lists.collect(),
        what: ctx.l.t(&format!("mail-what-{state}")),
        rows: page.items.iter().map(|mail| row(&ctx, mail)).collect(),
        next: page
            .next
            .map(|next| format!("/mail?show={state}&after={}", encode(&next))),
    })
}

fn row(ctx: &Ctx, mail: &MailRow) -> Row {
    Row {
        href: format!("/mail/{}", mail.id),
        from: or(&mail.card.from, ctx.l.t("mail-no-sender")),
        subject: or(&mail.card.subject, ctx.l.t("mail-no-subject")),
        came: ctx.l.at(mail.at),
        reason: ctx.l.t(&format!("mail-why-{}", mail.reason)),
    }
}

fn or(text: &str, otherwise: String) -> String {
    match text.trim() {
        "" => otherwise,
        text => text.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "mail/one.html")]
struct One {
    frame: Frame,
    row: Row,
    facts: Vec<(String, String)>,
    text: Option<String>,
    /// Malware was found in it.
    withheld: bool,
    /// The scanner could not be asked about it.
    unscanned: bool,
    /// Still to be decided.
    open: bool,
    /// Nothing becomes of it unless somebody says so: it need not be discarded.
    waits: bool,
    person: String,
    about_them: bool,
    reason: String,
    /// The field that is wrong, and why.
    wrong: Option<(String, String)>,
}

impl One {
    fn wrong_in(&self, field: &str) -> Option<&str> {
        let wrong = self.wrong.as_ref().filter(|(name, _)| name == field);
        wrong.map(|(_, message)| message.as_str())
    }
}

async fn one(ctx: Ctx, Path(id): Path<String>) -> Result<Response, PageError> {
    render(&page(&ctx, &id, &Posted::default(), None).await?)
}

async fn page(
    ctx: &Ctx,
    id: &str,
    posted: &Posted,
    wrong: Option<(String, String)>,
) -> Result<One, PageError> {
    let (mail, text) = ctx.app.mail(&ctx.caller, id).await?;
    let posted_text = |name: &str| posted.get(name).unwrap_or_default().to_owned();
    Ok(One {
        frame: Frame::of(ctx),
        row: row(ctx, &mail),
        facts: facts(ctx, &mail),
        open: text != MailText::Gone,
        waits: mail.state == "waiting",
        withheld: text == MailText::Withheld,
        unscanned: mail.card.scan == Some(Verdict::Unchecked),
        text: match text {
            MailText::Text(text) => Some(text),
            MailText::Gone | MailText::Withheld => None,
        },
        person: posted_text("person"),
        about_them: posted.get("about").is_some_and(|about| about == "them"),
        reason: posted_text("reason"),
        wrong,
    })
}

fn facts(ctx: &Ctx, mail: &MailRow) -> Vec<(String, String)> {
    let l = &ctx.l;
    let mut facts = vec![(l.t("mail-fact-from"), or(&mail.card.from, l.t("mail-no-sender")))];
    if let Some(envelope) = &mail.card.envelope {
        facts.push((
            l.t("mail-fact-envelope"),
            or(envelope, l.t("mail-envelope-nobody")),
        ));
    }
    let date = mail
        .card
        .date
        .map_or_else(|| l.t("mail-no-date"), |date| l.at(date));
    facts.push((l.t("mail-fact-date"), date));
    facts.push((l.t("mail-came"), l.at(mail.at)));
    facts.push((l.t("mail-fact-door"), l.t(&format!("mail-door-{}", mail.door))));
    facts.push((l.t("mail-why"), l.t(&format!("mail-why-{}", mail.reason))));
    if let Some((by, at)) = &mail.decided {
        facts.push((l.t("mail-decided"), format!("{}, {}", ctx.name(by), l.at(*at))));
    }
    if let Some(decision) = &mail.decision {
        facts.push((l.t("mail-decision"), decision.clone()));
    }
    facts
}

async fn let_in(
    ctx: Ctx,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let posted = Posted(pairs);
    let person = find_colleague(&ctx, posted.get("person").unwrap_or_default());
    let about = match posted.get("about") {
        Some("them") => Some(true),
        Some("other") => Some(false),
        _ => None,
    };
    let wrong = match (person, about) {
        (Err(message), _) => ("person", message),
        (_, None) => ("about", ctx.l.t("problem-required")),
        (Ok(person), Some(about_them)) => {
            ctx.app
                .let_mail_in(&ctx.caller, &id, person.as_str(), about_them)
                .await?;
            return Ok(Redirect::to("/mail?done=mail-report").into_response());
        }
    };
    again(&ctx, &id, &posted, wrong).await
}

async fn discard(
    ctx: Ctx,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let posted = Posted(pairs);
    let reason = posted.get("reason").unwrap_or_default();
    match ctx.app.discard_mail(&ctx.caller, &id, reason).await {
        Ok(()) => Ok(Redirect::to("/mail?done=mail-discard").into_response()),
        Err(AppError::Refused(Refusal::Invalid { field, problem })) => {
            let message = ctx.l.t(&format!("problem-{problem}"));
            again(&ctx, &id, &posted, (&field, message)).await
        }
        Err(other) => Err(other.into()),
    }
}

/// The form again, as it was filled in.
async fn again(
    ctx: &Ctx,
    id: &str,
    posted: &Posted,
    (field, message): (&str, String),
) -> Result<Response, PageError> {
    let page = page(ctx, id, posted, Some((field.to_owned(), message))).await?;
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
