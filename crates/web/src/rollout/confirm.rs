//! `POST /receipts`: that one knows the newest edition of the guide.

use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use app::AppError;
use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use domain::rollout::Reading;
use serde::Deserialize;

/// What the reader owes of reading, in words.
pub struct Owed {
    pub due: String,
    pub late: bool,
}

impl Owed {
    /// The receipt that the reader still owes, if they do and it presses.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of(ctx: &Ctx) -> Result<Option<Self>, AppError> {
        let asked = ctx.app.my_pressing(&ctx.caller).await?;
        let reading = asked.map(|asked| asked.reading).filter(|reading| !reading.read);
        Ok(reading.map(|reading| Self::new(ctx, &reading)))
    }

    fn new(ctx: &Ctx, reading: &Reading) -> Self {
        Self {
            due: ctx.l.due(reading.due, ctx.now),
            late: reading.is_overdue(ctx.now),
        }
    }
}

#[derive(Deserialize)]
pub struct Fields {
    edition: u64,
}

/// Gives the receipt. An edition that a newer one has followed meanwhile is not confirmed: the new one is to be read.
pub async fn confirm(ctx: Ctx, Form(fields): Form<Fields>) -> Result<Response, PageError> {
    match ctx.app.confirm_reading(&ctx.caller, fields.edition).await {
        Ok(()) => Ok(Redirect::to("/guide/path?done=receipt").into_response()),
        Err(AppError::Refused(_)) => Err(Fault::Refused("not-the-newest").into()),
        Err(other) => Err(other.into()),
    }
}
