//! The guide's own pictures: shown so that nothing in them can run, added and taken out by those who write.

use super::edit;
use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use app::AppError;
use app::guide::Picture;
use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use domain::guide::{PICTURE_LIMIT, Refused};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde::Deserialize;

/// Opened by itself, a drawing may style itself and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/// A picture as an answer.
pub fn answer(picture: Picture) -> Response {
    let headers = [
        (CONTENT_TYPE, picture.media_type),
        (CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        // A draft's picture may be replaced under the same name.
        (CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    (headers, picture.bytes).into_response()
}

/// `GET /guide/editions/{number}/pictures/{name}`
pub async fn show(ctx: Ctx, Path((number, name)): Path<(u64, String)>) -> Result<Response, PageError> {
    let picture = ctx.app.guide_picture(Some(&ctx.caller), number, &name).await?;
    Ok(answer(picture))
}

/// `POST /guide/edit/pictures`: a form with the number of the edition and the files.
pub async fn add(ctx: Ctx, mut form: Multipart) -> Result<Response, PageError> {
    let mut edition = 0;
    while let Some(mut field) = form.next_field().await.map_err(|_| Fault::BadRequest)? {
        if field.name() == Some("edition") {
            let text = field.text().await.map_err(|_| Fault::BadRequest)?;
            edition = text.parse().map_err(|_| Fault::BadRequest)?;
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|_| Fault::BadRequest)? {
            // One byte too many is enough to know that it is too large.
            let room = (PICTURE_LIMIT + 1).saturating_sub(bytes.len());
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        let result = ctx
            .app
            .put_guide_picture(&ctx.caller, edition, &name, Some(&bytes))
            .await;
        if let Err(AppError::Guide(Refused::Field { problem, .. })) = &result {
            let message = ctx.l.ta(
                "guide-picture-refused",
                &[("name", name), ("why", ctx.l.t(&format!("guide-{problem}")))],
            );
            return edit::with_message(&ctx, message).await;
        }
        result?;
    }
    Ok(Redirect::to("/guide/edit?done=guide-picture#pictures").into_response())
}

#[derive(Deserialize)]
pub struct Fields {
    edition: u64,
    name: String,
}

/// `POST /guide/edit/pictures/remove`
pub async fn remove(ctx: Ctx, axum::Form(fields): axum::Form<Fields>) -> Result<Response, PageError> {
    ctx.app
        .put_guide_picture(&ctx.caller, fields.edition, &fields.name, None)
        .await?;
    Ok(Redirect::to("/guide/edit?done=guide-picture-removed#pictures").into_response())
}
