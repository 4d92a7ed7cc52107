//! `POST /profile/deputy`

use super::{Wrong, again, settled};
use crate::ctx::Ctx;
use crate::page::PageError;
use crate::report::find_colleague;
use axum::Form;
use axum::response::Response;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Fields {
    #[serde(default)]
    deputy: String,
}

/// By name or e-mail; nobody if the field is empty.
pub async fn choose(ctx: Ctx, Form(fields): Form<Fields>) -> Result<Response, PageError> {
    let typed = vec![("deputy", fields.deputy.clone())];
    if fields.deputy.trim().is_empty() {
        let result = ctx.app.set_deputy(&ctx.caller, None).await;
        return settled(&ctx, result, "deputy-none", typed);
    }
    match find_colleague(&ctx, &fields.deputy) {
        Ok(person) => {
            let result = ctx.app.set_deputy(&ctx.caller, Some(person.as_str())).await;
            settled(&ctx, result, "deputy", typed)
        }
        Err(message) => again(
            &ctx,
            Wrong {
                field: "deputy".to_owned(),
                message,
                typed,
            },
        ),
    }
}
