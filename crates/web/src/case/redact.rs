//! Redacted copies: boxes drawn on an exhibit or written as numbers, for whom and why; what was made, and its way out.

use super::exhibits::href;
use super::head::{number, teller, title};
use super::story::{Fact, Teller};
use crate::boxes::{BoxTyped, EMPTY};
use crate::command::form::Posted;
use crate::command::refusal_text;
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render, render_status};
use app::{AppError, CaseView, media};
use askama::Template;
use axum::Form as Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::redaction::{COVERS, Coverable, Covers, Order, Patch};
use domain::case::{Recipient, Redacted, Refusal, Viewing};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

/// A copy as the exhibit's page tells of it.
#[derive(Clone, Debug)]
pub struct Told {
    pub heading: String,
    pub reason: String,
    pub covered: String,
    pub made: String,
    pub href: String,
    pub download: String,
    pub sha256: String,
}

/// The copies of an exhibit, newest first, for those who may know of them.
pub fn told(ctx: &Ctx, view: &CaseView, n: u32) -> Vec<Told> {
    let l = &ctx.l;
    let mut all: Vec<Told> = view
        .redactions_of(n)
        .map(|copy| {
            let deed = view.state.redactions_of(n).find(|(_, made)| made == copy);
            let made = deed.map(|(deed, _)| {
                let who = teller(ctx).actor(&deed.by);
                l.ta("redact-made", &[("who", who), ("at", l.at(deed.at))])
            });
            let number = copy.number.to_string();
            let heading = [
                ("number", number.clone()),
                ("recipient", recipient(&teller(ctx), copy)),
            ];
            Told {
                heading: l.ta("redact-copy-of", &heading),
                reason: copy.reason.clone(),
                covered: l.tn("redact-covered", copy.covers),
                made: made.unwrap_or_default(),
                href: format!("{}/redacted/{number}", href(&view.state.number, n)),
                download: l.ta("redact-download", &[("number", number)]),
                sha256: l.hash_in_full(&copy.sha256),
            }
        })
        .collect();
    all.reverse();
    all
}

fn recipient(teller: &Teller<'_>, copy: &Redacted) -> String {
    let word = teller.l.t(&format!("recipient-{}", copy.recipient));
    if copy.name.is_empty() {
        word
    } else {
        format!("{word}, {}", copy.name)
    }
}

impl Teller<'_> {
    /// That a copy was made: the sentence, why, and the copy's hash.
    pub(super) fn tell_redacted(&self, made: &Redacted, key: &str) -> (String, String, Vec<Fact>) {
        let args = [
            ("number", made.exhibit.to_string()),
            ("recipient", recipient(self, made)),
        ];
        let facts = vec![
            Fact {
                label: self.l.t("redact-copies"),
                text: self.l.tn("redact-covered", made.covers),
            },
            Fact {
                label: self.l.t("redact-sha256"),
                text: self.l.hash_in_full(&made.sha256),
            },
        ];
        (self.l.ta(key, &args), made.reason.clone(), facts)
    }
}

/// What stands in the fields.
#[derive(Clone, Debug, Default)]
struct Typed {
    recipient: String,
    name: String,
    reason: String,
    boxes: Vec<BoxTyped>,
    /// One passage a line.
    passages: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        let text = |name: &str| posted.get(name).unwrap_or_default().to_owned();
        Self {
            recipient: text("recipient"),
            name: text("name"),
            reason: text("reason"),
            boxes: BoxTyped::posted(posted)
                .into_iter()
                .filter(|typed| !typed.is_empty())
                .collect(),
            passages: text("passages"),
        }
    }

    fn order(&self, exhibit: u32, by: Option<Coverable>) -> Result<Order, Refusal> {
        let covers = match by {
            Some(Coverable::Text) => Covers::Passages(passages(&self.passages)),
            _ => Covers::Boxes(self.patches()?),
        };
        Ok(Order {
            exhibit,
            covers,
            recipient: Recipient::parse(&self.recipient).ok_or(Refusal::invalid("recipient", "required"))?,
            name: self.name.clone(),
            reason: self.reason.clone(),
        })
    }

    fn patches(&self) -> Result<Vec<Patch>, Refusal> {
        let patch = |(at, typed): (usize, &BoxTyped)| {
            typed
                .patch()
                .map_err(|problem| Refusal::invalid(format!("boxes.{at}"), problem))
        };
        // Counted before they are read, so that a flood is named as one.
        if self.boxes.len() > COVERS {
            return Err(Refusal::invalid("boxes", "too-many"));
        }
        self.boxes.iter().enumerate().map(patch).collect()
    }
}

