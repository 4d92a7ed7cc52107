//! What is shown of an exhibit's working copies: a page at a time, the words alone, what the file says of itself.

use super::exhibits::{href, others};
use super::head::{number, title};
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render};
use crate::text::L;
use app::media::{Facts, PICTURE_TYPE};
use app::{CaseView, Copied, CopiesOf, PageText};
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::case::Viewing;
use domain::ids::CaseNumber;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

/// What the exhibit page says of the working copies.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Why there is none, or not yet.
    pub state: Option<String>,
    /// The address of the words alone.
    pub words: Option<String>,
    /// Why there are no words.
    pub no_words: Option<String>,
    /// Exhibits that look like this one: number and address.
    pub alike: Vec<(u32, String)>,
    /// What the file says of itself.
    pub says: Vec<(String, String)>,
    /// Pages that can be shown: number, address, and whether it is the one shown.
    pub pages: Vec<(u32, String, bool)>,
    /// The shown page's picture.
    pub page: Option<String>,
    /// That there are more pages than are shown.
    pub more: Option<String>,
}

impl Beside {
    /// Of one exhibit, with this page of it shown.
    pub fn of(ctx: &Ctx, view: &CaseView, of: &CopiesOf, shown: u32) -> Self {
        let (l, href) = (&ctx.l, href(&view.state.number, of.exhibit));
        let shown = shown.clamp(1, of.pages.max(1));
        let no_words = matches!(&of.text, Copied::Failed(_)) && of.picture == Copied::Ready;
        let more = of.facts.pages.filter(|all| of.pages > 0 && *all > of.pages);
        let says_more = |all: u32| l.ta("copies-pages-shown", &[("shown", of.pages), ("all", all)]);
        Self {
            state: state(l, &of.picture),
            words: (of.text == Copied::Ready).then(|| format!("{href}?as=text")),
            no_words: no_words.then(|| l.t("copies-no-words")),
            alike: alike(view, of),
            says: says(l, &of.facts),
            pages: (1..=of.pages)
                .map(|page| (page, format!("{href}?page={page}"), page == shown))
                .collect(),
            page: (of.pages > 0).then(|| format!("{href}/pages/{shown}")),
            more: more.map(says_more),
        }
    }
}

/// Why there is no picture, or not yet.
fn state(l: &L, picture: &Copied) -> Option<String> {
    match picture {
        Copied::Ready | Copied::Never => None,
        Copied::UnderWay => Some(l.t("copies-under-way")),
        Copied::Failed(code) => Some(l.t(&format!("copies-failed-{code}"))),
    }
}

/// The exhibits that look like this one and that the reader may open.
pub fn alike(view: &CaseView, of: &CopiesOf) -> Vec<(u32, String)> {
    let may = of.alike.iter().filter(|other| view.may_open(**other));
    may.map(|other| (*other, href(&view.state.number, *other)))
        .collect()
}

fn says(l: &L, facts: &Facts) -> Vec<(String, String)> {
    let mut says = Vec::new();
    let mut say = |name: &str, text: String| says.push((l.t(&format!("copies-fact-{name}")), text));
    if let (Some(width), Some(height)) = (facts.width, facts.height) {
        say(
            "size",
            l.ta("copies-fact-size-text", &[("width", width), ("height", height)]),
        );
    }
    if let Some(duration) = facts.duration_ms {
        let (minutes, seconds) = (duration / 60_000, duration / 1_000 % 60);
        let args = [("minutes", minutes), ("seconds", seconds)];
        say("duration", l.ta("copies-fact-duration-text", &args));
    }
    if let Some(pages) = facts.pages {
        say("pages", pages.to_string());
    }
    for (name, text) in &facts.recorded {
        match name.as_str() {
            "place" => say("place", l.t("copies-fact-place-text")),
            "taken" | "device" | "program" => say(name, text.clone()),
            _ => {}
        }
    }
    says
}

#[derive(Template)]
#[template(path = "case/words.html")]
struct WordsPage {
    frame: Frame,
    number: String,
    title: String,
    n: u32,
    href: String,
    /// Heading (none where there is one page), what is to be known of the words, and the words.
    pages: Vec<(Option<String>, String, String)>,
    others: Vec<(u32, bool)>,
}

/// `GET /cases/{number}/exhibits/{n}?as=text`: the words without the picture.
pub async fn words(ctx: &Ctx, number: &CaseNumber, n: u32) -> Result<Response, PageError> {
    let view = ctx.app.case(&ctx.caller, number, Viewing::Case).await?;
    let read = ctx.app.words(&ctx.caller, number, n).await?;
    let l = &ctx.l;
    let many = read.len() > 1;
    let page = |page: &PageText| {
        let heading = many.then(|| l.ta("copies-words-page", &[("page", page.page)]));
        let (told, words) = match &page.text {
            Err(_) => (l.t("copies-no-words"), String::new()),
            Ok(text) if text.lines.is_empty() => (l.t("copies-words-none"), String::new()),
            Ok(text) if text.recognised => (l.t("copies-words-recognised"), text.plain()),
            Ok(text) => (l.t("copies-words-stood"), text.plain()),
        };
        (heading, told, words)
    };
    render(&WordsPage {
        frame: Frame::of(ctx),
        title: title(ctx, &view),
        number: number.to_string(),
        n,
        href: href(number, n),
        pages: read.iter().map(page).collect(),
        others: others(&view, n),
    })
}

/// `GET /cases/{number}/exhibits/{n}/pages/{page}`: one page's picture.
pub async fn page(ctx: Ctx, Path((text, n, page)): Path<(String, u32, u32)>) -> Result<Response, PageError> {
    if page == 0 {
        return Err(Fault::NotFound.into());
    }
    let number = number(&text)?;
    let bytes = ctx.app.preview(&ctx.caller, &number, n, page).await?;
    let headers = [
        (CONTENT_TYPE, PICTURE_TYPE),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, bytes).into_response())
}
