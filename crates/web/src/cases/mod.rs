//! Lists: the cases that somebody has to do with, and what they owe in them.

mod duties;
mod list;
mod search;

use app::App;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// How many rows a page of a list has.
pub const ROWS: u32 = 25;

/// The routes of the lists.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/cases", get(list::show))
        .route("/search", get(search::show))
        .route("/duties", get(duties::show))
}
