//! `GET /guide`: what to read first, and everything; older editions.

use super::Place;
use super::html::Shown;
use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render};
use crate::rollout::Owed;
use crate::text::L;
use app::guide::Guide;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use domain::guide::{Chapter, Edition, Reader, Section, may_edit, readers};
use domain::rollout::may_roll_out;
use std::collections::BTreeSet;

/// A chapter of the list.
pub struct Listed {
    pub href: String,
    pub title: String,
    pub sections: Vec<(String, String)>,
}

/// What to read first: address and title.
type Path2 = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "guide/contents.html")]
pub struct Contents {
    pub frame: Frame,
    /// None: nothing has been published.
    pub edition: Option<String>,
    pub number: u64,
    /// The path of the reader, for the edition in force.
    pub path: Path2,
    pub chapters: Vec<Listed>,
    /// Everything, or what is for the reader.
    pub all: bool,
    pub cards: Vec<(Reader, String)>,
    pub may_edit: bool,
    /// The reader sees how far it has come.
    pub sees_coverage: bool,
    pub may_roll_out: bool,
    /// An older edition.
    pub older: bool,
    pub public: bool,
    /// Begins the addresses: `/guide` or `/public/guide`.
    pub here: String,
}

impl Contents {
    /// The contents of a guide from a place.
    pub fn of(frame: Frame, guide: &Guide, place: &Place, mine: Option<&BTreeSet<Reader>>) -> Self {
        let l = &frame.l;
        let path = mine.map(|mine| guide.book.path(mine)).unwrap_or_default();
        let for_them = |section: &Section| match mine {
            Some(mine) => {
                section.readers.is_empty() || section.readers.iter().any(|reader| mine.contains(reader))
            }
            None => true,
        };
        let listed = |chapter: &Chapter| Listed {
            href: place.of(&chapter.slug),
            title: chapter.title.clone(),
            sections: chapter
                .sections
                .iter()
                .filter(|section| for_them(section))
                .map(|section| (place.of(&section.anchor), section.title.clone()))
                .collect(),
        };
        let cards = Reader::ALL
            .iter()
            .filter(|reader| !guide.book.card(**reader).is_empty());
        let chapters: Vec<Listed> = guide.book.chapters.iter().map(listed).collect();
        Self {
            edition: Some(edition_line(l, &guide.edition)),
            number: guide.edition.number,
            path: path
                .iter()
                .map(|(_, section)| (place.of(&section.anchor), section.title.clone()))
                .collect(),
            chapters: chapters
                .into_iter()
                .filter(|chapter| mine.is_none() || !chapter.sections.is_empty())
                .collect(),
            all: mine.is_none(),
            cards: cards
                .map(|reader| (*reader, l.t(&format!("reader-{reader}"))))
                .collect(),
            may_edit: false,
            sees_coverage: false,
            may_roll_out: false,
            older: !guide.current,
            public: place.links.starts_with("/public"),
            here: place.links.trim_end_matches('/').to_owned(),
            frame,
        }
    }
}

/// "Udgave 2, udgivet 3. nov."
pub fn edition_line(l: &L, edition: &Edition) -> String {
    let day = match edition.published {
        Some((_, at)) => l.date(at),
        None => return l.ta("guide-edition-draft", &[("number", edition.number)]),
    };
    l.ta(
        "guide-edition",
        &[("number", edition.number.to_string()), ("day", day)],
    )
}

/// `GET /guide`, with `?all=yes` for everything.
pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let frame = Frame::of(&ctx);
    let all = ctx.query("all").is_some();
    let mine = readers(&ctx.me, &ctx.org);
    let may_edit = may_edit(&ctx.me.roles);
    let sees_coverage = ctx.app.coverage_from(&ctx.caller).is_some();
    let may_roll_out = may_roll_out(&ctx.me);
    match ctx.app.guide(ctx.l.language).await? {
        Some(guide) => {
            let contents = Contents::of(frame, &guide, &Place::current(&guide), (!all).then_some(&mine));
            render(&Contents {
                may_edit,
                sees_coverage,
                may_roll_out,
                ..contents
            })
        }
        None => render(&Contents {
            edition: None,
            number: 0,
            path: Vec::new(),
            chapters: Vec::new(),
            all: true,
            cards: Vec::new(),
            may_edit,
            sees_coverage,
            may_roll_out,
            older: false,
            public: false,
            here: "/guide".into(),
            frame,
        }),
    }
}

