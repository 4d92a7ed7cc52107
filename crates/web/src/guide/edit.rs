//! Writing the next edition: its overview, and one text at a time with a preview.

use super::Place;
use super::compare::{Row, rows};
use super::html::Shown;
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render, render_status};
use app::AppError;
use app::guide::{Draft, DraftText, Saved};
use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::Actor;
use domain::guide::{Content, Fault as Wrong, Key, Refused, VARIABLES, Variables, chapter, check, may_edit};
use domain::language::Language;
use http::StatusCode;
use serde::Deserialize;

/// One fault, with the page on which it can be put right.
pub struct Told {
    pub href: Option<String>,
    pub message: String,
}

#[derive(Template)]
#[template(path = "guide/overview.html")]
struct Overview {
    frame: Frame,
    draft: Option<Written>,
    message: Option<String>,
    /// The edition in force, to compare with.
    published: Option<u64>,
}

struct Written {
    number: u64,
    state: String,
    changed: String,
    /// Name and title, and whether Danish and English are there.
    chapters: Vec<(String, String, bool, bool)>,
    faults: Vec<Told>,
    pictures: Vec<String>,
}

/// The faults in words, each with where to put it right.
pub fn told(ctx: &Ctx, faults: &[Wrong]) -> Vec<Told> {
    let one = |fault: &Wrong| Told {
        href: (!fault.chapter.is_empty())
            .then(|| format!("/guide/edit/text/{}/{}", fault.chapter, fault.text)),
        message: fault.message(ctx.l.language),
    };
    faults.iter().map(one).collect()
}

/// What somebody is called, also the command line.
pub fn who(ctx: &Ctx, actor: &Actor) -> String {
    match actor {
        Actor::Person(person) => ctx.name(person),
        Actor::System => ctx.l.t("relation-system"),
        Actor::Operator => ctx.l.t("relation-operator"),
    }
}

/// "Sidst ændret af …", for the draft.
pub fn changed(ctx: &Ctx, draft: &Draft) -> String {
    let edition = &draft.edition;
    let by = who(ctx, &edition.changed_by);
    let at = ctx.l.due(edition.changed_at, ctx.now);
    ctx.l.ta("guide-changed", &[("who", by), ("when", at)])
}

/// Those who write, and nobody else.
///
/// # Errors
/// Not found for everybody else.
pub async fn draft(ctx: &Ctx) -> Result<Option<Draft>, PageError> {
    if !may_edit(&ctx.me.roles) {
        return Err(Fault::NotFound.into());
    }
    Ok(ctx.app.guide_draft(&ctx.caller).await?)
}

/// `GET /guide/edit`
pub async fn overview(ctx: Ctx) -> Result<Response, PageError> {
    render(&page(&ctx, None).await?)
}

/// The overview again, with what was refused.
///
/// # Errors
/// As [`overview`].
pub async fn with_message(ctx: &Ctx, message: String) -> Result<Response, PageError> {
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page(ctx, Some(message)).await?)
}

async fn page(ctx: &Ctx, message: Option<String>) -> Result<Overview, PageError> {
    let draft = draft(ctx).await?;
    let published = ctx.app.guide(ctx.l.language).await?;
    let written = |draft: Draft| Written {
        number: draft.edition.number,
        state: ctx.l.t(&format!("guide-state-{}", draft.edition.state)),
        changed: changed(ctx, &draft),
        chapters: draft
            .chapters()
            .into_iter()
            .map(|(name, languages)| {
                let title = title(&draft.content, &name);
                let there = |language| languages.contains(&language);
                (name, title, there(Language::Da), there(Language::En))
            })
            .collect(),
        faults: told(ctx, &draft.faults),
        pictures: draft.content.pictures.into_iter().collect(),
    };
    Ok(Overview {
        frame: Frame::of(ctx),
        draft: draft.map(written),
        message,
        published: published.map(|guide| guide.edition.number),
    })
}

