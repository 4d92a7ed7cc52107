//! For those who watch over the procedure: the access log, how many cases there are, the organisation. No content.

mod access_log;
mod operations;
mod organisation;

pub use organisation::Facts;

use app::App;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes of oversight.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/access-log", get(access_log::show))
        .route("/organisation", get(organisation::show))
        .route("/operations", get(operations::show))
        .route("/operations/jobs/{id}", post(operations::retry))
        .route("/operations/stamps/{seal}", post(operations::ask))
}
