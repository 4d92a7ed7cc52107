//! Exhibits: covered until asked for, shown on purpose, handed out as they came.

use super::copies::{self, Beside};
use super::head::{number, title};
use super::{capture, mailed, redact, witness};
use crate::command::offer::is_offered;
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render};
use crate::statements::marked_at;
use app::{CaseView, Copied, CopiesOf};
use askama::Template;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::access::Action;
use domain::case::{CommandKind, Exhibit, Viewing};
use domain::ids::CaseNumber;
use http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use jiff::Timestamp;

/// How much of a text exhibit is shown on the page; the rest is in the original.
const SHOWN_TEXT: usize = 256 * 1024;
const OUTLOOK: &str = "application/vnd.ms-outlook";

/// The policy of every page, and besides it our own sound and film.
const MEDIA: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// One covered exhibit.
#[derive(Clone, Debug)]
pub struct Card {
    pub number: u32,
    pub href: String,
    /// The cover's address, for those kinds of file that have one.
    pub cover: Option<String>,
    pub kind: String,
    pub when: String,
    /// How far it is borne out.
    pub grade: String,
    /// Which exhibits it looks like.
    pub alike: Option<String>,
    /// The address of its words alone.
    pub words: Option<String>,
}

/// The ways an exhibit can be looked at without running anything in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Picture,
    Sound,
    Film,
    Text,
    /// One page's picture at a time.
    Pages,
    /// Nothing: the page says why.
    Nothing,
    Download,
    /// Infected: neither shown nor handed out until somebody else releases it.
    Withheld,
    /// Infected, and somebody else has released it: a download, never shown.
    Released,
}

fn shown(media_type: &str) -> Shown {
    match media_type {
        "image/png" | "image/jpeg" | "image/webp" | "image/gif" => Shown::Picture,
        "audio/mp4" | "audio/mpeg" => Shown::Sound,
        "video/mp4" | "video/quicktime" => Shown::Film,
        "text/plain" | "message/rfc822" | "multipart/related" | OUTLOOK => Shown::Text,
        _ => Shown::Download,
    }
}

/// What can be shown now, with the working copies that there are. A picture that could not be decoded here is not handed
/// to the browser to try.
fn now_shown(media_type: &str, copies: &CopiesOf) -> Shown {
    let failed = matches!(&copies.picture, Copied::Failed(code) if code == "broken" || code == "too-large");
    match shown(media_type) {
        Shown::Picture if failed => Shown::Nothing,
        Shown::Download if copies.pages > 0 => Shown::Pages,
        // Said in words already.
        Shown::Download if copies.picture != Copied::Never => Shown::Nothing,
        shown => shown,
    }
}

/// The exhibits that the reader may open: all of them, or those they sent themselves.
pub fn cards(ctx: &Ctx, view: &CaseView) -> Vec<Card> {
    let case = &view.state;
    let card = |(at, exhibit): &(Timestamp, Exhibit)| {
        let href = href(&case.number, exhibit.number);
        let of = view.copies_of(exhibit.number);
        let waits = of.is_none_or(|of| of.picture == Copied::UnderWay);
        let small = of.is_some_and(|of| of.picture == Copied::Ready);
        let pictured = shown(&exhibit.media_type) == Shown::Picture && !case.is_infected(exhibit.number);
        let covered = small || waits && pictured;
        let alike = of
            .map(|of| copies::alike(view, of))
            .filter(|alike| !alike.is_empty());
        let numbers =
            |alike: Vec<(u32, String)>| -> Vec<String> { alike.iter().map(|(n, _)| n.to_string()).collect() };
        Card {
            number: exhibit.number,
            cover: covered.then(|| format!("{href}/cover")),
            words: of
                .filter(|of| of.text == Copied::Ready)
                .map(|_| format!("{href}?as=text")),
            alike: alike.map(|alike| {
                ctx.l
                    .ta("copies-alike", &[("numbers", numbers(alike).join(", "))])
            }),
            href,
            grade: ctx.l.t(&format!("grade-{}", case.grade(exhibit.number))),
            kind: ctx.l.t(&format!("file-type-{}", short(&exhibit.media_type))),
            when: match exhibit.seen_at {
                Some(seen) => ctx.l.ta("exhibit-seen", &[("at", ctx.l.at(seen))]),
                None => ctx.l.ta("exhibit-received", &[("at", ctx.l.at(*at))]),
            },
        }
    };
    case.exhibits
        .iter()
        .filter(|(_, exhibit)| may_open(ctx, view, exhibit))
        .map(card)
        .collect()
}

/// Where an exhibit is shown.
pub fn href(number: &CaseNumber, n: u32) -> String {
    format!("/cases/{number}/exhibits/{n}")
}

/// The numbers of the exhibits that can be opened, the shown one marked.
pub fn others(view: &CaseView, n: u32) -> Vec<(u32, bool)> {
    let all = view.state.exhibits.iter().map(|(_, exhibit)| exhibit.number);
    all.filter(|other| view.may_open(*other))
        .map(|other| (other, other == n))
        .collect()
}

