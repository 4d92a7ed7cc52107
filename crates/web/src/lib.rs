//! What people see: pages and JSON over [`app::App`]. One folder a subject, one file a page or action.
//!
//! A request passes, outside in: its number and counts ([`observe`]), security headers, rescue from panics, the page that stands for a bare error
//! ([`page::faults`]), the refusal of what another site sent ([`security::same_site`]), the handler.

mod api;
mod assets;
mod boxes;
mod case;
mod cases;
mod command;
mod contact;
mod ctx;
mod dossier;
mod guide;
mod health;
mod letters;
mod mail;
mod observe;
mod outbox;
mod oversight;
mod page;
mod practise;
mod profile;
mod report;
mod review;
mod rollout;
mod security;
mod sign_in;
mod stalled;
mod start;
mod statements;
mod text;
mod to_the_end;
mod uploads;

pub use dossier::Words;
pub use stalled::Stalled;
pub use to_the_end::Held;

pub use api::openapi;

use app::App;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;

/// Everything that is served, over one municipality.
pub fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .merge(sign_in::router())
        .merge(start::router())
        .merge(report::router())
        .merge(outbox::router())
        .merge(uploads::router())
        .merge(cases::router())
        .merge(guide::router())
        .merge(mail::router())
        .merge(rollout::router())
        .merge(practise::router())
        .merge(profile::router())
        .merge(oversight::router())
        .merge(case::router())
        .merge(command::router())
        .merge(review::router())
        .merge(contact::router())
        .merge(statements::router())
        .merge(health::router())
        .route("/worker.js", get(assets::worker))
        .route("/robots.txt", get(assets::robots))
        .fallback(page::unknown)
        .layer(security::same_site())
        .layer(from_fn_with_state(Arc::clone(&app), page::faults));
    Router::new()
        .merge(pages)
        .merge(api::router(&app))
        .layer(from_fn(to_the_end::to_the_end))
        .layer(CatchPanicLayer::custom(page::panicked))
        .route("/static/{*path}", get(assets::file))
        .layer(from_fn_with_state(Arc::clone(&app), security::headers))
        .layer(from_fn_with_state(Arc::clone(&app), observe::observe))
        .with_state(app)
}
