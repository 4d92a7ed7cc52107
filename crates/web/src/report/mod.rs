//! Telling what has happened: the form, what comes in, and the receipt.

mod colleague;
pub mod form;
mod receipt;
pub mod receive;
pub mod send;

use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use std::sync::Arc;

pub use colleague::find as find_colleague;

/// The routes of telling.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        // Files are counted as they stream by; the form's other fields have limits of their own.
        .route(
            "/report",
            get(form::show)
                .post(send::send)
                .layer(DefaultBodyLimit::disable()),
        )
        .route("/cases/{number}/receipt", get(receipt::show))
        .route("/cases/{number}/status", get(receipt::status))
}
