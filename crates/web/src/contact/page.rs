//! The contact page and the letter to print.

use super::ask;
use super::letter::{self, DATE_HERE, DEMAND_HERE, NAME_HERE, Wanted};
use crate::case::duty::{Basis, Duties};
use crate::case::head::{Head, home, number, teller};
use crate::case::story::Fact;
use crate::command::form::{Form, Posted};
use crate::command::{Prepared, carry_out, cue, done, prepare};
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render, render_status};
use app::CaseView;
use askama::Template;
use axum::Form as Body;
use axum::extract::Path;
use axum::response::Response;
use domain::case::{Channel, CommandKind, Event, MayContact, Phase, Purpose, Viewing};
use domain::vocabulary::DutyKind;
use http::StatusCode;
use jiff::civil::Date;

#[derive(Template)]
#[template(path = "contact/page.html")]
struct ContactPage {
    frame: Frame,
    head: Head,
    /// Where the case is.
    home: String,
    /// What the people of a drill say.
    cue: Option<String>,
    /// The lawyer's outcome in words, and the facts of the advice.
    outcome: Option<String>,
    advice: Vec<Fact>,
    /// Why there is no contact to be made.
    blocked: Option<String>,
    /// Why nobody is told to stop.
    no_boundary: Option<String>,
    /// Which letter: address, words, whether it is the one shown.
    letters: Vec<(String, String, bool)>,
    basis: Basis,
    due: Option<(String, bool)>,
    form: Form,
    errors: Vec<(String, String, String)>,
    refused: Option<String>,
}

/// `GET /cases/{number}/do/contact`, with `?purpose=substance`, `boundary` or `both` for the letter.
pub async fn show(ctx: Ctx, Path(text): Path<String>) -> Result<Response, PageError> {
    let prepared = prepare(&ctx, &text, CommandKind::Contact.name()).await?;
    shown(&ctx, &prepared)
}

/// The page as somebody comes to it.
///
/// # Errors
/// As [`render`].
pub fn shown(ctx: &Ctx, prepared: &Prepared) -> Result<Response, PageError> {
    let chosen = chosen(ctx, &prepared.view);
    let mut form = blank(ctx, &prepared.view, &chosen);
    write_letter(ctx, &prepared.view, &mut form, &chosen);
    render(&page(ctx, prepared, form, &chosen, None))
}

/// `POST /cases/{number}/do/contact`; with `rewrite`, writes the letter anew from the fields and asks again.
pub async fn send(
    ctx: Ctx,
    Path(text): Path<String>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let prepared = prepare(&ctx, &text, CommandKind::Contact.name()).await?;
    sent(&ctx, &prepared, &Posted(pairs)).await
}