fn may_open(ctx: &Ctx, view: &CaseView, exhibit: &Exhibit) -> bool {
    let own = view.may(Action::ReadOwnReport) && exhibit.sent_by == ctx.me.id;
    view.may(Action::ReadExhibits) || own
}

/// The family of a kind of file, as the text key `file-type-…` calls it.
pub fn short(media_type: &str) -> &'static str {
    match media_type {
        "message/rfc822" | "application/vnd.ms-outlook" => "mail",
        "application/pdf" => "pdf",
        "text/plain" => "text",
        "application/zip" => "zip",
        "application/wacz" => "web-archive",
        "multipart/related" => "web-page",
        other if other.starts_with("image/") => "picture",
        other if other.starts_with("video/") => "film",
        other if other.starts_with("audio/") => "sound",
        _ => "file",
    }
}

#[derive(Template)]
#[template(path = "case/exhibit.html")]
struct ExhibitPage {
    frame: Frame,
    number: String,
    title: String,
    n: u32,
    original: String,
    shown: Shown,
    /// It is a web archive.
    archive: bool,
    text: String,
    cut: bool,
    facts: Vec<(String, String)>,
    /// Where the server captured it: what it met there.
    met: Vec<(String, String)>,
    may_release: bool,
    /// How far it is borne out, what that shows and does not show, and by which other exhibits.
    grade: String,
    grade_text: String,
    borne_out_by: Vec<u32>,
    /// What the server saw itself where the exhibit's link leads, and where to read on.
    looks: Vec<String>,
    beside_it: Vec<(String, String)>,
    source_url: Option<String>,
    sha256: String,
    beside: Beside,
    shown_page: u32,
    others: Vec<(u32, bool)>,
    /// The redacted copies, and the address where one is made.
    redacted: Vec<redact::Told>,
    redact: Option<String>,
    /// The reader may read the case's statements.
    statements: bool,
    /// Where the reader may mark some.
    mark: Option<String>,
}

