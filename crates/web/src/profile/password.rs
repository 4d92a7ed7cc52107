//! `POST /profile/password`

use super::settled;
use crate::ctx::Ctx;
use crate::page::PageError;
use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Fields {
    #[serde(default)]
    old: String,
    #[serde(default)]
    password: String,
}

/// Every session of the person ends with it, this one too.
pub async fn change(ctx: Ctx, Form(fields): Form<Fields>) -> Result<Response, PageError> {
    let result = ctx
        .app
        .change_password(&ctx.caller, &fields.old, &fields.password)
        .await;
    if result.is_ok() {
        return Ok(Redirect::to("/sign-in?done=password").into_response());
    }
    settled(&ctx, result, "password", Vec::new())
}
