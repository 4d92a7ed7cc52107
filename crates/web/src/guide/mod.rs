//! The municipality's guide: read by everybody, written by HR and safety, open to all where the municipality wants it.

mod approve;
mod compare;
mod contents;
mod edit;
pub mod howto;
pub mod html;
mod paragraph;
mod pictures;
mod print;
mod public;
mod self_check;

use app::App;
use app::guide::Guide;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use std::sync::Arc;

/// Two megabytes of text arrive, percent-encoded, so that they can be refused with words and not with a broken connection.
const FORM_LIMIT: usize = 8 * 1024 * 1024;

/// The routes of the guide.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/guide", get(contents::show))
        .route("/guide/path", get(contents::path))
        .route("/guide/self-check", post(self_check::set))
        .route("/guide/editions", get(contents::editions))
        .route("/guide/editions/{number}", get(contents::edition))
        .route("/guide/editions/{number}/{anchor}", get(paragraph::of_edition))
        .route("/guide/editions/{number}/pictures/{name}", get(pictures::show))
        .route("/guide/editions/{number}/compare/{other}", get(compare::show))
        .route("/guide/print/{file}", get(print::show))
        .route("/guide/edit", get(edit::overview))
        .route("/guide/edit/begin", post(edit::begin))
        .route("/guide/edit/chapters", post(edit::add))
        .route("/guide/edit/pictures", post(pictures::add))
        .route("/guide/edit/pictures/remove", post(pictures::remove))
        .route("/guide/edit/approval", get(approve::show).post(approve::approve))
        .route("/guide/edit/publish", post(approve::publish))
        .route(
            "/guide/edit/text/{name}/{language}",
            get(edit::show).post(edit::save),
        )
        .route("/guide/{anchor}", get(paragraph::show))
        .route("/public/guide", get(public::contents))
        .route("/public/guide/{anchor}", get(public::paragraph))
        .route("/public/guide/pictures/{name}", get(public::picture))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
}

/// From where the guide is read: what its links and pictures begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `/guide/`, `/guide/editions/2/`, `/public/guide/`.
    pub links: String,
    /// What links end with: the procedure whose terms a case quotes.
    pub end: String,
    pub pictures: String,
}

impl Place {
    /// The edition in force.
    pub fn current(guide: &Guide) -> Self {
        Self {
            links: "/guide/".into(),
            end: String::new(),
            pictures: format!("/guide/editions/{}/pictures/", guide.edition.number),
        }
    }

    /// One edition, whether or not it is in force.
    pub fn edition(guide: &Guide, procedure: Option<&str>) -> Self {
        let number = guide.edition.number;
        Self {
            links: format!("/guide/editions/{number}/"),
            end: procedure.map_or_else(String::new, |version| {
                format!("?procedure={}", crate::ctx::encode(version))
            }),
            pictures: format!("/guide/editions/{number}/pictures/"),
        }
    }

    /// For everybody.
    pub fn public() -> Self {
        Self {
            links: "/public/guide/".into(),
            end: String::new(),
            pictures: "/public/guide/pictures/".into(),
        }
    }

    /// A chapter that is being written: its links stay in it.
    pub fn preview(edition: u64) -> Self {
        Self {
            links: "#".into(),
            end: String::new(),
            pictures: format!("/guide/editions/{edition}/pictures/"),
        }
    }

    /// Where a paragraph or chapter is.
    pub fn of(&self, anchor: &str) -> String {
        format!("{}{anchor}{}", self.links, self.end)
    }
}
