//! Every command as a page: what it is, what it asks for, what happens next.

pub mod ask;
pub mod form;
pub mod offer;
mod page;

pub use form::Posted;
pub use page::{Prepared, carry_out, cue, done, prepare, refusal_text, sent, shown};

use app::App;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The routes of the commands; legal review and contact have pages of their own.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/cases/{number}/do/{command}", get(page::show).post(page::send))
}
