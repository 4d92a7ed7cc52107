//! A sender that stalled in the middle of what it sent.

use axum::extract::Request;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An extension of a request: whether its body was given up because nothing more came. Handlers see a line that broke, and the answer
/// says that it was too slow (408).
#[derive(Clone, Debug, Default)]
pub struct Stalled(Arc<AtomicBool>);

impl Stalled {
    /// The body is given up.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// That of a request, if whoever serves watches its pace.
    pub(crate) fn of(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// Whether the body was given up.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