fn title(content: &Content, name: &str) -> String {
    let title = |language| {
        let text = content.get(name, language)?;
        Some(chapter(language, name, text).0.title).filter(|title| !title.is_empty())
    };
    let found = title(Language::Da).or_else(|| title(Language::En));
    found.unwrap_or_else(|| name.to_owned())
}

/// `POST /guide/edit/begin`
pub async fn begin(ctx: Ctx) -> Result<Response, PageError> {
    ctx.app.begin_guide_draft(&ctx.caller).await?;
    Ok(Redirect::to("/guide/edit").into_response())
}

#[derive(Deserialize)]
pub struct NewChapter {
    name: String,
}

/// `POST /guide/edit/chapters`: to the page on which its text is written.
pub async fn add(ctx: Ctx, Form(fields): Form<NewChapter>) -> Result<Response, PageError> {
    let name = fields.name.trim().to_lowercase();
    if app::guide::is_chapter_name(&name) {
        return Ok(Redirect::to(&format!("/guide/edit/text/{name}/da")).into_response());
    }
    with_message(&ctx, ctx.l.t("guide-chapter-name-wrong")).await
}

#[derive(Template)]
#[template(path = "guide/text.html")]
struct TextPage {
    frame: Frame,
    name: String,
    title: String,
    language: Language,
    edition: u64,
    base: u64,
    text: String,
    is_variables: bool,
    changed: Option<String>,
    faults: Vec<String>,
    preview: Option<String>,
    message: Option<String>,
    /// Somebody else's text, beside one's own.
    theirs: Option<(String, Vec<Row>)>,
    variables: Vec<(String, String)>,
}

/// A text that does not exist yet begins with the form of a chapter.
fn beginning(l: &crate::text::L, name: &str, language: Language) -> String {
    let slug = name.get(3..).unwrap_or(name);
    let l = crate::text::L::new(language, &l.local(jiff::Timestamp::UNIX_EPOCH));
    format!(
        "# {} {{#{slug}}}\n\n## {} {{#{slug}-1}}\n\n",
        l.t("guide-new-chapter"),
        l.t("guide-new-paragraph")
    )
}

/// `GET /guide/edit/text/{name}/{language}`
pub async fn show(ctx: Ctx, Path((name, language)): Path<(String, String)>) -> Result<Response, PageError> {
    let key = key(&name, &language)?;
    let draft = draft(&ctx).await?.ok_or(Fault::NotFound)?;
    let there = draft.texts.iter().find(|text| text.key == key);
    let text = there.and_then(|there| there.text.clone());
    let text = text.unwrap_or_else(|| beginning(&ctx.l, &name, key.language));
    let base = there.map_or(0, |there| there.version);
    let mut page = text_page(&ctx, &draft, &key, text, base);
    page.changed = there.map(|there| saved_by(&ctx, there));
    render(&page)
}

fn saved_by(ctx: &Ctx, text: &DraftText) -> String {
    let at = ctx.l.due(text.at, ctx.now);
    ctx.l
        .ta("guide-changed", &[("who", who(ctx, &text.by)), ("when", at)])
}

fn key(name: &str, language: &str) -> Result<Key, PageError> {
    let language = Language::parse(language).ok_or(Fault::NotFound)?;
    let danish_only = name == VARIABLES && language != Language::Da;
    if danish_only || !(name == VARIABLES || app::guide::is_chapter_name(name)) {
        return Err(Fault::NotFound.into());
    }
    Ok(Key::new(name, language))
}