/// `GET /guide/editions/{number}`
pub async fn edition(ctx: Ctx, Path(number): Path<u64>) -> Result<Response, PageError> {
    let procedure = ctx.query("procedure");
    let guide = ctx
        .app
        .guide_edition(number, ctx.l.language, procedure.as_deref())
        .await?;
    let place = Place::edition(&guide, procedure.as_deref());
    render(&Contents::of(Frame::of(&ctx), &guide, &place, None))
}

#[derive(Template)]
#[template(path = "guide/path.html")]
struct PathPage {
    frame: Frame,
    edition: String,
    number: u64,
    /// The receipt that the reader has for this edition, in words.
    given: Option<String>,
    owed: Option<Owed>,
    /// Address, title and text of each paragraph.
    sections: Vec<(String, String, String)>,
}

/// `GET /guide/path`: the two minutes of the reader, on one page.
pub async fn path(ctx: Ctx) -> Result<Response, PageError> {
    let guide = ctx.app.guide(ctx.l.language).await?;
    let guide = guide.ok_or(crate::page::Fault::NotFound)?;
    let place = Place::current(&guide);
    let sections = guide.book.path(&readers(&ctx.me, &ctx.org));
    let told = sections.into_iter().map(|(_, section)| {
        let html = Shown::new(&place, 0, &section.anchor).html(&section.blocks);
        (place.of(&section.anchor), section.title.clone(), html)
    });
    render(&PathPage {
        frame: Frame::of(&ctx),
        edition: edition_line(&ctx.l, &guide.edition),
        number: guide.edition.number,
        given: given(&ctx, guide.edition.number).await?,
        owed: Owed::of(&ctx).await?,
        sections: told.collect(),
    })
}

/// When and how the reader confirmed an edition, if they did.
async fn given(ctx: &Ctx, edition: u64) -> Result<Option<String>, PageError> {
    let receipts = ctx.app.my_receipts(&ctx.caller).await?;
    let receipt = receipts.into_iter().find(|receipt| receipt.edition == edition);
    Ok(receipt.map(|receipt| {
        let when = match &receipt.noted {
            Some((_, held)) => ctx.l.day(*held),
            None => ctx.l.date(receipt.at),
        };
        let args = [("number", edition.to_string()), ("when", when)];
        ctx.l.ta(&format!("receipt-given-{}", receipt.how), &args)
    }))
}

#[derive(Template)]
#[template(path = "guide/editions.html")]
struct Editions {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    number: u64,
    published: String,
    approved: String,
    size: String,
    reason: String,
    current: bool,
}

/// `GET /guide/editions`: the newest first.
pub async fn editions(ctx: Ctx) -> Result<Response, PageError> {
    let editions = ctx.app.guide_editions().await?;
    let newest = editions.last().map_or(0, |edition| edition.number);
    let row = |edition: &Edition| {
        let approved = edition.approved.as_ref();
        Row {
            number: edition.number,
            published: edition
                .published
                .as_ref()
                .map_or_else(String::new, |(_, at)| ctx.l.date(*at)),
            approved: approved.map_or_else(String::new, |approval| ctx.name(&approval.by)),
            size: approved.map_or_else(String::new, |approval| {
                ctx.l.t(&format!("guide-size-{}", approval.size))
            }),
            reason: approved.map_or_else(String::new, |approval| approval.reason.clone()),
            current: edition.number == newest,
        }
    };
    render(&Editions {
        rows: editions.iter().rev().map(row).collect(),
        frame: Frame::of(&ctx),
    })
}