/// `GET /cases/{number}/exhibits/{n}`: the exhibit, shown because somebody asked for it.
pub async fn show(ctx: Ctx, Path((text, n)): Path<(String, u32)>) -> Result<Response, PageError> {
    let number = number(&text)?;
    if ctx.query("as").as_deref() == Some("text") {
        return copies::words(&ctx, &number, n).await;
    }
    let view = ctx.app.case(&ctx.caller, &number, Viewing::Case).await?;
    let found = view
        .state
        .exhibits
        .iter()
        .find(|(_, exhibit)| exhibit.number == n);
    let (at, exhibit) = found
        .filter(|(_, exhibit)| may_open(&ctx, &view, exhibit))
        .ok_or(Fault::NotFound)?;
    let of = view.copies_of(n).ok_or(Fault::NotFound)?;
    let shown = shown_to(&ctx, &view, exhibit, of);
    let asked = ctx.query("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let beside = Beside::of(&ctx, &view, of, asked);
    let (text, cut) = match shown {
        Shown::Text => read_text(&ctx, &number, n).await?,
        _ => (String::new(), false),
    };
    let page = ExhibitPage {
        frame: Frame::of(&ctx),
        title: title(&ctx, &view),
        n,
        original: format!("{}/original", href(&number, n)),
        number: number.to_string(),
        shown,
        archive: exhibit.media_type == "application/wacz",
        text,
        cut,
        facts: facts(&ctx, &view, *at, exhibit),
        met: view
            .state
            .look_behind(n)
            .map_or_else(Vec::new, |look| witness::facts(&ctx.l, look)),
        grade: ctx.l.t(&format!("grade-{}", view.state.grade(n))),
        grade_text: ctx.l.t(&format!("grade-{}-text", view.state.grade(n))),
        borne_out_by: view.state.borne_out_by(n).collect(),
        looks: witness::looks(&ctx.l, &view.state, n),
        beside_it: witness::beside(&ctx, &view, n),
        may_release: is_offered(&view, CommandKind::ReleaseExhibit, &ctx.me.id),
        source_url: exhibit.source_url.clone().filter(|_| !exhibit.is_servers_own()),
        sha256: ctx.l.hash_in_full(&exhibit.sha256),
        shown_page: beside.pages.iter().find(|page| page.2).map_or(1, |page| page.0),
        beside,
        others: others(&view, n),
        redacted: redact::told(&ctx, &view, n),
        redact: view
            .may_redact(n)
            .then(|| format!("{}/redact", href(&view.state.number, n))),
        statements: view.may(Action::ReadMatter),
        mark: marked_at(&view, n),
    };
    let page = render(&page)?;
    Ok(if matches!(shown, Shown::Sound | Shown::Film) {
        ([(CONTENT_SECURITY_POLICY, MEDIA)], page).into_response()
    } else {
        page
    })
}

fn shown_to(ctx: &Ctx, view: &CaseView, exhibit: &Exhibit, of: &CopiesOf) -> Shown {
    let case = &view.state;
    if case.is_withheld(exhibit.number, &ctx.caller.actor, ctx.now) {
        Shown::Withheld
    } else if case.is_infected(exhibit.number) {
        Shown::Released
    } else {
        now_shown(&exhibit.media_type, of)
    }
}

fn facts(ctx: &Ctx, view: &CaseView, at: Timestamp, exhibit: &Exhibit) -> Vec<(String, String)> {
    let l = &ctx.l;
    let hashed = if exhibit.hashed_by_sender {
        "exhibit-hashed-by-sender"
    } else {
        "exhibit-hashed-here"
    };
    let seen = exhibit
        .seen_at
        .map(|at| l.at(at))
        .unwrap_or_else(|| l.t("exhibit-not-told"));
    let scan = match view.state.scans.get(&exhibit.number) {
        Some(verdict) => l.t(&format!("scan-{verdict}")),
        None => l.t("scan-none"),
    };
    let facts = [
        ("name", exhibit.name.clone()),
        (
            "type",
            format!(
                "{} ({})",
                l.t(&format!("file-type-{}", short(&exhibit.media_type))),
                exhibit.media_type
            ),
        ),
        ("bytes", l.bytes(exhibit.bytes)),
        ("sent-by", ctx.name(&exhibit.sent_by)),
        ("arrival", l.t(&format!("arrival-{}", exhibit.arrival))),
        ("received", l.at(at)),
        ("seen-at", seen),
        ("unchanged", l.t(hashed)),
        ("scan", scan),
    ];
    // Nobody sent what the server fetched itself.
    let by_nobody = |name| exhibit.is_servers_own() && matches!(name, "sent-by" | "seen-at");
    let known = facts.into_iter().filter(|(name, _)| !by_nobody(*name));
    let known = known.map(|(name, text)| (l.t(&format!("exhibit-fact-{name}")), text));
    let mailed = view.state.mailed.get(&exhibit.number);
    let mailed = mailed.map(|mailed| mailed::facts(l, mailed)).unwrap_or_default();
    let captured = exhibit.capture.as_ref();
    let captured = captured
        .map(|capture| capture::facts(l, capture))
        .unwrap_or_default();
    known.chain(mailed).chain(captured).collect()
}

/// The text of a text or a mail, as text and nothing else; and whether there is more of it.
async fn read_text(ctx: &Ctx, number: &CaseNumber, n: u32) -> Result<(String, bool), PageError> {
    let plain = ctx.app.plain_text(&ctx.caller, number, n).await?;
    let mut text = plain.text.unwrap_or_else(|| ctx.l.t("mail-msg-unreadable"));
    let shown = text.floor_char_boundary(SHOWN_TEXT);
    let cut = plain.cut || shown < text.len();
    text.truncate(shown);
    Ok((text, cut))
}

/// `GET /cases/{number}/exhibits/{n}/original`: the bytes as they came. Only what a browser can show without running
/// anything may stand in a page; all else is a download.
pub async fn original(ctx: Ctx, Path((text, n)): Path<(String, u32)>) -> Result<Response, PageError> {
    let number = number(&text)?;
    let (exhibit, stream) = ctx.app.exhibit(&ctx.caller, &number, n).await?;
    let inline = matches!(
        shown(&exhibit.media_type),
        Shown::Picture | Shown::Sound | Shown::Film
    );
    let disposition = if inline { "inline" } else { "attachment" };
    let name = format!(
        "{disposition}; filename=\"bilag-{n:03}.{}\"",
        extension(&exhibit.media_type)
    );
    let headers = [
        (CONTENT_TYPE, exhibit.media_type.clone()),
        (CONTENT_LENGTH, exhibit.bytes.to_string()),
        (CONTENT_DISPOSITION, name),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// The ending of a download's name; the name itself never says anything about anybody.
fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "image/gif" => "gif",
        "image/heic" => "heic",
        "application/pdf" => "pdf",
        "message/rfc822" => "eml",
        "application/vnd.ms-outlook" => "msg",
        "text/plain" => "txt",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "audio/mp4" => "m4a",
        "audio/mpeg" => "mp3",
        "application/zip" => "zip",
        "application/wacz" => "wacz",
        "multipart/related" => "mhtml",
        _ => "bin",
    }
}

/// `GET /cases/{number}/exhibits/{n}/cover`: a picture that shows that something is there, and not what.
pub async fn cover(ctx: Ctx, Path((text, n)): Path<(String, u32)>) -> Result<Response, PageError> {
    let number = number(&text)?;
    let cover = ctx
        .app
        .cover(&ctx.caller, &number, n)
        .await?
        .ok_or(Fault::NotFound)?;
    Ok(([(CONTENT_TYPE, "image/png")], cover).into_response())
}
