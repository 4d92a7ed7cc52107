//! A request that has begun is answered to its end, also when whoever asked has gone.
//!
//! The server drops a handler when its connection closes. Dropped between a commit and what follows it, or in the middle
//! of opening a file, a handler would leave a case without its files or a file without its case. So each request runs as
//! a task of its own: a body that is cut off ends it with an error, in order, and what was committed is kept.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use std::panic::resume_unwind;

/// Runs the rest of the way as a task of its own.
pub async fn to_the_end(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(stopped) if stopped.is_panic() => resume_unwind(stopped.into_panic()),
        // The server is going down.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
