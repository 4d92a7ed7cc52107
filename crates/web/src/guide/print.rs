//! `GET /guide/print/{file}`: the guide on paper, and a role's action card on one page.

use super::contents::edition_line;
use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use app::guide::PaperWords;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::guide::Reader;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

/// `guide-2.pdf` (an edition), `card-manager.pdf` (of the edition in force).
pub async fn show(ctx: Ctx, Path(file): Path<String>) -> Result<Response, PageError> {
    let (l, app) = (&ctx.l, &ctx.app);
    let name = file
        .strip_suffix(".pdf")
        .and_then(|name| name.split_once('-'))
        .ok_or(Fault::NotFound)?;
    let words = |title: String, edition| PaperWords {
        title,
        edition,
        contents: l.t("guide-print-contents"),
        page: l.t("guide-print-page"),
    };
    let pdf = match name {
        ("guide", number) => {
            let number = number.parse().map_err(|_| Fault::NotFound)?;
            let guide = app.guide_edition(number, l.language, None).await?;
            let edition = edition_line(l, &guide.edition);
            app.guide_pdf(&guide, words(l.t("guide-print-title"), edition))
                .await?
        }
        ("card", reader) => {
            let reader = Reader::parse(reader).ok_or(Fault::NotFound)?;
            let guide = app.guide(l.language).await?.ok_or(Fault::NotFound)?;
            let edition = edition_line(l, &guide.edition);
            let title = l.ta(
                "guide-card-title",
                &[("reader", l.t(&format!("reader-{reader}")))],
            );
            app.guide_card(&guide, reader, words(title, edition)).await?
        }
        _ => return Err(Fault::NotFound.into()),
    };
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"{file}\"")),
    ];
    Ok((headers, pdf).into_response())
}
