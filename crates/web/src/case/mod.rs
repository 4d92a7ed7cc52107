//! One case: its story, its drawers, its exhibits, and its way out as a bag.

pub mod capture;
mod copies;
mod damage;
mod drawers;
pub mod duty;
pub mod exhibits;
mod export;
mod facts;
pub mod head;
pub mod mailed;
mod page;
mod redact;
mod status;
pub mod story;
mod upload;
pub mod witness;

use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use std::sync::Arc;

/// The routes of one case.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/cases/{number}", get(page::show))
        // Files are counted as they stream by.
        .route(
            "/cases/{number}/exhibits",
            get(upload::show)
                .post(upload::send)
                .layer(DefaultBodyLimit::disable()),
        )
        .route("/cases/{number}/exhibits/{n}", get(exhibits::show))
        .route("/cases/{number}/exhibits/{n}/original", get(exhibits::original))
        .route("/cases/{number}/exhibits/{n}/pages/{page}", get(copies::page))
        .route(
            "/cases/{number}/exhibits/{n}/redact",
            get(redact::show).post(redact::send),
        )
        .route(
            "/cases/{number}/exhibits/{n}/redacted/{copy}",
            get(redact::download),
        )
        .route("/cases/{number}/exhibits/{n}/cover", get(exhibits::cover))
        .route("/cases/{number}/export", get(export::show).post(export::send))
}
