//! `POST /profile/absence`

use super::{Wrong, again, settled};
use crate::ctx::Ctx;
use crate::page::PageError;
use axum::Form;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Fields {
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    /// The button "I am back".
    #[serde(default)]
    back: String,
}

/// From the first day to the last, both included.
pub async fn set(ctx: Ctx, Form(fields): Form<Fields>) -> Result<Response, PageError> {
    let Fields { from, until, back } = fields;
    if !back.is_empty() {
        let result = ctx.app.set_away(&ctx.caller, None).await;
        return settled(&ctx, result, "back", Vec::new());
    }
    let typed = vec![("from", from.clone()), ("until", until.clone())];
    let read = |field: &str, text: &str| {
        text.trim().parse::<Date>().map_err(|_| {
            let problem = if text.trim().is_empty() {
                "problem-required"
            } else {
                "problem-not-a-time"
            };
            Wrong {
                field: field.to_owned(),
                message: ctx.l.t(problem),
                typed: typed.clone(),
            }
        })
    };
    let days = read("from", &from).and_then(|from| Ok((from, read("until", &until)?)));
    match days {
        Ok(days) => {
            let result = ctx.app.set_away(&ctx.caller, Some(days)).await;
            settled(&ctx, result, "away", typed)
        }
        Err(wrong) => again(&ctx, wrong),
    }
}
