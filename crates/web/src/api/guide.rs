//! The published guide.

use super::client::Client;
use super::problem::{Problem, ProblemDocument};
use crate::guide::Place;
use crate::guide::html::Shown;
use axum::Json;
use domain::guide::{Device, Platform, Reader, Section, Size};
use domain::language::Language;
use domain::vocabulary::DutyKind;
use serde::Serialize;
use utoipa::ToSchema;

/// The edition in force.
#[derive(Serialize, ToSchema)]
pub struct PublishedGuide {
    pub edition: u64,
    #[schema(format = DateTime)]
    pub published_at: String,
    /// Whether it changed what anybody has to do.
    pub size: Option<Size>,
    pub language: Language,
    /// The version of the procedure whose terms it quotes.
    pub procedure: String,
    pub chapters: Vec<GuideChapter>,
}

/// A chapter.
#[derive(Serialize, ToSchema)]
pub struct GuideChapter {
    pub anchor: String,
    pub title: String,
    /// HTML of plain elements, without scripts or styles.
    pub intro: String,
    pub paragraphs: Vec<GuideParagraph>,
}

/// A paragraph.
#[derive(Serialize, ToSchema)]
pub struct GuideParagraph {
    pub anchor: String,
    pub title: String,
    /// HTML of plain elements, without scripts or styles; links and pictures by their path on this server.
    pub html: String,
    /// Whom it is for; everybody if empty.
    pub readers: Vec<Reader>,
    /// The duties that it explains.
    pub duties: Vec<DutyKind>,
    pub platforms: Vec<Platform>,
    pub devices: Vec<Device>,
}

/// The guide in force, every name and term filled in.
#[utoipa::path(
    get, path = "/api/v1/guide", operation_id = "guide", tag = "guide",
    params(("language" = Option<Language>, Query, description = "The caller's own when nothing is said.")),
    responses(
        (status = 200, body = PublishedGuide),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn guide(client: Client) -> Result<Json<PublishedGuide>, Problem> {
    let language = match client.query("language") {
        None => client.caller.language,
        Some(asked) => Language::parse(&asked).ok_or(Problem::field("language", "unknown-value"))?,
    };
    let guide = client
        .app
        .guide(language)
        .await?
        .ok_or(Problem::of("not-found"))?;
    let place = Place::current(&guide);
    let chapters = guide.book.chapters.iter().map(|chapter| GuideChapter {
        anchor: chapter.slug.clone(),
        title: chapter.title.clone(),
        intro: Shown::new(&place, 0, &chapter.slug).html(&chapter.intro),
        paragraphs: chapter
            .sections
            .iter()
            .map(|section| paragraph(section, &place))
            .collect(),
    });
    Ok(Json(PublishedGuide {
        edition: guide.edition.number,
        published_at: guide
            .edition
            .published
            .as_ref()
            .map(|(_, at)| at.to_string())
            .unwrap_or_default(),
        size: guide.edition.approved.as_ref().map(|approval| approval.size),
        language,
        procedure: guide.procedure.clone(),
        chapters: chapters.collect(),
    }))
}

fn paragraph(section: &Section, place: &Place) -> GuideParagraph {
    GuideParagraph {
        anchor: section.anchor.clone(),
        title: section.title.clone(),
        html: Shown::new(place, 0, &section.anchor).html(&section.blocks),
        readers: section.readers.clone(),
        duties: section.duties.clone(),
        platforms: section.platforms.clone(),
        devices: section.devices.clone(),
    }
}
