//! Contact with the originator: first what lies behind, then the line that was crossed; and the letter on paper.

mod ask;
mod letter;
mod page;

pub use page::{advice, sent, shown};

use app::App;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The routes of contact and its letters.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/cases/{number}/do/contact", get(page::show).post(page::send))
        .route("/cases/{number}/letters/{seq}", get(page::letter))
}