/// What was sent is kept, or asked for again.
///
/// # Errors
/// As [`carry_out`].
pub async fn sent(ctx: &Ctx, prepared: &Prepared, posted: &Posted) -> Result<Response, PageError> {
    let chosen: Vec<Purpose> = posted
        .all("purposes")
        .iter()
        .filter_map(|name| Purpose::parse(name))
        .collect();
    let mut form = blank(ctx, &prepared.view, &chosen);
    form.take(posted);
    if posted.get("rewrite").is_some() {
        write_letter(ctx, &prepared.view, &mut form, &chosen);
        return render(&page(ctx, prepared, form, &chosen, None));
    }
    let letter = posted.all("letter");
    let spoken = posted
        .get("channel")
        .and_then(Channel::parse)
        .is_some_and(is_spoken);
    if spoken {
        // The letter that we suggested was not sent, so it is no part of the record.
        form.set("letter", Vec::new());
    } else if fill_in(ctx, &mut form) {
        let page = page(ctx, prepared, form, &chosen, None);
        return render_status(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let Some(told) = carry_out(ctx, prepared, &mut form).await? else {
        return Ok(done(prepared));
    };
    form.set("letter", letter);
    render_status(told.status, &page(ctx, prepared, form, &chosen, told.refused))
}

fn is_spoken(channel: Channel) -> bool {
    matches!(channel, Channel::Phone | Channel::Meeting)
}

/// The purposes that the address asks for, if they are owed; else all that are.
fn chosen(ctx: &Ctx, view: &CaseView) -> Vec<Purpose> {
    let possible = ask::purposes(view);
    let asked = ctx.query("purpose").and_then(|name| Purpose::parse(&name));
    match asked.filter(|purpose| possible.contains(purpose)) {
        Some(purpose) => vec![purpose],
        None => possible,
    }
}

fn blank(ctx: &Ctx, view: &CaseView, chosen: &[Purpose]) -> Form {
    ask::form(&ctx.l, view, chosen, ctx.now, ctx.l.local(ctx.now).date())
}

fn write_letter(ctx: &Ctx, view: &CaseView, form: &mut Form, chosen: &[Purpose]) {
    let value = |name: &str| {
        form.field(name)
            .map(|field| field.value().to_owned())
            .unwrap_or_default()
    };
    let wanted = Wanted {
        purposes: chosen,
        demand: &value("demand"),
        stop_by: value("stop_by").parse::<Date>().ok(),
    };
    let letter = letter::write(ctx, view, &wanted);
    form.set("letter", vec![letter]);
}

/// Puts what was written in the fields where the letter still leaves it open, and asks to read it through; whether
/// anything was open.
fn fill_in(ctx: &Ctx, form: &mut Form) -> bool {
    let value = |name: &str| {
        form.field(name)
            .map(|field| field.value().trim().to_owned())
            .unwrap_or_default()
    };
    let (letter, demand) = (value("letter"), value("demand"));
    if ![NAME_HERE, DEMAND_HERE, DATE_HERE]
        .iter()
        .any(|open| letter.contains(open))
    {
        return false;
    }
    let filled = if demand.is_empty() {
        letter.clone()
    } else {
        letter.replace(DEMAND_HERE, &demand)
    };
    let whole = ![NAME_HERE, DEMAND_HERE, DATE_HERE]
        .iter()
        .any(|open| filled.contains(open));
    form.set("letter", vec![filled]);
    form.check(&ctx.l);
    form.blame(
        "letter",
        ctx.l.t(if whole {
            "contact-letter-filled"
        } else {
            "contact-letter-open"
        }),
    );
    true
}

fn page(
    ctx: &Ctx,
    prepared: &Prepared,
    form: Form,
    chosen: &[Purpose],
    refused: Option<String>,
) -> ContactPage {
    let (l, view, teller) = (&ctx.l, &prepared.view, teller(ctx));
    let duties = Duties {
        teller: &teller,
        view,
        me: &ctx.me.id,
        now: ctx.now,
        guide: prepared.guide.as_ref(),
    };
    let duty = if chosen == [Purpose::Boundary] {
        DutyKind::ContactBoundary
    } else {
        DutyKind::ContactSubstance
    };
    let owed = view
        .duties
        .iter()
        .find(|found| found.kind == duty && found.is_owed());
    let due = owed.and_then(|duty| {
        let key = if duty.late { "was-due" } else { "due" };
        Some((l.ta(key, &[("due", l.due(duty.due?, ctx.now))]), duty.late))
    });
    let assessment = view.state.assessment.as_ref();
    ContactPage {
        frame: Frame::of(ctx),
        head: Head::of(ctx, view),
        home: home(view),
        cue: cue(ctx, prepared),
        outcome: assessment.map(|found| l.t(&format!("outcome-{}", found.outcome))),
        advice: advice(ctx, view),
        blocked: blocked(ctx, view),
        no_boundary: assessment
            .filter(|found| !found.outcome.crosses_the_line())
            .map(|_| l.t("contact-no-boundary")),
        letters: letters(ctx, view, chosen),
        basis: duties.basis(duty),
        due,
        errors: form.errors(),
        form,
        refused,
    }
}

/// What the lawyer said of contact.
pub fn advice(ctx: &Ctx, view: &CaseView) -> Vec<Fact> {
    let Some(assessment) = &view.state.assessment else {
        return Vec::new();
    };
    let (l, contact) = (&ctx.l, &assessment.contact);
    let facts = [
        ("may-contact", l.t(&format!("may-contact-{}", contact.may))),
        ("contact-by", contact.by.clone()),
        ("contact-how", contact.how.clone()),
        ("contact-reason", contact.reason.clone()),
        ("conclusion", assessment.grounds.conclusion.clone()),
    ];
    let told = facts.into_iter().filter(|(_, text)| !text.is_empty());
    told.map(|(name, text)| Fact {
        label: l.t(&format!("fact-{name}")),
        text,
    })
    .collect()
}

fn blocked(ctx: &Ctx, view: &CaseView) -> Option<String> {
    let l = &ctx.l;
    match (view.state.phase, view.state.may_contact()) {
        (Phase::Closed, _) => Some(l.t("refusal-case-closed")),
        (Phase::Joined, _) => Some(l.t("refusal-case-joined")),
        (Phase::Open, None) => Some(l.t("contact-review-missing")),
        (Phase::Open, Some(MayContact::No)) => Some(l.t("contact-not-allowed")),
        (Phase::Open, Some(_)) if ask::purposes(view).is_empty() => Some(l.t("contact-nothing-owed")),
        (Phase::Open, Some(_)) => None,
    }
}

/// The letters that can be chosen between; none where there is only one.
fn letters(ctx: &Ctx, view: &CaseView, chosen: &[Purpose]) -> Vec<(String, String, bool)> {
    if ask::purposes(view).len() < 2 {
        return Vec::new();
    }
    let home = home(view);
    let current = match chosen {
        [Purpose::Substance] => "substance",
        [Purpose::Boundary] => "boundary",
        _ => "both",
    };
    let link = |name: &str| {
        let href = format!("{home}/do/contact?purpose={name}");
        (href, ctx.l.t(&format!("contact-letter-{name}")), name == current)
    };
    ["both", "substance", "boundary"].map(link).into()
}

#[derive(Template)]
#[template(path = "contact/letter.html")]
struct LetterPage {
    frame: Frame,
    number: String,
    sent: String,
    letter: String,
}

/// `GET /cases/{number}/letters/{seq}`: a recorded letter, to be printed.
pub async fn letter(ctx: Ctx, Path((text, seq)): Path<(String, u64)>) -> Result<Response, PageError> {
    let number = number(&text)?;
    let view = ctx.app.case(&ctx.caller, &number, Viewing::Matter).await?;
    let entry = view
        .entries
        .iter()
        .find(|entry| entry.seq == seq)
        .ok_or(Fault::NotFound)?;
    let Event::Contacted { letter, .. } = &entry.event else {
        return Err(Fault::NotFound.into());
    };
    if letter.is_empty() {
        return Err(Fault::NotFound.into());
    }
    let line = teller(&ctx).line(entry);
    render(&LetterPage {
        frame: Frame::of(&ctx),
        number: number.to_string(),
        sent: format!("{} {} · {}", line.who, line.what, ctx.l.at(line.at)),
        letter: letter.clone(),
    })
}