/// One passage a line; empty lines are none.
fn passages(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[derive(Template)]
#[template(path = "case/redact.html")]
struct RedactPage {
    frame: Frame,
    number: String,
    title: String,
    n: u32,
    href: String,
    /// What is drawn on: page (0 for a picture), address and name.
    sheets: Vec<(u32, String, String)>,
    /// Whether the boxes say which page they lie on.
    paged: bool,
    recipients: Vec<(&'static str, String)>,
    typed: Typed,
    wrong: Option<String>,
    /// What is covered in words, or why it can't be; none where boxes are drawn.
    text: Option<Result<String, String>>,
}

/// The case, for those who may make a copy of this exhibit; for others there is no such page.
async fn asked(ctx: &Ctx, text: &str, n: u32) -> Result<CaseView, PageError> {
    let view = ctx.app.case(&ctx.caller, &number(text)?, Viewing::Case).await?;
    if view.may_redact(n) {
        Ok(view)
    } else {
        Err(Fault::NotFound.into())
    }
}

/// `GET /cases/{number}/exhibits/{n}/redact`
pub async fn show(ctx: Ctx, Path((text, n)): Path<(String, u32)>) -> Result<Response, PageError> {
    let view = asked(&ctx, &text, n).await?;
    render(&page(&ctx, &view, n, Typed::default(), None).await?)
}

/// `POST /cases/{number}/exhibits/{n}/redact`: `page`, `x`, `y`, `w`, `h` once for each box, or `passages`.
pub async fn send(
    ctx: Ctx,
    Path((text, n)): Path<(String, u32)>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let view = asked(&ctx, &text, n).await?;
    let typed = Typed::of(&Posted(pairs));
    let made = match typed.order(n, view.state.coverable(n)) {
        Ok(order) => ctx.app.redact(&ctx.caller, &view.state.number, &order).await,
        Err(refusal) => Err(refusal.into()),
    };
    let refusal = match made {
        Ok(_) => {
            let to = format!("{}?done=redact#copies", href(&view.state.number, n));
            return Ok(Redirect::to(&to).into_response());
        }
        Err(AppError::Refused(refusal)) => refusal,
        Err(other) => return Err(other.into()),
    };
    let wrong = said(&ctx, &refusal);
    let page = page(&ctx, &view, n, typed, Some(wrong)).await?;
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What is wrong, with the name of the field or the number of the box before it.
fn said(ctx: &Ctx, refusal: &Refusal) -> String {
    let l = &ctx.l;
    let Refusal::Invalid { field, problem } = refusal else {
        return refusal_text(ctx, refusal);
    };
    let text = l.t(&format!("problem-{problem}"));
    let label = match field.as_str() {
        "exhibit" if *problem == "too-many-pages" => return text,
        "exhibit" if media::Fault::CODES.contains(problem) => {
            return l.t(&format!("copies-failed-{problem}"));
        }
        "recipient" => l.t("redact-recipient"),
        "name" => l.t("redact-name"),
        "reason" => l.t("redact-reason"),
        "boxes" => l.t("redact-draw-heading"),
        "passages" => l.t("redact-passages"),
        other => match other.split_once('.').map(|(what, at)| (what, at.parse::<u32>())) {
            Some(("boxes", Ok(at))) => l.ta("redact-box", &[("number", at.saturating_add(1))]),
            Some(("passages", Ok(at))) => l.ta("redact-line", &[("number", at.saturating_add(1))]),
            _ => return text,
        },
    };
    l.ta("redact-wrong", &[("field", label), ("problem", text)])
}

/// The text that is covered, or the words for why it can't be; reading it is recorded.
async fn covered_text(ctx: &Ctx, view: &CaseView, n: u32) -> Result<Result<String, String>, PageError> {
    let plain = ctx.app.plain_text(&ctx.caller, &view.state.number, n).await?;
    Ok(match plain.text {
        None => Err(ctx.l.t("redact-unreadable")),
        Some(_) if plain.cut => Err(ctx.l.t("redact-cut")),
        Some(text) => Ok(text),
    })
}

async fn page(
    ctx: &Ctx,
    view: &CaseView,
    n: u32,
    mut typed: Typed,
    wrong: Option<String>,
) -> Result<RedactPage, PageError> {
    let (l, href) = (&ctx.l, href(&view.state.number, n));
    let by = view.state.coverable(n);
    let text = match by {
        Some(Coverable::Text) => Some(covered_text(ctx, view, n).await?),
        _ => None,
    };
    let paged = by == Some(Coverable::Pages);
    let pages = view.copies_of(n).map_or(0, |of| of.pages);
    let sheets = if text.is_some() {
        Vec::new()
    } else if paged {
        let sheet = |page| {
            let name = l.ta("redact-picture-page", &[("number", n), ("page", page)]);
            (page, format!("{href}/pages/{page}"), name)
        };
        (1..=pages).map(sheet).collect()
    } else {
        let name = l.ta("redact-picture", &[("number", n)]);
        vec![(0, format!("{href}/original"), name)]
    };
    let blank = BoxTyped {
        page: u32::from(paged).to_string(),
        ..BoxTyped::default()
    };
    typed.boxes.resize(typed.boxes.len().max(EMPTY), blank);
    Ok(RedactPage {
        frame: Frame::of(ctx),
        number: view.state.number.to_string(),
        title: title(ctx, view),
        n,
        href,
        sheets,
        paged,
        recipients: Recipient::ALL
            .iter()
            .map(|one| (one.name(), l.t(&format!("recipient-{one}"))))
            .collect(),
        typed,
        wrong,
        text,
    })
}

/// `GET /cases/{number}/exhibits/{n}/redacted/{copy}`: a download; its name says nothing about anybody.
pub async fn download(
    ctx: Ctx,
    Path((text, n, copy)): Path<(String, u32, u32)>,
) -> Result<Response, PageError> {
    let number = number(&text)?;
    let (made, bytes) = ctx.app.redacted_copy(&ctx.caller, &number, n, copy).await?;
    let (ending, content_type) = match made.media_type.as_str() {
        "image/png" => ("png", "image/png"),
        "application/pdf" => ("pdf", "application/pdf"),
        _ => ("txt", "text/plain; charset=utf-8"),
    };
    let name = format!("attachment; filename=\"bilag-{n:03}-kopi-{copy}.{ending}\"");
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, name),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
