//! The guide on its way to everybody: rolled out by HR and safety, confirmed by each, seen by managers.

mod confirm;
mod coverage;
mod manage;
mod meeting;
mod table;

pub use confirm::Owed;

use app::App;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes of rollouts, receipts and coverage.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/receipts", post(confirm::confirm))
        .route("/rollouts", get(manage::show).post(manage::begin))
        .route("/rollouts/{id}/end", post(manage::end))
        .route("/coverage", get(coverage::start))
        .route("/coverage/{unit}", get(coverage::show))
        .route("/coverage/{unit}/table.csv", get(table::csv))
        .route("/coverage/{unit}/people.csv", get(table::people))
        .route("/coverage/{unit}/table.xlsx", get(table::xlsx))
        .route("/coverage/{unit}/meeting", post(meeting::note))
}
