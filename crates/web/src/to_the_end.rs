//! A request that has begun is answered to its end, also when whoever asked has gone.
//!
//! The server drops a handler when its connection closes. Dropped between a commit and what follows it, or in the middle
//! of opening a file, a handler would leave a case without its files or a file without its case. So each request runs as
//! a task of its own: a body that is cut off ends it with an error, in order, and what was committed is kept.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use std::any::Any;
use std::panic::resume_unwind;
use std::sync::Arc;
use tracing::Instrument as _;

/// An extension of a request that is held until the request has been answered to its end, whoever hangs up meanwhile: a server that stops
/// waits until it is let go.
#[derive(Clone)]
pub struct Held(Arc<dyn Any + Send + Sync>);

impl Held {
    /// Holds this.
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Arc::new(held))
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Held").field(&Arc::strong_count(&self.0)).finish()
    }
}

/// Runs the rest of the way as a task of its own.
pub async fn to_the_end(request: Request, next: Next) -> Response {
    let held = request.extensions().get::<Held>().cloned();
    let answered = async move {
        let response = next.run(request).await;
        drop(held);
        response
    };
    match tokio::spawn(answered.in_current_span()).await {
        Ok(response) => response,
        Err(stopped) if stopped.is_panic() => resume_unwind(stopped.into_panic()),
        // The server is going down.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
