//! The way out: one drawer as a bag that anybody can check offline.

use super::head::{number, title};
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render};
use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::access::Action;
use domain::case::Viewing;
use domain::vocabulary::Compartment;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use serde::Deserialize;
use tokio::io::AsyncReadExt;

/// Bytes read from the bag's file at a time.
const CHUNK: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "case/export.html")]
struct ExportPage {
    frame: Frame,
    number: String,
    title: String,
    drawers: Vec<Drawer>,
}

/// A drawer that can be taken out.
struct Drawer {
    name: &'static str,
    heading: String,
    /// What the bag holds.
    holds: String,
    /// Who may come to read it.
    readers: String,
}

/// `GET /cases/{number}/export`
pub async fn show(ctx: Ctx, Path(text): Path<String>) -> Result<Response, PageError> {
    let number = number(&text)?;
    let view = ctx.app.case(&ctx.caller, &number, Viewing::Case).await?;
    let l = &ctx.l;
    let drawers: Vec<Drawer> = Compartment::ALL
        .iter()
        .filter(|drawer| view.may(Action::Export(**drawer)))
        .map(|drawer| Drawer {
            name: drawer.name(),
            heading: l.t(&format!("export-{drawer}")),
            holds: l.t(&format!("export-{drawer}-holds")),
            readers: l.t(&format!("export-{drawer}-readers")),
        })
        .collect();
    if drawers.is_empty() {
        return Err(Fault::NotFound.into());
    }
    let title = title(&ctx, &view);
    render(&ExportPage {
        frame: Frame::of(&ctx),
        number: number.to_string(),
        title,
        drawers,
    })
}

/// Which drawer.
#[derive(Deserialize)]
pub struct Wanted {
    drawer: String,
}

/// `POST /cases/{number}/export`: the bag as a download.
pub async fn send(
    ctx: Ctx,
    Path(text): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, PageError> {
    let number = number(&text)?;
    let drawer = Compartment::parse(&wanted.drawer).ok_or(Fault::BadRequest)?;
    let bag = ctx.app.export(&ctx.caller, &number, drawer).await?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_LENGTH, bag.bytes.to_string()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", bag.name),
        ),
    ];
    let file = bag
        .open()
        .map_err(|error| app::AppError::Internal(error.into()))?;
    let file = tokio::fs::File::from_std(file);
    // The temporary file is kept, and with it its name, until the last byte has been read.
    let stream = futures_util::stream::try_unfold((file, bag), |(mut file, bag)| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        let more = (read > 0).then(|| (bytes::Bytes::from(chunk), (file, bag)));
        Ok::<_, std::io::Error>(more)
    });
    Ok((headers, Body::from_stream(stream)).into_response())
}
