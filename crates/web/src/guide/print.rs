//! `GET /guide/print/{file}`: the guide on paper, and a role's action card on one page.

use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::guide::Reader;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

/// `guide.pdf`, `guide-2.pdf` (an edition), `card-manager.pdf`.
pub async fn show(ctx: Ctx, Path(file): Path<String>) -> Result<Response, PageError> {
    let name = file.strip_suffix(".pdf").ok_or(Fault::NotFound)?;
    let (language, caller) = (ctx.l.language, &ctx.caller);
    let pdf = match name.split_once('-') {
        None if name == "guide" => ctx.app.guide_pdf(language, None).await?,
        Some(("guide", number)) => {
            let number = number.parse().map_err(|_| Fault::NotFound)?;
            ctx.app.guide_pdf(language, Some(number)).await?
        }
        Some(("card", reader)) => {
            let reader = Reader::parse(reader).ok_or(Fault::NotFound)?;
            ctx.app.guide_card(language, reader).await?
        }
        _ => return Err(Fault::NotFound.into()),
    };
    tracing::debug!(file, by = ?caller.actor, "printed");
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"{file}\"")),
    ];
    Ok((headers, pdf).into_response())
}