fn text_page(ctx: &Ctx, draft: &Draft, key: &Key, text: String, base: u64) -> TextPage {
    let mut content = draft.content.clone();
    content.texts.insert(key.clone(), text.clone());
    let variables = Variables::of(&content, &ctx.app.procedure());
    let faults = check(&content, &variables);
    let own = faults
        .iter()
        .filter(|fault| fault.chapter == key.name && fault.text == key.language);
    let language = ctx.l.language;
    TextPage {
        frame: Frame::of(ctx),
        name: key.name.clone(),
        title: title(&content, &key.name),
        language: key.language,
        edition: draft.edition.number,
        base,
        text,
        is_variables: key.name == VARIABLES,
        changed: None,
        faults: own.map(|fault| fault.message(language)).collect(),
        preview: None,
        message: None,
        theirs: None,
        variables: variables
            .all(key.language)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

#[derive(Deserialize)]
pub struct Fields {
    edition: u64,
    base: u64,
    #[serde(default)]
    text: String,
    /// `save`, `preview` or `remove`.
    #[serde(default)]
    deed: String,
}

/// `POST /guide/edit/text/{name}/{language}`
pub async fn save(
    ctx: Ctx,
    Path((name, language)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let key = key(&name, &language)?;
    let draft = draft(&ctx).await?;
    if fields.deed == "preview" {
        return preview(&ctx, &draft.ok_or(Fault::NotFound)?, &key, fields);
    }
    let text = (fields.deed != "remove").then_some(fields.text.as_str());
    let saved = ctx
        .app
        .save_guide_text(&ctx.caller, fields.edition, &key, fields.base, text)
        .await;
    match saved {
        Ok(Saved::As(_)) if text.is_none() => {
            Ok(Redirect::to("/guide/edit?done=guide-removed").into_response())
        }
        Ok(Saved::As(_)) => {
            Ok(Redirect::to(&format!("/guide/edit/text/{name}/{language}?done=guide-saved")).into_response())
        }
        Ok(Saved::Conflict(theirs)) => {
            let draft = draft.ok_or(Fault::NotFound)?;
            conflict(&ctx, &draft, &key, fields.text, &theirs)
        }
        Err(AppError::Guide(refused)) => refusal(&ctx, draft, &key, fields, &refused),
        Err(other) => Err(other.into()),
    }
}

fn preview(ctx: &Ctx, draft: &Draft, key: &Key, fields: Fields) -> Result<Response, PageError> {
    let mut page = text_page(ctx, draft, key, fields.text, fields.base);
    let (read, _) = chapter(key.language, &key.name, &page.text);
    let mut content = draft.content.clone();
    content.texts.insert(key.clone(), page.text.clone());
    let read = Variables::of(&content, &ctx.app.procedure()).fill(read, key.language);
    let place = Place::preview(draft.edition.number);
    let mut html = Shown::new(&place, 0, "intro").html(&read.intro);
    for section in &read.sections {
        html.push_str(&Shown::new(&place, 0, &section.anchor).section(section));
    }
    page.preview = Some(html);
    render(&page)
}

fn conflict(
    ctx: &Ctx,
    draft: &Draft,
    key: &Key,
    mine: String,
    theirs: &DraftText,
) -> Result<Response, PageError> {
    let mine = mine.replace("\r\n", "\n");
    let beside = rows(theirs.text.as_deref().unwrap_or_default(), &mine);
    let mut page = text_page(ctx, draft, key, mine, theirs.version);
    page.theirs = Some((saved_by(ctx, theirs), beside));
    render_status(StatusCode::CONFLICT, &page)
}

fn refusal(
    ctx: &Ctx,
    draft: Option<Draft>,
    key: &Key,
    fields: Fields,
    refused: &Refused,
) -> Result<Response, PageError> {
    let message = match refused {
        Refused::Field { problem, .. } => ctx.l.t(&format!("guide-text-{problem}")),
        other => ctx.l.t(&format!("refusal-{}", other.code())),
    };
    let status = match refused {
        Refused::Field { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    };
    // Their words come back whatever happened to the draft.
    let draft = draft.unwrap_or_else(|| Draft::none(fields.edition, ctx.now));
    let mut page = text_page(ctx, &draft, key, fields.text, fields.base);
    page.edition = fields.edition;
    page.message = Some(message);
    render_status(status, &page)
}
