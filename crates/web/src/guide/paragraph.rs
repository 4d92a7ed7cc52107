//! `GET /guide/{anchor}`: one paragraph, or a whole chapter.

use super::Place;
use super::html::Shown;
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render};
use crate::text::L;
use app::guide::Guide;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use domain::guide::{Chapter, Section, term_in_words};
use domain::procedure::Procedure;

/// A paragraph as a page shows it.
pub struct Shows {
    pub anchor: String,
    pub title: String,
    pub html: String,
    /// The duties that it explains: name and term.
    pub duties: Vec<(String, String)>,
    /// The self-check: how many items there are to tick.
    pub tasks: usize,
}

/// What stands above, below and beside a paragraph or chapter.
pub struct Around {
    pub chapter: String,
    /// The chapter's address, on a paragraph's own page.
    pub chapter_href: Option<String>,
    pub contents: String,
    pub before: Option<(String, String)>,
    pub after: Option<(String, String)>,
    /// "Udgave 2, udgivet 3. nov.", and whether it is the one in force.
    pub edition: String,
    pub current: bool,
    /// Where the edition in force says the same, if it does.
    pub newer: Option<String>,
    pub public: bool,
}

#[derive(Template)]
#[template(path = "guide/paragraph.html")]
struct Page {
    frame: Frame,
    title: String,
    around: Around,
    intro: String,
    sections: Vec<Shows>,
    /// One paragraph alone: its title is the page's.
    alone: bool,
    checked: Option<String>,
}

/// `GET /guide/{anchor}` of the edition in force.
pub async fn show(ctx: Ctx, Path(anchor): Path<String>) -> Result<Response, PageError> {
    let guide = ctx.app.guide(ctx.l.language).await?.ok_or(Fault::NotFound)?;
    let place = Place::current(&guide);
    page(&ctx, &guide, &place, &anchor).await
}

/// `GET /guide/editions/{number}/{anchor}`, with `?procedure=` for the terms of another version of the procedure.
pub async fn of_edition(
    ctx: Ctx,
    Path((number, anchor)): Path<(u64, String)>,
) -> Result<Response, PageError> {
    let procedure = ctx.query("procedure");
    let language = ctx.l.language;
    let guide = ctx
        .app
        .guide_edition(number, language, procedure.as_deref())
        .await?;
    let place = Place::edition(&guide, procedure.as_deref());
    page(&ctx, &guide, &place, &anchor).await
}

async fn page(ctx: &Ctx, guide: &Guide, place: &Place, anchor: &str) -> Result<Response, PageError> {
    let procedure = ctx.app.procedure_of(&guide.procedure);
    let mut written = write(&ctx.l, guide, place, anchor, Some(&procedure)).ok_or(Fault::NotFound)?;
    if !guide.current
        && let Some(newest) = ctx.app.guide(ctx.l.language).await?
        && (newest.book.section(anchor).is_some() || newest.book.chapter(anchor).is_some())
    {
        written.around.newer = Some(format!("/guide/{anchor}"));
    }
    let tasks: usize = written.sections.iter().map(|section| section.tasks).sum();
    let checked = match tasks {
        0 => None,
        _ => ctx.app.self_checked(&ctx.caller).await?,
    };
    let checked = checked.map(|at| ctx.l.ta("self-check-done", &[("day", ctx.l.date(at))]));
    let frame = Frame::of(ctx);
    render(&written.page(frame, checked))
}

/// What a paragraph's or chapter's page says.
pub struct Written {
    pub title: String,
    pub around: Around,
    pub intro: String,
    pub sections: Vec<Shows>,
    pub alone: bool,
}

impl Written {
    /// The page.
    pub fn page(self, frame: Frame, checked: Option<String>) -> impl Template {
        Page {
            frame,
            title: self.title,
            around: self.around,
            intro: self.intro,
            sections: self.sections,
            alone: self.alone,
            checked,
        }
    }
}

/// Puts a paragraph or chapter into words; the duties' terms only where there is a procedure to tell them from.
pub fn write(
    l: &L,
    guide: &Guide,
    place: &Place,
    anchor: &str,
    procedure: Option<&Procedure>,
) -> Option<Written> {
    let found = guide.book.section(anchor);
    let alone = found.is_some();
    let chapter = found.map(|(chapter, _)| chapter).or(guide.book.chapter(anchor))?;
    let neighbours = neighbours(guide, place, anchor, alone);
    let shown = |section: &Section, up: u8| shows(l, section, place, up, procedure);
    let sections = match found {
        Some((_, section)) => vec![shown(section, 1)],
        None => chapter.sections.iter().map(|section| shown(section, 0)).collect(),
    };
    let contents = place.links.trim_end_matches('/').to_owned() + &place.end;
    Some(Written {
        title: found
            .map_or(&chapter.title, |(_, section)| &section.title)
            .clone(),
        around: Around {
            chapter: chapter.title.clone(),
            chapter_href: alone.then(|| place.of(&chapter.slug)),
            contents,
            before: neighbours.0,
            after: neighbours.1,
            edition: super::contents::edition_line(l, &guide.edition),
            current: guide.current,
            newer: None,
            public: place.links.starts_with("/public"),
        },
        intro: match found {
            Some(_) => String::new(),
            None => Shown::new(place, 1, anchor).html(&chapter.intro),
        },
        sections,
        alone,
    })
}

fn shows(l: &L, section: &Section, place: &Place, up: u8, procedure: Option<&Procedure>) -> Shows {
    let duties = procedure.into_iter().flat_map(|procedure| {
        section.duties.iter().map(move |duty| {
            let rule = procedure.rule(*duty);
            let term = term_in_words(rule.term, l.language);
            let term = match rule.acute.filter(|acute| *acute != rule.term) {
                Some(acute) => l.ta(
                    "guide-term-acute",
                    &[("term", term), ("acute", term_in_words(acute, l.language))],
                ),
                None => term,
            };
            (l.t(&format!("duty-{duty}")), term)
        })
    });
    Shows {
        anchor: section.anchor.clone(),
        title: section.title.clone(),
        html: Shown::new(place, up, &section.anchor).html(&section.blocks),
        duties: duties.collect(),
        tasks: section.tasks(),
    }
}

type Neighbour = Option<(String, String)>;

/// The paragraph (or chapter) before and after.
fn neighbours(guide: &Guide, place: &Place, anchor: &str, alone: bool) -> (Neighbour, Neighbour) {
    let chapter = |chapter: &Chapter| (chapter.slug.clone(), chapter.title.clone());
    let all: Vec<(String, String)> = if alone {
        let sections = guide.book.sections();
        sections
            .map(|(_, section)| (section.anchor.clone(), section.title.clone()))
            .collect()
    } else {
        guide.book.chapters.iter().map(chapter).collect()
    };
    let at = all.iter().position(|(found, _)| found == anchor);
    let link = |at: Option<usize>| {
        let (anchor, title) = all.get(at?)?;
        Some((place.of(anchor), title.clone()))
    };
    (
        link(at.and_then(|at| at.checked_sub(1))),
        link(at.map(|at| at + 1)),
    )
}
