//! `POST /guide/self-check`: that one has gone through one's own profiles, by choice. The ticks never leave the device.

use crate::ctx::Ctx;
use crate::page::PageError;
use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Fields {
    #[serde(default)]
    forget: String,
    /// The paragraph to come back to.
    #[serde(default)]
    back: String,
}

/// Keeps today, or forgets it.
pub async fn set(ctx: Ctx, Form(fields): Form<Fields>) -> Result<Response, PageError> {
    let done = fields.forget.is_empty();
    ctx.app.set_self_checked(&ctx.caller, done).await?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let back = match fields.back.bytes().all(plain) {
        true => format!("/guide/{}", fields.back),
        false => "/guide".to_owned(),
    };
    let message = if done {
        "self-check"
    } else {
        "self-check-forgotten"
    };
    Ok(Redirect::to(&format!("{}?done={message}", back.trim_end_matches('/'))).into_response())
}
