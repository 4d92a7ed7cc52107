//! The lawyer's page: what was said, weighed against what an employee must tolerate, the case for free speech first.

mod ask;
mod page;

use app::App;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The route of the legal review.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/cases/{number}/do/review", get(page::show).post(page::send))
}
